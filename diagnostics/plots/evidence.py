"""Plots of evidence: the audit's vintages, specification curves, back-tests."""

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    Panels,
    axis_label,
    finish,
    legend_below,
    panel_of,
    panels_of,
)
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import DataError, QuesnayError, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.diagnostics.audit.result import AuditResult
    from quesnay.diagnostics.evidence.diffusion_errors import DiffusionErrors
    from quesnay.diagnostics.evidence.specification import SpecificationCurve
    from quesnay.diagnostics.evidence.updating import UpdateBacktest


_STATES: dict[str, dict[str, Any]] = {  # told apart by more than colour
    "always": {"color": COLOURS[0]},
    "in some": {"facecolor": "white", "edgecolor": COLOURS[0], "hatch": "////"},
    "never": {"facecolor": "white", "edgecolor": GREY, "linewidth": 0.6},
}


def plot_audit(result: "AuditResult", *, source: str | None = None, ax: Panels = None) -> "Figure":
    """Draw a grid: figures that need GDP down, vintages across, filled where a figure rests on one.

    Refused where no figure rests on a GDP of several vintages.
    """
    grid = _grid(result)
    if grid.empty:
        raise QuesnayError("nothing to draw: no figure of this report needs a vintage of GDP")
    rows, columns = grid.shape
    figure, axes = panel_of(ax, size=(3.6 + 0.78 * columns, 2.4 + 0.42 * rows))
    for row, name in enumerate(grid.index):
        for column, vintage in enumerate(grid.columns):
            _cell(axes, row, column, grid.loc[name, vintage])
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
    axes.set_yticks(range(rows), grid.index)
    words = [_wrapped(str(vintage)) for vintage in grid.columns]
    axes.set_xticks(range(columns), words, fontsize=8)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    axes.set_title(_title(result), fontsize=11)
    # name the shades that occur, as bars without length
    meaning = {
        "always": "in every consistent assignment",
        "in some": "in some consistent assignment",
        "never": "in none",
    }
    for state, style in _STATES.items():
        if (grid == state).any(axis=None):
            axes.barh([np.nan], [0], label=meaning[state], **style)
    legend_below(figure, ax)
    told = "; ".join(
        f"{result.name_of(str(name))}: {' or '.join(dict.fromkeys(used))}"
        for name, used in result.assignments.items()
        if result.feasible and name in result.figures.index
    )
    alt = f"{_title(result)}{f': {told}' if told else ''}."
    return finish(figure, alt=alt, source=source, ax=ax)


def _grid(result: "AuditResult") -> pd.DataFrame:
    """Return by figure and vintage whether one rests on the other always, in some or never."""
    frame = result.vintages
    out: dict[str, dict[str, str]] = {}
    for name in dict.fromkeys(frame["id"]):
        own = frame[frame["id"] == name]
        for vintage in dict.fromkeys(v for text in own["vintages"] for v in _vintages(text) if v):
            rests = result.assignments[name].map(lambda text, v=vintage: v in _vintages(text))
            share = float(rests.mean())  # NaN where none fits
            state = "always" if share == 1.0 else "in some" if share > 0.0 else "never"
            column = f"{name} definition"
            known = set(result.assignments[column]) if column in result.assignments else set()
            words = result.name_of(name)
            shown = f"{words}, {known.pop()}" if len(known) == 1 else words
            out.setdefault(shown, {})[vintage] = state
    grid = pd.DataFrame.from_dict(out, orient="index").reindex(list(out))
    return grid[sorted(grid.columns, key=lambda name: str(name).split()[0])] if len(grid) else grid


def _vintages(text: str) -> list[str]:
    """Part the vintages of several years; a name may hold a comma too."""
    return re.split(r", (?=\d{4}\b)", text)


def _cell(axes: "Axes", row: int, column: int, state: object) -> None:
    if not isinstance(state, str):
        return
    axes.barh(row, 0.84, left=column - 0.42, height=0.7, **_STATES[state])


