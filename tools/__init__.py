"""Scripts that rebuild the embedded data; not part of the installed package."""
