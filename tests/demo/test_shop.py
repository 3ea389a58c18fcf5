"""What is in the demo shop. It is loaded once for all of these tests."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.db.models import F, Q
from django.test import override_settings

from audit import trail
from audit.models import Action, AuditEntry
from certificates.models import CertAttachment, Certificate, Certification, CertificationAssignment, JobProduct, Product
from serials.approvals import awaiting, obstacles
from serials.models import (
    ApprovalKind,
    ApprovalRequest,
    ApprovalState,
    Job,
    LibraryEntry,
    LibraryKind,
    Note,
    NotePhoto,
    Path,
    RouteTemplate,
    ScrapReason,
    Serial,
    SerialStatus,
    Step,
    StepOverride,
    StepStatus,
    StepStatusCode,
    TemplateStep,
)
from serials.services import libraries
from shopplanr import clock, content_store
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import ROLE_RIGHTS, Right, Role
from shopplanr.demo import shop
from shopplanr.demo.jobs import housing
from shopplanr.demo.people import PEOPLE
from tests.accounts.factories import UserFactory, token_client
from tests.demo import certificates
from tests.demo.reading import RIGHTS, entries, job_called, progress
from tests.lifecycle.replay import Replay
from tests.lifecycle.tables import versions_that_lag_behind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 11, 14, 20, tzinfo=UTC)
"""A Wednesday afternoon; the shop's time zone is UTC in tests."""

PARTS = 300


@pytest.fixture(scope="module", autouse=True)
def demo_shop(module_transaction):
    # where one person may not decide alone the shop is the same: there, nobody has
    with clock.told(NOW), override_settings(TWO_PERSON_RULE=True):
        assert shop.load(progress=False)


@pytest.fixture
def client():
    return token_client(UserFactory(role=Role.AUDITORS))


# --- How much there is --------------------------------------------------------------------------------------------


def test_six_jobs_and_300_parts_without_a_gap():
    assert Job.objects.count() == 6
    assert list(Serial.objects.values_list("number", flat=True)) == list(range(1, PARTS + 1))


def test_jobs_that_make_what_is_sold_under_a_number():
    assert dict(JobProduct.objects.values_list("job__jira_ticket_key", "product__name")) == {
        "DEMO-102": "Instrument housing IH-2290-1",
        "DEMO-103": "Valve body VB-8814-2",
        "DEMO-104": "Turbine seal ring TS-3306-4",
        "DEMO-105": "Distal tibia plate, left, 4.0 mm",
    }


def test_parts_in_every_state():
    states = Counter(Serial.objects.values_list("status", flat=True))
    assert states == {SerialStatus.COMPLETED: 119, SerialStatus.IN_PROGRESS: 164, SerialStatus.SCRAPPED: 17}
    assert Serial.objects.filter(force_completed=True).count() == 2


def test_parts_that_wait_in_front_of_their_first_step():
    assert Serial.objects.filter(status=SerialStatus.IN_PROGRESS, current_step_index=0).count() == 52


def test_every_reason_to_scrap():
    reasons = Counter(Serial.objects.exclude(scrap_reason="").values_list("scrap_reason", flat=True))
    assert set(reasons) == set(ScrapReason.values)
    assert not Serial.objects.filter(status=SerialStatus.SCRAPPED, scrap_explanation="").exists()


def test_steps_in_every_state():
    assert set(StepStatus.objects.values_list("status", flat=True)) == set(StepStatusCode.values)


def test_everything_happened_that_a_part_can_go_through():
    assert set(AuditEntry.objects.values_list("action", flat=True)) == set(Action.values) - {Action.SIGN_IN_PAUSED}


def test_deferred_steps_that_still_block_those_that_were_done_later_and_those_that_were_waived():
    assert StepStatus.objects.filter(status=StepStatusCode.DEFERRED).exists()
    for action, status in (
        (Action.DEFERRED_STEP_COMPLETED, StepStatusCode.COMPLETED),
        (Action.STEP_WAIVED, StepStatusCode.WAIVED),
    ):
        settled = entries(action).first()
        assert StepStatus.objects.get(serial=int(settled.serial_id[3:]), step=settled.step_id).status == status


def test_overrides_that_are_in_force_used_and_reversed():
    assert StepOverride.objects.filter(active=False).exists()
    skipped = StepStatus.objects.filter(status=StepStatusCode.SKIPPED, step__optional=False)
    assert StepOverride.objects.filter(active=True, serial__in=skipped.values("serial")).exists()
    assert StepOverride.objects.filter(active=True, serial__status=SerialStatus.IN_PROGRESS).exists()


