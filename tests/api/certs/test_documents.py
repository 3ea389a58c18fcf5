"""``/certs/:id/documents``: files that are kept as they came, and served to whoever may see the certificate."""

import hashlib
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from audit.models import Action, AuditEntry
from certificates.models import Certificate, CertificateDocument
from certificates.services import documents, revisions
from shopplanr import content_store
from shopplanr.accounts.roles import Role
from shopplanr.refusals import Refusal
from tests.accounts.factories import UserFactory, json_client, open_kiosk, token_client
from tests.api.answers import TIMESTAMP, assert_envelope, assert_refused, nothing_written
from tests.at_once import at_once
from tests.factories import PLANNER, CertificateFactory, make_documents, put_right
from tests.papers import protected, report, scan
from tests.pictures import photo
from tests.queries import counted_statements

MB = 1024 * 1024
PDF = report()
DIGEST = hashlib.sha256(PDF).hexdigest()


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Where the files of a test are kept."""
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


@pytest.fixture
def certificate(db) -> Certificate:
    return CertificateFactory()


def url_of(certificate) -> str:
    return f"/api/certs/{certificate.pk}/documents"


def send(client, certificate, *files: tuple[str, bytes], **fields):
    """Send files as a form does: each with the name that it has at its sender's."""
    uploads = [SimpleUploadedFile("x", content, "text/html") for _, content in files]
    for upload, (name, _) in zip(uploads, files, strict=True):
        upload._name = name  # as it is, past Django's own cleaning: a client writes what it likes
    return client.post(url_of(certificate), fields | {"documents": uploads}, format="multipart")


def added(response, status: int = 201) -> list[dict]:
    assert response.status_code == status, response.content
    return response.json()


def files_kept(folder) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


