"""``POST /certs/batch-attach`` with ``stepId`` and ``lateReason``: certificates that come when the part has gone on."""

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertAttachment
from serials.models import Serial
from serials.services import advancement, endings, overrides
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_refused, nothing_written
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serials, steps_of
from tests.queries import counted_statements

URL = "/api/certs/batch-attach"
WHY = "the mill sent it a week later"


@pytest.fixture
def certificate(db):
    return CertificateFactory()


@pytest.fixture
def path(db):
    return PathFactory(steps=("Saw", "Heat treat", "Inspect"), advancementMode="flexible")


@pytest.fixture
def saw(path):
    return steps_of(path)[0]


@pytest.fixture
def heat_treat(path):
    return steps_of(path)[1]


def body_of(certificate, serials, step, reason=WHY) -> dict:
    given = {"certId": certificate.id, "serialIds": [serial.id for serial in serials], "stepId": step.id}
    return given if reason is None else given | {"lateReason": reason}


def complete(serial: Serial) -> None:
    for _ in range(3):
        advancement.advance(serial.id, OPERATOR)


def test_a_part_that_has_left_the_step_gets_it_there_marked_as_late_with_the_reason(client, certificate, path, saw):
    (serial,) = make_serials(path)
    advancement.advance(serial.id, OPERATOR)

    response = client.post(URL, body_of(certificate, [serial], saw))

    assert response.status_code == 200
    (attachment,) = response.json()
    assert (attachment["stepId"], attachment["late"], attachment["lateReason"]) == (saw.id, True, WHY)
    entry = AuditEntry.objects.get(action=Action.CERT_ATTACHED)
    assert (entry.step_id, entry.metadata) == (saw.id, {"late": True, "lateReason": WHY})
    (listed,) = client.get(f"/api/serials/{serial.id}/cert-attachments").json()
    assert listed == attachment


def test_a_completed_part_gets_it_too_and_so_does_one_that_was_scrapped_further_on(client, certificate, path, saw):
    completed, scrapped = make_serials(path, 2)
    complete(completed)
    advancement.advance(scrapped.id, OPERATOR)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)

    response = client.post(URL, body_of(certificate, [completed, scrapped], saw))

    assert [attachment["late"] for attachment in response.json()] == [True, True]


def test_a_part_that_was_forced_to_completion_has_left_the_step_where_it_stood(client, certificate, path, saw):
    (serial,) = make_serials(path)
    endings.force_complete(serial.id, None, OPERATOR)

    (attachment,) = client.post(URL, body_of(certificate, [serial], saw)).json()

    assert attachment["late"] is True


def test_where_a_part_stands_at_the_step_it_is_not_late_whatever_is_said(client, certificate, path, saw):
    ahead, here = make_serials(path, 2)
    advancement.advance(ahead.id, OPERATOR)

    late, on_time = client.post(URL, body_of(certificate, [ahead, here], saw)).json()

    assert (late["serialId"], late["late"]) == (ahead.id, True)
    assert on_time["serialId"] == here.id
    assert not {"late", "lateReason"} & set(on_time)


def test_a_step_that_was_deferred_can_be_vouched_for_as_well(client, certificate, path, heat_treat):
    (serial,) = make_serials(path)
    advancement.advance_to(serial.id, 2, OPERATOR)

    (attachment,) = client.post(URL, body_of(certificate, [serial], heat_treat)).json()

    assert (attachment["stepId"], attachment["late"]) == (heat_treat.id, True)


def test_an_attachment_that_exists_there_stays_as_it_is(client, certificate, path, saw):
    (serial,) = make_serials(path)
    (first,) = client.post(URL, {"certId": certificate.id, "serialIds": [serial.id]}).json()
    complete(serial)

    with nothing_written():
        (again,) = client.post(URL, body_of(certificate, [serial], saw)).json()

    assert again == first


def test_attachments_can_be_asked_for_by_whether_they_are_late(client, certificate, path, saw):
    ahead, here = make_serials(path, 2)
    advancement.advance(ahead.id, OPERATOR)
    client.post(URL, body_of(certificate, [ahead, here], saw))

    (late,) = client.get(f"/api/certs/{certificate.id}/attachments?late=true").json()
    (on_time,) = client.get(f"/api/certs/{certificate.id}/attachments?late=false").json()

    assert (late["serialId"], on_time["serialId"]) == (ahead.id, here.id)