def test_whatever_was_waived_overridden_or_forced_somebody_else_had_asked_for():
    approved = ApprovalRequest.objects.filter(state=ApprovalState.APPROVED)
    assert set(approved.values_list("kind", flat=True)) == set(ApprovalKind.values)
    assert not approved.filter(decided_by=F("requested_by")).exists()
    carried_out = {Action.STEP_WAIVED, Action.STEP_OVERRIDE_CREATED, Action.REQUIREMENT_OVERRIDDEN}
    carried_out |= {Action.SERIAL_FORCE_COMPLETED}
    answered = [entry.metadata["approvalId"] for action in carried_out for entry in entries(action)]
    assert sorted(answered) == sorted(approved.values_list("pk", flat=True))


def test_one_request_of_each_kind_awaits_a_decision_and_can_be_granted():
    waiting = list(awaiting())
    assert {asked.kind for asked in waiting} == set(ApprovalKind.values)
    assert set(obstacles(waiting).values()) == {""}
    assert set(ApprovalRequest.objects.values_list("state", flat=True)) == set(ApprovalState.values)


def test_routes_in_every_mode_with_every_kind_of_step():
    assert set(Path.objects.values_list("advancement_mode", flat=True)) == {"strict", "flexible", "per_step"}
    kinds = Step.objects.values_list("dependency_type", flat=True)
    assert set(kinds) == {"physical", "preferred", "completion_gate"}
    assert Step.objects.filter(optional=True).exists()
    assert not Step.objects.filter(location="").exists()
    assert not Step.objects.filter(assigned_to=None).exists()
    assert not Step.objects.filter(assigned_to__is_active=False).exists()


# --- What a reader sees -------------------------------------------------------------------------------------------


def test_one_job_is_finished(client):
    told = progress(client, "DEMO-101")
    assert (told["inProgressSerials"], told["completedSerials"], told["percentComplete"]) == (0, 24, 100)


def test_one_job_is_over_its_goal(client):
    told = progress(client, "DEMO-102")
    assert told["percentComplete"] > 100
    assert told["progressPercent"] > 100


def test_one_job_is_late(client):
    open_and_late = Job.objects.filter(due_date__lt=NOW.date(), serials__status=SerialStatus.IN_PROGRESS).distinct()
    assert list(open_and_late) == [job_called("DEMO-103")]
    assert progress(client, "DEMO-103")["percentComplete"] < 60
    # it was put off once before
    assert len(set(job_called("DEMO-103").history.values_list("due_date", flat=True))) == 2


def test_every_job_says_who_wants_what_and_one_is_at_risk(client):
    for job in Job.objects.all():
        assert job.customer and job.purchase_order and job.part_number and job.part_revision
        assert f"{job.part_number} rev {job.part_revision}" == job.jira_part_number
        assert job.tags
        assert job.customer in job.jira_ticket_summary and job.purchase_order in job.jira_ticket_summary
    with clock.told(NOW):
        stands = {job["jiraTicketKey"]: job["dueStatus"] for job in client.get("/api/jobs").json()}
    assert stands == {
        "DEMO-101": "done",
        "DEMO-102": "done",
        "DEMO-103": "late",
        "DEMO-104": "at_risk",
        "DEMO-105": "on_track",
        "DEMO-106": "on_track",
    }


def test_the_late_job_comes_first_in_the_order_of_work_and_the_finished_one_last():
    order = list(Job.objects.order_by("priority").values_list("jira_ticket_key", "ranked"))
    assert order[:2] == [("DEMO-103", True), ("DEMO-104", True)]
    assert [ticket for ticket, _ in order][-1] == "DEMO-101"


def test_routes_that_are_kept_as_templates_and_words_that_are_offered():
    assert RouteTemplate.objects.count() == 3
    kept = RouteTemplate.objects.get(name__startswith="Housing")
    route = job_called("DEMO-102").paths.get(name=housing.PRODUCTION.name)
    names = [list(steps.order_by("order").values_list("name", "location")) for steps in (kept.steps, route.steps)]
    assert names[0] == names[1]
    for kind in LibraryKind:
        assert 20 < LibraryEntry.objects.filter(kind=kind).count() < len(libraries.suggestions(kind))


def test_the_late_job_is_held_up_at_the_grinder(client):
    path = job_called("DEMO-103").paths.get()
    loads = client.get(f"/api/paths/{path.pk}").json()["distribution"]
    assert [load["stepName"] for load in loads if load["isBottleneck"]] == ["Finish grind seat"]


