"""Floor 2, economics: one file a model, labelled in and out."""

from typing import Any

from quesnay.fitting.routes import public_name


def __getattr__(name: str) -> Any:
    return public_name(__name__, name)
