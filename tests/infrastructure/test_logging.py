"""What the settings make of the variables about the log."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.database import environment

ROOT = Path(__file__).resolve().parents[2]

SPEAK = """
import django; django.setup()
import logging
logging.getLogger("shopplanr.access").info("a request", extra={"facts": {"status": 200}})
logging.getLogger("shopplanr.anything").warning("a warning with password=s3cret")
try:
    raise RuntimeError("a fault")
except RuntimeError:
    logging.getLogger("shopplanr.anything").exception("it failed")
"""

TRACKER = "def report(exception, context):\n    print('TOLD', exception, context['message'])\n"


@pytest.fixture
def speak(tmp_path):
    """Return a function that starts Django with these variables, logs, and returns what was written."""
    (tmp_path / "our_tracker.py").write_text(TRACKER)

    def run(**variables: str) -> subprocess.CompletedProcess:
        known = environment(f"sqlite:///{tmp_path / 'x.sqlite3'}", DJANGO_SETTINGS_MODULE="shopplanr.settings")
        known["PYTHONPATH"] += f":{tmp_path}"
        command = [sys.executable, "-c", SPEAK]
        return subprocess.run(command, cwd=ROOT, env=known | variables, capture_output=True, text=True, timeout=60)

    return run


def test_json_is_one_object_on_each_line_and_a_tracker_is_told(speak):
    said = speak(LOG_FORMAT="json", LOG_LEVEL="INFO", ERROR_REPORTER="our_tracker.report")
    access, warning, fault = (json.loads(line) for line in said.stderr.splitlines())
    assert (access["logger"], access["status"], access["request_id"]) == ("shopplanr.access", 200, "-")
    assert warning["message"] == "a warning with password=[hidden]"
    assert "RuntimeError: a fault" in fault["exception"]
    assert said.stdout == "TOLD a fault it failed\n"


def test_lines_are_for_people_and_the_access_log_can_be_left_out(speak):
    said = speak(LOG_LEVEL="INFO", ACCESS_LOG="0")
    lines = said.stderr.splitlines()
    assert lines[0].endswith("WARNING [-] shopplanr.anything: a warning with password=[hidden]")
    assert "a request" not in said.stderr
    assert said.stdout == ""
