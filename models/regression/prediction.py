"""What a regression predicts, with intervals, and the levels of its absorbed effects.

A prediction is ``x'b`` plus the levels of the absorbed groups; its variance ``x'Vx``, V the
covariance of the fit, and for a new observation ``x'Vx + s^2``. Beside absorbed effects x has their
dummies and V is that of the regression with dummies.
"""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from scipy.special import stdtrit

from quesnay.fitting.arrays import Array, Codes, Mask
from quesnay.fitting.checks import choice, confidence_level
from quesnay.fitting.errors import DataError
from quesnay.fitting.regression.clusters import is_nested
from quesnay.fitting.regression.least_squares import dependent_columns, least_squares
from quesnay.models.inputs import as_frame
from quesnay.models.regression.columns import Grouping, find_column, group_column, number_column
from quesnay.models.regression.design import known_levels
from quesnay.models.regression.panel import difference_ends
from quesnay.models.regression.sample import make_shift

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit


def predict(
    fit: "PanelFit", new_data: pd.DataFrame | None, *, interval: str | None, level: float
) -> "pd.Series[float] | pd.DataFrame":
    """Predict the outcome of the rows used, or of new ones: see `PanelFit.predict`."""
    if interval is not None:
        choice(interval, ("confidence", "prediction"), "interval")
        level = confidence_level(level)
    if new_data is None:
        index, design = fit.index, np.asarray(fit.sample.design, dtype=np.float64)
    else:
        new_data = as_frame(new_data, "new_data")
        index, design = new_data.index, _new_design(fit, new_data)
    centre, dummies = design @ fit.coefficients, None
    if _has_levels(fit):
        dummies, unknown = _dummies(fit, new_data)
        own, slopes = _levels(fit)
        centre = centre + dummies @ np.concatenate([*own, *slopes])
        centre[unknown] = np.nan
    if interval is None:
        return pd.Series(centre, index, name="prediction")
    if dummies is None:
        variance = np.einsum("ij,jk,ik->i", design, fit.inference.matrix, design)
    else:
        variance = _variance_with_levels(fit, np.column_stack([design, dummies.toarray()]))
    if interval == "prediction":
        unit = fit.details.get("standard deviation of unit effects", 0.0)
        rest = fit.details.get("standard deviation of the rest", fit.sigma)
        variance = variance + float(unit**2 + rest**2)
    reach = stdtrit(float(fit.inference.df.min()), 0.5 + level / 2) * np.sqrt(variance)
    frame = {"prediction": centre, "low": centre - reach, "high": centre + reach}
    return pd.DataFrame(frame, index)


def effects(fit: "PanelFit") -> pd.DataFrame:
    """Return the levels of the absorbed effects, or predicted random effects."""
    if fit.theta is not None:
        return _random_levels(fit)
    if not _has_levels(fit):
        raise DataError("effects: nothing is absorbed; name columns with absorb=")
    own, slopes = _levels(fit)
    rows = [_frame_of(group, values) for group, values in zip(fit.sample.effects, own, strict=True)]
    for (name, columns), values in zip(fit.sample.slopes, slopes, strict=True):
        counts = (columns != 0.0).sum(axis=0)
        sloped = _sloped(fit, name)
        labels = [str(place) for place in range(values.size)] if sloped is None else sloped.labels
        rows.append(_table(name, labels, values, counts))
    return pd.concat(rows, ignore_index=True)


def _has_levels(fit: "PanelFit") -> bool:
    return bool(fit.sample.effects or fit.sample.slopes)


def _sloped(fit: "PanelFit", name: str) -> Grouping | None:
    """Return the groups that have slopes of their own, where they are absorbed too."""
    own = name.partition("[")[0]
    return next((group for group in fit.sample.effects if group.name == own), None)


def _frame_of(group: Grouping, values: Array) -> pd.DataFrame:
    counts = np.bincount(group.codes, minlength=group.count)
    return _table(group.name, group.labels, values, counts)


def _table(name: str, labels: Any, values: Array, counts: Any) -> pd.DataFrame:
    return pd.DataFrame({"effect": name, "group": labels, "value": values, "rows": counts})


