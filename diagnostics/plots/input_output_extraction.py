"""Bars of what the economy loses in a hypothetical extraction."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from quesnay.diagnostics.plots.place import sector_name
from quesnay.diagnostics.plots.style import COLOURS, axis_label, finish, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.models.input_output.extraction import Extraction

__all__ = ["plot_extraction"]


def plot_extraction(
    extraction: "Extraction", *, count: int = 15, names: Mapping[Any, str] | None = None
) -> "Figure":
    """Draw the largest losses of output and value added by sector, own and induced apart.

    Parameters
    ----------
    extraction : Extraction
        What was taken out, and the losses.
    count : int, default 15
        Sectors drawn; the others are joined in one bar.
    names : mapping, optional
        Sector -> name shown.

    Returns
    -------
    Figure
        Output on the left, value added on the right, on one scale.

    Examples
    --------
    >>> import quesnay as qn
    >>> table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    >>> plot_extraction(table.extract([0])).get_label()[:51]
    'Losses by sector from extracting 0 (total). Output '
    """
    frame = extraction.by_sector.sort_values("output_loss", ascending=False, kind="stable")
    shown, rest = frame.iloc[:count], frame.iloc[count:]
    labels = [sector_name(label, names, longest=44) for label in shown.index]
    if len(rest):
        labels.append(f"{len(rest)} other sectors")
    places = np.arange(len(labels))
    figure = new_figure(1, 2, size=(10.2, 1.6 + 0.29 * len(labels)), sharey=True, sharex=True)
    for axes, what in zip(figure.axes, ("output", "value_added"), strict=True):
        left = np.zeros(len(labels))
        for part, colour in (("own", COLOURS[0]), ("induced", COLOURS[3])):
            column = f"{what}_loss_{part}"
            values = shown[column].tolist() + ([rest[column].sum()] if len(rest) else [])
            axes.barh(places, values, left=left, color=colour, label=part, height=0.72)
            left += np.asarray(values)
        axes.set_xlabel(axis_label(f"{what.replace('_', ' ')} lost", extraction.unit))
        axes.xaxis.set_major_formatter("{x:,g}")
        axes.grid(visible=False, axis="y")
    figure.axes[0].set_yticks(places, labels, fontsize=8.5)
    figure.axes[0].invert_yaxis()
    handles, parts = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, parts, loc="outside lower center", ncols=2, frameon=False, fontsize=9)
    taken = ", ".join(sector_name(label, names) for label in extraction.weights.index[:6])
    share = extraction.totals["share"]
    figure.suptitle(f"Extraction ({extraction.kind}) of {taken}"[:110], fontsize=11)
    alt = (
        f"Losses by sector from extracting {taken} ({extraction.kind}). Output "
        f"{extraction.total_output_loss:.4g} ({share['output']:.1%}), value added "
        f"{extraction.total_value_added_loss:.4g} ({share['value_added']:.1%})."
    )
    return finish(figure, alt=alt)
