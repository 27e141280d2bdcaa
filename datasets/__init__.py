"""Floor 3, facts: the embedded data and readers of users' files."""

from typing import Any

_ROOMS = ("quesnay.datasets",)


def __getattr__(name: str) -> Any:
    import quesnay  # the one list of public names

    if name in quesnay.__all__:
        found = getattr(quesnay, name)
        if getattr(found, "__module__", "").startswith(_ROOMS):
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
