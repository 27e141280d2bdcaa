"""Flows between nodes in steps, ribbons as wide as what they carry, and those of a core."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.diagnostics.plots.style import (
    COLOURS,
    GREY,
    Panels,
    finish,
    panel_of,
    sector_name,
)
from quesnay.fitting.arrays import Array
from quesnay.fitting.checks import refuse_unknown, whole
from quesnay.fitting.errors import DataError, shown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from quesnay.models.input_output.table import InputOutputTable

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
    most : int
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
    """Return node -> the larger of what it takes and what it gives."""
    gives: dict[Node, float] = {}
    takes: dict[Node, float] = {}
    for step, giver, taker, value in rows[["step", "source", "target", "value"]].itertuples(
        index=False
    ):
        gives[(step, giver)] = gives.get((step, giver), 0.0) + value
        takes[(step + 1, taker)] = takes.get((step + 1, taker), 0.0) + value
    nodes = sorted({*gives, *takes}, key=lambda node: node[0])
    return {node: max(gives.get(node, 0.0), takes.get(node, 0.0)) for node in nodes}


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
