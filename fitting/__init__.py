"""Floor 1, numerics: pure functions on arrays and small frozen results.

The labelled doors of estimation, such as ``fit_panel``, live upstairs and are shown here by name.
"""

from collections.abc import Callable
from typing import Any


def names_of(floor: str, *rooms: str) -> Callable[[str], Any]:
    """Return what shows the public names that live in some rooms as those of a floor."""

    def shown(name: str) -> Any:
        import quesnay  # the one list of public names

        if name in quesnay.__all__:
            found = getattr(quesnay, name)
            if getattr(found, "__module__", "").startswith(rooms):
                return found
        raise AttributeError(f"module {floor!r} has no attribute {name!r}")

    return shown


__getattr__ = names_of(
    __name__, "quesnay.models.growth", "quesnay.models.regression", "quesnay.models.uncertainty"
)
