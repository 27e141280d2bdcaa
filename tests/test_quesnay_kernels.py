"""The main job writes the same bytes on every kernel of OpenBLAS and any number of threads."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

KERNELS = ["Nehalem", "Sandybridge", "Haswell"]
WORK = """
import sys
from quesnay.cli import main
sys.exit(main(["reproduce", "--draws", "50", "--json"]))
"""


def printed(kernel: str, threads: int) -> bytes:
    """Run the main job in a process of its own whose linear algebra takes a named kernel."""
    own = {
        "OPENBLAS_CORETYPE": kernel,
        "OPENBLAS_NUM_THREADS": str(threads),
        "OMP_NUM_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join(["", *filter(None, sys.path)]),
    }
    done = subprocess.run(
        [sys.executable, "-c", WORK],
        capture_output=True,
        check=True,
        env={**os.environ, **own},
        cwd=Path(__file__).parent.parent,
    )
    return done.stdout


def has_kernels() -> bool:
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return False
    return platform.machine() == "x86_64" and "avx2" in flags and "fma" in flags


@pytest.mark.slow
@pytest.mark.skipif(not has_kernels(), reason="this processor has not the kernels to compare")
def test_the_main_job_has_the_same_bytes_on_three_kernels() -> None:
    made = {kernel: printed(kernel, 1) for kernel in KERNELS}
    assert len(made["Haswell"]) > 10_000
    assert set(made.values()) == {made["Haswell"]}
    assert printed("Haswell", 2) == made["Haswell"]
