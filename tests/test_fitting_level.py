"""The coverage of intervals: what is accepted, and the half width it stands for."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from quesnay.fitting.checks import confidence_level, half_width

from .refusals import refused


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, np.nan, True, None, "0.95", [0.95], 10**400])
def test_what_is_no_coverage_is_refused(level: Any) -> None:
    refused(lambda: confidence_level(level), "^level: .* is no coverage between 0 and 1, such as")
    refused(lambda: half_width(level), "^level: ")


def test_a_least_coverage_must_be_exceeded() -> None:
    assert confidence_level(np.float64(0.02), least=0.01) == 0.02
    refused(lambda: confidence_level(0.01, least=0.01), "level: 0.01 is no coverage between 0.01")


@pytest.mark.parametrize("level", [0.5, 0.9, 0.999])
def test_half_widths_are_quantiles(level: float) -> None:
    assert half_width(level) == pytest.approx(stats.norm.ppf((1 + level) / 2), rel=1e-12)
    assert half_width(level, 7) == pytest.approx(stats.t.ppf((1 + level) / 2, 7), rel=1e-12)
