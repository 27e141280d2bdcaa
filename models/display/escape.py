"""Escaping: a label is text wherever it is printed, whatever it tries to be."""

import html
import math
import re
import unicodedata

# Control characters (terminal escapes among them), direction overrides, half pairs, order mark.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|~$^=-])")
_PLAIN_NUMBER = re.compile(r"[-+]?\d[\d,]*(\.\d+)?(e[-+]?\d+)?%?", re.IGNORECASE)
_FORMULA_STARTS = tuple("=+-@\t\r\n|%\uff1d\uff0b\uff0d\uff20")
_THIN = frozenset(" .,:;|!()[]/-'ijlftrI")
_BETWEEN = re.compile("(?<=[\u2e80-\uffef])(?=[ -~])|(?<=[ -~])(?=[\u2e80-\uffef])")
_LATEX = str.maketrans(
    {sign: f"\\{sign}" for sign in "{}&%$#_"}
    | {
        "\\": r"\textbackslash{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "|": r"\textbar{}",
        "`": r"\textasciigrave{}",
        '"': r"\char34{}",
        "[": "{[}",  # a bracket or star after a line break would be read as its argument
        "]": "{]}",
        "*": "{*}",
        "-": "-{}",  # no ligatures
    }
)


def visible(text: object, *, breaks: bool = False) -> str:
    r"""Show hidden characters as their codes, so that a label cannot drive a terminal."""
    shown = _HIDDEN.sub(_code, str(text))
    return shown if breaks else _BREAKS.sub(" ", shown)


def _code(found: re.Match[str]) -> str:
    point = ord(found.group())
    return f"\\x{point:02x}" if point < 0x100 else f"\\u{point:04x}"


def display_width(text: str) -> int:
    """Return how many terminal columns a text takes; a Chinese character takes two."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


def _character_width(character: str) -> int:
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def letter_width(text: str) -> int:
    """Return how wide a text is in bold Arial, in twentieths of its size, rather too much."""
    thin = sum(sign in _THIN for sign in text)
    large = sum(3.5 * sign.isupper() + 5 * (sign in "mwMW%") for sign in text)
    wide = display_width(text) - len(text)  # Chinese characters take the whole size
    mixed = len(_BETWEEN.findall(text))  # a space that nobody wrote
    return math.ceil(12.4 * len(text) - 4.5 * thin + large + 8.5 * wide + 5 * mixed) + 1


def escape_html(text: object) -> str:
    """Escape a label for HTML text and attributes."""
    return html.escape(visible(text), quote=True)


def escape_latex(text: object) -> str:
    r"""Escape a label for LaTeX text."""
    return visible(text).translate(_LATEX)


def escape_markdown(text: object) -> str:
    r"""Escape a label for a Markdown table or paragraph."""
    safe = _MARKDOWN.sub(r"\\\1", visible(text))
    return safe.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def guard_formula(text: object) -> str:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    shown = visible(text, breaks=True)
    start = shown.lstrip(" \u00a0\u3000")
    if not start.startswith(_FORMULA_STARTS) or start == "-" or _PLAIN_NUMBER.fullmatch(start):
        return shown
    return "'" + shown
