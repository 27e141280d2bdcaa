"""Checks of options that several methods of a fit share."""

from typing import TypeAlias

import numpy as np

from quesnay.fitting.errors import DataError, shown

__all__ = ["Seed", "check_null", "make_generator"]

Seed: TypeAlias = int | np.random.SeedSequence | np.random.Generator


def check_null(null: float) -> None:
    """Refuse a null hypothesis that is no finite number.

    Examples
    --------
    >>> check_null(1.0)
    """
    if not isinstance(null, int | float | np.number) or not np.isfinite(float(null)):
        raise DataError(f"null: {shown(null)} is no finite number")


def make_generator(seed: Seed) -> np.random.Generator:
    """Return a random generator from a seed.

    Examples
    --------
    >>> int(make_generator(0).integers(10))
    8
    """
    try:
        return np.random.default_rng(seed)
    except (TypeError, ValueError):
        raise DataError(
            f"seed: {shown(seed)} is no seed; give a whole number of at least 0, "
            "a SeedSequence or a Generator"
        ) from None
