"""Statistics in SDMX, from a file or from the service of an office, as tidy frames.

SDMX-CSV and SDMX-JSON are read here: sdmx1 needs a data structure for the one and loses the
attributes of series, among them the unit, of the other. SDMX-ML and services go through sdmx1.
Nothing is asked of a service unless its name is given.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.readers.cells import read_options
from quesnay.datasets.readers.containers import Row, Sheet, open_book
from quesnay.datasets.readers.eurostat import looks_eurostat
from quesnay.datasets.readers.read import table_of_sheet
from quesnay.fitting.checks import is_number
from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.models.display.table import Table, Tabular
from quesnay.models.input_output.table import InputOutputTable
from quesnay.models.inputs import as_path

_ABOUT = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", "LAST UPDATE")
_VALUE = ("OBS_VALUE", "OBSVALUE")
_TIME = ("TIME_PERIOD", "TIME")
_UNIT = ("UNIT", "UNIT_MEASURE")
_POWER = ("UNIT_MULT", "POWERCODE")
_MISSING = {"", ":", "NaN", "nan", "NA", "None"}
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DOCTYPE = re.compile(rb"<!DOCTYPE|<!ENTITY", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class SdmxData(Tabular):
    """Observations with their dimensions and units.

    Parameters
    ----------
    frame : DataFrame
        One row an observation: dimensions as text, ``value`` as printed (NaN: not published),
        attributes as text.
    dimensions, attributes : tuple of str
        Which columns are which.
    source : str
        File, or service and data flow.

    Examples
    --------
    >>> frame = pd.DataFrame({"geo": ["DE"], "unit": ["CP_MEUR"], "value": [3365450.0]})
    >>> SdmxData(frame, ("geo", "unit"), (), "gdp.csv").units
    ('CP_MEUR',)
    """

    frame: pd.DataFrame
    dimensions: tuple[str, ...]
    attributes: tuple[str, ...]
    source: str

    @property
    def units(self) -> tuple[str, ...]:
        """Units in which the values are, with the power of ten that multiplies them."""
        unit, power = self._column(_UNIT), self._column(_POWER)
        if unit is None:
            return ()
        words = self.frame[unit].astype(str)
        if power is not None:
            tens = self.frame[power].astype(str)
            words = words + np.where(tens.isin(["", "0"]), "", ", 10^" + tens)
        return tuple(sorted(set(words)))

    def _column(self, known: tuple[str, ...]) -> str | None:
        named = (*self.dimensions, *self.attributes)
        return next((name for name in named if name.upper() in known), None)

    def table(
        self, *, country: str | None = None, year: int | None = None, unit: str | None = None
    ) -> InputOutputTable:
        """Return an input-output table of Eurostat (naio_10_cp1700, cp1750, cp17*) of these cells.

        Parameters
        ----------
        country, year, unit : optional
            Which, where the data hold several.

        Returns
        -------
        InputOutputTable
            As :func:`quesnay.read_io` makes of the same data as SDMX-CSV.

        Raises
        ------
        DataError
            If the data lack a dimension of such a table, or hold several and none was chosen.
        BalanceError
            If the table does not balance.
        """
        time, chosen = self._column(_TIME), [*self.dimensions, "value"]
        header = ["TIME_PERIOD" if name == time else name for name in chosen[:-1]]
        rows: list[Row] = [[*header, "OBS_VALUE"]]
        texts = self.frame[chosen].astype({"value": object})
        texts["value"] = [":" if value != value else repr(float(value)) for value in texts["value"]]
        rows.extend(texts.values.tolist())
        sheet = Sheet(Path(self.source).name, "", rows)
        if not looks_eurostat(sheet):
            raise DataError(
                f"{self.source}: no input-output table of Eurostat: expected the dimensions "
                f"stk_flow, prd_use or ind_use, prd_ava or ind_ava; it has {', '.join(header)}"
            )
        given = {"country": country, "year": year, "unit": unit}
        return table_of_sheet(sheet, "eurostat", read_options(given), self.source)

    def tables(self) -> tuple[Table, ...]:
        """Return the observations, with source and units."""
        units = f"Units: {'; '.join(self.units)}." if self.units else "No unit is named."
        missing = int(self.frame["value"].isna().sum())
        notes = (f"{len(self.frame):,} observations, {missing:,} not published. {units}",)
        return (Table(f"SDMX, {self.source}", self.frame, notes),)


def read_sdmx(
    source: str | Path,
    *,
    service: str | None = None,
    key: str | Mapping[str, Any] | None = None,
    start: int | str | None = None,
    end: int | str | None = None,
    timeout: float = 60.0,
) -> SdmxData:
    r"""Read statistics in SDMX, from a file or from the service of a statistical office.

    Parameters
    ----------
    source : str or Path
        A file (SDMX-CSV, SDMX-ML as .xml, SDMX-JSON as .json, packed or not), or with `service`
        the id of a data flow such as "naio_10_cp1700".
    service : str, optional
        A service that sdmx1 knows ("ESTAT", "OECD", "ECB", …) or the address of one, up to
        "/data". Only then is anything fetched.
    key : str or mapping, optional
        What to take: "A.MIO_EUR..DE", or {"geo": "DE"}, which asks the service for the structure.
    start, end : int or str, optional
        First and last period, such as 2015 or "2015-Q1".
    timeout : float, default 60.0
        Seconds to wait for the service.

    Returns
    -------
    SdmxData
        ``.frame`` (dimensions, value, attributes), ``.units``, ``.table()`` for tables of Eurostat.

    Raises
    ------
    DataError
        If the file is missing or no SDMX, a value is no number, sdmx1 is missing, or the service
        does not answer or does not know the data.

    Notes
    -----
    SDMX-ML and services need ``pip install "quesnay[sdmx]"``. Values are as printed and not
    multiplied by their power of ten, which ``.units`` names. In SDMX-CSV columns before the value
    are taken for dimensions and those after it for attributes, as the standard orders them.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "gdp.csv"
    >>> _ = path.write_text("DATAFLOW,geo,unit,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
    ...                     "ESTAT:GDP(1.0),DE,CP_MEUR,2018,3365450,\n")
    >>> data = read_sdmx(path)
    >>> data.frame["value"].item(), data.units
    (3365450.0, ('CP_MEUR',))
    """
    if service is not None:
        return _ask(source, service, key, (start, end), timeout)
    if any(option is not None for option in (key, start, end)):
        raise DataError("key, start and end are for a service: pass service=, or leave them out")
    path = as_path(source, "source")
    if not path.is_file():
        raise DataError(f"{path}: no such file; for a data flow pass service=, such as 'ESTAT'")
    kind = path.suffix.lower()
    if kind == ".xml":
        return _of_message(_parsed_xml(path), str(path))
    return _read_json(path) if kind == ".json" else _read_csv(path)


def _of_rows(
    rows: list[dict[str, str]], dimensions: list[str], attributes: list[str], source: str
) -> SdmxData:
    """Make the frame: each row holds texts, the value under ``value``."""
    if not rows:
        raise DataError(f"{source}: no observation found")
    # refuse data without a dimension, and names of which one would hide the other
    if not dimensions:
        raise DataError(f"{source}: no dimension stands before the value; is it SDMX?")
    names = ["value", *dimensions, *attributes]
    again = next((name for name in names if names.count(name) > 1), None)
    if again is not None:
        whose = " (the values are one)" if again == "value" else ""
        raise DataError(f"{source}: two columns {again!r}{whose}; give each a name of its own")
    values = np.empty(len(rows))
    for i, row in enumerate(rows):
        text = row["value"].strip()
        known = np.nan if text in _MISSING else np.inf
        values[i] = float(text) if _NUMBER.fullmatch(text) else known
        if np.isinf(values[i]):
            raise DataError(f"{source}: observation {i + 1}: {shown(text)} is no number")
    texts = {name: [row.get(name, "") for row in rows] for name in (*dimensions, *attributes)}
    columns: dict[str, Any] = {name: texts[name] for name in dimensions}
    columns |= {"value": values} | {name: texts[name] for name in attributes}
    frame = pd.DataFrame(columns)
    twice = frame.duplicated(dimensions)
    if twice.any():
        where = ", ".join(f"{name} {frame.loc[twice, name].iloc[0]}" for name in dimensions)
        raise DataError(f"{source}: an observation stands twice: {where}")
    return SdmxData(frame, tuple(dimensions), tuple(attributes), source)


def _read_csv(path: Path) -> SdmxData:
    sheet = open_book(path).sheet()
    header = sheet.texts(0) if sheet.rows else []
    place = next((j for j, text in enumerate(header) if text.upper() in _VALUE), None)
    if place is None:
        raise DataError(f"{path}: no column OBS_VALUE in the first line; is it SDMX-CSV?")
    about = {j for j, text in enumerate(header) if text.upper() in _ABOUT or not text}
    dimensions = [j for j in range(place) if j not in about]
    attributes = [j for j in range(place + 1, len(header)) if j not in about]
    rows = []
    for i in range(1, len(sheet.rows)):
        texts = sheet.texts(i)
        if not any(texts):
            continue
        if len(texts) <= place:
            raise DataError(f"{path}: line {i + 1} is shorter than the header")
        named = {header[j]: texts[j] for j in (*dimensions, *attributes) if j < len(texts)}
        rows.append({**named, "value": texts[place]})
    names = [[header[j] for j in part] for part in (dimensions, attributes)]
    return _of_rows(rows, names[0], names[1], str(path))


def _read_json(path: Path) -> SdmxData:
    """Read SDMX-JSON 1.0 or 2.0, in which keys are places in lists of values."""
    try:
        content = json.loads(path.read_text("utf-8-sig"))
        if {"id", "size", "dimension", "value"} <= content.keys():
            raise DataError(f"{path}: JSON-stat, not SDMX-JSON; ask the office for SDMX-CSV")
        body = content.get("data", content)
        structures = body.get("structures") or [body["structure"]]
        rows = [
            row
            for part in body["dataSets"]
            for row in _json_rows(part, structures[part.get("structure", 0)])
        ]
        parts = [structures[0][kind] for kind in ("dimensions", "attributes")]
    except DataError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:80]
        raise DataError(f"{path}: no readable SDMX-JSON ({reason})") from error
    names = [[item["id"] for level in part.values() for item in level] for part in parts]
    return _of_rows(rows, names[0], names[1], str(path))


def _json_rows(part: Mapping[str, Any], structure: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Return the observations of one data set, each with what its series and data set say."""
    dimensions, attributes = structure["dimensions"], structure["attributes"]
    base = {item["id"]: item["values"][0]["id"] for item in dimensions.get("dataSet", [])}
    base |= _named(attributes.get("dataSet", []), part.get("attributes", []))
    series = part.get("series") or {"": part}
    for place, group in series.items():
        said = dict(base)
        if place:
            said |= _named(dimensions.get("series", []), [int(k) for k in place.split(":")])
            said |= _named(attributes.get("series", []), group.get("attributes", []))
        for where, cells in group.get("observations", {}).items():
            levels = [int(k) for k in where.split(":")]
            here = _named(dimensions.get("observation", []), levels)
            here |= _named(attributes.get("observation", []), cells[1:])
            yield {**said, **here, "value": "" if cells[0] is None else str(cells[0])}


