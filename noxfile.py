#!/usr/bin/env -S uv run --script
# /// script
# dependencies = ["nox>=2024.10.9"]
# ///
"""Shortcuts for contributors: nox -s tests, lint or docs; .ci/run does all of it from nothing."""

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
PROJECT = nox.project.load_toml("pyproject.toml")


@nox.session(reuse_venv=True)
def tests(session: nox.Session) -> None:
    """Run the tests and the doctests."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "test"))
    session.run("python", "-m", "pytest", "-q", *session.posargs)


@nox.session(reuse_venv=True)
def lint(session: nox.Session) -> None:
    """Check style, types and floors."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "dev"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy")
    session.run("lint-imports")


@nox.session(reuse_venv=True, default=False)
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error, and so is a page that needs a network."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "docs", "test"))
    session.run("sphinx-build", "-q", "-W", "-b", "html", "docs", "docs/_build")
    session.run(
        "python",
        "-m",
        "pytest",
        "tests/test_docs_offline.py",
        "tests/test_docs_browser.py",
        env={"QUESNAY_SITE": "docs/_build"},
    )


if __name__ == "__main__":
    nox.main()
