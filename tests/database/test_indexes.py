"""Each index serves the query that its comment names; whoever drops one, or writes a query past it, is told.

PostgreSQL would read tables as small as these from end to end, so it is forbidden to.
"""

import re
from copy import deepcopy
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test.utils import CaptureQueriesContext

from audit import trail
from audit.models import AuditEntry
from certificates import job_coverage, readiness, selecting
from certificates.exchange import imports
from certificates.models import CertAttachment, Certificate, CertificateDocument
from certificates.services import attaching
from serials import due_dates, figures, queues
from serials.approvals import awaiting, decided, obstacles
from serials.models import (
    ApprovalRequest,
    Job,
    LibraryEntry,
    Note,
    NotePhoto,
    NoteSerial,
    Path,
    RequirementOverride,
    RouteTemplate,
    Serial,
    SerialStatus,
    Step,
    StepOverride,
    StepStatus,
    StepStatusCode,
    TemplateRequirement,
    TemplateStep,
)
from serials.queues.standing import in_progress
from serials.services import (
    advancement,
    approvals,
    bulk_moves,
    deferrals,
    endings,
    jobs,
    notes,
    overrides,
    paths,
    priorities,
    requirement_overrides,
    requirements,
    templates,
)
from shopplanr import clock
from shopplanr.accounts.models import SignInDevice, User
from shopplanr.desk import deferred
from shopplanr.floor import scanning
from shopplanr.floor.models import Scan
from shopplanr.idempotency.models import KeptAnswer
from tests.factories import (
    OPERATOR,
    PLANNER,
    CertificateFactory,
    PathFactory,
    TemplateFactory,
    make_documents,
    make_note,
    make_serials,
    steps_of,
)
from tests.papers import report

pytestmark = pytest.mark.django_db

PATHS, PARTS_EACH = 6, 8


@dataclass(frozen=True)
class Shop:
    """Some of everything, so that an index is worth its while; one path, part and certificate to look for."""

    path: Path
    parts: list[Serial]
    step: Step
    certificate: Certificate
    template: RouteTemplate

    @property
    def part(self) -> Serial:
        """One of them."""
        return self.parts[5]

    @property
    def note(self) -> Note:
        """The note about it."""
        return self.part.noted.get().note

    @property
    def part_ids(self) -> list[str]:
        """All of them."""
        return [part.id for part in self.parts]


