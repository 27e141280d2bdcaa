"""Which covariance a name stands for."""

from quesnay.fitting.errors import DataError, nearest, shown
from quesnay.fitting.regression.covariance import (
    CR0,
    CR1,
    CR2,
    CR3,
    HC0,
    HC1,
    HC2,
    HC3,
    Classical,
    CovarianceRule,
    DriscollKraay,
)
from quesnay.models.regression.sample import Roles

__all__ = ["choose_rule"]

_RULES: dict[str, CovarianceRule] = {
    "classical": Classical(),
    "hc0": HC0(),
    "hc1": HC1(),
    "hc2": HC2(),
    "hc3": HC3(),
    "cr0": CR0(),
    "cr1": CR1(),
    "cr2": CR2(),
    "cr3": CR3(),
    "driscoll-kraay": DriscollKraay(),
}
_SHOWN = "classical, HC0, HC1, HC2, HC3, CR0, CR1, CR2, CR3, Driscoll-Kraay"


def choose_rule(covariance: str | CovarianceRule | None, roles: Roles) -> CovarianceRule:
    """Return the covariance that was asked for, or the default for the sample.

    Parameters
    ----------
    covariance : str, rule or None
        Name in any case, an object with ``estimate``, or None.
    roles : Roles
        Clusters and periods given.

    Returns
    -------
    CovarianceRule
        CR1 where None and there are clusters, else HC1.

    Raises
    ------
    DataError
        If the name is not known, or what the rule needs is missing or would be ignored.

    Examples
    --------
    >>> choose_rule(None, Roles(cluster=("province",)))
    CR1(counting='not nested', groups='fewest')
    """
    if covariance is None:
        return CR1() if roles.cluster else HC1()
    if isinstance(covariance, str):
        name = covariance.lower().replace("_", "-")
        if name not in _RULES:
            hint = nearest(covariance, _SHOWN.split(", "))
            raise DataError(f"covariance: {covariance!r} is not known;{hint} use one of {_SHOWN}")
        rule = _RULES[name]
    elif callable(getattr(covariance, "estimate", None)) and not isinstance(covariance, type):
        rule = covariance
    else:
        raise DataError(f"covariance: expected a name or a rule, got {shown(covariance)}")
    _check_needs(rule, roles)
    return rule


def _check_needs(rule: CovarianceRule, roles: Roles) -> None:
    clustered = isinstance(rule, CR0 | CR1 | CR2 | CR3)
    name = type(rule).__name__
    if clustered and not roles.cluster:
        raise DataError(f"covariance: {name} needs clusters; name their column with cluster=")
    if roles.cluster and isinstance(rule, Classical | HC0 | HC1 | HC2 | HC3 | DriscollKraay):
        raise DataError(
            f"covariance: {name} would ignore cluster={roles.cluster[0]!r}; "
            "leave one of the two out, or use CR1, CR2 or CR3"
        )
    if isinstance(rule, DriscollKraay) and roles.time is None:
        raise DataError("covariance: Driscoll-Kraay needs periods; name their column with time=")
