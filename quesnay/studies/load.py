"""Loading and checking of study files; ``quesnay init`` writes a commented example."""

import tomllib
from importlib.resources import files
from pathlib import Path

from quesnay.fitting.errors import StudyError, nearest, shown, suggestion
from quesnay.studies.schema import build
from quesnay.studies.sections import Study

__all__ = ["ROLES", "RUNS", "load_study", "study_names", "study_text"]

ROLES = ("input", "calibration", "held out")
RUNS = ("independent", "calibrated")


def study_names() -> list[str]:
    """Return the names of the embedded studies.

    Examples
    --------
    >>> "caict_2020" in study_names()
    True
    """
    folder = files("quesnay.datasets") / "data"
    return sorted(
        f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml")
    )


def study_text(name: str) -> str:
    """Return the text of an embedded study file.

    Parameters
    ----------
    name : str
        One of :func:`study_names`.

    Returns
    -------
    str
        TOML.

    Raises
    ------
    StudyError
        If no embedded study has this name.

    Examples
    --------
    >>> study_text("caict_2020").splitlines()[3]
    '[study]'
    """
    known = study_names()
    if name not in known:
        raise StudyError(
            f"unknown study {shown(name)};{nearest(name, known)} embedded: "
            f"{', '.join(known)}; a file of your own ends in .toml"
        )
    return (files("quesnay.datasets") / "data" / f"{name}.toml").read_text(encoding="utf-8")


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
        return study
    if str(study).endswith(".toml"):
        where, text = str(study), _read(Path(study))
    else:
        where, text = f"study {study}", study_text(str(study))
    try:
        parsed = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"{where}: not valid TOML: {error}") from error
    folder = Path(study).parent if str(study).endswith(".toml") else None
    result = build(Study, parsed if folder is None else _beside(parsed, folder), where)
    _check(result, where)
    return result


def _beside(value: object, folder: Path) -> object:
    """Make names of the user's data files relative to the folder of the study."""
    if isinstance(value, dict):
        return {key: _beside(item, folder) for key, item in value.items()}
    if isinstance(value, list):
        return [_beside(item, folder) for item in value]
    if isinstance(value, str) and value.endswith((".csv", ".xlsx")):
        return str(folder / value)
    return value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudyError(f"{path}: cannot read the study ({error}); check the path") from error


def _check(study: Study, where: str) -> None:
    """Refuse sections that contradict each other."""
    for run, roles in study.reported.roles.items():
        if run not in RUNS:
            raise StudyError(f"{where}.reported.roles.{run}: unknown run;{suggestion(run, RUNS)}")
        for figure, role in roles.items():
            if role not in ROLES:
                raise StudyError(
                    f"{where}.reported.roles.{run}.{figure}: unknown role {role!r};"
                    f"{nearest(role, ROLES)} known: {', '.join(ROLES)}"
                )
    if study.reported.dataset is None and not study.reported.figures:
        raise StudyError(f"{where}.reported: give a dataset or figures")
    _check_roles(study, where)
    _check_gdp(study, where)
    if study.core.dispersion < 0:
        raise StudyError(f"{where}.core.dispersion: expected 0 or more")
    if not study.penetration.curves:
        raise StudyError(f"{where}.penetration.curves: name at least one curve")


def _check_roles(study: Study, where: str) -> None:
    """Refuse roles that differ from what a run uses."""
    used = {
        "independent": {study.core.figure: "input"},
        "calibrated": {
            study.core.figure: "input",
            study.penetration.total: "calibration",
            study.penetration.growth: "calibration",
        },
    }
    for run in RUNS:
        named = {
            figure: role
            for figure, role in study.reported.roles.get(run, {}).items()
            if role != "held out"
        }
        if named != used[run]:
            raise StudyError(
                f"{where}.reported.roles.{run}: the run uses {used[run]}, the file says {named}; "
                "make them agree"
            )


def _check_gdp(study: Study, where: str) -> None:
    """Every vintage set names every year of the account."""
    if not study.gdp.vintages:
        raise StudyError(f"{where}.gdp.vintages: give at least one set of vintages")
    for vintage in study.gdp.vintages:
        for year in study.study.years:
            if str(year) not in vintage.years:
                raise StudyError(f"{where}.gdp.vintages {vintage.name!r}: year {year} is missing")
    forecast = study.gdp.forecast
    if forecast is not None and forecast.low > forecast.high:
        raise StudyError(f"{where}.gdp.forecast: low lies above high")
