"""The six panels that show whether a regression can be believed, each drawn on given axes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from quesnay.diagnostics.plots.place import Named, short_name
from quesnay.diagnostics.plots.style import COLOURS, GREY
from quesnay.diagnostics.regression.examined import Examined
from quesnay.fitting.assumptions.collinearity import collinearity
from quesnay.fitting.assumptions.normality import order_envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "cloud",
    "draw_collinearity",
    "draw_leverage",
    "draw_quantiles",
    "draw_residuals",
    "draw_scale",
    "head",
]

Array = npt.NDArray[np.float64]

NAMED = 5  # points named in a panel
WIDEST = 36  # columns of a name
FEWEST = 20  # rows under which a local regression only joins the points


def draw_residuals(axes: "Axes", sample: Examined) -> Named:
    """Draw residuals against fitted values with a local regression line; name the largest."""
    e = sample.residuals
    cloud(axes, sample.fitted, e)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    _smooth(axes, sample.fitted, e)
    head(axes, "Residuals against fitted", "flat line, no funnel: the form is right")
    axes.set_xlabel(f"fitted {sample.fit.outcome_name}")
    axes.set_ylabel(f"residual of {sample.fit.outcome_name}")
    return _named(axes, sample.fitted, e, sample.names, np.abs(sample.influence.standardised))


def draw_quantiles(axes: "Axes", sample: Examined) -> Named:
    """Draw ordered studentised residuals against t with a simultaneous band; name who leaves it."""
    from scipy import stats

    t = sample.influence.studentised
    kept = np.flatnonzero(np.isfinite(t))
    order = kept[np.argsort(t[kept])]
    law = stats.t(max(sample.fit.df_resid - 1, 1))
    low, middle, high = (law.ppf(part) for part in order_envelope(order.size))
    axes.fill_between(middle, low, high, color=COLOURS[4], alpha=0.3, linewidth=0)
    axes.plot(middle, middle, color=GREY, linewidth=0.8)
    outside = (t[order] < low) | (t[order] > high)
    cloud(axes, middle, t[order])
    axes.plot(middle[outside], t[order][outside], "o", color=COLOURS[1], markersize=3)
    far = np.where(outside, np.abs(t[order] - middle), 0.0)
    head(axes, "Normal errors?", "all points inside the simultaneous 95 % band: t and F hold")
    axes.set_xlabel(f"quantile of t({max(sample.fit.df_resid - 1, 1):,})")
    axes.set_ylabel("studentised residual")
    return _named(axes, middle, t[order], [sample.names[i] for i in order], far)


def draw_scale(axes: "Axes", sample: Examined) -> None:
    """Draw the root of absolute standardised residuals against fitted values."""
    r = np.sqrt(np.abs(sample.influence.standardised))
    kept = np.isfinite(r)
    cloud(axes, sample.fitted[kept], r[kept])
    _smooth(axes, sample.fitted[kept], r[kept])
    head(axes, "Spread against fitted", "flat line: one error variance")
    axes.set_xlabel(f"fitted {sample.fit.outcome_name}")
    axes.set_ylabel("root of |standardised residual|")


def draw_leverage(axes: "Axes", sample: Examined) -> Named:
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


def draw_collinearity(axes: "Axes", sample: Examined) -> None:
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
    head(axes, "Collinearity", f"bars under 10; largest condition index {index:.3g} (under 30)")
    axes.set_xlabel("variance inflation factor")


def _round_level(top: float) -> list[float]:
    """Return the round level next above a small greatest distance."""
    power = 10.0 ** np.floor(np.log10(max(top, 1e-12)))
    return [next(float(step * power) for step in (1, 2, 5, 10) if step * power >= top)]


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
