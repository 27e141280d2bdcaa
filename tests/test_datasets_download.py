"""Downloads against a server on loopback that breaks off, moves, lies and comes back."""

import contextlib
import functools
import gzip
import hashlib
import io
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tqdm import tqdm

import quesnay as qn
from quesnay.cli import main
from quesnay.datasets import download as room
from quesnay.fitting.errors import DataError

pooch = pytest.importorskip("pooch", reason='needs pip install "quesnay[download]"')

TABLE = b"sector,farm,mill,home\nfarm,10,20,70\nmill,30,40,30\nwages,60,40,\n"
LONG = TABLE + b"\n" * 300_000  # several pieces
FILE = "matrix_eu-ic-io_ind-by-ind_24ed_2019.csv"


@dataclass
class Plan:
    """What the server does, and what it was asked."""

    body: bytes = TABLE
    cut: list[int] = field(default_factory=list)  # bytes after which each answer breaks off
    status: list[int] = field(default_factory=list)
    tag: str = '"one"'
    date: str = ""
    coding: str = ""
    ranges: bool = True
    length: bool = True
    asked: list[dict[str, str]] = field(default_factory=list)
    moved: dict[str, str] = field(default_factory=dict)
    spans: list[str] = field(default_factory=list)  # what parts of a file claim to be
    slow: threading.Event | None = None  # what the second half of the body waits for


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        plan: Plan = self.server.plan  # type: ignore[attr-defined]
        plan.asked.append({"path": self.path, **dict(self.headers.items())})
        if self.path in plan.moved:
            self.send_response(302)
            self.send_header("Location", plan.moved[self.path])
            self.end_headers()
        elif plan.status and (status := plan.status.pop(0)) != 200:
            self.send_error(status)
        else:
            self._body(plan)

    def _body(self, plan: Plan) -> None:
        start, body = 0, plan.body
        wanted = self.headers.get("Range", "")
        same = self.headers.get("If-Range") in {plan.tag, plan.date}
        if plan.ranges and wanted and same:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            self.send_response(416 if start >= len(body) else 206)
            span = f"{start}-{len(body) - 1}" if start < len(body) else "*"
            told = plan.spans.pop(0) if plan.spans else f"bytes {span}/{len(body)}"
            self.send_header("Content-Range", told)
        else:
            self.send_response(200)
        marks = {"ETag": plan.tag, "Last-Modified": plan.date, "Content-Encoding": plan.coding}
        for name, value in marks.items():
            if value:
                self.send_header(name, value)
        if plan.length:
            self.send_header("Content-Length", str(max(len(body) - start, 0)))
        self.end_headers()
        stop = plan.cut.pop(0) if plan.cut else len(body)
        if plan.slow is not None:
            self.wfile.write(body[start : len(body) // 2])
            plan.slow.wait(60)
            start = len(body) // 2
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.wfile.write(body[start:stop])

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def plan(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plan]:
    monkeypatch.setattr(room, "_WAIT", 0.001)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.plan = plan = Plan()  # type: ignore[attr-defined]
    plan.moved["address"] = f"http://127.0.0.1:{server.server_address[1]}/file"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield plan
    server.shutdown()
    server.server_close()
    thread.join()


def get(plan: Plan, folder: Path, path: str = "", **options: Any) -> Path:
    address = plan.moved["address"].replace("/file", path or "/file")
    return qn.download("figaro_2024", year=2019, folder=folder, address=address, **options)


def test_a_fetched_file_goes_straight_into_read_io(plan: Plan, tmp_path: Path) -> None:
    path = get(plan, tmp_path / "new" / "folder")
    assert path == tmp_path / "new" / "folder" / FILE
    table = qn.read_io(path)
    assert table.A.loc["farm", "mill"] == 0.2
    assert table.source.sha256 == hashlib.sha256(TABLE).hexdigest()
    assert sorted(p.name for p in path.parent.iterdir()) == [FILE, f"{FILE}.sha256"]


def test_a_file_that_is_there_is_used_without_a_connection(plan: Plan, tmp_path: Path) -> None:
    first = get(plan, tmp_path)
    plan.status = [404] * 9
    assert get(plan, tmp_path) == first
    assert len(plan.asked) == 1


def test_a_file_put_there_by_hand_is_recorded_and_held_to_it(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(TABLE)
    path = qn.download("figaro_2024", year=2019, folder=tmp_path)
    record = (tmp_path / f"{FILE}.sha256").read_text("utf-8")
    assert record == f"{hashlib.sha256(TABLE).hexdigest()}  {FILE}\n"
    written = (tmp_path / f"{FILE}.sha256").stat()
    assert qn.download("figaro_2024", year=2019, folder=tmp_path) == path
    again = (tmp_path / f"{FILE}.sha256").stat()  # not written again: the folder may be locked
    assert (again.st_ino, again.st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    path.write_bytes(TABLE.replace(b"70", b"71"))
    with pytest.raises(DataError, match=r"is not the one recorded in .*sha256.*delete both"):
        qn.download("figaro_2024", year=2019, folder=tmp_path)


DATE = "Mon, 02 Sep 2024 10:00:00 GMT"


@pytest.mark.parametrize(
    ("tag", "date", "guard"),
    [('"one"', "", '"one"'), ('"one"', DATE, '"one"'), ("", DATE, DATE), ('W/"weak"', DATE, DATE)],
)
def test_a_broken_transfer_is_taken_up_where_it_stopped(
    plan: Plan, tmp_path: Path, tag: str, date: str, guard: str
) -> None:
    plan.tag, plan.date = tag, date
    plan.body, plan.cut = LONG, [200_000, 270_000]  # whole pieces of 65,536 bytes are kept
    assert get(plan, tmp_path).read_bytes() == LONG
    assert [ask.get("Range") for ask in plan.asked] == [None, "bytes=196608-", "bytes=262144-"]
    assert plan.asked[1]["If-Range"] == guard


def test_the_bar_of_progress_counts_every_byte_once(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "tqdm", functools.partial(tqdm, mininterval=0.0, miniters=1))
    get(plan, tmp_path / "unwatched")
    assert capsys.readouterr().err == ""
    plan.body, plan.cut = LONG, [200_000]  # taken up after three pieces
    get(plan, tmp_path, progress=True)
    size = f"{len(LONG) / 1000:.0f}k"
    ends = [line for line in capsys.readouterr().err.split("\r") if f"| {size}/{size} [" in line]
    assert len(ends) == 1
    assert ends[0].startswith(f"{FILE}: 100%")


def test_what_pooch_says_elsewhere_is_not_silenced(plan: Plan, tmp_path: Path) -> None:
    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.DEBUG)
    try:
        get(plan, tmp_path)
        assert logger.level == logging.DEBUG
    finally:
        logger.setLevel(before)


def test_what_came_is_kept_for_the_next_call(plan: Plan, tmp_path: Path) -> None:
    plan.body, plan.cut = LONG, [100_000] * 4
    with pytest.raises(
        DataError, match=r"broke off.; 65,536 bytes are kept, call again.*by hand from"
    ):
        get(plan, tmp_path)
    assert not (tmp_path / FILE).exists()
    assert get(plan, tmp_path).read_bytes() == LONG
    assert plan.asked[-1]["Range"] == "bytes=65536-"


def test_an_interrupted_download_is_one_line_and_goes_on_later(plan: Plan, tmp_path: Path) -> None:
    plan.body, plan.slow, place = LONG, threading.Event(), tmp_path / "new"
    words = ["download", "figaro_2024", "--year", "2019", "--folder", str(place)]
    running = subprocess.Popen(
        [sys.executable, "-m", "quesnay", *words, "--address", plan.moved["address"]],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    part = place / f"{FILE}.part"
    until = time.monotonic() + 60
    while not (part.is_file() and part.stat().st_size) and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    said = running.communicate(timeout=60)
    plan.slow.set()
    assert (running.returncode, *said) == (130, "", "quesnay: interrupted\n")
    kept = part.stat().st_size
    assert 0 < kept <= len(LONG) // 2
    assert sorted(p.name for p in place.iterdir()) == [f"{FILE}.part", f"{FILE}.part.from"]
    plan.slow = None
    assert get(plan, place).read_bytes() == LONG
    assert plan.asked[-1]["Range"] == f"bytes={kept}-"


CUT = 1 << 17  # bytes, after which a transfer breaks off: two pieces


@pytest.mark.parametrize(
    ("lie", "last"),
    [
        ("bytes 7-99/100", None), (f"bytes {CUT}-{CUT}/{CUT + 1}", None),
        (f"bytes {CUT}-{CUT}/{len(LONG) + 1}", f"bytes={len(LONG)}-"),  # what came is kept
        (f"bytes {CUT - 1}-{len(LONG) - 2}/{len(LONG) - 1}", None),  # as many bytes as it says
    ],
)  # fmt: skip
def test_a_server_that_lies_about_the_place_is_asked_again(
    plan: Plan, lie: str, last: str | None, tmp_path: Path
) -> None:
    plan.body, plan.cut, plan.spans = LONG, [CUT], [lie]
    assert get(plan, tmp_path).read_bytes() == LONG
    assert [asked.get("Range") for asked in plan.asked] == [None, f"bytes={CUT}-", last]


def test_a_server_that_says_no_place_is_asked_again_after_one_byte_too(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "_PIECE", 1)
    plan.cut, plan.spans = [1], [f"bytes */{len(TABLE)}"]
    assert get(plan, tmp_path).read_bytes() == TABLE
    assert [asked.get("Range") for asked in plan.asked] == [None, "bytes=1-", None]


def test_a_file_that_changed_meanwhile_is_fetched_anew(plan: Plan, tmp_path: Path) -> None:
    plan.body, plan.cut = LONG, [100_000] * 4
    with pytest.raises(DataError):
        get(plan, tmp_path)
    plan.body, plan.tag = LONG.replace(b"70", b"71"), '"two"'
    assert get(plan, tmp_path).read_bytes() == plan.body


def test_nothing_is_resumed_from_another_address(plan: Plan, tmp_path: Path) -> None:
    plan.body, plan.cut = LONG, [100_000] * 4
    with pytest.raises(DataError):
        get(plan, tmp_path)
    get(plan, tmp_path, "/other")
    assert "Range" not in plan.asked[-1]


@pytest.mark.parametrize("tag", ["", 'W/"weak"'])
def test_without_a_sure_mark_of_the_file_nothing_is_resumed(
    plan: Plan, tmp_path: Path, tag: str
) -> None:
    plan.body, plan.cut, plan.tag = LONG, [100_000], tag
    assert get(plan, tmp_path).read_bytes() == LONG
    assert "Range" not in plan.asked[1]


def test_a_server_without_ranges_or_lengths_will_do(plan: Plan, tmp_path: Path) -> None:
    plan.body, plan.cut, plan.ranges = LONG, [100_000], False
    assert get(plan, tmp_path / "a").read_bytes() == LONG
    plan.length = False
    assert get(plan, tmp_path / "b").read_bytes() == LONG
    plan.body, plan.coding, plan.length = (
        gzip.compress(LONG, mtime=0),
        "gzip",
        True,
    )  # the packed length
    assert get(plan, tmp_path / "c").read_bytes() == LONG


def test_a_part_that_was_whole_already_is_taken(plan: Plan, tmp_path: Path) -> None:
    plan.body, plan.cut = LONG, [100_000] * 4
    with pytest.raises(DataError):
        get(plan, tmp_path)
    (tmp_path / f"{FILE}.part").write_bytes(LONG)
    assert get(plan, tmp_path).read_bytes() == LONG


def test_a_known_hash_is_held_and_another_refused(plan: Plan, tmp_path: Path) -> None:
    right = hashlib.sha256(TABLE).hexdigest()
    with pytest.raises(DataError, match=f"another SHA-256 than expected.*put it at .*{FILE}"):
        get(plan, tmp_path, sha256="0" * 64)
    assert list(tmp_path.iterdir()) == []
    assert get(plan, tmp_path, sha256=f"sha256:{right.upper()}").read_bytes() == TABLE
    with pytest.raises(DataError, match="is not the one that is expected"):
        get(plan, tmp_path, sha256="0" * 64)


def test_a_server_that_is_busy_is_asked_again(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(time, "sleep", waits.append)
    plan.status = [503, 429, 500]
    assert get(plan, tmp_path).read_bytes() == TABLE
    assert waits == [0.001, 0.002, 0.004]  # twice as long each time
    plan.status = [503] * 4
    said = (
        r"no whole file after 4 tries \(the server answers 503\); fetch it by hand"  # none is kept
    )
    with pytest.raises(DataError, match=said):
        get(plan, tmp_path / "busy")
    plan.status = [416] * 4  # though no part was asked for
    with pytest.raises(DataError, match=r"no whole file after 4 tries .the server lost the place"):
        get(plan, tmp_path / "lost")


@pytest.mark.parametrize("status", [400, 404])
def test_a_missing_file_is_not_asked_for_twice(plan: Plan, tmp_path: Path, status: int) -> None:
    plan.status = [status]
    said = rf"answers {status} .*by hand from https://ec\.europa\.eu.*put it at"
    with pytest.raises(DataError, match=said):
        get(plan, tmp_path)
    assert len(plan.asked) == 1


def test_a_redirect_is_followed_and_a_circle_is_not(plan: Plan, tmp_path: Path) -> None:
    plan.moved |= {"/old": "/file", "/round": "/round"}
    assert get(plan, tmp_path, "/old").read_bytes() == TABLE
    with pytest.raises(DataError, match="redirects without end"):
        get(plan, tmp_path / "round", "/round")


@pytest.mark.parametrize(
    ("body", "said"), [(b"\n<!DOCTYPE html><p>moved", "a web page"), (b"", "an empty file")]
)
def test_what_is_no_table_is_not_kept(plan: Plan, tmp_path: Path, body: bytes, said: str) -> None:
    plan.body = body
    with pytest.raises(DataError, match=f"the server sent {said} instead of the file"):
        get(plan, tmp_path)
    assert not (tmp_path / FILE).exists()
    assert not (tmp_path / f"{FILE}.part").exists()


def test_text_in_place_of_an_archive_is_refused(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"WIOTS_in_EXCEL.zip: the server sent no archive"):
        qn.download("wiod_2016", folder=tmp_path, address=plan.moved["address"])


def test_use_and_make_are_two_members_of_one_archive(plan: Plan, tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for kind in ("Use", "Make"):
            for detail in ("Summary", "Sector"):
                name = f"IO{kind}_Before_Redefinitions_PRO_1997-2023_{detail}.xlsx"
                archive.writestr(name, f"{kind} {detail}")
    plan.body = packed.getvalue()
    found = [
        qn.download(name, folder=tmp_path, address=plan.moved["address"]).read_text()
        for name in ("bea_use", "bea_make", "bea_make")
    ]
    assert found == ["Use Summary", "Make Summary", "Make Summary"]
    (member,) = (tmp_path / "AllTablesIO").glob("IOUse*")
    member.write_text("changed by hand")
    assert qn.download("bea_use", folder=tmp_path) == member
    assert member.read_text() == "Use Summary"  # as in the archive
    assert len(plan.asked) == 1


def test_an_archive_without_the_table_says_what_it_has(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "AllTablesIO.zip", "w") as archive:
        archive.writestr("other.xlsx", "x")
    with pytest.raises(DataError, match=r"0 members like IOUse.*it has other.xlsx"):
        qn.download("bea_use", folder=tmp_path)
    with zipfile.ZipFile(tmp_path / "AllTablesIO.zip", "w") as archive:
        for letter in "ihgfedcba":
            archive.writestr(letter, "x")
    (tmp_path / "AllTablesIO.zip.sha256").unlink()
    with pytest.raises(DataError, match=r"it has a, b, c, d, e, f, g, h$"):  # eight of nine
        qn.download("bea_use", folder=tmp_path)
    (tmp_path / "AllTablesIO.zip").write_bytes(b"PK, but no archive")
    (tmp_path / "AllTablesIO.zip.sha256").unlink()
    with pytest.raises(DataError, match="damaged archive"):
        qn.download("bea_use", folder=tmp_path)


def test_a_member_of_more_than_a_gigabyte_stays_packed(tmp_path: Path) -> None:
    name = "IOUse_Before_Redefinitions_PRO_1997-2023_Summary.xlsx"
    size = (9).to_bytes(4, "little")
    with zipfile.ZipFile(tmp_path / "AllTablesIO.zip", "w") as archive:
        archive.writestr(name, b"x" * 9)
    data = (tmp_path / "AllTablesIO.zip").read_bytes()
    place = data.rindex(b"PK\x01\x02") + 24  # the size that the directory declares
    assert data[place : place + 4] == size
    more, just = (((1 << 30) + one).to_bytes(4, "little") for one in (1, 0))
    (tmp_path / "AllTablesIO.zip").write_bytes(data[:place] + more + data[place + 4 :])
    with pytest.raises(DataError, match=f"{name} unpacks to more than 1 GiB; refused: unpack it"):
        qn.download("bea_use", folder=tmp_path)
    (tmp_path / "AllTablesIO.zip").write_bytes(data[:place] + just + data[place + 4 :])
    (tmp_path / "AllTablesIO.zip.sha256").unlink()
    assert qn.download("bea_use", folder=tmp_path).read_bytes() == b"x" * 9


def test_a_folder_that_cannot_hold_the_file_names_another_way(plan: Plan, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(DataError, match=f"{FILE}: cannot be .* pass folder= with another folder"):
        get(plan, tmp_path / "file" / "below")


def test_nobody_listening_is_one_clear_line(plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"after 4 tries \(no connection\); .*put it at"):
        qn.download("figaro_2024", year=2019, folder=tmp_path, address="http://127.0.0.1:9/x")


@pytest.mark.usefixtures("plan")
def test_a_server_that_keeps_silent_is_left_after_the_time_that_is_given(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(DataError, match=r"after 4 tries \(no answer in time\)"):
            qn.download("figaro_2024", year=2019, folder=tmp_path, address=address, timeout=0.02)


def test_from_https_to_http_is_not_followed(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ssl

    key, sure = tmp_path / "key.pem", tmp_path / "cert.pem"
    make = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    named = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(sure)]
    try:
        subprocess.run([*make, *named], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl that makes a certificate")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.plan = Plan(moved={"/safe": plan.moved["address"]})  # type: ignore[attr-defined]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sure, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(sure))
    address = f"https://127.0.0.1:{server.server_address[1]}/safe"
    try:
        with pytest.raises(DataError, match="from https to http, which is not followed"):
            qn.download("figaro_2024", year=2019, folder=tmp_path, address=address)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ({"name": "figaro"}, "did you mean 'figaro_2024'"),
        ({"name": "figaro_2024"}, "pass year=, 2010 to 2022"),
        ({"name": "oecd_icio_2023", "year": 2021}, "no file of the year 2021: it covers 1995 to"),
        ({"name": "wiod_2016", "year": "2014"}, "year: expected a year"),
        ({"name": "wiod_2016", "address": "ftp://x/y"}, "address: expected one that starts with"),
        ({"name": "wiod_2016", "address": "file:///etc/passwd"}, "address: expected one"),
        ({"name": "wiod_2016", "sha256": "abc"}, "sha256: expected 64 hexadecimal digits"),
        ({"name": "wiod_2016", "timeout": 0}, "timeout: expected seconds above 0"),
        ({"name": "wiod_2016", "folder": 3}, "folder: expected the path"),
    ],
)
def test_an_odd_argument_is_named(call: dict[str, Any], said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=said):
        qn.download(**{"folder": tmp_path, **call})


def test_without_pooch_the_way_by_hand_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DataError, match=r"pip install .quesnay\[download\].*put it at .*WIOTS"):
        qn.download("wiod_2016", folder=tmp_path)
    monkeypatch.setenv("QUESNAY_CACHE", str(tmp_path))
    (tmp_path / "WIOTS_in_EXCEL.zip").write_bytes(b"PK")
    assert qn.download("wiod_2016").name == "WIOTS_in_EXCEL.zip"


def test_every_entry_is_complete_and_each_year_has_one_file() -> None:
    every = qn.list_downloads()
    assert (every.drop(columns="member") != "").all().all()
    assert every["address"].str.startswith("https://").all()
    assert set(every["sha256"]) == {"hash not published"}
    for _, rows in every.groupby("name"):
        spans = rows.sort_values("first")
        assert (spans["first"].iloc[1:].to_numpy() == spans["last"].iloc[:-1] + 1).all()
        for entry in spans.to_dict("records"):
            for year in (entry["first"], entry["last"]):
                assert room._entry(entry["name"], year)["file"] == entry["file"]
        for year in (spans["first"].iloc[0] - 1, spans["last"].iloc[-1] + 1):
            with pytest.raises(DataError, match=f"no file of the year {year}: it covers"):
                room._entry(spans["name"].iloc[0], year)


def test_a_minute_is_waited_and_no_bar_is_shown_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(room, "_fetch", asked.append)
    given: list[dict[str, Any]] = [{}, {"timeout": 5, "progress": True}]
    for more in given:
        with pytest.raises(DataError, match="cannot be read"):
            qn.download("wiod_2016", folder=tmp_path, **more)
    assert [(one.timeout, one.progress) for one in asked] == [(60.0, False), (5.0, True)]


def test_importing_the_package_loads_nothing_that_fetches() -> None:
    code = "import sys, quesnay as qn; qn.list_downloads(); print({'pooch', 'requests', 'sdmx'} & set(sys.modules))"  # noqa: E501
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert run.stdout.strip() == "set()"


def test_the_command_lists_fetches_and_says_what_to_do_next(
    plan: Plan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["download"]) == 0
    assert "oecd_icio_2025" in capsys.readouterr().out
    words = ["download", "figaro_2024", "--year", "2019", "--folder", str(tmp_path)]
    assert main([*words, "--address", plan.moved["address"]]) == 0
    assert capsys.readouterr().out.splitlines()[0] == str(tmp_path / FILE)
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"path": str(tmp_path / FILE)}
    assert main(["table", "check", str(tmp_path / FILE)]) == 0
    capsys.readouterr()
    assert main(["download", "figaro_2024"]) == 1
    assert "pass --year" in capsys.readouterr().err


def test_an_address_with_a_broken_host_is_refused_like_any_other(tmp_path: Path) -> None:
    with pytest.raises(qn.DataError, match="address: expected one that starts with https://"):
        qn.download("figaro_2024", year=2019, folder=tmp_path, address="http://[::1")
