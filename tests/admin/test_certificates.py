"""Certificates by form: recorded once through the service, and never changed."""

import pytest

from certificates.models import CertAttachment, Certificate, CertificateRevocation
from certificates.services import attaching
from shopplanr import content_store
from tests.admin.desk import act, choose, confirm, deferred, messages, url
from tests.factories import OPERATOR, CertificateFactory, make_documents, make_serials, put_right, steps_of
from tests.papers import report

pytestmark = pytest.mark.django_db


def add(client, **typed):
    return client.post(url("certificates_certificate", "add"), {"type": "material", "name": "Mill report"} | typed)


def problems(response) -> dict:
    return response.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", None),
        ("heat: 4711\n\nsupplier: Aldine: Sheffield\n", {"heat": "4711", "supplier": "Aldine: Sheffield"}),
        ('{"z": 1, "a": {"b": [true, null]}}', {"z": 1, "a": {"b": [True, None]}}),
    ],
)
def test_qc_records_a_certificate_with_facts_as_lines_or_as_json(qc, typed, stored):
    response = add(qc, metadata=typed)

    assert response.status_code == 302, problems(response)
    certificate = Certificate.objects.get()
    assert (certificate.type, certificate.name, certificate.metadata) == ("material", "Mill report", stored)
    assert list(certificate.metadata or {}) == list(stored or {}), "in the order in which they were typed"
    assert certificate.history.get().history_user_id == qc.user.pk


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"metadata": "[1, 2]"}, "metadata", "metadata must be an object"),
        ({"metadata": "{"}, "metadata", "This is not valid JSON"),
        ({"metadata": "heat 4711"}, "metadata", "Line 1 needs a name, a colon and a value"),
        ({"metadata": "heat: 1\nheat: 2"}, "metadata", "a second time"),
        ({"name": "  "}, "name", "required"),
        ({"type": "other"}, "type", "Select a valid choice"),
    ],
)
def test_what_cannot_be_recorded_is_said_at_its_field(qc, typed, field, sentence):
    response = add(qc, **typed)

    assert sentence in problems(response)[field][0]
    assert response.context["adminform"].form["type"].value() == typed.get("type", "material")
    assert not Certificate.objects.exists()


def test_a_certificate_that_exists_is_shown_and_not_edited(administrator):
    certificate = CertificateFactory(name="Mill report", metadata={"heat": "4711", "mill": {"city": "Sheffield"}})
    address = url("certificates_certificate", "change", certificate.pk)

    page = administrator.get(address).content.decode()

    assert "<th>heat</th><td>4711</td>" in page
    assert "Sheffield" in page
    assert 'name="name"' not in page
    assert 'name="_save"' not in page
    assert administrator.post(address, {"type": "process", "name": "Another"}).status_code == 403
    certificate.refresh_from_db()
    assert (certificate.type, certificate.name) == ("material", "Mill report")
    assert certificate.history.count() == 1


def test_who_may_not_certify_records_none(supervisor, auditor):
    for client in (supervisor, auditor):
        assert add(client).status_code == 403
    assert not Certificate.objects.exists()


def test_a_certificates_page_shows_its_parts_and_leads_to_the_rest(qc, monkeypatch):
    monkeypatch.setattr("certificates.admin.certificates.PANEL_ROWS", 2)
    certificate, parts = CertificateFactory(), make_serials(quantity=3)
    attaching.attach_all(certificate.pk, [part.id for part in parts], OPERATOR)

    page = qc.get(url("certificates_certificate", "change", certificate.pk)).content.decode()
    rest = qc.get(url("certificates_certattachment"), {"q": certificate.pk}).context["cl"].result_list

    assert "SN-00001" in page and "SN-00002" in page and "SN-00003" not in page
    assert "All attachments" in page
    assert len(rest) == 3


