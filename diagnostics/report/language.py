"""The language of a report: a table of texts as data, applied to what is shown.

``zh.toml`` holds two tables. ``sentences`` are templates filled by :func:`say`, with the same
fields and formats in both languages. ``texts`` are finished texts: titles, headers, notes and
labels of any table or picture, as they are or as a pattern in which ``{name}`` stands for any text,
translated in its turn, ``{rows}`` for several parted by semicolons, and ``{n}``, ``{n1}`` and so on
for a number. A study brings its own.
"""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_numeric_dtype

from quesnay.fitting.errors import DataError, nearest
from quesnay.models.display.grid import Amount
from quesnay.models.display.table import Table

__all__ = ["ENGLISH", "LANGUAGES", "Language", "language_of", "say"]

LANGUAGES = ("en", "zh")
_PERCENT = re.compile(r"(?<=\d)%")
_FIELD = re.compile(r"\{(\w+)\}")
_NUMBER = re.compile(r"n\d*")
_DIGITS = r"[-+]?\d(?:[\d.,]*\d)?"
_INNER = {"rows": ".+?"}  # several, parted by semicolons
_LETTERS = re.compile(r"[A-Za-z]{2}")
_CHINESE = re.compile("[\u2e80-\u9fff]")
_BREAKS = (("; ", "\uff1b"), (", ", "\uff0c"))


def _literal(key: str) -> int:
    return len(_FIELD.sub("", key))


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

    Parameters
    ----------
    code : str
        As in the ``lang`` of a page.
    sentences : mapping of str to str
        Template -> template with the same fields.
    texts : mapping of str to str
        Finished text or pattern -> the same in this language.
    """

    code: str = "en"
    sentences: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    _patterns: list[tuple["re.Pattern[str]", str]] = field(init=False)
    _known: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        patterns = sorted((key for key in self.texts if "{" in key), key=_literal, reverse=True)
        self._patterns = [(_pattern(key), self.texts[key]) for key in patterns]
        self._known = {key: text for key, text in self.texts.items() if "{" not in key}

    def __call__(self, text: str) -> str:
        """Return a finished text in this language; what nobody translated stays."""
        if self.code == "en" or not _LETTERS.search(text):
            return text
        if text not in self._known:
            self._known[text] = self._matched(text)
        return self._known[text]

    def _matched(self, text: str) -> str:
        if _CHINESE.search(text):
            return text
        for pattern, template in self._patterns:
            if found := pattern.fullmatch(text):
                return template.format(**{k: self(v) for k, v in found.groupdict().items()})
        for mark, other in _BREAKS:
            if mark in text:
                return other.join(map(self, text.split(mark)))
        low = text[:1].lower() + text[1:]
        return self._known.get(low, text)

    def table(self, table: Table) -> Table:
        """Return a table with title, headers, words and notes in this language."""
        if self.code == "en":
            return table
        frame = table.frame.copy()
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

    def _cell(self, value: object) -> object:
        if isinstance(value, bool | np.bool_):
            return self("yes" if value else "no")
        if isinstance(value, Amount):
            return replace(value, text=self(value.text), remark=self(value.remark))
        return self(value) if isinstance(value, str) else value

    def _labels(self, labels: pd.Index) -> pd.Index:
        named = [self._cell(name) for name in labels.names]
        if isinstance(labels, pd.MultiIndex):
            rows = [tuple(map(self._cell, row)) for row in labels]
            return pd.MultiIndex.from_tuples(rows, names=named)
        return pd.Index([self._cell(label) for label in labels], name=named[0])


ENGLISH = Language()


def language_of(code: str, own: Mapping[str, str] | None = None) -> Language:
    """Return a language with the texts that a study brings.

    Examples
    --------
    >>> language_of("zh")("share of GDP, 2018 (S18)")
    'GDP占比，2018年（S18）'
    """
    if code not in LANGUAGES:
        raise DataError(
            f"language {code!r} is not known;{nearest(code, LANGUAGES)} choose one of "
            f"{', '.join(LANGUAGES)}"
        )
    if code == "en":
        return ENGLISH
    found = _read(code)
    return Language(code, found["sentences"], {**found["texts"], **(own or {})})


def say(template: str, lang: Language = ENGLISH, **values: object) -> str:
    """Fill a template in a language; without values it is a finished text.

    Examples
    --------
    >>> say("{a:.1f} of {b}", a=1.0, b="two")
    '1.0 of two'
    """
    if not values and template not in lang.sentences:
        return lang(template)
    text = lang.sentences.get(template, template)
    filled = text.format(**values) if values else text
    return _PERCENT.sub(" %", filled) if lang.code == "en" else filled


@functools.cache
def _read(code: str) -> dict[str, dict[str, str]]:
    return tomllib.loads((files(__package__) / f"{code}.toml").read_text("utf-8"))
