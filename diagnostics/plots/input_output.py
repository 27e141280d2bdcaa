"""Plots of input-output tables: linkages, coefficients, extraction, decomposition, flows."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    Named,
    Panels,
    axis_label,
    finish,
    in_full,
    legend_below,
    panel_of,
    panels_of,
    place_labels,
    sector_name,
    stack_bars,
)
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import percent, plain_numbers, refuse_unknown, whole
from quesnay.fitting.errors import DataError, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.models.input_output.decomposition import StructuralDecomposition
    from quesnay.models.input_output.extraction import Extraction
    from quesnay.models.input_output.table import InputOutputTable

_MARKS = {
    "key": (COLOURS[1], "o"),
    "backward-oriented": (COLOURS[0], "s"),
    "forward-oriented": (COLOURS[2], "^"),
    "weak": (GREY, "."),
}
_TICKS = 50  # sectors up to which each is named beside the heat map
_WORDS = {
    "v": "account\nper unit",
    "A": "technology",
    "f": "final\ndemand",
    "structure": "demand\nstructure",
    "mix": "demand\nmix",
    "level": "demand\nlevel",
}
_NAME = 34  # characters of a sector's name that fit beside the bars


def plot_linkages(
    table: "InputOutputTable",
    *,
    names: Mapping[Any, str] | None = None,
    count: int = 12,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw backward against forward linkages, normalised to mean 1, with key sectors named."""
    frame = table.linkages(variation=False).dropna()
    figure, axes = panel_of(ax, size=(8.2, 6.2))
    across, up = frame["backward_normalised"], frame["forward_normalised"]
    for kind, (colour, mark) in _MARKS.items():
        members = frame["sector_class"] == kind
        axes.plot(
            across[members], up[members], mark, color=colour, label=f"{kind} ({members.sum()})",
            markersize=8 if mark == "." else 6,
        )  # fmt: skip
    axes.axvline(1.0, color=GREY, linewidth=0.9)
    axes.axhline(1.0, color=GREY, linewidth=0.9)
    axes.margins(x=0.16, y=0.08)
    axes.set_xlabel(axis_label("backward linkage", "mean of all sectors = 1"))
    axes.set_ylabel(axis_label("forward linkage (Ghosh)", "mean of all sectors = 1"))
    axes.set_title(table.name or "Linkage map", fontsize=11)
    legend_below(figure, ax, columns=4)
    chosen = _named_first(frame, count)
    texts = [sector_name(label, names, longest=36) for label in chosen]
    points = np.column_stack([across.loc[chosen], up.loc[chosen]])
    crowd = np.column_stack([across, up])
    place_labels(figure, [Named(axes, points, texts, crowd)], ax)
    key = frame.index[frame["sector_class"] == "key"]
    listed = ", ".join(sector_name(label, names) for label in key[:10]) or "none"
    alt = f"Linkage map of {len(frame)} sectors. Key sectors: {listed}."
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_coefficients(
    table: "InputOutputTable",
    *,
    names: Mapping[Any, str] | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the technical coefficients: who buys from whom per unit of output."""
    return plot_heat_map(
        table.A,
        quantity="input coefficient",
        unit="per unit of output",
        names=names,
        title=table.name or "Technical coefficients",
        source=source,
        ax=ax,
    )


def plot_heat_map(
    frame: pd.DataFrame,
    *,
    quantity: str,
    unit: str | None = None,
    names: Mapping[Any, str] | None = None,
    sides: tuple[str, str] = ("selling sector", "buying sector"),
    title: str = "",
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw a table as a heat map, such as coefficients, flows or the Leontief inverse.

    Parameters
    ----------
    frame : DataFrame
        Selling sectors down, buying sectors across; numbers in one unit.
    quantity : str
        What a cell is.
    unit : str, optional
        Its unit.
    names : mapping, optional
        Label -> name, written after it.
    sides : tuple of str
        What stands down and what across.
    title : str
        What is drawn.
    source : str, optional
        Source of the figures, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        Colours by the root of the value, so that small cells show; cells below zero stand out.

    Raises
    ------
    DataError
        If the frame is empty or holds what is no number.

    Examples
    --------
    >>> frame = pd.DataFrame([[0.1, 0.3], [0.2, 0.0]], ["a", "b"], ["a", "b"])
    >>> figure = plot_heat_map(frame, quantity="input coefficient")
    >>> figure.get_label()
    'Heat map of 2 by 2: input coefficient; the largest is 0.3: a into b.'
    """
    from matplotlib.colors import PowerNorm

    values = plain_numbers(frame) if isinstance(frame, pd.DataFrame) else None
    if values is None or not values.size or not np.isfinite(values).any():
        raise DataError(f"frame: {shown(frame)}; expected a DataFrame of numbers")
    figure, axes = panel_of(ax, size=(9.0, 6.8))
    axes.grid(visible=False)
    top = max(float(np.nanmax(values)), 0.0) or 1.0
    image = axes.imshow(
        np.ma.masked_less(values, 0.0), cmap="Blues", norm=PowerNorm(0.5, vmin=0.0, vmax=top),
        interpolation="nearest", aspect="auto" if values.shape[0] != values.shape[1] else "equal",
    )  # fmt: skip
    axes.set_facecolor(COLOURS[1])
    bar = figure.colorbar(image, ax=axes)
    if ax is None:
        figure.set_layout_engine("compressed")  # the bar is as high as a map of squares
    bar.set_label(axis_label(quantity, unit))
    _sector_ticks(axes, frame, names)
    axes.set(ylabel=sides[0], xlabel=sides[1])
    axes.set_title(title, fontsize=11)
    i, j = np.unravel_index(int(np.nanargmax(values)), values.shape)
    seller = sector_name(frame.index[int(i)], names)
    buyer = sector_name(frame.columns[int(j)], names)
    rows, columns = values.shape
    alt = f"Heat map of {rows} by {columns}: {quantity}; the largest is {values[i, j]:.3g}"
    return finish(figure, alt=f"{alt}: {seller} into {buyer}.", source=source, ax=ax)


def plot_core(
    table: "InputOutputTable",
    core: Sequence[Any],
    *,
    names: Mapping[Any, str] | None = None,
    most: int = 12,
    title: str = "",
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw what makes up a core of sectors and where it goes, without flows inside it."""
    sectors = list(table.sectors)
    refuse_unknown(core, sectors, "core: no sector")
    flows = core_flows(table, table.Z.index.isin(list(core)).astype(float), list(map(str, sectors)))
    called = {str(label): name for label, name in (names or {}).items()}
    return plot_flows(
        flows, unit=table.unit or None, names=called, most=most,
        title=title or f"Flows of the core{table.name and ', '}{table.name}", source=source, ax=ax,
    )  # fmt: skip


def plot_extraction(
    extraction: "Extraction",
    *,
    count: int = 15,
    names: Mapping[Any, str] | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the largest losses of output and value added by sector, own and induced apart."""
    frame = extraction.by_sector.sort_values("output_loss", ascending=False, kind="stable")
    shown, rest = frame.iloc[:count], frame.iloc[count:]
    labels = [sector_name(label, names, longest=44) for label in shown.index]
    if len(rest):
        labels.append(f"{len(rest)} other sectors")
        shown = pd.concat([shown, rest.sum().to_frame().T])
    places = np.arange(len(labels))
    size = (10.2, 1.6 + 0.29 * len(labels))
    figure, panels = panels_of(ax, 1, 2, size=size, sharey=True, sharex=True)
    for axes, what in zip(panels, ("output", "value_added"), strict=True):
        losses = {part: shown[f"{what}_loss_{part}"] for part in ("own", "induced")}
        stack_bars(axes, places, losses, (COLOURS[0], COLOURS[3]), width=0.72, across=True)
        axes.set_xlabel(axis_label(f"{what.replace('_', ' ')} lost", extraction.unit))
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.grid(visible=False, axis="y")
    panels[0].set_yticks(places, labels, fontsize=8.5)
    panels[0].invert_yaxis()
    legend_below(figure, ax, columns=2)
    taken = ", ".join(
        f"{sector_name(label, names)}{'' if weight == 1.0 else f' ({percent(weight)})'}"
        for label, weight in extraction.weights.iloc[:6].items()
    )
    share = extraction.totals["share"]
    if ax is None:
        figure.suptitle(f"Extraction ({extraction.kind}) of {taken}"[:110], fontsize=11)
    alt = (
        f"Losses by sector from extracting {taken} ({extraction.kind}). Output "
        f"{extraction.total_output_loss:.4g} ({share['output']:.1%}), value added "
        f"{extraction.total_value_added_loss:.4g} ({share['value_added']:.1%})."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def plot_decomposition(
    result: "StructuralDecomposition",
    *,
    start: str = "start",
    end: str = "end",
    sectors: int = 10,
    names: Mapping[Any, str] | None = None,
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw the whole change as a waterfall, and the effects in the sectors that changed most."""
    whole(sectors, "sectors")
    if names is not None and not isinstance(names, Mapping):
        raise DataError(f"names: {shown(names)}; expected {{sector: name}}")
    count = min(sectors, len(result.effects))
    words = [_WORDS[str(name)] for name in result.effects.columns]
    opening = (start, float(result.start.sum()))
    rounding = 1e-12 * abs(opening[1])  # an effect that is none leaves a rest of it
    total = result.total.where(result.total.abs() > rounding, 0.0)
    change: Array = np.asarray(total, dtype=np.float64)
    numbers = _numbers(opening[1], change)
    wide = max(12.4, 2.0 * (_room(numbers) + _room([*numbers, *words]) * len(numbers)) + 1.0)
    figure, (left, right) = panels_of(ax, 1, 2, size=(wide, max(4.2, 0.34 * count + 1.8)))
    colours = {name: COLOURS[k] for k, name in enumerate(result.effects.columns)}
    quantity = str(result.account).replace("_", " ")
    _waterfall(left, change, opening, (end, *words), list(colours.values()))
    left.set_ylabel(axis_label(quantity, result.unit or None))
    left.set_title(f"All sectors, {start} to {end}", fontsize=11)
    _by_sector(right, result, count, colours)
    labels = [sector_name(name, names, longest=_NAME) for name in _order(result, count)]
    right.set_yticks(np.arange(count), labels, fontsize=9)
    right.set_xlabel(axis_label(f"change of {quantity}", result.unit or None))
    right.set_title("The sectors that changed most", fontsize=11)
    legend_below(figure, ax, columns=5)
    left.yaxis.set_major_formatter("{x:,.0f}")
    right.xaxis.set_major_formatter("{x:,.0f}")
    right.locator_params(axis="x", nbins=4)
    effects = ", ".join(f"{_plain(name)} {in_full(value, '+')}" for name, value in total.items())
    first, last = in_full(float(result.start.sum())), in_full(float(result.end.sum()))
    alt = f"{quantity}: {start} {first}, {effects}, {end} {last}."
    return finish(figure, alt=alt, source=source, ax=ax)


def _named_first(frame: pd.DataFrame, count: int) -> pd.Index:
    """Order the sectors by class and distance from the mean; the first ones get their names."""
    away = np.hypot(frame["backward_normalised"] - 1.0, frame["forward_normalised"] - 1.0)
    rank = away + 100.0 * (frame["sector_class"] == "key").to_numpy(float)
    return frame.index[np.argsort(-rank.to_numpy(), kind="stable")[:count]]


def _sector_ticks(axes: "Axes", frame: pd.DataFrame, names: Mapping[Any, str] | None) -> None:
    """Name the sectors down, and give their codes across, where there is room for them."""
    down, across = (9 if len(labels) <= 20 else 6.5 for labels in (frame.index, frame.columns))
    if len(frame.index) <= _TICKS:
        labels = [sector_name(label, names, longest=34) for label in frame.index]
        axes.set_yticks(range(len(labels)), labels, fontsize=down)
    if len(frame.columns) <= _TICKS:
        labels = [str(label) for label in frame.columns]
        axes.set_xticks(range(len(labels)), labels, fontsize=across, rotation=90)


def _plain(name: object) -> str:
    return _WORDS[str(name)].replace("\n", " ")


def plot_waterfall(
    effects: "pd.Series[float]",
    *,
    start: tuple[str, float],
    end: str,
    quantity: str,
    unit: str | None = None,
    title: str = "",
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw how effects lead from one level to another, step by step.

    Parameters
    ----------
    effects : Series
        Effect -> change, in the unit of the level, in the order drawn.
    start : tuple of str and float
        Name and level of the start, such as ``("2012", 53.7)``.
    end : str
        Name of the end; its level is the start with all effects.
    quantity, unit : str
        What is drawn.
    title : str
        Of the panel.
    source : str, optional
        Source of the figures, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        Bars of start and end, between them the effects, each from where the last one ended.

    Raises
    ------
    DataError
        If there are no effects, or one is no number.

    Examples
    --------
    >>> effects = pd.Series({"technology": -0.5, "final demand": 2.0})
    >>> plot_waterfall(effects, start=("2012", 3.0), end="2017", quantity="total").get_label()
    'total: 2012 3, technology -0.5, final demand +2, 2017 4.5.'
    """
    values = plain_numbers(effects) if isinstance(effects, pd.Series) else None
    if values is None or not values.size or not np.isfinite([*values, start[1]]).all():
        raise DataError(f"effects: {shown(effects)}; expected a Series of finite numbers")
    words = [str(name).replace(" ", "\n") for name in effects.index]
    numbers = _numbers(float(start[1]), values)
    wide = max(1.0, _room([*numbers, *words])) * len(numbers)
    figure, axes = panel_of(ax, size=(2.2 + wide, 4.2))
    colours = [COLOURS[k % len(COLOURS)] for k in range(len(values))]
    _waterfall(axes, values, start, (end, *words), colours)
    axes.set_ylabel(axis_label(quantity, unit))
    axes.set_title(title, fontsize=11)
    said = ", ".join(f"{name} {in_full(float(v), '+')}" for name, v in effects.items())
    last = in_full(float(start[1] + values.sum()))
    alt = f"{quantity}: {start[0]} {in_full(float(start[1]))}, {said}, {end} {last}."
    return finish(figure, alt=alt, source=source, ax=ax)


def _waterfall(
    axes: "Axes",
    effects: Array,
    start: tuple[str, float],
    names: tuple[str, ...],
    colours: Sequence[str],
) -> None:
    """Draw the bars of a waterfall; `names` are that of the end and those of the effects."""
    tops = float(start[1]) + np.concatenate([[0.0], np.cumsum(effects)])
    first, last = float(tops[0]), float(tops[-1])
    places = np.arange(len(effects) + 2)
    axes.bar(places[[0, -1]], [first, last], color=GREY, width=0.62)
    for k, effect in enumerate(effects):
        # an edge keeps a bar visible that is thinner than a line
        axes.bar(
            places[k + 1],
            effect,
            bottom=tops[k],
            color=colours[k],
            width=0.62,
            edgecolor=colours[k],
            linewidth=1.0,
        )
    for k in range(len(places) - 1):
        level = tops[k]
        axes.plot([places[k] + 0.31, places[k + 1] - 0.31], [level, level], color=GREY, lw=0.8)
    highs = [first, *np.maximum(tops[:-1], tops[1:]), last]
    highest = _write_above(axes, highs, _numbers(first, effects))
    axes.set_xticks(places, [start[0], *names[1:], names[0]])
    axes.grid(visible=False, axis="x")
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set_ylim(top=1.08 * highest if highest > 0 else None)


def _numbers(start: float, effects: Array) -> list[str]:
    """Write the level of the start, each effect with its sign, and the level of the end."""
    last = start + float(np.cumsum(effects)[-1])
    return [in_full(start), *(in_full(float(value), "+") for value in effects), in_full(last)]


def _room(texts: Sequence[str]) -> float:
    """Return the inches that the widest line of texts takes beside others, letters of 9 points."""
    return 0.075 * max(len(line) for text in texts for line in text.split("\n")) + 0.2


def _write_above(axes: "Axes", tops: list[float], texts: list[str]) -> float:
    """Write each bar's number above it; return the highest bar."""
    for place, (top, text) in enumerate(zip(tops, texts, strict=True)):
        axes.annotate(
            text,
            (place, max(top, 0.0)),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=9,
        )
    return max(0.0, *tops)


def _by_sector(
    axes: "Axes", result: "StructuralDecomposition", count: int, colours: dict[str, str]
) -> None:
    order = _order(result, count)
    shown: pd.DataFrame = result.effects.loc[order]
    places = np.arange(count)
    parts = {_plain(name): shown[name].to_numpy() for name in shown.columns}
    stack_bars(axes, places, parts, [colours[name] for name in shown.columns], across=True)
    axes.plot(
        result.change.loc[order],
        places,
        linestyle="none",
        marker="D",
        markersize=5,
        color="black",
        label="change",
    )
    axes.axvline(0, color="black", linewidth=0.8)
    axes.grid(visible=False, axis="y")


def _order(result: "StructuralDecomposition", count: int) -> pd.Index:
    """Return the sectors that changed most, the largest last: it is drawn on top."""
    places = np.argsort(-np.abs(result.change.to_numpy()), kind="stable")[:count][::-1]
    return result.effects.index[places]


Node = tuple[int, str]

_WIDE = 0.12  # of a step, the width of a node
_GAP = 0.025  # of the height, between the nodes of a step
_COLUMNS = ("source", "target", "value")


def core_flows(
    table: "InputOutputTable", shares: Array, names: Sequence[str], *, scale: float = 1.0
) -> pd.DataFrame:
    """Return the flows into a core and out of it, without those inside, as `plot_flows` takes them.

    The core holds a share of each sector. Suppliers, imported inputs with taxes on products, and
    value added make up what it sells: both sides of the picture are equal.
    """
    Z, rest = table.Z.to_numpy(), 1.0 - shares
    given, taken = rest * (Z @ shares), rest * (shares @ Z)
    final, own = float(shares @ table.f.to_numpy()), float(shares @ table.v.to_numpy())
    abroad = taken.sum() + final - given.sum() - own
    into = {**dict(zip(names, given, strict=True)), "value added of the core": own}
    into["imported inputs" if table.taxes is None else "imported inputs, taxes"] = abroad
    out = {**dict(zip(names, taken, strict=True)), "final demand": final}
    rows = [(name, "core", value, 0) for name, value in into.items()]
    rows += [("core", name, value, 1) for name, value in out.items()]
    flows = pd.DataFrame(rows, columns=["source", "target", "value", "step"])
    flows["value"] *= scale
    least = 1e-9 * float(flows["value"].max())  # a rest of rounding is no flow
    shown: pd.DataFrame = flows[flows["value"] > least]
    return shown


def plot_flows(
    flows: pd.DataFrame,
    *,
    unit: str | None = None,
    names: Mapping[Any, str] | None = None,
    most: int = 12,
    title: str = "",
    source: str | None = None,
    ax: Panels = None,
) -> "Figure":
    """Draw who passes how much to whom, such as the suppliers of a core and its users.

    Parameters
    ----------
    flows : DataFrame
        One row a flow: columns source, target, value (not negative, one unit), and step where a
        name stands at several steps: 0 for flows that leave the first column of nodes, 1 for
        those that leave the second. Without it the steps follow from who passes on to whom.
    unit : str, optional
        Unit of the values.
    names : mapping, optional
        Label -> name, written after it.
    most : int, default 12
        Nodes a step; the smallest others are drawn as one.
    title : str
        What is drawn.
    source : str, optional
        Source of the figures, written at the foot.
    ax : Axes, optional
        The panel to draw on; by default a new figure.

    Returns
    -------
    Figure
        Nodes from left to right, as high as what passes through them.

    Raises
    ------
    DataError
        If a column is absent, a value is negative or missing, nothing flows, or flows go round in
        a circle and no step says where a name stands.

    Examples
    --------
    >>> flows = pd.DataFrame(
    ...     {"source": ["steel", "chips", "core", "core"],
    ...      "target": ["core", "core", "cars", "trade"], "value": [3.0, 5.0, 6.0, 2.0]}
    ... )
    >>> len(plot_flows(flows, unit="billion yuan").axes[0].patches)  # 5 nodes, 4 ribbons
    9
    """
    whole(most, "most", least=2)
    rows = _collapsed(_checked(flows), most)
    heights = _heights(rows)
    tops = _stacked(heights)
    nodes = [len(step) for step in _by_step(heights).values()]
    figure, axes = panel_of(ax, size=(9.0, 1.6 + 0.36 * max(nodes)))
    steps = max(step for step, _ in heights)
    colours = {node: COLOURS[k % 6] for k, node in enumerate(n for n in tops if n[0] < steps)}
    _draw_ribbons(axes, rows, tops, colours)
    fine = any(size % 1 for size in heights.values())  # then the largest has four digits
    decimals = max(0, 3 - int(np.floor(np.log10(max(heights.values()))))) if fine else 0
    for (step, label), top in tops.items():
        size = heights[(step, label)]
        axes.bar(step, size, bottom=top - size, width=_WIDE, color=colours.get((step, label), GREY))
        _write_node(
            axes,
            (step, steps),
            top - size / 2,
            f"{sector_name(label, names)}: {size:,.{decimals}f}",
        )
    axes.set_axis_off()
    axes.set_xlim(-0.75, steps + 0.75)
    axes.set_title(f"{title}{', ' if title and unit else ''}{unit or ''}", fontsize=11)
    largest = rows.iloc[int(np.argmax(rows["value"]))]
    alt = (
        f"{title or 'Flows'}{f', {unit}' if unit else ''}: {len(rows)} flows; the largest, "
        f"{largest['value']:.4g}, from {sector_name(largest['source'], names)} to "
        f"{sector_name(largest['target'], names)}."
    )
    return finish(figure, alt=alt, source=source, ax=ax)


def _checked(flows: pd.DataFrame) -> pd.DataFrame:
    """Return the flows that are not zero, each with its step."""
    if not isinstance(flows, pd.DataFrame):
        raise DataError(f"flows: expected a DataFrame, got {shown(flows)}")
    refuse_unknown(_COLUMNS, flows.columns, "flows: no column")
    value = pd.to_numeric(flows["value"], errors="coerce")
    bad = np.flatnonzero(~(value >= 0) | np.isinf(value))
    if len(bad):
        row = flows.iloc[bad[0]]
        raise DataError(
            f"flows: {shown(row['value'])} from {shown(row['source'])} to {shown(row['target'])} "
            "is no amount; give numbers of at least 0"
        )
    rows = flows.assign(value=value)[value > 0]
    if rows.empty:
        raise DataError("flows: every value is zero; there is nothing to draw")
    if "step" not in rows.columns:
        depth = _depths(rows)
        rows = rows.assign(step=[depth[label] for label in rows["source"]])
    return rows.astype({"source": str, "target": str, "step": int})


def _depths(rows: pd.DataFrame) -> dict[Any, int]:
    """Return how many flows at most lead to each node."""
    depth: dict[Any, int] = dict.fromkeys([*rows["source"], *rows["target"]], 0)
    for _ in range(len(depth)):
        before = dict(depth)
        for giver, taker in zip(rows["source"], rows["target"], strict=True):
            depth[taker] = max(depth[taker], depth[giver] + 1)
        if depth == before:
            return depth
    raise DataError("flows: they go round in a circle; give a column 'step' (0, 1, ...)")


def _collapsed(rows: pd.DataFrame, most: int) -> pd.DataFrame:
    """Draw the smallest nodes of a step as one."""
    heights = _heights(rows)
    called: dict[Node, str] = {}
    for nodes in _by_step(heights).values():
        small = sorted(nodes, key=lambda node: -heights[node])[most - 1 :]
        if len(nodes) > most:
            called |= dict.fromkeys(small, f"{len(small)} others")
    steps = rows["step"].to_numpy()
    source = [called.get((k, name), name) for k, name in zip(steps, rows["source"], strict=True)]
    target = [
        called.get((k + 1, name), name) for k, name in zip(steps, rows["target"], strict=True)
    ]
    named = rows.assign(source=source, target=target)
    return named.groupby(["step", "source", "target"], sort=False)[["value"]].sum().reset_index()


def _heights(rows: pd.DataFrame) -> dict[Node, float]:
    """Return node -> the larger of what it takes and what it gives, in order of appearance."""
    gives: dict[Node, float] = {}
    takes: dict[Node, float] = {}
    for step, giver, taker, value in rows[["step", "source", "target", "value"]].itertuples(
        index=False
    ):
        gives[(step, giver)] = gives.get((step, giver), 0.0) + value
        takes[(step + 1, taker)] = takes.get((step + 1, taker), 0.0) + value
    return {node: max(gives.get(node, 0.0), takes.get(node, 0.0)) for node in gives | takes}


def _by_step(heights: Mapping[Node, float]) -> dict[int, list[Node]]:
    steps: dict[int, list[Node]] = {}
    for node in sorted(heights, key=lambda node: (node[1].endswith(" others"), -heights[node])):
        steps.setdefault(node[0], []).append(node)
    return steps


def _stacked(heights: Mapping[Node, float]) -> dict[Node, float]:
    """Return the upper edge of each node, the steps centred on one another."""
    steps = _by_step(heights)
    gap = _GAP * max(sum(heights[node] for node in nodes) for nodes in steps.values())
    tops: dict[Node, float] = {}
    for nodes in steps.values():
        level = 0.5 * (sum(heights[node] for node in nodes) + gap * (len(nodes) - 1))
        for node in nodes:
            tops[node] = level
            level -= heights[node] + gap
    return tops


def _draw_ribbons(
    axes: "Axes", rows: pd.DataFrame, tops: Mapping[Node, float], colours: Mapping[Node, str]
) -> None:
    """Draw each flow from its giver to its taker, in the order of the nodes."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    left, right = dict(tops), dict(tops)
    ordered = rows.assign(
        giver=[tops[(k, name)] for k, name in zip(rows["step"], rows["source"], strict=True)],
        taker=[tops[(k + 1, name)] for k, name in zip(rows["step"], rows["target"], strict=True)],
    ).sort_values(["step", "giver", "taker"], ascending=[True, False, False])
    for step, giver, taker, value in ordered[["step", "source", "target", "value"]].itertuples(
        index=False
    ):
        start, end = (step, giver), (step + 1, taker)
        y0, y1 = left[start], right[end]
        left[start], right[end] = y0 - value, y1 - value
        x0, x1 = step + _WIDE / 2, step + 1 - _WIDE / 2
        bend = 0.5 * (x0 + x1)
        outline = [(x0, y0), (bend, y0), (bend, y1), (x1, y1), (x1, y1 - value)]
        outline += [(bend, y1 - value), (bend, y0 - value), (x0, y0 - value), (x0, y0)]
        curve = [Path.CURVE4] * 3
        codes = [Path.MOVETO, *curve, Path.LINETO, *curve, Path.CLOSEPOLY]
        axes.add_patch(
            PathPatch(Path(outline, codes), facecolor=colours[start], alpha=0.4, linewidth=0)
        )


def _write_node(axes: "Axes", at: tuple[int, int], level: float, text: str) -> None:
    step, last = at
    side = {0: ("right", -1), last: ("left", 1)}.get(step, ("center", 0))
    axes.annotate(
        text, (step + side[1] * 0.6 * _WIDE, level), xytext=(3 * side[1], 0),
        textcoords="offset points", ha=side[0], va="center", fontsize=8.5,
        bbox=None if side[1] else {"facecolor": "white", "alpha": 0.75, "pad": 1.0, "linewidth": 0},
    )  # fmt: skip
