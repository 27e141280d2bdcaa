"""The satellite account, for one set of inputs or for many draws at once.

::

    core            C_t = k sum_s w_s v_{s,t}            scale k from the published core (M1)
    integration     linkage     what the rest of the economy produces for the core (M3)
                    elasticity  M_t C_t / supply_t: the core's weight in that supply (M2)
                    calibrated  s M_t p_t: a growth curve through two totals (M4)
                    core        none: the core industries alone
    potential       M_t = sum_j e a_j v_{j,t}            over the using industries (M2)
    total           T_t = C_t + I_t, with the identities of satellite.concepts
    jobs            sum_j (l_{j,t} T_{j,t} - l_{j,t-1} T_{j,t-1})   (M6)

Jobs per unit of value added fall with productivity: ``l_{j,t} = l_j (1 + q)^(base - t)``. The jobs
lost to that drift count, so that growth at the pace of productivity creates none.

The calibrated curve passes through its two points exactly. What it says beyond them carries the
errors that the same rule made on other diffusions, in logarithms by years ahead.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.fitting.arrays import Array
from quesnay.fitting.curves.functions import CURVES
from quesnay.fitting.errors import QuesnayError, nearest
from quesnay.models.satellite.concepts import CONCEPTS, derive
from quesnay.models.satellite.core import CoreTies

Inputs = Mapping[str, Array]

RUNS = ("linkage", "elasticity", "calibrated")


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of the account: year, kind of figure and the position of the year before, or -1.

    Variants: ``"estimate"``, ``"forecast"`` (known before the outcome), ``"outcome"``.
    """

    year: int
    variant: str
    previous: int


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """What the elasticity applies to (M2), of S sectors.

    Intensity (S,): relative elasticity of each sector, 0 where it produces the technology; supply
    (V, T) of the technology's inputs; equations (E, 3): elasticity, its standard error and the
    weight of every admissible equation; the median of that mixture, of which the saturation of a
    curve is a multiple.
    """

    intensity: Array
    supply: Array
    equations: Array
    median: float

    def chosen(self, position: Array) -> Array:
        """Return the equation at each position, 0 to 1, along the weights: rows of `equations`."""
        steps = np.cumsum(self.equations[:, 2]) / self.equations[:, 2].sum()
        place = np.minimum(np.searchsorted(steps, position, side="right"), len(steps) - 1)
        return np.asarray(self.equations[place])

    def elasticity(self, inputs: Inputs) -> Array:
        """Return the elasticity of each draw: an equation by its weight, then its own error.

        An ``elasticity`` among the inputs, as in a specification curve, is taken as it is.
        """
        if "elasticity" in inputs:
            return inputs["elasticity"]
        drawn = self.chosen(inputs["equation"])
        return np.asarray(drawn[:, 0] + drawn[:, 1] * inputs["elasticity_error"])


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """The published figures that fix the penetration curve (M4), and how wrong such a curve is.

    Ids of the printed total of the later year and of its real growth, which gives the total of the
    year before; positions of both slots; the year that the curves count time from (only Bass's,
    zero there, depends on it); families, each as likely, and for each (m, H) log errors of the same
    rule on other diffusions, one to H years ahead.
    """

    total: str
    growth: str
    later: int
    earlier: int
    launch: int
    curves: tuple[str, ...]
    errors: tuple[Array, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Employment:
    """Jobs per unit of value added in the base year (M6), (2, S): direct, along the chain."""

    jobs_per_value: Array
    year: int


@dataclass(frozen=True, slots=True, eq=False)
class AccountModel:
    """All that an account needs besides its uncertain inputs.

    Shapes: V sets of GDP vintages, T slots, S sectors, K sectors with a core part.

    `value_added` (V, T, S) is scaled to each GDP vintage; `gdp`, `inflation` (V, T): GDP in the
    unit of the account, and deflator over that of the slot before, NaN where unknown; `cells`: name
    of the uncertain factor, sector position and relative weight of each core cell; `core_id`,
    `core_slot`: id of the printed core and the slot that it calibrates, without one the weights are
    shares; `forecast_base` (T,): GDP that the drawn nominal growth is applied to, NaN outside
    forecast slots; `ties` by slot: a forecast slot has none and takes those of the year before per
    unit of core, empty without a linkage run; `potential`, `calibration`, `employment`: None where
    the study does not ask for them; `only`: runs wanted, of ``"core"`` and ``RUNS``; if empty, all
    of ``RUNS`` that have their parts.
    """

    slots: tuple[Slot, ...]
    value_added: Array
    gdp: Array
    inflation: Array
    cells: tuple[tuple[str, int, float], ...]
    core_id: str | None
    core_slot: int
    forecast_base: Array
    ties: tuple[CoreTies | None, ...] = ()
    potential: Potential | None = None
    calibration: Calibration | None = None
    employment: Employment | None = None
    only: tuple[str, ...] = ()

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs that the study has the parts for; without any, the core alone."""
        have = {
            "linkage": bool(self.ties),
            "elasticity": self.potential is not None,
            "calibrated": self.potential is not None and self.calibration is not None,
        }
        found = [run for run in RUNS if have[run]]
        if self.only:
            found = [run for run in ("core", *found) if run in self.only]
        return tuple(found) or ("core",)

    @property
    def places(self) -> list[int]:
        """Positions of the sectors with a core part, each once."""
        return list(dict.fromkeys(place for _, place, _ in self.cells))

    def evaluate(self, run: str, inputs: Inputs) -> Array:
        """Compute the account of one run for the `n` draws of its inputs, (concepts, T, n).

        In the order of ``CONCEPTS``: levels in the unit of `gdp`, shares and growth as fractions,
        jobs in the unit of employment. NaN marks draws without an admissible curve and concepts
        that a slot or a run does not have.
        """
        return np.asarray(self.evaluate_all(inputs, (run,))[0])

    def evaluate_all(self, inputs: Inputs, runs: tuple[str, ...] | None = None) -> Array:
        """Compute the account of several runs on common draws, (runs, concepts, T, n)."""
        known = self._drawn(inputs)
        return np.stack([self._run(run, known, inputs) for run in runs or self.runs])

    def employed(self, run: str, inputs: Inputs) -> Array:
        """Return the persons that the total of one run employs, (T, n); NaN without employment."""
        known = self._drawn(inputs)
        return self._persons(known, self._integrated(run, known, inputs)[1], inputs).T

    def _drawn(self, inputs: Inputs) -> "_Drawn":
        vintage = inputs["gdp_vintage"].astype(int)
        growth = inputs["forecast_growth"][:, None]
        grown = self.forecast_base[None, :] * (1.0 + growth) / self.gdp[vintage]
        factor = np.where(np.isnan(grown), 1.0, grown)  # over the GDP the slot was prepared with
        shares = self.core_shares(inputs)
        core = shares[:, None, :] * self.value_added[:, :, self.places][vintage]
        core *= factor[:, :, None]
        per_value = np.full((len(vintage), self.value_added.shape[2]), np.nan)
        if self.employment is not None:
            chosen = inputs["employment_coefficient"].astype(int)
            per_value = self.employment.jobs_per_value[chosen]
        return _Drawn(vintage, factor, shares, core, self.gdp[vintage] * factor, per_value)

    def core_shares(self, inputs: Inputs) -> Array:
        """Share of the core in each of its sectors, calibrated on the printed core, (n, K)."""
        places, vintage = self.places, inputs["gdp_vintage"].astype(int)
        shares = np.zeros((len(vintage), len(places)))
        for name, place, weight in self.cells:
            shares[:, places.index(place)] += weight * inputs[name]
        if self.core_id is None:
            return np.minimum(shares, 1.0)
        own = self.value_added[vintage, self.core_slot][:, places]
        return np.asarray(shares * (inputs[self.core_id] / (shares * own).sum(axis=1))[:, None])

    def _run(self, run: str, known: "_Drawn", inputs: Inputs) -> Array:
        """Compute one run, (concepts, T, n): what has an equation of other concepts by it."""
        integration, employed, potential = self._integrated(run, known, inputs)
        persons = self._persons(known, employed, inputs)
        previous = np.array([slot.previous for slot in self.slots])
        found = {
            "core": known.core.sum(axis=2), "integration": integration, "gdp": known.gdp,
            "jobs": np.where(previous < 0, np.nan, persons - persons[:, previous]),
            "potential": potential,
        }  # fmt: skip

        def of(name: str, back: int) -> Array:
            return np.where(previous < 0, np.nan, found[name][:, previous]) if back else found[name]

        for name in CONCEPTS:
            if name not in found:
                prices = {"P": self.inflation[known.vintage], "P before": 1.0}
                found[name] = derive(name, of, **prices)
        return np.stack([found[name] for name in CONCEPTS]).transpose(0, 2, 1)

    def _integrated(self, run: str, known: "_Drawn", inputs: Inputs) -> tuple[Array, Array, Array]:
        """Integration, its jobs at base-year productivity, and the potential, each (n, T)."""
        core = known.core.sum(axis=2)
        unknown = np.full_like(core, np.nan)
        if run == "core":
            return np.zeros_like(core), np.zeros_like(core), unknown
        if run == "linkage":
            by_sector = self._linked(known)
            employed = np.einsum("nts,ns->nt", by_sector, known.per_value)
            return by_sector.sum(axis=2), employed, unknown
        use = self.potential
        assert use is not None  # `runs` has no run that needs it without it
        e = use.elasticity(inputs)
        users = self.value_added * use.intensity
        using = users.sum(axis=2)[known.vintage] * known.factor
        potential = e[:, None] * using
        if run == "elasticity":
            integration = potential * core / (use.supply[known.vintage] * known.factor)
        else:
            integration = self._curve(core, known, inputs, (using, use.median))
        return integration, integration * self._jobs_of_users(known, inputs, users), potential

    def _linked(self, known: "_Drawn") -> Array:
        """Value added elsewhere that the core needs, by slot and sector, (n, T, S)."""
        out = np.empty((len(known.vintage), len(self.slots), self.value_added.shape[2]))
        weights = np.minimum(known.shares, 1.0)
        for t, slot in enumerate(self.slots):
            ties = self.ties[t]
            if ties is not None:
                scale = self.gdp[known.vintage, t] / ties.total
                out[:, t] = ties.elsewhere(weights) * scale[:, None]
            else:
                p = slot.previous
                grown = known.core[:, t].sum(axis=1) / known.core[:, p].sum(axis=1)
                out[:, t] = out[:, p] * grown[:, None]
        return out

    def _curve(
        self, core: Array, known: "_Drawn", inputs: Inputs, users: tuple[Array, float]
    ) -> Array:
        """Integration-driven part along the drawn curve, (n, T); users and median elasticity."""
        use = self.calibration
        assert use is not None  # `runs` has no calibrated run without it
        later_total = inputs[use.total]
        inflation = self.inflation[known.vintage, use.later]
        earlier_total = later_total / (1.0 + inputs[use.growth]) / inflation
        using, median = users
        middle = inputs.get("elasticity", median)
        full = np.asarray(middle * np.exp(inputs["saturation"]))[:, None] * using
        shares = (
            (earlier_total - core[:, use.earlier]) / full[:, use.earlier],
            (later_total - core[:, use.later]) / full[:, use.later],
        )
        years = np.array([slot.year - use.launch for slot in self.slots], dtype=float)
        span = (float(years[use.earlier]), float(years[use.later]))
        chosen = inputs["curve"].astype(int)
        path = np.full_like(core, np.nan)
        ahead = np.array([slot.year - self.slots[use.later].year for slot in self.slots])
        for place, family in enumerate(use.curves):
            mine = chosen == place
            if mine.any():
                found = curve_path(family, span, (shares[0][mine], shares[1][mine]), years)
                error = _drawn_errors(use.errors[place], inputs["forecast_error"][mine], ahead)
                path[mine] = found * np.exp(error)
        return full * path

    def _jobs_of_users(self, known: "_Drawn", inputs: Inputs, users: Array) -> Array:
        """Jobs per unit of what is spread over the using industries, (n, T)."""
        if self.employment is None:
            return np.full(known.factor.shape, np.nan)
        shares = users / users.sum(axis=2, keepdims=True)
        per_value = np.einsum("vts,ks->kvt", shares, self.employment.jobs_per_value)
        return np.asarray(per_value[inputs["employment_coefficient"].astype(int), known.vintage])

    def _persons(self, known: "_Drawn", employed: Array, inputs: Inputs) -> Array:
        """Persons behind core and integration at the productivity of each year, (n, T)."""
        use = self.employment
        if use is None:
            return np.full(employed.shape, np.nan)
        own = np.einsum("ntk,nk->nt", known.core, known.per_value[:, self.places])
        years = np.array([use.year - slot.year for slot in self.slots])
        return np.asarray((own + employed) * (1.0 + inputs["productivity"])[:, None] ** years)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """What all runs share in one set of draws; jobs by value added, (n, S), NaN without any."""

    vintage: npt.NDArray[np.intp]
    factor: Array
    shares: Array
    core: Array
    gdp: Array
    per_value: Array


def curve_path(
    family: str, times: tuple[float, float], shares: tuple[Array, Array], at: Array
) -> Array:
    """Prolong penetration along the curve of a family through two points, saturation one, (n, T).

    Two points with a known saturation identify a two-parameter curve exactly: shares (n,) of it,
    one a draw, in two years, earlier first (for Bass's curve counted from the launch). NaN for
    draws through which no rising curve below one passes.

    >>> path = curve_path("gompertz", (2017, 2018), (np.array([0.1]), np.array([0.2])),
    ...                   np.array([2017.0, 2018.0, 2019.0]))
    >>> path.round(4).tolist()
    [[0.1, 0.2, 0.3247]]
    """
    if family not in CURVES:
        raise QuesnayError(
            f"unknown curve {family!r};{nearest(family, CURVES)} known: {', '.join(CURVES)}"
        )
    curve = CURVES[family]
    theta = curve.identify(times, shares, 1.0)
    return curve.value(np.asarray(at, dtype=float)[None, :], theta[:, None, :])


def _drawn_errors(errors: Array, position: Array, ahead: npt.NDArray[np.intp]) -> Array:
    """Pick one series and origin for each draw: its errors at every slot, (n, T)."""
    out = np.zeros((len(position), len(ahead)))
    if not errors.size:
        return out
    rows = errors[np.minimum((position * len(errors)).astype(int), len(errors) - 1)]
    for t, steps in enumerate(ahead):
        if steps > 0:
            out[:, t] = rows[:, min(int(steps), errors.shape[1]) - 1]
    return out
