"""Runs what there is to run: lint, missing migrations, and every test on SQLite and then on PostgreSQL.

Tests that say the same on any engine run once, on the first one: those that use no database (the marker
``without_database``, given by tests/conftest.py), and those of how a page looks (``any_engine``). Where there is no
Chromium the browser tests are left out. TEST_ENGINES=sqlite (or postgresql) runs on one engine only. The last line says
what ran and what was left out, and the exit code is 0 only when nothing failed. With REQUIRE_ALL_ENGINES=1 and
REQUIRE_BROWSER=1, as in .ci/run, leaving something out is a failure too.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree  # reads only what our own pytest has just written
from dataclasses import dataclass, field
from pathlib import Path

import chromium
import postgres

ROOT = Path(__file__).resolve().parent.parent

ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}

TEST_PROCESSES = max(2, min(os.cpu_count() or 2, 8))


@dataclass
class Outcome:
    """What is to be said at the end."""

    ran: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    has_tested: bool = False  # on an engine before this one

    def last_line(self) -> str:
        """Return the line that says everything."""
        parts = []
        if self.failed:
            parts.append(f"FAILED: {'; '.join(self.failed)}.")
        if self.left_out:
            parts.append(f"LEFT OUT: {', '.join(self.left_out)}.")
        parts.append(f"Ran {'; '.join(self.ran) or 'nothing'}.")
        return " ".join(parts)


def _say(text: str) -> None:
    print(f"\n=== {text}", flush=True)


def _run(arguments: list[str], **variables: str) -> int:
    environment = os.environ | variables
    # Containers often tell Python to keep no bytecode. Then every process of a run compiles all tests anew, which takes
    # each of them four seconds.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment).returncode


def check_code(outcome: Outcome) -> None:
    """Look for what needs no database: style, and models that no migration knows yet."""
    steps = {
        "lint": ["-m", "ruff", "check", "."],
        "format": ["-m", "ruff", "format", "--check", "."],
        "missing migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    }
    for name, arguments in steps.items():
        _say(name)
        variables = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": "sqlite://:memory:"}
        if _run(arguments, **variables) == 0:
            outcome.ran.append(name)
        else:
            outcome.failed.append(name)


def read_counts(report: Path) -> dict[str, int]:
    """Return how many tests passed, failed and were skipped, from pytest's own report."""
    suites = list(ElementTree.parse(report).getroot().iter("testsuite"))  # noqa: S314 - our own file
    total, failures, errors, skipped = (
        sum(int(suite.get(name, 0)) for suite in suites) for name in ("tests", "failures", "errors", "skipped")
    )
    return {"passed": total - failures - errors - skipped, "failed": failures + errors, "skipped": skipped}


def run_tests(engine: str, version: str, url: str, outcome: Outcome) -> None:
    """Run every test on one engine."""
    name = f"{ENGINES[engine]} {version}"
    _say(f"tests on {name}")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        code = _run(
            [
                "-m",
                "pytest",
                "-q",
                f"--numprocesses={TEST_PROCESSES}",
                # Long tests next to short ones: whoever is done first takes over from the other.
                "--dist=worksteal",
                "--durations=10",
                f"--junit-xml={report}",
                # What is the same whatever the engine has run already.
                *(["-m", "not (without_database or any_engine)"] if outcome.has_tested else []),
            ],
            DATABASE_URL=url,
            TEST_ENGINE=engine,
        )
        counts = read_counts(report) if report.exists() else {}
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or f"pytest ended with {code}"
    (outcome.failed if code else outcome.ran).append(f"{name}: {said}")


def run_engine(engine: str, outcome: Outcome) -> None:
    """Bring the engine up, run the tests on it, take it down."""
    if engine == "sqlite":
        run_tests(engine, sqlite3.sqlite_version, "sqlite://:memory:", outcome)
        return
    try:
        with postgres.server() as server:
            run_tests(engine, server.version, server.url, outcome)
    except postgres.PostgresUnavailable as reason:
        print(f"postgres: {reason}", file=sys.stderr)
        outcome.failed.append("PostgreSQL could not be started")


def chosen_engines(text: str) -> list[str]:
    """Return the engines that TEST_ENGINES asks for, all where it is empty; raises SystemExit with a sentence."""
    chosen = text.replace(",", " ").split() or list(ENGINES)
    if unknown := [part for part in chosen if part not in ENGINES]:
        raise SystemExit(f"TEST_ENGINES must name {' or '.join(ENGINES)}, not {', '.join(unknown)}.")
    return [engine for engine in ENGINES if engine in chosen]


def main() -> int:
    engines = chosen_engines(os.environ.get("TEST_ENGINES", ""))
    without = [label for engine, label in ENGINES.items() if engine not in engines]
    no_browser = chromium.obstacle()
    outcome = Outcome(left_out=[*without, *(["browser tests"] if no_browser else [])])
    check_code(outcome)
    for engine in engines:
        run_engine(engine, outcome)
        outcome.has_tested = True
    if without and os.environ.get("REQUIRE_ALL_ENGINES") == "1":
        outcome.failed.append(f"{', '.join(without)} must not be left out here")
    if no_browser:
        print(f"\nbrowser tests: {no_browser}", file=sys.stderr)
        if chromium.is_required():
            outcome.failed.append("browser tests must not be left out here")
    print(f"\n{outcome.last_line()}")
    return 1 if outcome.failed else 0


if __name__ == "__main__":
    # A run that is told to stop still takes its server down.
    postgres.raise_on_signals()
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nInterrupted: nothing is said about what was still to run.")
