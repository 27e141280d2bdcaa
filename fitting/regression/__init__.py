"""Least squares, fixed effects and the covariance family, on arrays."""
