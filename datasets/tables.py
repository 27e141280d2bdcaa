"""Input-output tables as labelled blocks: the embedded ones, and what the readers make of files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from quesnay.datasets.store import fetch, resource, resources
from quesnay.fitting.checks import choice, is_whole
from quesnay.fitting.errors import DataError, shown
from quesnay.models.input_output.table import InputOutputTable

_DETAIL = {("CHN", "nbs"): 42, ("CHN", "oecd"): 45, ("JPN", "oecd"): 45}
_ROUNDING = "rounding"
_COUNTRIES = {"CHN": "China", "JPN": "Japan"}


def load_io(
    country: str,
    year: int,
    *,
    imports: str | None = None,
    detail: int | None = None,
    source: str | None = None,
) -> InputOutputTable:
    """Load an embedded input-output table: who sells how much to whom in one economy and year.

    Sectors are labelled by their codes ("01" to "42"); :func:`load_sectors` names them.

    Parameters
    ----------
    country : {"CHN", "JPN"}
        ISO 3166 code.
    year : int
        China: 2012, 2015, 2017, 2018, 2020 (NBS) or 2018 (OECD). Japan: 2018 (OECD).
    imports : {"separate", "included"}, optional
        "separate": the flows are domestic and the import block stands apart (China 2017, 2018,
        2020 at 42 products). "included": imports are inside the flows and a negative column of
        final demand; multipliers of such a table count imports as if made at home.
        By default "separate" for the NBS tables; the OECD tables are shipped "included".
    detail : int, optional
        Number of products: 42 (default), 139 (2012), 149 (2017), 153 (2018, 2020); OECD: 45.
    source : {"nbs", "oecd"}, optional
        Statistical source; by default "nbs" for China and "oecd" for Japan.

    Returns
    -------
    InputOutputTable
        Values in 100 million yuan (NBS) or million US dollars (OECD), current prices.

    Raises
    ------
    DataError
        If no such table is embedded; the message says which are.

    Notes
    -----
    Value added has the components labour_compensation, net_production_taxes, depreciation and
    operating_surplus (OECD: value_added_basic_prices and two rows of taxes less subsidies on
    products). What the printed cells leave of the printed totals (at most 1,000 yuan; OECD at
    most 0.7 million dollars) is added to the largest final demand of its row and the largest
    component of its column, so that rows and columns balance exactly; all other cells are as
    printed.
    :func:`load_dataset` gives the printed cells with `rounding` apart.

    Examples
    --------
    >>> table = load_io("CHN", 2018, imports="separate")
    >>> round(float(table.v.sum()), 1)
    922057.2
    """
    entry = resource(_file(country, year, imports, detail, source))
    codes = [name for name, _ in entry.fields if name.isdigit()]
    blocks = fetch(entry.name)
    return frames_of_blocks(
        blocks, codes, file=entry.path, unit=entry.unit, name=entry.title
    ).table()


@dataclass(frozen=True, slots=True)
class TableSource:
    r"""The record of one reading, kept with the table as ``table.source`` and shown by its check.

    Parameters
    ----------
    file : str
        Path as given.
    sha256 : str
        Of the file ("" for a folder).
    layout, edition : str
        Recognised arrangement, and edition where it can be told.
    sheet : str
        Sheet or member that was read, "" where there is only one.
    year, country : str
        What was cut out, "" where nothing was.
    unit : str
        Of all amounts.
    names : mapping of str to str
        Sector code -> name, where the file has both.
    recognised, dropped, assumed, warnings : tuple of str
        What each part was taken for; totals that agreed with their parts and were left out; what
        the file does not say; what a reader of results should know.

    Examples
    --------
    >>> import pathlib, tempfile, quesnay as qn
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = path.write_text("s,farm,mill,home,total\nfarm,10,20,70,100\nmill,30,40,30,100\n"
    ...                     "wages,60,40,,\n")
    >>> qn.read_io(path).source.dropped
    ("column 'total': agrees with the output",)
    """

    file: str
    sha256: str = ""
    layout: str = ""
    edition: str = ""
    sheet: str = ""
    year: str = ""
    country: str = ""
    unit: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    recognised: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def lines(self) -> tuple[str, ...]:
        """Return the record as lines of text; the warnings stand with the table's own."""
        cut = (Path(self.file).name, self.sheet, self.year, self.country)
        place = [part for part in cut if part]
        what = " ".join(part for part in (self.layout, self.edition) if part)
        out = [f"Read from {', '.join(place)} as layout {what}."]
        for word, parts in (
            ("Recognised", self.recognised),
            ("Dropped", self.dropped),
            ("Assumed", self.assumed),
        ):
            if parts:
                out.append(f"{word}: {'; '.join(_shortened(parts))}.")
        return tuple(out)

    def with_notes(self, **notes: tuple[str, ...]) -> "TableSource":
        """Return the record with more lines under its headings."""
        changes: dict[str, Any] = {k: (*getattr(self, k), *new) for k, new in notes.items()}
        return replace(self, **changes)


