"""The language of a report: a table of texts as data, applied to what is shown.

``zh.toml`` holds two tables. ``sentences`` are templates filled by :func:`say`, with the same
fields and formats in both languages. ``texts`` are finished texts: titles, headers, notes and
labels of any table or picture, as they are or as a pattern in which ``{name}`` stands for any text,
translated in its turn, ``{rows}`` for several parted by semicolons, ``{n}``, ``{n1}`` and so on for
a number, and ``{v}``, ``{v1}`` for one measured in ``{unit}``. A study brings its own; in English
these are words for its code names, wherever they stand but in a formula.

``units`` is the one rule for units: by the unit, its word behind a number, the powers of ten by
which the number grows then, and its word alone, in a heading or at an axis, where numbers stay:
255 behind a number of ten thousands of persons, 2.55 below a heading of millions.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib.resources import files
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from quesnay.datasets.embedded import load_sectors
from quesnay.fitting.errors import DataError, nearest
from quesnay.models.display.grid import Amount
from quesnay.models.display.table import Table

LANGUAGES = ("en", "zh")
_PERCENT, _BLANK = re.compile(r"(?<=\d)%"), re.compile(r"(?<=\d) %")
_FIELD = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"[nv]\d*")
_DIGITS = r"[-+]?\d(?:[\d.,]*\d)?"
_INNER = {"rows": ".+?"}  # several, parted by semicolons
_SHARES = re.compile("%$|error")  # in the header of a column that is not in the unit of its row
_LETTERS = re.compile(r"[A-Za-z]{2}")
_CHINESE = re.compile("[\u2e80-\u9fff]")
_BREAKS = (("; ", "\uff1b"), (", ", "\uff0c"))


def _pattern(key: str) -> "re.Pattern[str]":
    """Compile a key: a number has digits, any other field takes as little as it can."""
    parts, seen = [], set()
    for place, piece in enumerate(_FIELD.split(key)):
        if place % 2 == 0:
            parts.append(re.escape(piece))
        elif piece in seen:
            parts.append(f"(?P={piece})")
        else:
            number = _NUMBER.fullmatch(piece) is not None
            parts.append(f"(?P<{piece}>{_DIGITS if number else _INNER.get(piece, '[^;]+?')})")
            seen.add(piece)
    return re.compile("".join(parts), re.DOTALL)


@dataclass(slots=True, eq=False)
class Language:
    """What texts become in a language; English texts stay as they are.

    `code`: as in the ``lang`` of a page; `sentences`: template -> template with the same fields;
    `texts`: finished text or pattern -> the same in this language; `units`: unit ->
    word behind a number, powers of ten that the number grows by, word alone.
    """

    code: str = "en"
    sentences: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, tuple[str, int, str]] = field(default_factory=dict)
    _patterns: list[tuple["re.Pattern[str]", str]] = field(init=False)
    _known: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        templates = [key for key in self.texts if "{" in key]
        patterns = sorted(templates, key=lambda key: len(_FIELD.sub("", key)), reverse=True)
        self._patterns = [(_pattern(key), self.texts[key]) for key in patterns]
        self._known = {unit: alone for unit, (_, _, alone) in self.units.items()}
        self._known |= {key: text for key, text in self.texts.items() if "{" not in key}

    def __call__(self, text: str) -> str:
        """Return a finished text in this language; what nobody translated stays."""
        if self.code == "en":
            if not self.texts or "~" in text:
                return text
            return re.sub(r"[^\W\d]\w*", lambda name: self.texts.get(name[0], name[0]), text)
        if not _LETTERS.search(text):
            return _BLANK.sub("%", text)
        if text not in self._known:
            self._known[text] = self._matched(text)
        return self._known[text]

    def _matched(self, text: str) -> str:
        if _CHINESE.search(text):
            return text
        number, _, unit = text.replace(" x ", " ").partition(" ")
        if unit in self.units and re.fullmatch(_DIGITS, number):
            return self.measured(number, unit) + self.units[unit][0]
        for pattern, template in self._patterns:
            if found := pattern.fullmatch(text):
                return template.format(**self._filled(found.groupdict()))
        for mark, other in _BREAKS:
            if mark in text:
                return other.join(map(self, text.split(mark)))
        low = text[:1].lower() + text[1:]
        return self._known.get(low, text)

    def _filled(self, fields: dict[str, str]) -> dict[str, str]:
        unit = fields.get("unit", "") if "v" in fields else ""
        return {
            name: self.units[unit][0]
            if name == "unit" and unit in self.units
            else self(self.measured(text, unit) if name[0] == "v" else text)
            for name, text in fields.items()
        }

    def measured(self, text: str, unit: str) -> str:
        """Return a text of numbers in a unit with the numbers that stand before its word.

        Examples
        --------
        >>> language_of("zh").measured("2.55 [1.8, 3]", "million persons")
        '255 [180, 300]'
        """
        power = self.units[unit][1] if unit in self.units else 0
        if not power:
            return text
        return re.sub(_DIGITS, lambda n: f"{Decimal(n[0].replace(',', '')).scaleb(power):f}", text)

    def measure(self, unit: str) -> tuple[float, str]:
        """Return what a number in a unit is multiplied by, and the word behind it."""
        word, power, _ = self.units.get(unit, (self(unit), 0, ""))
        return 10.0**power, word

    def table(self, table: Table) -> Table:
        """Return a table with title, headers, words and notes in this language."""
        if self.code == "en" and not self.texts:
            return table
        frame = self._in_units(table.frame)
        words = [is_bool_dtype(kind) or not is_numeric_dtype(kind) for kind in frame.dtypes]
        columns = [
            frame.iloc[:, k].map(self._cell) if words[k] else frame.iloc[:, k]
            for k in range(frame.shape[1])
        ]
        if any(words):
            frame = pd.concat(columns, axis=1).set_axis(frame.columns, axis=1)
        formats = {self(str(name)): spec for name, spec in table.formats.items()}
        frame.index, frame.columns = self._labels(frame.index), self._labels(frame.columns)
        return replace(
            table,
            title=self(table.title),
            frame=frame,
            notes=tuple(map(self, table.notes)),
            formats=formats,
            sheet=self(table.sheet),
        )

    def _in_units(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Write the numbers of rows that say their unit as they stand before its word."""
        frame = frame.copy()
        kept = [k for k, name in enumerate(frame) if not _SHARES.search(str(name))]
        for place in range(len(frame)):
            said = (getattr(cell, "unit", cell) for cell in frame.iloc[place])
            named = (one for one in said if isinstance(one, str) and one in self.units)
            unit = next(named, "")
            for k in kept if self.measure(unit)[0] != 1.0 else ():
                frame.iat[place, k] = self._in_unit(frame.iat[place, k], unit)
        return frame

    def _in_unit(self, cell: Any, unit: str) -> Any:
        factor, word = self.measure(unit)
        if isinstance(cell, Amount):
            text = self(cell.text) if cell.unit else self.measured(cell.text, unit)
            numbers: Any = {
                n: float(f"{factor * getattr(cell, n):.12g}") for n in ("value", "low", "high")
            }
            return replace(cell, text=text, unit=cell.unit and word, **numbers)
        if isinstance(cell, float):
            return float(f"{factor * cell:.12g}")
        return word if isinstance(cell, str) and cell == unit else cell

    def _cell(self, value: object) -> object:
        if isinstance(value, bool | np.bool_):
            return self("yes" if value else "no")
        if isinstance(value, Amount):
            words = {name: self(getattr(value, name)) for name in ("text", "unit", "remark")}
            return replace(value, **words)  # type: ignore[arg-type]
        return self(value) if isinstance(value, str) else value

    def _labels(self, labels: pd.Index) -> pd.Index:
        if isinstance(labels, pd.RangeIndex) and labels.name is None:
            return labels  # which is not shown
        named = [self._cell(name) for name in labels.names]
        if isinstance(labels, pd.MultiIndex):
            rows = [tuple(map(self._cell, row)) for row in labels]
            return pd.MultiIndex.from_tuples(rows, names=named)
        return pd.Index([self._cell(label) for label in labels], name=named[0])


