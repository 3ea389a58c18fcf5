"""Every door through which a waiver, an override or a force-completion comes, with the rule of two people and without.

A door is a way to carry it out: the documented call or the approval of a request, by token, by session, in somebody
else's name, at a kiosk, on a page or in the admin. Through each come all who might: the requester, somebody else, and
those who make themselves look like somebody else.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from audit.models import AuditEntry
from serials.models import ApprovalKind, ApprovalRequest, StepStatus
from shopplanr.accounts.models import ApiToken, User
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory, json_client, open_kiosk, token_for
from tests.admin.desk import act
from tests.api.answers import assert_envelope, nothing_written
from tests.approvals.parts import KINDS, REASON, Matter, matter

pytestmark = pytest.mark.django_db

CODE = "second_person_required"


@dataclass(frozen=True)
class People:
    """The approver, who may do everything that is asked for, and two others of the same rights."""

    approver: User
    other: User
    third: User


@pytest.fixture
def people():
    return People(*(UserFactory(role=Role.SUPERVISORS, is_staff=True) for _ in range(3)))


# --- How it is carried out: each returns whether the door let it through, and if not, checks how it said no


def direct_call(client, about: Matter, who: str, **more: str) -> bool:
    """Make the documented call."""
    serial = f"/api/serials/{about.serial.id}"
    body = {"reason": REASON, "userId": who} | more
    if about.kind == ApprovalKind.WAIVER:
        return answered(client, f"{serial}/waive-step/{about.step_id}", {"reason": REASON, "approverId": who})
    if about.kind == ApprovalKind.OVERRIDE:
        return answered(client, f"{serial}/overrides", body | {"stepId": about.step_id})
    if about.kind == ApprovalKind.REQUIREMENT_OVERRIDE:
        return answered(client, f"{serial}/requirement-overrides", body | {"requirementId": about.requirement_id})
    return answered(client, f"{serial}/force-complete", body)


def answered(client, url: str, body: dict) -> bool:
    before = AuditEntry.objects.count()
    response = client.post(url, body)
    if response.status_code == 200:
        return True
    refused = assert_envelope(response, 400)
    assert refused["code"] == CODE
    assert AuditEntry.objects.count() == before
    return False


def approval(client, about: Matter, who: str) -> bool:
    """Approve what was asked."""
    asked = ApprovalRequest.objects.get(serial=about.serial)
    return answered(client, f"/api/approvals/{asked.pk}/approve", {"userId": who})


def by_token(user: User):
    """Return a client with a token of the user, one more each time."""
    return json_client(Authorization=f"Token {token_for(user, f'token {ApiToken.objects.count()}')}")


def session_client(user: User):
    client = json_client()
    client.force_login(user)
    return client


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_answered(response) -> bool:
    if response.status_code == 303:
        return True
    assert response.status_code == 400
    assert response.context["tried"].refusal.code == CODE
    return False


def direct_page(about: Matter, people: People, settings) -> bool:
    client, serial = browser(people.approver), f"/serials/{about.serial.id}"
    if about.kind == ApprovalKind.WAIVER:
        return page_answered(client.post(f"{serial}/waive-step/{about.step_id}", {"reason": REASON}))
    if about.kind == ApprovalKind.OVERRIDE:
        return page_answered(client.post(f"{serial}/overrides", {"reason": REASON, "stepId": about.step_id}))
    if about.kind == ApprovalKind.REQUIREMENT_OVERRIDE:
        given = {"reason": REASON, "requirementId": about.requirement_id}
        return page_answered(client.post(f"{serial}/requirement-overrides", given))
    return page_answered(client.post(f"{serial}/force-complete", {"reason": REASON}))


def decision_on_page(about: Matter, people: People, settings) -> bool:
    asked = ApprovalRequest.objects.get(serial=about.serial)
    return page_answered(browser(people.approver).post(f"/approvals/{asked.pk}/decide", {"decision": "approve"}))


def admin_answered(response) -> bool:
    refusal = response.context.get("refusal")
    assert refusal is None or refusal.code == CODE
    return refusal is None


def direct_in_admin(about: Matter, people: People, settings) -> bool:
    client = browser(people.approver)
    if about.kind == ApprovalKind.WAIVER:
        record = StepStatus.objects.get(serial=about.serial, step=about.step_id)
        return admin_answered(act(client, [record], "waive", reason=REASON))
    if about.kind == ApprovalKind.OVERRIDE:
        return admin_answered(act(client, [about.serial], "override", reason=REASON, step=about.step_id))
    return admin_answered(act(client, [about.serial], "force-complete", reason=REASON))


def approval_in_admin(about: Matter, people: People, settings) -> bool:
    asked = ApprovalRequest.objects.get(serial=about.serial)
    return admin_answered(act(browser(people.approver), [asked], "approve", reason=""))


@dataclass(frozen=True)
class Door:
    """A way in. ``proves`` says whether it proves who comes through; ``needs_request``, whether it takes one.

    ``leads_to`` are the kinds that it is a way to.
    """

    go: Callable[[Matter, People, object], bool]
    proves: bool = True
    needs_request: bool = False
    leads_to: frozenset[str] = frozenset(KINDS)


DOORS = {
    "call by token": Door(lambda m, p, s: direct_call(by_token(p.approver), m, p.approver.pk)),
    "call by session": Door(lambda m, p, s: direct_call(session_client(p.approver), m, p.approver.pk)),
    "call in the approver's name": Door(lambda m, p, s: direct_call(by_token(p.third), m, p.approver.pk), proves=False),
    "call at a kiosk": Door(lambda m, p, s: direct_call(open_kiosk(s), m, p.approver.pk), proves=False),
    "approval by token": Door(lambda m, p, s: approval(by_token(p.approver), m, p.approver.pk), needs_request=True),
    "approval by session": Door(lambda m, p, s: approval(session_client(p.approver), m, ""), needs_request=True),
    "approval in the approver's name": Door(
        lambda m, p, s: approval(by_token(p.third), m, p.approver.pk), proves=False, needs_request=True
    ),
    "approval at a kiosk": Door(
        lambda m, p, s: approval(open_kiosk(s), m, p.approver.pk), proves=False, needs_request=True
    ),
    "form of a page": Door(direct_page),
    "decision on a page": Door(decision_on_page, needs_request=True),
    "action of the admin": Door(direct_in_admin, leads_to=frozenset(KINDS) - {"requirement_override"}),
    "approval in the admin": Door(approval_in_admin, needs_request=True),
}


# --- Who asked

ASKED = {
    "nobody": None,
    "the approver": lambda p: Actor(p.approver.pk, credential="session"),
    "the approver in another's name": lambda p: Actor(p.other.pk, called_by=p.approver.pk, credential="tok_x"),
    "another in the approver's name": lambda p: Actor(p.approver.pk, called_by=p.other.pk, credential="tok_x"),
    "somebody at a kiosk": lambda p: Actor("Kim", credential="kiosk"),
    "somebody else": lambda p: Actor(p.other.pk, credential="session"),
}
"""Who asked for it before. Only of the last is it certain that it is a second person."""

HIDDEN = set(list(ASKED)[2:5])
"""Those of whom it matters only under the rule."""


WAYS = [(door, kind) for door, way in DOORS.items() for kind in KINDS if kind in way.leads_to]


@pytest.mark.parametrize(("door", "kind"), WAYS)
def test_every_door_with_the_rule_and_without(door, kind, people, settings):
    way = DOORS[door]
    for two_people in (False, True):
        for asker, actor in ASKED.items():
            if (actor is None and way.needs_request) or (not two_people and asker in HIDDEN):
                continue
            about = matter(kind)
            settings.TWO_PERSON_RULE = False
            asked = actor and about.ask(actor(people))
            settings.TWO_PERSON_RULE = two_people

            let_through = way.go(about, people, settings)

            expected = not two_people or (way.proves and asker == "somebody else")
            assert let_through == expected, (asker, two_people)
            assert about.is_carried_out == expected
            assert [entry.user_id for entry in about.entries] == ([people.approver.pk] if expected else [])
            if asked:
                asked.refresh_from_db()
                assert asked.state == ("approved" if expected else "open")
                assert asked.decided_by == (people.approver.pk if expected else "")
            if asked and expected:
                assert about.entries[0].metadata["approvalId"] == asked.pk
                assert about.entries[0].metadata["requestedBy"] == asked.requested_by


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_request_the_documented_entry_is_as_documented(kind, people):
    about = matter(kind)

    assert direct_call(by_token(people.approver), about, people.approver.pk)

    assert not {"approvalId", "requestedBy"} & set(about.entries[0].metadata)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_rule_refuses_leaves_no_trace(kind, people, two_people):
    about, client = matter(kind), by_token(people.approver)
    client.get("/api/jobs")

    with nothing_written():
        assert not direct_call(client, about, people.approver.pk)


@pytest.mark.parametrize("kind", KINDS)
def test_the_rule_speaks_last(kind, people, two_people):
    """What cannot be done at all is said first: nobody need be asked about it."""
    about, client = matter(kind), by_token(people.approver)
    about.ask(Actor(people.other.pk, credential="session"))
    assert direct_call(client, about, people.approver.pk)

    serial = f"/api/serials/{about.serial.id}"
    again = {
        ApprovalKind.WAIVER: ("step_not_deferred", f"{serial}/waive-step/{about.step_id}"),
        ApprovalKind.OVERRIDE: (None, f"{serial}/overrides"),
        ApprovalKind.FORCE_COMPLETE: ("serial_completed", f"{serial}/force-complete"),
        ApprovalKind.REQUIREMENT_OVERRIDE: (None, f"{serial}/requirement-overrides"),
    }
    code, url = again[about.kind]
    body = {"reason": REASON, "approverId": people.approver.pk, "userId": people.approver.pk} | about.places
    response = client.post(url, body)

    if about.kind == ApprovalKind.REQUIREMENT_OVERRIDE:
        assert response.json()["createdBy"] == people.approver.pk
    else:
        assert response.json() == [] if code is None else response.json()["code"] == code
