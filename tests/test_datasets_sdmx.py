"""SDMX from files that are made here and from a server on loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.errors import DataError

CSV = (
    "DATAFLOW,LAST UPDATE,freq,unit,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG\n"
    "ESTAT:GDP(1.0),01/02/24,A,CP_MEUR,DE,2018,3365450,\n"
    "ESTAT:GDP(1.0),01/02/24,A,CP_MEUR,DE,2019,3474110,p\n"
    "ESTAT:GDP(1.0),01/02/24,A,CP_MEUR,DE,2020,:,\n"
)
MESSAGE = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<mes:GenericData xmlns:mes="{MESSAGE}/message" xmlns:gen="{MESSAGE}/data/generic"
 xmlns:com="{MESSAGE}/common"><mes:Header><mes:ID>T</mes:ID><mes:Test>false</mes:Test>
<mes:Prepared>2024-01-01T00:00:00</mes:Prepared><mes:Sender id="ESTAT"/>
<mes:Structure structureID="S" dimensionAtObservation="TIME_PERIOD"><com:Structure>
<Ref agencyID="ESTAT" id="GDP" version="1.0"/></com:Structure></mes:Structure></mes:Header>
<mes:DataSet structureRef="S" action="Replace">"""


def series(keys: dict[str, str], values: dict[str, str], **said: str) -> str:
    parts = "".join(f'<gen:Value id="{k}" value="{v}"/>' for k, v in keys.items())
    about = "".join(f'<gen:Value id="{k}" value="{v}"/>' for k, v in said.items())
    about = f"<gen:Attributes>{about}</gen:Attributes>" if about else ""
    rows = "".join(
        f'<gen:Obs><gen:ObsDimension value="{t}"/><gen:ObsValue value="{v}"/></gen:Obs>'
        for t, v in values.items()
    )
    return f"<gen:Series><gen:SeriesKey>{parts}</gen:SeriesKey>{about}{rows}</gen:Series>"


def message(*parts: str) -> str:
    return HEAD + "".join(parts) + "</mes:DataSet></mes:GenericData>"


GDP = message(
    series(
        {"FREQ": "A", "GEO": "DE"},
        {"2018": "3365450", "2019": "3474110", "2020": "NaN"},
        UNIT_MEASURE="EUR",
        UNIT_MULT="6",
    )
)

# farm and mill, their flows at home and from abroad, in the words of naio_10_cp1700
CELLS = {
    ("DOM", "A", "A"): 10, ("DOM", "A", "B"): 20, ("DOM", "A", "P3"): 70,
    ("DOM", "B", "A"): 30, ("DOM", "B", "B"): 40, ("DOM", "B", "P3"): 50,
    ("IMP", "A", "A"): 5, ("IMP", "A", "B"): 5, ("IMP", "A", "P3"): 1,
    ("IMP", "B", "A"): 5, ("IMP", "B", "B"): 5, ("IMP", "B", "P3"): 2,
    ("TOTAL", "D1", "A"): 30, ("TOTAL", "D1", "B"): 40,
    ("TOTAL", "B2A3G", "A"): 20, ("TOTAL", "B2A3G", "B"): 10,
    ("TOTAL", "P1", "A"): 100, ("TOTAL", "P1", "B"): 120,
}  # fmt: skip


def naio_xml() -> str:
    return message(
        *(
            series(
                {"unit": "MIO_EUR", "stk_flow": flow, "prd_ava": row, "prd_use": use, "geo": "DE"},
                {"2019": str(value)},
            )
            for (flow, row, use), value in CELLS.items()
        )
    )


def naio_csv() -> str:
    head = "DATAFLOW,unit,stk_flow,prd_ava,prd_use,geo,TIME_PERIOD,OBS_VALUE\n"
    return head + "".join(f"X,MIO_EUR,{f},{r},{u},DE,2019,{v}\n" for (f, r, u), v in CELLS.items())


