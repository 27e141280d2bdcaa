"""Results as files and as JSON."""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from quesnay.diagnostics.reproduction.klems_account import KlemsAccount
from quesnay.diagnostics.reproduction.result import Reproduction
from quesnay.models.display.table import Tabular
from quesnay.models.display.write import write_folder
from quesnay.terminal import Step

__all__ = ["frame_json", "result_json", "tables_json", "write_result"]

_DIGITS = 10  # what different processors agree on


def write_result(
    result: Reproduction | KlemsAccount,
    folder: str | Path,
    *,
    curve: bool = False,
    lang: str = "en",
    word: bool = False,
    step: Step = lambda what, share: None,
) -> Path:
    """Write tables, plots and the report of a run to a folder, all or nothing.

    Parameters
    ----------
    result : Reproduction or KlemsAccount
        The run.
    folder : str or Path
        Made where missing; files of others in it stay.
    curve : bool
        The specification curve too, in the report and as csv.
    lang : {"en", "zh"}
        Language of report, pictures and workbook.
    word : bool
        The report as a Word document too; needs ``quesnay[word]``.
    step : callable
        Told what comes next and the share that is done then.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If it cannot be written.
    """
    if isinstance(result, KlemsAccount):
        return write_folder(folder, _klems_files(result, lang, word))
    from quesnay.diagnostics.plots.style import figure_to_bytes
    from quesnay.diagnostics.report.page import render_page
    from quesnay.diagnostics.reproduction.documents import document_of, workbook_of
    from quesnay.diagnostics.reproduction.report import (
        gather_evidence,
        report_language,
        report_parts,
    )
    from quesnay.models.display.workbook import frame_to_csv

    step("evidence", 0.0)
    evidence = gather_evidence(result, curve=curve)
    step("pictures", 0.4)
    plots = result.plots(curve=evidence.curve)
    language = report_language(result, lang)
    parts = report_parts(result, plots, evidence, language)
    page = render_page(*parts, language=language)
    step("tables and report", 0.7)
    frames = _frames(result) | evidence.frames()
    files: dict[str, str | bytes] = {f"{n}.csv": frame_to_csv(f) for n, f in frames.items()}
    files |= {"tables.xlsx": workbook_of(result, parts, language), "report.html": page}
    files |= {f"{name}.png": figure_to_bytes(figure) for name, figure in plots.items()}
    if word:
        files["report.docx"] = document_of(result, parts, language)
    return write_folder(folder, files)


def _frames(result: Reproduction) -> dict[str, pd.DataFrame]:
    """Return what a run writes as csv, by the name of the file."""
    return {
        "account": result.account,
        "account_outcome": result.outcome,
        "verdicts": result.verdicts,
        "variance": result.variance,
        "score": result.score,
        "readings": result.bounds,
        "elasticities": _elasticities(result),
    }


def _klems_files(result: KlemsAccount, lang: str, word: bool) -> dict[str, str | bytes]:
    """Return tables, plot and a page of an account by growth accounting."""
    from quesnay.diagnostics.plots.style import draw_picture
    from quesnay.models.display.workbook import frame_to_csv, workbook_bytes

    picture = draw_picture(result.plot_account())
    files: dict[str, str | bytes] = {
        "account.csv": frame_to_csv(result.account),
        "definitions.csv": frame_to_csv(result.definitions),
        "growth.csv": frame_to_csv(result.growth),
        "verdicts.csv": frame_to_csv(result.verdicts),
        "tables.xlsx": workbook_bytes(result.tables()),
        "report.html": result.to_html(language=lang),
        "account.png": picture.png,
    }
    if word:
        from quesnay.models.display.word import Part, document_bytes

        account = Part("The account", (), [picture], result.tables())
        title = result.study.study.title
        files["report.docx"] = document_bytes(title, result.findings(), [account])
    return files


def _elasticities(result: Reproduction) -> pd.DataFrame:
    """Equations of the mixture and their weights; empty without a potential."""
    return pd.DataFrame() if result.elasticities is None else result.elasticities.mixture


def result_json(result: Reproduction | KlemsAccount) -> dict[str, Any]:
    """Return a run as plain lists and numbers for one JSON document."""
    if isinstance(result, KlemsAccount):
        return {
            "study": result.study.study.name,
            "technology": result.study.study.technology,
            "unit": result.study.study.unit,
            "account": frame_json(result.account),
            "definitions": frame_json(result.definitions),
            "growth": frame_json(result.growth),
            "verdicts": frame_json(result.verdicts),
            "score": frame_json(result.score),
            "findings": result.findings(),
        }
    from quesnay.diagnostics.reproduction.report import gather_evidence

    return {
        "study": result.study.study.name,
        "technology": result.study.study.technology,
        "unit": result.study.study.unit,
        "draws": len(result.draws),
        "seed": result.seed,
        "account": frame_json(result.account),
        "outcome": frame_json(result.outcome),
        "verdicts": frame_json(result.verdicts),
        "variance": frame_json(result.variance),
        "score": frame_json(result.score),
        "readings": frame_json(result.bounds),
        "elasticities": frame_json(_elasticities(result)),
        "findings": result.findings(),
        **{name: frame_json(frame) for name, frame in gather_evidence(result).frames().items()},
    }


def frame_json(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return a frame as records; missing values are null, numbers have ten significant digits.

    Parameters
    ----------
    frame : DataFrame
        Any labelled frame; its index becomes columns.

    Returns
    -------
    list of dict
        One a row.

    Examples
    --------
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
