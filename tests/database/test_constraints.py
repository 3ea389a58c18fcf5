"""The rules that the database itself holds, each tried by writing past the services."""

from datetime import date

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from audit.models import AuditEntry, AuditSeal
from certificates.models import (
    CertAttachment,
    Certificate,
    CertificateDocument,
    Certification,
    CertificationAssignment,
    Product,
)
from serials.models import (
    Job,
    LibraryEntry,
    Note,
    NoteSerial,
    OrderOfWork,
    Path,
    RouteTemplate,
    Serial,
    SerialCounter,
    Step,
    StepOverride,
    StepRequirement,
    StepStatus,
    TemplateRequirement,
    TemplateStep,
)
from shopplanr import clock
from shopplanr.floor.models import Scan
from tests.database import broken_imports
from tests.database.certificate_rows import OF_CERTIFICATES, a_document, a_revision, a_revocation, an_attachment
from tests.database.rows import a_photo, a_scan, a_verification, an_approval, an_entry, an_excuse

pytestmark = pytest.mark.django_db

APPS = ("audit", "serials", "certificates", "floor")

CHANGES = [
    ("job_has_a_goal", Job, {"goal_quantity": 0}),
    ("job_has_a_name", Job, {"name": ""}),
    ("job_priority_from_one", Job, {"priority": 0}),
    ("path_has_a_goal", Path, {"goal_quantity": 0}),
    ("path_has_a_name", Path, {"name": ""}),
    ("path_mode_known", Path, {"advancement_mode": "loose"}),
    ("step_order_unique_in_path", Step, {"order": 7}),
    ("step_has_a_name", Step, {"name": ""}),
    ("step_dependency_known", Step, {"dependency_type": "mental"}),
    ("serial_number_positive", Serial, {"number": 0}),
    ("serial_status_known", Serial, {"status": "lost"}),
    ("order_of_work_single", OrderOfWork, {"id": 2}),
    ("template_has_a_name", RouteTemplate, {"name": ""}),
    ("template_mode_known", RouteTemplate, {"advancement_mode": "loose"}),
    ("template_step_order_unique", TemplateStep, {"order": 7}),
    ("template_step_has_a_name", TemplateStep, {"name": ""}),
    ("template_step_dependency_known", TemplateStep, {"dependency_type": "mental"}),
    ("library_kind_known", LibraryEntry, {"kind": "person"}),
    ("library_entry_has_a_name", LibraryEntry, {"name": ""}),
    ("serial_counter_single", SerialCounter, {"id": 2}),
    ("serial_counter_not_negative", SerialCounter, {"last_number": -1}),
    (
        "step_status_once_per_step",
        StepStatus,
        {"step": models.Subquery(Step.objects.order_by("order").values("pk")[:1])},
    ),
    ("step_status_one_in_progress", StepStatus, {"status": "in_progress"}),
    ("step_status_known", StepStatus, {"status": "done"}),
    ("override_has_a_reason", StepOverride, {"reason": ""}),
    ("override_names_somebody", StepOverride, {"created_by": ""}),
    *(
        (f"{kind}_{rule}", model, change)
        for kind, model in (("requirement", StepRequirement), ("template_requirement", TemplateRequirement))
        for rule, change in (
            ("type_known", {"certificate_type": "birth"}),
            ("quantity_in_range", {"quantity": 0}),
            ("quantity_in_range", {"quantity": 21}),
            ("minimum_known", {"en10204_minimum": "3.3"}),
            ("policy_known", {"policy": "shrug"}),
        )
    ),
    ("product_has_a_name", Product, {"name": ""}),
    ("certification_has_a_label", Certification, {"label": ""}),
    ("certification_url_is_web", Certification, {"url": "javascript:alert(1)"}),
    ("certification_logo_url_is_web", Certification, {"logo_url": "data:text/html,x"}),
    ("assignment_verification_url_is_web", CertificationAssignment, {"verification_url": "ftp://x"}),
    ("assignment_verification_known", CertificationAssignment, {"verification_status": "trusted"}),
    ("assignment_covers_a_day", CertificationAssignment, {"expiration_date": date(2024, 2, 28)}),
]
"""A constraint, and a change of every row of the model that breaks it."""


