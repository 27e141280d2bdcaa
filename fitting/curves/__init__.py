"""Growth curves by nonlinear least squares, on arrays."""
