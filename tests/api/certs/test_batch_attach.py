"""``POST /certs/batch-attach``."""

import re

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertAttachment
from serials.services import advancement, endings
from tests.accounts.factories import UserFactory
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_refused, nothing_written
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serial, make_serials, steps_of
from tests.queries import counted_statements

URL = "/api/certs/batch-attach"


@pytest.fixture
def certificate(db):
    return CertificateFactory()


@pytest.fixture
def path(db):
    return PathFactory(steps=("Saw", "Mill"))


def ids_of(serials):
    return [serial.id for serial in serials]


def complete(serial):
    for _ in range(2):
        advancement.advance(serial.id, OPERATOR)


def test_each_serial_gets_it_at_its_own_current_step_in_the_order_given(client, program, certificate, path):
    saw, mill = steps_of(path)
    first, second, third = make_serials(path, 3)
    advancement.advance(second.id, OPERATOR)

    response = client.post(URL, {"certId": certificate.id, "serialIds": ids_of([third, second, first])})

    assert response.status_code == 200
    attachments = response.json()
    assert [(each["serialId"], each["stepId"]) for each in attachments] == [
        (third.id, saw.id),
        (second.id, mill.id),
        (first.id, saw.id),
    ]
    for each in attachments:
        assert list(each) == ["id", "serialId", "certId", "stepId", "attachedAt", "attachedBy"]
        assert re.fullmatch(r"att_[A-Za-z0-9_-]{12,}", each["id"])
        assert TIMESTAMP.fullmatch(each["attachedAt"])
        assert (each["certId"], each["attachedBy"]) == (certificate.id, program.pk)


def test_existing_ones_are_answered_where_they_exist(client, certificate, path):
    old, new = make_serials(path, 2)
    (existing,) = client.post(URL, {"certId": certificate.id, "serialIds": [old.id]}).json()

    attachments = client.post(URL, {"certId": certificate.id, "serialIds": [new.id, old.id]}).json()

    assert attachments[1] == existing
    assert attachments[0]["serialId"] == new.id
    assert CertAttachment.objects.count() == 2


def test_twice_changes_nothing(client, certificate, path):
    body = {"certId": certificate.id, "serialIds": ids_of(make_serials(path, 3))}
    first = client.post(URL, body)

    with nothing_written():
        again = client.post(URL, body)

    assert (again.status_code, again.json()) == (200, first.json())


def test_at_another_step_it_is_another_attachment(client, certificate, path):
    serial = make_serial(path)
    body = {"certId": certificate.id, "serialIds": [serial.id]}
    client.post(URL, body)
    advancement.advance(serial.id, OPERATOR)

    client.post(URL, body)

    assert list(CertAttachment.objects.values_list("step__name", flat=True)) == ["Saw", "Mill"]


def test_a_serial_that_is_named_twice_is_answered_twice(client, certificate, path):
    first, second = make_serials(path, 2)

    attachments = client.post(URL, {"certId": certificate.id, "serialIds": ids_of([first, second, first])}).json()

    assert [each["serialId"] for each in attachments] == ids_of([first, second, first])
    assert attachments[0] == attachments[2]
    assert CertAttachment.objects.count() == 2


def test_serials_of_several_jobs(client, certificate, path):
    serials = [make_serial(path), make_serial()]

    assert len(client.post(URL, {"certId": certificate.id, "serialIds": ids_of(serials)}).json()) == 2


def test_a_scrapped_serial_gets_it_where_it_ended(client, certificate, path):
    serial = make_serial(path)
    endings.scrap(serial.id, "damaged", None, OPERATOR)

    response = client.post(URL, {"certId": certificate.id, "serialIds": [serial.id]})

    assert response.status_code == 200
    assert response.json()[0]["stepId"] == steps_of(path)[0].id