def test_a_part_that_waits_for_a_deferred_step_is_refused_by_its_name():
    path = job_called("DEMO-103").paths.get()
    blocked = StepStatus.objects.filter(
        step__path=path, status=StepStatusCode.DEFERRED, serial__status=SerialStatus.IN_PROGRESS
    )
    assert {status.step.name for status in blocked.select_related("step")} == {"Magnetic particle inspection"}


# --- The trail ----------------------------------------------------------------------------------------------------


def test_the_order_of_the_trail_is_the_order_of_time():
    moments = list(AuditEntry.objects.order_by("sequence").values_list("timestamp", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(moments))


def test_it_happened_in_the_last_six_weeks_on_working_days_and_in_the_shift():
    moments = list(AuditEntry.objects.order_by("sequence").values_list("timestamp", flat=True))
    assert NOW - timedelta(weeks=6) <= moments[0] < NOW - timedelta(weeks=5)
    assert NOW - timedelta(hours=2) < moments[-1] <= NOW
    assert all(moment.weekday() < 5 and time(6, 30) <= moment.time() < time(16) for moment in moments)


def test_replaying_the_trail_gives_every_part_as_it_is():
    replay = Replay()
    replay.last_sequence = 0
    replay.catch_up(dict(Step.objects.filter(order=0).values_list("path", "pk")))
    assert len(replay.parts) == PARTS

    statuses, overridden = {}, {}
    for number, step, status in StepStatus.objects.order_by("step_index").values_list("serial", "step", "status"):
        statuses.setdefault(number, {})[step] = status
    for number, step in StepOverride.objects.filter(active=True).values_list("serial", "step"):
        overridden.setdefault(number, set()).add(step)
    for serial in Serial.objects.all():
        told, route = replay.parts[serial.id], list(statuses[serial.pk])
        assert (told.state, told.forced) == (serial.status, serial.force_completed)
        assert told.at == (None if serial.status == SerialStatus.COMPLETED else route[serial.current_step_index])
        assert {step: told.statuses.get(step, "pending") for step in route} == statuses[serial.pk]
        assert told.overridden == overridden.get(serial.pk, set())


def test_a_part_is_as_old_as_its_last_move():
    settled_in_place = (
        *(Action.STEP_OVERRIDE_CREATED, Action.STEP_OVERRIDE_REVERSED, Action.STEP_WAIVED),
        *(Action.APPROVAL_REQUESTED, Action.APPROVAL_DECLINED, Action.APPROVAL_WITHDRAWN),
        *(Action.DEFERRED_STEP_COMPLETED, Action.CERT_ATTACHED, Action.NOTE_CREATED),
        Action.REQUIREMENT_OVERRIDDEN,
    )
    moves = AuditEntry.objects.exclude(action__in=settled_in_place).order_by("sequence")
    last_move = dict(moves.values_list("serial_id", "timestamp"))
    for serial in Serial.objects.all():
        assert serial.updated_at == last_move.get(serial.id, serial.created_at)


def test_nothing_is_made_in_the_future():
    for model in (Job, Path, RouteTemplate, Serial, Certificate, Product, Certification, CertificationAssignment):
        assert not model.objects.filter(created_at__gt=NOW).exists()
    demo_people = User.objects.filter(username__in=[person.username for person in PEOPLE])
    assert not demo_people.filter(created_at__gte=Job.objects.earliest("created_at").created_at).exists()


def test_row_history_is_complete_and_never_younger_than_the_story():
    assert versions_that_lag_behind() == []
    for model in (Job, Path, Step, Serial, Certificate):
        assert not model.history.filter(history_date__gt=NOW).exists()
        assert not model.history.filter(history_user_id="").exists()
    assert not Serial.history.filter(audit_entry=None).exists()


def test_nobody_did_what_their_role_may_not():
    roles = {user.pk: Role(user.groups.get().name) for user in User.objects.exclude(is_superuser=True)}
    for action, user_id in AuditEntry.objects.order_by().values_list("action", "user_id").distinct():
        assert RIGHTS[action] in ROLE_RIGHTS[roles[user_id]], (action, user_id)
    for user_id in set(Certificate.history.values_list("history_user_id", flat=True)):
        assert Right.CERTIFY in ROLE_RIGHTS[roles[user_id]]
    for model, right in (
        *[(model, Right.PLAN) for model in (Job, Path, Step, JobProduct, RouteTemplate, TemplateStep, LibraryEntry)],
        (Product, Right.KEEP_CATALOGUE),
        (Certification, Right.KEEP_CATALOGUE),
        (CertificationAssignment, Right.CERTIFY_PRODUCTS),
    ):
        for user_id in set(model.history.values_list("history_user_id", flat=True)):
            assert right in ROLE_RIGHTS[roles[user_id]], model


def test_somebody_left_handed_the_machines_over_and_did_nothing_afterwards():
    walt = User.objects.get(username="walt")
    assert not walt.is_active
    done = AuditEntry.objects.filter(user_id=walt.pk).order_by("sequence")
    assert done.exists()
    took_over = Step.history.filter(name="Finish grind seat", assigned_to__username="jamal").earliest("history_date")
    assert done.last().timestamp <= took_over.history_date


def test_the_entries_say_that_a_command_made_them():
    assert set(AuditEntry.objects.values_list("credential", flat=True)) == {"command"}


# --- Notes --------------------------------------------------------------------------------------------------------


def test_people_on_the_floor_write_about_single_parts_and_about_lots():
    sizes = Counter(note.noted_serials.count() > 1 for note in Note.objects.all())
    assert sizes[False] >= 5
    assert sizes[True] >= 3
    assert len(set(Note.objects.values_list("created_by", flat=True))) >= 5


def test_a_note_is_written_where_its_parts_stand():
    for note in Note.objects.select_related("step"):
        for noted in note.noted_serials.select_related("serial"):
            arrived = trail.of_serial(noted.serial.id).filter(to_step_id=note.step_id)
            left = trail.of_serial(noted.serial.id).filter(Q(from_step_id=note.step_id) | Q(action="serial_scrapped"))
            came = arrived.first() or trail.of_serial(noted.serial.id).first()
            assert came.timestamp <= note.created_at <= left.latest("timestamp").timestamp


def test_some_have_a_photo():
    photos = list(NotePhoto.objects.all())
    assert 1 <= len(photos) <= 5
    for photo in photos:
        content_store.verify(photo.digest)
        content_store.verify(photo.thumbnail_digest)


# --- Certificates -------------------------------------------------------------------------------------------------


def test_mill_test_reports_say_what_mills_say():
    reports = [
        certificate
        for certificate in Certificate.objects.filter(type="material")
        if certificate.metadata["certificateType"] == "EN 10204:2004 type 3.1"
    ]
    assert len(reports) >= 9
    for report in reports:
        facts = report.metadata
        assert facts["heatNumber"] in report.name
        assert "balance" in facts["chemistryPercent"].values()
        assert sum(value for value in facts["chemistryPercent"].values() if value != "balance") < 100
        assert facts["mechanical"]
        assert datetime.fromisoformat(facts["issuedOn"]) < datetime.fromisoformat(facts["receivedOn"])
    heats = [report.metadata["heatNumber"] for report in reports]
    assert len(set(heats)) == len(heats)


def test_some_came_on_paper_and_one_each_was_put_right_revoked_and_runs_out_soon():
    certificates.reports_are_on_paper()
    certificates.one_of_each_fate(NOW.date())


def test_process_certificates_of_many_kinds():
    names = " ".join(Certificate.objects.filter(type="process").values_list("name", flat=True))
    kinds = "H900|penetrant|Magnetic|Hard anodize|Passivation|Electropolish|Calibration|qualification|First article"
    assert [kind for kind in kinds.split("|") if kind not in names] == []
    specifications = " ".join(
        str(metadata.get("specification", "")) for metadata in Certificate.objects.values_list("metadata", flat=True)
    )
    assert "AMS 2700" in specifications
    assert "MIL-PRF-8625" in specifications


def test_every_part_stands_on_a_heat_but_the_batch_that_waits_for_its_certificate():
    certified = Serial.objects.filter(cert_attachments__certificate__type="material", cert_attachments__step__order=0)
    waiting = Serial.objects.exclude(pk__in=certified.values("pk"))
    assert waiting.count() == 18
    assert set(waiting.values_list("job__jira_ticket_key", "current_step_index")) == {("DEMO-105", 0)}


def test_one_furnace_lot_has_no_chart_yet():
    aged = Step.objects.get(path__job=job_called("DEMO-103"), name="Age harden H900")
    through = entries(Action.SERIAL_ADVANCED).filter(from_step_id=aged.pk).count()
    charted = CertAttachment.objects.filter(step=aged, certificate__name__startswith="Age hardening")
    assert 0 < through - charted.values("serial").distinct().count() <= 14


def test_nothing_was_attached_before_it_was_recorded():
    assert not CertAttachment.objects.filter(attached_at__lt=F("certificate__created_at")).exists()


def test_no_two_certificates_have_one_name_and_one_is_still_to_be_used():
    names = Counter(Certificate.objects.values_list("name", flat=True))
    assert [name for name, count in names.items() if count > 1] == []
    assert Certificate.objects.filter(attachments=None, type="material").exists()