def _wrapped(vintage: str) -> str:
    import textwrap

    year, _, name = vintage.replace(" %", "\u00a0%").partition(" ")
    return "\n".join([year, *textwrap.wrap(name, 12)]).replace("\u00a0", " ")


def _title(result: "AuditResult") -> str:
    count = len(result.assignments)
    if not result.feasible:
        return "No assignment of vintages satisfies all figures"
    fit = "one assignment fits" if count == 1 else f"{count} assignments fit"
    return f"The GDP on which each figure rests: {fit}"


_MANY = 400  # specifications of a run
_APART = 1.08  # from the start of one run to that of the next


def plot_specifications(
    curve: "SpecificationCurve", *, source: str | None = None, ax: Panels = None
) -> "Figure":
    """Draw ranked estimates with intervals, the printed figure, and the level of every choice."""
    levels = [
        (choice, level) for choice in curve.choices for level in curve.estimates[choice].unique()
    ]
    below = 0.19 * len(levels)  # inches
    size, ratios = (9.0, 3.6 + below), [3.0, below]
    figure, (top, bottom) = panels_of(ax, 2, size=size, sharex=True, height_ratios=ratios)
    _estimates(top, curve)
    names = []
    last = ""
    thin = min(2.0, 400 / len(curve.estimates))  # points; neighbours must not hide a gap
    for row, (choice, level) in enumerate(levels):
        used = np.flatnonzero((curve.estimates[choice] == level).to_numpy()) + 1
        colour = COLOURS[curve.choices.index(choice) % 2]
        bottom.vlines(used, -row - 0.35, -row + 0.35, color=colour, linewidth=thin)
        names.append(f"{choice}: {level}" if choice != last else level)
        last = choice
    bottom.set_yticks(-np.arange(len(levels)), names, fontsize=7.5)
    bottom.set_ylim(-len(levels) + 0.4, 0.6)
    bottom.grid(visible=False)
    shown = f"{len(curve.estimates)} specifications of {curve.figure}"
    bottom.set_xlabel(f"{shown}, ranked by estimate")
    alt = (
        f"{shown}: median {curve.median:.3g}, {curve.below:.0%} below the printed "
        f"{curve.reported:g} {curve.unit}; {curve.holding:.0%} of the intervals hold it."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_specification_runs(
    frame: pd.DataFrame,
    *,
    figure: str,
    unit: str | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the specification curve with the runs apart, beside the printed figure.

    Parameters
    ----------
    frame : DataFrame
        One row a specification: columns run, estimate, low, high (its interval) and reported,
        the printed figure; or reported_low and reported_high, its rounding interval.
    figure : str
        Name of the figure.
    unit : str, optional
        Unit of all numbers.
    source : str, optional
        Source of the printed figure, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        Runs side by side on one scale, each ranked by estimate; below its name the share under the
        printed figure, the share whose interval agrees with it, the median, and how many
        estimates lie above the axis, which ends beyond 97 % of the intervals.

    Raises
    ------
    DataError
        If a column is absent or a run has no estimate.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"run": ["linkage", "linkage", "calibrated"], "estimate": [1.2, 1.6, 2.2],
    ...      "low": [1.1, 1.4, 1.9], "high": [1.3, 2.2, 2.4], "reported": 2.13}
    ... )
    >>> plot_specification_runs(frame, figure="T19").get_label().split(": ")[1]
    'linkage 2 specifications, median 1.4, 100% below, 50% agree; calibrated 1 specifications...
    """
    low, high = _checked_runs(frame)
    runs = list(dict.fromkeys(frame["run"]))
    drawing, axes = panel_of(ax, size=(max(9.0, 2.2 * len(runs)), 4.4))  # room for what is said
    # a few wide intervals must not flatten all others
    top = 1.1 * max(float(frame["high"].quantile(0.97)), high)
    said, names = [], []
    for place, run in enumerate(runs):
        rows = frame[frame["run"] == run].sort_values("estimate", kind="stable")
        colour = (COLOURS[0], *COLOURS[2:6])[place % 5]  # that of the printed figure left out
        _run_of_curve(axes, rows, place * _APART, colour, len(runs))
        below = float((rows["estimate"] < low).mean())
        agree = float(((rows["low"] < high) & (rows["high"] >= low)).mean())
        middle = float(rows["estimate"].median())
        counted = f"{len(rows)} specifications, median {middle:.3g}"
        text = f"{below:.0%} below, {agree:.0%} agree"
        if above := int((rows["estimate"] > top).sum()):
            text += f",\n{above} above the axis"
        names.append(f"{run}\n{counted},\n{text}")
        said.append(f"{run} {counted}, {text}".replace("\n", " "))
    axes.axhspan(low, high, color=COLOURS[1], alpha=0.5, linewidth=0)
    axes.axhline(0.5 * (low + high), color=COLOURS[1], linewidth=1.2, label="printed")
    axes.set_xticks(0.5 + _APART * np.arange(len(runs)), names, fontsize=9)
    axes.set_xlim(-0.05, _APART * len(runs))
    axes.grid(visible=False, axis="x")
    axes.set(ylim=(0, top), ylabel=axis_label(figure, unit))
    legend_below(drawing, ax)  # inside it would stand on the printed line
    alt = f"{figure} printed {0.5 * (low + high):.4g}{f' {unit}' if unit else ''}"
    return finish(drawing, alt=f"{alt}: {'; '.join(said)}.", source=source, ax=ax)


def _run_of_curve(axes: "Axes", rows: pd.DataFrame, start: float, colour: str, runs: int) -> None:
    """Draw the ranked estimates of one run with their intervals, and their median."""
    x = start + np.linspace(0.0, 1.0, len(rows) + 2)[1:-1]
    wide = max(0.5, 100 / (runs * (len(rows) + 1)))  # points; neighbours must not touch
    picture = len(rows) > _MANY  # as lines of an SVG they would be larger than all the rest
    axes.vlines(
        x, rows["low"], rows["high"], color=colour, alpha=0.35, linewidth=wide, rasterized=picture
    )
    axes.plot(x, rows["estimate"], "o", color=colour, markersize=2.5, rasterized=picture)
    axes.hlines(
        rows["estimate"].median(), start, start + 1, color="black", linestyle="--", linewidth=1,
        label="" if start else "median of the run",
    )  # fmt: skip


def _checked_runs(frame: pd.DataFrame) -> tuple[float, float]:
    """Return the ends of the printed figure."""
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"specifications: expected a DataFrame, got {shown(frame)}")
    printed = ["reported_low", "reported_high"]
    if not set(printed) <= set(frame.columns):
        printed = ["reported", "reported"]
    needed = ("run", "estimate", "low", "high", *printed)
    refuse_unknown(needed, frame.columns, "specifications: no column")
    if frame.empty or frame[["estimate", *printed]].isna().any(axis=None):
        raise DataError("specifications: a row without estimate or printed figure; drop it")
    low, high = (float(frame[name].iloc[0]) for name in printed)
    return low, high


def _estimates(axes: "Axes", curve: "SpecificationCurve") -> None:
    rows = curve.estimates
    place = np.arange(1, len(rows) + 1)
    axes.fill_between(
        place,
        rows["low"].to_numpy(float),
        rows["high"].to_numpy(float),
        color=COLOURS[4],
        alpha=0.4,
        linewidth=0,
        label="95 % interval",
    )
    axes.plot(place, rows["estimate"], color=COLOURS[0], linewidth=1.5, label="estimate")
    axes.axhline(
        curve.reported, color=COLOURS[1], linewidth=1.5, label=f"reported, {curve.reported:g}"
    )
    axes.axhline(curve.median, color=GREY, linestyle="--", linewidth=1, label="median estimate")
    axes.set_ylabel(axis_label(curve.figure, curve.unit))
    # a few wide intervals must not flatten all others
    axes.set_ylim(0, 1.15 * max(float(rows["high"].quantile(0.97)), curve.reported_high))
    axes.legend(frameon=False, fontsize=9, loc="upper left")


_MARKERS = "osD^vP*X"


def plot_backtest(
    result: "UpdateBacktest", *, source: str | None = None, ax: Panels = None
) -> "Figure":
    """Draw the error of each method, one panel an update, one mark a block."""
    errors = 100.0 * result.errors
    updates = list(errors.index.get_level_values("update").unique())
    methods = list(errors.index.get_level_values("method").unique())
    size = (2.2 + 2.9 * len(updates), 1.9 + 0.36 * len(methods))
    figure, panels = panels_of(ax, 1, len(updates), size=size, sharey=True)
    for axes, update in zip(panels, updates, strict=True):
        rows = errors.loc[update]
        for place, block in enumerate(errors.columns):
            axes.plot(
                rows[block],
                [methods.index(name) for name in rows.index],
                linestyle="",
                marker=_MARKERS[place % len(_MARKERS)],
                color=COLOURS[place % len(COLOURS)],
                label=str(block),
            )
        axes.set_xlim(left=0.0)
        axes.margins(x=0.1)
        axes.set_title(str(update), fontsize=11)
        axes.set_xlabel(axis_label("weighted absolute error", "percent"))
    panels[0].set_yticks(range(len(methods)), methods)
    panels[0].set_ylim(len(methods) - 0.5, -0.5)
    legend_below(figure, ax, columns=len(errors.columns))
    best = "; ".join(
        f"{update}: {errors.loc[update]['all'].idxmin()} {errors.loc[update]['all'].min():.1f} %"
        for update in updates
    )
    alt = f"Back-test of table updating, smallest error of all cells. {best}."
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_diffusion_errors(
    result: "DiffusionErrors", *, source: str | None = None, ax: Panels = None
) -> "Figure":
    """Draw the errors of each rule, one panel a horizon."""
    rows = result.forecasts.dropna(subset=["error"])
    horizons = sorted(rows["horizon"].unique())
    size = (2.4 + 3.2 * len(horizons), 1.6 + 0.36 * len(result.rules))
    figure, panels = panels_of(ax, 1, len(horizons), size=size, sharey=True)
    said = []
    for axes, steps in zip(panels, horizons, strict=True):
        errors = [
            100 * rows.loc[(rows["rule"] == name) & (rows["horizon"] == steps), "error"].to_numpy()
            for name in result.rules
        ]
        low, first, middle, third, high = np.array(
            [np.quantile(values, [0.05, 0.25, 0.5, 0.75, 0.95]) for values in errors]
        ).T
        places = np.arange(1, len(errors) + 1)
        axes.hlines(places, low, high, color=COLOURS[0], linewidth=1.2)
        axes.hlines(places, first, third, color=COLOURS[0], linewidth=6)
        axes.plot(middle, places, "o", color="white", markersize=4, zorder=3)
        axes.axvline(0.0, color=GREY, linewidth=0.8)
        axes.set_title("1 year ahead" if steps == 1 else f"{steps} years ahead", fontsize=11)
        axes.set_xlabel(axis_label("ln(actual / forecast)", "percent"))
        beside: dict[str, Any] = {"color": GREY, "fontsize": 9, "ha": "left"}
        axes.annotate("RMSE", (1.0, 1.0), xycoords="axes fraction", va="bottom", **beside)
        for place, values in enumerate(errors, start=1):
            size_of_error = float(np.sqrt(np.mean(values**2)))
            text, where = f" {size_of_error:.0f} %", ("axes fraction", "data")
            axes.annotate(text, (1.0, place), xycoords=where, va="center", **beside)
            said.append(f"{result.rules[place - 1]} {steps}: {size_of_error:.1f} %")
    panels[0].set_yticks(range(1, len(result.rules) + 1), result.rules)
    panels[0].invert_yaxis()
    alt = f"Errors of forecasts of known diffusions, root mean square: {'; '.join(said)}."
    return finish(figure, alt=alt, source=source, ax=ax)
