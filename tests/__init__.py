"""Tests, one file for each file of the code."""
