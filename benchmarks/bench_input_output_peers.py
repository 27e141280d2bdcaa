"""The same analyses as a user of pymrio or MARIO writes them, by the public functions of each.

Used by ``bench_input_output.py``; run alone it times nothing. Extraction has no function in either
package, so a user loops over the sectors. One turn of the loop gives what a row of
``extract_each`` gives, the loss of output and of value added:

* pymrio: strike the sector out of A and Y, make a new ``IOSystem`` with an ``Extension`` for value
  added (S), ``calc_all()``, read x and the extension.
* MARIO: the way that ``update_scenarios`` documents: ``clone_scenario``,
  ``reset_to_coefficients``, ``query`` z and Y, strike the sector out, ``update_scenarios``,
  ``query`` X and V. Log messages are off.

The barest loop, one new inverse a sector in NumPy without any labels, stands beside them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

HOME = "home"
Loop = Callable[[int], np.ndarray]  # sectors -> losses of output and value added, a row a sector


def pymrio_pipeline(d: dict[str, Any]) -> np.ndarray:
    from pymrio.tools import iomath

    x = pd.DataFrame({"indout": d["x"]})
    A = iomath.calc_A(d["Z"], x)
    L = iomath.calc_L(A)
    rows = [d["v"].sum().to_frame().T, d["v"].loc[["wages"]], d["accounts"]]
    multipliers = [iomath.calc_M(iomath.calc_S(row, x), L) for row in rows]
    B = d["Z"].div(d["x"], axis=0)
    forward = iomath.calc_L(B).sum(axis=1)
    return np.vstack([L.sum(), *[m.to_numpy() for m in multipliers], forward])


def mario_pipeline(d: dict[str, Any]) -> np.ndarray:
    from mario.compute import primitives

    x = pd.DataFrame({"production": d["x"]})
    w = primitives.calc_w(primitives.calc_z(d["Z"], x))
    V = pd.concat([d["v"].sum().to_frame("all").T, d["v"].loc[["wages"]], d["accounts"]])
    multipliers = primitives.calc_m(primitives.calc_v(V, x), w)
    forward = primitives.calc_g(primitives.calc_b(x, d["Z"])).sum(axis=1)
    return np.vstack([w.sum(), multipliers, forward])


def pymrio_loop(d: dict[str, Any]) -> Loop:
    import pymrio

    sectors = d["Z"].index
    cells = pd.MultiIndex.from_product([[HOME], sectors], names=["region", "sector"])
    final = pd.MultiIndex.from_product([[HOME], ["final"]], names=["region", "category"])
    Y = pd.DataFrame(d["f"].to_numpy(), cells, final)
    V = pd.DataFrame([d["v"].sum().to_numpy()], ["value added"], cells)
    whole = pymrio.IOSystem(Z=pd.DataFrame(d["Z"].to_numpy(), cells, cells), Y=Y)
    whole.value_added = pymrio.Extension("value added", F=V)
    whole.calc_all()

    def loop(count: int) -> np.ndarray:
        lost = []
        for cell in cells[:count]:
            A, f = whole.A.copy(), whole.Y.copy()
            A.loc[cell, :], A.loc[:, cell], f.loc[cell, :] = 0.0, 0.0, 0.0
            left = pymrio.IOSystem(A=A, Y=f)
            left.value_added = pymrio.Extension("value added", S=whole.value_added.S)
            left.calc_all()
            lost.append(
                [
                    whole.x.to_numpy().sum() - left.x.to_numpy().sum(),
                    whole.value_added.F.to_numpy().sum() - left.value_added.F.to_numpy().sum(),
                ]
            )
        return np.array(lost)

    return loop


def mario_loop(d: dict[str, Any]) -> Loop:
    import mario
    from mario.log_exc.logger import set_log_verbosity

    set_log_verbosity("critical")
    names = ["Region", "Level", "Item"]
    sectors = d["Z"].index
    cells = pd.MultiIndex.from_product([[HOME], ["Sector"], sectors], names=names)
    final = pd.MultiIndex.from_product([[HOME], ["Consumption category"], ["final"]], names=names)
    whole = mario.Database(
        table="IOT",
        Z=pd.DataFrame(d["Z"].to_numpy(), cells, cells),
        Y=pd.DataFrame(d["f"].to_numpy(), cells, final),
        V=pd.DataFrame([d["v"].sum().to_numpy()], ["value added"], cells),
        E=pd.DataFrame(0.0, ["none"], cells),
        EY=pd.DataFrame(0.0, ["none"], final),
        units={
            "Sector": pd.DataFrame("yuan", sectors, ["unit"]),
            "Factor of production": pd.DataFrame("yuan", ["value added"], ["unit"]),
            "Satellite account": pd.DataFrame("-", ["none"], ["unit"]),
        },
    )
    turns = iter(range(10**9))  # a scenario's name cannot be used twice

    def loop(count: int) -> np.ndarray:
        lost = []
        for cell in cells[:count]:
            name = f"without {cell[-1]} {next(turns)}"
            whole.clone_scenario("baseline", name)
            whole.reset_to_coefficients(name)
            z, Y = (whole.query(block, scenarios=name).copy() for block in ("z", "Y"))
            z.loc[cell, :], z.loc[:, cell], Y.loc[cell, :] = 0.0, 0.0, 0.0
            whole.update_scenarios(name, z=z, Y=Y)
            lost.append(
                [
                    whole.query(block).to_numpy().sum()
                    - whole.query(block, scenarios=name).to_numpy().sum()
                    for block in ("X", "V")
                ]
            )
        return np.array(lost)

    return loop


def numpy_loop(d: dict[str, Any]) -> Loop:
    x, f = d["x"].to_numpy(), d["f"]["final"].to_numpy()
    A, value = d["Z"].to_numpy() / x, d["v"].to_numpy().sum(axis=0) / x

    def loop(count: int) -> np.ndarray:
        lost = []
        for k in range(count):
            part, demand = A.copy(), f.copy()
            part[k], part[:, k], demand[k] = 0.0, 0.0, 0.0
            gone = x - np.linalg.inv(np.eye(len(x)) - part) @ demand
            lost.append([gone.sum(), value @ gone])
        return np.array(lost)

    return loop
