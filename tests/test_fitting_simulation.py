"""The chunk engine: same numbers wherever it runs, and after any interruption."""

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import quesnay as qn
from quesnay.fitting.simulation import engine
from quesnay.fitting.simulation.engine import Chunk, chunks, run
from quesnay.models.uncertainty.running import Checkpoints

from .refusals import refused

INPUTS = {
    "a": qn.Normal(1.0, 0.1),
    "b": qn.Uniform(0.0, 1.0),
    ("c", "d"): qn.JointNormal([0.0, 0.0], [[1.0, 0.5], [0.5, 1.0]]),
}


def product(x: dict[str, Any]) -> dict[str, Any]:
    return {"ab": x["a"] * x["b"], "cd": x["c"] + x["d"]}


@pytest.mark.parametrize("jobs", [2, 3])
def test_numbers_do_not_depend_on_jobs(jobs: int) -> None:
    alone = qn.monte_carlo(product, INPUTS, draws=2500, seed=4)
    shared = qn.monte_carlo(product, INPUTS, draws=2500, seed=4, jobs=jobs)
    pd.testing.assert_frame_equal(alone.draws, shared.draws, check_exact=True)


def test_bootstrap_does_not_depend_on_jobs_and_takes_lambdas() -> None:
    data = pd.DataFrame({"g": np.repeat(np.arange(9), 4), "x": np.arange(36.0)})
    one, two = (
        qn.bootstrap(lambda d: d["x"].mean(), data, cluster="g", draws=250, seed=1, jobs=jobs)
        for jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(one.draws, two.draws, check_exact=True)


@pytest.mark.slow
def test_dask_cluster_gives_the_same_numbers() -> None:
    distributed = pytest.importorskip("distributed")

    # Inside the test, so that they travel by value: workers cannot import test modules.
    def product(x: dict[str, Any]) -> dict[str, Any]:
        return {"ab": x["a"] * x["b"], "cd": x["c"] + x["d"]}

    def slow_mean(sample: np.ndarray) -> float:
        time.sleep(0.002)
        return float(sample.mean())

    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        far = qn.monte_carlo(product, INPUTS, draws=2500, seed=4, client=client)
        data = np.arange(30.0)
        boot = qn.bootstrap(slow_mean, data, draws=250, seed=2, client=client)
        lock = threading.Lock()

        def locked(sample: np.ndarray) -> float:
            with lock:
                return float(sample.mean())

        with pytest.raises(qn.QuesnayError, match="cannot be sent to the Dask workers"):
            qn.bootstrap(locked, data, draws=250, seed=2, client=client)
    near = qn.monte_carlo(product, INPUTS, draws=2500, seed=4)
    pd.testing.assert_frame_equal(near.draws, far.draws, check_exact=True)
    here = qn.bootstrap(slow_mean, data, draws=250, seed=2)
    pd.testing.assert_frame_equal(here.draws, boot.draws, check_exact=True)


class Failing:
    """A task that fails wherever it is computed."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def __call__(self, _: Chunk) -> dict[str, np.ndarray]:
        raise self.failure


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # within distributed, at its shutdown
def test_a_cluster_in_this_process_computes_and_fails_like_another() -> None:
    distributed = pytest.importorskip("distributed")
    data, lock = np.arange(30.0), threading.Lock()

    def locked(sample: np.ndarray) -> float:
        with lock:
            return float(sample.mean())

    def drawn(client: Any, statistic: Any = np.mean) -> pd.DataFrame:
        return qn.bootstrap(statistic, data, draws=250, seed=2, client=client).draws

    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, protocol="tcp://",
            dashboard_address=None,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        pd.testing.assert_frame_equal(drawn(client), drawn(None), check_exact=True)
        refused(lambda: drawn(client, locked), "cannot be sent to the Dask workers .*define it")
        plan = chunks(10, seed=1, size=5)
        refused(
            lambda: run(Failing(MemoryError("no room")), plan, client=client),
            "a Dask worker failed: MemoryError: no room",
        )
        refused(
            lambda: run(Failing(qn.DataError("row 3 is empty")), plan, client=client),
            "^row 3 is empty$",
        )
    refused(lambda: drawn(client), "client: its connection is closed; make a new one with Client")
    refused(lambda: drawn("tcp://here"), "client must be a dask.distributed Client, got str; make")
    with ThreadPoolExecutor(1) as pool:
        refused(lambda: drawn(pool), "a dask.distributed Client, got ThreadPoolExecutor")


def test_longer_runs_begin_with_the_shorter() -> None:
    short = qn.monte_carlo(product, INPUTS, draws=2000, seed=4)
    long = qn.monte_carlo(product, INPUTS, draws=3000, seed=4)
    pd.testing.assert_frame_equal(short.draws, long.draws.iloc[:2000], check_exact=True)


def test_other_inputs_do_not_move_a_stream() -> None:
    few = qn.monte_carlo(product, INPUTS, draws=100, seed=4).inputs
    reordered = dict(reversed([*INPUTS.items(), ("new", qn.Normal(0.0, 1.0))]))
    many = qn.monte_carlo(product, reordered, draws=100, seed=4).inputs
    pd.testing.assert_frame_equal(few, many[few.columns], check_exact=True)


SCRIPT = """
import sys, time, numpy as np, quesnay as qn
def slow(x):
    time.sleep(0.004)
    return float(x.mean())
found = qn.bootstrap(slow, np.arange(50.0), draws=800, seed=3, chunk=20, jobs={jobs},
                     checkpoint={folder!r})
sys.stdout.write(found.draws.to_csv())
"""


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_killed_run_resumes_to_the_same_bytes(tmp_path: Path, jobs: int) -> None:
    def script(folder: str) -> list[str]:
        return [sys.executable, "-c", SCRIPT.format(jobs=jobs, folder=str(tmp_path / folder))]

    killed = subprocess.Popen(script("a"), stdout=subprocess.DEVNULL, start_new_session=True)
    for _ in range(400):
        if len(list((tmp_path / "a").glob("chunk-*.npz"))) >= 5:
            break
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    assert killed.wait() == -signal.SIGKILL
    kept = len(list((tmp_path / "a").glob("chunk-*.npz")))
    assert 5 <= kept < 40
    resumed = subprocess.run(script("a"), capture_output=True, check=True).stdout
    undisturbed = subprocess.run(script("b"), capture_output=True, check=True).stdout
    assert resumed == undisturbed
    names = [sorted(p.name for p in (tmp_path / f).glob("chunk-*.npz")) for f in "ab"]
    assert names[0] == names[1]  # the names hold the hashes of the contents


def _boot(folder: Path, **options: Any) -> Any:
    settings: dict[str, Any] = {"draws": 60, "seed": 1, "chunk": 20, **options}
    return qn.bootstrap(np.mean, np.arange(9.0), checkpoint=folder, **settings)


def test_finished_chunks_are_reused(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    first = _boot(tmp_path / "run", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(0, 60), (20, 60), (40, 60), (60, 60)]
    seen.clear()
    again = _boot(tmp_path / "run", progress=lambda done, total: seen.append((done, total)))
    assert seen == [(60, 60)]
    pd.testing.assert_frame_equal(first.draws, again.draws, check_exact=True)
    head = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert head["schema"] == 1  # another number would refuse the folders that users keep


@pytest.mark.parametrize("damage", [b"", b"not a zip", None])
def test_damaged_chunk_is_computed_again(tmp_path: Path, damage: bytes | None) -> None:
    first = _boot(tmp_path / "run")
    victim = sorted((tmp_path / "run").glob("chunk-*.npz"))[1]
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 1
    victim.write_bytes(bytes(content) if damage is None else damage)
    with pytest.warns(qn.CheckpointWarning, match="chunk 1 is computed again"):
        again = _boot(tmp_path / "run")
    pd.testing.assert_frame_equal(first.draws, again.draws, check_exact=True)


@pytest.mark.parametrize(
    ("options", "message"),
    [({"seed": 2}, "seed is '1' there"), ({"draws": 61}, "draws is 60"), ({"chunk": 7}, "chunk")],
)
def test_foreign_checkpoint_is_refused(
    tmp_path: Path, options: dict[str, Any], message: str
) -> None:
    _boot(tmp_path / "run")
    with pytest.raises(qn.DataError, match=message):
        _boot(tmp_path / "run", **options)


def test_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    _boot(tmp_path / "run")
    with pytest.raises(qn.DataError, match="data is"):
        qn.bootstrap(
            np.mean, np.arange(8.0), draws=60, seed=1, chunk=20, checkpoint=tmp_path / "run"
        )


def test_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(qn.DataError, match="other files"):
        _boot(tmp_path)
    with pytest.raises(qn.DataError, match="cannot keep checkpoints"):
        _boot(tmp_path / "letter.txt" / "run")
    refused(lambda: _boot(""), "checkpoint: expected the path of a folder, got ''")  # type: ignore[arg-type]
    refused(lambda: _boot(5), "checkpoint: expected the path of a folder, got 5")  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["[]", "{", "null", "\udcff".encode("utf-8", "replace").decode()])
def test_unreadable_head_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "run.json").write_text(text)
    with pytest.raises(qn.DataError, match=r"not readable|another run"):
        _boot(tmp_path / "run")


def test_chunks_must_agree() -> None:
    def uneven(chunk: Chunk) -> dict[str, np.ndarray]:
        return {"x": np.zeros((chunk.size, chunk.index + 1))}

    with pytest.raises(qn.QuesnayError, match="chunk 1 returned"):
        run(uneven, chunks(4, seed=0, size=2))


def _die(x: np.ndarray) -> float:
    if len(x) and os.environ.get("QUESNAY_TEST_PARENT") != str(os.getpid()):
        os.kill(os.getpid(), signal.SIGKILL)
    return 0.0


def test_dead_worker_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("QUESNAY_TEST_PARENT", str(os.getpid()))
    with pytest.raises(qn.QuesnayError, match="worker process ended abruptly"):
        qn.bootstrap(_die, np.arange(5.0), draws=300, seed=0, jobs=2)


def test_error_in_a_worker_keeps_its_words() -> None:
    def fails(x: np.ndarray) -> float:
        if x[0] != 0.0:
            raise ZeroDivisionError("no ships")
        return 0.0

    for jobs in (1, 2):
        with pytest.raises(qn.QuesnayError, match="ZeroDivisionError: no ships"):
            qn.bootstrap(fails, np.arange(5.0), draws=300, seed=0, jobs=jobs)


def test_a_bar_of_progress_goes_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    out = qn.bootstrap(np.mean, np.arange(9.0), draws=60, seed=1, chunk=20, progress=True)
    said = capsys.readouterr()
    assert not said.out
    assert "draw/s" in said.err
    assert not said.err.endswith("\n")  # the bar is wiped off when all is done
    plain = qn.bootstrap(np.mean, np.arange(9.0), draws=60, seed=1, chunk=20)
    qn.monte_carlo(lambda x: x["a"], {"a": qn.Normal(0, 1)}, draws=60, seed=1)
    assert not capsys.readouterr().err
    pd.testing.assert_frame_equal(out.draws, plain.draws, check_exact=True)


def test_a_chunk_that_holds_no_arrays_is_computed_again(tmp_path: Path) -> None:
    first = _boot(tmp_path / "run")
    victim = sorted((tmp_path / "run").glob("chunk-*.npz"))[1]
    victim.unlink()
    digest = hashlib.sha256(b"no archive").hexdigest()[:16]  # the name keeps its word
    (tmp_path / "run" / f"chunk-000001-{digest}.npz").write_bytes(b"no archive")
    with pytest.warns(qn.CheckpointWarning, match="chunk 1 is computed again"):
        again = _boot(tmp_path / "run")
    pd.testing.assert_frame_equal(first.draws, again.draws, check_exact=True)
    assert [path.name for path in sorted((tmp_path / "run").glob("chunk-000001-*"))] == [
        victim.name
    ]


@dataclass(frozen=True)
class _Scaled:
    by: dict[str, float]

    def __call__(self, inputs: dict[str, Any]) -> Any:
        return sum(inputs[name] * factor for name, factor in self.by.items())


def test_checkpoint_of_another_model_is_refused(tmp_path: Path) -> None:
    inputs = {"a": qn.Normal(0.0, 1.0), "b": qn.Normal(0.0, 1.0)}
    ask: dict[str, Any] = {"draws": 40, "seed": 1, "chunk": 20, "checkpoint": tmp_path / "run"}
    qn.monte_carlo(_Scaled({"a": 1.0, "b": 2.0}), inputs, **ask)
    qn.monte_carlo(_Scaled({"a": 1.0, "b": 2.0}), inputs, **ask)
    with pytest.raises(qn.DataError, match="model is"):  # both are 0 at the means
        qn.monte_carlo(_Scaled({"a": 2.0, "b": 1.0}), inputs, **ask)


def test_checkpoint_of_a_function_that_holds_another_number_is_refused(tmp_path: Path) -> None:
    def scaled(by: float) -> Any:
        return lambda inputs: inputs["a"] * by

    ask: dict[str, Any] = {"draws": 40, "seed": 1, "chunk": 20, "checkpoint": tmp_path / "run"}
    qn.monte_carlo(scaled(1.0), {"a": qn.Normal(0.0, 1.0)}, **ask)
    with pytest.raises(qn.DataError, match="model is"):
        qn.monte_carlo(scaled(2.0), {"a": qn.Normal(0.0, 1.0)}, **ask)


def test_only_numbers_are_kept(tmp_path: Path) -> None:
    store = Checkpoints.open(tmp_path / "run", {"seed": 0})
    refused(lambda: store.save(0, {"x": np.array([None])}), "'x' holds objects; only numbers")


def test_where_processes_are_not_forked_a_function_must_travel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    ask: dict[str, Any] = {"draws": 40, "seed": 1, "chunk": 20, "jobs": 2}
    refused(
        lambda: qn.bootstrap(lambda x: x.mean(), np.arange(9.0), **ask),
        "cannot be sent to another process",
    )


def test_an_interruption_ends_a_worker_only_while_it_computes() -> None:
    """One that ended while it sends a result would leave half of it, and its reader waiting."""
    within = []

    def task(chunk: Chunk) -> dict[str, np.ndarray]:
        within.append(signal.getsignal(signal.SIGINT))
        return {"x": np.zeros(chunk.size)}

    (chunk,) = chunks(3, seed=0, size=10)
    before = signal.getsignal(signal.SIGINT)
    try:
        engine._install(task)
        idle = signal.getsignal(signal.SIGINT)
        engine._installed_task(chunk)
        sending = signal.getsignal(signal.SIGINT)
    finally:
        signal.signal(signal.SIGINT, before)
        engine._installed.clear()
    assert (idle, within, sending) == (signal.SIG_IGN, [signal.SIG_DFL], signal.SIG_IGN)


class Where:
    """A task that says which process computes it."""

    def __call__(self, chunk: Chunk) -> dict[str, np.ndarray]:
        return {"process": np.full(chunk.size, os.getpid())}


def test_one_job_or_one_chunk_needs_no_other_process() -> None:
    alone = run(Where(), chunks(4, seed=1, size=1))
    whole = run(Where(), chunks(4, seed=1, size=4), jobs=2)
    assert {*alone["process"], *whole["process"]} == {os.getpid()}
    two = run(Where(), chunks(2, seed=1, size=1), jobs=2)
    assert os.getpid() not in two["process"]


def test_no_more_processes_than_jobs_and_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def noted(task: Any, plan: Any, jobs: int) -> list[Any]:
        asked.append(jobs)
        return []

    monkeypatch.setattr(engine, "_in_processes", noted)
    for jobs, count in ((2, 9), (9, 3)):
        engine.compute(Where(), chunks(count, seed=1, size=1), jobs=jobs)
    assert asked == [2, 3]


def test_a_run_has_as_many_chunks_as_can_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_MOST", 3)
    assert [(c.start, c.stop) for c in chunks(6, seed=1, size=2)] == [(0, 2), (2, 4), (4, 6)]
    refused(lambda: chunks(7, seed=1, size=2), "draws: 7 in chunks of 2 are more than 3 chunks")
