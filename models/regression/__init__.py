"""Regressions from a formula and a frame, and their results."""
