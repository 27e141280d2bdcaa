"""Rebuild the report, then ask which of its figures public data supports.

Run it from anywhere: ``python examples/10_reproduce_and_question_the_report.py [FOLDER]``.
"""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

result = qn.reproduce("caict_2020", draws=2000, seed=0)
print(result.console())

# The report implies a core of T19 x (1 - H19) in 2019. Official sector growth gives another.
printed = qn.load_reported("caict_2020")["value"]
implied = printed["T19"] * (1 - printed["H19"] / 100)
growth = implied / (printed["C18"] / 1e4) - 1  # C18 is printed in 100 million yuan
core = result.account.loc[("calibrated", 2019)]
print(
    f"\nCore 2019 implied by the report: {implied:.3f} trillion yuan, "
    f"{growth:+.0%} in a year; from official value added: {core['core']:.3f} "
    f"[{core['core_low']:.3f}, {core['core_high']:.3f}]."
)

# One value added, two measures of the jobs it stands for.
jobs = result.verdicts.loc[("calibrated", "J20")]
print(
    f"New jobs in 2020: reported {jobs['reported']:.2f} million, estimated {jobs['estimate']:.2f} "
    f"[{jobs['estimate_low']:.2f}, {jobs['estimate_high']:.2f}]."
)

print("Written:", save_figure(result.plot_account(), folder / "10_account.png"))
print("Written:", save_figure(result.plot_penetration(), folder / "10_penetration.png"))
