"""The specification curve: where a published figure lies among all defensible estimates.

A grid declares choices and the rules that say which combinations are admissible; every one is
estimated, ranked and shown with what moves it (Simonsohn, Simmons and Nelson 2020, Nature Human
Behaviour 4).
"""

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import is_number, seed_sequence, whole
from quesnay.fitting.errors import DataError, QuesnayError, shown
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.fitting.simulation.inference import JointNull, joint_null, shapley_shares
from quesnay.models.display.grid import Amount
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.fingerprints import fingerprint
from quesnay.models.uncertainty.running import run_draws

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from quesnay.diagnostics.plots.style import Panels

_CHUNK = 25
_REASON = 200
_NUMBERS = ("estimate", "low", "high", "standard_error")
Choices: TypeAlias = Mapping[str, Any]
Estimator = Callable[[Choices, np.random.Generator, int], tuple[float, NDArray[np.float64]]]
_LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class _Specifications:
    """Estimate the specifications of a chunk, all from the same stream of resamples."""

    estimate: Estimator
    specifications: Sequence[Choices]
    draws: int
    seed: np.random.SeedSequence

    def __call__(self, chunk: Chunk) -> Arrays:
        points = np.full(chunk.size, np.nan)
        draws = np.full((chunk.size, self.draws), np.nan)
        reasons = np.full(chunk.size, "", dtype=f"<U{_REASON}")
        for row, place in enumerate(range(chunk.start, chunk.stop)):
            try:
                points[row], draws[row] = self._one(self.specifications[place])
            except Exception as error:  # noqa: BLE001 - counted and shown with its reason
                points[row], draws[row] = np.nan, np.nan
                reasons[row] = f"{type(error).__name__}: {error}"[:_REASON]
        return {"estimate": points, "draws": draws, "reason": reasons}

    def _one(self, choices: Choices) -> tuple[float, NDArray[np.float64]]:
        point, draws = self.estimate(choices, np.random.default_rng(self.seed), self.draws)
        drawn = np.asarray(draws, dtype=float)
        if drawn.shape != (self.draws,):
            raise QuesnayError(f"{self.draws} draws expected, got an array of shape {drawn.shape}")
        if not np.isfinite(point):
            raise QuesnayError(f"the estimate is {point}")
        if np.isfinite(drawn).sum() < max(2, 0.9 * self.draws):
            raise QuesnayError(f"only {int(np.isfinite(drawn).sum())} of the draws are finite")
        return float(point), drawn


