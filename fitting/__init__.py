"""Floor 1, numerics: pure functions on arrays and small frozen results.

The labelled doors of estimation, such as ``fit_panel``, live upstairs and are shown here by name.
"""

from typing import Any

_ROOMS = ("quesnay.models.growth", "quesnay.models.regression", "quesnay.models.uncertainty")


def __getattr__(name: str) -> Any:
    import quesnay  # the one list of public names

    if name in quesnay.__all__:
        found = getattr(quesnay, name)
        if getattr(found, "__module__", "").startswith(_ROOMS):
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
