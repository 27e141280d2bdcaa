"""What the command line does because a person watches: width, emphasis, progress."""

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

__all__ = ["Step", "emphasised", "progress", "red", "terminal_width"]

Step = Callable[[str, float], None]

_WIDTH = 100  # where nobody watches
_NARROWEST, _WIDEST = 40, 180
_PATIENCE = 2.0  # seconds before a bar appears


def terminal_width() -> int:
    """Return the width of the terminal, or a fixed one where the output goes to a file."""
    if not _watched(sys.stdout):
        return _WIDTH
    return min(max(shutil.get_terminal_size((_WIDTH, 24)).columns, _NARROWEST), _WIDEST)


def emphasised(text: str) -> str:
    """Print the title of every table in bold on a terminal; elsewhere return the text as it is."""
    if not _coloured(sys.stdout):
        return text
    blocks = text.split("\n\n")
    return "\n\n".join(_bold_title(block) for block in blocks)


def red(text: str) -> str:
    """Return a word for standard error in red on a terminal."""
    return f"\x1b[31m{text}\x1b[0m" if _coloured(sys.stderr) else text


def _bold_title(block: str) -> str:
    title, mark, rest = block.partition("\n")
    return f"\x1b[1m{title}\x1b[0m{mark}{rest}" if "\n---" in block or not rest else block


@contextlib.contextmanager
def progress(translate: Callable[[str], str] = str) -> Iterator[Step]:
    """Show on a terminal how far a command is and how long it still takes, from 2 seconds on.

    Parameters
    ----------
    translate : callable
        What the words become in the language of the reader.

    Yields
    ------
    callable
        Takes what comes next and the share of the work that is done then, from 0 to 1.
    """
    if not _watched(sys.stderr):
        yield lambda what, share: None
        return
    from tqdm import tqdm

    shape = "{desc}: {percentage:3.0f}% |{bar:20}| " + translate("{elapsed}, {remaining} left")
    with tqdm(total=1.0, file=sys.stderr, leave=False, delay=_PATIENCE, bar_format=shape) as bar:

        def step(what: str, share: float) -> None:
            bar.set_description_str(translate(what), refresh=False)
            bar.update(share - bar.n)

        yield step


def _watched(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False


def _coloured(stream: TextIO) -> bool:
    """Colour only for eyes: on a terminal that knows it, unless NO_COLOR says no."""
    return _watched(stream) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
