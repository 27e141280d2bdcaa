"""Whether a report's printed figures are mutually consistent."""
