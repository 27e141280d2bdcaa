"""What each command of the command line does."""

import argparse
import json
import re
import shlex
import sys
from pathlib import Path
from typing import Any

import pandas as pd

from quesnay.fitting.errors import DataError, QuesnayError
from quesnay.terminal import emphasised, progress, terminal_width

__all__ = [
    "audit",
    "check",
    "datasets",
    "download",
    "explain",
    "init",
    "reproduce",
    "selftest",
    "show",
]

_ESTIMATING, _BEFORE, _DRAWS = 0.4, 0.5, 0.3  # measured shares of the time, for the bar
_WIDEST = 7  # columns of a data set that stand side by side in a terminal; wider ones are described


def reproduce(options: argparse.Namespace) -> None:
    """Run a study and show, write or print its result."""
    from quesnay.diagnostics.reproduction.runs import reproduce as run
    from quesnay.models.display.escape import visible
    from quesnay.models.display.write import check_folder
    from quesnay.output import result_json, write_result

    if options.out is not None:
        check_folder(options.out)
    share = 1.0 if options.out is None else _ESTIMATING
    with _Cluster(options.dask) as client, progress() as step:
        step("estimating", 0.0)
        result = run(
            options.study,
            draws=options.draws,
            seed=options.seed,
            jobs=options.jobs,
            progress=lambda done, total: step("draws", share * (_BEFORE + _DRAWS * done / total)),
            client=client,
            checkpoint=options.checkpoint,
        )
        if options.out is not None:
            extras = {"curve": options.curve, "word": options.word, "lang": options.lang}
            write_result(
                result, options.out, step=lambda w, s: step(w, share + (1 - share) * s), **extras
            )
    if options.json:
        print(json.dumps(result_json(result), indent=2, ensure_ascii=False))
        return
    print(emphasised(visible(result.console(width=terminal_width()), breaks=True)))
    if options.out is not None:
        print(f"\nWritten: {Path(options.out)} (open report.html)")


def explain(options: argparse.Namespace) -> None:
    """Say where the estimate of one printed figure comes from, run by run."""
    from quesnay.diagnostics.reproduction.klems_account import KlemsAccount
    from quesnay.diagnostics.reproduction.runs import reproduce as run
    from quesnay.models.display.escape import visible

    with progress() as step:
        step("estimating", 0.0)
        result: Any = run(
            options.study,
            draws=options.draws,
            seed=options.seed,
            progress=lambda done, total: step("draws", _BEFORE + _DRAWS * done / total),
        )
    if isinstance(result, KlemsAccount):
        raise QuesnayError("an account by growth accounting has one equation: see its report")
    for name in result.runs if options.which is None else (options.which,):
        shown = result.explain(options.figure, run=name).summary(width=terminal_width())
        print(emphasised(visible(shown, breaks=True)), end="\n\n")


class _Cluster:
    """The Dask client at an address for the time of a run, or none."""

    def __init__(self, address: str | None) -> None:
        self.address = address
        self.client: Any = None

    def __enter__(self) -> Any:
        if self.address is None:
            return None
        try:
            from distributed import Client
        except ImportError as error:
            raise QuesnayError(
                "--dask needs the package distributed: install quesnay[parallel]"
            ) from error
        try:
            make: Any = Client  # the package has no types
            self.client = make(self.address, timeout="5s")
        except (OSError, ValueError) as error:
            raise QuesnayError(
                f"--dask {self.address}: no cluster answers there ({error})"
            ) from error
        return self.client

    def __exit__(self, *_: object) -> None:
        if self.client is not None:
            self.client.close()


def init(options: argparse.Namespace) -> None:
    """Write a commented study file to start from."""
    from quesnay.diagnostics.reproduction.study import template_text
    from quesnay.models.display.write import write_text

    folder = Path(options.folder)
    target = folder / "study.toml"
    text = template_text(options.template)
    if target.exists():
        raise DataError(f"{target}: a file of that name is there; choose another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{folder}: cannot make this folder ({error.strerror})") from error
    print(f"Written: {write_text(target, text)}")
    print(f"Change it to your case, then: quesnay check {target}; quesnay run {target}")


def check(options: argparse.Namespace) -> int:
    """Say what a study will estimate, from what, and what is missing."""
    from quesnay.diagnostics.reproduction.check import check_study

    found = check_study(options.study)
    show(found, options.json)
    return 1 if found.faults else 0


def audit(options: argparse.Namespace) -> None:
    """Say whether printed figures are mutually consistent."""
    from quesnay.diagnostics.audit.files import read_figures
    from quesnay.diagnostics.audit.report import audit as judge

    figures = None if options.file is None else read_figures(options.file)
    result = judge(figures)
    show(result, options.json)


def datasets(options: argparse.Namespace) -> None:
    """List the embedded data, show one set or export it."""
    from quesnay.datasets.catalogue import codebook, export_dataset, list_datasets, load_dataset

    if options.name is None:
        if options.export:
            raise DataError("--export needs the name of a data set; 'quesnay datasets' lists them")
        listed = list_datasets()
        shown = listed if options.json else listed[["name", "what", "years"]]
        show(shown, options.json, title="Embedded data (source and licence: --json)")
        return
    if options.export:
        print(f"Written: {export_dataset(options.name, options.export)}")
        return
    frame = load_dataset(options.name)
    if options.json or len(frame.columns) <= _WIDEST:
        show(frame, options.json, title=options.name)
    else:
        print(emphasised(codebook(options.name).to_text(width=terminal_width())))


def selftest(options: argparse.Namespace) -> int:
    """Check this installation; 1 where a check fails."""
    from quesnay.diagnostics.selftest import selftest as run

    found = run()
    show(found, options.json)
    return 0 if found.passes else 1


def download(options: argparse.Namespace) -> None:
    """Fetch a published table, or list those that can be fetched."""
    from quesnay.datasets.download import download as fetch, list_downloads

    every = list_downloads()
    if options.name is None:
        shown = every if options.json else every[["name", "publisher", "first", "last", "file"]]
        show(shown, options.json, title="Published tables (address, licence, hash: --json)")
        return
    given = {key: getattr(options, key) for key in ("year", "folder", "address", "sha256")}
    try:
        path = fetch(options.name, **given, progress=sys.stderr.isatty())
    except DataError as error:
        raise DataError(re.sub(r"\bpass (\w+)=", r"pass --\1", str(error))) from error
    if options.json:
        print(json.dumps({"path": str(path)}))
        return
    layout = every.loc[every["name"] == options.name, "layout"].iloc[0]
    print(f"{path}\nRead it: quesnay table check {shlex.quote(str(path))} --layout {layout}")


def show(result: Any, as_json: bool, *, title: str = "") -> None:
    """Print a result, a frame or a series as text or as one JSON document."""
    from quesnay.models.display.table import Table
    from quesnay.output import frame_json, tables_json

    if isinstance(result, pd.Series):
        result = result.to_frame(result.name if result.name is not None else "value")
    if as_json:
        document = frame_json(result) if isinstance(result, pd.DataFrame) else tables_json(result)
        print(json.dumps(document, indent=2, ensure_ascii=False))
    elif isinstance(result, pd.DataFrame):
        print(emphasised(Table(title, result).shortened().to_text(width=terminal_width())))
    else:
        print(emphasised(result.summary(width=terminal_width())))
