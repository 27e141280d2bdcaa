"""Several restrictions on coefficients tested together, by the law that their covariance has."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.cluster_counts import refuse_vanishing
from quesnay.fitting.regression.cluster_moments import ClusterMoments
from quesnay.fitting.regression.covariance_clustered import adjusted_clusters
from quesnay.fitting.regression.regression import Regression
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = ["WORDS", "clustered_test", "joint_test", "wald"]

Array = npt.NDArray[np.float64]

WORDS = Wording(
    "all restrictions hold",
    "at least one restriction fails",
    "the coefficients are not what the restrictions say",
    "keep them free; look at them one by one",
)
_SINGULAR = 1e-10  # of the correlations of restrictions, whose largest eigenvalue is one or more


def wald(values: Array, covariance: Array) -> float:
    """Return ``v' V^-1 v``, V made a correlation first so that units do not matter.

    Parameters
    ----------
    values : (q,) array
        What is zero under the null.
    covariance : (q, q) array
        Its covariance.

    Returns
    -------
    float
        Wald's statistic.

    Examples
    --------
    >>> wald(np.array([2.0, 1.0]), np.diag([4.0, 1.0]))
    2.0
    """
    scale = np.sqrt(np.diag(covariance))
    z = values / scale
    return float(z @ np.linalg.solve(covariance / np.outer(scale, scale), z))


def joint_test(
    values: Array,
    covariance: Array,
    *,
    df: float,
    moments: ClusterMoments | None = None,
    name: str = "Wald",
    words: Wording = WORDS,
) -> TestResult:
    """Test restrictions together.

    Parameters
    ----------
    values : (q,) array
        Restricted combinations of coefficients less their values under the null.
    covariance : (q, q) array
        Their covariance.
    df : float
        Degrees of freedom of the covariance, where `moments` does not say them.
    moments : ClusterMoments, optional
        Of the same combinations, for a CR2 covariance.
    name : str
        Name of the test.
    words : Wording
        What the null is and what a rejection means.

    Returns
    -------
    TestResult
        ``Q / q`` with F(q, df); with `moments` ``(v - q + 1) / (v q) Q`` with F(q, v - q + 1), the
        approximate Hotelling law (Pustejovsky and Tipton, 2018, section 3.2): the usual F with
        G - 1 rejects far too often where clusters are few or uneven.

    Raises
    ------
    EstimationError
        If restrictions repeat each other, or the clusters are too few to test so many.

    Examples
    --------
    >>> joint_test(np.array([2.0, 1.0]), np.diag([4.0, 1.0]), df=30.0).distribution
    'F(2, 30)'
    """
    q = values.size
    scale = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    held = bool((scale > 0.0).all())
    if not held or np.linalg.eigvalsh(covariance / np.outer(scale, scale))[0] <= _SINGULAR:
        raise EstimationError(
            f"{name}: the {q} restrictions repeat each other, or the clusters do not identify the "
            "errors of all; test fewer"
        )
    factor, free = 1.0 / q, df
    if moments is not None:
        whole = moments.hotelling()
        free = whole - q + 1.0
        factor = free / (whole * q)
    if free <= 0.0:
        raise EstimationError(
            f"{name}: {q} restrictions on a covariance with {free + q - 1.0:.3g} degrees of "
            "freedom, that its clusters have; test fewer"
        )
    statistic = factor * wald(values, covariance)
    p_value = float(special.fdtrc(q, free, statistic))
    return judged(name, statistic, f"F({q}, {free:.4g})", p_value, words)


def clustered_test(
    values: Array, regression: Regression, places: slice, *, name: str, words: Wording
) -> TestResult:
    """Test coefficients of a regression together by its first clusters, with CR2 errors.

    Parameters
    ----------
    values : (q,) array
        The coefficients less their values under the null.
    regression : Regression
        The fit with clusters.
    places : slice
        Where the q coefficients stand among all.
    name : str
        Name of the test; "(clustered)" is added.
    words : Wording
        What the null is and what a rejection means.

    Returns
    -------
    TestResult
        See `joint_test`.

    Raises
    ------
    EstimationError
        As `joint_test`, or if scores sum to zero within every cluster.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1, 2, 2])
    >>> e = np.array([1.0, 2, -2, -1, 1, -1])
    >>> fit = Regression(np.ones((6, 1)), e, np.array([[1 / 6]]), clusters=(unit,))
    >>> clustered_test(np.array([0.5]), fit, slice(1), name="mean", words=WORDS).distribution
    'F(1, 2)'
    """
    adjusted = adjusted_clusters(regression, regression.clusters[0])
    groups, k = adjusted.half.shape
    refuse_vanishing(regression, adjusted.half.T @ adjusted.half, f"{groups} clusters")
    half = adjusted.half[:, places]
    return joint_test(
        values,
        half.T @ half,
        df=groups - 1.0,
        moments=adjusted.moments.combined(np.eye(k)[places]),
        name=f"{name} (clustered)",
        words=words,
    )
