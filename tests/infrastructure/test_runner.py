"""scripts/test.py says what ran, what failed and what was left out, and never leaves PostgreSQL out silently."""

import importlib.util
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def runner():
    """The script as a module. Its folder is where Python finds its neighbour ``postgres`` when it is started."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "scripts"))
        specification = importlib.util.spec_from_file_location("shopplanr_test_runner", ROOT / "scripts" / "test.py")
        module = importlib.util.module_from_spec(specification)
        patch.setitem(sys.modules, specification.name, module)
        specification.loader.exec_module(module)
        yield module


@pytest.fixture(autouse=True)
def _nothing_asked_for(monkeypatch):
    # These tests run under the very script that they are about, in .ci/run too.
    for name in ("TEST_ENGINES", "REQUIRE_ALL_ENGINES", "REQUIRE_BROWSER"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ran(runner, monkeypatch):
    """The engines on which tests ran; none of them really does."""
    engines = []

    def pretend(engine, outcome):
        engines.append(engine)
        outcome.ran.append(f"{runner.ENGINES[engine]} 1.0: 3 passed")

    monkeypatch.setattr(runner, "run_engine", pretend)
    monkeypatch.setattr(runner, "check_code", lambda outcome: outcome.ran.append("lint"))
    monkeypatch.setattr(runner.chromium, "obstacle", lambda: None)
    return engines


def last_line(capsys) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_both_engines_run_and_the_last_line_says_so(runner, ran, capsys):
    assert runner.main() == 0
    assert ran == ["sqlite", "postgresql"]
    assert last_line(capsys) == "Ran lint; SQLite 1.0: 3 passed; PostgreSQL 1.0: 3 passed."


def test_a_partial_run_says_what_was_left_out(runner, ran, capsys, monkeypatch):
    monkeypatch.setenv("TEST_ENGINES", "sqlite")
    assert runner.main() == 0
    assert ran == ["sqlite"]
    assert last_line(capsys) == "LEFT OUT: PostgreSQL. Ran lint; SQLite 1.0: 3 passed."


def test_a_partial_run_fails_where_everything_is_required(runner, ran, capsys, monkeypatch):
    monkeypatch.setenv("TEST_ENGINES", "sqlite")
    monkeypatch.setenv("REQUIRE_ALL_ENGINES", "1")
    assert runner.main() == 1
    assert last_line(capsys).startswith("FAILED: PostgreSQL must not be left out here. LEFT OUT: PostgreSQL.")


def test_a_run_without_a_browser_says_so_and_fails_where_one_is_required(runner, ran, capsys, monkeypatch):
    monkeypatch.setattr(runner.chromium, "obstacle", lambda: "There is no Chromium.")
    assert runner.main() == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines()[-1].startswith("LEFT OUT: browser tests. Ran lint;")
    assert "There is no Chromium." in captured.err
    monkeypatch.setenv("REQUIRE_BROWSER", "1")
    assert runner.main() == 1
    assert last_line(capsys).startswith("FAILED: browser tests must not be left out here. LEFT OUT: browser tests.")


def test_an_engine_that_nobody_knows_is_refused(runner, ran, monkeypatch):
    monkeypatch.setenv("TEST_ENGINES", "sqlite,oracle")
    with pytest.raises(SystemExit, match="not oracle"):
        runner.main()
    assert ran == []


def test_a_postgresql_that_does_not_start_is_a_failure(runner, capsys, monkeypatch):
    def unavailable():
        raise runner.postgres.PostgresUnavailable("no room")

    monkeypatch.setattr(runner.postgres, "server", unavailable)
    monkeypatch.setattr(runner, "check_code", lambda outcome: None)
    monkeypatch.setenv("TEST_ENGINES", "postgresql")
    assert runner.main() == 1
    captured = capsys.readouterr()
    assert "no room" in captured.err
    assert captured.out.splitlines()[-1].startswith("FAILED: PostgreSQL could not be started.")


def test_the_counts_are_pytests_own(runner, tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite tests="10" failures="1" errors="1" skipped="3"/></testsuites>')
    assert runner.read_counts(report) == {"passed": 5, "failed": 2, "skipped": 3}


def test_a_run_for_another_engine_than_the_databases_is_refused(monkeypatch):
    from django.db import connection

    from tests import conftest

    monkeypatch.setenv("TEST_ENGINE", "sqlite" if connection.vendor == "postgresql" else "postgresql")
    with pytest.raises(pytest.UsageError, match="This run was meant for"):
        conftest.pytest_configure()
