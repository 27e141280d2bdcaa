"""Study files: their keys, their sections, loading and checking."""