ADDITIONS = [
    *broken_imports.ADDITIONS,
    ("approval_kind_known", lambda shop: an_approval(shop, kind="raise")),
    ("approval_state_known", lambda shop: an_approval(shop, state="lost", decided_by="li", decided_at=NOW)),
    ("approval_is_of_a_step_or_the_part", lambda shop: an_approval(shop, step=None)),
    ("approval_is_of_a_step_or_the_part", lambda shop: an_approval(shop, kind="force_complete")),
    ("approval_names_what_is_overridden", lambda shop: an_approval(shop, kind="requirement_override")),
    ("approval_names_what_is_overridden", lambda shop: an_approval(shop, requirement=shop.requirement)),
    (
        "approval_one_open_per_requirement",
        lambda shop: an_approval(shop, kind="requirement_override", requirement=shop.requirement),
    ),
    ("approval_has_a_reason", lambda shop: an_approval(shop, reason="")),
    ("approval_names_somebody", lambda shop: an_approval(shop, requested_by="")),
    ("approval_decision_whole", lambda shop: an_approval(shop, decided_by="li")),
    ("approval_decision_whole", lambda shop: an_approval(shop, decided_at=NOW)),
    ("approval_decision_whole", lambda shop: an_approval(shop, decision_reason="why not")),
    ("approval_decision_whole", lambda shop: an_approval(shop, state="approved", decided_by="li")),
    ("approval_decision_whole", lambda shop: an_approval(shop, state="approved", decided_at=NOW)),
    ("approval_decision_whole", lambda shop: an_approval(shop, state="declined", decided_by="li", decided_at=NOW)),
    ("approval_one_open_per_step", lambda shop: an_approval(shop, kind="override", step=shop.steps[2])),
    ("approval_one_open_per_part", lambda shop: an_approval(shop, kind="force_complete", step=None)),
    ("audit_action_known", lambda shop: an_entry(action="serial_eaten")),
    ("audit_names_somebody", lambda shop: an_entry(user_id="")),
    ("audit_batch_whole", lambda shop: an_entry(batch_start=1)),
    ("audit_batch_whole", lambda shop: an_entry(batch_quantity=1)),
    ("audit_batch_whole", lambda shop: an_entry(batch_start=0, batch_quantity=1)),
    ("audit_batch_whole", lambda shop: an_entry(batch_start=1, batch_quantity=0)),
    ("audit_batch_once", lambda shop: an_entry(batch_start=shop.moving.pk, batch_quantity=1)),
    ("audit_verification_says_what_is_wrong", lambda shop: a_verification(problem="missing")),
    ("audit_verification_says_what_is_wrong", lambda shop: a_verification(message="An entry is missing")),
    ("audit_seal_counts_from_one", lambda shop: AuditSeal(number=0, through=1, digests=b"")),
    ("scan_verdict_known", lambda shop: a_scan(verdict="perhaps")),
    ("scan_kind_known", lambda shop: a_scan(kind="path")),
    ("scan_names_somebody", lambda shop: a_scan(user_id="")),
    ("scan_has_a_reason", lambda shop: a_scan(reason="")),
    ("certificate_type_known", lambda shop: Certificate(type="birth", name="x")),
    ("certificate_has_a_name", lambda shop: Certificate(type="material", name="")),
    *OF_CERTIFICATES,
    (
        "attachment_once_per_step",
        lambda shop: CertAttachment(
            serial=shop.moving, certificate=shop.certificate, step=shop.steps[0], attached_by="li"
        ),
    ),
    (
        "attachment_names_somebody",
        lambda shop: CertAttachment(serial=shop.moving, certificate=shop.certificate, step=shop.steps[1]),
    ),
    (
        "override_one_active_per_step",
        lambda shop: StepOverride(serial=shop.moving, step=shop.override.step, reason="again", created_by="li"),
    ),
    (
        "requirement_once_per_step",
        lambda shop: StepRequirement(
            step=shop.requirement.step, certificate_type="process", en10204_minimum="2.1", policy="warn"
        ),
    ),
    (
        "template_requirement_once",
        lambda shop: TemplateRequirement(
            template_step=TemplateStep.objects.get(requirements__isnull=False),
            certificate_type="process",
            en10204_minimum="2.1",
        ),
    ),
    ("requirement_override_has_a_reason", lambda shop: an_excuse(shop, reason="")),
    ("requirement_override_names_somebody", lambda shop: an_excuse(shop, created_by="")),
    ("requirement_override_once", lambda shop: an_excuse(shop, serial=shop.done)),
    ("step_status_once_per_step", lambda shop: StepStatus(serial=shop.moving, step=shop.steps[1], step_index=1)),
    ("job_priority_unique", lambda shop: Job(name="Twice", goal_quantity=1, priority=shop.path.job.priority)),
    ("order_of_work_single", lambda shop: OrderOfWork(id=2)),
    ("template_step_order_unique", lambda shop: TemplateStep(template=shop.template, name="Twice", order=0)),
    ("library_entry_once", lambda shop: LibraryEntry(id="lproc_x", kind="process", name="DEBURR", folded="deburr")),
    ("step_order_unique_in_path", lambda shop: Step(path=shop.path, name="Twice", order=0)),
    ("note_has_a_text", lambda shop: Note(step=shop.steps[0], text="", created_by="li")),
    ("note_names_somebody", lambda shop: Note(step=shop.steps[0], text="Burr")),
    ("note_serial_once", lambda shop: NoteSerial(note=shop.note, serial=shop.moving)),
    ("photo_place_unique_in_note", lambda shop: a_photo(shop, place=0)),
    ("photo_place_in_range", lambda shop: a_photo(shop, place=6)),
    ("photo_type_known", lambda shop: a_photo(shop, content_type="text/html")),
    ("photo_has_a_size", lambda shop: a_photo(shop, width=0)),
    ("photo_has_a_size", lambda shop: a_photo(shop, height=0)),
    ("photo_has_a_size", lambda shop: a_photo(shop, size_bytes=0)),
    ("photo_digests_whole", lambda shop: a_photo(shop, digest="")),
    ("photo_digests_whole", lambda shop: a_photo(shop, digest="../" + "0" * 61)),
    ("photo_digests_whole", lambda shop: a_photo(shop, digest="0" * 63)),
    ("photo_digests_whole", lambda shop: a_photo(shop, thumbnail_digest="F" * 64)),
    ("serial_counter_single", lambda shop: SerialCounter(id=2)),
    ("product_gtin_is_one", lambda shop: Product(gtin="4006381333931", name="x")),
    ("product_gtin_is_one", lambda shop: Product(gtin="04006381333932", name="x")),
    (
        "assignment_once_per_product",
        lambda shop: CertificationAssignment(
            product=shop.assignment.product, certification=shop.assignment.certification
        ),
    ),
]
"""A constraint, and a row that breaks it."""


