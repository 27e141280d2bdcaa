"""Tables of the reconciled account, in the words of a reader."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.job.reconciled_inputs import METHODS
from quesnay.models.display.table import Table

if TYPE_CHECKING:
    from quesnay.job.reconciled import ReconciledAccount

__all__ = ["reconciled_tables"]


def reconciled_tables(result: "ReconciledAccount") -> tuple[Table, ...]:
    """Return the account, what each estimate took, and the total under other assumptions."""
    return (_account(result), _adjustments(result), _variants(result))


def _account(result: "ReconciledAccount") -> Table:
    own = result.account
    columns = {
        "core": ("core", ".2f", 1.0),
        "integration": ("integration", ".2f", 1.0),
        "total": ("total", ".2f", 1.0),
        "of GDP, %": ("share", ".1f", 100.0),
        "integrated, %": ("integration share", ".0f", 100.0),
        "of growth, %": ("contribution", ".1f", 100.0),
        "new jobs": ("jobs", ".1f", 1.0),
    }
    frame = pd.DataFrame(
        {name: _bracketed(own, *how) for name, how in columns.items()}, index=own.index
    )
    notes = (
        f"Brackets: 95 % interval, normal, from the covariances of {result.draws} draws"
        + (f" ({result.dropped} without an admissible curve left out)." if result.dropped else "."),
        "Current prices; the forecast year as it turned out. Every identity holds.",
        "Integrated: integration over the total. Of growth: change of the total over change of "
        f"GDP. New jobs: {result.jobs_unit}.",
    )
    return Table(f"Reconciled account, {result.unit}", frame, notes)


def _bracketed(frame: pd.DataFrame, name: str, spec: str, scale: float) -> list[str]:
    columns = (scale * frame[c] for c in (name, f"{name}_low", f"{name}_high"))
    return [
        "" if pd.isna(value) else f"{value:{spec}} [{low:{spec}}, {high:{spec}}]"
        for value, low, high in zip(*columns, strict=True)
    ]


def _adjustments(result: "ReconciledAccount") -> Table:
    frame = result.adjustments.rename(
        columns={
            "stated_error": "stated error",
            "error": "error used",
            "error_after": "error after",
        }
    )
    words = {f"integration by {key}": f"integration: {text}" for key, text in METHODS.items()}
    frame = frame.rename(index=words, level="estimate")
    for name, spec in (("adjustment", "+.3f"), ("z", "+.1f")):
        # no sign for nothing
        rounded = frame[name].round(int(spec[2]))
        frame[name] = [format(v, spec if v else spec[1:]) for v in rounded.fillna(0.0) + 0.0]
    formats = dict.fromkeys(frame.columns, ".3f")
    notes = (
        "Standard errors: stated, over the draws; used, with the disagreement between the methods; "
        "after, of the reconciled value. z: adjustment over its standard error.",
        f"GDP and levels in {result.unit}; jobs per value added in {result.jobs_unit} per "
        f"{result.unit}.",
    )
    return Table("What each estimate had to take", frame.sort_index(), notes, formats)


def _variants(result: "ReconciledAccount") -> Table:
    own = result.variants
    cells = pd.Series(_bracketed(own, "total", ".2f", 1.0), index=own.index)
    frame = cells.unstack().reindex(list(result.tests.index)).fillna("none")
    frame["chi-squared"] = [
        f"{row['chi-squared']:.0f} ({row['degrees of freedom']:.0f})"
        for _, row in result.tests.iterrows()
    ]
    frame["p"] = [f"{p:.2f}" if p > 1e-4 else "< 0.0001" for p in result.tests["p"]]
    frame.index.name = "variant"
    notes = (
        "Chi-squared, with its degrees of freedom: do the estimates agree within the errors?",
        "With the errors that each method states for itself there is no account: the methods differ"
        " by far more than these errors. So their disagreement is counted as error.",
    )
    return Table(f"Reconciled total under other assumptions, {result.unit}", frame, notes)
