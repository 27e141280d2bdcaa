"""Wording of why margins cannot meet."""

import pandas as pd

from quesnay.fitting.errors import shown
from quesnay.fitting.tables.obstacles import Obstacle
from quesnay.models.input_output.margins import Grid

__all__ = ["NAMES_SHOWN", "obstacle_message"]

NAMES_SHOWN = 8  # labels listed in a message before "and so on"


def obstacle_message(obstacle: Obstacle, start: Grid, *, fixed: bool = False) -> str:
    """Say in one line which rows and columns of a table cannot meet their margins."""
    left = " (less its fixed cells)" if fixed else ""
    if obstacle.kind in {"empty", "sign"}:
        one = start.row(obstacle.rows[0]) if obstacle.rows else start.column(obstacle.columns[0])
        total = obstacle.need if obstacle.rows else obstacle.room
        wrong = "negative" if total > 0 else "positive"
        empty = "no cell that can move" if fixed else "only zeros"
        has = empty if obstacle.kind == "empty" else f"no cell but zeros and {wrong} ones"
        return f"{one} of the seed has {has} but its total{left} is {total:.6g}; change one of them"
    rows = _listed(start.rows, obstacle.rows)
    columns = _listed(start.columns, obstacle.columns)
    return (
        f"margins cannot meet: given the zeros and signs of the seed, row(s) {rows} (totals{left} "
        f"{obstacle.need:.10g}) fit only into column(s) {columns} (totals{left} "
        f"{obstacle.room:.10g}); change these totals or let more cells be non-zero"
    )


def _listed(labels: pd.Index, places: tuple[int, ...]) -> str:
    named = ", ".join(shown(labels[k]) for k in places[:NAMES_SHOWN]) or "none"
    more = len(places) - NAMES_SHOWN
    return f"{named} and {more} more" if more > 0 else named
