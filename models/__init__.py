"""Floor 2, economics: one subject a file, labelled in and out."""

from quesnay.fitting import names_of

__getattr__ = names_of(__name__, "quesnay.models")
