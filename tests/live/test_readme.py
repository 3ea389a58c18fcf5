"""The first session of the README, as it is printed, in a shell against a running server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent.parent / "README.md"


@pytest.fixture
def session(server) -> str:
    """What the shell prints."""
    for command in ("bash", "curl"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed")
    section = README.read_text(encoding="utf-8").partition("## A first session")[2]
    script = re.search(r"```sh\n(.*?)```", section, re.S)[1].replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_session_ends_with_a_completed_part_its_certificates_and_its_trail(session):
    assert '"classification":"skipped"' in session
    assert "required steps still deferred: Heat treat" in session
    assert '"status":"completed"' in session
    assert "Mill test report 17-4PH" in session
    assert "Heat treatment H900, lot 77" in session
    for action in ("serial_created", "cert_attached", "step_deferred", "deferred_step_completed", "serial_completed"):
        assert f'"action":"{action}"' in session
