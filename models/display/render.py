"""Rendering of one titled frame; every renderer escapes what it prints."""

import html
from collections.abc import Mapping, Sequence

import pandas as pd

__all__ = ["frame_to_html", "frame_to_latex", "frame_to_markdown", "frame_to_text"]

type_formats = Mapping[str, str]


def _cells(frame: pd.DataFrame, formats: type_formats) -> pd.DataFrame:
    out = frame.astype(object).copy()
    for place, name in enumerate(frame.columns):
        spec = formats.get(str(name), ".4g")
        out.isetitem(place, [_cell(value, spec) for value in frame.iloc[:, place]])
    return out


def _cell(value: object, spec: str) -> str:
    if isinstance(value, float):
        return "" if value != value else format(value, spec)
    return str(value)


def frame_to_text(
    title: str, frame: pd.DataFrame, notes: Sequence[str], formats: type_formats, *, width: int
) -> str:
    """Render as plain text."""
    body = _cells(frame, formats).to_string(line_width=width)
    return "\n".join([title, body, *notes])


def frame_to_html(
    title: str, frame: pd.DataFrame, notes: Sequence[str], formats: type_formats
) -> str:
    """Render as an HTML fragment."""
    body = _cells(frame, formats).to_html(escape=True, border=0)
    tail = "".join(f"<p>{html.escape(note)}</p>" for note in notes)
    return f"<h3>{html.escape(title)}</h3>{body}{tail}"


def frame_to_latex(
    title: str, frame: pd.DataFrame, notes: Sequence[str], formats: type_formats
) -> str:
    """Render in LaTeX."""
    raise NotImplementedError


def frame_to_markdown(
    title: str, frame: pd.DataFrame, notes: Sequence[str], formats: type_formats
) -> str:
    """Render in Markdown."""
    raise NotImplementedError