def json_text(two: bool) -> str:
    structure = {
        "dimensions": {
            "dataSet": [{"id": "FREQ", "values": [{"id": "A"}]}],
            "series": [{"id": "REF_AREA", "values": [{"id": "DEU"}, {"id": "JPN"}]}],
            "observation": [{"id": "TIME_PERIOD", "values": [{"id": "2018"}, {"id": "2019"}]}],
        },
        "attributes": {
            "dataSet": [],
            "series": [{"id": "UNIT_MEASURE", "values": [{"id": "EUR"}, {"id": "JPY"}]}],
            "observation": [{"id": "OBS_STATUS", "values": [{"id": "E"}]}],
        },
    }
    sets = [
        {
            "action": "Information",
            "series": {
                "0": {"attributes": [0], "observations": {"0": [3365450, None], "1": [3474110, 0]}},
                "1": {"attributes": [1], "observations": {"0": [None], "1": [558.5]}},
            },
        }
    ]
    if two:
        return json.dumps({"meta": {}, "data": {"dataSets": sets, "structures": [structure]}})
    return json.dumps({"header": {}, "dataSets": sets, "structure": structure})


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_csv_gives_dimensions_values_and_flags(tmp_path: Path) -> None:
    data = qn.read_sdmx(write(tmp_path, "gdp.csv", CSV))
    assert data.dimensions == ("freq", "unit", "geo", "TIME_PERIOD")
    assert data.attributes == ("OBS_FLAG",)
    assert data.frame["value"].fillna(-1).tolist() == [3365450.0, 3474110.0, -1.0]
    assert data.frame["OBS_FLAG"].tolist() == ["", "p", ""]
    assert data.units == ("CP_MEUR",)
    assert "3 observations, 1 not published. Units: CP_MEUR" in data.summary()
    short = CSV.replace("3365450,\n", "3365450\n").replace(":,\n", ":\n")  # no flag, no cell for it
    assert qn.read_sdmx(write(tmp_path, "short.csv", short)).frame.equals(data.frame)


def test_sdmx_ml_gives_the_same_numbers_and_the_power_of_ten(tmp_path: Path) -> None:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    data = qn.read_sdmx(write(tmp_path, "gdp.xml", GDP))
    assert set(data.dimensions) == {"FREQ", "GEO", "TIME_PERIOD"}
    assert data.frame.set_index("TIME_PERIOD")["value"].fillna(-1).to_dict() == {
        "2018": 3365450.0,
        "2019": 3474110.0,
        "2020": -1.0,
    }
    assert data.units == ("EUR, 10^6",)


@pytest.mark.parametrize("two", [False, True])
def test_json_keeps_the_units_of_each_series(tmp_path: Path, two: bool) -> None:
    data = qn.read_sdmx(write(tmp_path, "gdp.json", json_text(two)))
    whole = [
        ["A", "DEU", "2018", 3365450.0, "EUR", ""], ["A", "DEU", "2019", 3474110.0, "EUR", "E"],
        ["A", "JPN", "2018", np.nan, "JPY", ""], ["A", "JPN", "2019", 558.5, "JPY", ""],
    ]  # fmt: skip
    columns = ["FREQ", "REF_AREA", "TIME_PERIOD", "value", "UNIT_MEASURE", "OBS_STATUS"]
    pd.testing.assert_frame_equal(data.frame, pd.DataFrame(whole, columns=columns))
    assert (data.dimensions, data.attributes) == (tuple(columns[:3]), tuple(columns[4:]))
    assert data.units == ("EUR", "JPY")


def test_data_sets_of_several_structures_are_read_each_by_its_own(tmp_path: Path) -> None:
    def structure(area: str, units: list[dict[str, str]]) -> dict[str, Any]:
        first = [{"id": "GEO", "values": [{"id": area}]}]
        when = [{"id": "TIME", "values": [{"id": "18"}, {"id": "19"}]}]
        own = [{"id": "UNIT", "values": units}, {"id": "NOTE"}]
        return {
            "dimensions": {"dataSet": first, "observation": when}, "attributes": {"dataSet": own}
        }  # fmt: skip

    sets = [
        {"attributes": [0, "flash"], "observations": {"0": ["1.5"]}},
        {"structure": 1, "attributes": [1, 7], "observations": {"1": [2], "0": [3]}},
    ]
    structures = [
        structure("DE", [{"name": "euro"}]),
        structure("JP", [{"id": "?"}, {"id": "yen"}]),
    ]
    text = "\ufeff" + json.dumps({"data": {"dataSets": sets, "structures": structures}})
    data = qn.read_sdmx(write(tmp_path, "two.json", text))
    assert data.frame.to_numpy().tolist() == [
        ["DE", "18", 1.5, "euro", "flash"], ["JP", "19", 2.0, "yen", "7"],
        ["JP", "18", 3.0, "yen", "7"],
    ]  # fmt: skip
    assert data.units == ("euro", "yen")
    (table,) = replace(data, attributes=()).tables()
    assert table.title == f"SDMX, {tmp_path / 'two.json'}"
    assert table.notes == ("3 observations, 0 not published. No unit is named.",)


