"""The sections of a study file as frozen dataclasses; field names are the keys of the file."""

from dataclasses import dataclass, field

__all__ = [
    "Core",
    "Demand",
    "Employment",
    "Figure",
    "Forecast",
    "Gdp",
    "Header",
    "Instrument",
    "Penetration",
    "Potential",
    "Reported",
    "Rival",
    "Specifications",
    "Study",
    "Tables",
    "Vintage",
]


@dataclass(frozen=True, slots=True)
class Header:
    """What is measured, where and in which unit."""

    name: str
    title: str
    technology: str
    country: str
    years: tuple[int, ...]
    unit: str
    units_per_data_unit: float


@dataclass(frozen=True, slots=True)
class Demand:
    """Published totals of final demand: a data set or CSV (code, year, value), category -> code."""

    dataset: str
    codes: dict[str, str]


@dataclass(frozen=True, slots=True)
class Tables:
    """Input-output tables, the sectors that produce the technology, published industry groups."""

    years: tuple[int, ...]
    technology_sectors: tuple[str, ...]
    imports: str = "separate"
    source: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    layout: str = "quesnay"
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    stages: dict[str, tuple[str, ...]] = field(default_factory=dict)
    demand: Demand | None = None


@dataclass(frozen=True, slots=True)
class Core:
    """The core's segments and the printed figure that fixes their scale."""

    figure: str
    segments: dict[str, dict[str, float]]
    dispersion: float = 0.5


@dataclass(frozen=True, slots=True)
class Rival:
    """A rival of the base regression: only the keys that differ from it."""

    name: str
    panel: str | None = None
    formula: str | None = None
    term: str | None = None
    years: tuple[int, ...] | None = None
    absorb: tuple[str, ...] | None = None
    cluster: str | None = None
    exclude: str | None = None
    weights: str | None = None
    logarithms: dict[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Instrument:
    """A leave-one-out shift-share instrument for the technology's inputs."""

    cell: str
    unit: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Potential:
    """The regression whose elasticity gives the potential."""

    panel: str
    formula: str
    term: str
    logarithms: dict[str, tuple[str, ...]]
    years: tuple[int, ...] = ()
    absorb: tuple[str, ...] = ()
    cluster: str | None = None
    exclude: str | None = None
    weights: str | None = None
    applies_to: str = "value_added"
    rivals: tuple[Rival, ...] = ()
    instrument: Instrument | None = None


@dataclass(frozen=True, slots=True)
class Penetration:
    """The curve of the calibrated run and the supply measure of the independent one."""

    curves: tuple[str, ...]
    total: str
    growth: str
    launch: int
    supply: str = "value_added"


@dataclass(frozen=True, slots=True)
class Forecast:
    """Growth that could be expected of the last year before its outcome was known."""

    year: int
    base_vintage: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Vintage:
    """One consistent set of GDP vintages, year -> name of the vintage."""

    name: str
    years: dict[str, str]


@dataclass(frozen=True, slots=True)
class Gdp:
    """GDP vintages and the forecast year."""

    vintages: tuple[Vintage, ...]
    file: str | None = None
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Employment:
    """Employment by industry and how it maps to the sectors of the tables."""

    panel: str
    year: int
    unit: str
    units_per_data_unit: float
    productivity_since: int
    figure: str
    sectors: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure of a user's own report."""

    concept: str
    year: int
    printed: str
    unit: str
    kind: str = "estimate"


@dataclass(frozen=True, slots=True)
class Reported:
    """The printed figures, embedded or inline, and their roles by run."""

    roles: dict[str, dict[str, str]]
    dataset: str | None = None
    figures: dict[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Specifications:
    """Choices of the specification curve: choice -> level -> study keys that it replaces."""

    figure: str
    regression: dict[str, dict[str, dict[str, object]]]
    account: dict[str, dict[str, dict[str, object]]]
    inadmissible: tuple[dict[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that a run of the satellite account needs to know."""

    study: Header
    tables: Tables
    core: Core
    potential: Potential
    penetration: Penetration
    gdp: Gdp
    employment: Employment
    reported: Reported
    specifications: Specifications | None = None

    def role(self, run: str, figure: str) -> str:
        """Return the role of a printed figure in a run: input, calibration or held out."""
        return self.reported.roles.get(run, {}).get(figure, "held out")
