"""The main job: a published report rebuilt from public data, judged figure by figure."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from quesnay.fitting.checks import whole
from quesnay.fitting.errors import StudyError
from quesnay.job.frames import account_frame, verdict_frame, with_intervals
from quesnay.job.linkages import core_linkages
from quesnay.job.prepare import prepare
from quesnay.job.reproduction import Reproduction
from quesnay.job.rivals import rival_elasticities
from quesnay.job.simulate import base_case, simulate, uncertain_inputs
from quesnay.job.variance import variance_frame
from quesnay.studies.sections import Study

__all__ = ["reproduce"]


def reproduce(
    study: str | Path | Study = "caict_2020",
    *,
    draws: int = 2000,
    seed: int = 0,
    jobs: int = 1,
    progress: bool | Callable[[int, int], None] = False,
    client: Any = None,
    checkpoint: str | Path | None = None,
) -> Reproduction:
    """Estimate a satellite account twice and hold it against the published report.

    The *independent* run uses one printed figure only, the core; the *calibrated* run also uses the
    two earliest totals. Everything else that was printed is held out and judged.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.
    draws : int
        Monte Carlo draws, at least 1.
    seed : int
        Root of the random numbers; same seed, same result.
    jobs : int
        Processes; the numbers do not depend on it.
    progress : bool or callable
        True shows a progress bar on standard error.
    client : distributed.Client, optional
        A Dask cluster that runs the draws.
    checkpoint : path, optional
        Folder where finished chunks of draws are kept, to go on after an interruption.

    Returns
    -------
    Reproduction
        Account, verdicts, sources of variance, tables, plots and the report.

    Raises
    ------
    QuesnayError
        If the study, a data file or an argument is at fault.

    Examples
    --------
    >>> result = reproduce("caict_2020", draws=200, seed=0)
    >>> float(result.account.loc[("calibrated", 2018), "core"].round(4))
    0.4386
    """
    draws = whole(draws, "draws", error=StudyError)
    ready = prepare(study)
    checked, facts, model = ready.study, ready.facts, ready.assembly.model
    inputs, sources = uncertain_inputs(checked, facts, model, ready.elasticity)
    drawn = simulate(
        model, inputs, draws=draws, seed=seed, jobs=jobs, progress=progress, client=client,
        checkpoint=checkpoint,
    )  # fmt: skip
    central = base_case(checked, facts, model, ready.elasticity[0])
    estimates = with_intervals(central, drawn)
    account = account_frame(estimates, "estimate", "forecast")
    outcome = account_frame(estimates, "estimate", "outcome")
    return Reproduction(
        study=checked,
        seed=seed,
        account=account,
        outcome=outcome,
        verdicts=verdict_frame(checked, facts, estimates),
        variance=variance_frame(facts, model, inputs, sources, seed=seed),
        draws=drawn,
        central=central,
        potential=ready.fit,
        rivals=rival_elasticities(checked, facts, ready.fit, seed=seed),
        linkages=core_linkages(checked, facts, ready.assembly, outcome, seed=seed),
        facts=facts,
        assembly=ready.assembly,
    )
