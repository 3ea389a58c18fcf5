"""``/serials/:id/requirement-overrides``: a part goes on without the certificates that a step asks for."""

import pytest

from audit.models import Action, AuditEntry
from serials.models import RequirementOverride
from serials.services import advancement, endings
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import WRONG_TEXTS, assert_envelope, assert_refused, moment, nothing_written
from tests.coverage.papers import ask, asked_of, asking
from tests.factories import OPERATOR, make_serial, steps_of

OR_OVERRIDE = {"certificateType": "process", "policy": "block_or_override"}


@pytest.fixture
def serial(db):
    return make_serial(asking(("Heat treat", OR_OVERRIDE), ("Inspect", {"certificateType": "process"})))


@pytest.fixture
def requirement(serial):
    return asked_of(steps_of(serial.path)[0])[0]


@pytest.fixture
def url(serial):
    return f"/api/serials/{serial.id}/requirement-overrides"


@pytest.fixture
def body(requirement):
    return {"requirementId": requirement.pk, "reason": " the furnace log vouches for it "}


def test_the_part_may_go_on_and_the_record_says_who_let_it_and_why(client, program, serial, requirement, url, body):
    response = client.post(url, body)

    assert response.status_code == 200
    override = RequirementOverride.objects.get()
    assert response.json() == {
        "id": override.pk,
        "serialId": serial.id,
        "requirementId": requirement.pk,
        "stepId": requirement.step_id,
        "reason": "the furnace log vouches for it",
        "createdBy": program.pk,
        "createdAt": moment(override.created_at),
    }
    assert client.get(url).json() == [response.json()]
    entry = AuditEntry.objects.get(action=Action.REQUIREMENT_OVERRIDDEN)
    assert (entry.serial_id, entry.job_id, entry.path_id) == (serial.id, serial.job_id, serial.path_id)
    assert (entry.step_id, entry.user_id) == (requirement.step_id, program.pk)
    assert entry.metadata == {"requirementId": requirement.pk, "reason": "the furnace log vouches for it"}
    advancement.advance(serial.id, OPERATOR)


def test_twice_is_once(client, url, body):
    first = client.post(url, body).json()
    with nothing_written():
        assert client.post(url, body | {"reason": "again"}).json() == first


def test_the_list_can_be_asked_for_one_requirement_and_is_empty_for_an_unknown_part(client, url, body):
    made = client.post(url, body).json()
    assert client.get(f"{url}?requirementId={made['requirementId']}").json() == [made]
    assert client.get(f"{url}?requirementId=req_x").json() == []
    assert client.get("/api/serials/SN-99999/requirement-overrides").json() == []


def test_what_blocks_cannot_be_overridden(client, serial, url):
    (strict,) = asked_of(steps_of(serial.path)[1])
    with nothing_written():
        response = client.post(url, {"requirementId": strict.pk, "reason": "please"})
    message = "This requirement cannot be overridden: its policy is to block"
    assert_refused(response, 400, message, code="requirement_not_overridable")


@pytest.mark.parametrize("ended", ["completed", "scrapped"])
def test_there_is_nothing_to_override_once_a_part_has_ended(ended, client, serial, url, body):
    if ended == "scrapped":
        endings.scrap(serial.id, "damaged", None, OPERATOR)
    else:
        endings.force_complete(serial.id, None, OPERATOR)
    with nothing_written():
        response = client.post(url, body)
    assert_refused(
        response, 400, f"{serial.id} is {ended}: there is nothing to override", code="serial_not_in_progress"
    )


def test_what_is_another_routes_or_no_longer_asked_for_is_not_found(client, serial, requirement, url, body):
    (foreign,) = asked_of(steps_of(asking(("Heat treat", OR_OVERRIDE)))[0])
    ask(requirement.step)
    for requirement_id in ("req_x", "x" * 300, foreign.pk, requirement.pk):
        with nothing_written():
            response = client.post(url, body | {"requirementId": requirement_id})
        assert_refused(response, 404, f"CertificateRequirement not found: {requirement_id}", code="not_found")


@pytest.mark.parametrize("field", ["requirementId", "reason"])
@pytest.mark.parametrize("wrong", [*WRONG_TEXTS, "missing"], ids=repr)
def test_both_are_required(field, wrong, client, url, body):
    given = {name: value for name, value in body.items() if name != field or wrong != "missing"}
    if wrong != "missing":
        given[field] = wrong
    with nothing_written():
        response = client.post(url, given)
    assert_refused(response, 400, f"{field} is required", code="required", field=field)


def test_an_unknown_part(client, body):
    response = client.post("/api/serials/SN-99999/requirement-overrides", body)
    assert_refused(response, 404, "Serial not found: SN-99999", code="not_found")


@pytest.mark.parametrize(
    ("role", "may"), [(Role.OPERATORS, False), (Role.SUPERVISORS, True), (Role.QC, False), (Role.AUDITORS, False)]
)
def test_supervisors_may(role, may, url, body):
    client = token_client(UserFactory(role=role))
    if may:
        assert client.post(url, body).status_code == 200
    else:
        with nothing_written():
            assert assert_envelope(client.post(url, body), 403)["code"] == "forbidden"
