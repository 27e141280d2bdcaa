"""``quesnay table check | multipliers | linkages | extract | template``: a table of the user's own.

Every option of :func:`quesnay.read_io` is an option here, and messages name these options.
"""

import argparse
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from quesnay.fitting.errors import DataError, QuesnayError

_ACTIONS = {
    "check": ("does the table balance, and how was the file read?", "check my_table.xlsx"),
    "multipliers": (
        "output, value-added or account multipliers",
        "multipliers my_table.xlsx --account value_added --out multipliers.xlsx",
    ),
    "linkages": (
        "backward and forward linkages, key sectors",
        "linkages USA_NIOT_nov16.xlsx --year 2014",
    ),
    "extract": (
        "what the economy loses without a sector, or without a share of it",
        "extract ICIO2021_2018.csv --country JPN --sector C26 --sector J62_63=0.5",
    ),
    "template": ("write a workbook to fill in, with notes", "template my_table.xlsx"),
}
_FLAGS = {"merge_regions": "--merge-regions", "closed": "--closed"}
_READING = {  # options of reading that take a value, as `read_io` names them
    "layout": (
        "NAME",
        "office that laid it out, by default recognised from the content: --layout oecd_icio",
    ),
    "sheet": ("NAME", "sheet of a workbook: --sheet 'Use 2017'"),
    "year": ("YEAR", "year to take where the file holds several: --year 2014"),
    "country": ("CODE", "country to cut out of a world table: --country JPN"),
    "make": ("FILE", "make or supply table of the same year (bea, ibge): --make make.xlsx"),
    "accounts": ("FILE", "jobs, emissions ... by sector: --accounts jobs.csv --account jobs"),
    "tolerance": ("SHARE", "accepted imbalance, as a share of output: --tolerance 0.02"),
    "blank": ("WORD", "empty cells, refuse (default) or zero: --blank zero"),
    "encoding": ("NAME", "of a text file, by default found: --encoding gb18030"),
    "decimal": ("MARK", "decimal mark, by default found: --decimal ,"),
    "thousands": ("MARK", "thousands separator, by default found: --thousands ."),
    "unit": ("TEXT", "unit of the amounts: --unit 'million euro'"),
    "name": ("TEXT", "name of the table: --name 'Chile 2013'"),
}
_VALUED = (*_READING, "account", "household", "income", "kind")


