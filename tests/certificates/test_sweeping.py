"""``manage.py sweep_files``: files that the record does not name go, once they are a day old; all others stay."""

import os
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from certificates.models import RecordImport
from serials.expressions import IsDigest
from shopplanr import clock, content_store, kept_content
from tests.factories import CertificateFactory, make_documents, make_note, make_serials
from tests.papers import report
from tests.pictures import photo

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def aged(path, hours: float):
    moment = clock.now().timestamp() - hours * 3600
    os.utime(path, (moment, moment))
    return path


def left_behind(content: bytes, hours: float = 25):
    """Put a file into the store that no row names."""
    return aged(content_store.path_of(content_store.put(content).digest), hours)


def sweep(*arguments: str) -> str:
    out = StringIO()
    call_command("sweep_files", *arguments, stdout=out)
    return out.getvalue()


def test_what_nobody_names_goes_and_what_somebody_names_stays(folder):
    make_documents(CertificateFactory(), report_pdf=report())
    make_note(make_serials(), photos=[photo()])
    named = [aged(path, 1000) for path in folder.rglob("*") if path.is_file()]
    old, young = left_behind(b"old"), left_behind(b"young", hours=23)
    stranger = aged(_written(folder / "README"), 1000)

    assert sweep("--dry-run") == "Would remove 1 file that nobody names, 3 bytes.\n"
    assert old.exists()
    assert sweep() == "Removed 1 file that nobody names, 3 bytes.\n"

    assert not old.exists()
    assert len(named) == 3
    assert all(path.exists() for path in [*named, young, stranger])
    assert sweep() == "Removed 0 files that nobody names, 0 bytes.\n"


def _written(path):
    path.write_bytes(b"x")
    return path


def test_a_file_that_never_arrived_whole_goes_too(folder):
    half = content_store.incoming_path()
    half.write_bytes(b"half")
    aged(half, 25)
    fresh = content_store.incoming_path()
    fresh.write_bytes(b"on its way")

    assert sweep() == "Removed 1 file that nobody names, 4 bytes.\n"
    assert fresh.exists() and not half.exists()


def test_one_that_is_written_anew_meanwhile_stays(monkeypatch):
    path = left_behind(b"again")
    digests = kept_content.digests_in_use

    def in_use():
        content_store.put(b"again")  # somebody sends the same file: a row is about to name it
        return digests()

    monkeypatch.setattr(kept_content, "digests_in_use", in_use)

    assert sweep() == "Removed 0 files that nobody names, 0 bytes.\n"
    assert path.read_bytes() == b"again"


def test_an_empty_store_is_no_fault():
    assert sweep() == "Removed 0 files that nobody names, 0 bytes.\n"


def test_every_column_that_holds_a_digest_keeps_its_files():
    """A new kind of file that forgets to say so would lose them after a day."""
    held = {
        (model, expression.name)
        for model in apps.get_models()
        for constraint in model._meta.constraints
        for expression in _digests_in(getattr(constraint, "condition", None))
    }
    held.discard((RecordImport, "digest"))  # of rows that are kept in the table itself
    assert held == set(kept_content.keeping_columns()) and held


def _digests_in(node):
    if isinstance(node, IsDigest):
        yield from node.get_source_expressions()
    for child in getattr(node, "children", ()):
        yield from _digests_in(child)


def test_the_digests_in_use_are_those_of_the_rows():
    (document,) = make_documents(CertificateFactory(), report_pdf=report())
    picture = make_note(make_serials(), photos=[photo()]).photos.get()

    assert set(kept_content.digests_in_use()) == {document.digest, picture.digest, picture.thumbnail_digest}
