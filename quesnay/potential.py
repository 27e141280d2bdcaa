"""The regression of a study, and the rival specifications that a referee asks for."""

from quesnay.datasets.panels import load_panel
from quesnay.models.regression.panel import fit_panel
from quesnay.models.regression.result import PanelFit
from quesnay.models.satellite.potential import estimation_sample
from quesnay.study_sections import Study

__all__ = ["fit_potential"]


def fit_potential(study: Study) -> PanelFit:
    """Estimate the elasticity of value added to the technology's inputs.

    Parameters
    ----------
    study : Study
        Panel, formula, fixed effects and cluster of its section ``potential``.

    Returns
    -------
    PanelFit
        The regression; ``study.potential.term`` names the elasticity.

    Raises
    ------
    StudyError, DataError
        If the panel or a column does not exist.

    Examples
    --------
    >>> from quesnay.study import load_study
    >>> fit = fit_potential(load_study("caict_2020"))
    >>> round(float(fit.params["ln_ict"]), 3)
    0.057
    """
    use = study.potential
    sample = estimation_sample(
        load_panel(use.panel), use.logarithms, years=use.years, exclude=use.exclude
    )
    return fit_panel(use.formula, sample, absorb=use.absorb, cluster=use.cluster)