def add_table(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command and its actions to the command line."""
    parent = commands.add_parser("table", help="input-output analysis of a table of your own")
    actions = parent.add_subparsers(title="actions", required=True, metavar="ACTION", dest="action")
    for action, (text, example) in _ACTIONS.items():
        parser = actions.add_parser(
            action,
            help=text,
            description=f"{text[0].upper()}{text[1:]}",
            epilog=f"example:\n  quesnay table {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(handler="table", run=table)
        if action == "template":
            parser.add_argument("file", metavar="FILE.xlsx", help="workbook to write")
            continue
        parser.add_argument(
            "file",
            metavar="FILE",
            help="csv, xlsx, xls, ods, parquet, ... or a folder; also packed",
        )
        _add_action(parser, action)
        _add_reading(parser)
        parser.add_argument(
            "--out", metavar="FILE", help="write the result, .xlsx or .csv: --out result.xlsx"
        )
        parser.add_argument(
            "--json", action="store_true", help="print one JSON document, nothing else"
        )


def _add_action(parser: argparse.ArgumentParser, action: str) -> None:
    if action == "multipliers":
        parser.add_argument("--account", default="output", help="of what, default output")
        parser.add_argument(
            "--closed", action="store_true", help="multipliers of type II, households included"
        )
        parser.add_argument(
            "--household", metavar="COLUMN", help="household demand column, with --closed"
        )
        parser.add_argument("--income", metavar="ROW", help="household income row, with --closed")
    elif action == "extract":
        parser.add_argument(
            "--sector",
            action="append",
            default=[],
            metavar="NAME[=SHARE]",
            help="sector to extract, with the share of it; may be repeated; by default all in turn",
        )
        parser.add_argument("--kind", default="total", help="total, backward or forward")


def _add_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("reading the file")
    for name, (metavar, text) in _READING.items():
        group.add_argument(f"--{name}", metavar=metavar, help=text)
    group.add_argument(
        "--role",
        action="append",
        default=[],
        metavar="LABEL=ROLE",
        help="what a label is: sector, total, output, imports, taxes, value_added, final_demand "
        "or drop; may be repeated: --role Economy=total",
    )
    group.add_argument(
        "--merge-regions", action="store_true", help="join CN1, CN2 to CHN and MX1, MX2 to MEX"
    )
    group.add_argument(
        "--no-strict",
        dest="strict",
        action="store_false",
        help="take a table that does not balance, with a warning",
    )


def table(options: argparse.Namespace) -> None:
    """Run one action; errors name the options of the shell."""
    try:
        if options.action == "template":
            from quesnay.datasets.readers.plain import write_template

            print(f"Written: {write_template(options.file)}")
            print(f"Fill it in, then: quesnay table check {options.file}")
            return
        _analyse(options)
    except QuesnayError as error:
        raise type(error)(in_shell(str(error))) from error


def _analyse(options: argparse.Namespace) -> None:
    from quesnay.commands import show
    from quesnay.datasets.readers.read import read_io

    if options.out is not None and Path(options.out).suffix.lower() not in {".xlsx", ".csv"}:
        raise DataError(f"--out {options.out}: expected a file ending in .xlsx or .csv")
    _spare_inputs(options)
    read = read_io(options.file, **_reading(options))
    if options.action == "check":
        result: Any = read.check()
    elif options.action == "linkages":
        result = read.linkages()
    elif options.action == "multipliers":
        extra = {"household": options.household, "income": options.income}
        given = {name: value for name, value in extra.items() if value is not None}
        result = read.multipliers(options.account, closed=options.closed, **given)
    elif options.sector:
        result = read.extract(_shares(options.sector, read), kind=options.kind)
    else:
        result = read.extract_each(kind=options.kind)
    title = f"{options.action} of {options.file}"
    if options.out is not None:
        written = _write(result, options.out, title)
        if not options.json:
            print(f"Written: {written}")
            return
    names = {} if options.json else read.source.names
    show(_beside_names(result, names), options.json, title=title, words=in_shell)


def _spare_inputs(options: argparse.Namespace) -> None:
    """Refuse to write the result over a file that it is made from, by whatever name or link."""
    for name in (options.file, options.make, options.accounts):
        if options.out and name and _same_file(options.out, name):
            raise DataError(
                f"--out {options.out}: the result would replace {name}, from which it is made; "
                "choose another file"
            )


def _same_file(one: str, other: str) -> bool:
    try:
        return Path(one).samefile(other)
    except (OSError, ValueError):  # not there yet, or no path: whoever opens it says so
        return False


def _reading(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options of reading that were given, as read_io takes them."""
    given = {n: value for n in _READING if (value := getattr(options, n)) is not None}
    if "tolerance" in given:
        given["tolerance"] = _number(given["tolerance"], "--tolerance")
    if options.role:
        roles = [_pair(word, "--role") for word in options.role]
        given["roles"] = _each_once(roles, "--role")
    return {**given, "strict": options.strict, "merge_regions": options.merge_regions}


def _number(text: str, option: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise DataError(f"{option} {text}: expected a number such as 0.001") from error


def _pair(word: str, option: str) -> tuple[str, str]:
    name, mark, value = word.rpartition("=")
    if not mark or not name:
        raise DataError(f"{option} {word}: expected LABEL=ROLE, such as 'Total=drop'")
    return name, value


def _shares(words: list[str], table: Any) -> dict[str, float]:
    """``NAME`` or ``NAME=SHARE`` -> sector and share; NAME is a code or the name beside it."""
    shares: list[tuple[str, float]] = []
    codes = {name: code for code, name in table.source.names.items()}
    for word in words:
        name, _, share = word.rpartition("=") if "=" in word else (word, "", "1")
        try:
            shares.append((name if name in table.sectors else codes.get(name, name), float(share)))
        except ValueError as error:
            raise DataError(
                f"--sector {word}: expected NAME=SHARE with a number from 0 to 1"
            ) from error
    return _each_once(shares, "--sector")


def _each_once(pairs: list[tuple[str, Any]], option: str) -> dict[str, Any]:
    """Return what was said of each name; one that is named twice is refused."""
    names = [name for name, _ in pairs]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"{option}: {twice!r} is named twice; name it once")
    return dict(pairs)


def _write(result: Any, path: str, title: str) -> Path:
    """Write a result: every table of it to a workbook, the first one to a text file."""
    from quesnay.models.display.documents import frame_to_csv, tables_to_excel
    from quesnay.models.display.table import Table
    from quesnay.models.display.write import write_text

    frame = _frame(result)
    tables = result.tables() if frame is None else (Table(title, frame),)
    if path.lower().endswith(".csv"):
        return write_text(path, frame_to_csv(tables[0].frame))
    return tables_to_excel(tables, path)


def _frame(result: Any) -> Any:
    import pandas as pd

    if isinstance(result, pd.Series):
        return result.to_frame(result.name if result.name is not None else "value")
    return result if isinstance(result, pd.DataFrame) else None


def _beside_names(result: Any, names: Mapping[str, str]) -> Any:
    """Put the names of sectors beside their codes, where the file has them."""
    frame = _frame(result)
    if frame is None or not names:
        return result
    codes = frame.index.get_level_values(-1)
    shown = frame.copy()
    shown.insert(0, "name", [names.get(str(code), "") for code in codes])
    return shown


def in_shell(message: str) -> str:
    """Return a message of the readers in which options of Python are those of the shell.

    >>> in_shell("pass tolerance=4.2e-02, or strict=False; or roles={'Total': 'drop'}")
    "pass --tolerance 4.2e-02, or --no-strict; or --role 'Total=drop'"
    """
    message = message.replace(" .sectors lists them", " 'quesnay table linkages' lists them")
    message = re.sub(r"\bstrict=False\b", "--no-strict", message)
    message = re.sub(r"roles=\{(['\"])(.*?)\1: '(\w+)'\}", r"--role '\2=\3'", message)
    for name, flag in _FLAGS.items():
        message = re.sub(rf"\b{name}=True\b", flag, message)
    for name in _VALUED:
        given = rf"(?<![\w-]){name}=(?:'([^']*)'|\"([^\"]*)\"|([\w.+-]+(?<![.,;:])))"
        message = re.sub(given, rf"--{name} \1\2\3", message)
        message = re.sub(rf"(?<![\w-]){name}=(?![\w'\"])", f"--{name}", message)
    return message