def test_a_table_of_eurostat_is_the_one_that_read_io_reads(tmp_path: Path) -> None:
    path = write(tmp_path, "naio.csv", naio_csv())
    table, same = qn.read_sdmx(path).table(), qn.read_io(path)
    assert table.A.equals(same.A)
    assert table.x.tolist() == [100.0, 120.0]
    assert table.imports is not None
    assert table.imports.Z.to_numpy().tolist() == [[5.0, 5.0], [5.0, 5.0]]
    assert table.unit == "million euro"
    assert table.source.layout == "eurostat"


def test_sdmx_ml_makes_the_same_table(tmp_path: Path) -> None:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    table = qn.read_sdmx(write(tmp_path, "naio.xml", naio_xml())).table(country="DE", year=2019)
    assert table.A.equals(qn.read_io(write(tmp_path, "naio.csv", naio_csv())).A)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        texts = {"/data/GDP": GDP, "/data/naio_10_cp1700": naio_xml(), "/data/page": "<html>no"}
        text = next((t for start, t in texts.items() if self.path.startswith(start)), None)
        if text is None:
            self.send_error(404)
            return
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.sdmx.genericdata+xml;version=2.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked = asked = []  # type: ignore[attr-defined,var-annotated]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_service_is_asked_for_flow_key_and_period(service: tuple[str, list[str]]) -> None:
    address, asked = service
    data = qn.read_sdmx("GDP", service=address, key="A.DE", start=2018, end=2020)
    assert data.frame["value"].iloc[0] == 3365450.0
    assert len(asked) == 1
    assert asked[0].startswith("/data/GDP/A.DE")
    assert "startPeriod=2018" in asked[0]
    assert "endPeriod=2020" in asked[0]


def test_a_table_comes_straight_from_a_service(service: tuple[str, list[str]]) -> None:
    table = qn.read_sdmx("naio_10_cp1700", service=service[0], key="....DE").table()
    assert table.v.tolist() == [50.0, 50.0]


@pytest.mark.parametrize(
    ("flow", "said"), [("none", "it answers 404"), ("page", "gives no data"), ("", "expected the")]
)
def test_a_service_that_gives_no_data_is_one_clear_line(
    service: tuple[str, list[str]], flow: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        qn.read_sdmx(flow, service=service[0])


def test_an_unknown_service_and_a_closed_one_are_named() -> None:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    with pytest.raises(DataError, match="did you mean 'ESTAT'"):
        qn.read_sdmx("GDP", service="ESTATT")
    with pytest.raises(DataError, match=r"does not answer \(Connection.*; check the connection"):
        qn.read_sdmx("GDP", service="http://127.0.0.1:9")


def test_a_service_that_does_not_answer_in_time_may_be_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(
            DataError, match=r"does not answer \(ReadTimeout.*\); try again, or save"
        ):
            qn.read_sdmx("GDP", service=address, timeout=0.02)


BROKEN = {
    "empty.csv": ("", "no readable|empty|no column OBS_VALUE"),
    "other.csv": ("a,b\n1,2\n", "no column OBS_VALUE"),
    "short.csv": (CSV + "X,Y\n", "line 5 is shorter"),
    "valueless.csv": (CSV + "X,01,A,CP_MEUR,DE,2021\n", "line 5 is shorter"),
    "text.csv": (CSV.replace("3474110", "many"), "observation 2: 'many' is no number"),
    "twice.csv": (CSV.replace("2019", "2018"), "stands twice: freq A, unit CP_MEUR, geo DE"),
    "none.csv": (CSV.splitlines()[0] + "\n", "no observation found"),
    "broken.json": ("{", "no readable SDMX-JSON"),
    "stat.json": (
        '{"class": "dataset", "id": ["t"], "size": [1], "dimension": {}, "value": [1]}',
        "JSON-stat, not SDMX-JSON; ask the office for SDMX-CSV",
    ),
    "backwards.json": (
        '{"dataSets": [{"observations": {"-1": [3]}}], "structure": {"attributes": {}, '
        '"dimensions": {"observation": [{"id": "t", "values": [{"id": "18"}, {"id": "19"}]}]}}}',
        "place -1 in t",
    ),
    "other.json": ("[1]", "no readable SDMX-JSON"),
    "far.json": (json_text(False).replace('"0:', '"9:').replace('"1": {', '"7": {'), "SDMX-JSON"),
    "missing.csv": (None, "no such file; for a data flow pass service="),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_named(tmp_path: Path, name: str) -> None:
    text, said = BROKEN[name]
    path = tmp_path / name
    if text is not None:
        write(tmp_path, name, text)
    with pytest.raises(DataError, match=said) as caught:
        qn.read_sdmx(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<a>", "no readable SDMX-ML"),
        ("<html></html>", "no readable SDMX-ML|no observation"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"),
        (message(), "no observation found"),
    ],
)
def test_a_broken_message_is_named(tmp_path: Path, text: str, said: str) -> None:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    with pytest.raises(DataError, match=said):
        qn.read_sdmx(write(tmp_path, "broken.xml", text))


def test_what_is_no_table_says_which_dimensions_it_has(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"no input-output table of Eurostat.*it has freq, unit"):
        qn.read_sdmx(write(tmp_path, "gdp.csv", CSV)).table()
    with pytest.raises(DataError, match="pass service="):
        qn.read_sdmx(tmp_path / "gdp.csv", key="A")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("OBS_VALUE\n3\n", "no dimension stands before the value"),
        ("geo,geo,OBS_VALUE\nDE,FR,3\n", "two columns 'geo'"),
        ("geo,OBS_VALUE,value\nDE,3,x\n", r"two columns 'value' \(the values are one\)"),
        ("geo,OBS_VALUE\nDE,1_000\n", "'1_000' is no number"),
        ("geo,OBS_VALUE\nDE,\u0663\n", "is no number"),
    ],
)
def test_columns_that_hide_each_other_and_numbers_no_office_prints_are_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "data.csv").write_text(text, "utf-8")
    with pytest.raises(qn.DataError, match=said):
        qn.read_sdmx(tmp_path / "data.csv")


