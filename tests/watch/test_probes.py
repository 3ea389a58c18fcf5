"""``/healthz`` and ``/readyz`` tell the truth: whether the process lives, and whether requests can be answered."""

from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import OperationalError, connection
from django.test import Client

from audit import append_only
from shopplanr import content_store
from shopplanr.watch import probes
from tests.queries import counted_statements

ALL_WELL = {"database": "ok", "migrations": "ok", "triggers": "ok", "media": "ok"}


def ready(status: int = 200) -> dict[str, str]:
    """Ask; return what is said of each."""
    response = Client().get("/readyz")
    assert response.status_code == status, response.content
    assert response["Cache-Control"] == "no-store"
    assert response["X-Request-ID"]
    assert ("Retry-After" in response) == (status == 503)
    assert response.json()["status"] == ("ready" if status == 200 else "not ready")
    return response.json()["checks"]


def test_the_process_lives_without_asking_anybody():
    """No database is allowed in this test."""
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


@pytest.mark.django_db
def test_it_is_ready_when_all_is_well():
    with counted_statements() as counted:
        assert ready() == ALL_WELL
    assert len(counted) <= 6


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_probe_knows_an_address_and_no_name(path, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get(path, headers={"Host": "10.0.0.7:8000"}).status_code == 200
    assert Client().head(path).status_code == 200


@pytest.mark.django_db
def test_a_missing_migration_is_named(monkeypatch):
    known = probes.migrations_of_this_version()
    monkeypatch.setattr(probes, "migrations_of_this_version", lambda: known | {("serials", "9999_of_tomorrow")})
    assert ready(503) == ALL_WELL | {"migrations": "pending: run 'manage.py migrate'"}


@pytest.mark.django_db
def test_a_missing_trigger_is_named():
    with append_only.lifted(connection):
        assert ready(503) == ALL_WELL | {"triggers": "missing: run 'manage.py migrate'"}


@pytest.mark.django_db
def test_a_folder_that_cannot_be_written_is_named(settings, tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings.MEDIA_ROOT = tmp_path / "file"
    assert ready(503)["media"] == "failed"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "said"), [(OSError(28, "No space left"), "storage_full"), (PermissionError(13, "Denied"), "not writable")]
)
def test_a_full_disk_and_a_closed_folder_are_told_apart(monkeypatch, error, said):
    def refuse(*args):
        raise error

    monkeypatch.setattr(probes.os, "write", refuse)
    assert ready(503) == ALL_WELL | {"media": said}
    assert [file for file in (configured.MEDIA_ROOT / content_store.INCOMING).iterdir() if "probe" in file.name] == []


@pytest.mark.django_db
def test_a_database_that_is_gone_is_named_and_nothing_of_the_inside(monkeypatch):
    def gone():
        raise OperationalError("connection to server at 10.0.0.9, user shop, failed")

    monkeypatch.setattr(connection, "cursor", gone)
    said = ready(503)
    monkeypatch.undo()
    assert said["database"] == said["migrations"] == "database_unreachable"
    assert said["media"] == "ok"
    assert "10.0.0.9" not in str(said)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_takes_no_changes_is_not_ready(tmp_path, settings, monkeypatch):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
            try:
                assert ready(503)["database"] == "database_read_only"
            finally:
                cursor.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
        return
    copy = tmp_path / "shop.sqlite3"
    copy.write_bytes(b"")
    copy.chmod(0o444)
    opened = probes.sqlite3.connect

    def read_only(name, **options):
        return opened(f"file:{copy}?mode=ro", uri=True, **options)

    monkeypatch.setattr(probes.sqlite3, "connect", read_only)
    assert ready(503)["database"] == "database_read_only"


@pytest.mark.django_db(transaction=True)
def test_a_database_that_is_being_written_is_ready(tmp_path, settings):
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one writer at a time")
    with_lock = probes.sqlite3.connect(configured.DATABASES["default"]["NAME"], isolation_level=None)
    try:
        with_lock.execute("BEGIN IMMEDIATE")
        assert ready() == ALL_WELL
        with_lock.execute("ROLLBACK")
    finally:
        with_lock.close()
    assert Path(configured.DATABASES["default"]["NAME"]).exists()
