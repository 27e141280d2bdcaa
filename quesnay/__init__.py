"""quesnay: the econometric modelling toolkit for satellite accounts.

Public names load when first used, so that ``import quesnay`` stays as light as pandas.
"""

import importlib
from typing import TYPE_CHECKING, Any

from quesnay.fitting.routes import open_routes

if TYPE_CHECKING:
    from quesnay.fitting.errors import (
        BalanceError as BalanceError,
        ConvergenceError as ConvergenceError,
        DataError as DataError,
        EstimationError as EstimationError,
        QuesnayError as QuesnayError,
        StudyError as StudyError,
    )

__version__ = "0.1.0"

_NAMES: dict[str, str] = {
    "BalanceError": "quesnay.fitting.errors",
    "ConvergenceError": "quesnay.fitting.errors",
    "DataError": "quesnay.fitting.errors",
    "EstimationError": "quesnay.fitting.errors",
    "QuesnayError": "quesnay.fitting.errors",
    "StudyError": "quesnay.fitting.errors",
}

__all__ = [*_NAMES, "__version__"]

open_routes({})


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'quesnay' has no attribute {name!r}")
    value = getattr(importlib.import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
