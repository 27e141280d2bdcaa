"""Least squares that keeps its digits, and a fit as diagnostics and covariances see it.

Cholesky of the scaled Gram matrix with a corrected semi-normal step where conditioning allows,
else column-scaled QR with Björck's refinement in extended precision. `Projection` is one
orthonormal basis of a design, from which every diagnostic follows; `Regression` is what every
covariance needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy import linalg, special
from scipy.linalg import blas, lapack

from quesnay.fitting.arrays import Array, Codes, Mask
from quesnay.fitting.checks import as_design, as_vector
from quesnay.fitting.errors import EstimationError
from quesnay.fitting.regression.fixed_effects import Absorber

Long = npt.NDArray[np.longdouble]
_WELL_CONDITIONED = 1e-4  # of the scaled Gram matrix, so that cond(X) is at most about 100
_FAIRLY_CONDITIONED = 1e-12  # of the same: two Cholesky factorisations are as good as Householder's
_EXACT = 1e-26  # of the squares of the outcome: residuals as small are rounding
_QUICK = 1_000_000  # n k^2 up to which nobody waits for an inverse in extended precision
_ROUNDS = 12  # each round gains -log10(eps * condition) digits, never fewer than three here
_BLOCK = 1 << 15  # rows turned into extended precision at a time


@dataclass(frozen=True, slots=True)
class LinearFit:
    """Least squares of y on X.

    `coefficients` (k,): least-squares coefficients; `residuals` (n,): y minus the fitted values;
    `bread` (k, k): inverse of X'X; `reciprocal_condition`: estimate of the reciprocal 1-norm
    condition of the scaled Gram matrix; 0 where its Cholesky factor does not exist in double
    precision; `route`: ``"cholesky"``, ``"cholesky qr"`` or ``"refined qr"``; `root` (k, k): L with
    ``bread = L L'``, so that ``X L`` is orthonormal; `basis` (n, k): ``X L`` from the QR
    factorisation on the other routes.
    """

    coefficients: Array
    residuals: Array
    bread: Array
    reciprocal_condition: float
    route: str
    root: Array
    basis: Array | None = None

    @property
    def ssr(self) -> float:
        """Sum of squared residuals."""
        return float(self.residuals @ self.residuals)

    def is_exact(self, y: Array) -> bool:
        """Return whether X explains y (n,) to rounding, so that errors and tests mean nothing."""
        return self.ssr <= _EXACT * float(y @ y)


def least_squares(
    y: Array | Long, X: Array | Long, *, names: Sequence[str] | None = None, noise: float = 1.0
) -> LinearFit:
    """Fit y by X, taking the fast route only where it costs no digits.

    Shapes: `y` (n,), `X` (n, k).

    Columns are scaled before anything is judged. Cholesky of the Gram matrix with one corrected
    semi-normal step (Björck, 1987) restores the digits that squaring the condition costs while
    ``cond(X) <= 100``: dummies of hundreds of levels are such a design. Others are solved by QR and
    refined in extended precision (Björck, 1967), the inverse of X'X too, which takes k times as
    long: large designs of condition up to 1e6 have coefficients to nearly full precision and errors
    to ``eps cond(X)``, from a QR by two Cholesky factorisations (Yamamoto et al., 2015).
    """
    if X.ndim != 2 or y.ndim != 1 or X.shape[0] != y.shape[0]:
        raise EstimationError(f"design of shape {X.shape} and outcome of shape {y.shape}: no match")
    rows, columns = X.shape
    if columns == 0:
        raise EstimationError("the design has no columns: give at least one regressor")
    if rows < columns:
        raise EstimationError(
            f"{rows} rows for {columns} coefficients: give more rows or drop regressors"
        )
    labels = [f"column {i}" for i in range(X.shape[1])] if names is None else names
    plain, outcome = np.asarray(X, dtype=np.float64), np.asarray(y, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        gram = plain.T @ plain
        moments = plain.T @ outcome
        square = float(outcome @ outcome)
    lengths = np.sqrt(gram.diagonal())  # no product is larger than the lengths of its factors
    fit = None
    if not (np.isfinite(lengths.max()) and np.isfinite(square)):
        values = np.column_stack([outcome, plain]).T
        places = np.argwhere(~np.isfinite(values))
        if places.size:
            column, row = places[0]
            raise EstimationError(
                f"{['outcome', *labels][column]}: {values[column, row]} at row {row}; "
                "mend or drop the row"
            )
    elif lengths.min() > 1e-140:  # squares of shorter columns underflow
        fit = _by_cholesky(outcome, plain, (gram, moments, lengths))
        if fit is None and X.shape[0] * X.shape[1] ** 2 > _QUICK:
            fit = _by_cholesky_qr(y, X, labels, noise)
    return _by_refined_qr(y, X, labels, noise) if fit is None else fit


def _by_cholesky(y: Array, X: Array, parts: tuple[Array, Array, Array]) -> LinearFit | None:
    """Solve the normal equations, or return None where they are ill conditioned."""
    gram, moments, lengths = parts
    scaled = gram / lengths / lengths[:, None]
    factor, failed = lapack.dpotrf(scaled)
    if failed:
        return None
    condition, _ = lapack.dpocon(factor, np.abs(scaled).sum(axis=0).max())
    if condition < _WELL_CONDITIONED:
        # the 1-norm overstates the condition of many columns, by up to their number
        if condition * len(scaled) < _WELL_CONDITIONED:
            return None
        values = np.linalg.eigvalsh(scaled)
        if values[0] < _WELL_CONDITIONED * values[-1]:
            return None
    root = lapack.dtrtri(factor)[0] / lengths[:, None]
    bread = root @ root.T
    first = lapack.dpotrs(factor, moments / lengths)[0]  # of columns scaled to length one
    residuals = y - X @ (first / lengths)
    step = lapack.dpotrs(factor, (X.T @ residuals) / lengths)[0]
    coefficients = (first + step) / lengths
    if np.abs(step).max() > 1e-14 * np.abs(first).max():
        residuals = y - X @ coefficients  # else they would change by rounding error only
    return LinearFit(coefficients, residuals, bread, float(condition), "cholesky", root)


def dependent_columns(X: Array, *, noise: float = 1.0, tolerance: float | None = None) -> Mask:
    """Return which columns of X (n, k) those before them explain: what to drop, in order.

    As Stata and R's ``lm`` drop them: the earlier column stays. Columns are scaled first. By
    default a column that `name_dependence` could not tell from rounding depends, and none does
    where that finds full rank; `tolerance` is instead the share of its length that a column must
    have of its own.
    """
    lengths = np.sqrt(np.square(X).sum(axis=0))
    dependent: Mask = np.asarray(lengths == 0.0)
    scaled = X / np.where(dependent, 1.0, lengths)
    least = 10 * _tolerance(*X.shape, noise=noise) if tolerance is None else tolerance
    if tolerance is None and not dependent.any() and _rank(scaled, noise) == X.shape[1]:
        return dependent
    R: Array = np.asarray(np.linalg.qr(scaled, mode="r"))
    basis = np.zeros((len(R), 0))
    for j in range(X.shape[1]):
        rest = R[:, j] - basis @ (basis.T @ R[:, j])
        rest -= basis @ (basis.T @ rest)
        length = float(np.sqrt(rest @ rest))
        if length <= least:
            dependent[j] = True
        else:
            basis = np.column_stack([basis, rest / length])
    return dependent


def _rank(X: Array, noise: float) -> int:
    """Return the rank of columns of similar length."""
    size = np.abs(np.diag(linalg.qr(X, mode="r", pivoting=True)[0]))
    least = _tolerance(*X.shape, noise=noise) * size[0]
    return int(np.count_nonzero(size > least))


def _by_cholesky_qr(
    y: Array | Long, X: Array | Long, names: Sequence[str], noise: float
) -> LinearFit | None:
    """Solve by QR from two Cholesky factorisations, or return None where X is too near singular."""
    scaled, scale = scale_columns(np.asarray(X, dtype=np.float64), names)
    Q: Array = np.asfortranarray(scaled)
    R: Array = np.eye(scaled.shape[1])
    for _ in range(2):
        factor, failed = lapack.dpotrf(Q.T @ Q)
        if failed:
            return None
        Q = blas.dtrsm(1.0, factor, Q, side=1)
        R = factor @ R
    condition = float(1.0 / np.linalg.cond(R, 1)) ** 2
    least = 10 * _tolerance(*scaled.shape, noise=noise)
    if condition < max(_FAIRLY_CONDITIONED, least**2):
        return None
    unit = _unit_of(y)
    none = np.zeros((scaled.shape[1], 1))
    solution, rest = _refine((y / unit)[:, None], none, X / scale, (Q, R), rounds=2)
    root = lapack.dtrtri(R)[0] / scale[:, None]
    coefficients, residuals = solution[:, 0] * unit / scale, rest[:, 0] * unit
    return LinearFit(coefficients, residuals, root @ root.T, condition, "cholesky qr", root, Q)


def _by_refined_qr(
    y: Array | Long, X: Array | Long, names: Sequence[str], noise: float
) -> LinearFit:
    """Solve by Householder's QR, refined in extended precision, and the inverse of X'X likewise."""
    scaled, scale = scale_columns(np.asarray(X, dtype=np.float64), names)
    name_dependence(scaled, names, noise=noise)
    factors = linalg.qr(scaled, mode="economic")
    Q, R = (np.asarray(part, dtype=np.float64) for part in factors)
    unit, count = _unit_of(y), scaled.shape[1]
    top = np.zeros((len(y), count + 1), dtype=np.longdouble)
    top[:, 0] = y / unit
    bottom = np.column_stack([np.zeros(count), -np.eye(count)])
    solution, rest = _refine(top, bottom, X / scale, (Q, R), rounds=_ROUNDS)
    bread = (solution[:, 1:] + solution[:, 1:].T) / 2
    return LinearFit(
        solution[:, 0] * unit / scale,
        rest[:, 0] * unit,
        bread / scale / scale[:, None],
        float(1.0 / np.linalg.cond(R, 1)) ** 2,
        "refined qr",
        np.linalg.inv(R) / scale[:, None],
        Q,
    )


def _unit_of(y: Array | Long) -> float:
    """Return the power of two that is nearest to the largest outcome."""
    height = float(np.abs(y).max())
    return float(column_scale(np.array([height]))[0]) if height > 0 else 1.0


def _refine(
    top: Array | Long,
    bottom: Array,
    X: Array | Long,
    factors: tuple[Array, Array],
    *,
    rounds: int,
) -> tuple[Array, Array]:
    """Solve ``[I X; X' 0] [r; b] = [top; bottom]`` for b (k, m) and r (n, m).

    Björck (1967), "Iterative refinement of linear least squares solutions I": each solution by QR
    leaves a residual, which is formed in extended precision and solved again until corrections stop
    shrinking. The right sides are ``(y, 0)`` for coefficients and ``(0, -e_j)`` for column j of
    the inverse of X'X. Where ``numpy.longdouble`` is no wider than a double (Windows, Apple), the
    last digits are lost.
    """
    Q, R = factors
    rest = np.zeros(top.shape, dtype=np.longdouble)
    solution = np.zeros(bottom.shape, dtype=np.longdouble)
    f, g = np.asarray(top, dtype=np.float64), bottom
    last = np.inf
    for done in range(rounds):
        if done:
            f = np.asarray(top - rest - _long_product(X, solution), dtype=np.float64)
            g = np.asarray(bottom - _long_cross(X, rest), dtype=np.float64)
        inner = Q.T @ f - linalg.solve_triangular(R, g, trans="T", check_finite=False)
        step = linalg.solve_triangular(R, inner, check_finite=False)
        solution += step
        rest += f - Q @ inner
        size = float(np.max(np.abs(step).max(axis=0) / _largest(solution)))
        if size < np.finfo(np.longdouble).eps or size > 0.5 * last:
            break
        last = size
    return np.asarray(solution, dtype=np.float64), np.asarray(rest, dtype=np.float64)


def column_scale(lengths: Array) -> Array:
    """Return the powers of two nearest to the lengths of columns."""
    return np.asarray(np.exp2(np.rint(np.log2(lengths))))


def scale_columns(X: Array, names: Sequence[str]) -> tuple[Array, Array]:
    """Return columns of length near one, and the powers of two by which they were divided.

    Shapes: `X` (n, k); returns (n, k) and (k,).
    """
    largest = np.abs(X).max(axis=0)
    if (largest == 0.0).any():
        column = names[int(np.argmin(largest))]
        raise EstimationError(f"column {column!r} is zero throughout: drop it")
    first = column_scale(largest)  # so that no square overflows
    lengths = first * np.sqrt(np.square(X / first).sum(axis=0))
    scale = column_scale(lengths)
    return X / scale, scale


def name_dependence(X: Array, names: Sequence[str], *, noise: float = 1.0) -> None:
    """Refuse a design whose columns depend on each other, naming those that do.

    Shapes: `X` (n, k).

    QR with column pivoting (Golub, 1965): a diagonal entry of R below ``64 eps max(sqrt n, k)``
    of the largest is rounding error. Filip of NIST StRD, condition 1e10 once scaled, passes.
    """
    rows, columns = X.shape
    R, pivot = linalg.qr(X, mode="r", pivoting=True)
    size = np.abs(np.diag(R))
    tolerance = _tolerance(rows, columns, noise=noise)
    rank = int(np.count_nonzero(size > tolerance * size[0]))
    if rank == columns:
        return
    shares = np.abs(linalg.solve_triangular(R[:rank, :rank], R[:rank, rank]))
    involved = [int(pivot[i]) for i in np.flatnonzero(shares > 1e-6 * shares.max())]
    listed = ", ".join(repr(names[i]) for i in sorted([*involved, int(pivot[rank])]))
    raise EstimationError(
        f"columns {listed} depend on each other linearly: no coefficient of their own; "
        "drop one of them"
    )


def _tolerance(rows: int, columns: int, *, noise: float) -> float:
    """Return below which share of the largest a diagonal entry of R is rounding error."""
    return float(64 * noise * np.finfo(float).eps * max(np.sqrt(rows), columns))


def _largest(values: Long) -> Array:
    """Return the largest magnitude of each column, at least the smallest normal number."""
    largest = np.abs(values).max(axis=0).astype(np.float64)
    return np.asarray(np.maximum(largest, np.finfo(float).tiny))


def _long_product(X: Array | Long, B: Long) -> Long:
    blocks = [X[i : i + _BLOCK].astype(np.longdouble) @ B for i in range(0, X.shape[0], _BLOCK)]
    return np.concatenate(blocks)


def _long_cross(X: Array | Long, E: Long) -> Long:
    total = np.zeros((X.shape[1], E.shape[1]), dtype=np.longdouble)
    for i in range(0, X.shape[0], _BLOCK):
        total += X[i : i + _BLOCK].T.astype(np.longdouble) @ E[i : i + _BLOCK]
    return total


@dataclass(frozen=True, slots=True)
class Projection:
    """Least squares of y on X through a thin QR factorisation of the column-scaled design.

    `Q` (n, k): orthonormal basis of the columns of X; `R` (k, k): upper triangle with ``X / scale =
    Q R``; `scale` (k,): Euclidean length of each column of X; `coefficients` (k,): least-squares
    coefficients of y; `residuals`, `fitted` (n,): y minus its projection, and the projection.
    """

    Q: Array
    R: Array
    scale: Array
    coefficients: Array
    residuals: Array
    fitted: Array

    @property
    def nobs(self) -> int:
        """Number of observations n."""
        return int(self.Q.shape[0])

    @property
    def rank(self) -> int:
        """Number of coefficients k."""
        return int(self.Q.shape[1])

    @property
    def ssr(self) -> float:
        """Sum of squared residuals."""
        return float(self.residuals @ self.residuals)

    @property
    def exact(self) -> bool:
        """Whether the design explains y to rounding, so that residuals mean nothing."""
        whole = self.ssr + float(self.fitted @ self.fitted)
        return self.ssr <= _EXACT * whole

    @property
    def design(self) -> Array:
        """X, (n, k)."""
        return self.Q @ (self.R * self.scale)

    @property
    def leverage(self) -> Array:
        """Diagonal of the hat matrix, (n,)."""
        return np.asarray(np.einsum("ij,ij->i", self.Q, self.Q))

    def root(self) -> Array:
        """Return L, (k, k), with ``X L = Q`` and ``L L'`` the inverse of X'X."""
        inverse = linalg.solve_triangular(self.R, np.eye(self.rank))
        return np.asarray(inverse / self.scale[:, None])

    def bread(self) -> Array:
        """Return the inverse of X'X, (k, k)."""
        root = self.root()
        return np.asarray(root @ root.T)

    def annihilate(self, values: Array) -> Array:
        """Return what of `values`, (n,) or (n, m), the design does not explain."""
        rest = values - self.Q @ (self.Q.T @ values)
        return np.asarray(rest - self.Q @ (self.Q.T @ rest))  # twice is enough (Kahan)


def project(y: npt.ArrayLike, X: npt.ArrayLike) -> Projection:
    """Project an outcome on a design.

    Shapes: `y` (n,), `X` (n, k).
    """
    design = as_design(X)
    outcome = as_vector(y, design.shape[0], "y")
    scale = np.sqrt(np.einsum("ij,ij->j", design, design))
    if (scale == 0.0).any():
        raise EstimationError(f"X: column {int(np.argmin(scale))} is zero throughout; drop it")
    Q, R = linalg.qr(design / scale, mode="economic", check_finite=False)
    small = np.abs(np.diag(R)) < 1e-13 * R.shape[0]  # of columns of length one
    if small.any():
        column = int(np.argmax(small))
        raise EstimationError(f"X: column {column} depends linearly on those before it; drop it")
    first = Q.T @ outcome
    second = Q.T @ (outcome - Q @ first)  # re-orthogonalised: residuals to full precision
    residuals = outcome - Q @ first - Q @ second
    coefficients = linalg.solve_triangular(R, first + second) / scale
    return Projection(Q, R, scale, coefficients, residuals, outcome - residuals)


def project_noisy(y: npt.ArrayLike, X: npt.ArrayLike) -> Projection:
    """Project an outcome on a design and refuse an exact fit, which leaves nothing to test."""
    fit = project(y, X)
    if fit.exact:
        raise EstimationError("y: the design explains it exactly; there are no residuals to test")
    return fit


@dataclass(frozen=True, slots=True)
class Regression:
    """What every covariance needs of a least-squares fit.

    X (n, k): design free of the absorbed effects, and residuals (n,), both times the square root of
    the weights (n,), None where all are one; `bread` (k, k): inverse of X'X; codes (n,) of each
    absorbed set, prepared in `absorber`, and of each dimension of clusters; periods 0..T-1 (n,) in
    time order; `factor` (k, k): L with ``bread = L L'``, by default its Cholesky factor; Q (n, k):
    ``X L`` where it was formed with more digits than the product has.
    """

    X: Array
    residuals: Array
    bread: Array
    effects: tuple[Codes, ...] = ()
    absorber: Absorber | None = None
    clusters: tuple[Codes, ...] = ()
    periods: Codes | None = None
    factor: Array | None = None
    Q: Array | None = None
    weights: Array | None = None

    @property
    def nobs(self) -> int:
        """Number of observations n."""
        return int(self.X.shape[0])

    @property
    def absorbed(self) -> int:
        """Degrees of freedom of the absorbed effects."""
        return 0 if self.absorber is None else self.absorber.rank

    @property
    def free(self) -> int:
        """Residual degrees of freedom n - k - absorbed."""
        return self.nobs - int(self.X.shape[1]) - self.absorbed

    @property
    def root(self) -> Array:
        """L with ``bread = L L'``, so that ``X L`` is orthonormal."""
        return np.asarray(np.linalg.cholesky(self.bread)) if self.factor is None else self.factor

    def basis(self) -> Array:
        """Return ``X L``, an orthonormal basis of the design, (n, k)."""
        return self.X @ self.root if self.Q is None else self.Q

    def parts(self) -> tuple[Array, Array]:
        """Return Z, (n, k), and T, (k, k), with ``(X'X)^-1 x_i = T z_i``, losing no digits."""
        return (self.X, self.bread) if self.Q is None else (self.Q, self.root)

    def leverage(self) -> Array:
        """Return the diagonal of the hat matrix, absorbed effects included, (n,)."""
        basis = self.basis()
        own = np.einsum("ij,ij->i", basis, basis)
        return np.asarray(own if self.absorber is None else own + self.absorber.leverage())

    def need_freedom(self) -> int:
        """Return the residual degrees of freedom, or refuse where there are none."""
        free = self.free
        if free < 1:
            raise EstimationError(
                f"{self.nobs} rows for {self.nobs - free} parameters, absorbed effects "
                "included: no degrees of freedom are left for errors; drop regressors or effects"
            )
        return free


@dataclass(frozen=True, slots=True)
class CovarianceEstimate:
    """A covariance with the rule that turns it into tests and intervals.

    `matrix` (k, k): covariance of the coefficients; `df` (k,): degrees of freedom of Student's t
    for each coefficient; `name`: name of the estimator; `rule`: scale factor and distribution, in
    one sentence; `estimator`: what estimated it, where other combinations of the data can be asked
    of it.
    """

    matrix: Array
    df: Array
    name: str
    rule: str
    estimator: "CovarianceRule | None" = None

    @property
    def errors(self) -> Array:
        """Standard errors of the coefficients."""
        return np.asarray(np.sqrt(self.matrix.diagonal()))

    def p_values(self, statistics: Array) -> Array:
        """Return two-sided p-values of coefficients over their errors."""
        return np.asarray(2.0 * special.stdtr(self.df, -np.abs(statistics)))

    def interval(self, coefficients: Array, level: float) -> tuple[Array, Array]:
        """Return the ends of each coefficient's interval."""
        reach = special.stdtrit(self.df, 0.5 + level / 2) * self.errors
        return coefficients - reach, coefficients + reach


class CovarianceRule(Protocol):
    """What estimates a covariance from a regression."""

    def estimate(self, regression: Regression) -> CovarianceEstimate:
        """Return the covariance of the coefficients."""
        ...
