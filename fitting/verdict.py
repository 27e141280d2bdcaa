"""The one result type of every statistical test, and the words a verdict is made of."""

from dataclasses import dataclass
from typing import ClassVar

from scipy import special

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class TestResult:
    """What a test says about an assumption, in figures and in words.

    Parameters
    ----------
    name : str
        Name of the test with its author.
    null : str
        The hypothesis that a small `p_value` speaks against.
    statistic : float
        Value of the test statistic.
    distribution : str
        Reference distribution with its degrees of freedom, for example ``"chi2(2)"``.
    p_value : float
        Probability under the null of a statistic at least as extreme; NaN where the statistic has
        no tabulated distribution.
    verdict : str
        The outcome in words.
    consequence : str
        What the outcome means for the estimate.
    remedy : str
        What to do about it.

    Examples
    --------
    >>> words = Wording("homoskedastic errors", "errors are heteroskedastic", "biased", "use HC3")
    >>> judged("Breusch-Pagan", 6.2, "chi2(1)", 0.0128, words).verdict
    'rejected at 5 %: errors are heteroskedastic'
    """

    __test__: ClassVar[bool] = False  # the name begins with "Test"; pytest must not collect it

    name: str
    null: str
    statistic: float
    distribution: str
    p_value: float
    verdict: str
    consequence: str
    remedy: str

    @property
    def rejected(self) -> bool:
        """Whether the null is rejected at 5 %."""
        return self.p_value < LEVEL

    def __str__(self) -> str:
        return (
            f"{self.name}: statistic {self.statistic:.4g}, {self.distribution}, "
            f"p {self.p_value:.4g}; {self.verdict}"
        )


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one test: its null, and what follows when the null is rejected."""

    null: str
    rejected: str
    consequence: str
    remedy: str


def judged(
    name: str, statistic: float, distribution: str, p_value: float, words: Wording
) -> TestResult:
    """Put a statistic and its p-value into words at the 1, 5 and 10 % levels."""
    if p_value < LEVEL:
        level = "1 %" if p_value < 0.01 else "5 %"
        outcome = (f"rejected at {level}: {words.rejected}", words.consequence, words.remedy)
    elif p_value < 0.1:
        outcome = (
            f"weak sign (10 %): {words.rejected}",
            "slight; watch it",
            "report both ways",
        )
    elif p_value >= 0.1:
        outcome = (f'not rejected: no sign against "{words.null}"', "none", "none needed")
    else:  # NaN: a descriptive statistic without a tabulated distribution
        outcome = ("no p-value: compare with the value under the null", "see statistic", "none")
    return TestResult(name, words.null, float(statistic), distribution, float(p_value), *outcome)


def judged_chi2(
    name: str, statistic: float, df: int, words: Wording, remark: str = ""
) -> TestResult:
    """Judge a statistic by chi-squared; `remark` stands behind the law."""
    p_value = float(special.chdtrc(df, statistic))
    return judged(name, statistic, f"chi2({df}){remark}", p_value, words)


def judged_f(name: str, statistic: float, df: tuple[float, float], words: Wording) -> TestResult:
    """Judge a statistic by F, whose second degrees of freedom may be no whole number."""
    free = f"{df[1]:.4g}" if isinstance(df[1], float) else df[1]
    return judged(
        name, statistic, f"F({df[0]}, {free})", float(special.fdtrc(*df, statistic)), words
    )