def _levels(fit: "PanelFit") -> tuple[list[Array], list[Array]]:
    """Solve the effects of each set, and slopes, from what they add to the rows.

    Sets beside the first are zero at their first group in each part of the sample that is
    connected; what the shift takes off is put on the first set.
    """
    design, sets = np.asarray(fit.sample.design, dtype=np.float64), fit.sample.effects
    part = fit.fitted.to_numpy() - design @ fit.coefficients
    if len(sets) == 1 and not fit.sample.slopes:
        means = np.bincount(sets[0].codes, part) / np.bincount(sets[0].codes)
        return [means], []
    wide = _dummies(fit, None)[0]
    scale = np.sqrt(np.asarray(wide.multiply(wide).sum(axis=0)).ravel())
    scale[scale == 0.0] = 1.0
    scaled = wide @ sparse.diags(1.0 / scale)
    from scipy.sparse.linalg import lsmr

    found = lsmr(scaled, part, atol=1e-14, btol=1e-14, maxiter=100_000)[0] / scale
    counts = [g.count for g in sets] + [columns.shape[1] for _, columns in fit.sample.slopes]
    ends = np.cumsum(counts)[:-1]
    values = np.split(found, ends)
    own, slopes = values[: len(sets)], values[len(sets) :]
    return _from_first(sets, own), slopes


def _from_first(sets: tuple[Grouping, ...], values: list[Array]) -> list[Array]:
    """Shift each further set to zero at its first group of every connected part."""
    if len(sets) < 2:
        return values
    first, values = sets[0], [each.copy() for each in values]
    for place, group in enumerate(sets[1:], start=1):
        size = first.count + group.count
        ties = sparse.coo_matrix(
            (np.ones(first.codes.size), (first.codes, first.count + group.codes)), (size, size)
        )
        _, part = sparse.csgraph.connected_components(ties, directed=False)
        part = part if len(sets) == 2 else np.zeros_like(part)  # other sets tie the parts together
        own = part[first.count :]
        _, leaders = np.unique(own, return_index=True)
        shift = np.zeros(int(part.max()) + 1)
        shift[own[leaders]] = values[place][leaders]
        values[place] = values[place] - shift[own]
        values[0] = values[0] + shift[part[: first.count]]
    return values


def _random_levels(fit: "PanelFit") -> pd.DataFrame:
    """Return the best linear prediction of each unit's effect: its mean residual, shrunk."""
    unit, weights = fit.sample.unit, fit.sample.weights
    assert unit is not None
    assert fit.theta is not None
    theta = fit.theta[np.unique(unit.codes, return_index=True)[1]]
    totals = np.bincount(unit.codes, weights)
    e = fit.resid.to_numpy() * (1.0 if weights is None else weights)
    mean = np.bincount(unit.codes, e) / totals
    shrunk = (1.0 - (1.0 - theta) ** 2) * mean  # s_u^2 / (s_u^2 + s_e^2 / w_i)
    return _frame_of(unit, shrunk)


def _new_design(fit: "PanelFit", data: pd.DataFrame) -> Array:
    """Return the design of new rows, with the columns of the fit."""
    recipe, periods, unit = fit.sample.recipe, fit.sample.periods, fit.sample.unit
    assert recipe is not None  # what is read of another library is diagnosed, and predicts nothing
    shift = None
    if recipe.shifts:
        who = None if unit is None else group_column(data, unit.name, "new_data")
        assert periods is not None
        shift = make_shift(who, group_column(data, periods.name, "time"))
    made = recipe.design(data, shift)
    own = dict(zip(made.names, made.columns, strict=True))
    if fit.sample.lag is not None:
        own = _changes(fit, data, own)
    means = [name for name in fit.names if name not in own]
    if means:
        own.update(_means_of_units(fit, data, means))
    return np.column_stack([own[name] for name in fit.names]).astype(np.float64)


def _changes(fit: "PanelFit", data: pd.DataFrame, own: dict[str, Any]) -> dict[str, Any]:
    """Return the differences of columns, missing in rows without an earlier end."""
    sample = fit.sample
    assert sample.unit is not None
    assert sample.periods is not None
    assert sample.lag is not None
    unit = group_column(data, sample.unit.name, "new_data")
    time = group_column(data, sample.periods.name, "time")
    later, earlier = difference_ends(unit.codes, time, sample.lag)
    changes = {"Intercept": np.full(len(data), np.nan)}
    changes["Intercept"][later] = 1.0
    for name, values in own.items():
        if name != "Intercept":
            changes[name] = np.full(len(data), np.nan)
            changes[name][later] = values[later] - values[earlier]
    return changes