def test_the_database_takes_what_is_whole(shop):
    for row in (
        a_photo(shop, place=5),
        a_document(shop),
        a_revision(shop),
        a_revocation(shop),
        an_attachment(shop, late=True, late_reason="by post"),
    ):
        row.save(force_insert=True)


NOW = clock.now()
NOT_SCRAPPED = {"scrap_reason": "", "scrap_explanation": "", "scrap_step": None, "scrapped_at": None, "scrapped_by": ""}
NOT_FORCED = {
    "force_completed": False,
    "force_completed_by": "",
    "force_completed_at": None,
    "force_completed_reason": "",
}
FORCED = {"force_completed": True, "force_completed_by": "li", "force_completed_at": NOW}
SCRAPPED = {
    "status": "scrapped",
    "scrap_reason": "damaged",
    "scrap_step": "step",
    "scrapped_at": NOW,
    "scrapped_by": "li",
}

WHOLE_SERIALS = {
    "in progress": {},
    "completed": {"status": "completed", "current_step_index": -1},
    "force-completed": {"status": "completed", "current_step_index": -1} | FORCED,
    "force-completed with a reason": {"status": "completed", "current_step_index": -1}
    | FORCED
    | {"force_completed_reason": "customer agreed"},
    "scrapped": SCRAPPED,
    "scrapped with words": SCRAPPED | {"scrap_reason": "other", "scrap_explanation": "fell"},
}
"""What a part can look like; every state of its life is one of these."""

BROKEN_SERIALS = [
    ("in progress", {"current_step_index": -1}),
    ("in progress", {"current_step_index": -2}),
    ("in progress", {"scrap_reason": "damaged"}),
    ("in progress", {"scrap_explanation": "fell"}),
    ("in progress", {"scrap_step": "step"}),
    ("in progress", {"scrapped_at": NOW}),
    ("in progress", {"scrapped_by": "li"}),
    ("in progress", FORCED),
    ("in progress", {"status": "completed"}),
    ("in progress", {"status": "scrapped"}),
    ("completed", {"current_step_index": 0}),
    ("completed", {"current_step_index": -2}),
    ("completed", {"status": "in_progress"}),
    ("completed", {"force_completed": True}),
    ("completed", {"force_completed_by": "li"}),
    ("completed", {"force_completed_at": NOW}),
    ("completed", {"force_completed_reason": "customer agreed"}),
    ("completed", {"scrap_reason": "damaged"}),
    ("force-completed", {"force_completed_by": ""}),
    ("force-completed", {"force_completed_at": None}),
    ("force-completed", {"force_completed": False}),
    ("force-completed", {"status": "in_progress", "current_step_index": 0}),
    ("scrapped", {"scrap_reason": ""}),
    ("scrapped", {"scrap_reason": "bored"}),
    ("scrapped", {"scrap_reason": "other"}),
    ("scrapped", {"scrap_step": None}),
    ("scrapped", {"scrapped_at": None}),
    ("scrapped", {"scrapped_by": ""}),
    ("scrapped", {"current_step_index": -1}),
    ("scrapped", {"status": "in_progress"}),
    ("scrapped", {"status": "completed", "current_step_index": -1}),
    ("scrapped", FORCED),
]
"""What no part can look like: a whole one, and what is wrong with it."""


