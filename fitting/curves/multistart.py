"""The lowest optimum of a growth curve, searched from several points of a grid."""

import numpy as np

from quesnay.fitting.curves.identified import check_identified
from quesnay.fitting.curves.nonlinear_fit import NonlinearFit
from quesnay.fitting.curves.problem import CurveProblem
from quesnay.fitting.curves.start import first_guesses
from quesnay.fitting.errors import ConvergenceError, EstimationError

__all__ = ["fit_problem"]

_NONE = 1e-9  # imitation that is 0 but for rounding
_STARTS = 4  # searches from the best points of the grid, so that one bad valley does not decide
_TRIALS = 400  # steps of each; one that needs more runs after a limit of its family
_LIMITS = {
    "richards": "; where its shape runs to 0 the curve is 'gompertz'",
    "bass": "; growth that only slows down has no imitators",
}


def fit_problem(problem: CurveProblem) -> NonlinearFit:
    """Search from the best points of a grid and return the lowest optimum.

    Parameters
    ----------
    problem : CurveProblem
        Data and what is held.

    Returns
    -------
    NonlinearFit
        The fit in normalised units, free parameters only.

    Raises
    ------
    EstimationError, ConvergenceError
        If no rising curve of the family fits, or the points do not hold it: they have not bent
        yet, fall, or (Bass) slow down from the start as no curve with imitators does.
    """
    held = None if np.isnan(problem.fixed[0]) else float(problem.fixed[0])
    guesses = first_guesses(problem.curve, problem.t, problem.y, count=_STARTS, saturation=held)
    fits = []
    for guess in guesses:
        try:
            fit = problem.search(guess[problem.free], trials=_TRIALS)
        except (EstimationError, ConvergenceError):
            continue
        # the search may pass negative imitation, an optimum there is no diffusion by imitators
        if problem.curve.name != "bass" or problem.full(fit.params)[2] >= -_NONE:
            fits.append(fit)
    if not fits:
        raise ConvergenceError(
            f"fit_curve: no rising {problem.curve.name} curve is identified by these "
            f"{len(problem.y)} points from {len(guesses)} starts; they may not have bent yet, or "
            "fall: give saturation=, more points or another curve"
            f"{_LIMITS.get(problem.curve.name, '')}"
        )
    lowest = min(fits, key=lambda fit: fit.rss)
    check_identified(problem, lowest)
    return lowest
