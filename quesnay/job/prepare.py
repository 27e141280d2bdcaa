"""What every estimate of a study needs: facts, account model and elasticity, made once."""

from dataclasses import dataclass
from pathlib import Path

from quesnay.job.assemble import Assembly, assemble
from quesnay.job.facts import Facts, collect_facts
from quesnay.job.potential import fit_potential
from quesnay.models.regression.result import PanelFit
from quesnay.studies.load import load_study
from quesnay.studies.sections import Study

__all__ = ["Prepared", "elasticity_of", "prepare"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A study with everything loaded and nothing drawn.

    Parameters
    ----------
    study : Study
        The checked study.
    facts : Facts
        Tables, vintages and printed figures.
    assembly : Assembly
        The account model.
    fit : PanelFit
        The regression behind the potential.
    """

    study: Study
    facts: Facts
    assembly: Assembly
    fit: PanelFit

    @property
    def elasticity(self) -> tuple[float, float]:
        """Estimate and standard error of the elasticity."""
        return elasticity_of(self.study, self.fit)


def elasticity_of(study: Study, fit: PanelFit) -> tuple[float, float]:
    """Return the elasticity that a study names, with its standard error."""
    term = study.potential.term
    return float(fit.params[term]), float(fit.std_errors[term])


def prepare(study: str | Path | Study) -> Prepared:
    """Load a study and all that it names, and estimate its elasticity.

    Parameters
    ----------
    study : str, Path or Study
        An embedded study, the path of a TOML file, or a study object.

    Returns
    -------
    Prepared
        Ready for draws.

    Raises
    ------
    QuesnayError
        If the study or a data file is at fault.

    Examples
    --------
    >>> round(prepare("caict_2020").elasticity[0], 3)
    0.057
    """
    checked = load_study(study)
    facts = collect_facts(checked)
    return Prepared(checked, facts, assemble(checked, facts), fit_potential(checked.potential))
