"""What the command line does because a person watches: width, emphasis, progress, completion."""

import argparse
import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

from quesnay.fitting.errors import DataError

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

    Yields a function of what comes next and the share of the work that is done then, from 0 to 1;
    `translate` says the words in the language of the reader.
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


SHELLS = ("bash", "zsh", "fish")

_BASH = """\
_quesnay() {{
  local at='' word
  for word in "${{COMP_WORDS[@]:1:$((COMP_CWORD-1))}}"; do
    case "$at $word" in
{steps}
    esac
  done
  local words=''
  case "$at" in
{words}
  esac
  COMPREPLY=($(compgen -W "$words" -- "${{COMP_WORDS[COMP_CWORD]}}"))
}}
complete -o default -F _quesnay quesnay
"""


def completion(parser: argparse.ArgumentParser, shell: str) -> str:
    """Return a script that completes commands, options and choices in a shell.

    >>> parser = argparse.ArgumentParser()
    >>> _ = parser.add_argument("--draws", help="how many")
    >>> print(completion(parser, "fish").splitlines()[-1])
    complete -c quesnay -n "test (_quesnay_at) = ''" -l draws -d 'how many'
    """
    found = dict(_parsers(parser, ""))
    if shell == "fish":
        return _fish(found)
    if shell not in SHELLS:
        raise DataError(f"shell {shell!r} is not known: choose one of {', '.join(SHELLS)}")
    steps = "\n".join(f"      '{path}') at='{path}' ;;" for path in found if path)
    words = "\n".join(
        f"    '{path}') words='{' '.join(_words(one))}' ;;" for path, one in found.items()
    )
    script = _BASH.format(steps=steps, words=words)
    return script if shell == "bash" else f"autoload -U +X bashcompinit && bashcompinit\n{script}"


def _parsers(
    parser: argparse.ArgumentParser, path: str
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command with the words that lead to it, each after a blank."""
    yield path, parser
    for name, one in _commands(parser).items():
        yield from _parsers(one, f"{path} {name}")


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    return {
        name: one
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name, one in action.choices.items()
    }


def _words(parser: argparse.ArgumentParser) -> list[str]:
    options = [name for action in parser._actions for name in action.option_strings]
    choices = [
        str(choice)
        for action in parser._actions
        if not isinstance(action, argparse._SubParsersAction)
        for choice in action.choices or ()
    ]
    return [*_commands(parser), *choices, *options]


def _fish(found: dict[str, argparse.ArgumentParser]) -> str:
    """Write one line a word, with its help; a function finds the command that is typed."""
    known = " ".join(f"'{path.strip()}'" for path in found if path)
    lines = [
        "function _quesnay_at",
        "  set -l at ''",
        "  for word in (commandline -opc)[2..-1]",
        f'    contains -- (string trim "$at $word") {known}; and set at (string trim "$at $word")',
        "  end",
        "  echo $at",
        "end",
    ]
    for path, parser in found.items():
        start = f"complete -c quesnay -n \"test (_quesnay_at) = '{path.strip()}'\""
        for word in _words(parser):
            if not word.startswith("-"):
                lines.append(f"{start} -a {word}")
        for action in parser._actions:
            long = [name[2:] for name in action.option_strings if name.startswith("--")]
            told = (action.help or "").replace("'", "\\'")
            lines += [f"{start} -l {name} -d '{told}'" for name in long if name != "help"]
    return "\n".join(lines)
