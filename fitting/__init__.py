"""Floor 1, numerics: pure functions on arrays and small frozen results."""
