"""What must hold for every table: identities of the input-output model, as properties."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given, settings, strategies as st

from quesnay import InputOutputTable
from quesnay.fitting.arrays import Array

KINDS = st.sampled_from(["total", "satellite", "backward", "forward"])
SEEDS = st.integers(0, 10_000)


def holds(*strategies: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    tries = settings(max_examples=40, deadline=None)  # shared machines are slow at times
    given_these: Any = given(*strategies)
    return lambda check: tries(given_these(check))


def economy(seed: int, size: int | None = None) -> InputOutputTable:
    """Make a productive table with two kinds of demand and of value added, and jobs."""
    rng = np.random.default_rng(seed)
    n = size or int(rng.integers(2, 9))
    s = [f"s{k}" for k in range(n)]
    Z = rng.uniform(0, 10, (n, n)) * (rng.random((n, n)) < 0.8)
    f = rng.uniform(3 * n, 15 * n, (n, 2))
    spare = Z.sum(axis=0) - Z.sum(axis=1)
    f[:, 1] += np.maximum(spare, 0) + 1.0
    x = Z.sum(axis=1) + f.sum(axis=1)
    v = x - Z.sum(axis=0)
    return InputOutputTable(
        pd.DataFrame(Z, index=s, columns=s),
        pd.DataFrame(f, index=s, columns=["homes", "other"]),
        pd.DataFrame([0.7 * v, 0.3 * v], index=["wages", "rest"], columns=s),
        accounts=pd.DataFrame([rng.uniform(1, 9, n)], index=["jobs"], columns=s),
    )


def rebuilt(table: InputOutputTable, order: Any = None, scale: float = 1.0) -> InputOutputTable:
    order = list(table.sectors) if order is None else order
    return InputOutputTable(
        table.Z.loc[order, order] * scale,
        table.final_demand * scale,
        table.value_added * scale,
        accounts=table.accounts,
    )


def close(one: Any, other: Any, rtol: float = 1e-9) -> None:
    a, b = np.asarray(one, float), np.asarray(other, float)
    np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * max(1.0, np.abs(b).max(initial=0)))


@holds(SEEDS)
def test_solving_the_own_demand_gives_the_own_output(seed: int) -> None:
    table = economy(seed)
    close(table.solve(table.f), table.x)


@holds(SEEDS)
def test_output_is_additive_in_final_demand(seed: int) -> None:
    table = economy(seed)
    parts = table.solve(table.final_demand)
    close(np.asarray(parts).sum(axis=1), table.solve(table.f))


@holds(SEEDS)
def test_value_added_comes_back_whole(seed: int) -> None:
    table = economy(seed)
    close(table.multipliers("value_added"), np.ones(len(table.sectors)))
    close(table.multipliers("wages") + table.multipliers("rest"), np.ones(len(table.sectors)))


@holds(SEEDS)
def test_permuted_labels_permute_the_answers_and_change_nothing_else(seed: int) -> None:
    table = economy(seed)
    order = list(np.random.default_rng(seed).permutation(table.sectors))
    turned = rebuilt(table, order)
    close(turned.multipliers("jobs")[table.sectors], table.multipliers("jobs"))
    columns = ["backward", "forward", "backward_variation", "forward_variation"]
    close(turned.linkages().loc[table.sectors, columns], table.linkages()[columns])
    close(turned.extract({order[0]: 0.4}).output_loss[table.sectors],
          table.extract({order[0]: 0.4}).output_loss)  # fmt: skip


@holds(SEEDS, st.floats(1e-6, 1e6))
def test_a_change_of_unit_scales_amounts_and_leaves_ratios(seed: int, scale: float) -> None:
    table = economy(seed)
    other = rebuilt(table, scale=scale)
    close(other.multipliers(), table.multipliers())
    close(other.extract_each() / scale, table.extract_each())
    close(other.multipliers("jobs") * scale, table.multipliers("jobs"))


@holds(SEEDS)
def test_aggregating_before_or_after_leaves_totals(seed: int) -> None:
    table = economy(seed)
    groups = {s: f"g{k % 2}" for k, s in enumerate(table.sectors)}
    joined = table.aggregate(groups)
    close(joined.x, table.x.groupby(groups, sort=False).sum())
    close(joined.value_added, table.value_added.T.groupby(groups, sort=False).sum().T)
    close(joined.accounts, table.accounts.T.groupby(groups, sort=False).sum().T)  # type: ignore[union-attr]
    close(joined.solve(joined.f), joined.x)
    assert joined.check().ok


@holds(SEEDS, st.floats(0.05, 0.95))
def test_splitting_and_joining_gives_the_table_back(seed: int, share: float) -> None:
    table = economy(seed)
    name = table.sectors[0]
    halves = table.split(name, {"left": share, "right": 1 - share})
    assert halves.check().ok
    close(halves.multipliers()["left"], table.multipliers()[name])
    groups = {s: (name if s in {"left", "right"} else s) for s in halves.sectors}
    back = halves.aggregate(groups)
    close(back.Z, table.Z)
    close(back.value_added, table.value_added)
    whole = halves.extract(["left", "right"])
    close(whole.total_output_loss, table.extract([name]).total_output_loss)
    part = halves.extract(["left"]).total_output_loss  # a satellite is a sector split off
    close(table.extract({name: share}, "satellite").total_output_loss, part)


@holds(SEEDS, st.floats(0.1, 0.9), st.floats(0.1, 0.9))
def test_splitting_by_patterns_still_balances(seed: int, share: float, pattern: float) -> None:
    table = economy(seed, size=4)
    rows = pd.DataFrame({"s1": [pattern, 1 - pattern]}, index=["left", "right"])
    columns = pd.DataFrame([[pattern, 1 - pattern]], index=["wages"], columns=["left", "right"])
    halves = table.split("s0", {"left": share, "right": 1 - share}, rows=rows, columns=columns)
    report = halves.check()
    assert report.largest_residual < 1e-9
    groups = {s: ("s0" if s in {"left", "right"} else s) for s in halves.sectors}
    close(halves.aggregate(groups).Z, table.Z)
    close(halves.x["left"], share * table.x["s0"])


@holds(SEEDS, KINDS)
def test_extracting_nothing_loses_nothing(seed: int, kind: str) -> None:
    table = economy(seed)
    assert table.extract([], kind).total_output_loss == 0
    assert table.extract(dict.fromkeys(table.sectors, 0.0), kind).total_value_added_loss == 0
    assert (table.extract_many(np.zeros((2, len(table.sectors))), kind).to_numpy() == 0).all()


@holds(SEEDS)
def test_extracting_everything_loses_everything(seed: int) -> None:
    table = economy(seed)
    lost = table.extract(list(table.sectors))
    close(lost.output_loss, table.x)
    close(lost.value_added_loss, table.v)
    close(lost.output_loss_induced, 0.0, 1e-6)


def refactored(table: InputOutputTable, w: Array, kind: str) -> Array:
    """Compute the loss of an extraction from its definition, with new factorisations."""
    D, x, n = np.diag(1 - w), np.asarray(table.x, float), len(w)
    A, f = np.asarray(table.A, float), np.asarray(table.f, float)
    left: Array
    if kind == "total":
        left = np.linalg.solve(np.eye(n) - D @ A @ D, D @ f)
    elif kind == "satellite":
        left = np.linalg.solve(np.eye(n) - D @ A, D @ f)
    elif kind == "backward":
        left = np.linalg.solve(np.eye(n) - A @ D, f)
    else:
        left = np.linalg.solve((np.eye(n) - D @ table.B.to_numpy()).T, table.v.to_numpy())
    return np.asarray(x - left)


@holds(SEEDS, KINDS)
def test_extraction_by_low_rank_is_extraction_by_definition(seed: int, kind: str) -> None:
    table = economy(seed)
    rng = np.random.default_rng(seed)
    draws = np.round(rng.random((3, len(table.sectors))), 2) * (rng.random((3, 1)) < 0.9)
    draws[1] = rng.random(len(table.sectors)) < 0.5
    many = table.extract_many(draws, kind)
    for k, w in enumerate(draws):
        loss = refactored(table, w, kind)
        one = table.extract(dict(zip(table.sectors, w, strict=True)), kind)
        close(one.output_loss, loss)
        close(one.value_added_loss, loss * table.v / table.x)
        found = (one.total_output_loss, one.total_value_added_loss,
                 one.output_loss_induced, one.value_added_loss_induced)  # fmt: skip
        close(many.iloc[k], found)


@holds(SEEDS, KINDS)
def test_every_sector_alone_is_each_by_itself(seed: int, kind: str) -> None:
    table = economy(seed)
    each = table.extract_each(kind)
    for s in table.sectors:
        one = table.extract([s], kind)
        found = (one.total_output_loss, one.total_value_added_loss,
                 one.output_loss_induced, one.value_added_loss_induced)  # fmt: skip
        close(each.loc[s], found)


@holds(SEEDS)
def test_type_two_is_at_least_type_one(seed: int) -> None:
    table = economy(seed)
    income, spent = table.value_added.loc["wages"].sum(), table.final_demand["homes"]
    homes = spent * min(0.9, income / spent.sum())
    demand = pd.DataFrame({"homes": homes, "other": table.f - homes})
    table = InputOutputTable(table.Z, demand, table.value_added, accounts=table.accounts)
    for account in ("output", "value_added", "wages", "jobs"):
        first = table.multipliers(account)
        second = table.multipliers(account, True, household="homes", income="wages")
        assert (second >= first - 1e-12).all()


@holds(SEEDS)
def test_closing_by_a_border_is_inverting_the_closed_table(seed: int) -> None:
    table = economy(seed)
    income = table.value_added.loc["wages"]
    spent = table.final_demand["homes"] * 0.5 * income.sum() / table.final_demand["homes"].sum()
    demand = pd.DataFrame({"homes": spent, "other": table.f - spent})
    table = InputOutputTable(table.Z, demand, table.value_added)
    n = len(income)
    closed = np.zeros((n + 1, n + 1))
    closed[:n, :n], closed[n, :n] = table.A, income / table.x
    closed[:n, n] = spent / income.sum()
    inverse = np.linalg.inv(np.eye(n + 1) - closed)
    named = {"household": "homes", "income": "wages"}
    close(table.multipliers(closed=True, household="homes", income="wages"), inverse[:n, :n].sum(0))
    close(table.multipliers("output", True, household_row=True, **named), inverse[:, :n].sum(0))  # type: ignore[arg-type]


@holds(SEEDS)
def test_prices_of_the_whole_value_added_are_one(seed: int) -> None:
    table = economy(seed)
    close(table.prices(table.v / table.x)["change"], np.ones(len(table.sectors)))
    close(table.prices(table.v, of="level")["change"], np.ones(len(table.sectors)))
    close(table.prices(0.25, of="value_added")["change"], np.full(len(table.sectors), 0.25))


@holds(SEEDS, st.floats(-0.02, 0.02))
def test_field_of_influence_is_the_change_of_the_inverse(seed: int, change: float) -> None:
    table = economy(seed)
    change = change if abs(change) > 1e-3 else 1e-3
    A = np.array(table.A)
    A[0, 1] += change
    new = np.linalg.inv(np.eye(len(A)) - A)
    field = table.field_of_influence("s0", "s1", change=change)
    close(field, (new - table.leontief()) / change, 1e-7)
    strength = table.field_of_influence(change=change).loc["s0", "s1"]
    close(strength, (field**2).to_numpy().sum())