@pytest.fixture(scope="module")
def shop_of_the_module(module_transaction) -> Shop:
    some = []
    for _ in range(PATHS):
        path, certificate = PathFactory(advancementMode="flexible"), CertificateFactory()
        made = make_serials(path, PARTS_EACH)
        attaching.attach_all(certificate.id, [part.id for part in made], OPERATOR)
        step = steps_of(path)[2]
        overrides.create(made[0].id, [part.id for part in made], step.id, "no burr", OPERATOR)
        scanning.scan(made[0].id, "Nowhere", OPERATOR, lambda right: True, own_hosts=[])
        for part in made:
            make_note([part])
        make_documents(certificate, **{f"{letter}_pdf": report(f"{certificate.pk} {letter}") for letter in "abcde"})
        asked = {"certificateType": "process", "policy": "block_or_override"}
        requirement = requirements.set_of_step(step.id, [asked], PLANNER).asked[0]
        for part in made:
            excuse = {"requirementId": requirement.pk, "reason": "agreed"}
            requirement_overrides.create(part.id, excuse, OPERATOR)
        template = TemplateFactory(steps=[{"name": "Saw", "requirements": [asked]}, "Mill", "Inspect"])
        some.append(Shop(path, made, step, certificate, template))
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
            cursor.execute("SET LOCAL enable_seqscan = off")
    return some[PATHS // 2]


@pytest.fixture
def shop(shop_of_the_module, db) -> Shop:
    return deepcopy(shop_of_the_module)


QUERIES = {
    # rows in the order in which lists show them
    "job_oldest_first": lambda shop: Job.objects.order_by("created_at", "pk"),
    "job_priority_unique": lambda shop: Job.objects.order_by("-priority")[:1],
    "approval_oldest_first": lambda shop: ApprovalRequest.objects.order_by("requested_at", "pk"),
    "step_status_deferred": lambda shop: deferred.waiting(),
    "approval_awaiting": lambda shop: awaiting(),
    "approval_decided": lambda shop: decided(),
    "certificate_oldest_first": lambda shop: Certificate.objects.order_by("created_at", "pk"),
    "signindevice_began": lambda shop: SignInDevice.objects.filter(began_at__lt=clock.now()).order_by(),
    "user_active_name": lambda shop: User.objects.order_by("-is_active", "name", "pk"),
    "import_waiting": lambda shop: imports.waiting_since_before(clock.now()).order_by(),
    # rows that belong to one record
    "step_order_unique_in_path": lambda shop: Step.objects.filter(path=shop.path).order_by("order"),
    "serial_place": lambda shop: Serial.objects.filter(path=shop.path).exclude(status=SerialStatus.SCRAPPED).order_by(),
    "serial_on_the_floor": lambda shop: in_progress().order_by(),
    "serial_ended": lambda shop: (
        Serial.objects.filter(updated_at__gte=clock.beginning_of(clock.today()))
        .exclude(status=SerialStatus.IN_PROGRESS.value)
        .order_by()
    ),
    "step_by_name": lambda shop: Step.objects.filter(name=shop.step.name).order_by(),
    "template_step_order_unique": lambda shop: TemplateStep.objects.filter(template=shop.template).order_by("order"),
    "template_requirement_once": lambda shop: TemplateRequirement.objects.filter(
        template_step=shop.template.steps.get(order=0)
    ).order_by("certificate_type"),
    "requirement_override_once": lambda shop: RequirementOverride.objects.filter(serial=shop.part).order_by(),
    "library_entry_once": lambda shop: LibraryEntry.objects.filter(kind="process").order_by("folded"),
    "serial_scrap_step": lambda shop: Serial.objects.filter(scrap_step=shop.step).order_by(),
    "step_status_once_per_step": lambda shop: StepStatus.objects.filter(serial=shop.part).order_by("step_index"),
    "step_status_one_in_progress": lambda shop: StepStatus.objects.filter(
        serial=shop.part, status=StepStatusCode.IN_PROGRESS.value
    ).order_by(),
    "step_status_by_step": lambda shop: StepStatus.objects.filter(
        step=shop.step, status=StepStatusCode.WAIVED
    ).order_by(),
    "override_by_serial": lambda shop: StepOverride.objects.filter(serial=shop.part),
    "approval_by_serial": lambda shop: ApprovalRequest.objects.filter(serial=shop.part).order_by("requested_at"),
    "note_by_serial": lambda shop: NoteSerial.objects.filter(serial=shop.part).order_by("note"),
    "note_by_step": lambda shop: Note.objects.filter(step=steps_of(shop.path)[0]).order_by("sequence"),
    "note_serial_once": lambda shop: NoteSerial.objects.filter(note=shop.note).order_by("serial"),
    "photo_place_unique_in_note": lambda shop: NotePhoto.objects.filter(note=shop.note).order_by("place"),
    # certificates by their facts
    "certificate_heat": lambda shop: selecting.of("heat_lot", Certificate.objects.order_by(), "A-7"),
    "certificate_issuer": lambda shop: selecting.of("issuer", Certificate.objects.order_by(), "Nordstahl"),
    "certificate_valid_to": lambda shop: Certificate.objects.filter(valid_to__lt=clock.today()).order_by(),
    "certificate_revision_once": lambda shop: Certificate.objects.filter(first_revision=shop.certificate).order_by(),
    "document_once_per_certificate": lambda shop: CertificateDocument.objects.filter(
        certificate=shop.certificate
    ).order_by(),
    "document_by_digest": lambda shop: CertificateDocument.objects.filter(digest="0" * 64).order_by(),
    "attachment_once_per_step": lambda shop: CertAttachment.objects.filter(serial=shop.part),
    "attachment_by_certificate": lambda shop: shop.certificate.attachments.order_by("sequence"),
    "attachment_by_step": lambda shop: CertAttachment.objects.filter(step=shop.step).order_by(),
    "audit_serial": lambda shop: trail.of_serial(shop.part.id),
    "audit_batch_once": lambda shop: trail.of_serial(shop.part.id),
    "audit_cert": lambda shop: trail.of_certificate(shop.certificate.id),
    "audit_job": lambda shop: AuditEntry.objects.filter(job_id=shop.path.job_id).order_by("-sequence"),
    "scan_code": lambda shop: Scan.objects.filter(code=shop.part.id).order_by("-sequence"),
    "scan_record": lambda shop: Scan.objects.filter(record_id=shop.part.id).order_by("-sequence"),
    "scan_verdict": lambda shop: Scan.objects.filter(verdict="unknown").order_by("-sequence"),
    "scan_station": lambda shop: Scan.objects.filter(station="Saw").order_by("-sequence"),
    "scan_user": lambda shop: Scan.objects.filter(user_id="nobody").order_by("-sequence"),
    "kept_answer_oldest_first": lambda shop: KeptAnswer.objects.filter(created_at__lt=clock.now()).order_by(
        "created_at"
    ),
    "audit_user": lambda shop: AuditEntry.objects.filter(user_id="nobody").order_by("-sequence"),
}
"""An index or a unique constraint by name, and the query that its comment names."""


def as_the_engine_calls_it(name: str, model: type[models.Model]) -> str:
    """Return the name of the index. SQLite has names of its own for those behind unique constraints."""
    whole_unique = {
        known.name
        for known in model._meta.constraints
        if isinstance(known, models.UniqueConstraint) and known.condition is None
    }
    return (
        f"sqlite_autoindex_{model._meta.db_table}_" if connection.vendor == "sqlite" and name in whole_unique else name
    )


@pytest.mark.parametrize("name", QUERIES)
def test_an_index_serves_its_query(name, shop):
    rows = QUERIES[name](shop)
    assert as_the_engine_calls_it(name, rows.model) in rows.explain()


def test_every_index_is_tried_here():
    indexes = {
        index.name
        for label in ("audit", "serials", "certificates", "accounts", "floor", "idempotency")
        for model in apps.get_app_config(label).get_models()
        for index in model._meta.indexes
    }
    assert indexes <= set(QUERIES)


# --- What a call executes


CALLS = {
    "put jobs in order": lambda shop: priorities.reorder([shop.path.job_id], PLANNER),
    "move a job": lambda shop: priorities.move(shop.path.job_id, PLANNER, position=2),
    "judge a due date": lambda shop: due_dates.put_due_status(
        [jobs.update(shop.path.job_id, {"dueDate": "2030-05-01"}, PLANNER)]
    ),
    "make a path from a template": lambda shop: templates.apply(
        shop.template.id, {"jobId": shop.path.job_id, "goalQuantity": 1}, PLANNER
    ),
    "advance": lambda shop: advancement.advance(shop.part.id, OPERATOR),
    "advance-to": lambda shop: advancement.advance_to(shop.part.id, 2, OPERATOR),
    "advance many": lambda shop: bulk_moves.advance_all(shop.part_ids, OPERATOR),
    "advance many to": lambda shop: bulk_moves.advance_all_to(shop.part_ids, 2, OPERATOR),
    "scrap": lambda shop: endings.scrap(shop.part.id, "damaged", None, OPERATOR),
    "force-complete": lambda shop: endings.force_complete(shop.part.id, None, OPERATOR),
    "attach": lambda shop: attaching.attach(shop.part.id, shop.certificate.id, OPERATOR),
    "attach to many": lambda shop: attaching.attach_all(shop.certificate.id, shop.part_ids, OPERATOR),
    "override": lambda shop: overrides.create(shop.part.id, shop.part_ids, shop.step.id, "no burr", OPERATOR),
    "reverse override": lambda shop: overrides.reverse(shop.part.id, shop.step.id, OPERATOR),
    "settle a deferred step": lambda shop: (
        advancement.advance_to(shop.part.id, 2, OPERATOR),
        deferrals.complete_deferred(shop.part.id, steps_of(shop.path)[1].id, OPERATOR),
    ),
    "ask for a waiver, and approve it": lambda shop: (
        advancement.advance_to(shop.part.id, 2, OPERATOR),
        approvals.approve(
            approvals.request("waiver", shop.part.id, steps_of(shop.path)[1].id, "no burr", OPERATOR).id, PLANNER
        ),
    ),
    "ask for completion by force, and decline it": lambda shop: approvals.decline(
        approvals.request("force_complete", shop.part.id, None, "no burr", OPERATOR).id, "there is one", PLANNER
    ),
    "what was asked about a part": lambda shop: obstacles(list(ApprovalRequest.objects.filter(serial=shop.part))),
    "batch": lambda shop: attaching.create_batch(shop.path.job_id, shop.path.id, 3, OPERATOR, shop.certificate.id),
    "append a step": lambda shop: paths.update(
        shop.path.id, {"steps": [{"name": step.name} for step in steps_of(shop.path)] + [{"name": "Pack"}]}, OPERATOR
    ),
    "scan": lambda shop: scanning.scan(shop.part.id, "Saw", OPERATOR, lambda right: True, own_hosts=[]),
    "note": lambda shop: make_note(shop.parts),
    "notes of a part": lambda shop: list(notes.of_serial(shop.part.id)),
    "notes of a step": lambda shop: list(notes.of_step(steps_of(shop.path)[0].id)),
    "photo of a note": lambda shop: NotePhoto.objects.filter(pk="photo_x", note__public_id="note_x").first(),
    "a part's history": lambda shop: list(trail.of_serial(shop.part.id)),
    "a path's distribution": lambda shop: figures.distribution(shop.path, steps_of(shop.path)),
    "a station": lambda shop: queues.at_station(shop.step.name, 5),
    "a step": lambda shop: queues.at_step(shop.step.id, 5),
    "a person's queue": lambda shop: queues.queue_of("user_x"),
    "finish where certificates are asked for": lambda shop: [
        bulk_moves.advance_all(shop.part_ids, OPERATOR) for _ in range(3)
    ],
    "what a step asks for": lambda shop: requirements.set_of_step(shop.step.id, [], PLANNER),
    "how ready a part is": lambda shop: readiness.of_serial(shop.part.id),
    "a job's coverage": lambda shop: job_coverage.of_job(shop.path.job_id),
    "a job's progress": lambda shop: figures.job_progress(shop.path.job, [shop.path]),
}

SMALL = {"serials_serialcounter", "serials_orderofwork", "json_each"}
"""Tables that are read from end to end because there is hardly anything in them, and rows that a statement brings."""


def whole_tables(statement: str) -> list[str]:
    """Return the tables that the engine would go through from end to end for this statement.

    Of an INSERT only what it reads: SQLite also plans how to look for rows that wait for the new one, which it does
    when a foreign key is broken, and only then.
    """
    if statement.startswith("INSERT"):
        _, select, rest = statement.partition("SELECT ")
        statement = (select + rest).partition(" RETURNING ")[0]
    if not statement:
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", None)
            lines = [line for *_, line in cursor.fetchall()]
            return [line.split()[1] for line in lines if re.match(r"SCAN \w+_\w+", line)]
        cursor.execute(f"EXPLAIN {statement}", None)
        return [found for (line,) in cursor.fetchall() for found in re.findall(r"Seq Scan on (\w+)", line)]


@pytest.mark.parametrize("call", CALLS)
def test_no_call_goes_through_a_whole_table(call, shop):
    before = transaction.savepoint()
    with CaptureQueriesContext(connection) as queries:
        CALLS[call](shop)
    transaction.savepoint_rollback(before)
    statements = [query["sql"] for query in queries if re.match(r"SELECT|INSERT|UPDATE|DELETE", query["sql"])]
    assert statements
    for statement in statements:
        assert set(whole_tables(statement)) <= SMALL, statement
