"""The waterfall of a decomposition: what is drawn adds up and is named."""

from typing import Any

import numpy as np
import pytest

import quesnay as qn
from quesnay.diagnostics.plots.style import figure_to_bytes


def _result(**options: Any) -> Any:
    old = qn.InputOutputTable([[150, 500], [200, 100]], [350, 1700], [650, 1400], unit="million")
    new = qn.InputOutputTable([[200, 500], [200, 200]], [500, 1800], [800, 1500], unit="million")
    return qn.structural_decomposition(old, new, **options)


def test_bars_lead_from_start_to_end() -> None:
    found = _result(factors=("v", "A", "structure", "level"))
    figure = found.plot(start="2017", end="2020", names={0: "Farming"})
    left, right = figure.axes
    heights = [bar.get_height() for bar in left.patches]
    np.testing.assert_allclose(heights[:2], [found.start.sum(), found.end.sum()])
    np.testing.assert_allclose(sum(heights[2:]), found.change.sum())
    assert left.get_ylabel() == "value added, million"
    assert right.get_xlabel() == "change of value added, million"
    assert [text.get_text() for text in right.get_yticklabels()] in (
        ["0 Farming", "1"],
        ["1", "0 Farming"],
    )
    assert "2017" in figure.get_label()
    assert figure_to_bytes(figure)[1:4] == b"PNG"


def test_number_of_sectors_is_checked() -> None:
    with pytest.raises(qn.DataError, match="sectors must be a whole number of at least 1, got 0"):
        _result().plot(sectors=0)