def _means_of_units(
    fit: "PanelFit", data: pd.DataFrame, names: list[str]
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the unit means of the sample for new rows of the same units."""
    unit = fit.sample.unit
    assert unit is not None
    codes = known_levels(group_column(data, unit.name, "new_data"), unit.labels).codes
    _, first = np.unique(unit.codes, return_index=True)
    found = {}
    for name in names:
        column = np.asarray(fit.sample.design[first, fit.names.index(name)], dtype=np.float64)
        found[name] = np.append(column, np.nan)[codes]
    return found


def _dummies(fit: "PanelFit", data: pd.DataFrame | None) -> tuple[Any, Mask]:
    """Return the dummies and slope columns of the effects for rows, and which are unknown.

    Shapes: (m, p), sparse, and (m,); by default the rows used.
    """
    rows = fit.nobs if data is None else len(data)
    unknown, blocks = np.zeros(rows, dtype=bool), []

    def block(codes: Codes, count: int, values: Array) -> None:
        inside = np.flatnonzero(codes >= 0)
        unknown[codes < 0] = True
        cells = values[inside], (inside, codes[inside])
        blocks.append(sparse.csr_matrix(cells, shape=(rows, count)))

    for group in fit.sample.effects:
        codes = group.codes if data is None else _known(group, data)
        block(codes, group.count, np.ones(rows))
    for name, columns in fit.sample.slopes:
        if data is None:
            blocks.append(sparse.csr_matrix(columns))
            continue
        group_name, _, column = name.rstrip("]").partition("[")
        sloped = _sloped(fit, name)
        if sloped is None:
            raise DataError(
                f"predict: slopes {name!r} without levels of {group_name!r}: absorb both"
            )
        by = number_column(find_column(data, column, "new_data"), column, "new_data")
        block(_known(sloped, data), sloped.count, np.asarray(by, dtype=np.float64))
    return sparse.hstack(blocks, format="csr"), unknown


def _known(group: Grouping, data: pd.DataFrame) -> Codes:
    return known_levels(group_column(data, group.name, "new_data"), group.labels).codes


_MOST_LEVELS = 2_000
_MOST_CELLS = 40_000_000


def _variance_with_levels(fit: "PanelFit", rows: Array) -> Array:
    """Return the variance of ``x'b`` plus absorbed levels, from the regression with dummies.

    Shapes: `rows` (m, k + p), regressors before dummies; returns (m,), missing where groups that
    no row connects are added.
    """
    sample, rule = fit.sample, fit.inference.estimator
    if rule is None or fit.estimator is not None:
        raise DataError(
            f"interval: beside absorbed effects it is made for least squares, not for {fit.method};"
            " write the effects into the formula as C(column), or predict without an interval"
        )
    _refuse_levels(fit, rows.shape[1])
    root = np.ones(fit.nobs) if sample.weights is None else np.sqrt(sample.weights)
    design = np.asarray(sample.design, dtype=np.float64)
    whole = np.column_stack([design, _dummies(fit, None)[0].toarray()]) * root[:, None]
    length = np.sqrt(np.square(whole).sum(axis=0))
    whole, rows = whole / length, rows / length
    lost = dependent_columns(whole, tolerance=1e-9)
    kept = whole[:, ~lost]
    ties = np.linalg.lstsq(kept, whole[:, lost], rcond=None)[0]
    apart = np.abs(rows[:, lost] - rows[:, ~lost] @ ties) > 1e-7 * np.abs(rows).max(axis=1)[:, None]
    solved = least_squares(fit.fitted.to_numpy() * root, kept)
    dummied = replace(
        fit.regression, X=kept, bread=solved.bread, effects=(), absorber=None,
        factor=solved.root, Q=solved.basis,
    )  # fmt: skip
    matrix = rule.estimate(dummied).matrix
    # effects nested in clusters do not count among the parameters of the fit: the same factor here
    own = matrix[np.arange(fit.coefficients.size), np.arange(fit.coefficients.size)]
    factor = fit.inference.matrix.diagonal() / (own / length[: own.size] ** 2)
    variance = np.einsum("ij,jk,ik->i", rows[:, ~lost], matrix, rows[:, ~lost]) * np.median(factor)
    variance[apart.any(axis=1)] = np.nan
    return np.asarray(variance)


def _refuse_levels(fit: "PanelFit", columns: int) -> None:
    """Refuse intervals of levels that clusters say nothing of, or of too many levels."""
    for group in fit.sample.effects:
        for cluster in fit.sample.clusters:
            if is_nested(group.codes, cluster.codes):
                raise DataError(
                    f"interval: errors clustered by {cluster.name!r} say nothing of the levels of "
                    f"{group.name!r}, which lie within its clusters; fit with "
                    "covariance='classical' or 'HC1' and no cluster, or predict without an interval"
                )
    if columns > _MOST_LEVELS or columns * fit.nobs > _MOST_CELLS:
        raise DataError(
            f"interval: {columns:,} coefficients and levels in {fit.nobs:,} rows are too many for "
            "a regression with dummies; predict without an interval, or absorb fewer groups"
        )
