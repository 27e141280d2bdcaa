"""Covariances of coefficients; `COVARIANCES`, at the end, lists them by name with what they need.

Each is ``(X'X)^-1 M (X'X)^-1`` with its own middle: independent errors of equal or of own variance,
errors correlated within clusters, errors correlated across units and over time. An estimate says
its scale factor and the law that its t statistics are judged by.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from quesnay.fitting.arrays import Array, Codes
from quesnay.fitting.checks import is_whole, switch
from quesnay.fitting.errors import EstimationError, shown
from quesnay.fitting.regression.clusters import (
    ClusterMoments,
    adjust_clusters,
    cluster_moments,
    cluster_spectra,
    counted_parameters,
    refuse_vanishing,
)
from quesnay.fitting.regression.fixed_effects import cluster_sums
from quesnay.fitting.regression.least_squares import CovarianceEstimate, CovarianceRule, Regression

_FULL_LEVERAGE = 1e-10  # below this, 1 - h is rounding error
_MOST_DIMENSIONS = 4  # of clusters: 15 covariances
_BLOCK = 1 << 12  # rows whose scores stay in the processor's cache


@dataclass(frozen=True, slots=True)
class Classical:
    """Homoskedastic errors: ``s^2 (X'X)^-1``, ``s^2 = e'e / (n - K)``; t with n - K.

    K counts coefficients and absorbed effects.
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        variance = float(regression.residuals @ regression.residuals) / free
        rule = f"s² (X'X)⁻¹, s² = e'e / {free}; t with {free} degrees of freedom."
        return _estimate(regression, variance * regression.bread, "classical", rule)


@dataclass(frozen=True, slots=True)
class HC0:
    """White (1980): ``B (sum_i e_i^2 x_i x_i') B``, ``B = (X'X)^-1``, no factor; t with n - K."""

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals)
        rule = f"no small-sample factor; t with {free} degrees of freedom."
        return _estimate(regression, matrix, "HC0", rule)


@dataclass(frozen=True, slots=True)
class HC1:
    """HC0 times ``n / (n - K)`` (Hinkley, 1977); K counts absorbed effects; t with n - K."""

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals) * (regression.nobs / free)
        rule = f"factor n / (n - K) = {regression.nobs} / {free}; t with {free}."
        return _estimate(regression, matrix, "HC1", rule)


@dataclass(frozen=True, slots=True)
class HC2:
    """Residuals over ``sqrt(1 - h_i)`` (MacKinnon and White, 1985): unbiased if homoskedastic.

    The leverage ``h_i`` includes the absorbed effects; t with n - K.
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals / np.sqrt(_slack(regression)))
        rule = f"residuals over sqrt(1 - h); t with {free} degrees of freedom."
        return _estimate(regression, matrix, "HC2", rule)


@dataclass(frozen=True, slots=True)
class HC3:
    """Residuals over ``1 - h_i`` (MacKinnon and White, 1985): close to the jackknife.

    The leverage ``h_i`` includes the absorbed effects; t with n - K.
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        free = regression.need_freedom()
        matrix = _sandwich(regression, regression.residuals / _slack(regression))
        rule = f"residuals over 1 - h; t with {free} degrees of freedom."
        return _estimate(regression, matrix, "HC3", rule)


def _estimate(
    regression: Regression, matrix: Array, name: str, rule: str, df: int | None = None
) -> CovarianceEstimate:
    freedom = np.full(regression.X.shape[1], float(regression.free if df is None else df))
    return CovarianceEstimate((matrix + matrix.T) / 2, freedom, name, rule)


def _sandwich(regression: Regression, residuals: Array) -> Array:
    Z, T = regression.parts()
    meat = np.zeros_like(T)
    for i in range(0, regression.nobs, _BLOCK):
        scores = Z[i : i + _BLOCK] * residuals[i : i + _BLOCK, None]
        meat += scores.T @ scores
    return np.asarray(T @ meat @ T.T)


