"""What each command of the command line does, and the files and the JSON that it writes."""

import argparse
import contextlib
import json
import math
import re
import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from quesnay.diagnostics.reproduction.klems_account import KlemsAccount
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.fitting.errors import DataError, QuesnayError
from quesnay.models.display.table import Tabular
from quesnay.models.display.write import write_folder
from quesnay.terminal import Step, emphasised, progress, terminal_width

_ESTIMATING, _BEFORE, _DRAWS = 0.15, 0.5, 0.3  # measured shares of the time, for the bar
_CURVE, _REGRESSIONS, _PICTURES, _WRITING = 0.15, 0.35, 0.7, 0.9  # of what comes after them
_WIDEST = 7  # columns of a data set that stand side by side in a terminal; wider ones are described


def reproduce(options: argparse.Namespace) -> None:
    """Run a study and show, write or print its result."""
    from quesnay.diagnostics.report.language import language_of
    from quesnay.diagnostics.reproduction.runs import reproduce as run
    from quesnay.models.display.escape import visible
    from quesnay.models.display.write import check_folder

    if options.out is not None:
        check_folder(options.out)
    share = 1.0 if options.out is None else _ESTIMATING
    language = language_of(options.lang)
    with _cluster(options.dask) as client, progress(language) as step:
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
            write_result(
                result,
                options.out,
                step=lambda what, done: step(what, share + (1 - share) * done),
                **{name: getattr(options, name) for name in ("curve", "word", "lang", "jobs")},
            )
    if options.json:
        print(json.dumps(result_json(result), indent=2, ensure_ascii=False))
        return
    shown = result.console(width=terminal_width(), language=options.lang)
    print(emphasised(visible(shown, breaks=True)))
    if options.out is not None:
        print(language(f"\nWritten: {Path(options.out)} (open report.html)"))


def explain(options: argparse.Namespace) -> None:
    """Say where the estimate of one printed figure comes from, run by run."""
    from quesnay.diagnostics.report.language import language_of
    from quesnay.diagnostics.reproduction.explain import check_figure
    from quesnay.diagnostics.reproduction.facts import reported_figures
    from quesnay.diagnostics.reproduction.runs import reproduce as run
    from quesnay.diagnostics.reproduction.study import load_klems_study, load_study
    from quesnay.models.display.escape import visible

    if load_klems_study(options.study) is not None:
        raise QuesnayError("an account by growth accounting has one equation: see its report")
    study = load_study(options.study)
    check_figure(study, options.figure, reported_figures(study))
    with progress(language_of(options.lang)) as step:
        step("estimating", 0.0)
        result: Any = run(
            study,
            draws=options.draws,
            seed=options.seed,
            progress=lambda done, total: step("draws", _BEFORE + _DRAWS * done / total),
        )
    language = language_of(options.lang, study.study.texts(options.lang))
    for name in result.runs if options.which is None else (options.which,):
        for table in result.explain(options.figure, run=name).tables():
            shown = language.table(table).to_text(width=terminal_width())
            print(emphasised(visible(shown, breaks=True)), end="\n\n")


