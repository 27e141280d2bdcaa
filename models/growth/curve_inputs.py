"""What `fit_curve` accepts: points, errors, saturation and launch, checked."""

from typing import Any

import numpy as np
import pandas as pd

from quesnay.fitting.checks import is_number, plain_numbers
from quesnay.fitting.curves.functions import Curve
from quesnay.fitting.errors import DataError, EstimationError, shown
from quesnay.models.labels import check_unique, places_of

__all__ = ["check_enough_points", "checked_points", "checked_positive", "launch_of"]

_FARTHEST = 1e9  # spans between launch and first time at which floats still tell times apart
_FINEST = 1e-12  # smallest error, as a share of the largest level, that arithmetic can tell


def checked_points(
    t: Any, y: Any, y_errors: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Return times, levels and errors as finite arrays of one length.

    Examples
    --------
    >>> checked_points([2017, 2018], [1, 2], None)[1].tolist()
    [1.0, 2.0]
    """
    if isinstance(t, pd.Series) and isinstance(y, pd.Series):
        y = _by_label(t, y, "y")
        y_errors = (
            _by_label(t, y_errors, "y_errors") if isinstance(y_errors, pd.Series) else y_errors
        )
    times, levels = _column(t, "t"), _column(y, "y")
    if not isinstance(t, pd.Series):
        _refuse_other_order(times, y, "y")
        _refuse_other_order(times, y_errors, "y_errors")
    if len(times) != len(levels):
        raise DataError(f"t has {len(times)} values and y {len(levels)}; give one level a time")
    if y_errors is None:
        return times, levels, None
    if np.ndim(y_errors) == 0:
        y_errors = np.full(len(times), y_errors)
    errors = _column(y_errors, "y_errors")
    if len(errors) != len(times) or not (errors > 0).all():
        raise DataError(f"y_errors: expected {len(times)} positive standard errors")
    ratio = errors / np.max(np.abs(levels))
    if ratio.min() < _FINEST or ratio.max() > 1 / _FINEST:
        raise DataError(
            f"y_errors: {errors.min():g} to {errors.max():g} are out of proportion to the "
            "levels; check the unit"
        )
    return times, levels, errors


def _refuse_other_order(times: np.ndarray, values: Any, name: str) -> None:
    """Refuse a series labelled by the very times it is given for, but in another order."""
    if isinstance(values, pd.Series) and values.index.dtype.kind in "iuf":
        years = values.index.to_numpy(dtype=float)
        if not np.array_equal(years, times) and np.array_equal(np.sort(years), np.sort(times)):
            raise DataError(
                f"{name}: its labels are the times in another order than t; sort it, or give t as "
                "a Series with the same labels"
            )


def checked_positive(value: Any, name: str) -> float | None:
    """Return a positive number, or None where none was given.

    Examples
    --------
    >>> checked_positive(4, "saturation")
    4.0
    """
    if value is None:
        return None
    if not is_number(value) or value <= 0:
        raise DataError(f"{name} must be a positive, finite number, got {shown(value)}")
    return float(value)


def launch_of(times: np.ndarray, levels: np.ndarray, origin: Any) -> float:
    """Return the launch of a Bass curve: as given, or one step before the first time.

    The first time itself where its level is 0. The rule looks at no calendar, so that times counted
    from another year give the same curve.

    Examples
    --------
    >>> launch_of(np.array([2018.0, 2019.0]), np.array([1.0, 2.0]), None)
    2017.0
    """
    first = float(times.min())
    if origin is not None:
        if not is_number(origin) or origin > first:
            shown_origin = shown(origin)
            raise DataError(f"origin must be a time not after the first, {first:g}: {shown_origin}")
        if first - float(origin) > _FARTHEST * max(float(np.ptp(times)), 1.0):
            raise DataError(
                f"origin: {shown(origin)} lies so far before {first:g} that the times look alike"
            )
        return float(origin)
    if levels[int(times.argmin())] == 0:
        return first
    steps = np.diff(np.unique(times))
    return first - float(steps.min()) if len(steps) else first


def check_enough_points(
    curve: Curve, times: np.ndarray, levels: np.ndarray, saturation: float | None
) -> None:
    """Refuse too few points, times that do not vary, and levels that do not."""
    unknown = len(curve.parameters) - (saturation is not None)
    distinct = len(np.unique(times))
    if distinct < unknown:
        more = "" if saturation is not None else ", or saturation="
        raise EstimationError(
            f"{curve.name}: {distinct} times cannot identify {unknown} parameters "
            f"({', '.join(curve.parameters[len(curve.parameters) - unknown :])}); give more points"
            f"{more}"
        )
    if not (levels > 0).any():
        raise EstimationError(f"{curve.name}: no level is above 0; a growth curve is positive")
    if np.ptp(levels) == 0:
        raise EstimationError(f"{curve.name}: all levels are {levels[0]:g}; nothing grows")


def _by_label(t: pd.Series, values: pd.Series, name: str) -> pd.Series:
    """Return values in the order of the times; refuse labels that only one side has."""
    check_unique(t.index, "t: label")
    return values.iloc[places_of(values.index, t.index, name)]


def _column(values: Any, name: str) -> np.ndarray:
    """Return one column of finite floats."""
    column = plain_numbers(values)
    if column is None:
        raise DataError(
            f"{name}: {shown(values)} holds what is no finite number; give one column of numbers"
        )
    if column.ndim != 1 or column.size == 0:
        raise DataError(f"{name}: expected one column of numbers, got shape {column.shape}")
    bad = np.flatnonzero(~np.isfinite(column))
    if len(bad):
        raise DataError(
            f"{name}: value {int(bad[0]) + 1} of {len(column)} is no finite number "
            f"({len(bad)} such values); fill or drop them"
        )
    return np.asarray(column)