def _named(items: list[Any], places: list[Any]) -> dict[str, str]:
    """Return what each place stands for; a value may be given in place of a place."""
    out = {}
    for item, k in zip(items, places, strict=False):
        if k is None:
            continue
        if isinstance(k, int) and k < 0:  # counted from the end it would be another value
            raise IndexError(f"place {k} in {item['id']}")
        listed = item.get("values") or []
        value = listed[k] if isinstance(k, int) and listed else k
        out[item["id"]] = str(
            value.get("id", value.get("name")) if isinstance(value, dict) else value
        )
    return out


def _sdmx() -> Any:
    try:
        import sdmx
    except ImportError as error:
        raise DataError(
            'SDMX-ML and services need sdmx1: pip install "quesnay[sdmx]", or read SDMX-CSV'
        ) from error
    return sdmx


def _parsed_xml(path: Path) -> Any:
    sdmx = _sdmx()
    with path.open("rb") as stream:
        if _DOCTYPE.search(stream.read(4096)):
            raise DataError(f"{path}: declares entities, which SDMX-ML does not need; refused")
        stream.seek(0)
        try:
            return sdmx.read_sdmx(stream, format="XML")
        except Exception as error:
            raise DataError(f"{path}: no readable SDMX-ML ({_short(error)})") from error


