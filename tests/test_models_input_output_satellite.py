"""The linkage of parts of sectors agrees with the explicitly split table."""

import numpy as np
import pandas as pd
import pytest

import quesnay as qn


def split_by_hand(
    Z: np.ndarray, x: np.ndarray, v: np.ndarray, w: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return transactions, output and value added with every sector split in core and rest."""
    share = np.concatenate([w, 1 - w])
    return np.outer(share, share) * np.tile(Z, (2, 2)), share * np.tile(x, 2), share * np.tile(v, 2)


def linked_by_hand(
    table: qn.InputOutputTable, w: np.ndarray, *, side: str = "backward", jointly: bool = True
) -> np.ndarray:
    """Return value added of the rests tied to the core parts, from the table split explicitly."""
    n = len(w)
    Z, x, v = split_by_hand(table.Z.to_numpy(), table.x.to_numpy(), table.v.to_numpy(), w)
    alive = x > 0
    A = np.divide(Z, x, out=np.zeros_like(Z), where=alive)
    if side == "forward":
        A = np.divide(Z, x[:, None], out=np.zeros_like(Z), where=alive[:, None]).T
    L = np.linalg.inv(np.eye(2 * n) - A)
    core, rest = np.flatnonzero(w > 0), np.arange(n, 2 * n)
    if jointly:
        fall = L[np.ix_(rest, core)] @ np.linalg.solve(L[np.ix_(core, core)], x[core])
    else:
        fall = sum(L[rest, k] * x[k] / L[k, k] for k in core)
    value: np.ndarray = np.divide(v[rest], x[rest], out=np.zeros(n), where=x[rest] > 0)
    return np.asarray(value * fall)


@pytest.fixture(scope="module", params=["separate", "included"])
def china(request: pytest.FixtureRequest) -> qn.InputOutputTable:
    return qn.load_io("CHN", 2018, imports=request.param)


@pytest.mark.parametrize("side", ["backward", "forward"])
@pytest.mark.parametrize("jointly", [True, False])
def test_linkage_of_parts_is_that_of_the_table_split_explicitly(
    china: qn.InputOutputTable, side: str, jointly: bool
) -> None:
    rng = np.random.default_rng(1)
    names = china.sectors[[3, 18, 19, 20, 30, 31]]
    draws = rng.uniform(0, 1, (5, len(names)))
    draws[0, 0], draws[1, 1] = 0.0, 1.0
    found = china.satellite_linkage(
        pd.DataFrame(draws, columns=names), side=side, jointly=jointly, by_sector=True
    )
    whole = china.satellite_linkage(pd.DataFrame(draws, columns=names), side=side, jointly=jointly)
    for k, row in enumerate(draws):
        w = pd.Series(row, index=names).reindex(china.sectors, fill_value=0.0).to_numpy()
        right = linked_by_hand(china, w, side=side, jointly=jointly)
        np.testing.assert_allclose(found.iloc[k], right, rtol=1e-10, atol=1e-9 * right.max())
        assert whole.iloc[k] == pytest.approx(right.sum(), rel=1e-11)


def test_backward_linkage_is_the_induced_loss_of_a_satellite_extraction(
    china: qn.InputOutputTable,
) -> None:
    draws = pd.DataFrame(np.random.default_rng(2).uniform(0, 1, (4, 3)), columns=china.sectors[:3])
    induced = china.extract_many(draws, "satellite")["value_added_loss_induced"]
    found = china.satellite_linkage(draws)
    np.testing.assert_allclose(found, induced, rtol=1e-10)


def test_a_whole_sector_is_its_extraction() -> None:
    table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    L = np.array([[0.95, 0.25], [0.2, 0.85]]) / 0.7575
    by_hand = 0.7 * L[1, 0] * 1000 / L[0, 0]
    found = table.satellite_linkage(pd.DataFrame({0: [1.0]}))
    assert np.asarray(found).tolist() == pytest.approx([by_hand])


def test_nothing_split_off_has_no_linkage() -> None:
    table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    for side in ("backward", "forward"):
        assert np.asarray(table.satellite_linkage(np.zeros((2, 2)), side=side)).tolist() == [
            0.0,
            0.0,
        ]


def test_another_account_is_counted_in_its_own_unit() -> None:
    table = qn.InputOutputTable(
        [[150, 500], [200, 100]], [350, 1700], [650, 1400], accounts={"jobs": [300, 500]}
    )
    core = pd.DataFrame({0: [1.0]})
    output = table.satellite_linkage(core, account="output").iloc[0]
    assert table.satellite_linkage(core, account="jobs").iloc[0] == pytest.approx(0.25 * output)


def test_an_unknown_side_is_refused() -> None:
    table = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400])
    with pytest.raises(qn.DataError, match="side"):
        table.satellite_linkage(np.zeros((1, 2)), side="upward")
