"""Floor 3a, facts: the embedded data and readers of users' files."""

from typing import Any

from quesnay.fitting.routes import public_name


def __getattr__(name: str) -> Any:
    return public_name(__name__, name)
