"""Words that a shell completes, read from the parser of the command line itself."""

import argparse
from collections.abc import Iterator

from quesnay.fitting.errors import DataError

__all__ = ["SHELLS", "completion"]

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
    """Return a script that completes commands, options and choices.

    Parameters
    ----------
    parser : ArgumentParser
        Of the command line.
    shell : {"bash", "zsh", "fish"}
        Who reads it.

    Returns
    -------
    str
        The script.

    Raises
    ------
    DataError
        If the shell is another one.

    Examples
    --------
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
