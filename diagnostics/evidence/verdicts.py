"""Verdicts: every printed figure beside the estimate, with its role in the run.

A printed figure is an interval, not a point; a figure that the run was calibrated on is never
counted as a success, so its ``inside`` and ``rounds`` stay empty.
"""

import numpy as np
import pandas as pd

__all__ = ["judge", "judged_words"]

HELD_OUT = "held out"


def judge(reported: pd.DataFrame, roles: pd.Series, estimates: pd.DataFrame) -> pd.DataFrame:
    """Hold printed figures against the estimates of one run."""
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
    """Say in one sentence how many held-out figures of a run the intervals hold."""
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
