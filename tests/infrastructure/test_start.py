"""What a server that is started directly looks at first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


MIGRATE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
"""

DROP_A_TRIGGER = """
import django; django.setup()
from django.db import connection
connection.cursor().execute("DROP TRIGGER audit_auditentry_no_delete")
"""


@pytest.fixture
def start(tmp_path):
    """Start as a server does, in a process of its own, behind other code; return what came of it."""
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": "a-key-for-tests-only-0123456789-abcdefghijklmnop",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shop.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "shopplanr.settings",
    }

    def run(before: str = "") -> subprocess.CompletedProcess:
        code = f"{before}\nimport shopplanr.wsgi"
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60
        )

    return run


def test_it_starts_where_the_record_is_protected(start):
    assert start(MIGRATE).returncode == 0


def test_it_refuses_to_start_where_a_trigger_is_missing(start):
    start(MIGRATE)

    refused = start(DROP_A_TRIGGER)

    assert refused.returncode != 0
    assert "audit_auditentry_no_delete missing. Run 'manage.py migrate'" in refused.stderr


def test_it_starts_on_a_database_that_is_not_migrated_yet(start):
    assert start().returncode == 0
