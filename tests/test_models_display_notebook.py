"""What a notebook shows of every kind of result, where labels try to be markup or to hide."""

import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.models.display.table import Tabular

BAD = (
    '<img src=x onerror="alert(1)">',
    "</td></table><script>alert(1)</script>",
    "$\\href{javascript:alert(1)}{x}$",
    "&lt;script&gt;' onclick='x",
)
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
TAGS = {"div", "table", "caption", "thead", "tbody", "tr", "th", "td", "p", "br"}
ATTRIBUTES = {"class", "scope", "style", "rowspan", "colspan"}

S = list(BAD)
RNG = np.random.default_rng(3)
Z = pd.DataFrame(RNG.uniform(1, 9, (4, 4)), S, S)
DEMAND = pd.DataFrame(RNG.uniform(20, 40, (4, 2)), S, BAD[:2])
OUTPUT = Z.sum(axis=1) + DEMAND.sum(axis=1)
VALUE = (OUTPUT - Z.sum()).to_frame(BAD[2]).T
TABLE = qn.InputOutputTable(Z, DEMAND, VALUE, unit=BAD[0], name=BAD[1])
LATER = qn.InputOutputTable(1.1 * Z, 1.2 * DEMAND, VALUE + 0.1 * Z.sum() + 0.0, strict=False)
YEARS = pd.RangeIndex(2015, 2020)
PARTS = pd.DataFrame({BAD[0]: [1.0, 2, 3, 4, 5], BAD[1]: [2.0, 3, 4, 5, 7]}, YEARS)
PANEL = pd.DataFrame({"g": np.repeat(S, 10), "x": RNG.standard_normal(40)})
PANEL["t"] = np.tile(range(10), 4)
PANEL["y"] = PANEL["x"] + RNG.standard_normal(40)
FIT = qn.fit_panel("y ~ x + C(g)", PANEL, cluster="g")
ROWS = Z.sum(axis=1) * [1.1, 1.0, 1.0, 1.0]
COLUMNS = Z.sum() * (ROWS.sum() / Z.to_numpy().sum())
SHARES = dict.fromkeys(S, 0.1)
DRAWN = qn.monte_carlo(
    lambda x: {BAD[0]: x[BAD[1]] * x[BAD[2]]},
    {BAD[1]: qn.Normal(1.0, 0.1), BAD[2]: qn.Uniform(0.0, 1.0)},
    draws=50, seed=0,
)  # fmt: skip

RESULTS: dict[str, Callable[[], Any]] = {
    "table": lambda: TABLE,
    "check": lambda: TABLE.check(),
    "extraction": lambda: TABLE.extract(S[:2]),
    "decomposition": lambda: qn.structural_decomposition(TABLE, LATER),
    "lengths": lambda: qn.average_propagation_lengths(TABLE),
    "stream": lambda: qn.upstreamness(TABLE),
    "paths": lambda: qn.structural_paths(TABLE, S[0]),
    "inoperability": lambda: qn.inoperability(TABLE, SHARES),
    "balanced": lambda: qn.ras(Z, ROWS, COLUMNS),
    "balanced by squares": lambda: qn.balance_least_squares(Z, ROWS, COLUMNS),
    "intervals": lambda: TABLE.multiplier_intervals(relative_error=0.1, draws=20, seed=0),
    "supply and use": lambda: qn.SupplyUseTable(
        pd.DataFrame(np.diag(OUTPUT), S, S), Z, DEMAND, VALUE
    ),
    "symmetric": lambda: qn.SupplyUseTable(
        pd.DataFrame(np.diag(OUTPUT), S, S), Z, DEMAND, VALUE
    ).symmetric("D"),
    "fit": lambda: FIT,
    "diagnosis": lambda: qn.diagnose(FIT),
    "bootstrap": lambda: qn.bootstrap(
        lambda rows: {BAD[0]: rows["x"].mean()}, PANEL, draws=20, seed=0
    ),
    "monte carlo": lambda: DRAWN,
    "variance": lambda: qn.variance_shares(
        lambda x: {BAD[0]: x[BAD[1]]}, {BAD[1]: qn.Normal(1.0, 0.1)}, draws=64, seed=0
    ),
    "growth": lambda: qn.growth_accounting(
        PARTS.sum(axis=1).rename(BAD[0]), PARTS, PARTS * 0 + 0.5
    ),
    "average": lambda: qn.average_models({BAD[0]: FIT, BAD[1]: FIT}, "x"),
    "leave one out": lambda: qn.leave_one_out(
        lambda rows: {BAD[0]: rows["x"].mean()}, PANEL, by="g"
    ),
    "concordance": lambda: qn.Concordance(
        BAD[0], BAD[1],
        pd.DataFrame({"source": S, "target": S, "weight": 1.0, "basis": BAD[2]}), tuple(S),
    ),
    "reconciled": lambda: qn.reconcile(
        pd.Series([1.0, 2.0, 3.5], S[:3]),
        pd.DataFrame([[1.0, 1.0, -1.0]], [S[3]], S[:3]), std_errors=pd.Series(0.1, S[:3]),
    ),
}  # fmt: skip


class Shown(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", RESULTS)
def test_a_hostile_label_is_text_in_a_notebook(name: str) -> None:
    result = RESULTS[name]()
    html = result._repr_html_()
    shown = Shown(html)
    assert shown.tags <= TAGS
    assert shown.attributes <= ATTRIBUTES
    assert not HIDDEN.search(html)
    assert any(label[:8] in shown.text for label in BAD)
    assert all(part.startswith('<div class="quesnay tex2jax_ignore') for part in html.split("\n\n"))


def kinds(kind: Any) -> Iterator[Any]:
    yield kind
    for one in kind.__subclasses__():
        yield from kinds(one)


def test_no_result_has_a_display_of_its_own() -> None:
    assert {k.__name__ for k in kinds(Tabular) if "_repr_html_" in vars(k)} == {"Tabular"}
