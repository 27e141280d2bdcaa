"""The labelled blocks of the embedded input-output tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.readers.source import TableSource
from quesnay.datasets.store import fetch, resource, resources
from quesnay.fitting.checks import choice, is_whole
from quesnay.fitting.errors import DataError, shown

__all__ = ["IOFrames", "frames_of_blocks", "load_io_frames"]

_DETAIL = {("CHN", "nbs"): 42, ("CHN", "oecd"): 45, ("JPN", "oecd"): 45}
_ROUNDING = "rounding"
_COUNTRIES = {"CHN": "China", "JPN": "Japan"}


@dataclass(frozen=True, slots=True)
class IOFrames:
    """The labelled blocks of one table, before they are validated as a table.

    Taxes less subsidies on products (and margins) that stand apart are a pair like the imports:
    what sectors pay, and what final demand pays. `source` says how a user's file was read.
    """

    Z: pd.DataFrame
    final_demand: pd.DataFrame
    value_added: pd.DataFrame
    output: "pd.Series[float] | None"
    imports: tuple[pd.DataFrame, pd.DataFrame] | None
    unit: str
    name: str
    taxes: tuple[pd.DataFrame, pd.DataFrame] | None = None
    source: TableSource | None = None


def load_io_frames(
    country: str,
    year: int,
    *,
    imports: str | None = None,
    detail: int | None = None,
    source: str | None = None,
) -> IOFrames:
    """Load the blocks of an embedded table as labelled frames, without building the table.

    Arguments are those of :func:`quesnay.load_io`.

    Raises
    ------
    DataError
        If no such table is embedded; the message says which are.

    Examples
    --------
    >>> frames = load_io_frames("CHN", 2018, imports="included", detail=153)
    >>> frames.Z.shape
    (153, 153)
    """
    entry = resource(_file(country, year, imports=imports, detail=detail, source=source))
    data = fetch(entry.name)
    codes = [name for name, _ in entry.fields if name.isdigit()]
    return frames_of_blocks(data, codes, file=entry.path, unit=entry.unit, name=entry.title)


def frames_of_blocks(
    data: pd.DataFrame, codes: list[str], *, file: str, unit: str, name: str
) -> IOFrames:
    """Split rows of the blocks total (or domestic and import) and value_added into frames.

    Parameters
    ----------
    data : DataFrame
        Columns `block`, `row`, the sectors, final demand, and perhaps `output` and `rounding`:
        a column and row `rounding` (what the printed cells leave of the printed total) goes into
        the largest final demand of its row and the largest component of its column.
    codes : list of str
        The sectors.
    file, unit, name : str
        For messages, and of the table.

    Raises
    ------
    DataError
        If the import block has other rows than the domestic one.
    """
    known = {"block", "row", "output", _ROUNDING, *codes}
    demand = [str(name) for name in data.columns if name not in known]
    kinds, labels = data["block"].to_numpy(), data["row"].to_numpy()
    flows, uses = data[codes].to_numpy(), data[demand].to_numpy()
    own = np.flatnonzero(kinds == ("domestic" if "domestic" in kinds else "total"))
    bought, income = np.flatnonzero(kinds == "import"), np.flatnonzero(kinds == "value_added")
    sectors = pd.Index(labels[own], name="sector")
    columns = pd.Index(codes, name="sector")
    if len(bought) and list(labels[bought]) != list(sectors):
        odd = sorted(set(labels[bought]) ^ set(sectors)) or ["their order"]
        raise DataError(f"{file}: import and domestic rows differ: {', '.join(map(str, odd))}")
    apart = None
    if len(bought):
        apart = (
            pd.DataFrame(flows[bought], sectors, columns),
            pd.DataFrame(uses[bought], sectors, demand),
        )
    output = pd.Series(data["output"].to_numpy()[own], sectors) if "output" in data else None
    final, value = uses[own], flows[income]
    named = labels[income] != _ROUNDING
    if _ROUNDING in data:
        final = _folded(final, data[_ROUNDING].to_numpy()[own])
    if not named.all():
        value = _folded(value[named].T, value[~named].sum(axis=0)).T
    return IOFrames(
        Z=pd.DataFrame(flows[own], sectors, columns),
        final_demand=pd.DataFrame(final, sectors, demand),
        value_added=pd.DataFrame(value, pd.Index(labels[income][named], name="component"), columns),
        output=output,
        imports=apart,
        unit=unit,
        name=name,
    )


def _folded(lines: NDArray[np.float64], rounding: NDArray[np.float64]) -> NDArray[np.float64]:
    """Add what printing left of each line's total to its largest cell, where it weighs least."""
    closed = lines.copy()
    closed[np.arange(len(lines)), np.abs(lines).argmax(axis=1)] += rounding
    return closed


def _file(
    country: str, year: int, *, imports: str | None, detail: int | None, source: str | None
) -> str:
    _refuse_no_names(country, year, imports=imports, detail=detail, source=source)
    source = source or ("nbs" if country == "CHN" else "oecd")
    if (country, source) not in _DETAIL:
        raise DataError(
            f"no embedded table of country {country!r} from source {source!r}: "
            "expected CHN (nbs, oecd) or JPN (oecd); read_io reads your own file"
        )
    if imports is not None:
        choice(imports, ("separate", "included"), "imports")
    treatment = imports or ("separate" if source == "nbs" else "included")
    size = detail or _DETAIL[country, source]
    label = f"{'oecd' if source == 'oecd' else ''}{size}"
    name = f"io_{country.lower()}_{year}_{label}_{treatment}"
    if name not in resources():
        raise DataError(_absent(country, year, label, treatment))
    return name


def _refuse_no_names(
    country: object, year: object, *, imports: object, detail: object, source: object
) -> None:
    """Refuse what is no text where one names a table, and what is no whole number."""
    for name, value in (("country", country), ("imports", imports), ("source", source)):
        if not isinstance(value, str) and (value is not None or name == "country"):
            raise DataError(f"{name}: expected a text such as 'CHN', got {shown(value)}")
    for name, value in (("year", year), ("detail", detail)):
        known = isinstance(value, str) or is_whole(value) or (name == "detail" and value is None)
        if not known:
            raise DataError(f"{name}: expected a whole number, got {shown(value)}")
        if len(shown(value)) > 9:
            raise DataError(f"{name}: {shown(value)} has no embedded table; see list_datasets()")


def _absent(country: str, year: int, label: str, treatment: str) -> str:
    start = f"io_{country.lower()}_"
    known = [name.removeprefix(start).split("_") for name in resources() if name.startswith(start)]
    same = [f"imports={how!r}" for y, size, how in known if y == str(year) and size == label]
    years: dict[str, list[str]] = {}
    for y, size, how in known:
        years.setdefault(f"{size} {how}", []).append(y)
    here = [f"{what} {', '.join(which)}" for what, which in years.items()]
    remedy = f"pass {same[0]}" if same else f"embedded: {'; '.join(here)}"
    country = _COUNTRIES[country]
    return f"no embedded table of {country} {year} at {label} with imports {treatment!r}: {remedy}"
