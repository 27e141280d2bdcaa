"""Readers of users' own input-output files, one layout a file."""