def test_a_parts_page_shows_its_certificates(qc):
    certificate, (part,) = CertificateFactory(name="Mill report", type="process"), make_serials()
    attaching.attach(part.id, certificate.pk, OPERATOR)

    page = qc.get(url("serials_serial", "change", part.pk)).content.decode()

    assert "Mill report" in page
    assert 'marks.svg#process"></use></svg>Process</span>' in page


@pytest.mark.parametrize("typed", ["4711", "mill rep", "Sheffield"])
def test_a_certificate_is_found_by_name_and_by_its_facts(qc, typed):
    certificate = CertificateFactory(name="Mill report", metadata={"heat": "4711", "mill": "Sheffield"})
    CertificateFactory(name="Passivation", metadata={"bath": "3"})

    for page, parameters in (
        ("/admin/certificates/certificate/", {"q": typed}),
        ("/admin/certificates/certificate/", {"q": certificate.pk}),
    ):
        assert list(qc.get(page, parameters).context["cl"].result_list) == [certificate]
    asked = {"app_label": "certificates", "model_name": "certattachment", "field_name": "certificate", "term": typed}
    assert [row["id"] for row in qc.get("/admin/autocomplete/", asked).json()["results"]] == [certificate.pk]


def test_an_attachment_is_found_by_part_certificate_and_job(qc):
    certificate, (part, other) = CertificateFactory(name="Mill report"), make_serials(quantity=2)
    attached = attaching.attach(part.id, certificate.pk, OPERATOR)
    attaching.attach(other.id, CertificateFactory(name="Passivation").pk, OPERATOR)

    def found(typed):
        return list(qc.get(url("certificates_certattachment"), {"q": typed}).context["cl"].result_list)

    assert (
        found(part.id) == found("Mill report") == found(certificate.pk) == found(attached.attachment_id) == [attached]
    )
    assert len(found(part.job.name)) == 2
    assert qc.get(url("certificates_certattachment", "change", attached.pk)).status_code == 200


class TestLate:
    def test_a_certificate_is_attached_at_a_step_that_the_parts_have_left(self, qc):
        parts = deferred(2)
        saw = steps_of(parts[0].path)[0]
        certificate = CertificateFactory()

        asked = choose(qc, parts, "attach-late")
        response = confirm(qc, asked, certificate=certificate.pk, step=saw.pk, reason="Came by post")

        assert messages(response) == ["Certificate attached: 2 parts."]
        assert set(CertAttachment.objects.values_list("step", "late", "late_reason", "attached_by")) == {
            (saw.pk, True, "Came by post", qc.user.pk)
        }
        page = qc.get(url("serials_serial", "change", parts[0].pk)).content.decode()
        assert "Came by post" in page

    def test_without_a_reason_nothing_is_attached_and_what_was_chosen_stays(self, qc):
        parts = deferred(1)
        saw = steps_of(parts[0].path)[0]

        response = act(qc, parts, "attach-late", certificate=CertificateFactory().pk, step=saw.pk, reason="")

        assert "say why the certificate comes late" in response.content.decode()
        assert response.context["form"]["step"].value() == saw.pk
        assert not CertAttachment.objects.exists()

    def test_parts_of_several_paths_are_not_one_selection(self, qc):
        response = choose(qc, [*deferred(1), *deferred(1)], "attach-late")

        assert messages(response) == [
            "Attach a certificate late: select parts of one path, since a step belongs to one path."
        ]

    def test_it_is_qcs_alone(self, supervisor):
        response = supervisor.get(url("serials_serial"))

        assert "attach-late" not in dict(response.context["action_form"].fields["action"].choices)


def test_its_facts_are_asked_for_and_shown(qc):
    typed = {"number": "4711-A", "issuer": "Nordstahl", "heat_lot": "A31907", "en10204_type": "3.1"}
    response = add(qc, **typed, issue_date="2024-01-15", valid_to="2030-01-14")

    assert response.status_code == 302, problems(response)
    certificate = Certificate.objects.get()
    assert (certificate.heat_lot, str(certificate.issue_date)) == ("A31907", "2024-01-15")
    page = qc.get(url("certificates_certificate", "change", certificate.pk)).content.decode()
    assert all(value in page for value in typed.values())
    assert "In force" in page


