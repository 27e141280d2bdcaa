"""Send hostile variable names through the output of regression tables, ours and peers'.

Run: python benchmarks/bench_injection.py. A leak is a tag or script in HTML, a command or a broken
cell in LaTeX, a formula in CSV or Excel. Peers that are not installed are said to be missing.
"""

import csv
import importlib.util
import io
import re
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd

from quesnay.models.display.table import Table

LABELS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</td></tr></table><b>x</b>",
    "\\input{/etc/passwd}",
    "a & b \\\\ \\hline",
    "} \\write18{id} {",
    "=1+1",
    "@SUM(A1)",
    "+cmd|' /C calc'!A0",
    "-2+3+HYPERLINK(1)",
)
TABLE_TAGS = {"table", "caption", "thead", "tbody", "tr", "th", "td"}
ALLOWED = TABLE_TAGS | {"div", "p", "style", "center", "br"}
Outputs = dict[str, str | bytes]


class Tags(HTMLParser):
    """Collects the elements and event attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.strange: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what no table needs."""
        events = [name for name, _ in attrs if name.startswith("on")]
        self.strange += [tag] * (tag not in ALLOWED) + events


def leaks(kind: str, content: str | bytes) -> bool:
    """Tell whether a hostile label does something in an output of this kind."""
    if isinstance(content, bytes):
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        return "<f>" in sheet or "<hyperlink" in sheet
    if kind == "html":
        tags = Tags()
        tags.feed(content)
        return bool(tags.strange)
    if kind == "latex":
        return bool(re.search(r"(?<!textbackslash)\\(input|write18)|[^\\]& b \\\\", content))
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    return any(cell.startswith(("=", "@", "+", "-")) and not _number(cell) for cell in cells)


def _number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def frame_of(label: str) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(20, 2)), columns=["y", label])


def ours(label: str) -> Outputs:
    """Render a coefficient table with this project's table type."""
    table = Table("Fit", pd.DataFrame({"estimate": [0.1]}, index=[label]))
    with tempfile.TemporaryDirectory() as folder:
        book = table.to_excel(Path(folder) / "a.xlsx").read_bytes()
    return {
        "html": table.to_html(),
        "latex": table.to_latex(),
        "csv": table.to_csv(),
        "excel": book,
    }


def statsmodels(label: str) -> Outputs:
    """Render the summary of an ordinary least squares fit."""
    import statsmodels.api as sm

    frame = frame_of(label)
    summary = sm.OLS(frame["y"], frame[[label]]).fit().summary()
    return {"html": summary.as_html(), "latex": summary.as_latex(), "csv": summary.as_csv()}


def linearmodels(label: str) -> Outputs:
    """Render the summary of an ordinary least squares fit."""
    from linearmodels.iv import IV2SLS

    frame = frame_of(label)
    summary = IV2SLS(frame["y"], frame[[label]], None, None).fit().summary
    return {"html": summary.as_html(), "latex": summary.as_latex(), "csv": summary.as_csv()}


def pandas_styler(label: str) -> Outputs:
    """Render a coefficient table with pandas."""
    frame = pd.DataFrame({"estimate": [0.1]}, index=[label])
    style = frame.style
    return {"html": style.to_html(), "latex": style.to_latex(), "csv": frame.to_csv()}


def main() -> None:
    """Print, for each tool and format, how many of the labels leak."""
    tools: dict[str, Callable[[str], Outputs]] = {
        "quesnay": ours,
        "statsmodels": statsmodels,
        "linearmodels": linearmodels,
        "pandas": pandas_styler,
    }
    warnings.simplefilter("ignore")
    for name, render in tools.items():
        if importlib.util.find_spec(name) is None:
            print(f"{name}: not installed")
            continue
        outputs = [render(label) for label in LABELS]
        counts = {kind: sum(leaks(kind, out[kind]) for out in outputs) for kind in outputs[0]}
        shown = ", ".join(f"{kind} {count}" for kind, count in counts.items())
        print(f"{name}: leaks of {len(LABELS)} labels: {shown}")


if __name__ == "__main__":
    main()
