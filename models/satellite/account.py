"""The satellite account, for one set of inputs or for many draws at once.

::

    core            C_t = k sum_s w_s v_{s,t}            scale k from the published core (M1)
    potential       M_t = sum_j e a_j v_{j,t}            over the using industries (M2)
    integration     I_t = M_t p_t
    penetration     p_t = C_t / supply_t (independent), or a curve through two points (M4)
    total           T_t = C_t + I_t, with the identities of satellite.identities
    jobs            sum_j (T_{j,t} - T_{j,t-1}) l_{j,t}   (M6)
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quesnay.models.satellite.identities import (
    contribution_to_growth,
    integration_share,
    real_growth,
    share_of_gdp,
)
from quesnay.models.satellite.penetration import two_point_path

__all__ = ["CONCEPTS", "AccountModel", "Calibration", "Slot"]

Array = npt.NDArray[np.float64]

CONCEPTS = (
    "core",
    "integration",
    "total",
    "share",
    "integration_share",
    "contribution",
    "growth",
    "jobs",
    "potential",
    "penetration",
)


@dataclass(frozen=True, slots=True)
class Slot:
    """One column of the account: a year, what kind of figure it is, and the slot before it.

    Parameters
    ----------
    year : int
        Calendar year.
    variant : str
        ``"estimate"``, ``"forecast"`` (known before the outcome) or ``"outcome"``.
    previous : int
        Position of the year before, or -1.
    """

    year: int
    variant: str
    previous: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """Which printed figures a calibrated run uses to fix its penetration curve.

    Parameters
    ----------
    total : str
        Id of the printed total of the later year.
    growth : str
        Id of the printed real growth of that year, which gives the total of the year before.
    later, earlier : int
        Positions of the two slots.
    """

    total: str
    growth: str
    later: int
    earlier: int


@dataclass(frozen=True, slots=True)
class AccountModel:
    """All that an account needs besides its uncertain inputs.

    Shapes: V sets of GDP vintages, T slots, S sectors.

    Parameters
    ----------
    slots : tuple of Slot
        The T columns of the account.
    value_added : ndarray (V, T, S)
        Value added by sector, scaled to each GDP vintage.
    gdp, inflation : ndarray (V, T)
        GDP in the unit of the account; deflator over that of the slot before (NaN where unknown).
    intensity : ndarray (S,)
        a_j: relative elasticity of each sector, 0 where it produces the technology.
    supply : ndarray (V, T)
        Supply of the technology's inputs, for the independent penetration.
    cells : tuple of (str, int, float)
        Name of the uncertain factor, sector position and relative weight of each core cell.
    core_id, core_slot : str, int
        Id of the printed core and the slot that it calibrates.
    jobs_per_value : ndarray (2, T, S)
        Employment per unit of value added: direct, and along the domestic supply chain.
    forecast_base : ndarray (T,)
        GDP that the drawn nominal growth is applied to; NaN outside forecast slots.
    calibration : Calibration
        For the calibrated run.
    launch : int
        Year that the curves count time from; only Bass's curve depends on it, which is zero there.
    curves : tuple of str
        Curve families that the draw chooses from; the first is the base case.
    """

    slots: tuple[Slot, ...]
    value_added: Array
    gdp: Array
    inflation: Array
    intensity: Array
    supply: Array
    cells: tuple[tuple[str, int, float], ...]
    core_id: str
    core_slot: int
    jobs_per_value: Array
    forecast_base: Array
    calibration: Calibration
    launch: int
    curves: tuple[str, ...]

    def evaluate(self, run: str, inputs: Mapping[str, Array]) -> Array:
        """Compute the account of one run for `n` draws.

        Parameters
        ----------
        run : {"independent", "calibrated"}
            Whether penetration comes from the supply weight of the core or from the curve.
        inputs : mapping of str to ndarray (n,)
            The uncertain inputs by name.

        Returns
        -------
        ndarray (10, T, n)
            The concepts in the order of ``CONCEPTS``: levels in the unit of `gdp`, shares and
            growth as fractions, jobs in the unit of employment. NaN marks draws without an
            admissible curve and concepts that a slot does not have.
        """
        vintage = inputs["gdp_vintage"].astype(int)
        factor = self._forecast_factor(vintage, inputs["forecast_growth"])
        gdp = self.gdp[vintage] * factor
        core_cells = self._core_cells(vintage, inputs) * factor[:, :, None]
        raw = core_cells[:, self.core_slot].sum(axis=1)
        core_cells *= (inputs[self.core_id] / raw)[:, None, None]
        core = core_cells.sum(axis=2)
        using = (self.value_added @ self.intensity)[vintage] * factor
        potential = inputs["elasticity"][:, None] * using
        if run == "independent":
            penetration = core / (self.supply[vintage] * factor)
        else:
            penetration = self._curve(core, potential, vintage, inputs)
        integration = potential * penetration
        jobs = self._jobs(core_cells, penetration, vintage, factor, inputs)
        levels = (core, integration, gdp, jobs, potential, penetration)
        return _stack(levels, self.slots, self.inflation[vintage])

    def _forecast_factor(self, vintage: npt.NDArray[np.intp], growth: Array) -> Array:
        """GDP of each draw over the GDP that the slot was prepared with, (n, T)."""
        drawn = self.forecast_base[None, :] * (1.0 + growth[:, None]) / self.gdp[vintage]
        return np.where(np.isnan(drawn), 1.0, drawn)

    def _core_cells(self, vintage: npt.NDArray[np.intp], inputs: Mapping[str, Array]) -> Array:
        """Unscaled value added of every core cell, (n, T, cells)."""
        sectors = [sector for _, sector, _ in self.cells]
        weights = np.stack([weight * inputs[name] for name, _, weight in self.cells], axis=1)
        return np.asarray(self.value_added[:, :, sectors][vintage] * weights[:, None, :])

    def _curve(
        self,
        core: Array,
        potential: Array,
        vintage: npt.NDArray[np.intp],
        inputs: Mapping[str, Array],
    ) -> Array:
        """Penetration through the two calibration points, by the drawn family, (n, T)."""
        use = self.calibration
        later_total = inputs[use.total]
        inflation = self.inflation[vintage, use.later]
        earlier_total = later_total / (1.0 + inputs[use.growth]) / inflation
        later = (later_total - core[:, use.later]) / potential[:, use.later]
        earlier = (earlier_total - core[:, use.earlier]) / potential[:, use.earlier]
        years = np.array([slot.year - self.launch for slot in self.slots], dtype=float)
        span = (float(years[use.earlier]), float(years[use.later]))
        chosen = inputs["curve"].astype(int)
        path = np.full_like(core, np.nan)
        for place, family in enumerate(self.curves):
            mine = chosen == place
            if mine.any():
                path[mine] = two_point_path(family, span, (earlier[mine], later[mine]), years)
        return path

    def _jobs(
        self,
        core_cells: Array,
        penetration: Array,
        vintage: npt.NDArray[np.intp],
        factor: Array,
        inputs: Mapping[str, Array],
    ) -> Array:
        """Count new jobs of each slot against the slot before, (n, T)."""
        kind = inputs["employment_coefficient"].astype(int)
        sectors = [sector for _, sector, _ in self.cells]
        jobs = np.full(penetration.shape, np.nan)
        for t, slot in enumerate(self.slots):
            if slot.previous < 0:
                continue
            p = slot.previous
            coefficient = self.jobs_per_value[:, t]
            used = np.einsum("vts,ks,s->kvt", self.value_added, coefficient, self.intensity)
            gain = used[kind, vintage, t] * factor[:, t] * penetration[:, t]
            gain -= used[kind, vintage, p] * factor[:, p] * penetration[:, p]
            step = core_cells[:, t] - core_cells[:, p]
            jobs[:, t] = inputs["elasticity"] * gain + (step * coefficient[kind][:, sectors]).sum(1)
        return jobs


def _stack(levels: tuple[Array, ...], slots: tuple[Slot, ...], inflation: Array) -> Array:
    """Put the concepts beside each other, with those derived by identities, (10, T, n)."""
    core, integration, gdp, jobs, potential, penetration = levels
    total = core + integration
    previous = np.array([slot.previous for slot in slots])
    contribution = contribution_to_growth(total, total[:, previous], gdp, gdp[:, previous])
    growth = real_growth(total, total[:, previous], inflation)
    contribution[:, previous < 0] = np.nan
    growth[:, previous < 0] = np.nan
    out = (
        core,
        integration,
        total,
        share_of_gdp(total, gdp),
        integration_share(integration, total),
        contribution,
        growth,
        jobs,
        potential,
        penetration,
    )
    return np.stack(out).transpose(0, 2, 1)
