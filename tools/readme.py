"""Write what a run finds into the README and the documentation: ``python -m tools.readme``.

Blocks between ``<!-- name -->`` and ``<!-- /name -->`` are computed from the main job with 2,000
draws and seed 0; a test holds them against a run.
"""

from collections.abc import Iterable
from pathlib import Path

import quesnay as qn
from quesnay.diagnostics.reproduction.tables import glance_table, score_table
from quesnay.models.display.table import Table

ROOT = Path(__file__).resolve().parents[1]
ANSWER = ("Level", "Growth", "Elasticities", "Scale", "Path", "Score")  # findings of the README
PAGES = ("README.md", "docs/cases/reproduce.md", "docs/method/evidence.md")


def blocks() -> dict[str, str]:
    """Compute every block: answer, findings, audit, table of figures, score, curve."""
    result = qn.reproduce("caict_2020", draws=2000, seed=0)
    audit = qn.audit(qn.load_reported("caict_2020"))
    elasticities = result.elasticities
    if elasticities is None:
        raise SystemExit("the study of the README has no potential")
    return {
        "findings": _bullets(result.findings()),
        "answer": _bullets(s for s in result.findings() if s.partition(":")[0] in ANSWER),
        "audit": _bullets(audit.telling[:2]),
        "audit_full": _bullets(audit.findings),
        "result": glance_table(result).to_markdown().strip(),
        "score": score_table(result).to_markdown().strip(),
        "stability": _markdown(
            table
            for part in (elasticities.placebo, elasticities.bounds)
            if part is not None
            for table in part.tables()
        ),
        "diffusion": _markdown(qn.diffusion_errors().tables()[:1]),
        "curve": _markdown(qn.specification_curve("caict_2020", seed=0).tables()[:3]),
        "elasticity": _markdown(elasticities.tables()[:1]),
    }


def _bullets(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)


def _markdown(tables: Iterable[Table]) -> str:
    return "\n\n".join(table.to_markdown().strip() for table in tables)


def replaced(text: str, found: dict[str, str]) -> str:
    """Return a page with its blocks as they come out."""
    for name, block in found.items():
        start, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if start in text:
            before, _, rest = text.partition(start)
            text = f"{before}{start}{block}\n{end}{rest.partition(end)[2]}"
    return text


def main() -> None:
    """Rewrite the pages and the picture of the README."""
    found = blocks()
    for name in PAGES:
        path = ROOT / name
        path.write_text(replaced(path.read_text("utf-8"), found), encoding="utf-8", newline="\n")
    picture = qn.reproduce("caict_2020", draws=2000, seed=0).plot_account()
    picture.savefig(ROOT / "docs" / "account.png", dpi=110)


if __name__ == "__main__":
    main()
