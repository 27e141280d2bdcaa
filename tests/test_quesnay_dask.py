"""The main job on a real cluster of processes, by the command line and from Python."""

import json

import pandas as pd
import pytest

import quesnay as qn
from quesnay.cli import main

distributed = pytest.importorskip("distributed")


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # within distributed, at its shutdown
@pytest.mark.slow
def test_the_command_line_runs_on_a_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reproduce", "--draws", "1500", "--json"]
    assert main(words) == 0
    near = json.loads(capsys.readouterr().out)
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
    ) as cluster:
        assert main([*words, "--dask", cluster.scheduler_address]) == 0
        far = json.loads(capsys.readouterr().out)
        with distributed.Client(cluster) as client:
            there = qn.reproduce(draws=1500, client=client)
    assert far == near
    here = qn.reproduce(draws=1500)
    pd.testing.assert_frame_equal(here.draws, there.draws, check_exact=True)


@pytest.mark.slow
def test_no_cluster_is_one_clear_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "--draws", "10", "--dask", "tcp://127.0.0.1:9"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "no cluster answers there" in printed.err
