"""Verdicts: every printed figure beside the estimate, with its role in the run.

A printed figure is an interval, not a point; a figure that the run was calibrated on is never
counted as a success, so its ``inside`` and ``rounds`` stay empty.
"""

import numpy as np
import pandas as pd

__all__ = ["judge", "judged_words"]

HELD_OUT = "held out"


def judge(reported: pd.DataFrame, roles: pd.Series, estimates: pd.DataFrame) -> pd.DataFrame:
    """Hold printed figures against the estimates of one run.

    Parameters
    ----------
    reported : DataFrame
        By id: ``value``, ``low``, ``high`` (the rounding interval), ``unit``, ``year``.
    roles : Series
        Id -> "input", "calibration" or "held out".
    estimates : DataFrame
        By id: ``estimate``, ``low``, ``high`` (95 %), in the units of `reported`.

    Returns
    -------
    DataFrame
        By id: unit, reported, low, high, role, estimate, estimate_low, estimate_high, error
        (estimate over reported, less one), inside (the 95 % interval holds the printed figure) and
        rounds (the estimate falls in the rounding interval). The last two are missing for figures
        that the run used.

    Examples
    --------
    >>> import pandas as pd
    >>> reported = pd.DataFrame({"value": [2.13], "low": [2.125], "high": [2.135], "unit": "tn",
    ...                          "year": 2019}, index=["T19"])
    >>> estimates = pd.DataFrame({"estimate": [2.2], "low": [2.0], "high": [2.5]}, index=["T19"])
    >>> row = judge(reported, pd.Series({"T19": "held out"}), estimates).loc["T19"]
    >>> round(float(row["error"]), 4), bool(row["inside"]), bool(row["rounds"])
    (0.0329, True, False)
    """
    found = estimates.reindex(reported.index)
    held = roles.reindex(reported.index).fillna(HELD_OUT) == HELD_OUT
    known = held & found["estimate"].notna()
    # an interval that touches the printed interval cannot rule the figure out
    inside = (found["low"] < reported["high"]) & (found["high"] >= reported["low"])
    rounds = (found["estimate"] >= reported["low"]) & (found["estimate"] < reported["high"])
    return pd.DataFrame(
        {
            "unit": reported["unit"],
            "reported": reported["value"],
            "low": reported["low"],
            "high": reported["high"],
            "role": roles.reindex(reported.index).fillna(HELD_OUT),
            "estimate": found["estimate"],
            "estimate_low": found["low"],
            "estimate_high": found["high"],
            "error": found["estimate"] / reported["value"] - 1.0,
            "inside": _judged(inside, known),
            "rounds": _judged(rounds, known),
        }
    )


def _judged(holds: "pd.Series[bool]", known: "pd.Series[bool]") -> pd.Series:
    """Return truth values, missing where the run used the figure or has no estimate."""
    missing = ~known.to_numpy(bool)
    return pd.Series(pd.arrays.BooleanArray(holds.to_numpy(bool), missing), index=holds.index)


def judged_words(verdicts: pd.DataFrame) -> str:
    """Say in one sentence how many held-out figures of a run the intervals hold.

    Parameters
    ----------
    verdicts : DataFrame
        From :func:`judge`.

    Returns
    -------
    str
        A sentence.

    Examples
    --------
    >>> import pandas as pd
    >>> judged_words(pd.DataFrame({"inside": pd.array([True, False, pd.NA], dtype="boolean"),
    ...                            "error": [0.01, -0.4, 0.0]}, index=["T19", "J20", "C18"]))
    '1 of 2 held-out figures lie inside the 95 % interval; outside: J20 (-40 %).'
    """
    held = verdicts[verdicts["inside"].notna()]
    inside = held["inside"].astype(bool).to_numpy()
    if len(held) > 1 and not inside.any():
        side = "the report prints more each time" if (held["error"] < 0).all() else "outside"
        return f"0 of {len(held)} held-out figures lie inside the 95 % interval ({side})."
    outside = held[~inside]
    words = ", ".join(
        f"{name} ({row:+.0%})".replace("%", " %") for name, row in outside["error"].items()
    )
    tail = f"; outside: {words}." if len(outside) else "."
    return (
        f"{int(np.sum(inside))} of {len(held)} held-out figures lie inside the 95 % interval{tail}"
    )
