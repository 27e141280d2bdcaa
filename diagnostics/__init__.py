"""Floor 3b, evidence: tests, audit, verdicts, specification curve, plots, report."""
