"""Loading the demo shop for tests, and what is left of its record when ids and dates are taken out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.timezone import get_default_timezone

from audit.models import AuditEntry
from certificates.models import (
    CertAttachment,
    Certificate,
    CertificateDocument,
    Certification,
    CertificationAssignment,
    JobProduct,
    Product,
)
from serials.models import (
    ApprovalRequest,
    Job,
    LibraryEntry,
    Note,
    Path,
    RequirementOverride,
    Serial,
    Step,
    StepOverride,
    StepRequirement,
    StepStatus,
    TemplateStep,
)
from shopplanr.accounts.models import User
from shopplanr.demo import story
from shopplanr.demo.hours import Calendar
from shopplanr.demo.shop import SEED

_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")


@contextmanager
def undone() -> Iterator[None]:
    """Take back whatever the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def tell(jobs: tuple, now: datetime) -> None:
    """Let these jobs alone happen, so that the story ends at ``now``."""
    with transaction.atomic():
        story.tell(story.in_order(SEED, jobs), Calendar(now, get_default_timezone()))


def without_ids_and_dates() -> dict[str, list]:
    """Return everything that is in the record, with names for ids, in the order in which it came about."""
    names = _names()

    def named(value: object) -> object:
        if isinstance(value, str):
            return _DATE.sub("DATE", names.get(value, value))
        if isinstance(value, dict):
            return {key: named(item) for key, item in value.items()}
        return [named(item) for item in value] if isinstance(value, list | tuple) else value

    rows = {
        "jobs": Job.objects.values_list(
            *("name", "goal_quantity", "jira_ticket_key", "jira_labels"),
            *("customer", "purchase_order", "part_number", "part_revision", "tags", "priority"),
        ),
        "templates": TemplateStep.objects.order_by("template__name", "order").values_list(
            "template__name", "template__advancement_mode", "order", "name", "location", "optional", "dependency_type"
        ),
        "libraries": LibraryEntry.objects.values_list("kind", "name"),
        "paths": Path.objects.values_list("job", "name", "goal_quantity", "advancement_mode"),
        "steps": Step.objects.order_by("path__created_at", "order").values_list(
            "path", "order", "name", "location", "assigned_to", "optional", "dependency_type"
        ),
        "requirements": StepRequirement.objects.order_by(
            "step__path__created_at", "step__order", "created_at"
        ).values_list("step", "certificate_type", "quantity", "en10204_minimum", "policy"),
        "serials": Serial.objects.values_list(
            "number",
            "path",
            "current_step_index",
            "status",
            "scrap_reason",
            "scrap_explanation",
            "scrapped_by",
            "force_completed_by",
            "force_completed_reason",
        ),
        "statuses": StepStatus.objects.values_list("serial", "step_index", "status"),
        "approvals": ApprovalRequest.objects.order_by("requested_at", "serial").values_list(
            "kind", "serial", "step", "reason", "requested_by", "state", "decided_by", "decision_reason"
        ),
        "overrides": StepOverride.objects.values_list("serial", "step", "active", "reason", "created_by"),
        "requirement overrides": RequirementOverride.objects.values_list(
            "serial", "requirement__step", "reason", "created_by"
        ),
        "notes": [
            (note.step_id, note.serial_ids, note.text, note.created_by, [each.digest for each in note.photos.all()])
            for note in Note.objects.all()
        ],
        "certificates": Certificate.objects.order_by("created_at", "name").values_list("type", "name", "metadata"),
        "attachments": CertAttachment.objects.values_list("serial", "certificate", "step", "attached_by"),
        "entries": AuditEntry.objects.order_by("sequence").values_list(
            "action",
            "user_id",
            "serial_id",
            "cert_id",
            "job_id",
            "path_id",
            "step_id",
            "from_step_id",
            "to_step_id",
            "batch_start",
            "batch_quantity",
            "metadata",
        ),
        "products": Product.objects.values_list("gtin", "name", "description"),
        "jobs of products": JobProduct.objects.order_by("product").values_list("job", "product"),
        "certifications": CertificationAssignment.objects.values_list(
            "product",
            "certification__label",
            "metadata",
            "certificate_number",
            "verification_status",
            "certificate_countries",
        ),
        "people": User.objects.order_by("username").values_list("username", "name", "department", "is_active"),
    }
    return {what: [named(row) for row in found] for what, found in rows.items()}


def _names() -> dict[str, str]:
    names = dict(User.objects.values_list("pk", "username"))
    for model in (Job, Certificate):
        names |= dict(model.objects.values_list("pk", "name"))
    names |= {certification.short_id: certification.label for certification in Certification.objects.all()}
    for asked in ApprovalRequest.objects.all():
        names[asked.pk] = f"{asked}: {asked.reason}"
    names |= dict(Note.objects.values_list("public_id", "text"))
    for document in CertificateDocument.objects.all():
        names |= {document.public_id: document.file_name, document.digest: "of a paper with dates"}
    for path in Path.objects.select_related("job"):
        names[path.pk] = f"{path.job.name}, {path.name}"
    names |= {each.pk: f"what {each.step.name} asks for" for each in StepRequirement.objects.select_related("step")}
    for step in Step.objects.select_related("path__job"):
        names[step.pk] = f"{step.path.job.name}, {step.path.name}, {step.name}"
    return names
