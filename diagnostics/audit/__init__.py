"""Are a report's printed figures mutually consistent?"""
