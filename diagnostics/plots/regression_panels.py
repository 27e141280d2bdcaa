"""The six panels that show whether a regression can be believed, each drawn on given axes."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from quesnay.diagnostics.plots.style import COLOURS, GREY
from quesnay.diagnostics.regression.examined import Examined
from quesnay.fitting.regression.collinearity import collinearity
from quesnay.fitting.regression.envelope import order_envelope

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = [
    "draw_collinearity",
    "draw_leverage",
    "draw_quantiles",
    "draw_residuals",
    "draw_scale",
    "head",
]

Array = npt.NDArray[np.float64]

NAMED = 5  # points named in a panel


def draw_residuals(axes: "Axes", sample: Examined) -> None:
    """Draw residuals against fitted values with a local regression line."""
    e = sample.residuals
    _cloud(axes, sample.fitted, e)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    _smooth(axes, sample.fitted, e)
    _name(axes, sample, sample.fitted, e, np.abs(sample.influence.standardised))
    head(axes, "Residuals against fitted", "flat line, no funnel: the form is right")
    axes.set_xlabel(f"fitted {sample.fit.outcome_name}")
    axes.set_ylabel(f"residual of {sample.fit.outcome_name}")


def draw_quantiles(axes: "Axes", sample: Examined) -> None:
    """Draw ordered studentised residuals against t quantiles with a simultaneous band."""
    from scipy import stats

    t = sample.influence.studentised
    kept = np.flatnonzero(np.isfinite(t))
    order = kept[np.argsort(t[kept])]
    law = stats.t(max(sample.fit.df_resid - 1, 1))
    low, middle, high = (law.ppf(part) for part in order_envelope(order.size))
    axes.fill_between(middle, low, high, color=COLOURS[4], alpha=0.3, linewidth=0)
    axes.plot(middle, middle, color=GREY, linewidth=0.8)
    outside = (t[order] < low) | (t[order] > high)
    _cloud(axes, middle, t[order])
    axes.plot(middle[outside], t[order][outside], "o", color=COLOURS[1], markersize=3)
    far = np.where(outside, np.abs(t[order] - middle), 0.0)
    _annotate(axes, middle, t[order], [sample.names[i] for i in order], far)
    head(axes, "Normal errors?", "points inside the 95 % band: t and F hold")
    axes.set_xlabel("quantile of t")
    axes.set_ylabel("studentised residual")


def draw_scale(axes: "Axes", sample: Examined) -> None:
    """Draw the root of absolute standardised residuals against fitted values."""
    r = np.sqrt(np.abs(sample.influence.standardised))
    kept = np.isfinite(r)
    _cloud(axes, sample.fitted[kept], r[kept])
    _smooth(axes, sample.fitted[kept], r[kept])
    head(axes, "Spread against fitted", "flat line: one error variance")
    axes.set_xlabel(f"fitted {sample.fit.outcome_name}")
    axes.set_ylabel("root of |standardised residual|")


def draw_leverage(axes: "Axes", sample: Examined) -> None:
    """Draw standardised residuals against leverage with contours of Cook's distance."""
    found = sample.influence
    kept = np.isfinite(found.standardised)
    partial = found.partial_leverage
    h, r = partial[kept], found.standardised[kept]
    _cloud(axes, h, r)
    axes.axhline(0.0, color=GREY, linewidth=0.8)
    k = sample.projection.rank
    top = float(np.nanmax(found.cooks))
    levels = [level for level in (0.5, 1.0) if level <= 2.0 * top] or _round_level(top)
    _contours(axes, (float(h.min()), float(h.max())), float(np.abs(r).max()), levels, k)
    cooks = np.where(kept, found.cooks, 0.0)
    _name(axes, sample, partial, found.standardised, cooks)
    head(axes, "Leverage", f"no point beyond Cook's {levels[0]:.2g} (dashed); greatest {top:.2g}")
    what = "leverage" if sample.fit.df_absorbed == 0 else "leverage, absorbed effects taken out"
    axes.set_xlabel(what)
    axes.set_ylabel("standardised residual")