def test_a_refusal_about_a_fact_is_said_at_its_field(qc):
    response = add(qc, valid_from="2024-03-01", valid_to="2024-02-29")

    assert problems(response)["valid_to"] == ["validTo must not be before validFrom"]
    assert not Certificate.objects.exists()


def test_they_are_found_by_how_they_stand_and_by_their_issuer(qc):
    CertificateFactory(name="holds", issuer="Nordstahl")
    CertificateFactory(name="expired", validTo="2024-12-31")
    put_right(CertificateFactory(name="wrong"), name="right")
    for query, names in (
        ({"state": "current"}, {"holds", "right"}),
        ({"state": "superseded"}, {"wrong"}),
        ({"state": "expired"}, {"expired"}),
        ({"issuer": "Nordstahl"}, {"holds"}),
        ({"state": "x"}, {"holds", "expired", "wrong", "right"}),
    ):
        rows = qc.get(url("certificates_certificate"), query).context["cl"].result_list
        assert {row.name for row in rows} == names


def test_revoking_shows_first_how_many_parts_it_is_about(qc):
    certificate, unused = CertificateFactory(), CertificateFactory()
    parts = make_serials(quantity=3)
    attaching.attach_all(certificate.pk, [part.id for part in parts], OPERATOR)

    asked = choose(qc, [certificate, unused], "revoke")
    assert "3 parts will show it: 3 in work" in asked.content.decode()
    assert "on no part" in asked.content.decode()
    response = confirm(qc, asked, reason="lab lost its accreditation")

    assert messages(response) == ["Revoked: 2 certificates."]
    assert set(CertificateRevocation.objects.values_list("reason", flat=True)) == {"lab lost its accreditation"}
    part = qc.get(url("serials_serial", "change", parts[0].pk)).content.decode()
    assert "Revoked" in part and "lab lost its accreditation" in part
    again = act(qc, [certificate], "revoke", reason="x")
    assert "was revoked already" in again.content.decode()


def test_putting_right_begins_with_what_is_recorded(qc):
    certificate = CertificateFactory(name="Mill report", heatLot="A1", metadata={"grade": "A36"})

    asked = choose(qc, [certificate], "put-right")
    form = asked.context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    response = confirm(qc, asked, **typed | {"heat_lot": "B2", "reason": "misread"})

    assert messages(response) == ["Put right: Mill report."]
    right = Certificate.objects.get(revision=2)
    assert (right.heat_lot, right.metadata, right.correction_reason) == ("B2", {"grade": "A36"}, "misread")
    page = qc.get(url("certificates_certificate", "change", certificate.pk)).content.decode()
    assert "Revision 2" in page and "misread" in page and "Superseded" in page


def test_auditors_find_neither(auditor):
    certificate = CertificateFactory()
    page = auditor.get(url("certificates_certificate", "change", certificate.pk)).content.decode()

    assert "Revoke…" not in page and "Put right…" not in page


def test_documents_are_saved_from_the_record(qc):
    (document,) = make_documents(CertificateFactory(), report_pdf=report())
    address = url("certificates_certificate", "document", document.pk)
    assert address in qc.get(url("certificates_certificate", "change", document.certificate_id)).content.decode()

    response = qc.get(address)
    assert response.getvalue() == report()
    assert response["Content-Disposition"] == 'attachment; filename="report.pdf"'

    path = content_store.path_of(document.digest)
    path.chmod(0o600)
    path.write_bytes(b"x")
    refused = qc.get(address, follow=True)
    assert "report.pdf: This file was altered on disk" in messages(refused)[0]
    assert qc.get(url("certificates_certificate", "document", 9**30)).status_code == 404
