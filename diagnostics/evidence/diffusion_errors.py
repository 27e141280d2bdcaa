"""How far the two-point rule of a diffusion misses on diffusions whose outcome is known.

The rule: two consecutive points and a saturation held at a multiple of the later point identify a
Gompertz, logistic or Bass curve exactly; the curve is prolonged one and two steps. Its empirical
error is taken from other technologies at every origin, beside rules that need no curve:

    same step      y_{t+h} = y_t + h (y_t - y_{t-1})
    same growth    y_{t+h} = y_t (y_t / y_{t-1})^h
    their mean     half of each

An error is ``ln(actual / forecast)``: positive where the forecast was too low, and
``forecast * exp(error)`` is a draw of the outcome. Errors of one origin at several horizons are
drawn together (Williams and Goodman 1971, JASA 66, on empirical forecast intervals).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quesnay.datasets.embedded import load_panel
from quesnay.fitting.arrays import Array, Values
from quesnay.fitting.checks import Seed, check_draws, is_number, make_generator, whole
from quesnay.fitting.curves.functions import CURVES
from quesnay.fitting.errors import DataError, QuesnayError, nearest, shown, suggestion
from quesnay.models.display.table import Table, Tabular

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FAMILIES = ("gompertz", "logistic", "bass")
NAIVE = ("same step", "same growth", "mean of step and growth")

# panel, code or column, name, launch: the year of the first commercial service in the country,
# which only Bass's curve needs. One series a technology: no persons beside their share of the
# population, no town and country beside their sum.
_EMBEDDED = (
    ("china_annual", "A0G0X02", "mobile telephones per 100 persons", 1987),
    ("china_annual", "A0G0X05", "internet users, share of population", 1994),
    ("china_annual", "A0G0Z09", "broadband subscribers", 2000),
    ("china_annual", "A0G0Z07", "broadband ports", 2000),
    ("china_annual", "A0G0Z0C", "mobile internet subscribers", 2000),
    ("china_annual", "A0G0W03", "mobile exchange capacity", 1987),
    ("china_annual", "A0G0W04", "optical cable, length", 1985),
    ("china_annual", "A0G0X03", "public telephones per 1,000 persons", 1985),
    ("china_annual", "A0G0Z08", "dial-up subscribers", 1995),
    ("china_annual", "A0G0X04", "villages with broadband", 2000),
    ("china_enterprise_ict", "ecommerce_firm_share", "firms with e-commerce", 1999),
    ("china_enterprise_ict", "computers_per_100_persons", "computers per 100 persons", 1985),
    ("china_enterprise_ict", "websites_per_100_firms", "websites per 100 firms", 1994),
)
_FALLS = 0.25  # share of falling years above which a series is no diffusion
_LEAST_YEARS = 4  # two for the curve, two to forecast


@dataclass(frozen=True, slots=True, repr=False)
class DiffusionErrors(Tabular):
    """Forecasts of known diffusions from every origin, by curve and by naive rule.

    Parameters
    ----------
    forecasts : DataFrame
        Columns series, origin, rule, saturation (multiple of the level at the origin; NaN for a
        naive rule), horizon, forecast, actual, error ``ln(actual / forecast)``; forecast and error
        are NaN where no curve of the family passes through both points.
    left_out : DataFrame
        Columns series, why: series, and origins of them, that are no diffusion.

    Examples
    --------
    >>> result = diffusion_errors(least_growth=0.05)
    >>> int(result.summary_frame().loc[("gompertz", 1), "n"])
    357
    """

    forecasts: pd.DataFrame
    left_out: pd.DataFrame

    @property
    def rules(self) -> tuple[str, ...]:
        """Curves and naive rules, in the order asked for."""
        return tuple(self.forecasts["rule"].unique())

    def summary_frame(self) -> pd.DataFrame:
        """Root mean square, mean absolute and mean error by rule and horizon.

        Returns
        -------
        DataFrame
            Index rule, horizon; columns n, rmse and bias (of ``ln(actual / forecast)``), mape
            (``|forecast / actual - 1|``, a share), and failed, the forecasts without a curve.

        Examples
        --------
        >>> round(float(diffusion_errors().summary_frame().loc[("same step", 1), "rmse"]), 2)
        0.07
        """
        rows = self.forecasts.assign(
            squared=self.forecasts["error"] ** 2,
            relative=np.abs(np.expm1(-self.forecasts["error"])),
        )
        by = rows.groupby(["rule", "horizon"], sort=False)
        return pd.DataFrame(
            {
                "n": by["error"].count(),
                "rmse": np.sqrt(by["squared"].mean()),
                "mape": by["relative"].mean(),
                "bias": by["error"].mean(),
                "failed": by["error"].size() - by["error"].count(),
            }
        )

    def joint(self, rule: str | Sequence[str] = FAMILIES) -> pd.DataFrame:
        """Errors of each origin at all horizons, one row a series, origin, rule and saturation.

        Parameters
        ----------
        rule : str or sequence of str
            Curves or naive rules whose errors are wanted.

        Returns
        -------
        DataFrame
            Index series, origin, rule, saturation; one column a horizon; only rows without a gap.

        Raises
        ------
        QuesnayError
            If a rule was not run.

        Examples
        --------
        >>> round(float(diffusion_errors().joint("gompertz").corr().loc[1, 2]), 1)
        0.9
        """
        rules = [rule] if isinstance(rule, str) else list(rule)
        for name in rules:
            if name not in self.rules:
                raise QuesnayError(
                    f"diffusion errors of an unknown rule {name!r};{nearest(name, self.rules)} "
                    f"known: {', '.join(self.rules)}"
                )
        rows = self.forecasts[self.forecasts["rule"].isin(rules)]
        keys = ["series", "origin", "rule", "saturation"]
        wide = rows.set_index([*keys, "horizon"])["error"].unstack("horizon")
        return wide.dropna()

    def sample(self, draws: int, seed: Seed, *, rule: str | Sequence[str] = FAMILIES) -> Array:
        """Draw errors at all horizons together, so that their correlation is kept.

        Parameters
        ----------
        draws : int
            Number of draws.
        seed : int, SeedSequence or Generator
            Random numbers.
        rule : str or sequence of str
            Rules whose errors are drawn from.

        Returns
        -------
        ndarray (draws, horizons)
            Logarithmic errors: a forecast times ``exp(error)`` is a draw of the outcome.

        Raises
        ------
        QuesnayError
            If the number of draws is below one or no origin has every horizon.

        Examples
        --------
        >>> diffusion_errors().sample(1000, seed=0).shape
        (1000, 2)
        """
        check_draws(draws, least=1)
        wide = self.joint(rule).to_numpy(float)
        if not len(wide):
            raise QuesnayError("diffusion errors: no origin has every horizon; give longer series")
        return wide[make_generator(seed).integers(len(wide), size=draws)]

    def tables(self) -> tuple[Table, ...]:
        """Return the errors by rule, by series, and what was left out."""
        summary = self.summary_frame()
        shares = dict.fromkeys(["rmse", "mape", "bias"], ".1%")
        nearest_year = self.forecasts["horizon"] == self.forecasts["horizon"].min()
        first: pd.DataFrame = np.sqrt(
            self.forecasts[nearest_year]
            .assign(squared=lambda rows: rows["error"] ** 2)
            .pivot_table(index="series", columns="rule", values="squared", sort=False)
        )
        best = summary["rmse"].unstack("horizon").mean(axis=1).idxmin()
        origins = self.forecasts[["series", "origin"]].drop_duplicates()
        return (
            Table(
                "Forecasts of known diffusions from two points",
                summary,
                (
                    f"{len(origins)} origins in {origins['series'].nunique()} series. Error: "
                    "ln(actual / forecast); bias above zero: forecasts too low.",
                    f"Smallest mean error over the horizons: {best}.",
                ),
                shares,
            ),
            Table(
                "Root mean square error at the first horizon by series",
                first,
                formats=dict.fromkeys(first.columns, ".1%"),
                sheet="Errors by series",
            ),
            Table("Series and origins left out", self.left_out.set_index("series")),
        )

    def plot(self, **options: Any) -> "Figure":
        """Draw the errors of every rule at every horizon.

        Parameters
        ----------
        **options
            `source`, written at the foot; `ax`, the panels to draw on, one a horizon.

        Returns
        -------
        Figure
            One panel a horizon, one box a rule, 5 to 95 % of the errors.
        """
        from quesnay.diagnostics.plots.evidence import plot_diffusion_errors

        return plot_diffusion_errors(self, **options)


def diffusion_errors(
    data: pd.DataFrame | None = None,
    *,
    families: Sequence[str] = FAMILIES,
    saturations: Sequence[float] = (2.5, 5.0, 10.0),
    horizons: Sequence[int] = (1, 2),
    least_growth: float = 0.05,
) -> DiffusionErrors:
    """Forecast known diffusions from every two consecutive points, and measure the error.

    Parameters
    ----------
    data : DataFrame, optional
        Columns series, year, value (above zero, any unit), and launch (year, for Bass's curve);
        by default `embedded_diffusions`.
    families : sequence of str
        ``"gompertz"``, ``"logistic"``, ``"bass"``; Bass needs the column launch.
    saturations : sequence of float, default (2.5, 5.0, 10.0)
        Saturation as multiples, above one, of the level at the origin: each is a rule of its own.
    horizons : sequence of int, default (1, 2)
        Steps ahead, in years.
    least_growth : float, default 0.05
        An origin belongs to the diffusion if its last step is a growth of at least this share.

    Returns
    -------
    DiffusionErrors
        Every forecast with its error, and what was left out and why. A series is left out if it
        falls in more than a quarter of its years or has fewer than four years.

    Raises
    ------
    DataError
        If a column is absent, a value is not above zero, or a year stands twice.
    QuesnayError
        If a family is unknown, a saturation is not above one, or nothing is left.

    Examples
    --------
    >>> years = range(2000, 2006)
    >>> data = pd.DataFrame({"series": "x", "year": years, "value": [1.0, 2, 4, 8, 16, 32]})
    >>> result = diffusion_errors(data, families=["gompertz"])
    >>> round(float(result.summary_frame().loc[("same growth", 2), "rmse"]), 6)
    0.0
    """
    _check_rules(families, saturations, horizons)
    frame = embedded_diffusions() if data is None else data
    _check_columns(frame, bass="bass" in families)
    curves = [(family, multiple) for family in families for multiple in saturations]
    left_out: list[tuple[str, str]] = []
    parts = []
    for name, rows in frame.dropna(subset=["value"]).groupby("series", sort=False):
        level = _level(str(name), rows)
        falls = float((level.diff().dropna() < 0).mean())
        if len(level) < _LEAST_YEARS:
            left_out.append((str(name), f"{len(level)} years; {_LEAST_YEARS} needed"))
        elif falls > _FALLS:
            left_out.append((str(name), f"falls in {falls:.0%} of its years"))
        else:
            launch = float(rows["launch"].iloc[0]) if "launch" in rows else np.nan
            origins, slow = _origins(level, least_growth)
            if slow:
                some = f"{slow} origin{'s' * (slow > 1)}"
                left_out.append((str(name), f"{some}: growth below {least_growth:.0%}"))
            for steps in horizons:
                part = _forecasts(level, origins, steps, curves, launch)
                part.insert(0, "series", str(name))
                parts.append(part)
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    if rows.empty:
        why = "; ".join(f"{name}: {reason}" for name, reason in left_out)
        raise QuesnayError(f"diffusion_errors: no origin is left ({why}); lower least_growth")
    return DiffusionErrors(rows, pd.DataFrame(left_out, columns=["series", "why"]))


def embedded_diffusions() -> pd.DataFrame:
    """Collect the diffusions of information technology among the embedded Chinese series.

    Returns
    -------
    DataFrame
        Columns series, year, value, launch, source (panel and code). Units differ by series: see
        ``load_panel``. Rising and falling series alike: `diffusion_errors` says which are left out.

    Notes
    -----
    One series a technology: users are taken as a share of the population, not also in persons;
    subscribers as a total, not also by town and country; firms over all industries, because the
    industries of the enterprise survey are parts of that total with sampling noise. Money (sales,
    revenue) and traffic measure use, domain names and websites of the country addresses whose
    counting changed (2008-2010): neither is adoption. The year of launch is that of the first
    commercial service, an assumption that only Bass's curve needs.

    Examples
    --------
    >>> data = embedded_diffusions()
    >>> data["series"].nunique()
    13
    """
    annual = load_panel("china_annual")
    firms = load_panel("china_enterprise_ict").query("industry == 'TOTAL'")
    parts = []
    for panel, key, name, launch in _EMBEDDED:
        if panel == "china_annual":
            rows = annual.loc[annual["code"] == key, ["year", "value"]]
        else:
            rows = firms[["year", key]].rename(columns={key: "value"})
        parts.append(rows.assign(series=name, launch=launch, source=f"{panel}: {key}"))
    data = pd.concat(parts, ignore_index=True).dropna(subset=["value"])
    return data[["series", "year", "value", "launch", "source"]]


def naive_forecast(rule: str, before: Values, now: Values, ahead: int) -> Values:
    """Prolong two points by the same step, the same growth, or the mean of step and growth."""
    step, growth = now + ahead * (now - before), now * (now / before) ** ahead
    return {NAIVE[0]: step, NAIVE[1]: growth}.get(rule, (step + growth) / 2)


def _check_rules(
    families: Sequence[str], saturations: Sequence[float], horizons: Sequence[int]
) -> None:
    for family in families:
        if family not in FAMILIES:
            raise QuesnayError(
                f"diffusion_errors: unknown curve {family!r};{nearest(family, FAMILIES)} "
                f"known: {', '.join(FAMILIES)}"
            )
    for multiple in saturations:
        if not is_number(multiple) or not multiple > 1:
            raise QuesnayError(
                "diffusion_errors: saturations are multiples above one of the level at the "
                f"origin, got {shown(multiple)}"
            )
    for steps in horizons:
        whole(steps, "horizons")


def _check_columns(frame: pd.DataFrame, *, bass: bool) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"diffusion_errors: data must be a DataFrame, got {shown(frame)}")
    for name in ("series", "year", "value", *(["launch"] if bass else [])):
        if name not in frame.columns:
            why = " (leave 'bass' out of families or give the year)" if name == "launch" else ""
            raise DataError(
                f"diffusion_errors: data has no column {name!r}{why};"
                f"{suggestion(name, frame.columns)}"
            )


def _level(name: str, rows: pd.DataFrame) -> "pd.Series[float]":
    """Return a series by year, checked."""
    level = rows.set_index("year")["value"].astype(float).sort_index()
    if not level.index.is_unique:
        twice = level.index[level.index.duplicated()][0]
        raise DataError(f"diffusion_errors: series {name!r} has the year {twice} twice")
    if not (level > 0).all():
        year = level.index[~(level > 0)][0]
        raise DataError(f"diffusion_errors: series {name!r}, {year}: {level[year]} is not above 0")
    return level


def _origins(level: "pd.Series[float]", least_growth: float) -> tuple[Array, int]:
    """Return years whose last step grew enough and is known, and how many grew too little."""
    before = level.reindex(level.index - 1).to_numpy()
    grown = level.to_numpy() / before - 1
    known = np.isfinite(grown)
    enough = grown >= least_growth
    return level.index.to_numpy(float)[known & enough], int((known & ~enough).sum())


def _forecasts(
    level: "pd.Series[float]",
    origins: Array,
    steps: int,
    curves: Sequence[tuple[str, float]],
    launch: float,
) -> pd.DataFrame:
    """Forecast one series so many steps ahead from all its origins by every rule."""
    before, now, actual = (
        np.asarray(level.reindex(origins + shift), dtype=float) for shift in (-1, 0, steps)
    )
    rules: dict[tuple[str, float], Values] = {}
    for family, multiple in curves:
        since = origins - launch if family == "bass" else np.zeros_like(origins)
        theta = CURVES[family].identify((since - 1, since), (before, now), multiple * now)
        rules[(family, multiple)] = CURVES[family].value(since + steps, theta)
    for name in NAIVE:
        rules[(name, np.nan)] = naive_forecast(name, before, now, steps)
    names, forecasts = zip(*rules.items(), strict=True)
    count = len(names)
    frame = pd.DataFrame(
        {
            "origin": np.tile(origins.astype(int), count),
            "rule": np.repeat([name for name, _ in names], origins.size),
            "saturation": np.repeat([multiple for _, multiple in names], origins.size),
            "horizon": steps,
            "forecast": np.concatenate(forecasts),
            "actual": np.tile(actual, count),
        }
    )
    frame["error"] = np.log(frame["actual"] / frame["forecast"])
    return frame[frame["actual"].notna()]