class TestAdded:
    """A file or several."""

    def test_they_are_told_by_their_content_and_kept_as_they_came(self, client, program, certificate, folder):
        sent = [
            ("report.pdf", PDF),
            ("photo.jpg", photo()),
            ("scan.png", photo("PNG")),
            ("fax.tif", scan("TIFF", pages=2)),
        ]

        shown = added(send(client, certificate, *sent))

        types = ["application/pdf", "image/jpeg", "image/png", "image/tiff"]
        assert [each["contentType"] for each in shown] == types
        assert list(shown[0]) == [
            *("id", "certId", "fileName", "contentType", "bytes", "digest", "url", "uploadedAt", "uploadedBy")
        ]
        for each, (name, content) in zip(shown, sent, strict=True):
            assert re.fullmatch(r"doc_[A-Za-z0-9_-]{12,}", each["id"])
            assert (each["certId"], each["fileName"], each["uploadedBy"]) == (certificate.pk, name, program.pk)
            assert (each["bytes"], each["digest"]) == (len(content), hashlib.sha256(content).hexdigest())
            assert TIMESTAMP.fullmatch(each["uploadedAt"])
            assert each["url"] == f"{url_of(certificate)}/{each['id']}/content"
            assert client.get(each["url"]).getvalue() == content
        assert client.get(url_of(certificate)).json() == shown
        assert client.get(f"/api/certs/{certificate.pk}").json()["documentCount"] == 4
        assert files_kept(folder) == 4

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd", "passwd"),
            ("C:\\mill\\report.pdf", "report.pdf"),
            ("材料試験成績書.pdf", "材料試験成績書.pdf"),
            ("report\u202efdp.exe", "reportfdp.exe"),
            ("setup.exe", "setup.exe"),
            ("y" * 400 + ".pdf", "y" * 251 + ".pdf"),
        ],
    )
    def test_a_name_is_for_people_and_decides_nothing(self, name, kept, client, certificate, folder):
        (shown,) = added(send(client, certificate, (name, PDF)))

        assert (shown["fileName"], shown["contentType"]) == (kept, "application/pdf")
        assert [path.name for path in folder.rglob("*") if path.is_file()] == [DIGEST]

    def test_the_same_file_again_is_recognised(self, client, certificate, folder):
        (first,) = added(send(client, certificate, ("report.pdf", PDF)))

        with nothing_written():
            (again,) = added(send(client, certificate, ("copy of report.pdf", PDF)), 200)
        mixed = added(send(client, certificate, ("photo.jpg", photo()), ("report.pdf", PDF), ("b.jpg", photo())))

        assert again == first
        assert (mixed[1], mixed[0]["id"]) == (first, mixed[2]["id"])
        assert CertificateDocument.objects.count() == files_kept(folder) == 2

    def test_on_other_certificates_it_is_said_to_be_there_too(self, client, certificate):
        other, third = CertificateFactory(), CertificateFactory()
        make_documents(other, sheet_pdf=PDF, more_pdf=report("More"))
        make_documents(third, sheet_pdf=PDF)

        (shown,) = added(send(client, certificate, ("report.pdf", PDF)))

        assert shown["alsoOn"] == [other.pk, third.pk]
        assert client.get(url_of(certificate)).json() == [shown]
        assert ["alsoOn" in each for each in client.get(url_of(other)).json()] == [True, False]

    def test_the_trail_says_who_added_what(self, client, program, certificate):
        (shown,) = added(send(client, certificate, ("report.pdf", PDF)))

        (entry,) = client.get("/api/audit", {"action": "cert_document_added"}).json()
        assert (entry["certId"], entry["userId"]) == (certificate.pk, program.pk)
        assert entry["metadata"] == {
            "documentId": shown["id"],
            "fileName": "report.pdf",
            "contentType": "application/pdf",
            "sizeBytes": len(PDF),
            "digest": DIGEST,
        }

    def test_a_kiosk_says_who_it_is(self, settings, certificate):
        kiosk = open_kiosk(settings)
        with nothing_written():
            assert_refused(send(kiosk, certificate, ("report.pdf", PDF)), 400, "userId is required", field="userId")

        assert added(send(kiosk, certificate, ("report.pdf", PDF), userId="dana"))[0]["uploadedBy"] == "dana"

    def test_to_a_revoked_certificate_too(self, client, certificate):
        """The letter that withdraws it belongs to it."""
        revisions.revoke(certificate.pk, "withdrawn", PLANNER)

        added(send(client, certificate, ("letter.pdf", PDF)))

    def test_a_correction_shows_what_was_added_before_it(self, client, certificate):
        (first,) = make_documents(certificate, report_pdf=PDF)
        second = put_right(certificate)
        third = put_right(second)
        added(send(client, third, ("right.pdf", report("Right"))))

        shown = client.get(url_of(third)).json()
        assert [(each["certId"], each["fileName"]) for each in shown] == [
            (certificate.pk, "report.pdf"),
            (third.pk, "right.pdf"),
        ]
        assert client.get(shown[0]["url"]).getvalue() == PDF
        assert [each["id"] for each in client.get(url_of(second)).json()] == [first.public_id]
        assert client.get(url_of(third), {"certId": third.pk}).json() == shown[1:]

    def test_statements_do_not_grow_with_files(self, client, certificate):
        def statements_for(*files) -> tuple[int, int]:
            with counted_statements() as written:
                added(send(client, certificate, *files))
            with counted_statements() as read:
                client.get(url_of(certificate))
            return len(written), len(read)

        few = statements_for(("a.jpg", photo()))
        many = statements_for(*[(f"{width}.jpg", photo(width=width)) for width in (61, 62, 63, 64, 65)])
        assert many == few
        assert few[0] <= 10 and few[1] <= 4


