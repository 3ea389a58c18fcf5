"""The database away, busy, full or read-only: 503 with ``Retry-After``, a sentence, and nothing half written."""

import errno
import logging
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, ProgrammingError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client

from serials.models import Job
from shopplanr import content_store
from shopplanr.accounts.roles import Role
from shopplanr.api.middleware import ApiPathMiddleware
from shopplanr.watch.outages import (
    DatabaseBusy,
    DatabaseReadOnly,
    DatabaseUnreachable,
    StorageFull,
    Unavailable,
    outage_of,
)
from tests.accounts.factories import AdministratorFactory, UserFactory, token_client
from tests.api.answers import assert_envelope, nothing_written
from tests.factories import CertificateFactory, PathFactory, make_serial
from tests.floor.visitors import visitor, words
from tests.pictures import photo

JOB = {"name": "Bracket", "goalQuantity": 5}


def assert_outage(response, outage: type[Unavailable]) -> None:
    """Check that the API answers with this outage."""
    body = assert_envelope(response, 503)
    assert (body["code"], body["message"]) == (outage.code, outage.sentence)
    assert int(response["Retry-After"]) == outage.retry_after_seconds > 0


# --- What is an outage ---------------------------------------------------------------------------------------------


class State(Exception):
    """An exception of PostgreSQL's driver."""

    def __init__(self, sqlstate):
        super().__init__()
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("sqlstate", "outage"),
    [
        (None, DatabaseUnreachable),
        ("08006", DatabaseUnreachable),
        ("53300", DatabaseUnreachable),
        ("57P01", DatabaseUnreachable),
        ("57P03", DatabaseUnreachable),
        ("58030", DatabaseUnreachable),
        ("53100", StorageFull),
        ("25006", DatabaseReadOnly),
        ("55P03", DatabaseBusy),
        ("40P01", DatabaseBusy),
        ("40001", DatabaseBusy),
        ("42P01", None),
        ("28P01", None),
    ],
)
def test_postgresqls_states(sqlstate, outage):
    error = OperationalError("words of the inside")
    error.__cause__ = State(sqlstate)
    found = outage_of(error)
    assert type(found) is (outage or type(None))
    if found:
        assert "inside" not in found.message


@pytest.mark.parametrize(
    ("exception", "outage"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), StorageFull),
        (OSError(errno.EROFS, "Read-only file system"), StorageFull),
        (ConnectionResetError("the body ended before its length"), None),
        (FileNotFoundError("gone"), None),
        (ProgrammingError("no such column"), None),
        (ValueError("x"), None),
        (DatabaseBusy(), DatabaseBusy),
    ],
)
def test_what_else_is_one_and_what_is_none(exception, outage):
    assert type(outage_of(exception)) is (outage or type(None))


@pytest.mark.django_db
def test_a_table_that_is_missing_is_a_fault_and_no_outage():
    with pytest.raises(Exception, match="no_such_table") as raised, connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")
    assert outage_of(raised.value) is None


# --- An engine that is full, or takes no changes --------------------------------------------------------------------


def command(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement, None)


