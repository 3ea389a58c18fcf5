"""The sessions of the README, as they are printed, in a shell against a running server."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

README = Path(__file__).resolve().parent.parent.parent / "README.md"


@pytest.fixture
def session(server, request) -> str:
    """What the shell prints, of the script under the heading that the test asks for."""
    for command in ("bash", "curl"):
        if shutil.which(command) is None:
            pytest.skip(f"{command} is not installed")
    section = README.read_text(encoding="utf-8").partition(request.param)[2]
    script = re.search(r"```sh\n(.*?)```", section, re.S)[1].replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(["bash", "-eu", "-c", script], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("session", ["### Products and what they are certified for"], indirect=True)
def test_a_product_gets_a_certification_that_is_changed_and_exported(session):
    assert '"gtin":"04006381333931"' in session
    assert '"metadata":{"file":"TF-1","auditor":"Kim"}' in session
    assert '"verification_status":"verified"' in session
    assert '"metadata":{"file":"TF-1"}' in session
    assert '"certificationStandard":"CE marking, PED 2014/68/EU"' in session
    assert '"certificationStatus":"ACTIVE"' in session
    assert '"errors"' not in session


@pytest.mark.parametrize("session", ["## A first session"], indirect=True)
def test_the_first_session_ends_with_a_completed_part_its_certificates_and_its_trail(session):
    assert '"classification":"skipped"' in session
    assert "required steps still deferred: Heat treat" in session
    assert '"status":"completed"' in session
    assert "Mill test report 17-4PH" in session
    assert "Heat treatment H900, lot 77" in session
    for action in ("serial_created", "cert_attached", "step_deferred", "deferred_step_completed", "serial_completed"):
        assert f'"action":"{action}"' in session
