"""Study files: what is measured, from what, and against which report; data, never code.

A study is a TOML file. Its sections are the frozen dataclasses below, its keys their fields;
``key_table`` lists every key with its meaning, so that the documentation cannot go stale. Unknown
keys are refused with the nearest known one, and what a section does not need may be left out.
"""

import re
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar, cast

from quesnay.datasets.readers.containers import FRAMES, PACKED, TEXTS, WORKBOOKS
from quesnay.diagnostics.reproduction.sections import Written, build, key, rows_of, sections_of
from quesnay.diagnostics.reproduction.study_rules import check_klems, check_sections
from quesnay.fitting.checks import refuse_unknown
from quesnay.fitting.errors import QuesnayError, StudyError, nearest, shown

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Header:
    """Section ``study``: what is measured, where and in which unit."""

    name: str = key("Short name, a word.", example='"caict_2020"')
    title: str = key("Heading of the report.", example='"Industrial internet in China"')
    technology: str = key("What is measured, in words.", example='"industrial internet"')
    country: str = key("Country code of the embedded data.", example='"CHN"')
    years: tuple[int, ...] = key("Years of the account.", example="[2017, 2018, 2019]")
    unit: str = key("Unit of the account.", example='"trillion yuan"')
    units_per_data_unit: float = key(
        "Units of the account in one unit of the tables and of GDP.", example="1e-4"
    )
    runs: tuple[str, ...] = key(
        'Runs wanted: "core", "linkage", "elasticity", "calibrated"; if empty, all of the last '
        "three that the sections suffice for.",
        (),
        example='["linkage"]',
    )
    report: str = key(
        "How sentences call the published report.", "the report", example='"the report of CAICT"'
    )
    question: str = key(
        "What is asked, in one or two sentences: the report opens with it.",
        "",
        example='"How large is the industrial internet in China?"',
    )
    en: dict[str, str] = key(
        "Words for names of columns and data sets, for a report in English.",
        {},
        example='{ ln_ict = "log ICT inputs" }',
    )
    zh: dict[str, str] = key(
        "Texts of the study in Chinese, for a report in Chinese.",
        {},
        example='{ "industrial internet" = "工业互联网" }',
    )

    def texts(self, language: str) -> dict[str, str]:
        """Return what the study brings to a report in a language."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Demand:
    """Section ``tables.demand``: published totals of final demand, to make a table of a year."""

    dataset: str = key("Data set, or a csv or xlsx with columns code, year, value.")
    codes: dict[str, str] = key("Category of final demand -> code of its series.")


@dataclass(frozen=True, slots=True)
class Tables:
    """Section ``tables``: input-output tables and the groups of their sectors."""

    years: tuple[int, ...] = key("Years with an official table.", example="[2017, 2018, 2020]")
    technology_sectors: tuple[str, ...] = key(
        "Sectors that produce the technology's inputs; needed by the elasticity run.",
        (),
        example='["20", "21", "31"]',
    )
    imports: str = key(
        '"separate": domestic flows with imports apart; "included": imports inside the flows.',
        "separate",
    )
    reading: str = key(
        "Reading of the linkage run where it is not the base one: one of those that its table of "
        "readings shows.",
        "",
        example='"sum over single parts"',
    )
    source: str | None = key("Which source of an embedded table, where there are several.", None)
    files: dict[str, str] = key("Year -> a table file of your own, beside the study.", {})
    layout: str | None = key("Layout of these files; recognised from the content if absent.", None)
    read: dict[str, object] = key(
        "Options of read_io for these files: sheet, year, country, make, accounts, tolerance, "
        "strict, blank, encoding, unit, decimal, thousands, roles, merge_regions; year is its own.",
        {},
        example='{ blank = "zero", country = "CHN" }',
    )
    groups: dict[str, tuple[str, ...]] = key(
        "Published industry group -> sectors, for years between two tables.", {}
    )
    stages: dict[str, tuple[str, ...]] = key("Stage of the economy -> industry groups.", {})
    demand: Demand | None = key("Published final demand.", None)


@dataclass(frozen=True, slots=True)
class Core:
    """Section ``core``: the core industries as weights of segments in sectors."""

    segments: dict[str, dict[str, float]] = key(
        "Segment -> sector -> relative weight, 0 to 1.",
        example='{ "platforms" = { "31" = 0.3 } }',
    )
    figure: str | None = key(
        "Id of the printed core that fixes the common scale of the weights; absent: the weights "
        "are shares of the sectors as they stand.",
        None,
        example='"C18"',
    )
    dispersion: float = key(
        "Coefficient of variation of each weight in the draws.", 0.5, unit="ratio"
    )
    other_printings: tuple[str, ...] = key(
        "Other values that are printed for the core figure, shown as a sensitivity.",
        (),
        example='["4389"]',
    )


@dataclass(frozen=True, slots=True)
class Regression:
    """One regression on a panel: what ``potential``, its equations and its rivals share."""

    panel: str = key("Embedded panel, or a csv or xlsx of your own.", example='"china_provinces"')
    formula: str = key("Wilkinson formula.", example='"ln_value_added ~ ln_ict + ln_labour"')
    term: str = key("Term of the formula that is the elasticity.", example='"ln_ict"')
    logarithms: dict[str, tuple[str, ...]] = key(
        "New column -> columns of the panel whose sum is taken in logarithms."
    )
    years: tuple[int, ...] = key("Years of the sample; all if empty.", ())
    absorb: tuple[str, ...] = key("Fixed effects.", (), example='["province:sector", "year"]')
    cluster: str | None = key("Column of the clusters of the errors.", None)
    exclude: str | None = key("Column of truth values: rows where it holds are left out.", None)
    weights: str | None = key("Column of weights.", None)
    applies_to: str = key(
        'What the elasticity is one of: "value_added" or "gross_output".', "value_added"
    )


@dataclass(frozen=True, slots=True)
class Rival:
    """A rival of the base regression: only the keys that differ from it."""

    name: str = key("In words.")
    panel: str | None = key("As in potential.", None)
    formula: str | None = key("As in potential.", None)
    term: str | None = key("As in potential.", None)
    years: tuple[int, ...] | None = key("As in potential.", None)
    absorb: tuple[str, ...] | None = key("As in potential.", None)
    cluster: str | None = key("As in potential.", None)
    exclude: str | None = key("As in potential.", None)
    weights: str | None = key("As in potential.", None)
    applies_to: str | None = key("As in potential.", None)
    logarithms: dict[str, tuple[str, ...]] = key("Added to those of potential.", {})


@dataclass(frozen=True, slots=True)
class Equation(Rival):
    """One admissible source of the elasticity, with its weight in the mixture."""

    weight: float = key("Weight in the mixture.", 1.0)
    kind: str = key(
        '"regression", "cost share" (purchases of the technology over value added, from the '
        'tables), "capital share" (cost share of capital inputs of a panel) or "outside" (a value '
        "with its source).",
        "regression",
    )
    value: float | None = key("The elasticity, kind outside.", None)
    std_error: float = key("Its standard error, kind outside.", 0.0)
    source: str = key("Where an outside value comes from.", "")
    inputs: tuple[str, ...] = key("Cost columns, kind capital share.", ())
    producers: tuple[str, ...] = key("Industries left out as producers, kind capital share.", ())


@dataclass(frozen=True, slots=True)
class Instrument:
    """Section ``potential.instrument``: a leave-one-out shift-share instrument."""

    cell: str = key("Cells whose initial mix is taken.", example='"province:sector"')
    unit: str = key("Unit that is left out.", example='"province"')
    columns: tuple[str, ...] = key("Columns of the technology's inputs.")


@dataclass(frozen=True, slots=True)
class Potential(Regression):
    """Section ``potential``: the base regression, admissible equations, rivals, instrument."""

    equations: tuple[Equation, ...] = key(
        "Admissible equations with weights; the elasticity of the account is drawn from them. "
        "Absent: the base regression alone.",
        (),
    )
    scale: tuple[str, ...] = key(
        "Columns that measure the scale of a cell: for placebos that keep it, and for Oster's "
        "bounds.",
        (),
        example='["ln_other_inputs"]',
    )
    placebo_groups: str | None = key(
        "Groups within which the placebo is dealt anew.", None, example='"sector:year"'
    )
    rivals: tuple[Rival, ...] = key("Rivals shown beside the base case, not in the account.", ())
    instrument: Instrument | None = key("An instrument for the technology's inputs.", None)
    supply: str = key(
        "What the core is held against as supplier of the technology's inputs: "
        '"value_added", "intermediate_sales" or "purchases".',
        "value_added",
    )


@dataclass(frozen=True, slots=True)
class Penetration:
    """Section ``penetration``: the curve of the calibrated run."""

    curves: tuple[str, ...] = key(
        "Families, each as likely.", example='["gompertz", "logistic", "bass"]'
    )
    total: str = key("Id of the printed total of the later point.", example='"T18"')
    growth: str = key(
        "Id of its printed real growth, which gives the year before.", example='"G18"'
    )
    launch: int = key("Year that Bass's curve starts from.", example="2012")
    saturation: tuple[float, ...] = key(
        "Lowest and highest saturation, in multiples of the potential at the median elasticity; "
        "drawn evenly in logarithms.",
        (0.5, 2.0),
    )
    errors: bool = key(
        "Add the errors that the same rule made on embedded ICT diffusions.", default=True
    )


@dataclass(frozen=True, slots=True)
class Forecast:
    """Section ``gdp.forecast``: growth that could be expected before the outcome was known."""

    year: int = key("The forecast year, the last of the study.", example="2020")
    base_vintage: str = key("GDP vintage of the year before.", example='"preliminary"')
    low: float = key("Lowest nominal growth.", unit="fraction", example="0.07")
    high: float = key("Highest nominal growth; drawn evenly.", unit="fraction", example="0.085")


@dataclass(frozen=True, slots=True)
class Vintage:
    """One coherent set of GDP vintages."""

    name: str = key("In words.", example='"current"')
    years: dict[str, str] = key("Year -> name of its vintage.")


@dataclass(frozen=True, slots=True)
class Gdp:
    """Section ``gdp``: vintages of GDP and the forecast year."""

    vintages: tuple[Vintage, ...] = key(
        "Sets of vintages, each as likely in the draws; absent: GDP of a table year is the value "
        "added of its table, and real growth is not known.",
        (),
    )
    file: str | None = key(
        "A csv or xlsx of your own: year, vintage, gdp, real_growth, and the industry groups.",
        None,
    )
    forecast: Forecast | None = key("What could be expected of the last year.", None)


@dataclass(frozen=True, slots=True)
class Employment:
    """Section ``employment``: jobs by industry and how they map to sectors."""

    panel: str = key("Embedded series, or a csv or xlsx: code, year, employed.")
    year: int = key("Year of the jobs per value added; a table year.", example="2018")
    unit: str = key("Unit of jobs.", example='"million persons"')
    units_per_data_unit: float = key("Units of jobs in one of the series.", example="0.01")
    productivity_since: int = key(
        "Growth of nominal value added per worker is drawn between the lowest and the highest "
        "average since years from this one on.",
        example="2012",
    )
    figure: str | None = key("Id of the printed jobs.", None, example='"J20"')
    sectors: dict[str, tuple[str, ...]] = key("Sector of the tables -> codes of the series.", {})


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed figure of ``reported.figures``, by id: concept letter and year."""

    printed: str = key("The digits as printed.", example='"2.13"')
    unit: str = key("Unit as printed.", example='"trillion yuan"')
    year: int = key("Its year.", example="2019")
    concept: str = key("In words; by default what the letter of the id stands for.", "")
    kind: str = key('"estimate" or "forecast".', "estimate")
    provenance: str = key("Where it was read.", "study file")
    fact: str = key("Figures that restate one another share this text.", "")