class TestRefusals:
    """In the order of the contract; nothing is attached to any of them."""

    @pytest.fixture
    def serials(self, path):
        return make_serials(path, 3)

    @pytest.mark.parametrize("certificate_id", WRONG_TEXTS)
    def test_a_certificate_is_required(self, certificate_id, client, serials):
        with nothing_written():
            response = client.post(URL, {"certId": certificate_id, "serialIds": []})
        assert_refused(response, 400, "certId is required", code="required", field="certId")

    @pytest.mark.parametrize("serial_ids", [None, [], "", "SN-00001", 5, True, {}, {"0": "SN-00001"}])
    def test_serials_are_required(self, serial_ids, kiosk, serials):
        with nothing_written():
            response = kiosk.post(URL, {"certId": "cert_x", "serialIds": serial_ids})
        assert_refused(response, 400, "serialIds must have at least one item", code="empty", field="serialIds")

    @pytest.mark.parametrize("user_id", WRONG_TEXTS)
    def test_a_kiosk_says_who_it_is(self, user_id, kiosk, serials):
        with nothing_written():
            response = kiosk.post(URL, {"certId": "cert_x", "serialIds": ["SN-99999"], "userId": user_id})
        assert_refused(response, 400, "userId is required", code="required", field="userId")

    def test_an_unknown_certificate(self, client, serials):
        with nothing_written():
            response = client.post(URL, {"certId": "cert_x", "serialIds": ["SN-99999"]})
        assert_refused(response, 404, "Certificate not found: cert_x", code="not_found")

    @pytest.mark.parametrize(
        ("wrong", "shown"),
        [("SN-99999", "SN-99999"), ("SN-1", "SN-1"), ("", ""), ("x" * 300, "x" * 300)],
    )
    def test_one_unknown_serial_refuses_all(self, wrong, shown, client, certificate, serials):
        complete(serials[0])

        with nothing_written():
            response = client.post(URL, {"certId": certificate.id, "serialIds": [*ids_of(serials), wrong, "SN-77777"]})
        assert_refused(response, 404, f"SerialNumber not found: {shown}", code="not_found")

    @pytest.mark.parametrize("wrong", [None, 1, [], {}, ["SN-00001"], True, 1.5])
    def test_what_is_no_text_is_no_id(self, wrong, client, certificate, serials):
        with nothing_written():
            response = client.post(URL, {"certId": certificate.id, "serialIds": [serials[0].id, wrong]})
        assert_refused(response, 400, "serialIds must be a list of serial ids", code="not_an_id", field="serialIds")

    def test_one_completed_serial_refuses_all_and_is_named(self, client, certificate, serials):
        complete(serials[1])

        with nothing_written():
            response = client.post(URL, {"certId": certificate.id, "serialIds": ids_of(serials)})
        message = f"Serial is already completed, cannot attach cert: {serials[1].id}"
        assert_refused(response, 400, message, code="serial_completed")

    def test_somebody_unknown_cannot_be_named(self, client, certificate, serials):
        with nothing_written():
            response = client.post(URL, {"certId": certificate.id, "serialIds": ids_of(serials), "userId": "user_x"})
        assert_refused(response, 400, "User not found or inactive", field="userId")

    def test_there_is_an_end_to_a_selection(self, client, certificate):
        with nothing_written():
            response = client.post(URL, {"certId": certificate.id, "serialIds": ["SN-00001"] * 10_001})
        message = "serialIds must have at most 10000 items"
        assert_refused(response, 400, message, code="too_many", field="serialIds")


def test_one_audit_entry_for_each_new_attachment(client, program, certificate, path):
    old, new = make_serials(path, 2)
    client.post(URL, {"certId": certificate.id, "serialIds": [old.id]})

    client.post(URL, {"certId": certificate.id, "serialIds": ids_of([old, new])})

    saw = steps_of(path)[0]
    entries = AuditEntry.objects.filter(action=Action.CERT_ATTACHED).order_by("sequence")
    assert [
        (each.serial_id, each.cert_id, each.step_id, each.job_id, each.path_id, each.user_id) for each in entries
    ] == [(serial.id, certificate.id, saw.id, path.job_id, path.id, program.pk) for serial in (old, new)]


class TestWhoAttached:
    """``userId``."""

    def test_a_kiosks_word_is_taken(self, kiosk, certificate, path):
        (attachment,) = kiosk.post(
            URL, {"certId": certificate.id, "serialIds": [make_serial(path).id], "userId": " anna "}
        ).json()

        assert attachment["attachedBy"] == "anna"

    def test_a_signed_in_caller_may_act_for_somebody_and_both_are_kept(self, client, program, certificate, path):
        anna = UserFactory()

        (attachment,) = client.post(
            URL, {"certId": certificate.id, "serialIds": [make_serial(path).id], "userId": anna.pk}
        ).json()

        assert attachment["attachedBy"] == anna.pk
        entry = AuditEntry.objects.get(action=Action.CERT_ATTACHED)
        assert (entry.user_id, entry.called_by) == (anna.pk, program.pk)


def test_statements_do_not_grow_with_serials(client, path):
    def statements_for(number):
        body = {"certId": CertificateFactory().id, "serialIds": ids_of(make_serials(path, number))}
        with counted_statements() as statements:
            assert len(client.post(URL, body).json()) == number
        return len(statements)

    client.get("/api/jobs")  # the token's last use is written once a minute

    # the caller; the certificate; the serials; what they have already; entries; attachments; the answer
    assert {statements_for(number) for number in (1, 40, 1200)} == {7}
