"""Curves of diffusion: value, inverse, Jacobian and exact identification from two points.

A curve is an object without state. Parameters `theta` are arrays whose last axis holds them in the
order of ``parameters``; the leading axes are draws, and everything broadcasts over them: 100,000
draws are one call.
"""

from quesnay.fitting.curves.bass import BASS, Bass
from quesnay.fitting.curves.richards import RICHARDS, Richards
from quesnay.fitting.curves.shape import Curve
from quesnay.fitting.curves.sigmoid import GOMPERTZ, LOGISTIC, Gompertz, Logistic

__all__ = [
    "BASS",
    "CURVES",
    "GOMPERTZ",
    "LOGISTIC",
    "RICHARDS",
    "Bass",
    "Curve",
    "Gompertz",
    "Logistic",
    "Richards",
]

CURVES: dict[str, Curve] = {
    "gompertz": GOMPERTZ,
    "logistic": LOGISTIC,
    "bass": BASS,
    "richards": RICHARDS,
}