def broken(constraint: str) -> str:
    """Return what the engine says when this constraint is broken, as a pattern."""
    if connection.vendor == "sqlite":
        for model in our_models():
            for known in model._meta.constraints:
                if known.name == constraint and isinstance(known, models.UniqueConstraint):
                    columns = [model._meta.get_field(name).column for name in known.fields]
                    return ", ".join(rf"{model._meta.db_table}\.{column}" for column in columns)
    return constraint


def our_models() -> list[type[models.Model]]:
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]


@pytest.mark.parametrize(("constraint", "model", "change"), CHANGES, ids=[name for name, *_ in CHANGES])
def test_a_row_cannot_be_changed_so_that_a_rule_breaks(constraint, model, change, shop):
    with pytest.raises(IntegrityError, match=broken(constraint)), transaction.atomic():
        model.objects.update(**change)


@pytest.mark.parametrize(("constraint", "make"), ADDITIONS, ids=[name for name, _ in ADDITIONS])
def test_a_row_cannot_be_added_so_that_a_rule_breaks(constraint, make, shop):
    with pytest.raises(IntegrityError, match=broken(constraint)), transaction.atomic():
        type(make(shop)).objects.bulk_create([make(shop)])  # past save(), signals and validation


def write_serial(shop, *facts: dict) -> None:
    """Write a part's columns as they are given."""
    columns = NOT_SCRAPPED | NOT_FORCED | {"status": "in_progress", "current_step_index": 0}
    for fact in facts:
        columns |= fact
    columns["scrap_step"] = columns["scrap_step"] and shop.steps[0]
    with transaction.atomic():
        Serial.objects.filter(pk=shop.moving.pk).update(**columns)


@pytest.mark.parametrize("state", WHOLE_SERIALS)
def test_the_database_takes_every_state_that_a_part_can_be_in(state, shop):
    write_serial(shop, WHOLE_SERIALS[state])


@pytest.mark.parametrize(
    ("state", "flaw"), BROKEN_SERIALS, ids=[f"{state}, {flaw}"[:50] for state, flaw in BROKEN_SERIALS]
)
def test_the_database_takes_no_part_whose_facts_do_not_fit_together(state, flaw, shop):
    names = "serial_without_place_is_completed|serial_scrap_facts_whole|serial_force_facts_whole"
    with pytest.raises(IntegrityError, match=names):
        write_serial(shop, WHOLE_SERIALS[state], flaw)


UNIQUE_COLUMNS = [
    (AuditEntry, "entry_id"),
    (CertAttachment, "attachment_id"),
    (Certificate, "supersedes"),
    (CertificateDocument, "public_id"),
    (Note, "public_id"),
    (Scan, "scan_id"),
]


@pytest.mark.parametrize(("model", "name"), UNIQUE_COLUMNS, ids=[name for _, name in UNIQUE_COLUMNS])
def test_a_public_id_is_one_rows(model, name, shop):
    row = model.objects.exclude(**{name: None}).order_by("pk")[0]
    row.pk = None
    if model is Certificate:
        row.pk, row.revision = "cert_other", row.revision + 1
    elif model is CertificateDocument:
        row.digest = "0" * 64
    elif model is CertAttachment:
        row.step = shop.steps[1]
    elif model is AuditEntry:
        row.batch_start = row.batch_quantity = None
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.bulk_create([row])


NEVER_NEGATIVE = [
    (Job, "goal_quantity"),
    (Job, "priority"),
    (Path, "goal_quantity"),
    (Step, "order"),
    (StepStatus, "step_index"),
]


@pytest.mark.parametrize(
    ("model", "name"), NEVER_NEGATIVE, ids=[f"{model.__name__} {name}" for model, name in NEVER_NEGATIVE]
)
def test_what_counts_is_never_negative(model, name, shop):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.filter(pk=model.objects.first().pk).update(**{name: -1})


def test_every_constraint_is_tried_here():
    tried = {name for name, *_ in CHANGES} | {name for name, _ in ADDITIONS}
    tried |= {"serial_without_place_is_completed", "serial_scrap_facts_whole", "serial_force_facts_whole"}
    assert {constraint.name for model in our_models() for constraint in model._meta.constraints} == tried


def test_every_unique_column_is_tried_here():
    unique = {
        (model, field.name)
        for model in our_models()
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key
    }
    assert unique == set(UNIQUE_COLUMNS)


def test_every_column_with_a_choice_is_held_to_it_by_the_database():
    """A new column with choices needs a check constraint that knows them."""
    for model in our_models():
        if model._meta.model_name.startswith("historical"):
            continue
        checks = " ".join(str(known.condition) for known in model._meta.constraints if hasattr(known, "condition"))
        for field in model._meta.concrete_fields:
            assert not field.choices or f"'{field.name}__in'" in checks, f"{model.__name__}.{field.name}"
