"""Monte Carlo: what uncertain inputs do to the figures of a model.

Named inputs are checked once and drawn chunk by chunk, each from a stream of its own.
"""

import re
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.fitting.checks import confidence_level, is_number, switch
from quesnay.fitting.errors import QuesnayError, shown, suggestion
from quesnay.fitting.simulation.distributions import Constant, Distribution
from quesnay.fitting.simulation.engine import Arrays, Chunk, Progress, chunks
from quesnay.models.display.table import Table, Tabular
from quesnay.models.uncertainty.fingerprints import fingerprint
from quesnay.models.uncertainty.running import (
    Guarded,
    Labels,
    columns_of,
    run_draws,
    values_of,
)

InputMapping: TypeAlias = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Input:
    """One distribution and the name, or names, its draws go by."""

    names: tuple[str, ...]
    distribution: Distribution
    split: bool

    @property
    def label(self) -> str:
        """The name shown for this source of uncertainty."""
        return ", ".join(self.names)

    @property
    def stream(self) -> int:
        """Number of the input's own random stream: by name, so other inputs do not move it."""
        return zlib.crc32(self.label.encode("utf-8"))

    def draws(self, u: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Map uniforms (n, width) to named draws."""
        values = self.distribution.quantile(u[:, 0] if self.distribution.width == 1 else u)
        if not self.split:
            return {self.names[0]: values}
        return {name: values[:, place] for place, name in enumerate(self.names)}


@dataclass(frozen=True, slots=True)
class Inputs:
    """All uncertain inputs of a model."""

    items: tuple[Input, ...]

    def sample(self, chunk: Chunk) -> dict[str, NDArray[np.float64]]:
        """Draw every input for one chunk, each from its own stream."""
        out: dict[str, NDArray[np.float64]] = {}
        for item in self.items:
            u = chunk.rng(item.stream).random((chunk.size, item.distribution.width))
            out |= item.draws(u)
        return out

    def at(self, levels: Mapping[str, float]) -> dict[str, NDArray[np.float64]]:
        """Return every input at its median, but those named in `levels` at the given quantile."""
        out: dict[str, NDArray[np.float64]] = {}
        for item in self.items:
            level = levels.get(item.label, 0.5)
            out |= item.draws(np.full((1, item.distribution.width), level))
        return out


def checked_inputs(inputs: object) -> Inputs:
    """Check a mapping of names to distributions or numbers."""
    if not isinstance(inputs, Mapping) or not inputs:
        raise QuesnayError("inputs must be a mapping of at least one name to a distribution")
    items = tuple(_one(key, value) for key, value in inputs.items())
    names = [name for item in items for name in item.names]
    for name in names:
        if names.count(name) > 1:
            raise QuesnayError(f"inputs: {name!r} is given twice; give each input once")
    return Inputs(items)


def _one(key: object, value: object) -> Input:
    names = key if isinstance(key, tuple) else (key,)
    if not names or not all(isinstance(name, str) and name for name in names):
        raise QuesnayError(f"inputs: {shown(key)} is not a name; names are text")
    label = ", ".join(names)
    if is_number(value):
        value = Constant(value)
    if not isinstance(value, Distribution) or isinstance(value, type):
        raise QuesnayError(
            f"inputs: {label!r} is {shown(value)}; give a number or a distribution such as "
            "Normal(mean, sd) or Uniform(low, high)"
        )
    split = isinstance(key, tuple)
    if split and value.width != len(names):
        raise QuesnayError(
            f"inputs: {len(names)} names ({label}) for a distribution of {value.width} numbers"
        )
    return Input(tuple(str(name) for name in names), value, split)


def sources_of(
    checked: Inputs, groups: Mapping[str, Sequence[str]] | None
) -> dict[str, tuple[str, ...]]:
    """Return source -> names of drawn arrays; joint inputs cannot be split over sources."""
    if groups is None:
        return {item.label: item.names for item in checked.items}
    owner = _owners(groups, [name for item in checked.items for name in item.names])
    for item in checked.items:
        for name in item.names:
            if name not in owner:
                raise QuesnayError(f"groups: input {name!r} is in no group")
        if len({owner[name] for name in item.names}) > 1:
            raise QuesnayError(f"groups: {item.label} are drawn jointly; keep them in one group")
    return {source: tuple(names) for source, names in groups.items()}


def _owners(groups: object, known: Sequence[str]) -> dict[str, str]:
    """Return input -> source, each input in one."""
    owner: dict[str, str] = {}
    if not isinstance(groups, Mapping):
        raise QuesnayError(f"groups: expected a mapping of sources to names, got {shown(groups)}")
    for source, names in groups.items():
        if not isinstance(names, list | tuple) or not names:
            raise QuesnayError(
                f"groups: {shown(source)} is {shown(names)}; give a list of at least one input"
            )
        for name in names:
            if name not in known:
                raise QuesnayError(f"groups: no input {shown(name)};{suggestion(str(name), known)}")
            if name in owner:
                raise QuesnayError(f"groups: input {name!r} is in {owner[name]!r} and {source!r}")
            owner[name] = source
    return owner


_CHUNK = 1000
_VECTOR = re.compile(r"\[\d+\]$")  # how a number of a vector is named


@dataclass(frozen=True, slots=True)
class _MonteCarloTask:
    """Draw the inputs of a chunk and run the model on them."""

    model: Callable[..., Any]
    inputs: Inputs
    labels: Labels
    vectorized: bool

    def __call__(self, chunk: Chunk) -> Arrays:
        drawn = self.inputs.sample(chunk)
        x = np.column_stack([values.reshape(chunk.size, -1) for values in drawn.values()])
        if self.vectorized:
            returned = self.model(drawn)
            return {
                "y": values_of(returned, self.labels, rows=chunk.size, owner="the model"),
                "x": x,
            }
        rows = [
            values_of(self.model(_row(drawn, i)), self.labels, rows=1, owner="the model")
            for i in range(chunk.size)
        ]
        return {"y": np.concatenate(rows), "x": x}


@dataclass(frozen=True, slots=True, repr=False)
class MonteCarloResult(Tabular):
    """Draws of a model's figures under uncertain inputs.

    Parameters
    ----------
    draws : DataFrame
        (draws, figures).
    inputs : DataFrame
        (draws, inputs): what each draw was computed from.
    estimate : Series
        The figures at the median of every input.
    """

    draws: pd.DataFrame
    inputs: pd.DataFrame
    estimate: pd.Series

    def input_arrays(self) -> dict[str, NDArray[np.float64]]:
        """Return the inputs as the model got them: name -> (draws,), or (draws, k) for a vector.

        Examples
        --------
        >>> from quesnay import Uniform, monte_carlo
        >>> out = monte_carlo(lambda x: {"y": 2 * x["a"]}, {"a": Uniform(0, 1)}, draws=5, seed=0)
        >>> bool((2 * out.input_arrays()["a"] == out.draws["y"]).all())
        True
        """
        places: dict[str, list[str]] = {}
        for column in self.inputs.columns:
            places.setdefault(_VECTOR.sub("", str(column)), []).append(str(column))
        return {
            name: self.inputs[columns[0] if columns == [name] else columns].to_numpy(float)
            for name, columns in places.items()
        }

    @property
    def failed(self) -> pd.Series:
        """Number of draws of each figure that are not finite; intervals leave them out."""
        return count_failures(self.draws)

    def quantiles(self, levels: Sequence[float] = (0.025, 0.25, 0.5, 0.75, 0.975)) -> pd.DataFrame:
        """Return quantiles of each figure: rows figures, columns levels."""
        for level in levels:
            if not 0.0 <= level <= 1.0:
                raise QuesnayError(f"quantile level must lie between 0 and 1, got {level}")
        finite = self.draws.where(np.isfinite(self.draws))
        return finite.quantile(list(levels)).T

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Return the central interval of each figure: columns low and high.

        Raises
        ------
        QuesnayError
            If `level` is not between 0 and 1.
        """
        tail = (1.0 - confidence_level(level)) / 2.0
        out = self.quantiles((tail, 1.0 - tail))
        out.columns = pd.Index(["low", "high"])
        return out

    def tables(self) -> tuple[Table, ...]:
        """Return the table of estimates, means, errors and 95 % intervals."""
        finite = self.draws.where(np.isfinite(self.draws))
        frame = pd.DataFrame(
            {
                "estimate": self.estimate,
                "mean": finite.mean(),
                "sd": finite.std(ddof=1),
                **self.conf_int(),
            }
        )
        notes = [f"{len(self.draws)} draws; estimate at the median of every input; 95 % interval."]
        lost = self.failed[self.failed > 0]
        notes += [f"{name}: {count} draws not finite, left out." for name, count in lost.items()]
        return (Table("Monte Carlo", frame, tuple(notes)),)


def monte_carlo(
    model: Callable[..., Any],
    inputs: InputMapping,
    *,
    draws: int,
    seed: int,
    jobs: int = 1,
    chunk: int = _CHUNK,
    vectorized: bool = True,
    client: Any = None,
    checkpoint: str | Path | None = None,
    progress: bool | Progress = False,
) -> MonteCarloResult:
    """Carry the uncertainty of inputs through a model by simulation.

    Each input has its own random stream, named after it: adding or dropping one input, or changing
    their order, does not move the draws of the others; nor does the number of jobs.

    Parameters
    ----------
    model : callable
        ``model(draws)`` with a dict of name -> array (n,) returns a mapping, array or frame with
        the draw as first axis. With ``vectorized=False`` it is called once a draw with numbers.
    inputs : mapping
        Name -> `Normal`, `Uniform`, … or a number; a tuple of names -> `JointNormal`.
    draws : int
        Number of draws.
    seed : int
        Root of the random numbers.
    jobs : int, default 1
        Processes on this machine.
    chunk : int, default 1000
        Draws computed in one piece; part of what defines the numbers.
    vectorized : bool, default True
        Whether `model` takes arrays.
    client : distributed.Client, optional
        A Dask cluster instead of `jobs`.
    checkpoint : path, optional
        Folder where finished chunks are kept; the same call goes on where it stopped.
    progress : bool or callable, default False
        True shows a bar with the time left on standard error.

    Returns
    -------
    MonteCarloResult
        Draws, the estimate at the median of every input, quantiles and intervals.

    Raises
    ------
    QuesnayError
        If an argument is at fault, or the model fails or returns what is not one number a draw.

    Examples
    --------
    >>> from quesnay import Normal, Uniform, monte_carlo
    >>> out = monte_carlo(lambda x: {"total": x["core"] + x["e"] * 20},
    ...                   {"core": Uniform(0.43, 0.45), "e": Normal(0.05, 0.01)},
    ...                   draws=4000, seed=0)
    >>> out.conf_int().round(2)
            low  high
    total  1.06  1.82
    """
    checked = checked_inputs(inputs)
    if not callable(model):
        raise QuesnayError(f"model must be a function of named draws, got {shown(model)}")
    vectorized = switch(vectorized, "vectorized")
    plan = chunks(draws, seed=seed, size=chunk)
    call = Guarded(model, "the model")
    at_median = checked.at({})
    first = call(at_median if vectorized else _row(at_median, 0))
    labels = columns_of(first, rows=1, owner="the model")
    estimate = values_of(first, labels, rows=1, owner="the model")[0]
    task = _MonteCarloTask(call, checked, labels, vectorized)
    described = {
        "kind": "monte carlo",
        "seed": str(seed),
        "draws": draws,
        "chunk": chunk,
        "inputs": {item.label: repr(item.distribution) for item in checked.items},
        "model": fingerprint(model, estimate),
    }
    arrays = run_draws(
        task, plan, described, jobs=jobs, client=client, checkpoint=checkpoint, progress=progress
    )
    names = [name for item in checked.items for name in _columns(item, at_median)]
    number = pd.RangeIndex(len(arrays["y"]), name="draw")
    y = pd.DataFrame(arrays["y"], number, labels)
    x = pd.DataFrame(arrays["x"], number, pd.Index(names))
    return MonteCarloResult(y, x, pd.Series(estimate, labels, name="estimate"))


def count_failures(draws: pd.DataFrame) -> pd.Series:
    """Count the draws of each figure that are not finite."""
    lost: pd.Series = (~np.isfinite(draws)).sum().rename("failed")
    return lost


def _row(drawn: dict[str, Any], place: int) -> dict[str, Any]:
    return {name: values[place] for name, values in drawn.items()}


def _columns(item: Input, at_median: dict[str, Any]) -> Sequence[str]:
    """Return the columns of the draws of an input: one a number of a vector."""
    middle = at_median[item.names[0]]
    if item.split or middle.ndim == 1:
        return item.names
    return [f"{item.names[0]}[{place}]" for place in range(middle.shape[1])]