def _shortened(parts: tuple[str, ...], most: int = 8) -> list[str]:
    return [*parts[:most], *([f"and {len(parts) - most} more"] if len(parts) > most else [])]


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
    source: TableSource = TableSource("")
    accounts: pd.DataFrame | None = None
    tolerance: float | None = None  # that the file states

    def table(self, **options: Any) -> InputOutputTable:
        """Return the blocks as a checked table; the options are those of InputOutputTable."""
        return InputOutputTable(
            self.Z,
            self.final_demand,
            self.value_added,
            output=self.output,
            imports=self.imports,
            taxes=self.taxes,
            unit=self.unit or None,
            name=self.name or None,
            **options,
        )

    def by_sector(
        self, rows: Callable[[pd.DataFrame], pd.DataFrame], **notes: tuple[str, ...]
    ) -> "IOFrames":
        """Return the blocks with what a function makes of the sectors, down and across."""

        def columns(frame: pd.DataFrame) -> pd.DataFrame:
            return rows(frame.T).T

        paid = {name: getattr(self, name) for name in ("imports", "taxes")}
        paid = {name: pair and (columns(pair[0]), pair[1]) for name, pair in paid.items()}
        output = None if self.output is None else rows(self.output.to_frame()).iloc[:, 0]
        return replace(
            self,
            Z=columns(rows(self.Z)),
            final_demand=rows(self.final_demand),
            value_added=columns(self.value_added),
            output=output,
            source=self.source.with_notes(**notes),
            **paid,
        )


def frames_of_blocks(
    data: pd.DataFrame, codes: list[str], *, file: str, unit: str, name: str
) -> IOFrames:
    """Split rows of the blocks total (or domestic and import) and value_added into frames.

    Columns are `block`, `row`, the sectors (`codes`), final demand, and perhaps `output` and
    `rounding`: a column and row `rounding` (what the printed cells leave of the printed total)
    goes into the largest final demand of its row and the largest component of its column.
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
    country: str, year: int, imports: str | None, detail: int | None, source: str | None
) -> str:
    """Return the name of the embedded file of a table."""
    for name, given in (("country", country), ("imports", imports), ("source", source)):
        if not isinstance(given, str) and (given is not None or name == "country"):
            raise DataError(f"{name}: expected a text such as 'CHN', got {shown(given)}")
    for name, number in (("year", year), ("detail", detail)):
        known = isinstance(number, str) or is_whole(number) or (name, number) == ("detail", None)
        if not known:
            raise DataError(f"{name}: expected a whole number, got {shown(number)}")
        if len(shown(number)) > 9:
            raise DataError(f"{name}: {shown(number)} has no embedded table; see list_datasets()")
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


def _absent(country: str, year: int, label: str, treatment: str) -> str:
    start = f"io_{country.lower()}_"
    known = [name.removeprefix(start).split("_") for name in resources() if name.startswith(start)]
    same = [f"imports={how!r}" for y, size, how in known if y == str(year) and size == label]
    years: dict[str, list[str]] = {}
    for y, size, how in known:
        years.setdefault(f"{size} {how}", []).append(y)
    here = [f"{what} {', '.join(which)}" for what, which in years.items()]
    remedy = f"pass {same[0]}" if same else f"embedded: {'; '.join(here)}"
    whose = f"{_COUNTRIES[country]} {year} at {label}"
    return f"no embedded table of {whose} with imports {treatment!r}: {remedy}"
