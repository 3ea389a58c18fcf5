"""The browser is the system's own; where there is none, every browser test says what to install, or fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import chromium
from tests.browser import conftest as browser_tests


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """A system with these programs and no others."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("BROWSER_PATH", raising=False)
    monkeypatch.delenv("REQUIRE_BROWSER", raising=False)

    def install(*names: str) -> list[str]:
        paths = [tmp_path / name for name in names]
        for path in paths:
            path.touch(mode=0o755)
        return [str(path) for path in paths]

    return install


def test_it_is_found_under_the_names_that_systems_give_it(programs):
    assert chromium.find() is None
    (last,) = programs("google-chrome")
    assert chromium.find() == last
    first, _ = programs("chromium", "chromium-browser")
    assert chromium.find() == first


def test_a_path_that_is_given_counts_alone(programs, monkeypatch):
    programs("chromium")
    (other,) = programs("brave")
    monkeypatch.setenv("BROWSER_PATH", other)
    assert chromium.find() == other
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chromium")
    assert chromium.find() is None
    assert chromium.obstacle() == "BROWSER_PATH=/nowhere/chromium is no program."


def test_what_is_missing_is_said_with_how_to_get_it(programs, monkeypatch):
    assert "apt install chromium" in chromium.obstacle()
    programs("chromium")
    monkeypatch.setattr(chromium.importlib.util, "find_spec", lambda name: None)
    assert chromium.obstacle() == "What drives the browser is not installed: scripts/install.sh browser"
    monkeypatch.setattr(chromium.importlib.util, "find_spec", lambda name: object())
    assert chromium.obstacle() is None


def test_without_a_browser_its_tests_are_not_even_imported(programs, request):
    module = browser_tests.pytest_pycollect_makemodule(request.path, request.session)
    (absent,) = module.collect()
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        absent.runtest()


def test_where_a_browser_is_required_its_tests_fail_without_one():
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/browser"],
        cwd=Path(__file__).resolve().parents[2],
        env=os.environ | {"BROWSER_PATH": "/nowhere/chromium", "REQUIRE_BROWSER": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 1
    assert "Browser tests: BROWSER_PATH=/nowhere/chromium is no program." in run.stdout
    assert "passed" not in run.stdout


def test_with_a_browser_they_are_collected_like_any_others(programs, request, monkeypatch):
    programs("chromium")
    monkeypatch.setattr(chromium.importlib.util, "find_spec", lambda name: object())
    assert browser_tests.pytest_pycollect_makemodule(request.path, request.session) is None
