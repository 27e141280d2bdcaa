"""Time and memory of reading tables at full size: files made up in the exact arrangement.

    python benchmarks/bench_readers.py            # ICIO 3,465 x 3,465 and EXIOBASE 7,987
    python benchmarks/bench_readers.py icio       # one of them

Each file is written to a temporary folder and read in a fresh process; seconds of that process's
work and its largest memory are printed. Aim: ICIO csv 6 s and 1 GiB, EXIOBASE 60 s.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

COUNTRIES, INDUSTRIES = 77, 45
FINALS = ("HFCE", "NPISH", "GGFC", "GFCF", "INVNT", "DPABR")
REGIONS, EXIO_SECTORS, EXIO_FINALS = 49, 163, 7


def balanced(n: int, k: int, density: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return flows (n, n), final demand (n, k) and value added (n,) that balance."""
    random = np.random.default_rng(0)
    flows = random.gamma(0.3, 30.0, (n, n)).round(3) * (random.random((n, n)) < density)
    demand = random.gamma(0.5, 40.0, (n, k)).round(3)
    size = np.maximum(flows.sum(axis=0) * 1.5 - flows.sum(axis=1) - demand.sum(axis=1), 0.0)
    demand[:, 0] += size.round(3)
    output = flows.sum(axis=1) + demand.sum(axis=1)
    return flows, demand, output - flows.sum(axis=0)


def write_icio(folder: Path) -> Path:
    names = [f"{chr(65 + c // 26)}{chr(65 + c % 26)}X" for c in range(COUNTRIES)]
    sectors = [f"{c}_I{i:02d}" for c in names for i in range(INDUSTRIES)]
    finals = [f"{c}_{f}" for c in names for f in FINALS]
    flows, demand, value = balanced(len(sectors), len(finals), 1.0)
    output = flows.sum(axis=1) + demand.sum(axis=1)
    path = folder / "2018.csv"
    with path.open("w") as stream:
        stream.write(",".join(["V1", *sectors, *finals, "OUT"]) + "\n")
        for name, row, use, x in zip(sectors, flows, demand, output, strict=True):
            cells = [*map("{:.3f}".format, row), *map("{:.3f}".format, use), f"{x:.3f}"]
            stream.write(f"{name},{','.join(cells)}\n")
        zeros = ",".join(["0"] * (len(finals) + 1))
        for name, line in (("TLS", 0 * value), ("VA", value), ("OUT", output)):
            stream.write(f"{name},{','.join(map('{:.3f}'.format, line))},{zeros}\n")
    return path


def write_exiobase(folder: Path) -> Path:
    sectors = [(f"R{r:02d}", f"sector {s}") for r in range(REGIONS) for s in range(EXIO_SECTORS)]
    finals = [(f"R{r:02d}", f"final {s}") for r in range(REGIONS) for s in range(EXIO_FINALS)]
    flows, demand, value = balanced(len(sectors), len(finals), 0.03)
    (folder / "satellite").mkdir()

    def write(name: str, columns: list[tuple[str, str]], matrix: np.ndarray) -> None:
        with (folder / name).open("w") as stream:
            for level, word in ((0, "region"), (1, "sector")):
                stream.write("\t".join([word, "", *(c[level] for c in columns)]) + "\n")
            stream.write("\t".join(["region", "sector", *[""] * len(columns)]) + "\n")
            for (region, sector), row in zip(sectors, matrix, strict=True):
                cells = ["0" if cell == 0 else f"{cell:.3f}" for cell in row]
                stream.write(f"{region}\t{sector}\t" + "\t".join(cells) + "\n")

    write("Z.txt", sectors, flows)
    write("Y.txt", finals, demand)
    with (folder / "satellite" / "F.txt").open("w") as stream:
        stream.write("\t".join(["region", *(r for r, _ in sectors)]) + "\n")
        stream.write("\t".join(["sector", *(s for _, s in sectors)]) + "\n")
        stream.write("\t".join(["stressor", *[""] * len(sectors)]) + "\n")
        stream.write("\t".join(["Operating surplus: all", *map("{:.3f}".format, value)]) + "\n")
    return folder


READ = """
import resource, sys, time
import quesnay as qn
qn.read_io
start, wall = time.process_time(), time.perf_counter()
table = qn.read_io(sys.argv[1], layout=sys.argv[2], tolerance=1e-2)
work, passed = time.process_time() - start, time.perf_counter() - wall
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(f"{len(table.sectors):,} sectors: {work:.1f} s of work, {passed:.1f} s passed,", end=" ")
print(f"{peak:.2f} GiB")
"""


def main() -> None:
    wanted = sys.argv[1:] or ["icio", "exiobase"]
    root = str(Path(__file__).resolve().parents[1])
    for name in wanted:
        with tempfile.TemporaryDirectory() as folder:
            start = time.perf_counter()
            write = {"icio": write_icio, "exiobase": write_exiobase}[name]
            path = write(Path(folder))
            files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
            size = sum(p.stat().st_size for p in files) / 1e6
            print(
                f"{name}: {size:.0f} MB written in {time.perf_counter() - start:.0f} s", flush=True
            )
            layout = {"icio": "oecd_icio"}.get(name, name)
            environment = {**os.environ, "PYTHONPATH": root, "OMP_NUM_THREADS": "1"}
            subprocess.run(
                [sys.executable, "-c", READ, str(path), layout], check=True, env=environment
            )


if __name__ == "__main__":
    main()
