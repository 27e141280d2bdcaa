"""Does this installation compute what it should? Digits, identities, hashes, versions."""

import json
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd

from quesnay.datasets.store import fetch, resources
from quesnay.datasets.tables import load_io
from quesnay.diagnostics.reproduction.runs import reproduce
from quesnay.fitting.arrays import Array
from quesnay.fitting.errors import QuesnayError
from quesnay.models.display.table import Table, Tabular, versions
from quesnay.models.regression.panel import fit_panel

_DIGITS = (10.0, 7.5)  # of coefficients and of their standard errors
_EXTENDED = bool(np.finfo(np.longdouble).eps < 1e-18)  # which the powers of NIST's Filip need
_BALANCE = 1e-9  # of output: what an accounting identity may miss


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class SelfTest(Tabular):
    """What was checked on this machine.

    Parameters
    ----------
    checks : DataFrame
        Index check: ``found``, ``needed``, ``passes`` and what was compared, in words.
    machine : DataFrame
        Versions, processor and the library of linear algebra.
    seconds : float
        Time taken.

    Examples
    --------
    >>> import quesnay as qn
    >>> qn.selftest().passes
    True
    """

    checks: pd.DataFrame
    machine: pd.DataFrame
    seconds: float

    @property
    def passes(self) -> bool:
        """Whether every check passes."""
        return bool(self.checks["passes"].all())

    def tables(self) -> tuple[Table, ...]:
        """Return the checks and what they ran on."""
        said = "All checks pass." if self.passes else "A check fails: do not trust results here."
        return (
            Table("Self-test", self.checks, (f"{said} {self.seconds:.1f} s.",)),
            Table("This machine", self.machine),
        )


def selftest() -> SelfTest:
    """Check this installation: certified regressions, accounting identities, data, versions.

    The linear sets of NIST's Statistical Reference Datasets are estimated and the digits that agree
    with the certified values are counted, ``-log10(|found - certified| / |certified|)``; every
    embedded file is held against its SHA-256; every embedded table has to fulfil ``L f = x`` and to
    have as much value added as final demand; the satellite account has to add up.

    Returns
    -------
    SelfTest
        ``.passes``, and a table of what was found.

    References
    ----------
    NIST (2003), Statistical Reference Datasets, doi:10.18434/T43G6C.

    Examples
    --------
    >>> found = selftest()
    >>> bool(found.checks.loc["NIST, digits of coefficients", "found"] >= 10)
    True
    """
    start = perf_counter()
    rows: dict[str, dict[str, Any]] = {}
    for name, check in _CHECKS.items():
        try:
            rows |= check()
        except QuesnayError as error:
            rows[name] = {"found": np.nan, "needed": "", "passes": False, "of": str(error)}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    built: Any = np.show_config(mode="dicts") or {}
    blas = built.get("Build Dependencies", {}).get("blas", {})
    found = {
        "versions": versions(),
        "processor": platform.machine(),
        "linear algebra": f"{blas.get('name', 'unknown')} {blas.get('version', '')}".strip(),
        "extended precision": "yes" if _EXTENDED else "no",
    }
    return SelfTest(
        frame.rename_axis("check"),
        pd.DataFrame({"value": found}).rename_axis("part"),
        perf_counter() - start,
    )


def certified_sets() -> dict[str, dict[str, Any]]:
    """Return NIST's linear sets with their certified values, by name."""
    text = (files("quesnay.diagnostics") / "nist_linear.json").read_text(encoding="utf-8")
    return dict(json.loads(text)["sets"])


def fit_certified(name: str, case: dict[str, Any]) -> Any:
    """Estimate a set of NIST by the formula that its certificate states."""
    data = np.array(case["data"], dtype=float)
    if data.shape[1] > 2:
        names = [f"x{j}" for j in range(1, data.shape[1])]
        formula = " + ".join(names)
    else:
        names, powers = ["x"], len(case["estimates"])
        formula = "x" if powers == 2 else " + ".join(f"I(x**{j})" for j in range(1, powers))
    if name.startswith("NoInt"):
        formula = "x - 1"
    frame = pd.DataFrame(data, columns=["y", *names])
    return fit_panel(f"y ~ {formula}", frame, covariance="classical")


def correct_digits(found: Array, certified: list[str]) -> float:
    """Return the fewest correct digits; against a certified zero, those behind the point."""
    right = np.array([float(text) for text in certified])
    error = np.abs(np.asarray(found) - right) / np.where(right == 0, 1.0, np.abs(right))
    return float(np.min(-np.log10(np.maximum(error, 1e-16))))


def _nist() -> dict[str, dict[str, Any]]:
    sets = certified_sets()
    if not _EXTENDED:
        sets.pop("Filip")
    fits = {name: fit_certified(name, case) for name, case in sets.items()}
    pairs = [(fit, sets[name]) for name, fit in fits.items()]
    own = {
        "coefficients": [correct_digits(fit.params, case["estimates"]) for fit, case in pairs],
        "standard errors": [correct_digits(fit.std_errors, case["errors"]) for fit, case in pairs],
    }
    return {
        f"NIST, digits of {what}": _row(min(digits), f"{least:g} or more", min(digits) >= least,
                                        f"worst of {len(fits)} certified regressions")
        for (what, digits), least in zip(own.items(), _DIGITS, strict=True)
    }  # fmt: skip


def _hashes() -> dict[str, dict[str, Any]]:
    known = resources()
    for name in known:
        fetch(name)
    return {"data files": _row(len(known), len(known), True, "SHA-256 and schema as shipped")}


def _tables() -> dict[str, dict[str, Any]]:
    inverse, balance, count = 0.0, 0.0, 0
    for year in (2012, 2017, 2018, 2020):
        for imports in ("included", "separate"):
            try:
                table = load_io("CHN", year, imports=imports)
            except QuesnayError:
                continue  # not embedded
            count += 1
            x = table.x.to_numpy()
            inverse = max(inverse, float(np.abs(table.solve(table.f).to_numpy() / x - 1).max()))
            gap = table.Z.to_numpy().sum(axis=1) + table.f.to_numpy() - x
            balance = max(balance, float(np.abs(gap / x).max()))
    of = f"{count} tables of China, largest gap relative to output"
    return {
        "L f = x": _row(inverse, f"{_BALANCE:g} or less", inverse <= _BALANCE, of),
        "Z 1 + f = x": _row(balance, f"{_BALANCE:g} or less", balance <= _BALANCE, of),
    }


def _account() -> dict[str, dict[str, Any]]:
    account = reproduce("caict_2020", draws=1).account
    gap = (account["core"] + account["integration"] - account["total"]).abs().max()
    of = "core + integration = total in every run and year"
    return {"account adds up": _row(gap, f"{_BALANCE:g} or less", bool(gap <= _BALANCE), of)}


def _row(found: float, needed: object, passes: bool, of: str) -> dict[str, Any]:
    return {"found": found, "needed": needed, "passes": passes, "of": of}


_CHECKS: dict[str, Callable[[], dict[str, dict[str, Any]]]] = {
    "NIST": _nist,
    "data files": _hashes,
    "tables": _tables,
    "account": _account,
}
