"""Audit the printed figures of a report, then those of a file of one's own."""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

found = qn.audit(qn.load_reported("caict_2020"))
for number, finding in enumerate(found.findings, start=1):
    print(f"{number:2d}. {finding}")
print(f"\nOf {found.tried:,} assignments {len(found.assignments)} fit:")
print(found.assignments.T.to_string())
print(f"Written: {save_figure(found.plot(), folder / '82_audit.png')}")

own = folder / "82_own_report.toml"
own.write_text(
    """
[[figure]]
id = "R18"
concept = "revenue"
year = 2018
printed = "120"
unit = "million USD"

[[figure]]
id = "P18"
concept = "profit"
year = 2018
printed = "0.03"
unit = "billion USD"

[[figure]]
id = "M18"
concept = "margin"
year = 2018
printed = "35.0"
unit = "percent"

[[identity]]
name = "margin"
equation = "M = P / R"
""",
    encoding="utf-8",
)
print(f"Figures that cannot hold together: {qn.audit(qn.read_figures(own)).conflicts}")
