"""Malformed embedded files: missing, altered or not of their schema; none is silent."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from quesnay.datasets.store import fetch

from .refusals import flip, refused

CONTENT = b"code,year,value,flag\na,2000,1.5,true\nb,2001,2.5,false\n"


def package(folder: Path, content: bytes = CONTENT, **changes: Any) -> Path:
    """Write a data package of one file; `changes` edit its descriptor entry."""
    packed = gzip.compress(content, mtime=0)
    (folder / "t.csv.gz").write_bytes(packed)
    kinds = {"code": "string", "year": "integer", "value": "number", "flag": "boolean"}
    entry: dict[str, Any] = {
        "name": "t",
        "path": "t.csv.gz",
        "title": "T",
        "unit": "1",
        "years": "2000-2001",
        "table": "",
        "vintage": "",
        "sources": [{"title": "made up"}],
        "licenses": [{"title": "none"}],
        "bytes": len(packed),
        "hash": f"sha256:{hashlib.sha256(packed).hexdigest()}",
        "rows": 2,
        "schema": {"fields": [{"name": n, "type": k} for n, k in kinds.items()]},
    } | changes
    entry = {key: value for key, value in entry.items() if value is not None}
    (folder / "datapackage.json").write_text(json.dumps({"resources": [entry]}))
    return folder


def test_the_made_up_package_is_sound(tmp_path: Path) -> None:
    frame = fetch("t", package(tmp_path))
    assert frame["value"].tolist() == [1.5, 2.5]
    assert frame["flag"].tolist() == [True, False]


CONTENTS = [
    (b"code,year,value\na,2000,1.5\nb,2001,2.5\n", "not those of the schema: flag"),
    (b"code,year,value,flag,x\na,2000,1.5,true,1\nb,1,2,true,1\n", "of the schema: x"),
    (b"year,code,value,flag\n2000,a,1.5,true\n2001,b,2.5,true\n", "schema: their order"),
    (b"code,year,value,flag\na,2000,1.5,true\n", "1 rows, 2 expected"),
    (CONTENT + b"c,2002,1,true\n", "3 rows, 2 expected"),
    (CONTENT.replace(b"2.5", b"two"), "column 'value': not every cell is of type number"),
    (CONTENT.replace(b"2001", b"2001.5"), "column 'year': not every cell is of type integer"),
    (CONTENT.replace(b"2001", b""), "column 'year': not every cell is of type integer"),
    (CONTENT.replace(b"false", b"no"), "column 'flag': not every cell is of type boolean"),
    (CONTENT.replace(b"b,2001", b"b,x,2001"), "not of its schema"),
    (CONTENT.replace(b"a,2000", b"\xff\xfe,2000"), "not of its schema"),
    (b"", "not those of the schema"),
]


@pytest.mark.parametrize(("content", "message"), CONTENTS)
def test_contents_that_are_not_of_their_schema(
    tmp_path: Path, content: bytes, message: str
) -> None:
    refused(lambda: fetch("t", package(tmp_path, content)), message)


ENTRIES: list[tuple[dict[str, Any], str]] = [
    ({"unit": None}, "missing or altered"),
    ({"sources": []}, "missing or altered"),
    ({"licenses": None}, "missing or altered"),
    ({"schema": {}}, "missing or altered"),
    ({"schema": None}, "missing or altered"),
    ({"rows": "many"}, "missing or altered"),
    ({"hash": 7}, "missing or altered"),
    ({"name": None}, "missing or altered"),
    ({"hash": "sha256:00"}, "altered .SHA-256"),
    ({"hash": "md5:00"}, "altered .SHA-256"),
    ({"path": "absent.csv.gz"}, "absent.csv.gz: missing"),
    ({"path": "../t.csv.gz"}, "missing or altered"),
    ({"rows": 3}, "2 rows, 3 expected"),
    ({"schema": {"fields": [{"name": "code", "type": "date"}]}}, "missing or altered"),
]


@pytest.mark.parametrize(("changes", "message"), ENTRIES)
def test_descriptors_that_are_wrong(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    refused(lambda: fetch("t", package(tmp_path, **changes)), message)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_one_altered_bit_anywhere(tmp_path: Path, share: float) -> None:
    path = package(tmp_path) / "t.csv.gz"
    data = path.read_bytes()
    path.write_bytes(flip(data, int(share * (len(data) - 1))))
    refused(lambda: fetch("t", tmp_path), "t.csv.gz: altered .SHA-256")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "datapackage.json: missing or altered"),
        ("{", "datapackage.json: missing or altered"),
        ("[]", "datapackage.json: missing or altered"),
        ('{"resources": 3}', "datapackage.json: missing or altered"),
        ('{"resources": []}', "no embedded data set 't'"),
    ],
)
def test_no_descriptor(tmp_path: Path, text: str | None, message: str) -> None:
    if text is not None:
        (tmp_path / "datapackage.json").write_text(text)
    refused(lambda: fetch("t", tmp_path), message)


def test_bytes_that_are_no_gzip(tmp_path: Path) -> None:
    package(tmp_path, hash=f"sha256:{hashlib.sha256(b'plain').hexdigest()}")
    (tmp_path / "t.csv.gz").write_bytes(b"plain")
    refused(lambda: fetch("t", tmp_path), "cannot be decompressed")
