"""Elasticities of many regressions with cluster-bootstrap draws, from Gram matrices by cluster."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from quesnay.fitting.errors import StudyError
from quesnay.fitting.regression.gram import nested_grams
from quesnay.job.sources import panel
from quesnay.models.satellite.potential import estimation_sample
from quesnay.studies.sections import Potential

__all__ = ["codes_of", "elasticity_draws", "formula_columns", "regression_rows"]

Array = npt.NDArray[np.float64]


def elasticity_draws(use: Potential, *, draws: int, rng: np.random.Generator) -> Array:
    """Estimate one elasticity and redraw its clusters.

    Parameters
    ----------
    use : Potential
        Panel, formula (outcome ~ regressors joined by +), fixed effects, cluster, weights.
    draws : int
        Resamples of the clusters with replacement.
    rng : Generator
        Source of the resamples; the same state gives the same clusters to every regression on the
        same panel, so that specifications are compared on common draws.

    Returns
    -------
    ndarray (1 + draws,)
        The estimate, then the draws.

    Raises
    ------
    StudyError
        If the formula is more than a sum of columns, or no cluster is named.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.studies.load import load_study
    >>> use = load_study("caict_2020").potential
    >>> elasticity_draws(use, draws=2, rng=np.random.default_rng(0)).round(3)[0]
    np.float64(0.057)
    """
    outcome, regressors = formula_columns(use.formula)
    if use.cluster is None:
        raise StudyError("potential.cluster: the specification curve redraws clusters; name one")
    frame = regression_rows(use)
    grams = nested_grams(
        frame[outcome].to_numpy(float),
        frame[regressors].to_numpy(float),
        [codes_of(frame, name) for name in use.absorb],
        codes_of(frame, use.cluster),
        weights=None if use.weights is None else frame[use.weights].to_numpy(float),
    )
    place = regressors.index(use.term)
    clusters = grams.grams.blocks.shape[0]
    counts = rng.multinomial(clusters, np.full(clusters, 1 / clusters), size=draws)
    every = np.vstack([np.ones((1, clusters)), counts])
    return np.asarray(grams.coefficients(every)[:, place])


def regression_rows(use: Potential) -> pd.DataFrame:
    """Return the rows that a regression of a study uses, with their logarithms."""
    outcome, regressors = formula_columns(use.formula)
    frame = estimation_sample(
        panel(use.panel), use.logarithms, years=use.years, exclude=use.exclude or None
    )
    if use.weights is not None:
        frame = frame[frame[use.weights] > 0]
    return frame.dropna(subset=[outcome, *regressors])


def formula_columns(formula: str) -> tuple[str, list[str]]:
    """Split ``y ~ a + b`` into its columns."""
    outcome, _, right = formula.partition("~")
    names = [name.strip() for name in right.split("+")]
    if not all(name.isidentifier() for name in [outcome.strip(), *names]):
        raise StudyError(
            f"potential.formula {formula!r}: the specification curve takes columns joined by + only"
        )
    return outcome.strip(), names


def codes_of(frame: pd.DataFrame, effect: str) -> npt.NDArray[np.intp]:
    """Level codes of a fixed effect, interactions by colon."""
    return np.asarray(frame.groupby(effect.split(":"), sort=True).ngroup(), dtype=np.intp)