@dataclass(frozen=True, slots=True, repr=False)
class SpecificationCurve(Tabular):
    """All admissible estimates of one figure, ranked, with the published one among them.

    Parameters
    ----------
    figure, unit : str
        Id and unit of the figure.
    reported, reported_low, reported_high : float
        The printed value and its rounding interval.
    choices : tuple of str
        Names of the choices.
    estimates : DataFrame
        One row a specification: the choices, estimate, low, high, standard_error; ranked.
    failures : DataFrame
        Specifications that gave no estimate, with the reason.
    spread : DataFrame
        Choice -> share of the variance of the estimates that it explains (Shapley value).
    joint : JointNull or None
        Joint test of the coefficients behind the curve.
    runs : tuple of str
        Runs in the order of the grid, where the specifications name one.
    """

    figure: str
    unit: str
    reported: float
    reported_low: float
    reported_high: float
    choices: tuple[str, ...]
    estimates: pd.DataFrame
    failures: pd.DataFrame
    spread: pd.DataFrame
    joint: JointNull | None
    runs: tuple[str, ...] = ()

    @property
    def by_run(self) -> pd.DataFrame:
        """Number, share below the report, share that agrees and median by run, in file order."""
        if "run" not in self.estimates.columns:
            return _shares(self, self.estimates).to_frame("all").T.rename_axis("run")
        runs = [run for run in self.runs if (self.estimates["run"] == run).any()]
        rows = {run: _shares(self, self.estimates[self.estimates["run"] == run]) for run in runs}
        return pd.DataFrame(rows).T.rename_axis("run")

    @property
    def median(self) -> float:
        """Median of the estimates."""
        return float(self.estimates["estimate"].median())

    @property
    def below(self) -> float:
        """Share of specifications that lie below the printed figure."""
        return float((self.estimates["estimate"] < self.reported_low).mean())

    @property
    def holding(self) -> float:
        """Share of specifications whose 95 % interval holds the printed figure."""
        return float(_shares(self, self.estimates)["agrees"])

    def tables(self) -> tuple[Table, ...]:
        """Return the summary, the spread by choice, the estimates by level and the failures."""
        return (
            self._summary(),
            *self._runs(),
            Table(
                f"Share of the spread of {self.figure} by choice",
                self.spread,
                ("Shapley value of explained variance over all orders of the choices.",),
                {"share": ".1%"},
            ),
            *self._levels(),
        )

    def _runs(self) -> tuple[Table, ...]:
        if not self.runs:
            return ()
        columns = {
            "number": "specifications",
            "below": "below the report",
            "agrees": "agree with it",
            "median": f"median, {self.unit}",
        }
        frame = self.by_run.rename(columns=columns)
        formats = dict(zip(columns.values(), (".0f", ".0%", ".0%", ".3g"), strict=True))
        said = ("Agree: the 95 % interval and the printed interval overlap.",)
        return (Table(f"{self.figure} by run, printed {self.reported:g}", frame, said, formats),)

    def _summary(self) -> Table:
        values = self.estimates["estimate"]
        ends = values.quantile([0.0, 0.25, 0.75, 1.0]).tolist()
        rows: dict[str, Any] = {  # each reads as a text and is a number in a workbook
            "specifications": Amount(f"{len(values)}", len(values)),
            "failed": Amount(f"{len(self.failures)}", len(self.failures)),
            f"median, {self.unit}": Amount(f"{self.median:.4g}", self.median),
            "range": Amount(f"{ends[0]:.4g} to {ends[3]:.4g}", low=ends[0], high=ends[3]),
            "middle half": Amount(f"{ends[1]:.4g} to {ends[2]:.4g}", low=ends[1], high=ends[2]),
            "printed": Amount(f"{self.reported:g}", self.reported),
            "specifications below the printed figure": Amount(f"{self.below:.1%}", self.below),
            "intervals that hold the printed figure": Amount(f"{self.holding:.1%}", self.holding),
        }
        notes = []
        if self.joint is not None:
            j = self.joint
            notes.append(
                f"Joint test of the regressions behind it, {j.draws} resamples under the null: "
                f"median {j.median:.3f} (p = {j.p_median:.3f}), positive and significant "
                f"{j.significant:.0%} (p = {j.p_significant:.3f})."
            )
        frame = pd.DataFrame({"value": rows})
        return Table(f"Specification curve of {self.figure}", frame, tuple(notes))

    def _levels(self) -> tuple[Table, ...]:
        names = ["specifications", "lowest", "median", "highest"]
        parts = {
            choice: self.estimates.groupby(choice, sort=False)["estimate"].agg(
                ["count", "min", "median", "max"]
            )
            for choice in self.choices
        }
        frame = pd.concat(parts, names=["choice", "level"]).set_axis(names, axis=1)
        shown = Table(f"{self.figure} by choice and level, {self.unit}", frame)
        if self.failures.empty:
            return (shown,)
        counts = self.failures["failure"].value_counts().rename("specifications").to_frame()
        return shown, Table("Specifications without an estimate", counts.rename_axis("reason"))

    def plot(self, **options: Any) -> "Figure":
        """Draw the ranked estimates, the printed figure and the choices below.

        Options are `source`, written at the foot, and `ax`, the two panels to draw on.
        """
        from quesnay.diagnostics.plots.evidence import plot_specifications

        return plot_specifications(self, **options)

    def plot_runs(
        self, *, name: str | None = None, source: str | None = None, ax: "Panels" = None
    ) -> "Figure":
        """Draw the runs apart, each ranked, beside the printed figure.

        Parameters
        ----------
        name : str, optional
            The figure in words, for the axis; by default its id.
        source : str, optional
            Source of the printed figure, written at the foot.
        ax : Axes, optional
            The panel to draw on; by default a new figure.

        Returns
        -------
        Figure
            Below each run its number of specifications, median, and shares below and in agreement.
        """
        from quesnay.diagnostics.plots.evidence import plot_specification_runs

        rows = self.estimates.assign(
            reported_low=self.reported_low, reported_high=self.reported_high
        )
        if "run" in rows.columns:
            order = pd.Index(self.runs).get_indexer(pd.Index(rows["run"]))
            rows = rows.iloc[np.argsort(order, kind="stable")]
        else:
            rows = rows.assign(run="all")
        return plot_specification_runs(
            rows, figure=name or self.figure, unit=self.unit, source=source, ax=ax
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """Why some combinations make no sense.

    Parameters
    ----------
    reason : str
        In words: "a quadratic trend needs four years".
    excludes : callable
        Choices -> True where the combination is not admissible.

    Examples
    --------
    >>> Rule("needs a trend", lambda c: c["trend"] == "none").excludes({"trend": "none"})
    True
    """

    reason: str
    excludes: Callable[[Choices], bool]


@dataclass(frozen=True, slots=True)
class Grid:
    """All choices that a careful analyst could have made.

    Parameters
    ----------
    choices : mapping of str to sequence
        Name of the choice -> its levels; levels are shown by ``str``.
    rules : sequence of Rule
        Combinations left out, each with its reason.

    Raises
    ------
    QuesnayError
        If the grid is empty, a level is given twice, or no combination is admissible.

    Examples
    --------
    >>> grid = Grid({"effects": ("none", "two-way"), "years": (2, 4)},
    ...             [Rule("two-way effects need four years",
    ...                   lambda c: c["effects"] == "two-way" and c["years"] < 4)])
    >>> len(grid.specifications()), grid.excluded()
    (3, {'two-way effects need four years': 1})
    """

    choices: Mapping[str, Sequence[Any]]
    rules: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.choices, Mapping) or not self.choices:
            raise QuesnayError("grid: no choices; give at least one name with its levels")
        _check_rules(self.rules)
        for name, levels in self.choices.items():
            if not isinstance(name, str) or not name:
                raise QuesnayError(f"grid: {name!r} is not the name of a choice; names are text")
            if isinstance(levels, (str, bytes)) or not isinstance(levels, Sequence) or not levels:
                raise QuesnayError(f"grid: choice {name!r} has no levels; give a list of them")
            shown = [str(level) for level in levels]
            for level in shown:
                if shown.count(level) > 1:
                    raise QuesnayError(f"grid: choice {name!r} has level {level!r} twice")
        taken = {"estimate", "low", "high", "standard_error", "failure", "rank"} & set(self.choices)
        if taken:
            raise QuesnayError(f"grid: {sorted(taken)[0]!r} is a column of the result; rename it")
        size = math.prod(len(levels) for levels in self.choices.values())
        if size > _LARGEST:
            raise QuesnayError(f"grid: {size} combinations, more than {_LARGEST}; drop some levels")
        if not self.specifications():
            raise QuesnayError(
                "grid: the rules exclude every combination: "
                + "; ".join(f"{reason} ({n})" for reason, n in self.excluded().items())
            )

    def specifications(self) -> tuple[dict[str, Any], ...]:
        """Return every admissible combination, in the order of the levels."""
        return tuple(one for one in self._all() if self._reason(one) is None)

    def excluded(self) -> dict[str, int]:
        """Return how many combinations each rule excludes, the first that applies counting."""
        out = {rule.reason: 0 for rule in self.rules}
        for one in self._all():
            reason = self._reason(one)
            if reason is not None:
                out[reason] += 1
        return out

    def _all(self) -> Iterator[dict[str, Any]]:
        for levels in itertools.product(*self.choices.values()):
            yield dict(zip(self.choices, levels, strict=True))

    def _reason(self, one: Choices) -> str | None:
        for rule in self.rules:
            try:
                if rule.excludes(one):
                    return rule.reason
            except Exception as error:
                raise QuesnayError(
                    f"grid: rule {rule.reason!r} failed on {dict(one)} with "
                    f"{type(error).__name__}: {error}"
                ) from error
        return None


