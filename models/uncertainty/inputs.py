"""Named uncertain inputs: checked once, drawn chunk by chunk."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import QuesnayError, shown, suggestion
from quesnay.fitting.simulation.distributions import Constant, Distribution
from quesnay.fitting.simulation.engine import Chunk

__all__ = ["Input", "InputMapping", "Inputs", "checked_inputs", "sources_of"]

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

    def at(self, levels: Mapping[str, float], rows: int = 1) -> dict[str, NDArray[np.float64]]:
        """Return every input at its median, but those named in `levels` at the given quantile."""
        out: dict[str, NDArray[np.float64]] = {}
        for item in self.items:
            level = levels.get(item.label, 0.5)
            out |= item.draws(np.full((rows, item.distribution.width), level))
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
