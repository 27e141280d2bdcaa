"""Plots of a fitted regression: six panels of diagnosis, and influence by unit."""

from typing import TYPE_CHECKING

import numpy as np

from quesnay.diagnostics.plots.place import place_labels, short_name
from quesnay.diagnostics.plots.regression_groups import draw_groups
from quesnay.diagnostics.plots.regression_panels import (
    WIDEST,
    draw_collinearity,
    draw_leverage,
    draw_quantiles,
    draw_residuals,
    draw_scale,
    head,
)
from quesnay.diagnostics.plots.style import COLOURS, GREY, finish, new_figure
from quesnay.diagnostics.regression.examined import examine, leave_out
from quesnay.fitting.errors import DataError, suggestion
from quesnay.models.regression.result import PanelFit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["plot_diagnostics", "plot_influence"]

MOST = 45  # groups that a page can name


def plot_diagnostics(
    fit: PanelFit, *, unit: str | None = None, time: str | None = None
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
    figure = new_figure(3, 2, size=(13.0, 14.0))
    panels = figure.axes
    named = [
        draw_residuals(panels[0], sample),
        draw_quantiles(panels[1], sample),
        draw_leverage(panels[3], sample),
    ]
    draw_scale(panels[2], sample)
    draw_groups(panels[4], sample)
    draw_collinearity(panels[5], sample)
    said = f"{short_name(fit.formula, widest=90)}: {fit.nobs:,} rows, {fit.inference.name} errors"
    figure.suptitle(said, x=0.01, ha="left", fontsize=11)
    place_labels(figure, named, size=7.5)
    top = int(np.nanargmax(sample.influence.cooks))
    return finish(
        figure,
        alt=(
            f"Six diagnostic panels of the regression of {fit.outcome_name} on "
            f"{', '.join(fit.names)} with {fit.nobs} rows; the most influential row is "
            f"{sample.names[top]}, Cook's distance {sample.influence.cooks[top]:.2g}."
        ),
    )


def plot_influence(fit: PanelFit, term: str | None = None, *, by: str | None = None) -> "Figure":
    """Draw one coefficient with each cluster left out in turn.

    Parameters
    ----------
    fit : PanelFit
        A fitted regression.
    term : str, optional
        The coefficient; by default the first that is no intercept.
    by : str, optional
        Column by which rows are left out; by default the cluster, else the unit.

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
    known = [name for name in fit.names if name != "Intercept"]
    chosen = term if term is not None else (known or list(fit.names))[0]
    if not isinstance(chosen, str):
        raise DataError(f"term: expected a name, got {type(chosen).__name__}")
    if chosen not in fit.names:
        raise DataError(f"no term {chosen!r} in the fit;{suggestion(str(chosen), fit.names)}")
    found = leave_out(sample, by=None if by is None else sample.unit)
    whole = float(fit.params[chosen])
    values = found.estimates[chosen].dropna()
    farthest = (values - whole).abs().sort_values(ascending=False, kind="stable").index
    hidden = len(values) - MOST
    values = values[values.index.isin(farthest[:MOST])].sort_values()
    figure = new_figure(size=(7.2, max(3.0, 0.19 * len(values) + 1.4)))
    (axes,) = figure.axes
    low, high = (float(end) for end in fit.conf_int().loc[chosen].to_numpy())
    axes.axvspan(low, high, color=COLOURS[4], alpha=0.25, linewidth=0)
    axes.axvline(whole, color=GREY, linewidth=1.0)
    places = np.arange(len(values))
    axes.plot(values.to_numpy(), places, "o", markersize=4, color=COLOURS[0])
    axes.set_yticks(
        places, [short_name(str(label), widest=WIDEST) for label in values.index], fontsize=7.5
    )
    axes.set_ylim(-0.8, len(values) - 0.2)
    if axes.get_xlim()[0] < 0.0 < axes.get_xlim()[1]:
        axes.axvline(0.0, color="black", linewidth=1.0)
    hint = f"all dots in the 95 % band ({fit.inference.name}): no {found.by} decides"
    head(axes, f"{chosen}: one {found.by} left out", hint)
    tail = f"\n(the {MOST} of {MOST + hidden:,} that move it most)" if hidden > 0 else ""
    axes.set_xlabel(f"coefficient of {chosen} without one {found.by}{tail}")
    far = int(np.argmax(np.abs(values.to_numpy() - whole)))
    return finish(
        figure,
        alt=(
            f"Coefficient of {chosen}, {whole:.3g}, with each {found.by} left out; it moves most, "
            f"to {values.iloc[far]:.3g}, without {values.index[far]}."
        ),
    )
