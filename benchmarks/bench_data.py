"""Time of loading embedded data: hash, schema and exact parsing, beside pandas' bare reader.

Run it from anywhere: ``python benchmarks/bench_data.py``. Answers are compared: ours and pandas'
numbers differ by at most one unit in the last place (pandas rounds a decimal less exactly).
"""

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import quesnay as qn
from quesnay.datasets.store import DATA, _parsed, fetch, resource

REPEATS = 9
NAMES = ("io_chn_2018_42_separate", "io_chn_2018_153_included", "china_provinces", "us_klems")


def milliseconds(call: Callable[[], object]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.process_time()
        call()
        times.append(time.process_time() - start)
    return 1000 * float(np.median(times))


def cold(name: str) -> pd.DataFrame:
    _parsed.cache_clear()
    return fetch(name)


def bare(name: str) -> pd.DataFrame:
    entry = resource(name)
    text = [field for field, kind in entry.fields if kind == "string"]
    return pd.read_csv(DATA / entry.path, dtype=dict.fromkeys(text, str))


def main() -> None:
    print(f"{'file':28}{'checked, ms':>12}{'again, ms':>12}{'pandas, ms':>12}{'ratio':>8}")
    for name in NAMES:
        ours, theirs = cold(name), bare(name)
        numbers = ours.select_dtypes("float64").columns
        np.testing.assert_array_max_ulp(ours[numbers].to_numpy(), theirs[numbers].to_numpy(float))
        first, again = milliseconds(lambda n=name: cold(n)), milliseconds(lambda n=name: fetch(n))
        limit = milliseconds(lambda n=name: bare(n))
        print(f"{name:28}{first:12.1f}{again:12.2f}{limit:12.1f}{first / limit:8.2f}")
    for words, call in (
        ('load_io("CHN", 2018)', lambda: qn.load_io("CHN", 2018)),
        ('load_panel("china_provinces")', lambda: qn.load_panel("china_provinces")),
        ('load_gdp("CHN")', lambda: qn.load_gdp("CHN")),
    ):
        call()
        print(f"{words:30} warm {milliseconds(call):8.2f} ms")
    whole = sum(path.stat().st_size for path in DATA.iterdir())
    print(f"embedded data: {whole / 1e6:.2f} MB of files")


if __name__ == "__main__":
    main()
