"""Whether instruments are strong, valid and needed."""

import numpy as np
import numpy.typing as npt
from scipy import special

from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.instrumental import InstrumentalFit, only_regressor, score_spread
from quesnay.fitting.verdict import TestResult, Wording, judged

__all__ = [
    "endogeneity",
    "first_stage",
    "overidentification",
]

Array = npt.NDArray[np.float64]

EXOGENOUS = Wording(
    "the regressors called endogenous are exogenous",
    "least squares and instruments disagree",
    "least squares is biased if the instruments are valid",
    "report the instrumental estimate first",
)
VALID = Wording(
    "all instruments are unrelated to the error",
    "the instruments contradict each other",
    "the instrumental estimate depends on which instrument is used",
    "justify or drop instruments; report each alone",
)


def first_stage(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, robust: bool = True
) -> TestResult:
    """Measure the strength of the instruments of one endogenous regressor.

    Effective F of Montiel Olea and Pflueger (2013, eq. 3): ``|Z'x|^2 / tr(S)``, S the robust or
    clustered spread of the first stage's scores on orthonormal instruments; the ordinary robust F
    where there is one instrument, the ordinary F where ``robust=False``.

    Parameters
    ----------
    fit : InstrumentalFit
        With one endogenous regressor.
    clusters : (n,) array_like, optional
        Cluster of each row.
    robust : bool
        Without clusters: HC1 or classical.

    Returns
    -------
    TestResult
        Called strong from an effective F of 23.1 on (worst-case bias below 10 %, 5 % level, one
        instrument) and weak below 10; in words otherwise.

    Raises
    ------
    EstimationError
        If there is more than one endogenous regressor.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.fitting.regression.instrumental import instrumental_variables
    >>> z = np.arange(10.0); x = z + np.sin(z); y = x + np.cos(z)
    >>> first_stage(instrumental_variables(y, x[:, None], z[:, None])).verdict
    'strong: effective F above 23.1'
    """
    freed = only_regressor(fit.partialled)
    x = freed.X[:, 0]
    q = freed.Z.shape[1]
    pull = freed.Z.T @ x
    rest = x - freed.Z @ pull
    free = freed.nobs - freed.used - q
    if free < 1:
        raise EstimationError("instruments: as many as rows; the first stage fits exactly")
    if robust or clusters is not None:
        spread, groups = score_spread(freed.Z * rest[:, None], clusters, free)
        df = free if clusters is None else groups - 1
    else:
        spread, df = float(rest @ rest) / free * np.eye(q), free
    scale = float(np.trace(spread))
    statistic = float(pull @ pull) / scale if scale > 0.0 else np.inf
    p_value = float(special.fdtrc(q, df, statistic))
    return _strength(statistic, f"F({q}, {df})", p_value)


def endogeneity(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, robust: bool = True
) -> TestResult:
    """Test whether instruments were needed (Durbin-Wu-Hausman by regression).

    The residuals of the first stage are added to the structural equation; they should not matter.

    Parameters
    ----------
    fit : InstrumentalFit
        The instrumental regression.
    clusters : (n,) array_like, optional
        Cluster of each row.
    robust : bool
        Without clusters: HC1 or classical (AER::ivreg's Wu-Hausman).

    Returns
    -------
    TestResult
        F(m, df).

    Raises
    ------
    EstimationError
        If the first stage fits exactly.

    References
    ----------
    Wooldridge (2010), sec. 6.3.1.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.fitting.regression.instrumental import instrumental_variables
    >>> z = np.arange(10.0); x = z + np.sin(z); y = x + np.cos(z)
    >>> endogeneity(instrumental_variables(y, x[:, None], z[:, None])).distribution
    'F(1, 8)'
    """
    freed = fit.partialled
    m = freed.X.shape[1]
    missed = freed.X - freed.Z @ (freed.Z.T @ freed.X)
    if float(np.abs(missed).max()) <= 1e-12 * float(np.abs(freed.X).max()):
        raise EstimationError("instruments: they explain the regressors exactly; nothing to test")
    design = np.column_stack([freed.X, missed])
    beta, *_ = np.linalg.lstsq(design, freed.y, rcond=None)
    e = freed.y - design @ beta
    free = freed.nobs - freed.used - 2 * m
    if free < 1:
        raise EstimationError(f"y: {freed.nobs} rows leave no degree of freedom; add rows")
    bread, df = np.linalg.pinv(design.T @ design), free
    cov = float(e @ e) / free * bread[m:, m:]
    if robust or clusters is not None:
        spread, groups = score_spread(design * e[:, None], clusters, free)
        cov = (bread @ spread @ bread)[m:, m:]
        df = free if clusters is None else groups - 1
    statistic = float(beta[m:] @ np.linalg.pinv(cov) @ beta[m:]) / m
    p_value = float(special.fdtrc(m, df, statistic))
    return judged("Durbin-Wu-Hausman", statistic, f"F({m}, {df})", p_value, EXOGENOUS)


