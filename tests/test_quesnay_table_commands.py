"""The table command: every option of reading, help by action, messages in the shell's words."""

import json
from pathlib import Path

import pytest

from quesnay.cli import main
from quesnay.table_commands import in_shell

BASE = "sector,farm,mill,homes\nfarm,20,40,140\nmill,60,80,60\nwages,120,80,\n"
NIOT = "Year,Code,Description,Origin,A01,B,CONS_h,GO\n,,,,Crop,Mining,Homes,Total\n" + "".join(
    f"{year},A01,Crop,Domestic,20,40,140,200\n{year},B,Mining,Domestic,60,80,60,200\n"
    f"{year},VA,Value added,TOT,120,80,0,0\n"
    for year in (2013, 2014)
)


def put(folder: Path, text: str) -> str:
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def fault(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["table", *words]) == 1
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    return err


@pytest.mark.parametrize("action", ["check", "multipliers", "linkages", "extract"])
def test_actions_print_and_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    path = put(tmp_path, BASE)
    assert main(["table", action, path]) == 0
    assert capsys.readouterr().out
    assert main(["table", action, path, "--json"]) == 0
    json.loads(capsys.readouterr().out)
    for ending in ("csv", "xlsx"):
        target = tmp_path / f"out.{ending}"
        assert main(["table", action, path, "--out", str(target)]) == 0
        assert target.stat().st_size > 20
        assert "Written" in capsys.readouterr().out
    assert "expected a file ending in" in fault(capsys, action, path, "--out", "x.pdf")


@pytest.mark.parametrize("action", ["check", "multipliers", "linkages", "extract", "template"])
def test_each_action_has_help_with_its_own_example(
    capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert main(["table", action, "--help"]) == 0
    out = capsys.readouterr().out
    assert f"quesnay table {action} " in out.split("example:")[1]
    if action != "template":
        for option in ("layout", "sheet", "year", "country", "make", "tolerance", "blank",
                       "encoding", "unit", "out", "role", "no-strict", "decimal"):  # fmt: skip
            assert f"--{option}" in out


def test_remedies_exist_in_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = put(tmp_path, NIOT)
    assert "pass --year 2014" in fault(capsys, "check", path)
    assert main(["table", "check", path, "--year", "2014"]) == 0
    assert "wiod_national" in capsys.readouterr().out.replace("\n", "")
    path = put(tmp_path, BASE.replace("120,80", "100,80"))
    said = fault(capsys, "check", path)
    assert "--tolerance 1.1e-01" in said
    assert "--no-strict" in said
    for words in (("--tolerance", "1.1e-01"), ("--no-strict",)):
        assert main(["table", "check", path, *words]) == 0
        capsys.readouterr()
    path = put(tmp_path, BASE.replace("farm,20", "farm,"))
    assert "(--blank zero reads empty cells as 0)" in fault(capsys, "linkages", path)
    path = put(tmp_path, BASE + "Total,1,2,\n")
    assert "--role 'Total=drop'" in fault(capsys, "check", path)
    assert main(["table", "check", path, "--role", "Total=drop"]) == 0
    capsys.readouterr()
    assert "expected LABEL=ROLE" in fault(capsys, "check", path, "--role", "Total")
    assert "--tolerance much: expected a number" in fault(
        capsys, "check", path, "--tolerance", "much"
    )
    assert "year: expected a year" in fault(capsys, "check", path, "--year", "x")
    assert "--sector farm=x: expected NAME=SHARE" in fault(
        capsys, "extract", path, "--role", "Total=drop", "--sector", "farm=x"
    )


def test_a_sector_may_be_called_by_the_name_beside_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "coded.csv"
    path.write_text(
        "Code,Industry,A,B,home,total\nA,Farming,10,20,70,100\nB,Telecoms and IT,30,40,30,100\n"
        ",wages,60,40,,\n"
    )
    said = []
    for sector in ("B=0.5", "Telecoms and IT=0.5"):
        assert main(["table", "extract", str(path), "--sector", sector]) == 0
        said.append(capsys.readouterr().out)
    assert said[0] == said[1]
    assert "Extracted: B 0.5" in said[0]
    assert "expected NAME=SHARE with a number from 0 to 1" in fault(
        capsys, "extract", str(path), "--sector", "B=50%"
    )


def test_messages_are_turned_into_options() -> None:
    text = "pass make=PATH; roles={'a b': 'drop'}; country='DE'; merge_regions=True; decimal=','"
    assert in_shell(text) == (
        "pass --make PATH; --role 'a b=drop'; --country DE; --merge-regions; --decimal ,"
    )
    assert in_shell("leave year= out") == "leave --year out"


def test_the_template_can_be_read_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "mine.xlsx")
    assert main(["table", "template", path]) == 0
    assert main(["table", "check", path]) == 0
    assert "million (currency)" in capsys.readouterr().out
    assert "a file of that name is there" in fault(capsys, "template", path)
    assert "ending in .xlsx" in fault(capsys, "template", str(tmp_path / "x.csv"))


@pytest.mark.parametrize("action", ["multipliers", "linkages", "extract"])
def test_names_stand_beside_codes_where_the_file_has_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str
) -> None:
    assert main(["table", action, put(tmp_path, NIOT), "--year", "2014"]) == 0
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["A01", "Crop"] in [line[:2] for line in lines]
    assert ["B", "Mining"] in [line[:2] for line in lines]
    assert main(["table", action, put(tmp_path, BASE)]) == 0
    assert "name" not in capsys.readouterr().out.split()


def test_what_is_written_is_also_shown_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = put(tmp_path, BASE), tmp_path / "out.csv"
    assert main(["table", "multipliers", path, "--json", "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert json.loads(said)
    assert "Written" not in said
    assert out.exists()


def test_a_result_never_replaces_what_it_is_made_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, BASE)
    link = tmp_path / "link.csv"
    link.symlink_to(path)
    for out in (path, str(link), f"{tmp_path}/./t.csv"):
        said = fault(capsys, "multipliers", path, "--out", out)
        assert "the result would replace" in said
    assert Path(path).read_text("utf-8") == BASE
    jobs = tmp_path / "jobs.csv"
    jobs.write_text("s,jobs\nfarm,1\nmill,2\n", encoding="utf-8")
    fault(capsys, "linkages", path, "--accounts", str(jobs), "--out", str(jobs))
    assert main(["table", "multipliers", path, "--out", str(tmp_path / "m.csv")]) == 0


def test_what_is_said_twice_is_not_taken_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = put(tmp_path, BASE)
    said = fault(capsys, "extract", path, "--sector", "farm=0.5", "--sector", "farm=0.2")
    assert "--sector: 'farm' is named twice" in said
    said = fault(capsys, "check", path, "--role", "homes=drop", "--role", "homes=total")
    assert "--role: 'homes' is named twice" in said


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_a_device_is_no_file_that_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    import os

    reader, writer = os.pipe()
    os.close(writer)
    assert "a pipe or a device" in fault(capsys, "check", f"/dev/fd/{reader}")
    os.close(reader)
