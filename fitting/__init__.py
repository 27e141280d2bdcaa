"""Floor 1, numerics: pure functions on arrays and small frozen results.

The labelled doors of estimation, such as ``fit_panel``, live upstairs and are shown here by name.
"""

from typing import Any

from quesnay.fitting.routes import public_name


def __getattr__(name: str) -> Any:
    return public_name(__name__, name)