class TestRefusals:
    def test_the_documented_ones_stay_for_those_who_do_not_say_that_it_is_late(self, client, certificate, path, saw):
        completed, ahead = make_serials(path, 2)
        complete(completed)
        advancement.advance(ahead.id, OPERATOR)
        sentence = f"Serial is already completed, cannot attach cert: {completed.id}"

        with nothing_written():
            plain = client.post(URL, {"certId": certificate.id, "serialIds": [completed.id]})
            assert_refused(plain, 400, sentence)
            assert_refused(client.post(URL, body_of(certificate, [completed], saw, None)), 400, sentence)
            assert_refused(
                client.post(URL, body_of(certificate, [ahead], saw, "  ")),
                400,
                f"{ahead.id} has left Saw already: say why the certificate comes late (lateReason)",
                code="late_reason_required",
                field="lateReason",
            )

    def test_a_step_that_lies_ahead(self, client, certificate, path, heat_treat):
        (serial,) = make_serials(path)

        with nothing_written():
            assert_refused(
                client.post(URL, body_of(certificate, [serial], heat_treat)),
                400,
                f"{serial.id} has not reached Heat treat yet, cannot attach cert there",
                code="step_not_reached",
            )

    def test_a_reason_without_a_step(self, client, certificate, path):
        (serial,) = make_serials(path)

        with nothing_written():
            assert_refused(
                client.post(URL, {"certId": certificate.id, "serialIds": [serial.id], "lateReason": WHY}),
                400,
                "stepId is required",
                field="stepId",
            )

    @pytest.mark.parametrize("step_id", ["step_of_nobody", "x" * 300, "\0"])
    def test_no_such_step(self, client, certificate, path, step_id):
        (serial,) = make_serials(path)
        body = {"certId": certificate.id, "serialIds": [serial.id], "stepId": step_id, "lateReason": WHY}

        with nothing_written():
            assert client.post(URL, body).status_code in (400, 404)

    def test_a_step_of_another_path_for_one_of_them_refuses_all(self, client, certificate, path, saw):
        (serial,), (stranger,) = make_serials(path), make_serials()

        with nothing_written():
            assert_refused(
                client.post(URL, body_of(certificate, [serial, stranger], saw)),
                404,
                f"ProcessStep not found: {saw.id}",
            )

    def test_who_may_not_attach_late_may_attach_at_the_step_where_the_part_stands(self, certificate, path, saw):
        operator = token_client(UserFactory(role=Role.OPERATORS))
        (serial,) = make_serials(path)

        with nothing_written():
            refused = operator.post(URL, body_of(certificate, [serial], saw))
        allowed = operator.post(URL, body_of(certificate, [serial], saw, None))

        assert_refused(refused, 403, "You may not attach certificates late. Ask QC or an administrator.")
        assert allowed.status_code == 200

    def test_qc_may(self, certificate, path, saw):
        (serial,) = make_serials(path)
        complete(serial)

        response = token_client(UserFactory(role=Role.QC)).post(URL, body_of(certificate, [serial], saw))

        assert response.status_code == 200


def test_a_step_that_was_skipped_is_behind_the_part(client, certificate, path, heat_treat):
    (serial,) = make_serials(path)
    overrides.create(serial.id, None, heat_treat.id, "done at the supplier's", OPERATOR)
    advancement.advance_to(serial.id, 2, OPERATOR)

    (attachment,) = client.post(URL, body_of(certificate, [serial], heat_treat)).json()

    assert attachment["late"] is True


def test_statements_do_not_grow_with_serials(client, certificate, path, saw):
    few, many = make_serials(path, 2), make_serials(path, 40)
    for serial in (few[0], *many[:20]):
        advancement.advance(serial.id, OPERATOR)
    client.post(URL, body_of(CertificateFactory(), few, saw))

    with counted_statements() as of_two:
        client.post(URL, body_of(certificate, few, saw))
    with counted_statements() as of_forty:
        client.post(URL, body_of(certificate, many, saw))

    assert len(of_two) == len(of_forty)
    assert CertAttachment.objects.filter(certificate=certificate).count() == 42
