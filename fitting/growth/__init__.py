"""Capital, index numbers, temporal disaggregation and reconciliation, on arrays."""
