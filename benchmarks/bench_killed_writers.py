"""Kill a writer at a random moment, 200 times, and count the files left damaged.

Run: python benchmarks/bench_killed_writers.py [tries]. POSIX only. The child writes the same file
again and again, alternately full of "A" and full of "B"; after the kill the file must be the one
or the other, whole. Beside it the same with a plain ``open(...).write``.
"""

import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from quesnay.models.display.write import write_bytes, write_folder

SIZE = 4_000_000
LETTERS = (b"A", b"B")
Writer = Callable[[Path, bytes], object]


def plain(path: Path, data: bytes) -> object:
    """Write in place, in pieces, as most programs do."""
    with path.open("wb") as stream:
        for start in range(0, len(data), 65_536):
            stream.write(data[start : start + 65_536])
    return path


def folder(path: Path, data: bytes) -> object:
    """Write the file as one of three of a folder."""
    return write_folder(path.parent, {path.name: data, "b.csv": data[:1000], "c.csv": b"x"})


def write_for_ever(writer: Writer, path: Path) -> None:
    while True:
        for letter in LETTERS:
            writer(path, letter * SIZE)


def damaged(path: Path) -> bool:
    data = path.read_bytes()
    return len(data) != SIZE or data.count(data[:1]) != SIZE or data[:1] not in LETTERS


def damage(writer: Writer, tries: int) -> int:
    rng = random.Random(0)
    count = 0
    for _ in range(tries):
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "out" / "a.csv"
            path.parent.mkdir()
            writer(path, LETTERS[0] * SIZE)
            child = os.fork()
            if child == 0:
                write_for_ever(writer, path)
            time.sleep(rng.uniform(0.0, 0.03))
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            count += damaged(path)
    return count


def main() -> None:
    """Print the damage of each writer."""
    tries = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for name, writer in (("write_bytes", write_bytes), ("write_folder", folder), ("plain", plain)):
        print(f"{name}: {damage(writer, tries)} of {tries} files damaged")


if __name__ == "__main__":
    main()