def run_specifications(
    estimate: Estimator,
    grid: Grid,
    *,
    draws: int = 200,
    seed: int,
    jobs: int = 1,
    reported: tuple[float, float],
    figure: str = "estimate",
    unit: str = "",
    chunk: int = _CHUNK,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> SpecificationCurve:
    """Estimate every admissible specification, each with its own interval.

    Parameters
    ----------
    estimate : callable
        ``estimate(choices, rng, draws)`` returns the point estimate and (draws,) resampled ones.
        `rng` starts alike for every specification, so that draw b of all of them can rest on the
        same resample: that is what the joint test needs.
    grid : Grid
        Choices and admissibility rules.
    draws : int, default 200
        Resamples a specification.
    seed : int
        Root of the random numbers.
    jobs : int, default 1
        Processes.
    reported : (low, high)
        Rounding interval of the published figure.
    figure, unit : str
        What is estimated, and its unit.
    chunk : int, default 25
        Specifications that are estimated at once.
    client, checkpoint
        As in `quesnay.monte_carlo`.
    progress : bool or callable, default False
        As in `quesnay.monte_carlo`.

    Returns
    -------
    SpecificationCurve
        Ranked estimates with 95 % intervals, failures with their reasons, spread by choice, joint
        inference against no effect.

    Raises
    ------
    QuesnayError
        If every specification fails, or an argument is at fault. A specification that fails is
        counted and shown, never dropped in silence.

    References
    ----------
    Simonsohn, Simmons and Nelson (2020), "Specification curve analysis", Nature Human Behaviour 4.

    Examples
    --------
    >>> def mean_of(choices, rng, draws):
    ...     x = np.arange(40.0) ** choices["power"] + choices["shift"]
    ...     rows = rng.integers(0, 40, (draws, 40))
    ...     return x.mean(), x[rows].mean(axis=1)
    >>> curve = run_specifications(mean_of, Grid({"power": (1.0, 1.1), "shift": (0, 1)}),
    ...                            draws=100, seed=0, reported=(19.0, 20.0))
    >>> curve.estimates["estimate"].round(1).tolist(), curve.holding
    ([19.5, 20.5, 26.8, 27.8], 0.5)
    """
    if not callable(estimate) or not isinstance(grid, Grid):
        raise QuesnayError("run_specifications needs a function and a Grid of choices")
    _check_reported(reported)
    specifications = grid.specifications()
    task = _Specifications(estimate, specifications, whole(draws, "draws"), seed_sequence(seed))
    plan = chunks(len(specifications), seed=seed, size=chunk)
    described = {
        "kind": "specifications",
        "seed": str(seed),
        "draws": draws,
        "chunk": chunk,
        "grid": fingerprint([sorted(map(str, one.items())) for one in specifications]),
        "estimator": fingerprint(estimate),
    }
    arrays = run_draws(
        task, plan, described, jobs=jobs, client=client, checkpoint=checkpoint, progress=progress
    )
    return _curve(arrays, specifications, reported, figure=figure, unit=unit)


def _shares(curve: SpecificationCurve, rows: pd.DataFrame) -> "pd.Series[float]":
    agrees = (rows["low"] < curve.reported_high) & (rows["high"] >= curve.reported_low)
    return pd.Series(
        {
            "number": float(len(rows)),
            "below": float((rows["estimate"] < curve.reported_low).mean()),
            "agrees": float(agrees.mean()),
            "median": float(rows["estimate"].median()),
        }
    )


def rank_specifications(
    frame: pd.DataFrame,
    printed: pd.Series,
    *,
    figure: str,
    joint: JointNull | None = None,
) -> SpecificationCurve:
    """Rank estimates and split their spread by choice."""
    choices = tuple(name for name in frame.columns if name not in {*_NUMBERS, "failure", "run"})
    good = frame["estimate"].notna()
    if not good.any():
        raise DataError(
            f"no specification of {figure} gave an estimate; first reason: "
            f"{frame['failure'].iloc[0] if len(frame) else 'the grid is empty'}"
        )
    ranked = frame[good].drop(columns="failure").sort_values(["estimate", *choices])
    ranked = ranked.reset_index(drop=True)
    ranked.index = pd.RangeIndex(1, len(ranked) + 1, name="rank")
    codes = [np.asarray(pd.factorize(ranked[name])[0], dtype=np.intp) for name in choices]
    shares = shapley_shares(ranked["estimate"].to_numpy(float), codes)
    spread = pd.DataFrame({"share": shares}, index=[*choices, "interactions"])
    spread.index.name = "choice"
    return SpecificationCurve(
        figure=figure,
        unit=str(printed["unit"]),
        reported=float(printed["value"]),
        reported_low=float(printed["low"]),
        reported_high=float(printed["high"]),
        choices=choices,
        estimates=ranked,
        failures=frame[~good][[*choices, "failure"]].reset_index(drop=True),
        spread=spread,
        joint=joint,
        runs=tuple(dict.fromkeys(frame["run"])) if "run" in frame.columns else (),
    )


def _curve(
    arrays: Arrays,
    specifications: Sequence[Choices],
    reported: tuple[float, float],
    *,
    figure: str,
    unit: str,
) -> SpecificationCurve:
    """Label, rank and test what the engine returned."""
    good = arrays["reason"] == ""
    draws = arrays["draws"]
    low, high, spread = np.full((3, len(good)), np.nan)
    finite = np.where(np.isfinite(draws), draws, np.nan)
    if good.any():
        low[good], high[good] = np.nanquantile(finite[good], [0.025, 0.975], axis=1)
        spread[good] = np.nanstd(finite[good], axis=1, ddof=1)
    frame = pd.DataFrame([{k: str(v) for k, v in one.items()} for one in specifications])
    frame = frame.assign(
        estimate=arrays["estimate"],
        low=low,
        high=high,
        standard_error=spread,
        failure=arrays["reason"],
    )
    low_end, high_end = reported
    printed = pd.Series(
        {"value": 0.5 * (low_end + high_end), "low": low_end, "high": high_end, "unit": unit}
    )
    moving = good & (spread > 0.0)  # what does not vary has no distribution under the null
    joint = joint_null(arrays["estimate"][moving], draws[moving]) if moving.any() else None
    return rank_specifications(frame, printed, figure=figure, joint=joint)


def _check_rules(rules: object) -> None:
    if not isinstance(rules, list | tuple) or not all(isinstance(rule, Rule) for rule in rules):
        raise QuesnayError("grid: rules must be a list of Rule(reason, excludes)")


def _check_reported(reported: tuple[float, float]) -> None:
    try:
        low, high = (float(end) if is_number(end) else np.nan for end in reported)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not isinstance(reported, tuple | list) or not low < high:
        raise QuesnayError(f"reported must be an interval (low, high), got {shown(reported)}")