@dataclass(frozen=True, slots=True)
class Reported:
    """Section ``reported``: the published figures; what a run uses is never judged."""

    dataset: str | None = key("An embedded report.", None, example='"caict_2020"')
    figures: dict[str, Figure] = key(
        "Id -> figure, in place of or beside the embedded ones.",
        {},
        example='{ T19 = { printed = "2.13", unit = "trillion yuan", year = 2019 } }',
    )
    roles: dict[str, dict[str, str]] = key(
        "Run -> id -> role; follows from core.figure and penetration, and must agree with them.", {}
    )


@dataclass(frozen=True, slots=True)
class Specifications:
    """Section ``specifications``: choice -> level -> study keys that it replaces."""

    figure: str = key("Id of the figure that is estimated anew.", example='"T19"')
    regression: dict[str, dict[str, dict[str, object]]] = key("Choices of the regression.", {})
    account: dict[str, dict[str, dict[str, object]]] = key("Choices of the account.", {})
    inadmissible: tuple[dict[str, tuple[str, ...]], ...] = key(
        "Combinations that are left out.", ()
    )


@dataclass(frozen=True, slots=True)
class Klems:
    """Section ``klems``: an account by growth accounting from a panel of industries."""

    panel: str = key(
        "Embedded panel, or a csv or xlsx: industry, year, value_added, gross_output, "
        "quantity_gross_output, and cost_ and quantity_ of every input.",
        example='"us_klems"',
    )
    producers: dict[str, tuple[str, ...]] = key(
        "Definition -> industries that produce the technology; the first is the base case.",
        example='{ "base" = ["Computer and electronic products"] }',
    )
    capital: dict[str, tuple[str, ...]] = key(
        "Definition -> inputs that are the technology's capital; the first is the base case.",
        example='{ "IT and software" = ["it_capital", "software_capital"] }',
    )


