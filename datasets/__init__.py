"""Floor 3, facts: the embedded data and readers of users' files."""

from quesnay.fitting import names_of

__getattr__ = names_of(__name__, "quesnay.datasets")