def overidentification(
    fit: InstrumentalFit, *, clusters: npt.ArrayLike | None = None, robust: bool = False
) -> TestResult:
    """Test whether instruments agree with each other (Sargan, 1958; Hansen, 1982).

    Sargan's ``n R^2`` of the residuals on the instruments; robust or clustered, Hansen's
    ``J = g(b)' S^-1 g(b)`` with ``g(b) = Z'(y - X b)``, S the robust or clustered spread of the
    scores at the estimate given, and b the second step of the generalised method of moments.

    Parameters
    ----------
    fit : InstrumentalFit
        With more instruments than endogenous regressors.
    clusters : (n,) array_like, optional
        Cluster of each row: J allows for correlation within.
    robust : bool
        Without clusters: J allows for heteroskedasticity.

    Returns
    -------
    TestResult
        chi2(q - m).

    Raises
    ------
    EstimationError
        If the equation is exactly identified (nothing can be tested then), or there are fewer
        clusters than instruments.

    Examples
    --------
    >>> import numpy as np
    >>> from quesnay.fitting.regression.instrumental import instrumental_variables
    >>> z = np.arange(10.0); x = z + np.sin(z); y = x + np.cos(z)
    >>> Z = np.column_stack([z, np.sqrt(z)])
    >>> overidentification(instrumental_variables(y, x[:, None], Z)).distribution
    'chi2(1)'
    """
    freed = fit.partialled
    df = freed.Z.shape[1] - freed.X.shape[1]
    if df < 1:
        raise EstimationError(
            "instruments: as many as endogenous regressors; agreement cannot be tested"
        )
    if robust or clusters is not None:
        statistic = _hansen(fit, clusters)
        name = "Hansen J (robust)" if clusters is None else "Hansen J (clustered)"
    else:
        score = freed.Z.T @ fit.residuals
        statistic = freed.nobs * float(score @ score) / float(fit.residuals @ fit.residuals)
        name = "Sargan (homoskedastic)"
    p_value = float(special.chdtrc(df, statistic))
    return judged(name, statistic, f"chi2({df})", p_value, VALID)


def _hansen(fit: InstrumentalFit, clusters: npt.ArrayLike | None) -> float:
    """Return J; the exogenous regressors' moments are free, so that partialling changes nothing."""
    freed = fit.partialled
    spread, groups = score_spread(freed.Z * fit.residuals[:, None], clusters, free=None)
    values, vectors = np.linalg.eigh(spread)
    if values[0] <= 1e-12 * values[-1]:
        raise EstimationError(
            f"instruments: {values.size} for {groups} clusters or rows, so that their scores have "
            "no inverse; use fewer instruments or Sargan's form"
        )
    whiten = vectors / np.sqrt(values)
    pulled, outcome = whiten.T @ (freed.Z.T @ freed.X), whiten.T @ (freed.Z.T @ freed.y)
    rest = outcome - pulled @ np.linalg.lstsq(pulled, outcome)[0]
    return float(rest @ rest)


def _strength(statistic: float, law: str, p_value: float) -> TestResult:
    if statistic > 23.1:
        words = ("strong: effective F above 23.1", "none", "none needed")
    elif statistic >= 10.0:
        words = (
            "moderate: effective F between 10 and 23.1",
            "usual t intervals may be too short",
            "report the Anderson-Rubin set beside the t interval",
        )
    else:
        words = (
            "weak: effective F below 10",
            "the estimate is biased towards least squares and t intervals do not hold",
            "report the Anderson-Rubin set, not the t interval; find a stronger instrument",
        )
    null = "the instruments do not move the regressor"
    return TestResult("First-stage effective F", null, statistic, law, p_value, *words)
