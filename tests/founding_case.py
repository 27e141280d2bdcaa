"""What many test files read of the studies, computed once for a process of tests."""

import functools
from typing import Any

import quesnay as qn
from quesnay.diagnostics.audit.result import AuditResult
from quesnay.diagnostics.evidence.specification import SpecificationCurve
from quesnay.diagnostics.reproduction.result import Reproduction


@functools.cache
def founding_case() -> Reproduction:
    """Reproduce the report with 400 draws; its documents show a curve of few resamples."""
    found = qn.reproduce("caict_2020", draws=400, seed=3)
    assert isinstance(found, Reproduction)
    found.made["curve"] = founding_curve()
    return found


@functools.cache
def founding_curve() -> SpecificationCurve:
    """Run every specification of T19."""
    return qn.specification_curve("caict_2020", figure="T19", draws=20, seed=1)


@functools.cache
def founding_audit() -> AuditResult:
    """Audit the report with all its figures."""
    return qn.audit(qn.load_reported("caict_2020"))


@functools.cache
def study_case(name: str) -> Any:
    """Reproduce an embedded study with few draws."""
    return qn.reproduce(name, draws=60)


@functools.cache
def audit_of_caii() -> AuditResult:
    """Audit the figures of another institute."""
    return qn.audit(qn.load_reported("caii_2020"))
