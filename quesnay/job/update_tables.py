"""Tables of an updated input-output table, in the words of a reader."""

from typing import TYPE_CHECKING

import pandas as pd

from quesnay.models.display.table import Table

if TYPE_CHECKING:
    from quesnay.job.updated_table import UpdatedTable

__all__ = ["updated_tables"]


def updated_tables(result: "UpdatedTable") -> tuple[Table, ...]:
    """Return the effect, the margins and the back-tests."""
    return (effect_table(result), margin_table(result), rebuilt_table(result), _methods(result))


def effect_table(result: "UpdatedTable") -> Table:
    """Return levels without and with the table, and the change with its interval."""
    effect = result.effect
    frame = pd.DataFrame({"straight line": effect[("straight line", "level")]})
    for way in list(effect.columns.get_level_values(0).unique())[1:]:
        own = effect[way]
        frame[_short(way)] = own["level"]
        frame[f"{_short(way)}, change %"] = [
            f"{_percent(change)} [{_percent(low)}, {_percent(high)}]"
            for change, low, high in zip(own["change"], own["low"], own["high"], strict=True)
        ]
    formats = {str(c): ".3f" for c in frame.columns if not str(c).endswith("change %")}
    notes = (
        f"Brackets: 95 % of {result.draws} draws, each with and without the table. Current prices.",
        "Joined: the sectors keep the value added of the straight line, so that what rests on value"
        " added alone cannot change. Balanced: value added of the sectors of a published group is"
        " balanced with the flows.",
        "Supply: what the independent run divides the core by. Elsewhere: value added of other "
        "industries tied to the core; its straight line is per unit of core.",
    )
    return Table(
        f"{result.year}: the account with an updated table, {result.unit}", frame, notes, formats
    )


def _percent(share: float) -> str:
    """One decimal with its sign, and no sign for nothing."""
    return "0.0" if abs(share) < 0.0005 else f"{100 * share:+.1f}"


def _short(way: str) -> str:
    return way.rsplit(" ", 1)[-1]


def margin_table(result: "UpdatedTable") -> Table:
    """Return the total of each margin and where it comes from."""
    own = result.margins
    totals = {
        "value added by sector": own.value_added.sum(),
        "gross output by sector": own.output.sum(),
        **{f"final demand: {name}": value for name, value in own.demand.items()},
        "imports": own.imports.sum(),
    }
    frame = pd.DataFrame({"total": totals, "source": own.sources}).loc[list(totals)]
    frame.index = pd.Index([str(name).replace("_", " ") for name in frame.index])
    frame.index.name = "margin"
    gap = float(own.imports.sum()) - own.expected_imports
    notes = [f"Cells start from the table of {own.base} and move by {result.method}."]
    if own.expected_imports:
        notes.append(
            f"Imports close the account, {100 * gap / own.expected_imports:+.1f} % from their own "
            "straight line."
        )
    unit = result.table.unit or "unit of the tables"
    return Table(
        f"{result.year}: totals that the table meets, {unit}", frame, tuple(notes), {"total": ".0f"}
    )


def rebuilt_table(result: "UpdatedTable") -> Table:
    """Return how near the same procedure comes to official tables."""
    formats = dict.fromkeys(map(str, result.rebuilt.columns), ".1%")
    return Table(
        "The same procedure on years that have an official table: share misplaced",
        result.rebuilt,
        (
            "Made from the tables before and after without the table of the year itself. Sum of "
            "absolute differences over the sum of the official cells.",
        ),
        formats,
    )


def _methods(result: "UpdatedTable") -> Table:
    formats = dict.fromkeys(map(str, result.errors.columns), ".2%")
    return Table(
        "Methods of updating, with the official margins given: share of all flows misplaced",
        result.errors,
        (f"Taken: {result.method}.",),
        formats,
    )
