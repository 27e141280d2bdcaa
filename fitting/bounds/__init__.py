"""Rigorous bounds of systems of linear and bilinear equations over boxes."""