@contextlib.contextmanager
def _cluster(address: str | None) -> Iterator[Any]:
    """Give the Dask client at an address for the time of a run, or none."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise QuesnayError(
            "--dask needs the package distributed: install quesnay[parallel]"
        ) from error
    make: Any = Client  # the package has no types
    try:
        client = make(address, timeout="5s")
    except (OSError, ValueError) as error:
        raise QuesnayError(f"--dask {address}: no cluster answers there ({error})") from error
    with contextlib.closing(client):
        yield client


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
        raise DataError(
            f"{folder}: cannot make this folder ({error.strerror}); choose another"
        ) from error
    print(f"Written: {write_text(target, text)}")
    print(f"Change it to your case, then: quesnay check {target}; quesnay run {target}")


def check(options: argparse.Namespace) -> int:
    """Say what a study will estimate, from what, and what is missing."""
    from quesnay.diagnostics.reproduction.check import check_study

    found = check_study(options.study)
    show(found, options.json, lang=options.lang, texts=found.texts)
    return 1 if found.faults else 0


def audit(options: argparse.Namespace) -> None:
    """Say whether printed figures are mutually consistent."""
    from quesnay.diagnostics.audit.consistency import audit as judge
    from quesnay.diagnostics.audit.files import read_figures
    from quesnay.diagnostics.reproduction.study import load_study

    figures = None if options.file is None else read_figures(options.file)
    result = judge(figures)
    texts = load_study("caict_2020").study.zh if figures is None else {}
    show(result, options.json, lang=options.lang, texts=texts)


def datasets(options: argparse.Namespace) -> None:
    """List the embedded data, show one set or export it."""
    from quesnay.datasets.store import codebook, export_dataset, list_datasets, load_dataset

    if options.name is None:
        if options.export:
            raise DataError("--export needs the name of a data set; 'quesnay datasets' lists them")
        listed = list_datasets()
        shown = listed if options.json else listed[["name", "what", "years"]]
        show(shown, options.json, title="Embedded data (source and licence: --json)")
        return
    try:
        frame = load_dataset(options.name)
        if options.export:
            print(f"Written: {export_dataset(options.name, options.export)}")
            return
    except DataError as error:
        words = "'quesnay datasets' lists them"
        raise DataError(str(error).replace("see list_datasets()", words)) from error
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


def show(
    result: Any,
    as_json: bool,
    *,
    title: str = "",
    lang: str = "en",
    texts: Mapping[str, str] = MappingProxyType({}),
    words: Callable[[str], str] = str,
) -> None:
    """Print a result, a frame or a series as text or as one JSON document.

    A text is in the language `lang`; `texts` are those that a study adds to Chinese. `words` brings
    a text into the words of the shell.
    """
    from quesnay.diagnostics.report.language import language_of
    from quesnay.models.display.table import Table

    if isinstance(result, pd.Series):
        result = result.to_frame(result.name if result.name is not None else "value")
    framed = isinstance(result, pd.DataFrame)
    if as_json:
        document = frame_json(result) if framed else tables_json(result)
        print(json.dumps(document, indent=2, ensure_ascii=False))
        return
    tables = [Table(title, result).shortened()] if framed else result.tables()
    language = language_of(lang, texts if lang == "zh" else None)
    shown = [language.table(table).to_text(width=terminal_width()) for table in tables]
    print(emphasised(words("\n\n".join(shown))))


_DIGITS = 10  # what different processors agree on


def write_result(
    result: Reproduction | KlemsAccount,
    folder: str | Path,
    *,
    curve: bool = True,
    lang: str = "en",
    word: bool = False,
    jobs: int = 1,
    step: Step = lambda what, share: None,
) -> Path:
    """Write tables, plots and the report of a run to a folder, all or nothing.

    `curve` is the specification curve, `word` adds the report as a Word document (needs
    ``quesnay[word]``), `lang` is the language of report, pictures, workbook and document; `jobs`
    processes make the curve; `step` is told what comes next and the share that is done then. Files
    of others in the folder stay.
    """
    if isinstance(result, KlemsAccount):
        return write_folder(folder, _klems_files(result, lang, word))
    from quesnay.diagnostics.plots.style import figure_to_bytes
    from quesnay.diagnostics.report.language import language_of
    from quesnay.diagnostics.report.page import render_page
    from quesnay.diagnostics.reproduction.evidence import gather_evidence
    from quesnay.diagnostics.reproduction.report import document_of, report_parts, workbook_of

    step("evidence", 0.0)
    evidence = gather_evidence(
        result,
        curve=curve,
        jobs=jobs,
        progress=lambda done, of: step("evidence", _CURVE + _REGRESSIONS * done / of),
    )
    step("pictures", _PICTURES)
    plots = result.plots(curve=evidence.curve)
    language = language_of(lang, result.study.study.texts(lang))
    parts = report_parts(result, plots, evidence, language)
    page = render_page(*parts, language=language)
    step("tables and report", _WRITING)
    files: dict[str, str | bytes] = _csv_files(_frames(result) | evidence.frames())
    files |= {"tables.xlsx": workbook_of(result, parts, language), "report.html": page}
    files |= {f"{name}.png": figure_to_bytes(figure) for name, figure in plots.items()}
    if word:
        files["report.docx"] = document_of(result, parts, language)
    return write_folder(folder, files)


def _csv_files(frames: dict[str, pd.DataFrame]) -> dict[str, str | bytes]:
    """Return the numbers of a run as text; a part that the study does not have is no file."""
    from quesnay.models.display.documents import frame_to_csv

    names = {"outcome": "account_outcome"}
    return {
        f"{names.get(name, name)}.csv": frame_to_csv(frame)
        for name, frame in frames.items()
        if frame.columns.size
    }


def _frames(result: Reproduction) -> dict[str, pd.DataFrame]:
    return {
        "account": result.account,
        "outcome": result.outcome,
        "verdicts": result.verdicts,
        "variance": result.variance,
        "score": result.score,
        "readings": result.bounds,
        "elasticities": pd.DataFrame()
        if result.elasticities is None
        else result.elasticities.mixture,
    }


def _klems_files(result: KlemsAccount, lang: str, word: bool) -> dict[str, str | bytes]:
    """Return tables, plot and a page of an account by growth accounting."""
    from quesnay.diagnostics.plots.style import draw_picture, relabel
    from quesnay.diagnostics.report.language import language_of
    from quesnay.models.display.documents import frame_to_csv

    language, figure = language_of(lang, result.study.study.texts(lang)), result.plot_account()
    if lang != "en":
        relabel(figure, language)
    picture = draw_picture(figure)
    tables = [language.table(table) for table in result.tables()]
    frames = result.frames()
    files: dict[str, str | bytes] = {
        **{f"{name}.csv": frame_to_csv(frames[name]) for name in frames if name != "score"},
        "tables.xlsx": result.workbook(language),
        "report.html": result.to_html(language=lang),
        "account.png": picture.png,
    }
    if word:
        from quesnay.models.display.word import Part, document_bytes

        front = Part(figures={language("The account"): picture})
        files["report.docx"] = document_bytes(
            language(result.study.study.title),
            result.findings(language),
            [Part(language("Tables"), tables=tables)],
            front=front,
        )
    return files


def result_json(result: Reproduction | KlemsAccount) -> dict[str, Any]:
    """Return a run as plain lists and numbers for one JSON document."""
    if isinstance(result, KlemsAccount):
        return {
            "study": result.study.study.name,
            "technology": result.study.study.technology,
            "unit": result.study.study.unit,
            **{name: frame_json(frame) for name, frame in result.frames().items()},
            "findings": result.findings(),
        }
    from quesnay.diagnostics.reproduction.evidence import gather_evidence

    made = gather_evidence(result, curve=False)  # thousands of rows: the files hold them
    return {
        "study": result.study.study.name,
        "technology": result.study.study.technology,
        "unit": result.study.study.unit,
        "draws": len(result.draws),
        "seed": result.seed,
        **{name: frame_json(frame) for name, frame in _frames(result).items()},
        "findings": result.findings(),
        **{name: frame_json(frame) for name, frame in made.frames().items()},
    }


def frame_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as records, index included; missing values are null, ten significant digits.

    >>> import pandas as pd
    >>> frame_json(pd.DataFrame({"core": [0.4386]}, index=pd.Index([2018], name="year")))
    [{'year': 2018, 'core': 0.4386}]
    """
    plain = (
        frame.reset_index() if frame.index.names != [None] or frame.index.dtype == object else frame
    )
    return [
        {_flat(name): _plain(value) for name, value in zip(plain.columns, row, strict=True)}
        for row in plain.itertuples(index=False, name=None)
    ]


def tables_json(result: Tabular) -> list[dict[str, Any]]:
    """Return every table of a result with title, rows and notes."""
    return [
        {"title": table.title, "rows": frame_json(table.frame), "notes": list(table.notes)}
        for table in result.tables()
    ]


def _flat(name: Any) -> str:
    """Return a column's name, the levels of its header joined."""
    return " / ".join(str(part) for part in name if part) if isinstance(name, tuple) else str(name)


def _plain(value: Any) -> Any:
    """Return a value that JSON knows."""
    if value is None or value is pd.NA:
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") + 0.0 if math.isfinite(value) else None
    return value if isinstance(value, (bool, int, str)) else str(value)