def draw_collinearity(axes: "Axes", sample: Examined) -> None:
    """Draw variance inflation by term, with the largest condition index."""
    found = collinearity(sample.X)
    shown = np.flatnonzero(np.isfinite(found.inflation))
    shown = shown[np.argsort(found.inflation[shown])][-12:]
    values = found.inflation[shown]
    colours = [COLOURS[1] if value > 10 else COLOURS[0] for value in values]
    places = np.arange(values.size)
    axes.barh(places, values, color=colours, height=0.6)
    axes.set_yticks(places, [sample.fit.names[i] for i in shown])
    for place, value in zip(places, values, strict=True):
        axes.annotate(
            f"{value:.3g}", (value, place), (3, 0), textcoords="offset points", va="center"
        )
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
    axes.annotate(
        hint, (0.0, 1.0), (0, 5), xycoords="axes fraction", textcoords="offset points",
        fontsize=8.5, color=GREY,
    )  # fmt: skip


def _cloud(axes: "Axes", x: Array, y: Array) -> None:
    size, alpha = (14.0, 0.7) if x.size < 500 else (6.0, 0.35)
    axes.scatter(
        x, y, s=size, alpha=alpha, color=COLOURS[0], linewidths=0, rasterized=x.size > 2000
    )


def _smooth(axes: "Axes", x: Array, y: Array) -> None:
    """Draw a robust local regression line; points closer than a hundredth are joined."""
    from statsmodels.nonparametric.smoothers_lowess import lowess

    if np.ptp(x) <= 0.0 or x.size < 10:
        return
    line = lowess(y, x, frac=2.0 / 3.0, it=3, delta=0.01 * float(np.ptp(x)))
    axes.plot(line[:, 0], line[:, 1], color=COLOURS[1], linewidth=1.6)


def _contours(
    axes: "Axes", leverage: tuple[float, float], reach: float, levels: list[float], k: int
) -> None:
    low, high = leverage
    h = np.linspace(max(low, 1e-6), min(high * 1.02 + 1e-6, 1.0 - 1e-9), 200)
    for level in levels:
        r = np.sqrt(level * k * (1.0 - h) / h)
        for side in (1.0, -1.0):
            axes.plot(h, side * r, color=GREY, linewidth=0.8, linestyle="--")
    axes.set_ylim(-1.25 * reach, 1.25 * reach)


def _name(axes: "Axes", sample: Examined, x: Array, y: Array, weight: Array) -> None:
    _annotate(axes, x, y, list(sample.names), np.nan_to_num(weight))


def _annotate(axes: "Axes", x: Array, y: Array, names: list[str], weight: Array) -> None:
    """Name the heaviest points, each name on the side and line where there is room."""
    low, wide = float(np.nanmin(x)), float(np.ptp(x[np.isfinite(x)])) or 1.0
    bottom, top = axes.get_ylim()
    taken: list[tuple[bool, float, float]] = []
    for place in np.argsort(-weight)[:NAMED]:
        if weight[place] <= 0.0:
            continue
        across = (float(x[place]) - low) / wide
        up = (float(y[place]) - bottom) / (top - bottom)
        right = across > 0.5
        while any(
            side == right and abs(up - height) < 0.035 and abs(across - before) < 0.35
            for side, before, height in taken
        ):
            up -= 0.035
        moved = abs(up - (float(y[place]) - bottom) / (top - bottom)) > 0.01
        taken.append((right, across, up))
        axes.annotate(
            names[place],
            (x[place], y[place]),
            (float(x[place]) + (-0.01 if right else 0.01) * wide, bottom + up * (top - bottom)),
            ha="right" if right else "left",
            va="center",
            fontsize=7.5,
            color="black",
            arrowprops={"arrowstyle": "-", "color": GREY, "linewidth": 0.5} if moved else None,
        )
