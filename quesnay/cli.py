"""The command line: ``quesnay reproduce | run | check | init | explain | audit | table | …``."""

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence

from quesnay import __version__
from quesnay.fitting.errors import QuesnayError
from quesnay.table_commands import add_table
from quesnay.terminal import SHELLS, completion, red


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Words after the program's name; by default those of the process.

    Returns
    -------
    int
        0 done, 1 the input is at fault (one line on standard error), 2 wrong usage.

    Examples
    --------
    >>> main(["datasets", "no-such-name"])
    1
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError, OSError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        return _failed("interrupted", 130)
    except BrokenPipeError:
        _drop_output()  # the reader went away: nothing left to say
        return 0
    except OSError as error:
        _drop_output()
        return _failed(f"cannot write the output ({error.strerror or error})", 1)
    except Exception as error:  # the last handler: never a traceback for a user
        if os.environ.get("QUESNAY_DEBUG"):
            raise
        said = f"{type(error).__name__}: {str(error)[:200]}"
        return _failed(f"internal fault ({said}); QUESNAY_DEBUG=1 shows where; please report it", 1)


def _run(arguments: Sequence[str] | None) -> int:
    """Read the words and run the command; its output is out when this returns."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as stop:
        return int(stop.code or 0)
    # the matrices of an account are small: threads of the linear algebra would only wait for each
    # other; whoever sets these variables keeps what was set
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    from quesnay import commands

    try:
        run = getattr(options, "run", None) or getattr(commands, options.handler)
        status = int(run(options) or 0)
        if sys.stdout is not None:  # None where it is closed: nobody listens
            sys.stdout.flush()
    except QuesnayError as error:
        return _failed(" ".join(str(error).split()), 1)
    return status


def _failed(message: str, status: int) -> int:
    """Say what went wrong in one line; a label cannot drive the terminal."""
    from quesnay.models.display.escape import visible

    if sys.stderr is None:  # closed: print would turn to standard output
        return status
    with contextlib.suppress(OSError, ValueError):  # nobody listens on standard error
        print(f"{red('quesnay:')} {visible(message)}", file=sys.stderr)
    return status


def _drop_output() -> None:
    """Send what is still held for standard output nowhere, so that closing it does not fail."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="quesnay",
        description="Satellite accounts: what a technology adds to an economy, judged.",
    )
    parser.add_argument("--version", action="version", version=f"quesnay {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_runs(commands)
    _add_explain(commands)
    audit = commands.add_parser("audit", help="are a report's printed figures mutually consistent?")
    audit.add_argument("file", nargs="?", metavar="FILE", help="figures of your own; else CAICT's")
    audit.set_defaults(handler="audit")
    _add_lang(audit)
    _add_json(audit)
    add_table(commands)
    datasets = commands.add_parser("datasets", help="what is embedded, and a copy of it")
    datasets.add_argument("name", nargs="?", metavar="NAME", help="show one data set")
    datasets.add_argument("--export", metavar="FILE", help="write it as csv or xlsx")
    datasets.set_defaults(handler="datasets")
    _add_json(datasets)
    selftest = commands.add_parser(
        "selftest", help="does this installation compute certified numbers and keep identities?"
    )
    selftest.set_defaults(handler="selftest")
    _add_json(selftest)
    download = commands.add_parser("download", help="fetch a published table; without NAME, list")
    download.add_argument("name", nargs="?", metavar="NAME", help="such as oecd_icio_2023")
    download.add_argument("--year", type=int, metavar="YEAR", help="where there are files by year")
    download.add_argument("--folder", metavar="DIR", help="where it is kept, default the cache")
    download.add_argument("--address", metavar="URL", help="where the publisher moved the file")
    download.add_argument("--sha256", metavar="HASH", help="what the file must be")
    download.set_defaults(handler="download")
    _add_json(download)
    _add_completion(commands, parser)
    return parser


def _add_runs(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    reproduce = commands.add_parser(
        "reproduce", help="the main job: rebuild the CAICT report of 2020 from embedded data"
    )
    reproduce.set_defaults(handler="reproduce", study="caict_2020")
    run = commands.add_parser("run", help="the same for a study file of your own")
    run.add_argument(
        "study", metavar="STUDY.toml", help="study file, or the name of an embedded one"
    )
    run.set_defaults(handler="reproduce")
    for parser in (reproduce, run):
        _add_run_options(parser)
    check = commands.add_parser(
        "check", help="what a study will estimate, from what, and what is missing"
    )
    check.add_argument("study", metavar="STUDY.toml", help="study file, or an embedded one")
    check.set_defaults(handler="check")
    _add_lang(check)
    _add_json(check)
    init = commands.add_parser("init", help="write a commented example of a study file")
    init.add_argument(
        "--template",
        default="minimal",
        metavar="NAME",
        help="minimal (default): a core and its linkages; full: every section; country: OECD table",
    )
    init.add_argument("folder", metavar="DIR", help="where study.toml is written")
    init.set_defaults(handler="init")


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    """Take what a run and the files it writes depend on."""
    parser.add_argument("--out", metavar="DIR", help="write tables, plots and the report here")
    parser.add_argument("--draws", type=int, default=2000, metavar="N", help="default 2000")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="default 0")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="processes, default 1")
    parser.add_argument("--checkpoint", metavar="DIR", help="keep finished draws, to go on later")
    parser.add_argument(
        "--curve",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="with --out: the specification curve, half of the time; on by default",
    )
    parser.add_argument("--word", action="store_true", help="with --out: report.docx too")
    _add_lang(parser, "; with --out also report, pictures and workbook")
    parser.add_argument("--dask", metavar="ADDRESS", help="run the draws on this Dask cluster")
    _add_json(parser)


def _add_explain(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    explain = commands.add_parser("explain", help="where an estimate comes from, input by input")
    explain.add_argument(
        "figure",
        metavar="FIGURE",
        help="a printed figure or a number of the account, such as T19, I20",
    )
    explain.add_argument(
        "--study", default="caict_2020", metavar="STUDY", help="default caict_2020"
    )
    explain.add_argument("--run", dest="which", metavar="RUN", help="one run; by default all")
    _add_lang(explain)
    explain.add_argument("--draws", type=int, default=2000, metavar="N", help="default 2000")
    explain.add_argument("--seed", type=int, default=0, metavar="S", help="default 0")
    explain.set_defaults(handler="explain")


def _add_completion(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", whole: argparse.ArgumentParser
) -> None:
    parser = commands.add_parser(
        "completion",
        help="a script for your shell that completes commands and options",
        description="bash: quesnay completion bash > ~/.local/share/bash-completion/completions/"
        "quesnay; zsh: source <(quesnay completion zsh); fish: quesnay completion fish | source",
    )
    parser.add_argument("shell", choices=SHELLS, help="which shell")
    parser.set_defaults(run=lambda options: print(completion(whole, options.shell)))


def _add_lang(parser: argparse.ArgumentParser, more: str = "") -> None:
    text = f"language of what is printed{more}; default en; messages of errors stay English"
    parser.add_argument("--lang", choices=("en", "zh"), default="en", help=text)


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON document, nothing else")
