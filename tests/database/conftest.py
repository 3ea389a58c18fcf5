"""A small shop whose every table has rows, for tests that go past the services."""

from copy import deepcopy
from types import SimpleNamespace

import pytest
from django.db import connection

from audit.models import AuditEntry
from audit.proof import sealing
from certificates.models import CertAttachment, Certificate, Certification, JobProduct, Product
from certificates.services import attaching, products_of_jobs, revisions
from serials.models import (
    Job,
    LibraryEntry,
    Path,
    RequirementOverride,
    RouteTemplate,
    Serial,
    Step,
    StepOverride,
    StepRequirement,
    StepStatus,
    TemplateRequirement,
    TemplateStep,
)
from serials.services import (
    advancement,
    approvals,
    endings,
    overrides,
    requirement_overrides,
    requirements,
    steps,
)
from shopplanr.accounts.services import issue_token
from shopplanr.floor import scanning
from shopplanr.floor.models import Scan
from tests.accounts.factories import UserFactory
from tests.factories import (
    OPERATOR,
    PLANNER,
    AssignmentFactory,
    CertificateFactory,
    LibraryEntryFactory,
    PathFactory,
    TemplateFactory,
    make_documents,
    make_note,
    make_serials,
    put_right,
    steps_of,
)
from tests.papers import report
from tests.pictures import photo

UNCAUSED = (
    *(Job, Path, Step, RouteTemplate, TemplateStep, LibraryEntry),
    *(StepRequirement, TemplateRequirement),
    *(Certificate, Product, Certification, JobProduct),
)
"""What no event causes a version of."""


def make_shop() -> SimpleNamespace:
    """Return a path with a part in progress, one completed, one scrapped; and of everything else one."""
    path = PathFactory(advancementMode="flexible")
    route = steps_of(path)
    certificate = CertificateFactory(metadata={"heat": "A-1"})
    user = UserFactory()
    steps.assign(route[0].id, user.pk, PLANNER)
    moving, done, scrapped = make_serials(path, 3)
    attaching.attach_all(certificate.id, [moving.id, done.id], OPERATOR)
    overrides.create(moving.id, None, route[1].id, "no such burr here", OPERATOR)
    asked = {"certificateType": "process", "en10204Minimum": "2.1", "policy": "block_or_override"}
    requirement = requirements.set_of_step(route[1].id, [asked], PLANNER).asked[0]
    excuse = {"requirementId": requirement.pk, "reason": "the customer agrees"}
    requirement_overrides.create(done.id, excuse, OPERATOR)
    for _ in route:
        advancement.advance(done.id, OPERATOR)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)
    for kind, step in (("override", route[2].id), ("force_complete", None)):
        approvals.withdraw(approvals.request(kind, moving.id, step, "no such burr here", OPERATOR).pk, OPERATOR)
        approvals.request(kind, moving.id, step, "really none", OPERATOR)
    approvals.request(
        "requirement_override", moving.id, None, "the mill is late", OPERATOR, requirement_id=requirement.pk
    )
    note = make_note([moving, done], photos=[photo()])
    issue_token(user, "ERP", by="test")
    scanning.scan(moving.id, "", OPERATOR, lambda right: True, own_hosts=[])
    assignment = AssignmentFactory(valid_from="2024-02-29")
    products_of_jobs.update(path.job_id, {"productGtin": assignment.product_id}, PLANNER)
    template, entry = (
        TemplateFactory(steps=("Saw", {"name": "Mill", "requirements": [asked]})),
        LibraryEntryFactory(name="Deburr"),
    )
    (document,) = make_documents(certificate, report_pdf=report())
    corrected = CertificateFactory()
    revision = put_right(corrected)
    revocation = revisions.revoke(revision.pk, "withdrawn", PLANNER)
    for model in UNCAUSED:
        model.history.update(audit_entry=AuditEntry.objects.first())
    sealing.seal()
    connection.check_constraints()  # foreign keys still to be looked at would stop a TRUNCATE before any trigger
    return SimpleNamespace(
        path=path,
        steps=route,
        user=user,
        certificate=certificate,
        document=document,
        corrected=corrected,
        revision=revision,
        revocation=revocation,
        assignment=assignment,
        template=template,
        library_entry=entry,
        moving=Serial.objects.get(pk=moving.pk),
        done=Serial.objects.get(pk=done.pk),
        scrapped=Serial.objects.get(pk=scrapped.pk),
        attachment=CertAttachment.objects.first(),
        entry=AuditEntry.objects.first(),
        override=StepOverride.objects.get(),
        requirement=requirement,
        requirement_override=RequirementOverride.objects.get(),
        scan=Scan.objects.get(),
        note=note,
        status=StepStatus.objects.filter(serial=moving.pk, status="pending").first(),
    )


@pytest.fixture(scope="module")
def shop_of_the_module(module_transaction) -> SimpleNamespace:
    return make_shop()


@pytest.fixture
def shop(shop_of_the_module, db) -> SimpleNamespace:
    """What ``make_shop`` makes, once for a module and as new for each of its tests."""
    return deepcopy(shop_of_the_module)


@pytest.fixture
def sql():
    """Return what executes a statement."""

    def execute(statement: str, *parameters) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    return execute
