"""How a regression shows itself: tidy, glance and augment frames, and tables."""

import functools
from typing import TYPE_CHECKING

import pandas as pd

from quesnay.models.display.table import Table, estimates_frame

if TYPE_CHECKING:
    from quesnay.models.regression.result import PanelFit

__all__ = ["augment_frame", "fit_tables", "glance_frame", "labels_of", "tidy_frame"]


@functools.lru_cache(maxsize=256)
def labels_of(names: tuple[str, ...]) -> pd.Index:
    """Return coefficient names as labels, made once: it costs more than the algebra.

    Give out a view of them: whoever names the index of one Series does not name that of others.
    """
    return pd.Index(list(names))


def tidy_frame(fit: "PanelFit", level: float) -> pd.DataFrame:
    """Return one row a coefficient; `fit` is the regression, `level` the coverage."""
    frame = estimates_frame(
        fit.names,
        fit.params,
        fit.std_errors,
        statistic=fit.tstats,
        p_value=fit.pvalues,
        interval=fit.conf_int(level),
    )
    frame.insert(list(frame.columns).index("p_value"), "df", fit.inference.df)
    return frame


def glance_frame(fit: "PanelFit") -> pd.DataFrame:
    """Return one row about the whole regression."""
    dropped = fit.sample.dropped
    return pd.DataFrame(
        {
            "nobs": [fit.nobs],
            "df_resid": [fit.df_resid],
            "df_absorbed": [fit.df_absorbed],
            "rsquared": [fit.rsquared],
            "rsquared_within": [fit.rsquared_within],
            "sigma": [fit.sigma],
            "covariance": [fit.inference.name],
            "clusters": [min((g.count for g in fit.sample.clusters), default=0)],
            "dropped_missing": [dropped.missing],
            "dropped_zero_weight": [dropped.zero_weight],
            "dropped_singletons": [dropped.singletons],
        }
    )


def augment_frame(fit: "PanelFit") -> pd.DataFrame:
    """Return one row an observation used: outcome, fitted value, residual, weight."""
    resid = fit.resid.to_numpy()
    fitted = fit.fitted.to_numpy()
    frame = pd.DataFrame(
        {fit.outcome_name: fitted + resid, "fitted": fitted, "resid": resid}, fit.index
    )
    if fit.sample.weights is not None:
        frame["weight"] = fit.sample.weights
    return frame


def fit_tables(fit: "PanelFit") -> tuple[Table, ...]:
    """Return the table of coefficients and the table of facts about the regression."""
    formats = {"p_value": "p", "statistic": ".2f", "df": ".1f"}
    title = f"Least squares of {fit.outcome_name}"
    coefficients = tidy_frame(fit, 0.95).set_index("term")
    facts = glance_frame(fit).T.rename(columns={0: "value"})
    return Table(title, coefficients, _notes(fit), formats), Table("Regression", facts)


def _notes(fit: "PanelFit") -> tuple[str, ...]:
    """Return what a reader must know: errors, effects, rows that were dropped."""
    notes = [f"{fit.inference.name} errors: {fit.inference.rule}"]
    if fit.sample.effects:
        effects = ", ".join(f"{g.name} ({g.count})" for g in fit.sample.effects)
        notes.append(f"Absorbed effects: {effects}.")
    dropped = fit.sample.dropped
    for count, reason in (
        (dropped.missing, "with a missing value"),
        (dropped.zero_weight, "of weight zero"),
        (dropped.singletons, "alone in a group of the fixed effects"),
    ):
        if count:
            notes.append(f"Dropped: {count:,} rows {reason}.")
    if not fit.regression.rank_is_exact:
        notes.append("Degrees of freedom of the absorbed effects are an upper bound.")
    return tuple(notes)
