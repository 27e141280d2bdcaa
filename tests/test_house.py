"""The house keeps its own rules: lengths, words, floors, light imports, packages and examples."""

import ast
import functools
import inspect
import io
import re
import subprocess
import sys
import textwrap
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import quesnay

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("fitting", "models", "datasets", "diagnostics", "quesnay")
ROOMS = (*FLOORS, "tests", "examples", "benchmarks")
LONGEST_FUNCTION = 40

checkout = pytest.mark.skipif(
    not (ROOT / "pyproject.toml").is_file(), reason="looks at the source, which is not here"
)


def modules(*rooms: str) -> list[Path]:
    """List the Python files of rooms, once each: the links inside quesnay/ are not followed."""
    found = [path for room in rooms for path in (ROOT / room).rglob("*.py")]
    return sorted(path for path in found if path == path.resolve() and "output" not in path.parts)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(source: str, function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function that hold code: no blank, comment or docstring lines.

    The tokens are read only where the lines between start and end are too many.
    """
    first, last = function.lineno, function.end_lineno or function.lineno
    held = set(range(first, last + 1))
    if ast.get_docstring(function) is not None:
        text = function.body[0]
        held -= set(range(text.lineno, (text.end_lineno or text.lineno) + 1))
    if len(held) <= LONGEST_FUNCTION:
        return len(held)
    own = textwrap.dedent("\n".join(source.splitlines()[first - 1 : last]))
    return len(held & {first - 1 + line for line in lines_with_code(own)})


def lines_with_code(source: str) -> set[int]:
    empty = {tokenize.NL, tokenize.NEWLINE, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT}
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in empty and token.type != tokenize.ENDMARKER:
            held.update(range(token.start[0], token.end[0] + 1))
    return held


@checkout
def test_functions_are_short() -> None:
    long = []
    for path in modules(*ROOMS):
        source = path.read_text(encoding="utf-8")
        for function in functions(path):
            if (size := code_lines(source, function)) > LONGEST_FUNCTION:
                long.append(f"{name_of(path)}:{function.name}: {size}")
    assert long == []


@checkout
def test_every_module_says_what_it_is() -> None:
    trees = {name_of(p): tree_of(p) for p in modules(*ROOMS)}
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


@checkout
def test_no_module_hides_loose_ends() -> None:
    loose = re.compile(
        r"\b(TODO|FIXME|XXX|HACK)\b|raise NotImplementedError"
        r"|pickle\.(load|dump)\(|pickle\.loads|allow_pickle=True|_pickle\(|\beval\(|\bexec\("
    )
    found = [
        f"{name_of(path)}:{number}"
        for path in modules(*FLOORS)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if loose.search(line)
    ]
    # The one abstract method: a result that defines no tables() cannot show itself.
    assert [place for place in found if not place.startswith("models/display/table.py")] == []


@checkout
def test_arrays_live_downstairs() -> None:
    heavy = re.compile(r"^\s*(import|from) (pandas|pathlib|csv|json)\b", re.MULTILINE)
    assert [name_of(p) for p in modules("fitting") if heavy.search(p.read_text("utf-8"))] == []


@checkout
def test_heavy_libraries_are_imported_where_they_are_used() -> None:
    heavy = re.compile(
        r"^(import|from) (matplotlib|statsmodels|jinja2|xlsxwriter|formulaic|dask)\b"
        r"|^(import|from) scipy(\.| import .*\b)(stats|optimize|integrate)\b",
        re.MULTILINE,
    )
    assert [name_of(p) for p in modules(*FLOORS) if heavy.search(p.read_text("utf-8"))] == []


@checkout
def test_settings_and_warnings_of_others_are_left_alone() -> None:
    rude = re.compile(
        r"rcParams\[|rcParams\.update|plt\.style|set_option\(|np\.seterr\(|random\.seed\("
        r"|warnings\.(simplefilter|filterwarnings)\((?!.*# within)"
    )
    found = [
        f"{name_of(path)}:{number}"
        for path in modules(*FLOORS)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if rude.search(line) and "catch_warnings" not in path.read_text("utf-8")
    ]
    assert found == []


@checkout
def test_the_packages_list_is_the_folders() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = set(project["tool"]["setuptools"]["packages"])
    inits = [path.parent.relative_to(ROOT) for path in modules(*FLOORS) if path.stem == "__init__"]
    folders = {
        ".".join(("quesnay", *path.parts)).replace("quesnay.quesnay", "quesnay") for path in inits
    }
    assert listed == folders


@checkout
def test_every_folder_with_code_is_a_package() -> None:
    folders = {path.parent for path in modules(*FLOORS)}
    assert [name_of(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


@checkout
def test_versions_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == quesnay.__version__
    assert f"version: {quesnay.__version__}\n" in (ROOT / "CITATION.cff").read_text("utf-8")


@checkout
def test_examples_are_numbered_and_documented() -> None:
    scripts = modules("examples")
    assert [p.name for p in scripts if not re.fullmatch(r"\d\d_[a-z0-9_]+\.py", p.name)] == []
    assert [p.name for p in scripts if not ast.get_docstring(ast.parse(p.read_text("utf-8")))] == []
    assert len({p.name[:2] for p in scripts}) == len(scripts)


@checkout
def test_tests_are_named_after_rooms() -> None:
    names = [path.stem for path in modules("tests") if path.name.startswith("test_")]
    rooms = "|".join((*FLOORS, "house", "examples", "docs", "readme", "cli", "tools"))
    assert [name for name in names if not re.match(rf"test_({rooms})(_|$)", name)] == []


def asserts(code: ast.AST, helpers: set[str]) -> bool:
    """Say whether some of the code can fail a test: an assertion, or a helper that has one."""
    for node in ast.walk(code):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if called in {"pytest.raises", "pytest.warns"} or last.startswith("assert_"):
                return True
            if last in helpers:
                return True
    return False


@checkout
def test_every_test_asserts() -> None:
    trees = {name_of(path): tree_of(path) for path in modules("tests")}
    known = [
        (file, node)
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    ]
    helpers: set[str] = set()
    while more := {node.name for _, node in known if asserts(node, helpers)} - helpers:
        helpers |= more
    idle = [
        f"{file}: {node.name}"
        for file, node in known
        if node.name.startswith("test_") and not asserts(node, helpers - {node.name})
    ]
    assert idle == []


@checkout
def test_what_tests_pack_does_not_hold_the_moment_of_packing() -> None:
    """Bytes packed for a parameter are part of the test's name, the same in every process."""
    undated = [
        f"{name_of(path)}:{node.lineno}"
        for path in modules("tests")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "gzip.compress"
        and "mtime" not in {word.arg for word in node.keywords}
    ]
    assert undated == []


def loaded_by(statement: str) -> set[str]:
    code = f"{statement}\nimport sys\nprint('\\n'.join(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return set(done.stdout.split())


def test_importing_is_light() -> None:
    loaded = loaded_by("import quesnay")
    heavy = {
        "matplotlib",
        "statsmodels",
        "scipy.stats",
        "jinja2",
        "xlsxwriter",
        "formulaic",
        "dask",
    }
    assert loaded & heavy == set()


def test_every_public_name_loads_and_nothing_heavy_with_it() -> None:
    loaded = loaded_by("import quesnay\nfor n in quesnay.__all__: getattr(quesnay, n)")
    assert loaded & {"matplotlib", "statsmodels", "jinja2", "xlsxwriter", "dask"} == set()


def test_no_floor_is_loaded_under_a_bare_name() -> None:
    loaded = loaded_by("import quesnay\nfor n in quesnay.__all__: getattr(quesnay, n)")
    assert loaded & {"fitting", "models", "datasets", "diagnostics"} == set()


def test_public_names_are_listed() -> None:
    assert set(dir(quesnay)) | {"__version__"} == set(quesnay.__all__)
    with pytest.raises(AttributeError, match="attribute nothing"):
        _ = quesnay.nothing  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [n for n in quesnay.__all__ if n != "__version__"])
def test_public_names_are_documented_with_arguments_and_an_example(name: str) -> None:
    thing = getattr(quesnay, name)
    text = inspect.getdoc(thing) or ""
    assert text
    if isinstance(thing, type) and issubclass(thing, Exception):
        return
    assert ">>> " in text, f"{name} shows no example"
    if inspect.isfunction(thing):
        assert not inspect.signature(thing).parameters or "Parameters\n---" in text
        assert "Returns\n---" in text
    if isinstance(thing, type):
        bare = [
            f"{name}.{method}"
            for method, code in inspect.getmembers(thing, inspect.isroutine)
            if not method.startswith("_") and not inspect.getdoc(code)
        ]
        assert bare == []


def test_errors_form_one_tree() -> None:
    for name in ("DataError", "BalanceError", "ConvergenceError", "EstimationError", "StudyError"):
        assert issubclass(getattr(quesnay, name), quesnay.QuesnayError)
    assert issubclass(quesnay.QuesnayError, ValueError)
