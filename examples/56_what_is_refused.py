"""What is refused, and how it says so: one family of errors, each with place and way out."""

from collections.abc import Callable

import numpy as np
import pandas as pd

import quesnay as qn

rng = np.random.default_rng(0)
frame = pd.DataFrame(rng.standard_normal((40, 3)), columns=["y", "x", "w"])
frame["copy"] = 2 * frame["x"]
frame["unit"] = np.repeat(["north", "south"], 20)
frame["path"] = ["__import__('os').getcwd()"] * 40

cases: dict[str, Callable[[], object]] = {
    "a column that is not there": lambda: qn.fit_panel("y ~ z", frame),
    "columns that depend on each other": lambda: qn.fit_panel("y ~ x + copy", frame),
    "a formula that runs code": lambda: qn.fit_panel("y ~ eval(path)", frame),
    "infinite values": lambda: qn.fit_panel("y ~ x", frame.assign(x=np.inf)),
    "one cluster": lambda: qn.fit_panel("y ~ x", frame.assign(unit="north"), cluster="unit"),
    "fewer rows than columns": lambda: qn.fit_panel("y ~ x + w", frame[:2]),
    "a table that does not balance": lambda: qn.InputOutputTable([[1, 2], [3, 4]], [5, 6], [1, 1]),
    "margins that cannot meet": lambda: qn.ras([[1.0, 0.0], [0.0, 1.0]], [1.0, 2.0], [2.0, 1.0]),
    "a study that is not there": lambda: qn.load_study("caict_2021"),
}
for name, attempt in cases.items():
    try:
        attempt()
    except qn.QuesnayError as error:
        print(f"{name}\n  {type(error).__name__}: {error}\n")
    else:
        raise SystemExit(f"{name}: was not refused")

# Whoever wants to tell faults apart catches the kind.
kinds = [qn.BalanceError, qn.ConvergenceError, qn.DataError, qn.EstimationError, qn.StudyError]
print("Kinds:", ", ".join(kind.__name__ for kind in kinds))
