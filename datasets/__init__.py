"""Floor 3a, facts: the embedded data and readers of users' files."""
