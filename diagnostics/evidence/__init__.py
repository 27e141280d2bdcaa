"""Verdicts, specification curve, back-tests and decompositions of variance."""