@contextmanager
def full_disk():
    """Let no row fit any more, within the block."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            ((pages,),) = cursor.execute("PRAGMA page_count").fetchall()
            ((free,),) = cursor.execute("PRAGMA freelist_count").fetchall()
        assert free < 200
        command(f"PRAGMA max_page_count = {pages}")
        try:
            yield
        finally:
            command("PRAGMA max_page_count = 1073741823")
        return
    command(
        "CREATE FUNCTION disk_full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$",
        "CREATE TRIGGER full_disk BEFORE INSERT ON serials_job FOR EACH ROW EXECUTE FUNCTION disk_full()",
        "CREATE TRIGGER full_disk BEFORE INSERT ON serials_stepstatus FOR EACH ROW EXECUTE FUNCTION disk_full()",
        "CREATE TRIGGER full_disk BEFORE INSERT ON certificates_certificate FOR EACH ROW EXECUTE FUNCTION disk_full()",
    )
    try:
        yield
    finally:
        command("DROP FUNCTION disk_full() CASCADE")


@contextmanager
def read_only():
    """Let the database take no changes within the block."""
    on, off = {
        "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
        "postgresql": (
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
            "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        ),
    }[connection.vendor]
    command(on)
    try:
        yield
    finally:
        command(off)


BAD_DAYS = [(full_disk, StorageFull), (read_only, DatabaseReadOnly)]

# more than what is left of a page, and of the pages that are free
LONG = {f"key-{number}": "x" * 1000 for number in range(2000)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("bad_day", "outage"), BAD_DAYS, ids=["full", "read-only"])
def test_calls_are_refused_whole_and_succeed_when_the_day_is_over(bad_day, outage):
    path = PathFactory(steps=("Saw", "Mill"))
    client = token_client(UserFactory(role=Role.INTEGRATIONS))
    assert client.get("/api/jobs").status_code == 200  # so that its use is noted
    batch = {"jobId": path.job_id, "pathId": path.id, "quantity": 2000}
    calls = [("/api/certs", {"type": "material", "name": "Heat", "metadata": LONG}), ("/api/serials", batch)]
    with bad_day(), nothing_written():
        for number, (url, body) in enumerate(calls):
            assert_outage(client.post(url, body, headers={"Idempotency-Key": f"key-{number}"}), outage)
        # reading goes on
        assert client.get(f"/api/jobs/{path.job_id}").status_code == 200

    url, body = calls[0]
    for replayed in (None, "true"):
        response = client.post(url, body, headers={"Idempotency-Key": "key-0"})
        assert (response.status_code, response.headers.get("Idempotency-Replayed")) == (201, replayed)
    assert len(client.get("/api/certs").json()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_of_a_page_says_so_and_can_be_sent_again(htmx):
    part = make_serial(PathFactory(steps=("Saw", "Mill")))
    floor = visitor(station="Saw")
    floor.get("/")
    headers = {"HX-Request": "true"} if htmx else {}
    form = {"idempotencyKey": "form-1", "reason": "damaged"}
    with read_only():
        response = floor.post(f"/serials/{part.id}/scrap", form, headers=headers)
    assert response.status_code == 503
    assert response["Retry-After"] == "60"
    assert DatabaseReadOnly.sentence in words(response)
    assert "Refresh" not in response
    assert ("<html" in response.content.decode()) is not htmx
    assert "script-src 'self'" in response["Content-Security-Policy"]

    part.refresh_from_db()
    assert part.status == "in_progress"
    for _ in range(2):
        assert floor.post(f"/serials/{part.id}/scrap", form).status_code in (200, 303)
    part.refresh_from_db()
    assert part.status == "scrapped"


@pytest.mark.django_db(transaction=True)
def test_the_quality_desk_says_so_too():
    part = make_serial(PathFactory(steps=("Saw", "Mill")))
    desk = Client()
    desk.force_login(AdministratorFactory())
    form = {"selected": str(part.number), "reason": "damaged"}
    with read_only():
        response = desk.post("/admin/serials/serial/act/scrap/", form)
    assert response.status_code == 503
    assert DatabaseReadOnly.sentence in words(response)
    part.refresh_from_db()
    assert part.status == "in_progress"


@pytest.mark.django_db
def test_a_disk_that_is_full_of_photos(monkeypatch):
    def no_space(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    path = PathFactory(steps=("Saw", "Mill"))
    part = make_serial(path)
    client = token_client(UserFactory(role=Role.INTEGRATIONS))
    client.get("/api/jobs")
    note = {"jobId": path.job_id, "pathId": path.id, "stepId": path.steps.get(order=0).id, "text": "Burr"}
    note |= {"serialIds": part.id, "photos": _file()}
    monkeypatch.setattr(content_store, "_sync", no_space)
    with nothing_written():
        assert_outage(client.post("/api/notes", note, format="multipart"), StorageFull)
    monkeypatch.undo()
    assert client.post("/api/notes", note | {"photos": _file()}, format="multipart").status_code == 201


def _file():
    return SimpleUploadedFile("part.jpg", photo(), "image/jpeg")


# --- A database that is gone ---------------------------------------------------------------------------------------


@pytest.fixture
def gone(monkeypatch):
    """Return a function that makes the database be gone: nothing that is asked of it is answered."""

    def refuse(self, *args):
        raise OperationalError("connection to server at 10.0.0.9 failed, user shop")

    def take_away() -> None:
        monkeypatch.setattr(BaseDatabaseWrapper, "cursor", refuse)

    return take_away


@pytest.mark.django_db
def test_every_door_says_so(gone, caplog):
    program, floor, desk = token_client(UserFactory(role=Role.INTEGRATIONS)), visitor(), Client()
    desk.force_login(AdministratorFactory())
    gone()

    for response in (program.get("/api/jobs"), program.post("/api/jobs", JOB), floor.get("/api/jobs")):
        assert_outage(response, DatabaseUnreachable)
        assert response["X-Request-ID"]
    for client, path in ((floor, "/"), (floor, "/jobs"), (desk, "/admin/"), (Client(), "/sign-in")):
        response = client.get(path)
        assert response.status_code == 503, path
        assert response["Retry-After"] == "5"
        assert response["Refresh"] == "5"
        assert response["Cache-Control"] == "no-store"
        assert DatabaseUnreachable.sentence in words(response)
        assert response["X-Request-ID"] in words(response)
        assert f'href="{path}"' in response.content.decode()
        assert b"10.0.0.9" not in response.content
    assert Client().get("/healthz").status_code == 200
    assert Client().get("/readyz").status_code == 503
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR and record.exc_info]


@pytest.mark.django_db
def test_an_address_is_shown_as_text(gone):
    gone()
    client = Client()
    client.cookies["sessionid"] = "a" * 32
    content = client.get('/jobs?q="><script>alert(1)</script>').content.decode()
    assert "/jobs?q=" in content
    assert "<script" not in content


@pytest.mark.django_db
def test_a_middleware_that_meets_it_says_so_too(gone, monkeypatch):
    """What is behind the views, such as the session that is saved, is no view's to answer for."""

    def meet(self, request):
        raise OperationalError("connection refused")

    monkeypatch.setattr(ApiPathMiddleware, "__call__", meet)
    client = Client(raise_request_exception=False)
    assert_outage(client.get("/api/jobs"), DatabaseUnreachable)
    assert client.get("/jobs").status_code == 503


@pytest.mark.django_db
def test_a_fault_of_a_page_shows_nothing_of_the_inside(monkeypatch):
    def crash(*args):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr("shopplanr.floor.views.jobs._context", crash)
    floor = visitor()
    floor.raise_request_exception = False
    response = floor.get("/jobs", headers={"X-Request-ID": "erp-44"})
    assert response.status_code == 500
    assert "erp-44" in words(response)
    assert b"secret" not in response.content
    assert "Retry-After" not in response


@pytest.mark.django_db
def test_it_comes_back_without_anybody_doing_anything(gone, monkeypatch):
    client = token_client(UserFactory(role=Role.INTEGRATIONS))
    certificate = CertificateFactory()
    gone()
    assert_outage(client.get(f"/api/certs/{certificate.id}"), DatabaseUnreachable)
    monkeypatch.undo()
    assert client.get(f"/api/certs/{certificate.id}").status_code == 200
    assert Job.objects.count() == 0
