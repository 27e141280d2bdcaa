"""The regression of a study, and the rival specifications that a referee asks for."""

from dataclasses import fields, replace

from quesnay.job.sources import panel
from quesnay.models.regression.panel import fit_panel
from quesnay.models.regression.result import PanelFit
from quesnay.models.satellite.potential import estimation_sample
from quesnay.studies.sections import Potential, Rival

__all__ = ["fit_potential", "rival_of"]


def fit_potential(
    use: Potential, *, covariance: str | None = None, formula: str | None = None
) -> PanelFit:
    """Estimate the elasticity of value added to the technology's inputs.

    Parameters
    ----------
    use : Potential
        Section ``potential`` of a study: panel, formula, fixed effects, cluster.
    covariance : str, optional
        Rule of inference in place of the clustered default.
    formula : str, optional
        Another formula on the same sample.

    Returns
    -------
    PanelFit
        The regression; ``use.term`` names the elasticity.

    Raises
    ------
    StudyError, DataError
        If the panel or a column does not exist.

    Examples
    --------
    >>> from quesnay.studies.load import load_study
    >>> fit = fit_potential(load_study("caict_2020").potential)
    >>> round(float(fit.params["ln_ict"]), 3)
    0.057
    """
    sample = estimation_sample(
        panel(use.panel), use.logarithms, years=use.years, exclude=use.exclude or None
    )
    if use.weights is not None:
        # rows without a positive weight have no logarithm of value added either
        sample = sample[sample[use.weights] > 0]
    return fit_panel(
        formula or use.formula,
        sample,
        absorb=use.absorb,
        cluster=use.cluster if covariance not in {"classical", "HC1"} else None,
        weights=use.weights,
        covariance=covariance,
    )


def rival_of(use: Potential, rival: Rival) -> Potential:
    """Return the base regression with the keys that a rival changes.

    Parameters
    ----------
    use : Potential
        The base case.
    rival : Rival
        What differs; logarithms are added to those of the base case.

    Returns
    -------
    Potential
        The rival's regression.

    Examples
    --------
    >>> from quesnay.studies.load import load_study
    >>> base = load_study("caict_2020").potential
    >>> rival_of(base, base.rivals[0]).absorb
    ('sector:year', 'province:year')
    """
    changed = {
        field.name: getattr(rival, field.name)
        for field in fields(rival)
        if field.name not in {"name", "logarithms"} and getattr(rival, field.name) is not None
    }
    own = rival.panel is not None and rival.panel != use.panel
    logarithms = rival.logarithms if own else {**use.logarithms, **rival.logarithms}
    return replace(use, logarithms=logarithms, **changed)