class TestRefused:
    """All of them or none; no file is kept either."""

    @pytest.mark.parametrize(
        ("content", "code", "why"),
        [
            (b"", "document_unreadable", "is empty"),
            (b"MZ\x90\0" + bytes(300), "document_type", "is no PDF, JPEG, PNG or TIFF file"),
            (b"<!doctype html><script>", "document_type", "is no PDF, JPEG, PNG or TIFF file"),
            (PDF[:300], "document_unreadable", "cannot be read: it is damaged or incomplete"),
            (protected(), "document_protected", "is protected with a password; save it without one and add it again"),
        ],
        ids=["empty", "executable", "html", "half", "protected"],
    )
    def test_one_that_cannot_be_kept_is_named(self, content, code, why, client, certificate, folder):
        with nothing_written():
            response = send(client, certificate, ("good.pdf", PDF), ("bad.pdf", content))

        assert_refused(response, 400, f"Document bad.pdf {why}", code=code, field="documents")
        assert not folder.exists()

    def test_one_of_60_mb_is_named_with_the_limit(self, client, certificate, folder):
        with nothing_written():
            response = send(client, certificate, ("huge.pdf", PDF + bytes(60 * MB)))

        message = "Document huge.pdf is larger than 50 MB"
        assert_refused(response, 413, message, code="document_too_large", field="documents")
        assert not folder.exists()

    def test_more_than_a_photo_may_have_is_no_fault(self, client, certificate):
        content = photo() + bytes(12 * MB)

        assert added(send(client, certificate, ("large.jpg", content)))[0]["bytes"] == len(content)

    def test_more_than_five_at_a_time(self, client, certificate, folder):
        with nothing_written():
            response = send(client, certificate, *[("a.pdf", PDF)] * 6)

        assert_refused(response, 400, "documents must have at most 5 items", code="too_many", field="documents")
        assert not folder.exists()

    def test_more_than_a_certificate_may_have(self, client, certificate, monkeypatch):
        monkeypatch.setattr(documents, "DOCUMENTS_MAX", 2)
        make_documents(certificate, a_pdf=PDF, b_pdf=report("b"))
        with nothing_written():
            response = send(client, certificate, ("a.pdf", PDF), ("c.pdf", report("c")))

        message = "a certificate must have at most 2 documents"
        assert_refused(response, 400, message, code="too_many", field="documents")

    def test_no_file_at_all(self, client, certificate):
        for form in ({}, {"documents": ""}):
            response = client.post(url_of(certificate), form, format="multipart")
            assert_refused(response, 400, "documents is required", code="required", field="documents")
        response = client.post(url_of(certificate), {"documents": "data:x"}, format="multipart")
        assert_refused(response, 400, "documents must be files, each with a name", field="documents")

    def test_a_file_under_another_name(self, client, certificate):
        response = client.post(url_of(certificate), {"file": SimpleUploadedFile("a.pdf", PDF)}, format="multipart")

        assert_refused(response, 400, "Unknown file: file; send files as documents", field="file")

    def test_what_is_no_form(self, client, certificate):
        assert assert_envelope(client.post(url_of(certificate), {"documents": []}), 415)

    def test_an_unknown_certificate(self, client):
        for name in ("cert_x", "x" * 300):
            response = client.post(f"/api/certs/{name}/documents", {}, format="multipart")
            assert_refused(response, 404, f"Certificate not found: {name}", code="not_found")
            assert_envelope(client.get(f"/api/certs/{name}/documents"), 404)

    def test_a_superseded_revision_takes_no_more(self, client, certificate, folder):
        newest = put_right(put_right(certificate))
        with nothing_written():
            response = send(client, certificate, ("late.pdf", PDF))

        message = f"Certificate {certificate.pk} was superseded already; its newest revision is {newest.pk}"
        assert_refused(response, 409, message, code="certificate_superseded")
        assert not folder.exists()

    def test_who_may_not_record_certificates_adds_none(self, certificate, folder):
        for role in (Role.OPERATORS, Role.AUDITORS):
            client = token_client(UserFactory(role=role))
            with nothing_written():
                response = send(client, certificate, ("report.pdf", PDF))
            message = "You may not record certificates. Ask QC or an administrator."
            assert_refused(response, 403, message, code="forbidden")
        assert not folder.exists()