@dataclass(frozen=True, slots=True)
class KlemsStudy:
    """A study of an economy whose industries' capital services are published."""

    study: Header
    klems: Klems
    reported: Reported = Reported()


@dataclass(frozen=True, slots=True)
class Study:
    """Everything that a run of the satellite account needs to know."""

    study: Header
    tables: Tables
    core: Core
    gdp: Gdp = Gdp()
    potential: Potential | None = None
    penetration: Penetration | None = None
    employment: Employment | None = None
    reported: Reported = Reported()
    specifications: Specifications | None = None

    def role(self, run: str, figure: str) -> str:
        """Return the role of a printed figure in a run: input, calibration or held out."""
        if figure == self.core.figure:
            return "input"
        use = self.penetration
        if run == "calibrated" and use is not None and figure in {use.total, use.growth}:
            return "calibration"
        return "held out"


def key_table() -> list[dict[str, str]]:
    """List every key of a study file with its type, default, unit, meaning and an example."""
    sections: list[tuple[type[Any], str]] = [*sections_of(Study, ""), (Klems, "klems")]
    return [row for cls, name in sections for row in rows_of(cls, name)]


def study_names() -> list[str]:
    """Return the names of the embedded studies."""
    folder = files("quesnay.datasets") / "data"
    names = [f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")]
    return sorted(name for name in names if not name.startswith("template_"))


def study_text(name: str) -> str:
    """Return the text of an embedded study file."""
    known = study_names()
    if name not in known:
        raise StudyError(
            f"unknown study {shown(name)};{nearest(name, known)} embedded: "
            f"{', '.join(known)}; a file of your own ends in .toml"
        )
    return (files("quesnay.datasets") / "data" / f"{name}.toml").read_text(encoding="utf-8")


TEMPLATES = ("minimal", "full", "country")


def template_text(name: str) -> str:
    """Return the text of a template of a study file."""
    refuse_unknown([name], TEMPLATES, "unknown template", error=StudyError)
    folder = files("quesnay.datasets") / "data"
    return (folder / f"template_{name}.toml").read_text(encoding="utf-8")


def load_study(study: str | Path | Study) -> Study:
    """Load and check a study: an embedded name, the path of a TOML file, or a study itself.

    Parameters
    ----------
    study : str, Path or Study
        ``"caict_2020"``, ``"my_study.toml"`` or an object.

    Returns
    -------
    Study
        The checked study.

    Raises
    ------
    StudyError
        If the study or one of its keys is unknown, missing or contradictory.

    Examples
    --------
    >>> load_study("caict_2020").study.years
    (2017, 2018, 2019, 2020)
    """
    if isinstance(study, Study):
        check_sections(study, f"study {study.study.name}")
        return study
    where, parsed = _parsed(study)
    if "klems" in parsed:
        raise StudyError(f"{where}.klems: growth accounting has no tables; qn.reproduce runs it")
    result = build(Study, parsed, where)
    check_sections(result, where)
    return result


def load_klems_study(study: str | Path | Study | KlemsStudy) -> KlemsStudy | None:
    """Load and check a study with a section ``klems``; None where a study has none."""
    if isinstance(study, Study):
        return None
    if isinstance(study, KlemsStudy):
        check_klems(study, called(study))
        return study
    where, parsed = _parsed(study)
    if "klems" not in parsed:
        return None
    result = build(KlemsStudy, parsed, where)
    check_klems(result, where)
    return result


def _parsed(study: str | Path) -> tuple[str, dict[str, Any]]:
    """Return how messages call a study, and its sections."""
    own = str(study).endswith(".toml")
    where = called(study)
    text = _read(Path(study)) if own else study_text(str(study))
    try:
        parsed = tomllib.loads(text, parse_float=Written)
        return where, cast("dict[str, Any]", _beside(parsed, Path(study).parent)) if own else parsed
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        raise StudyError(f"{where}: not valid TOML: {shown(str(error), 120)[1:-1]}") from error


def _beside(value: object, folder: Path) -> object:
    """Make names of the user's data files relative to the folder of the study."""
    if isinstance(value, dict):
        return {key: _beside(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_beside(item, folder) for item in value]
    if isinstance(value, str) and value.lower().endswith(_DATA_FILES):
        return str(folder / value)
    return value


_DATA_FILES = (*TEXTS, *WORKBOOKS, *FRAMES, *PACKED)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        why = error.strerror or error
        raise StudyError(f"{path}: cannot read the study ({why}); check the path") from error
    except UnicodeDecodeError as error:
        raise StudyError(f"{path}: not UTF-8 text; save it as UTF-8") from error


@contextmanager
def at_key(key: str) -> Iterator[None]:
    """Put the key of a study, or the study itself, before what is found wrong inside the block."""
    try:
        yield
    except QuesnayError as error:
        said = str(error)
        if said.startswith((f"{key}:", f"{key}.", f"{key}[", f"{key} ")):
            raise
        raise type(error)(f"{key}{'.' if _KEYED.match(said) else ': '}{said}") from error


def called(study: "str | Path | Study | KlemsStudy") -> str:
    """Return how messages call a study: the path of its file, or its name."""
    name = study.study.name if isinstance(study, Study | KlemsStudy) else str(study)
    return name if name.endswith(".toml") else f"study {name}"


_KEYED = re.compile(
    r"(?!\w+\.(csv|tsv|txt|xlsx|xlsm)\b)(study|tables|core|gdp|potential|penetration|employment|reported|specifications|klems)"
    r"(\.[\w. -]+|\[\d+\])*( '[^']*')?:"
)
