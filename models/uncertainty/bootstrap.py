"""Bootstrap of any statistic of a data set, by rows or by clusters of rows."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import confidence_level, refuse_unknown, switch
from quesnay.fitting.errors import DataError, QuesnayError, shown
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.fitting.simulation.inference import bootstrap_interval
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.fingerprints import fingerprint
from quesnay.models.uncertainty.monte_carlo import count_failures
from quesnay.models.uncertainty.running import (
    Guarded,
    Labels,
    estimate_of,
    run_draws,
    values_of,
)


@dataclass(frozen=True, slots=True)
class Units:
    """Rows sorted by unit, and where each unit starts.

    Unit i, called ``names[i]``, owns the rows ``order[starts[i]:starts[i + 1]]``; `word` is "row"
    or "cluster".
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    names: pd.Index
    word: str

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.names)

    def rows(self, drawn: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the rows of the drawn units, one unit after the other."""
        if self.word == "row":
            return drawn
        sizes = np.diff(self.starts)[drawn]
        ends = np.cumsum(sizes)
        within = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
        rows: NDArray[np.intp] = self.order[np.repeat(self.starts[drawn], sizes) + within]
        return rows

    def without(self, place: int) -> NDArray[np.intp]:
        """Return all rows but those of one unit."""
        return self.rows(np.delete(np.arange(self.count), place))


def units_of(data: Any, cluster: Any, argument: str = "cluster") -> Units:
    """Return the units to draw from data, or to leave out, as an argument names them."""
    if not isinstance(data, (pd.DataFrame, pd.Series, np.ndarray)) or np.ndim(data) == 0:
        raise DataError(f"data must be a DataFrame, Series or array, got {type(data).__name__}")
    count = len(data)
    if count < 2:
        raise DataError(f"data have {count} rows; a bootstrap needs at least two")
    if cluster is None:
        names = pd.RangeIndex(count) if isinstance(data, np.ndarray) else data.index
        return Units(np.arange(count), np.arange(count + 1), names, "row")
    labels = _cluster_labels(data, cluster, argument)
    codes, names = pd.factorize(labels)
    if (codes < 0).any():
        row = int(np.flatnonzero(codes < 0)[0])
        raise DataError(f"{argument}: row {row} has no label; fill or drop it first")
    if len(names) < 2:
        raise DataError(f"{argument}: only one cluster ({names[0]!r}); at least two needed")
    order = np.argsort(codes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(codes))])
    return Units(order, starts, pd.Index(names), "cluster")


def _cluster_labels(data: Any, cluster: Any, argument: str) -> Any:
    if isinstance(data, pd.DataFrame) and isinstance(cluster, str):
        refuse_unknown([cluster], data.columns, f"{argument}: no column", " in the data")
        return data[cluster]
    if isinstance(cluster, str) or np.ndim(cluster) != 1:
        raise DataError(f"{argument} must be a column name of a DataFrame, or one label per row")
    if isinstance(cluster, pd.Series) and not isinstance(data, np.ndarray):
        if not cluster.index.is_unique or (cluster.index.get_indexer(data.index) < 0).any():
            raise DataError(
                f"{argument}: its index does not hold each row of the data exactly once"
            )
        return cluster.loc[data.index]
    if len(cluster) != len(data):
        raise DataError(f"{argument}: {len(cluster)} labels for {len(data)} rows")
    return np.asarray(cluster, dtype=object)


@dataclass(frozen=True, slots=True, repr=False)
class BootstrapResult(Tabular):
    """A statistic and its bootstrap draws.

    Parameters
    ----------
    estimate : Series
        The statistic of the sample.
    draws : DataFrame
        (draws, statistics).
    drawn : str
        What was drawn, such as "31 clusters".
    left_out : DataFrame or None
        (units, statistics): the statistic without each unit, where asked for.
    """

    estimate: pd.Series
    draws: pd.DataFrame
    drawn: str
    left_out: pd.DataFrame | None = None

    @property
    def failed(self) -> pd.Series:
        """Number of draws of each statistic that are not finite; errors leave them out."""
        return count_failures(self.draws)

    @property
    def std_errors(self) -> pd.Series:
        """Standard deviation of the draws."""
        return self._finite().std(ddof=1).rename("std_error")

    @property
    def bias(self) -> pd.Series:
        """Mean of the draws less the estimate."""
        return (self._finite().mean() - self.estimate).rename("bias")

    @property
    def covariance(self) -> pd.DataFrame:
        """Covariance of the draws."""
        return self._finite().cov()

    @property
    def influence(self) -> pd.DataFrame:
        """Change of the statistic when each unit is left out.

        Raises
        ------
        QuesnayError
            If the bootstrap was run without ``jackknife=True``.
        """
        if self.left_out is None:
            raise QuesnayError("influence needs the jackknife; call bootstrap(..., jackknife=True)")
        return self.left_out - self.estimate

    def conf_int(self, level: float = 0.95, *, kind: str = "percentile") -> pd.DataFrame:
        """Return the interval of each statistic: columns low and high.

        Parameters
        ----------
        level : float, default 0.95
            Such as 0.95.
        kind : {"percentile", "basic", "normal", "bca"}
            Which bootstrap interval.

        Returns
        -------
        DataFrame
            One row a statistic; of "bca" missing where all draws lie on one side of the estimate.

        Raises
        ------
        QuesnayError
            If `level` or `kind` is at fault.
        """
        ends = bootstrap_interval(
            self.draws.to_numpy(),
            self.estimate.to_numpy(),
            level=confidence_level(level),
            kind=kind,
            jackknife=None if self.left_out is None else self.left_out.to_numpy(),
        )
        return pd.DataFrame(ends, index=self.estimate.index, columns=["low", "high"])

    def tables(self) -> tuple[Table, ...]:
        """Return the table of estimates, bias, errors and 95 % percentile intervals."""
        frame = pd.DataFrame(
            {
                "estimate": self.estimate,
                "bias": self.bias,
                "std_error": self.std_errors,
                **self.conf_int(),
            }
        )
        notes = [f"{len(self.draws)} draws of {self.drawn}; 95 % percentile interval."]
        lost = self.failed[self.failed > 0]
        notes += [f"{name}: {count} draws not finite, left out." for name, count in lost.items()]
        return (Table("Bootstrap", frame, tuple(notes)),)

    def _finite(self) -> pd.DataFrame:
        return self.draws.where(np.isfinite(self.draws))


_CHUNK = 100


def bootstrap(
    statistic: Callable[[Any], Any],
    data: Any,
    *,
    draws: int,
    cluster: Any = None,
    relabel: bool = True,
    seed: int,
    jobs: int = 1,
    chunk: int = _CHUNK,
    jackknife: bool = False,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> BootstrapResult:
    """Measure the sampling error of any statistic by drawing rows or whole clusters again.

    Parameters
    ----------
    statistic : callable
        ``statistic(data)`` returns a number, array, Series or mapping; called on data of the kind
        given.
    data : DataFrame, Series or ndarray
        First axis: observations.
    draws : int
        Number of resamples.
    cluster : str or sequence, optional
        Column name, or one label per row: whole clusters are drawn with replacement, as many as
        there are.
    relabel : bool, default True
        Give a cluster that is drawn again a label of its own in the column `cluster` (text: ``"a
        #2"``; numbers: beyond the largest), as Stata's ``idcluster()`` does: with one label, two
        copies would count as one unit to effects, clustered errors and differences. With False
        copies keep their label, for a statistic that reads the column as a variable, such as a
        trend over the year that is also the cluster. Labels per row are in no column: they stay.
    seed : int
        Root of the random numbers.
    jobs : int, default 1
        Processes on this machine; the numbers do not depend on it.
    chunk : int, default 100
        Draws computed in one piece; part of what defines the numbers.
    jackknife : bool, default False
        Also leave out each row or cluster once, for ``conf_int(kind="bca")`` and ``influence``.
    client, checkpoint, progress
        As in `monte_carlo`.

    Returns
    -------
    BootstrapResult
        Estimate, draws, standard errors, intervals.

    Raises
    ------
    DataError
        If the data are empty, the cluster column is unknown, has gaps or fewer than two clusters,
        or its labels are neither text nor numbers and cannot be made anew.
    QuesnayError
        If another argument is at fault, or the statistic fails or is not finite on the sample.

    References
    ----------
    Efron and Tibshirani (1993); Cameron, Gelbach and Miller (2008) for clusters.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.arange(50.0)
    >>> out = bootstrap(np.mean, x, draws=2000, seed=0)
    >>> float(out.estimate.iloc[0]), float(out.std_errors.iloc[0].round(1))
    (24.5, 2.0)
    >>> panel = pd.DataFrame({"firm": ["a", "a", "b", "b"], "x": [1.0, 3.0, 2.0, 8.0]})
    >>> units = bootstrap(lambda d: d["firm"].nunique(), panel, draws=50, cluster="firm", seed=0)
    >>> float(units.draws.to_numpy().min())
    2.0
    """
    if not callable(statistic):
        raise QuesnayError(f"statistic must be a function of the data, got {shown(statistic)}")
    jackknife, relabel = switch(jackknife, "jackknife"), switch(relabel, "relabel")
    plan = chunks(draws, seed=seed, size=chunk)
    units = units_of(data, cluster)
    call = Guarded(statistic, "the statistic")
    labels, estimate = estimate_of(call(data), owner="the statistic")
    copies = _copies_of(data, cluster, units) if relabel else None
    task = _BootstrapTask(call, data, units, labels, copies)
    described = {
        "kind": "bootstrap",
        "seed": str(seed),
        "draws": draws,
        "chunk": chunk,
        "relabel": copies is not None,
        "data": fingerprint(data, units.starts, units.order),
        "statistic": fingerprint(statistic, estimate),
    }
    arrays = run_draws(
        task, plan, described, jobs=jobs, client=client, checkpoint=checkpoint, progress=progress
    )
    left_out = _jackknife(task) if jackknife else None
    made = pd.DataFrame(arrays["draws"], pd.RangeIndex(draws, name="draw"), labels)
    named = pd.Series(estimate, labels, name="estimate")
    return BootstrapResult(named, made, f"{units.count} {units.word}s", left_out)


@dataclass(frozen=True, slots=True)
class _Copies:
    """New labels for clusters that are drawn again, in the column of that type that holds them.

    `names` (count,): label of each cluster, in order: numbers, or text as objects.
    """

    column: str
    dtype: Any
    names: NDArray[Any]

    def labels(self, drawn: NDArray[np.intp]) -> NDArray[Any]:
        """Return a label for each cluster drawn, no two alike; the first copy keeps its own."""
        order = np.argsort(drawn, kind="stable")
        first = np.r_[True, drawn[order][1:] != drawn[order][:-1]]
        runs = np.flatnonzero(first)
        number = np.empty(drawn.size, dtype=np.intp)
        number[order] = np.arange(drawn.size) - np.repeat(runs, np.diff(np.r_[runs, drawn.size]))
        again, new = np.flatnonzero(number), self.names[drawn]
        if self.names.dtype.kind in "if":
            new[again] = self.names.max() + 1 + np.arange(again.size)
            return new
        for place in again:
            new[place] = f"{new[place]} #{number[place] + 1}"
        return new

    def write(self, data: pd.DataFrame, labels: NDArray[Any]) -> pd.DataFrame:
        """Return the data with these labels in the column."""
        if isinstance(self.dtype, pd.CategoricalDtype):
            known = self.dtype.categories
            fresh = pd.unique(labels[~np.isin(labels, np.asarray(known))])
            levels = [*known, *fresh.tolist()]
            column: Any = pd.Categorical(labels, levels, ordered=self.dtype.ordered)
        else:
            column = pd.Series(labels, index=data.index)
            if self.names.dtype == object:
                column = column.astype(self.dtype)
        return data.assign(**{self.column: column})


def _copies_of(data: Any, cluster: Any, units: Units) -> _Copies | None:
    """Return how copies of clusters are labelled, or None where no column holds the labels."""
    if isinstance(cluster, str) and isinstance(data, pd.DataFrame):
        return _Copies(cluster, data[cluster].dtype, _labels_to_copy(units.names, cluster))
    return None


def _labels_to_copy(names: pd.Index, column: str) -> NDArray[Any]:
    """Return labels of which copies can be told apart, or refuse them."""
    plain = pd.Index(names.tolist())
    if plain.dtype.kind in "iu":
        return np.asarray(plain, dtype=np.int64)
    if plain.dtype.kind == "f":
        return np.asarray(plain, dtype=np.float64)
    listed = names.tolist()
    if not all(isinstance(name, str) for name in listed):
        raise DataError(
            f"cluster: the labels of column {column!r}, such as {listed[0]!r}, are neither text "
            "nor numbers, so that one drawn twice cannot get a new one; make them text, or give "
            "relabel=False"
        )
    if any(name.rpartition(" #")[0] in set(listed) for name in listed):
        raise DataError(
            f"cluster: a label of column {column!r} is another one with ' #' behind it, as copies "
            "are named; rename it, or give relabel=False"
        )
    return np.array(listed, dtype=object)


@dataclass(frozen=True, slots=True)
class _BootstrapTask:
    """Resample and compute the statistic for the draws of a chunk."""

    statistic: Callable[[Any], Any]
    data: Any
    units: Units
    labels: Labels
    copies: _Copies | None

    def __call__(self, chunk: Chunk) -> Arrays:
        rng, count = chunk.rng(), self.units.count
        rows = [self.value(rng.integers(0, count, count)) for _ in range(chunk.size)]
        return {"draws": np.stack(rows)}

    def value(self, drawn: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return the statistic of the data of these units."""
        rows = self.units.rows(drawn)
        plain = isinstance(self.data, np.ndarray)
        taken: Any = self.data[rows] if plain else self.data.take(rows)
        if self.copies is not None:
            sizes = np.diff(self.units.starts)[drawn]
            taken = self.copies.write(taken, np.repeat(self.copies.labels(drawn), sizes))
        row: NDArray[np.float64] = values_of(
            self.statistic(taken), self.labels, rows=1, owner="the statistic"
        )[0]
        return row


def _jackknife(task: _BootstrapTask) -> pd.DataFrame:
    units = np.arange(task.units.count)
    values = [task.value(np.delete(units, place)) for place in units]
    return pd.DataFrame(np.stack(values), index=task.units.names, columns=task.labels)
