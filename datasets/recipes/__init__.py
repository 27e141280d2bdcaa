"""Scripts that make every embedded file from the source figures, cell by cell and reproducibly."""
