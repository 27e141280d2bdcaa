"""What users give: numbers in the order of their labels, figures as printed, paths."""

import re
from decimal import Decimal, InvalidOperation
from numbers import Real
from os import PathLike
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import DataError, nearest, shown


def check_unique(labels: pd.Index, what: str) -> None:
    """Refuse labels of which one occurs twice, naming it; `what` is their name in the message."""
    if not labels.is_unique:
        twice = labels[labels.duplicated()][0]
        raise DataError(f"{what} {shown(twice)} occurs twice; make it unique")


def places_of(given: pd.Index, wanted: pd.Index, name: str) -> npt.NDArray[np.intp]:
    """Return where each wanted label stands among those given, (n,): ``given[places]`` is `wanted`.

    Refused where a label occurs twice or only one side has it.

    >>> places_of(pd.Index(["b", "a"]), pd.Index(["a", "b"]), "row totals")
    array([1, 0])
    """
    check_unique(given, f"{name}: label")
    places = given.get_indexer(wanted)
    absent = wanted[places < 0]
    if len(absent):
        hint = nearest(absent[0], given)
        raise DataError(f"{name}: no entry for {shown(absent[0])};{hint} give each label one value")
    if len(given) > len(wanted):
        odd = given[~given.isin(wanted)][0]
        hint = nearest(odd, wanted)
        raise DataError(f"{name}: label {shown(odd)} is unknown;{hint} leave it out or rename it")
    return np.asarray(places, dtype=np.intp)


def finite_numbers(series: pd.Series, name: str) -> npt.NDArray[np.float64]:
    """Return the values of a series as finite floats, (n,), or name the first label that has none.

    Refused are an empty series and what is missing, infinite or no real number: text, truth values.
    """
    if series.empty:
        raise DataError(f"{name}: the series is empty; give at least one value")
    if series.dtype.kind in "iuf":
        numbers = series.to_numpy(dtype=np.float64, na_value=np.nan)
    elif series.dtype.kind == "O":
        numbers = np.array([real_number(value) for value in series])
    else:
        raise DataError(f"{name}: expected real numbers, got {series.dtype}")
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        place = int(bad[0])
        raise DataError(
            f"{name}: {shown(series.iloc[place])} at {shown(series.index[place])} is not a finite "
            f"number ({len(bad)} of {len(numbers)} values); fill, mend or drop them"
        )
    return np.asarray(numbers, dtype=np.float64)


def real_number(value: object) -> float:
    """Return a real number as a float, and NaN for all that is none."""
    if isinstance(value, bool | np.bool_ | np.timedelta64) or not isinstance(value, Real | Decimal):
        return float("nan")
    try:
        return float(value)
    except (OverflowError, ValueError):  # beyond the range of floats, or a signalling NaN
        return float("nan")


_PLAIN = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)


def rounding_interval(printed: str) -> tuple[float, float]:
    """Return the interval [low, high) of the values that round to a printed figure.

    Half a unit of the last digit to either side; trailing zeros count as digits.

    >>> rounding_interval("1.42"), rounding_interval("4386")
    ((1.415, 1.425), (4385.5, 4386.5))
    """
    try:
        value = Decimal(printed if _PLAIN.fullmatch(printed) else "NaN")
    except (InvalidOperation, TypeError, ValueError):
        value = Decimal("NaN")
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise DataError(f"printed figure {shown(printed)}: expected digits such as '1.42'")
    half = Decimal((0, (5,), exponent - 1))
    return float(value - half), float(value + half)


def as_path(value: object, name: str) -> Path:
    """Return a path, or refuse what is none."""
    if not isinstance(value, str | PathLike):
        raise DataError(f"{name}: expected the path of a file or folder, got {shown(value)}")
    if isinstance(value, str) and re.match(r"(https?|ftp)://", value):
        raise DataError(f"{name}: {shown(value)} is an address; save the file, then give its path")
    return Path(value)


def as_frame(value: object, name: str) -> pd.DataFrame:
    """Return a frame of pandas, or say how what was given becomes one."""
    if isinstance(value, pd.DataFrame):
        return value
    kind = type(value)
    if hasattr(kind, "to_pandas"):  # frames of other packages bear the same name
        maker = kind.__module__.partition(".")[0]
        raise DataError(f"{name}: expected a DataFrame, got one of {maker}; use its .to_pandas()")
    raise DataError(f"{name}: expected a DataFrame, got {kind.__name__}; convert it")