def _short(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:80]}" if text else type(error).__name__


def _of_message(message: Any, source: str) -> SdmxData:
    """Take the observations of a message of sdmx1."""
    rows, dimensions, attributes = [], dict[str, None](), dict[str, None]()
    for part in getattr(message, "data", ()):
        common = {name: str(value.value) for name, value in part.attrib.items()}
        for observation in part.obs:
            keys = {item.id: str(item.value) for item in observation.key}
            said = {name: str(value.value) for name, value in observation.attrib.items()}
            dimensions |= dict.fromkeys(keys)
            attributes |= dict.fromkeys((*common, *said))
            value = observation.value
            rows.append({**common, **said, **keys, "value": "" if value is None else str(value)})
    return _of_rows(rows, list(dimensions), list(attributes), source)


def _ask(
    flow: str | Path,
    service: str,
    key: str | Mapping[str, Any] | None,
    span: tuple[int | str | None, int | str | None],
    timeout: float,
) -> SdmxData:
    if not isinstance(flow, str) or not flow or not isinstance(service, str):
        raise DataError("source and service: expected the id of a data flow and of a service")
    if not is_number(timeout) or timeout <= 0:
        raise DataError(f"timeout: expected seconds above 0, got {shown(timeout)}")
    client = _client(service, float(timeout))
    said = zip(("startPeriod", "endPeriod"), span, strict=True)
    params = {name: str(value) for name, value in said if value is not None}
    source = f"{service}, {flow}"
    try:
        message = client.get("data", flow, key=key, params=params)
    except Exception as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        fault = "the service gives no data", "check flow, key and period"
        if isinstance(error, OSError) and not status:  # as all errors of requests are
            late = "timeout" in type(error).__name__.lower()
            fault = "the service does not answer", "try again" if late else "check the connection"
        reason = f"it answers {status}" if status else _short(error)
        raise DataError(
            f"{source}: {fault[0]} ({reason}); {fault[1]}, or save the data as SDMX-CSV on the "
            "office's page and read the file"
        ) from error
    finally:
        client.session.close()
    return _of_message(message, source)


def _client(service: str, timeout: float) -> Any:
    """Return a client for a service that sdmx1 knows or for an address."""
    sdmx = _sdmx()
    if not service.startswith(("http://", "https://")):
        known = sdmx.list_sources()
        if service.upper() not in known:
            hint = nearest(service.upper(), known)
            hint = hint or " or give an address that starts with https://"
            raise DataError(f"service {shown(service)} is unknown;{hint}")
        client = sdmx.Client(service.upper())
    else:
        from sdmx.source import Source

        client = sdmx.Client()
        client.source = Source(id="OWN", url=service.rstrip("/"), name=service)
    # a timeout given to the client would be kept there and never reach its requests
    client.session.send = partial(client.session.send, timeout=timeout)
    return client
