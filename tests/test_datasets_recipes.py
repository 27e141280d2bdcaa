"""Every embedded file is what its recipe makes of the source figures."""

import gzip
import hashlib
import json
from pathlib import Path

import pytest

from quesnay.datasets import store
from quesnay.datasets.store import DATA, DESCRIPTOR, fingerprint, resources
from quesnay.fitting.errors import DataError

if not (Path(__file__).parent.parent / "tools").is_dir():
    pytest.skip("looks at the source, which is not here", allow_module_level=True)

from tools.recipes.rebuild import made_from, rebuild
from tools.recipes.source import closed, pack, rows_of, shifted

FIGURES = Path(__file__).parent.parent.parent / "shared" / "figures"
here = pytest.mark.skipif(
    not FIGURES.is_dir(), reason="the source figures are not beside this copy of the project"
)


@here
def test_every_recipe_makes_the_shipped_content() -> None:
    made = {item.name: hashlib.sha256(item.content()).hexdigest() for item in made_from(FIGURES)}
    shipped = {
        name: hashlib.sha256(gzip.decompress((DATA / entry.path).read_bytes())).hexdigest()
        for name, entry in resources().items()
    }
    assert made == shipped


@here
def test_the_descriptor_is_the_one_the_recipes_write(tmp_path: Path) -> None:
    rebuild(FIGURES, tmp_path)
    ours = json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))
    made = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    for package in (ours, made):
        for entry in package["resources"]:
            del entry["hash"], entry["bytes"]  # another zlib packs the same content otherwise
    assert made == ours


def test_shipped_bytes_and_hashes_are_those_of_the_descriptor() -> None:
    for entry in resources().values():
        packed = (DATA / entry.path).read_bytes()
        assert len(packed) == entry.size
        assert hashlib.sha256(packed).hexdigest() == entry.sha256


def test_an_altered_descriptor_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (DATA / "datapackage.json").read_text(encoding="utf-8")
    assert fingerprint(text) == fingerprint(text.replace("\n", "\r\n")) == DESCRIPTOR
    altered = text.replace("100 million yuan", "million yuan")
    (tmp_path / "datapackage.json").write_text(altered, encoding="utf-8")
    monkeypatch.setattr(store, "DATA", tmp_path)
    with pytest.raises(DataError, match=r"datapackage\.json: missing or altered .*SHA-256"):
        resources(tmp_path)


def test_no_file_is_shipped_that_the_descriptor_does_not_name() -> None:
    named = {entry.path for entry in resources().values()} | {"datapackage.json"}
    studies = {file.name for file in DATA.glob("*.toml")}
    assert {file.name for file in DATA.iterdir()} == named | studies


def test_packing_is_reproducible() -> None:
    assert pack(b"figures") == pack(b"figures")
    assert gzip.decompress(pack(b"figures")) == b"figures"


@pytest.mark.parametrize(
    ("text", "places", "moved"),
    [
        ("140557056.98", -4, "14055.705698"),
        ("-0.0", -4, "0"),
        ("0.0", 0, "0"),
        ("12.50", 0, "12.5"),
        ("1e3", 0, "1000"),
        ("", -4, ""),
        ("-28956568.77", -4, "-2895.656877"),
    ],
)
def test_units_shift_exactly(text: str, places: int, moved: str) -> None:
    assert shifted(text, places) == moved


def test_what_printed_parts_leave_of_a_printed_total() -> None:
    assert closed("10.0", ["3.33", "3.33", "3.33"]) == "0.01"
    assert closed("10", ["5", "", "5"]) == "0"


def test_source_rows_keep_the_printed_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('\ufeffa,b\n1.50,"x, y"\n', encoding="utf-8")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress((tmp_path / "a.csv").read_bytes(), mtime=0))
    expected = [{"a": "1.50", "b": "x, y"}]
    assert rows_of(tmp_path / "a.csv") == rows_of(tmp_path / "a.csv.gz") == expected
