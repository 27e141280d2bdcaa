"""Readers of users' own input-output files, their layouts listed in `read.py`."""
