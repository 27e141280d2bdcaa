"""Every choice of the study, one by one: specification curve, back-tests, and a made table.

Run it from anywhere: ``python examples/14_question_every_choice.py [FOLDER]``.
"""

import sys
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.plots.style import save_figure

folder = Path(sys.argv[1] if len(sys.argv) > 1 else "examples/output")
folder.mkdir(parents=True, exist_ok=True)

study = qn.load_study("caict_2020")
print(f"{study.study.name}: years {study.study.years[0]} to {study.study.years[-1]}\n")


# Three runs and three rules without a model, each judged by the facts that it did not use.
score = qn.reproduce(study, draws=200).score
print(score[["judged", "agree", "agreeing", "other"]].to_string(), "\n")

# Does the total of 2019 hang on one choice? All combinations of the declared ones.
curve = qn.specification_curve(study, "T19", draws=50, seed=0)
print(curve.tables()[0].to_text(), "\n")
print(curve.tables()[1].to_text(), "\n")

# Would the curve have foretold the printed totals better than rules without a model? Would one
# province have changed the slope, and what do made-up inputs of the same scale earn?
print(qn.backtest_penetration(study), "\n")
for table in qn.backtest_elasticity(study, draws=99).tables()[:3]:
    print(table.to_text(), "\n")

# The year without an official table: does making one change the account?
made = qn.update_table_year(study, 2019, draws=100)
print(made.tables()[0].to_text())
print("Written:", save_figure(curve.plot(), folder / "14_specification_curve.png"))