def _slack(regression: Regression) -> Array:
    """Return 1 - h, refusing rows that the regression fits whatever their outcome."""
    slack = 1.0 - regression.leverage()
    full = np.flatnonzero(slack < _FULL_LEVERAGE)
    if full.size:
        *those, last = (n for n, c in COVARIANCES.items() if c.by_leverage and not c.needs)
        raise EstimationError(
            f"{full.size} rows (the first is row {full[0]} of those used) have leverage one, so "
            f"{', '.join(those)} and {last} do not exist; use HC1, or drop the regressor that only "
            "they have"
        )
    return np.asarray(slack)


@dataclass(frozen=True, slots=True)
class CR0:
    """Liang and Zeger (1986): ``B (sum_g X_g'e_g e_g'X_g) B``, no factor; t with G - 1.

    Several dimensions: ``V_1 + V_2 - V_12``, and so on with alternating sign over every choice of
    dimensions (Cameron, Gelbach and Miller, 2011); G is the smallest.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> float(CR0().estimate(fit).matrix[0, 0])
    1.125
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        groups = _fewest_clusters(regression)
        matrix = _multiway(regression, _plain)
        rule = f"no small-sample factor; t with G - 1 = {groups - 1} degrees of freedom."
        return _clustered_estimate(regression, matrix, groups, name="CR0", rule=rule)


@dataclass(frozen=True, slots=True)
class CR1:
    """CR0 times ``G / (G - 1) (n - 1) / (n - K)``; t with G - 1.

    Several dimensions: as `CR0`, with the factor of the smallest G (Cameron, Gelbach and Miller,
    2011; the rule of reghdfe and fixest).

    Parameters
    ----------
    counting : {"not nested", "all", "none"}
        Which absorbed effects count in K: see `counted_parameters`.
    groups : {"fewest", "own"}
        With several dimensions: one factor, of the smallest G, or for each of V_1, V_2, V_12 and so
        on that of its own G, as in R's sandwich::vcovCL.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> float(CR1().estimate(fit).matrix[0, 0])
    2.25
    """

    counting: str = "not nested"
    groups: str = "fewest"

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        groups = _fewest_clusters(regression)
        rows, counted = regression.nobs, counted_parameters(regression, self.counting)
        size = (rows - 1) / (rows - counted)
        if self.groups == "own":
            matrix = size * _multiway(regression, _own_factor)
            said = f"factor G / (G - 1) (n - 1) / (n - K), each part's own G, K = {counted}"
        elif self.groups == "fewest":
            factor = groups / (groups - 1) * size
            matrix = factor * _multiway(regression, _plain)
            said = (
                f"factor G / (G - 1) (n - 1) / (n - K) = {factor:.6g}, G = {groups}, K = {counted}"
            )
        else:
            raise EstimationError(
                f"groups: {shown(self.groups)} is not known; use 'fewest' or 'own'"
            )
        rule = f"{said}; t with G - 1 = {groups - 1} degrees of freedom."
        return _clustered_estimate(regression, matrix, groups, name="CR1", rule=rule)


@dataclass(frozen=True, slots=True)
class CR2:
    """Bell and McCaffrey (2002): residuals times ``(I - H_gg)^(-1/2)``; Satterthwaite's t.

    Unbiased if errors are independent with equal variances. H includes the absorbed effects
    (Pustejovsky and Tipton, 2018); the root is symmetric, and a generalised one where a cluster
    fits itself. With weights the root is that of ``[(I - H)(I - H)']_gg``, H no longer symmetric,
    as in clubSandwich (whose ``inverse_var = TRUE`` assumes variances inverse to the weights).
    Degrees of freedom differ by coefficient: ``(sum_g P_gg)^2 / sum_gh P_gh^2`` (their equation
    11). One dimension of clusters.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> estimate = CR2().estimate(fit)
    >>> round(float(estimate.matrix[0, 0]), 4), round(float(estimate.df[0]), 4)
    (2.25, 1.0)
    """

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        _fewest_clusters(regression)
        if len(regression.clusters) > 1:
            raise EstimationError(
                "CR2 is defined for one dimension of clusters, not "
                f"{len(regression.clusters)}: use CR1 or CR3, or cluster by one column"
            )
        half, moments = adjusted_clusters(regression, regression.clusters[0])
        df = moments.satterthwaite()
        refuse_vanishing(regression, half.T @ half, f"{half.shape[0]} clusters")
        rule = (
            "residuals times (I - H)^(-1/2) by cluster; t with Satterthwaite's degrees of "
            f"freedom, {df.min():.2f} to {df.max():.2f}."
        )
        return CovarianceEstimate(half.T @ half, df, "CR2", rule)


@dataclass(frozen=True, slots=True)
class CR3:
    """The jackknife over clusters, from residuals times ``(I - H_gg)^-1``; t with G - 1.

    ``(G - 1) / G sum_g (b_g - b)(b_g - b)'``, b_g the estimate without cluster g, in closed form
    (MacKinnon, Nielsen and Webb, 2023; Stata's ``vce(jackknife, mse)``). Several dimensions: as
    `CR0`.

    Parameters
    ----------
    factor : {"jackknife", "none"}
        Whether to multiply by ``(G - 1) / G``, or to leave that out, as clubSandwich does.

    Examples
    --------
    >>> unit = np.array([0, 0, 1, 1])
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     clusters=(unit,))
    >>> round(float(CR3().estimate(fit).matrix[0, 0]), 4)
    2.25
    """

    factor: str = "jackknife"

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        if self.factor not in ("jackknife", "none"):
            raise EstimationError(
                f"factor: {shown(self.factor)} is not known; use 'jackknife' or 'none'"
            )
        groups = _fewest_clusters(regression)
        matrix = _multiway(regression, partial(_jackknifed, scaled=self.factor == "jackknife"))
        said = "factor (G - 1) / G" if self.factor == "jackknife" else "no factor"
        rule = f"residuals times (I - H)^(-1) by cluster, {said}; t with G - 1 = {groups - 1}."
        return _clustered_estimate(regression, matrix, groups, name="CR3", rule=rule)


def _plain(regression: Regression, codes: Codes) -> Array:
    Z, T = regression.parts()
    half = cluster_sums(Z * regression.residuals[:, None], codes) @ T.T
    return np.asarray(half.T @ half)


def _own_factor(regression: Regression, codes: Codes) -> Array:
    groups = int(codes.max()) + 1
    return groups / (groups - 1) * _plain(regression, codes)


def adjusted_clusters(regression: Regression, codes: Codes) -> tuple[Array, ClusterMoments]:
    """Return CR2's scores by cluster, (G, k), with their moments."""
    if regression.weights is not None:
        return adjust_clusters(regression, codes)
    spectra = cluster_spectra(regression, codes)
    return spectra.halves(-0.5), cluster_moments(spectra, -0.5)


def _jackknifed(regression: Regression, codes: Codes, *, scaled: bool) -> Array:
    half = cluster_spectra(regression, codes).halves(-1.0)
    factor = (len(half) - 1) / len(half) if scaled else 1.0
    return np.asarray(factor * (half.T @ half))


def _multiway(regression: Regression, one_way: Callable[[Regression, Codes], Array]) -> Array:
    """Return V_1, or V_1 + V_2 - V_12 and so on, which need not be positive semi-definite."""
    dimensions = regression.clusters
    if len(dimensions) == 1:
        return one_way(regression, dimensions[0])
    total = np.zeros(regression.bread.shape)
    for size in range(1, len(dimensions) + 1):
        for chosen in combinations(dimensions, size):
            # codes of the groups that several dimensions form together
            codes = chosen[0]
            for other in chosen[1:]:
                pairs = codes * (int(other.max()) + 1) + other
                codes = np.unique(pairs, return_inverse=True)[1].astype(np.intp)
            total += (-1.0) ** (size + 1) * one_way(regression, codes)
    return total


def _positive_part(matrix: Array, root: Array) -> Array:
    """Return a covariance with its negative eigenvalues set to zero.

    As Cameron, Gelbach and Miller (2011) do, but for the coefficients of the orthonormal basis
    ``X root``: eigenvalues of the covariance itself, and so its errors, depend on the units in
    which regressors are measured.
    """
    inner = np.linalg.solve(root, np.linalg.solve(root, matrix).T)
    values, vectors = np.linalg.eigh((inner + inner.T) / 2)
    if values[0] >= 0:
        return matrix
    half = root @ (vectors * np.sqrt(np.maximum(values, 0.0)))
    return np.asarray(half @ half.T)


def _fewest_clusters(regression: Regression) -> int:
    """Return the clusters of the dimension with fewest, or refuse what has no clustered errors."""
    if not regression.clusters:
        raise EstimationError("clustered errors need clusters: name a column with cluster=")
    if len(regression.clusters) > _MOST_DIMENSIONS:
        raise EstimationError(
            f"{len(regression.clusters)} dimensions of clusters: one to {_MOST_DIMENSIONS} are "
            "possible; leave out those that lie within others"
        )
    groups = min(int(codes.max()) + 1 for codes in regression.clusters)
    if groups < 2:
        raise EstimationError("one cluster only: clustered errors need at least two")
    regression.need_freedom()
    return groups


def _clustered_estimate(
    regression: Regression, matrix: Array, groups: int, *, name: str, rule: str
) -> CovarianceEstimate:
    if len(regression.clusters) > 1:
        repaired = _positive_part(matrix, regression.root)
        if repaired is not matrix:
            what = "V_1 + V_2 - V_12" if len(regression.clusters) == 2 else "V_1 + V_2 - V_12 ..."
            rule += f" {what} was indefinite and is made positive semi-definite."
            lost = int((matrix.diagonal() < 0.0).sum())
            if lost:
                rule += (
                    f" {lost} of the variances came out negative, so that these errors are far too "
                    "small: take the largest of those with one dimension of clusters."
                )
        matrix = repaired
    refuse_vanishing(regression, matrix, f"{groups} clusters")
    return _estimate(regression, matrix, name, rule, groups - 1)


@dataclass(frozen=True, slots=True)
class NeweyWest:
    """Newey and West (1987): one series, errors correlated over time; t with n - k.

    ``B [G_0 + sum_l (1 - l / (lags + 1)) (G_l + G_l')] B``, ``G_l = sum_t h_t h_{t-l}'``, h_t the
    score of period t; one row a period, as in statsmodels' HAC and Stata's ``newey``.

    Parameters
    ----------
    lags : int, optional
        Bartlett lags; by default the integer part of ``4 (n / 100)^(2/9)`` (Newey and West, 1994).
    adjust : bool, default True
        Multiply by ``n / (n - k)`` as Stata does.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     periods=np.arange(4))
    >>> float(NeweyWest(lags=1, adjust=False).estimate(fit).matrix[0, 0])
    0.625
    """

    lags: int | None = None
    adjust: bool = True

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        periods = regression.periods
        if periods is None:
            raise EstimationError("Newey-West errors need periods: name a column with time=")
        free, n = regression.need_freedom(), regression.nobs
        if np.unique(periods).size != n:
            raise EstimationError(
                "Newey-West errors are for one series, one row a period; use Driscoll-Kraay for "
                "a panel"
            )
        adjust = switch(self.adjust, "adjust")
        usual = int(4 * (n / 100) ** (2 / 9))  # fewer than n for any n of two and more
        lags = _checked_lags(usual if self.lags is None else self.lags, n)
        matrix = _bartlett(regression, periods, lags) * (n / free if adjust else 1.0)
        refuse_vanishing(regression, matrix, f"{n} periods")
        factor = "factor n / (n - k)" if adjust else "no small-sample factor"
        rule = f"{lags} Bartlett lags, {factor}; t with {free} degrees of freedom."
        return _estimate(regression, matrix, "Newey-West", rule)


@dataclass(frozen=True, slots=True)
class DriscollKraay:
    """Driscoll and Kraay (1998): Newey-West on the scores summed by period; t with T - 1.

    ``B [G_0 + sum_l (1 - l / (lags + 1)) (G_l + G_l')] B``, ``G_l = sum_t h_t h_{t-l}'``, h_t the
    score of period t. Without a further factor, as in R's plm; a period that lost all
    its rows keeps its place in the lags.

    Parameters
    ----------
    lags : int, optional
        Bartlett lags; by default the integer part of ``T^(1/4)``.
    adjust : bool, default False
        Multiply by ``n / (n - k)`` as plm's type HC1 does.

    Examples
    --------
    >>> fit = Regression(np.ones((4, 1)), np.array([1.0, 2, -2, -1]), np.array([[0.25]]),
    ...     periods=np.array([0, 0, 1, 1]))
    >>> float(DriscollKraay(lags=0).estimate(fit).matrix[0, 0])
    1.125
    """

    lags: int | None = None
    adjust: bool = False

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        if regression.periods is None:
            raise EstimationError("Driscoll-Kraay errors need periods: name a column with time=")
        regression.need_freedom()
        periods = int(np.unique(regression.periods).size)  # those with rows
        if periods < 2:
            raise EstimationError("one period only: Driscoll-Kraay errors need at least two")
        lags = _checked_lags(int(periods**0.25) if self.lags is None else self.lags, periods)
        adjust = switch(self.adjust, "adjust")
        matrix = _bartlett(regression, regression.periods, lags)
        if adjust:
            matrix *= regression.nobs / (regression.nobs - regression.X.shape[1])
        refuse_vanishing(regression, matrix, f"{periods} periods")
        factor = "factor n / (n - k)" if adjust else "no small-sample factor"
        rule = f"{lags} Bartlett lags, {factor}; t with T - 1 = {periods - 1} degrees of freedom."
        return _estimate(regression, matrix, "Driscoll-Kraay", rule, periods - 1)


def _checked_lags(lags: int, periods: int) -> int:
    if not is_whole(lags) or not 0 <= lags < periods:
        raise EstimationError(f"lags: {shown(lags)} of {periods} periods; give 0 to {periods - 1}")
    return lags


def _bartlett(regression: Regression, periods: Codes, lags: int) -> Array:
    """Return the sandwich of scores by period, weighted ``1 - l / (lags + 1)`` at lag l."""
    Z, T = regression.parts()
    half = cluster_sums(Z * regression.residuals[:, None], periods) @ T.T
    matrix = half.T @ half
    for lag in range(1, lags + 1):
        cross = half[lag:].T @ half[:-lag]
        matrix += (1.0 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(matrix)


@dataclass(frozen=True, slots=True)
class Covariance:
    """A rule and what it asks of a sample: `needs` "clusters", "periods" or nothing.

    What goes by leverage within clusters does not exist beside slopes that are absorbed.
    """

    rule: CovarianceRule
    needs: str = ""
    by_leverage: bool = False


COVARIANCES: Mapping[str, Covariance] = {
    "classical": Covariance(Classical()),
    "HC0": Covariance(HC0()),
    "HC1": Covariance(HC1()),
    "HC2": Covariance(HC2(), by_leverage=True),
    "HC3": Covariance(HC3(), by_leverage=True),
    "CR0": Covariance(CR0(), "clusters"),
    "CR1": Covariance(CR1(), "clusters"),
    "CR2": Covariance(CR2(), "clusters", by_leverage=True),
    "CR3": Covariance(CR3(), "clusters", by_leverage=True),
    "Driscoll-Kraay": Covariance(DriscollKraay(), "periods"),
    "Newey-West": Covariance(NeweyWest(), "periods"),
}
"""Name -> rule, in every linear estimator, in messages and in the documentation."""

CLUSTERED = ", ".join(name for name, own in COVARIANCES.items() if own.needs == "clusters")
"""The rules that take clusters, as messages name them."""


def known_covariance(rule: CovarianceRule) -> str | None:
    """Return the name of a rule, whatever its options; None where it is a user's own."""
    return next((n for n, c in COVARIANCES.items() if isinstance(rule, type(c.rule))), None)
