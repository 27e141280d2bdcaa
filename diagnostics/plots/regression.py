"""Plots of a fitted regression: panels of diagnosis, residuals by unit and time, influence."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    Named,
    Panels,
    finish,
    panel_of,
    panels_of,
    place_labels,
    short_name,
)
from quesnay.diagnostics.regression.assumptions import Examined, examine, label_text, leave_out
from quesnay.fitting.arrays import Array
from quesnay.fitting.assumptions.residuals import collinearity, order_envelope
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError
from quesnay.models.regression.columns import Grouping
from quesnay.models.regression.result import PanelFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


MOST = 45  # groups that a page can name
MOST_ROWS = 31
NAMED = 5  # points named in a panel
WIDEST = 36  # columns of a name
FEWEST = 20  # rows under which a local regression only joins the points


def plot_diagnostics(
    fit: PanelFit,
    *,
    unit: str | None = None,
    time: str | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the six panels by which a regression is judged.

    Residuals against fitted values with a local regression line; ordered residuals with a
    simultaneous 95 % band; spread; leverage with contours of Cook's distance and names; residuals
    by unit and time; collinearity. Each says what to look for.

    Parameters
    ----------
    fit : PanelFit
        A fitted regression.
    unit, time : str, optional
        Columns that name the panel's unit and time; by default read from the fit's fixed effects
        and clusters.
    source : str, optional
        Source of the data, written at the foot.
    ax : six Axes, optional
        Where to draw, such as ``plt.subplots(3, 2)[1]``; by default on a figure of its own.

    Returns
    -------
    Figure
        13 by 14 inches.

    Raises
    ------
    DataError
        If a column is unknown.
    EstimationError
        If the regression fits exactly.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from quesnay import fit_panel
    >>> data = pd.DataFrame({"x": np.arange(30.0), "u": np.repeat([1, 2, 3], 10)})
    >>> data["y"] = data["x"] + np.sin(data["x"])
    >>> len(plot_diagnostics(fit_panel("y ~ x", data, cluster="u")).axes)
    6
    """
    sample = examine(fit, unit=unit, time=time)
    figure, panels = panels_of(ax, 3, 2, size=(13.0, 14.0))
    named = [
        _draw_residuals(panels[0], sample),
        _draw_quantiles(panels[1], sample),
        _draw_leverage(panels[3], sample),
    ]
    _draw_scale(panels[2], sample)
    _draw_groups(panels[4], sample)
    _draw_collinearity(panels[5], sample)
    said = f"{short_name(fit.formula, widest=90)}: {fit.nobs:,} rows, {fit.inference.name} errors"
    if ax is None:
        figure.suptitle(said, x=0.01, ha="left", fontsize=11)
    place_labels(figure, named, ax, size=7.5)
    top = int(np.nanargmax(sample.influence.cooks))
    alt = (
        f"Six diagnostic panels of the regression of {fit.outcome_name} on "
        f"{', '.join(fit.names)} with {fit.nobs} rows; the most influential row is "
        f"{sample.names[top]}, Cook's distance {sample.influence.cooks[top]:.2g}."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_influence(
    fit: PanelFit,
    term: str | None = None,
    *,
    by: str | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw one coefficient with each cluster left out in turn.

    Parameters
    ----------
    fit : PanelFit
        A fitted regression.
    term : str, optional
        The coefficient; by default the first that is no intercept.
    by : str, optional
        Column by which rows are left out; by default the cluster, else the unit.
    source : str, optional
        Source of the data, written at the foot.
    ax : Axes, optional
        Where to draw; by default on a figure of its own.

    Returns
    -------
    Figure
        One dot a cluster, sorted, with the full estimate and its 95 % interval as a band; of
        more than 45 those that move it most.

    Raises
    ------
    DataError
        If the term or column is unknown or nothing groups the rows.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> from quesnay import fit_panel
    >>> data = pd.DataFrame({"x": np.arange(30.0), "u": np.repeat([1, 2, 3], 10)})
    >>> data["y"] = data["x"] + np.sin(data["x"])
    >>> figure = plot_influence(fit_panel("y ~ x", data, cluster="u"), "x")
    >>> figure.axes[0].get_xlabel()
    'coefficient of x without one u'
    """
    sample = examine(fit, unit=by)
    chosen = _term(fit, term)
    found = leave_out(sample, by=None if by is None else sample.unit)
    whole = float(fit.params[chosen])
    values = found.estimates[chosen].dropna()
    farthest = (values - whole).abs().sort_values(ascending=False, kind="stable").index
    hidden = len(values) - MOST
    values = values[values.index.isin(farthest[:MOST])].sort_values()
    figure, axes = panel_of(ax, size=(7.2, max(3.0, 0.19 * len(values) + 1.4)))
    low, high = (float(end) for end in fit.conf_int().loc[chosen].to_numpy())
    axes.axvspan(low, high, color=COLOURS[4], alpha=0.25, linewidth=0)
    axes.axvline(whole, color=GREY, linewidth=1.0)
    places = np.arange(len(values))
    axes.plot(values.to_numpy(), places, "o", markersize=4, color=COLOURS[0])
    names = [short_name(str(label), widest=WIDEST) for label in values.index]
    axes.set_yticks(places, names, fontsize=7.5)
    axes.set_ylim(-0.8, len(values) - 0.2)
    if axes.get_xlim()[0] < 0.0 < axes.get_xlim()[1]:
        axes.axvline(0.0, color="black", linewidth=1.0)
    hint = f"all dots in the 95 % band ({fit.inference.name}): no {found.by} decides"
    head(axes, f"{chosen}: one {found.by} left out", hint)
    tail = f"\n(the {MOST} of {MOST + hidden:,} that move it most)" if hidden > 0 else ""
    axes.set_xlabel(f"coefficient of {chosen} without one {found.by}{tail}")
    far = int(np.argmax(np.abs(values.to_numpy() - whole)))
    alt = (
        f"Coefficient of {chosen}, {whole:.3g}, with each {found.by} left out; it moves most, "
        f"to {values.iloc[far]:.3g}, without {values.index[far]}."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def _term(fit: PanelFit, term: str | None) -> str:
    """Return the coefficient that is meant: the one named, else the first that is no intercept."""
    if term is None:
        return next((name for name in fit.names if name != "Intercept"), fit.names[0])
    if not isinstance(term, str):
        raise DataError(f"term: expected a name, got {type(term).__name__}")
    refuse_unknown([term], fit.names, "no term", " in the fit")
    return term


def _draw_groups(axes: "Axes", sample: Examined) -> None:
    """Draw mean standardised residuals by unit (or cluster) and time, or their spread by unit."""
    rows = _rows(sample)
    if rows is None:
        r = sample.influence.standardised
        cloud(axes, np.arange(1.0, r.size + 1.0), r)
        axes.axhline(0.0, color=GREY, linewidth=0.8)
        head(
            axes,
            "Residuals in the order of rows",
            "no runs of one sign (no unit or time was named)",
        )
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.set(xlabel="row", ylabel="standardised residual")
    elif sample.time is None:
        _draw_boxes(axes, sample, rows)
    else:
        _draw_map(axes, sample, rows, sample.time)


def _draw_residuals(axes: "Axes", sample: Examined) -> Named:
    """Draw residuals against fitted values with a local regression line; name the largest."""
    e = sample.residuals
    cloud(axes, sample.fitted, e)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    _smooth(axes, sample.fitted, e)
    head(axes, "Residuals against fitted", "should be: a flat line, no funnel")
    axes.set_xlabel(f"fitted {sample.fit.outcome_name}")
    axes.set_ylabel(f"residual of {sample.fit.outcome_name}")
    return _named(axes, sample.fitted, e, sample.names, np.abs(sample.influence.standardised))


def _draw_quantiles(axes: "Axes", sample: Examined) -> Named:
    """Draw ordered studentised residuals against t with a simultaneous band; name who leaves it."""
    from scipy import stats

    t = sample.influence.studentised
    kept = np.flatnonzero(np.isfinite(t))
    order = kept[np.argsort(t[kept])]
    df = sample.fit.df_resid - 1  # two and more are left, or nothing is examined
    law = stats.t(df)
    low, middle, high = (law.ppf(part) for part in order_envelope(order.size))
    axes.fill_between(middle, low, high, color=COLOURS[4], alpha=0.3, linewidth=0)
    axes.plot(middle, middle, color=GREY, linewidth=0.8)
    outside = (t[order] < low) | (t[order] > high)
    cloud(axes, middle, t[order])
    axes.plot(middle[outside], t[order][outside], "o", color=COLOURS[1], markersize=3)
    far = np.where(outside, np.abs(t[order] - middle), 0.0)
    head(axes, "Normal errors?", "should be: all points inside the simultaneous 95 % band")
    axes.set_xlabel(f"quantile of t({df})")
    axes.set_ylabel("studentised residual")
    return _named(axes, middle, t[order], [sample.names[i] for i in order], far)


def _draw_scale(axes: "Axes", sample: Examined) -> None:
    """Draw the root of absolute standardised residuals against fitted values."""
    r = np.sqrt(np.abs(sample.influence.standardised))
    kept = np.isfinite(r)
    cloud(axes, sample.fitted[kept], r[kept])
    _smooth(axes, sample.fitted[kept], r[kept])
    head(axes, "Spread against fitted", "should be: a flat line, one error variance")
    axes.set(xlabel=f"fitted {sample.fit.outcome_name}", ylabel="root of |standardised residual|")


def _draw_leverage(axes: "Axes", sample: Examined) -> Named:
    """Draw standardised residuals against leverage with contours of Cook's distance."""
    found = sample.influence
    kept = np.isfinite(found.standardised)
    partial = found.partial_leverage
    h, r = partial[kept], found.standardised[kept]
    cloud(axes, h, r)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    top = float(np.nanmax(found.cooks))
    levels = [level for level in (0.5, 1.0) if level <= 2.0 * top] or _round_level(top)
    reach = (float(h.min()), float(h.max()))
    lines = _contours(axes, reach, float(np.abs(r).max()), levels, sample.projection.rank)
    dashed = " and ".join(f"{level:.2g}" for level in levels)
    verdict = "a row beyond 0.5 decides" if top >= 0.5 else "no row decides"
    head(axes, "Leverage", f"Cook's distance up to {top:.2g}: {verdict} (dashed: {dashed})")
    what = "leverage" if sample.fit.df_absorbed == 0 else "leverage, absorbed effects taken out"
    axes.set_xlabel(what)
    axes.locator_params(axis="x", nbins=6)
    axes.ticklabel_format(axis="x", scilimits=(-3, 3))
    axes.set_ylabel("standardised residual")
    cooks = np.where(kept, found.cooks, 0.0)
    named = _named(axes, partial, found.standardised, sample.names, cooks)
    return replace(named, crowd=np.vstack([named.crowd, lines[::8]]))


def _draw_collinearity(axes: "Axes", sample: Examined) -> None:
    """Draw variance inflation by term, with the largest condition index."""
    found = collinearity(sample.X)
    shown = np.flatnonzero(np.isfinite(found.inflation))
    shown = shown[np.argsort(found.inflation[shown])][-12:]
    values = found.inflation[shown]
    colours = [COLOURS[1] if value > 10 else COLOURS[0] for value in values]
    places = np.arange(values.size)
    axes.barh(places, values, color=colours, height=0.6)
    axes.set_yticks(places, [short_name(sample.fit.names[i], widest=WIDEST) for i in shown])
    axes.set_ylim(min(values.size - 5, 0) - 0.7, values.size - 0.3)  # one bar is no wall
    for place, value in zip(places, values, strict=True):
        said = f"{value:.2f}" if value < 100 else f"{value:,.0f}"
        axes.annotate(said, (value, place), (3, 0), textcoords="offset points", va="center")
    axes.axvline(10.0, color=GREY, linewidth=0.8, linestyle="--")
    axes.set_xlim(0.0, max(11.0, 1.15 * float(values.max(initial=1.0))))
    axes.grid(visible=False, axis="y")
    index = float(found.condition_indices[-1])
    head(axes, "Collinearity", f"should be: bars under 10, condition index {index:.3g} under 30")
    axes.set_xlabel("variance inflation factor")


def head(axes: "Axes", title: str, hint: str) -> None:
    """Write a panel's title and, under it in grey, what to look for."""
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=18)
    axes.yaxis.get_offset_text().set_horizontalalignment("right")  # clear of the hint
    axes.annotate(
        hint, (0.0, 1.0), (0, 5), xycoords="axes fraction", textcoords="offset points",
        fontsize=8.5, color=GREY,
    )  # fmt: skip


def cloud(axes: "Axes", x: Array, y: Array) -> None:
    """Draw points, the paler the more there are."""
    size, alpha = (14.0, 0.7) if x.size < 500 else (6.0, 0.35) if x.size < 20_000 else (3.0, 0.15)
    axes.scatter(
        x, y, s=size, alpha=alpha, color=COLOURS[0], linewidths=0, rasterized=x.size > 2000
    )


def _rows(sample: Examined) -> Grouping | None:
    """Choose what to draw by: the panel unit where readable, else the cluster."""
    for grouping in (sample.unit, sample.cluster):
        if grouping is not None and grouping.count <= MOST_ROWS:
            return grouping
    return sample.cluster if sample.cluster is not None else sample.unit


def _draw_map(axes: "Axes", sample: Examined, rows: Grouping, columns: Grouping) -> None:
    units, times = rows.labels, [label_text(label) for label in columns.labels]
    sums, squares = _cells(sample, rows, columns)
    e = sample.residuals * (1.0 if sample.fit.sample.weights is None else sample.fit.sample.weights)
    total = np.bincount(rows.codes * columns.count + columns.codes, e)
    # where the effects leave no mean, show the spread
    absorbed = bool(np.abs(total).max() < 1e-8 * np.abs(e).sum())
    cells = squares if absorbed else sums
    distance = np.nan_to_num(np.abs(cells - float(absorbed))).max(axis=1)
    shown = np.sort(np.argsort(-distance)[:MOST_ROWS])
    low, high = (0.0, 2.0) if absorbed else (-3.0, 3.0)
    image = axes.imshow(cells[shown], cmap="PuOr", vmin=low, vmax=high, aspect="auto")
    axes.grid(visible=False)
    axes.set_yticks(
        range(shown.size),
        [short_name(label_text(units[i]), widest=WIDEST) for i in shown],
        fontsize=7 if shown.size > 15 else 8,
    )
    room = max(2, min(10, 60 // (max(map(len, times)) + 2)))
    step = -(-len(times) // room)
    axes.set_xticks(range(0, len(times), step), times[::step])
    bar = axes.figure.colorbar(image, ax=axes, shrink=0.8, pad=0.02)
    hidden = len(units) - shown.size
    tail = f"; {hidden} quieter ones not shown" if hidden else ""
    if absorbed:
        bar.set_label("root mean square of standardised residuals", fontsize=8)
        hint = f"should be: all pale, near one{tail}"
        head(axes, f"Spread by {rows.name} and {columns.name}", hint)
    else:
        bar.set_label("sum of standardised residuals / root of their number", fontsize=8)
        hint = f"pale; no row or column of one colour{tail}"
        head(axes, f"Residuals by {rows.name} and {columns.name}", hint)
    axes.set_xlabel(columns.name)


def _cells(sample: Examined, rows: Grouping, columns: Grouping) -> tuple[Array, Array]:
    """Return scaled sums and root mean squares of residuals by cell, NaN where a cell is empty."""
    r = sample.influence.standardised
    seen = np.isfinite(r)
    cell = (rows.codes * columns.count + columns.codes)[seen]
    size = rows.count * columns.count
    number = np.bincount(cell, minlength=size).astype(float)
    number[number == 0.0] = np.nan
    total = np.bincount(cell, r[seen], minlength=size)
    square = np.bincount(cell, r[seen] ** 2, minlength=size)
    shape = (rows.count, columns.count)
    sums, squares = total / np.sqrt(number), np.sqrt(square / number)
    return sums.reshape(shape), squares.reshape(shape)


def _draw_boxes(axes: "Axes", sample: Examined, rows: Grouping) -> None:
    r = sample.influence.standardised
    units, unit = np.array([label_text(label) for label in rows.labels]), rows.codes
    groups = [r[(unit == i) & np.isfinite(r)] for i in range(units.size)]
    middle = np.array([np.median(group) if group.size else 0.0 for group in groups])
    shown = np.argsort(-np.abs(middle))[:MOST_ROWS]
    shown = shown[np.argsort(middle[shown])]
    axes.boxplot(
        [groups[i] for i in shown],
        orientation="horizontal",
        widths=0.6,
        flierprops={"markersize": 3, "markeredgecolor": COLOURS[0]},
        medianprops={"color": COLOURS[1]},
    )
    names = [short_name(unit, widest=WIDEST) for unit in units[shown]]
    axes.set_yticks(range(1, shown.size + 1), names, fontsize=7.5)
    axes.axvline(0.0, color=GREY, linewidth=0.8)
    hidden = units.size - shown.size
    tail = f"; {hidden} quieter ones not shown" if hidden else ""
    head(axes, f"Residuals by {rows.name}", f"should be: boxes around zero, of like width{tail}")
    axes.set_xlabel("standardised residual")


def _round_level(top: float) -> list[float]:
    """Return the round level next above a small greatest distance."""
    power = 10.0 ** np.floor(np.log10(max(top, 1e-12)))
    return [next(float(step * power) for step in (1, 2, 5, 10) if step * power >= top)]


def _smooth(axes: "Axes", x: Array, y: Array) -> None:
    """Draw a robust local regression line; points closer than a hundredth are joined."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    if np.ptp(x) <= 0.0 or x.size < FEWEST:
        return
    line = lowess(y, x, frac=2.0 / 3.0, it=3, delta=0.01 * float(np.ptp(x)))
    axes.plot(line[:, 0], line[:, 1], color=COLOURS[1], linewidth=1.6)


def _contours(
    axes: "Axes", leverage: tuple[float, float], reach: float, levels: list[float], k: int
) -> Array:
    """Draw both sides of each level; return their points, which names keep clear of."""
    low, high = leverage
    h = np.linspace(max(low, 1e-6), min(high * 1.02 + 1e-6, 1.0 - 1e-9), 200)
    lines = [side * np.sqrt(level * k * (1.0 - h) / h) for level in levels for side in (1.0, -1.0)]
    for r in lines:
        axes.plot(h, r, color=GREY, linewidth=0.8, linestyle="--")
    axes.set_ylim(-1.25 * reach, 1.25 * reach)
    return np.column_stack([np.tile(h, len(lines)), np.concatenate(lines)])


def _named(axes: "Axes", x: Array, y: Array, names: Sequence[str], weight: Array) -> Named:
    """Ring the heaviest points; their names are written once the figure is whole."""
    heavy = np.argsort(-np.nan_to_num(weight), kind="stable")[:NAMED]
    heavy = heavy[np.nan_to_num(weight[heavy]) > 0.0]
    axes.plot(
        x[heavy], y[heavy], "o", markersize=4.5, markerfacecolor="none", markeredgecolor="black",
        markeredgewidth=0.8,
    )  # fmt: skip
    seen = np.isfinite(x) & np.isfinite(y)
    points = np.column_stack([x[heavy], y[heavy]])
    crowd = np.column_stack([x[seen], y[seen]])
    crowd = np.vstack([crowd, np.repeat(points, 4, axis=0)])  # the named ones must be seen
    return Named(axes, points, [short_name(names[i], widest=WIDEST) for i in heavy], crowd)