def test_numbers_in_scientific_notation_and_without_a_leading_nought_are_read(
    tmp_path: Path,
) -> None:
    (tmp_path / "data.csv").write_text("geo,OBS_VALUE\nDE,-.5\nFR,1.5E+3\nIT,7.\nES,NaN\n", "utf-8")
    found = qn.read_sdmx(tmp_path / "data.csv").frame["value"]
    np.testing.assert_array_equal(found, [-0.5, 1500.0, 7.0, np.nan])


def test_empty_lines_of_a_file_are_passed_over(tmp_path: Path) -> None:
    plain = qn.read_sdmx(write(tmp_path, "a.csv", CSV)).frame
    head, *rows = CSV.splitlines()
    spaced = qn.read_sdmx(write(tmp_path, "b.csv", "\n,,,,,,,\n".join([head, *rows]) + "\n")).frame
    assert spaced.equals(plain)


def test_observations_without_series_are_read(tmp_path: Path) -> None:
    said = json.loads(json_text(False))
    structure = said["structure"]
    dimensions = structure["dimensions"]
    dimensions["observation"] = [*dimensions.pop("series"), *dimensions["observation"]]
    structure["attributes"]["series"] = []
    said["dataSets"] = [
        {"observations": {"0:0": [3365450], "0:1": [3474110, 0], "1:0": [None], "1:1": [558.5]}}
    ]
    found = qn.read_sdmx(write(tmp_path, "flat.json", json.dumps(said))).frame
    by_series = qn.read_sdmx(write(tmp_path, "a.json", json_text(False))).frame
    assert found["value"].tolist()[:2] == [3365450.0, 3474110.0]
    assert found["value"].dropna().tolist() == by_series["value"].dropna().tolist()
    assert found["REF_AREA"].tolist()[:2] == ["DEU", "DEU"]


def test_a_minute_is_waited_for_a_service_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[float] = []

    def closed(_: str, timeout: float) -> None:
        asked.append(timeout)
        raise DataError("closed")

    monkeypatch.setattr("quesnay.datasets.sdmx._client", closed)
    given: list[dict[str, Any]] = [{}, {"timeout": 5}]
    for more in given:
        with pytest.raises(DataError, match="closed"):
            qn.read_sdmx("GDP", service="ESTAT", **more)
    assert asked == [60.0, 5.0]


def test_a_service_known_by_its_name_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sdmx", reason='needs pip install "quesnay[sdmx]"')
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # where nobody listens
    with pytest.raises(DataError, match="estat, NAMA_10_GDP: "):
        qn.read_sdmx("NAMA_10_GDP", service="estat", timeout=5)


def test_units_carry_their_power_of_ten() -> None:
    frame = pd.DataFrame({"geo": ["FR"] * 4, "UNIT_MEASURE": ["EUR", "EUR", "XDC", "PS"],
                          "UNIT_MULT": ["6", "6", "0", ""], "value": 1.0})  # fmt: skip
    found = qn.SdmxData(frame, ("geo", "UNIT_MEASURE"), ("UNIT_MULT",), "a.csv")
    assert found.units == ("EUR, 10^6", "PS", "XDC")
    assert qn.SdmxData(frame, ("geo",), (), "a.csv").units == ()
    assert qn.SdmxData(frame, ("geo", "UNIT_MEASURE"), (), "a.csv").units == ("EUR", "PS", "XDC")
