"""Words of a formula: names, numbers and a fixed list of signs; anything else is refused."""

import re
from dataclasses import dataclass, field

from quesnay.fitting.errors import DataError

__all__ = ["Reader", "Token", "read_tokens", "shown_formula"]

_LONGEST = 10_000  # characters; longer formulas come from programs that went wrong
_DEEPEST = 40  # brackets within brackets
_WORDS = re.compile(
    r"""(?P<space>\s+)
      | (?P<quoted>`[^`\n]+`)
      | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w.]))
      | (?P<name>[^\W\d][\w.]*)
      | (?P<sign>\*\*|%in%|[~+\-*/:^(),])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a formula.

    Parameters
    ----------
    kind : {"name", "quoted", "number", "sign", "end"}
        What it is; a quoted name was written between backticks.
    text : str
        The word, without backticks.
    place : int
        Its first character in the formula, from 0.
    """

    kind: str
    text: str
    place: int


@dataclass(slots=True)
class Reader:
    """Goes through the words of a formula from left to right.

    Parameters
    ----------
    source : str
        The formula, for messages.
    tokens : tuple of Token
        Its words, the last of kind ``"end"``.
    """

    source: str
    tokens: tuple[Token, ...]
    position: int = 0
    depth: int = field(default=0)

    @property
    def next(self) -> Token:
        """The word that comes next."""
        return self.tokens[self.position]

    def take(self) -> Token:
        """Return the next word and go on."""
        token = self.tokens[self.position]
        self.position = min(self.position + 1, len(self.tokens) - 1)
        return token

    def take_sign(self, *signs: str) -> str | None:
        """Return the next word and go on if it is one of `signs`, else None."""
        token = self.next
        if token.kind == "sign" and token.text in signs:
            return self.take().text
        return None

    def expect(self, sign: str) -> None:
        """Go past `sign`, or refuse what is there instead."""
        if self.take_sign(sign) is None:
            raise self.error(f"expected {sign!r}")

    def enter(self) -> None:
        """Go one bracket deeper, refusing depths that no formula has."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise self.error(f"brackets are nested more than {_DEEPEST} deep")

    def leave(self) -> None:
        """Come out of a bracket."""
        self.depth -= 1

    def error(self, problem: str) -> DataError:
        """Return an error that says where in the formula the problem is."""
        token = self.next
        found = "its end" if token.kind == "end" else f"{token.text!r} (character {token.place})"
        return DataError(f"formula {shown_formula(self.source)}: {problem} at {found}")


def read_tokens(source: str) -> Reader:
    """Split a formula into words.

    Parameters
    ----------
    source : str
        Such as ``"ln_va ~ ln_ict + log(capital)"``.

    Returns
    -------
    Reader
        At the first word.

    Raises
    ------
    DataError
        If it is no text, too long, or holds a character that formulas do not have.

    Examples
    --------
    >>> [token.text for token in read_tokens("y ~ `net exports` + 1").tokens]
    ['y', '~', 'net exports', '+', '1', '']
    """
    if not isinstance(source, str):
        raise DataError(f"formula: expected a text such as 'y ~ x', got {type(source).__name__}")
    if len(source) > _LONGEST:
        raise DataError(f"formula: {len(source):,} characters; at most {_LONGEST:,} are read")
    tokens, place = [], 0
    while place < len(source):
        found = _WORDS.match(source, place)
        if found is None:
            raise DataError(
                f"formula {shown_formula(source)}: {source[place]!r} at character {place} is not "
                "allowed; write names (odd ones in backticks), numbers, + - * / : ** ( ) , or ~"
            )
        kind, text = str(found.lastgroup), found.group()
        if kind != "space":
            tokens.append(Token(kind, text[1:-1] if kind == "quoted" else text, place))
        place = found.end()
    tokens.append(Token("end", "", len(source)))
    return Reader(source, tuple(tokens))


def shown_formula(source: str) -> str:
    """Return a formula, shortened if it is long, for messages."""
    return repr(source if len(source) <= 80 else source[:77] + "...")
