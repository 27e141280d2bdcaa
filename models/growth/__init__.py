"""Growth accounting, capital stocks, curves and reconciliation, labelled."""