ENGLISH = Language()


def language_of(code: str, own: Mapping[str, str] | None = None) -> Language:
    """Return a language with the texts that a study brings.

    >>> language_of("zh")("share of GDP, 2018 (S18)")
    'GDP占比，2018年（S18）'
    """
    if code not in LANGUAGES:
        raise DataError(
            f"language {code!r} is not known;{nearest(code, LANGUAGES)} choose one of "
            f"{', '.join(LANGUAGES)}"
        )
    if code == "en":
        return Language(texts=own) if own else ENGLISH
    found = _read(code)
    return Language(code, found["sentences"], {**found["texts"], **(own or {})}, found["units"])


def say(template: str, lang: Language = ENGLISH, **values: object) -> str:
    """Fill a template in a language; without values it is a finished text.

    >>> say("{a:.1f} of {b}", a=1.0, b="two")
    '1.0 of two'
    """
    if not values and template not in lang.sentences:
        return lang(template)
    text = lang.sentences.get(template, template)
    filled = text.format(**values) if values else text
    return _PERCENT.sub(" %", filled) if lang.code == "en" else filled


@functools.cache
def _read(code: str) -> dict[str, dict[str, Any]]:
    tables = tomllib.loads((files(__package__) / f"{code}.toml").read_text("utf-8"))
    sectors = load_sectors("CHN", 42)
    names = dict(zip(sectors["short_name"], sectors["name_zh"], strict=True))
    return {**tables, "texts": {**tables["texts"], **names}}