class TestServed:
    """``GET …/documents/:docId/content``."""

    @pytest.fixture
    def document(self, certificate) -> CertificateDocument:
        return make_documents(certificate, report_pdf=PDF)[0]

    def test_as_it_came_to_be_saved_and_never_shown_as_a_page(self, client, document):
        response = client.get(document.url)

        assert response.getvalue() == PDF
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Length"] == str(len(PDF))
        assert response["Content-Disposition"] == 'attachment; filename="report.pdf"'
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert response["Cache-Control"] == "private, no-cache"
        assert response["ETag"] == f'"{DIGEST}"'

    def test_a_name_in_japanese_is_saved_as_such_and_none_as_what_could_be_started(self, client, certificate):
        sent = added(send(client, certificate, ("成績書.pdf", PDF), ("setup.exe", photo())))

        first, second = (client.get(each["url"])["Content-Disposition"] for each in sent)
        assert first == "attachment; filename*=utf-8''%E6%88%90%E7%B8%BE%E6%9B%B8.pdf"
        assert second == 'attachment; filename="setup.exe.jpg"'

    def test_who_has_it_already_is_told_so(self, client, document):
        for known in (f'"{DIGEST}"', f'W/"{DIGEST}"', "*"):
            response = client.get(document.url, headers={"If-None-Match": known})
            assert (response.status_code, response.content) == (304, b"")
            assert response["Cache-Control"] == "private, no-cache"
        assert client.get(document.url, headers={"If-None-Match": '"other"'}).getvalue() == PDF

    def test_to_whoever_may_see_the_certificate(self, document):
        for role in Role:
            assert token_client(UserFactory(role=role)).get(document.url).getvalue() == PDF
        assert_envelope(json_client().get(document.url), 401)
        assert_envelope(token_client(UserFactory(role=None)).get(document.url), 403)

    def test_in_two_statements(self, client, document):
        with counted_statements() as statements:
            client.get(document.url).getvalue()
        assert len(statements) == 2  # who calls, and the document

    def test_what_is_not_there_is_not_found(self, client, document):
        other = CertificateFactory()
        for certificate_id, document_id in [
            (other.pk, document.public_id),
            ("cert_x", document.public_id),
            (document.certificate_id, "doc_x"),
            (document.certificate_id, DIGEST),
            (document.certificate_id, "%00"),
            (document.certificate_id, "..%2f..%2fetc%2fpasswd"),
            (document.certificate_id, "x" * 300),
        ]:
            response = client.get(f"/api/certs/{certificate_id}/documents/{document_id}/content")
            message = assert_envelope(response, 404)["message"]
            assert message.startswith(("Document not found: ", "No such endpoint: "))

    def test_a_file_that_was_altered_on_disk_is_not_served(self, client, document, caplog):
        path = content_store.path_of(document.digest)
        path.chmod(0o600)
        path.write_bytes(PDF.replace(b"4711", b"4712"))

        assert_refused(
            client.get(document.url),
            410,
            "This file was altered on disk since it was stored, so it is not shown; "
            "ask whoever runs Shop Planr to restore it from a backup",
            code="content_altered",
        )
        assert document.digest in caplog.text

    def test_the_same_file_sent_again_mends_it(self, client, document):
        path = content_store.path_of(document.digest)
        path.unlink()
        assert assert_envelope(client.get(document.url), 410)["code"] == "content_missing"

        added(send(client, document.certificate, ("report.pdf", PDF)), 200)

        assert client.get(document.url).getvalue() == PDF


def test_a_file_is_there_before_the_row_that_names_it(certificate, folder, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(rows):
        assert files_kept(folder) == 1
        raise Killed

    monkeypatch.setattr(CertificateDocument.objects, "bulk_create", killed)
    with nothing_written(), pytest.raises(Killed):
        make_documents(certificate, report_pdf=PDF)


@pytest.mark.django_db(transaction=True)
def test_the_same_file_from_several_at_once_is_one_document():
    certificate = CertificateFactory()

    answers = at_once(*[lambda: make_documents(certificate, report_pdf=PDF)] * 4)

    assert not [answer for answer in answers if isinstance(answer, Refusal)]
    assert len({document.public_id for (document,) in answers}) == 1
    assert AuditEntry.objects.filter(action=Action.CERT_DOCUMENT_ADDED).count() == 1
