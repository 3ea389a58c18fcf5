"""A small shop in which every endpoint of the API has something to work on, and a call of each that succeeds."""

from dataclasses import dataclass

from certificates.models import Certificate, CertificateDocument, Certification, Product
from certificates.services import attaching
from serials.models import (
    ApprovalRequest,
    Job,
    LibraryEntry,
    LibraryKind,
    Note,
    Path,
    RouteTemplate,
    Serial,
    Step,
    StepRequirement,
)
from serials.services import advancement, approvals, overrides, requirement_overrides, requirements
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from shopplanr.floor import scanning
from tests.accounts.factories import UserFactory
from tests.api.calling import Call
from tests.factories import (
    OPERATOR,
    AssignmentFactory,
    CertificateFactory,
    CertificationFactory,
    JobFactory,
    LibraryEntryFactory,
    PathFactory,
    TemplateFactory,
    gtin_of,
    make_documents,
    make_note,
    make_serials,
    steps_of,
)
from tests.papers import report
from tests.pictures import photo


@dataclass(frozen=True)
class Shop:
    """What there is; the serials are named for what they can do next."""

    job: Job
    path: Path
    steps: list[Step]
    unused_path: Path
    template: RouteTemplate
    process: LibraryEntry
    location: LibraryEntry
    standing: Serial
    deferring: Serial
    overridden: Serial
    requirement: StepRequirement
    asked: ApprovalRequest
    note: Note
    certificate: Certificate
    document: CertificateDocument
    product: Product
    held: Certification
    not_held: Certification
    supervisor: User
    operator: User


def make_shop() -> Shop:
    """Make it; the steps are Saw, Mill (deferred for one part, overridden for another) and Inspect.

    Mill advises certificates, Inspect asks for one, and a part may go on without.
    """
    path = PathFactory(job=JobFactory(goalQuantity=3), advancementMode="flexible")
    steps = steps_of(path)
    standing, deferring, overridden = make_serials(path, 3)
    certificate = CertificateFactory(metadata={"grade": "A36"})
    attaching.attach(standing.id, certificate.id, OPERATOR)
    advancement.advance_to(deferring.id, 2, OPERATOR)
    overrides.create(overridden.id, None, steps[1].id, "done at the supplier's", OPERATOR)
    scanning.scan(standing.id, "Mill", OPERATOR, lambda right: True, own_hosts=[])
    proof = {"certificateType": "process", "en10204Minimum": "2.2", "policy": "block_or_override"}
    requirements.set_of_step(steps[1].id, [{"certificateType": "process", "quantity": 2, "policy": "warn"}], OPERATOR)
    inspection = requirements.set_of_step(steps[2].id, [proof], OPERATOR).asked[0]
    excuse = {"requirementId": inspection.pk, "reason": "the furnace log vouches for it"}
    requirement_overrides.create(overridden.id, excuse, OPERATOR)
    held = AssignmentFactory(valid_from="2024-01-01", metadata={"lot": "7"}, certificate_countries=["US"])
    supervisor = UserFactory(role=Role.SUPERVISORS)
    return Shop(
        job=path.job,
        path=path,
        steps=steps,
        unused_path=PathFactory(job=path.job),
        template=TemplateFactory(
            advancementMode="per_step",
            steps=(
                {"name": "Saw", "requirements": [{"certificateType": "material", "en10204Minimum": "3.1"}]},
                {"name": "Mill", "location": "Hall 2", "optional": True},
            ),
        ),
        process=LibraryEntryFactory(),
        location=LibraryEntryFactory(kind=LibraryKind.LOCATION),
        standing=standing,
        deferring=deferring,
        overridden=overridden,
        requirement=inspection,
        asked=approvals.request("waiver", deferring.id, steps[1].id, "the customer agrees", Actor(supervisor.id)),
        note=make_note([standing, deferring], photos=[photo()]),
        certificate=certificate,
        document=make_documents(certificate, report_pdf=report())[0],
        product=held.product,
        held=held.certification,
        not_held=CertificationFactory(),
        supervisor=supervisor,
        operator=UserFactory(),
    )


def calls(shop: Shop) -> list[Call]:
    """Return a call of every endpoint and verb, each of which succeeds by itself."""
    who = {"userId": shop.supervisor.id}
    saw, mill, _ = shop.steps
    job, path, standing = {"id": shop.job.id}, {"id": shop.path.id}, {"id": shop.standing.id}
    at_mill = {"id": shop.deferring.id, "step_id": mill.id}
    photo_of_note = {"id": shop.note.public_id, "photo_id": shop.note.photos.get().id}
    certificate = {"id": shop.certificate.id}
    requirement = {"certificateType": "process", "quantity": 2, "en10204Minimum": "3.1", "policy": "block_or_override"}
    asked = {"id": shop.asked.id}
    new_path = {
        "name": "Rework",
        "goalQuantity": 2,
        "advancementMode": "per_step",
        "steps": [
            {"name": "Grind", "location": "Hall 2", "optional": True, "dependencyType": "physical"}
            | {"requirements": [requirement]}
        ],
    }
    new_template = {name: new_path[name] for name in ("name", "advancementMode", "steps")}
    template = {"id": shop.template.id}
    planned = {
        "customer": "Aldine Aerostructures",
        "purchaseOrder": "4500118273",
        "partNumber": "LG-40217-3",
        "partRevision": "F",
        "dueDate": "2030-05-01",
        "priority": 1,
        "tags": ["titanium"],
        "productGtin": shop.product.gtin,
    }
    new_job = planned | {
        "name": "Bracket",
        "goalQuantity": 5,
        "jiraTicketKey": "SHOP-1",
        "jiraTicketSummary": "Make brackets",
        "jiraPartNumber": "BR-7",
        "jiraPriority": "High",
        "jiraEpicLink": "SHOP-0",
        "jiraLabels": ["urgent"],
    }
    new_certificate = {
        "number": "HT-2024/118",
        "issuer": "Nordstahl",
        "heatLot": "4711",
        "en10204Type": "3.1",
        "issueDate": "2024-01-15",
        "validFrom": "2024-01-15",
        "validTo": "2026-01-14",
        "metadata": {"furnace": 3},
    }
    product = {"gtin": shop.product.gtin}
    product_certification = product | {"certification_id": shop.held.short_id}
    new_certification = {
        "label": "USDA Organic",
        "code": "USDA_ORGANIC",
        "description": "Grown without synthetic fertiliser.",
        "url": "https://www.ams.usda.gov/organic",
        "logo_url": "https://www.ams.usda.gov/organic.svg",
    }
    facts = {
        "metadata": {"lot": "8"},
        "valid_from": "2024-02-29",
        "expiration_date": "2028-02-29",
        "certificate_number": "NOP-12345",
        "issuing_body": "Control Union",
        "verification_url": "https://organic.example/NOP-12345",
        "verification_status": "verified",
        "scope": "All dairy lines",
        "certification_value": "100% Organic",
        "audit_date": "2024-01-15",
        "initial_certification_date": "2019-03-01",
        "certificate_countries": ["US", "CA"],
    }
    return [
        Call("GET", "jobs", {}),
        Call("POST", "jobs", {}, new_job),
        Call("GET", "jobs/<str:id>", job),
        Call("PUT", "jobs/<str:id>", job, planned | {"name": "Flange", "goalQuantity": 9}),
        Call("PUT", "jobs/priorities", {}, {"jobIds": [shop.job.id]}),
        Call("POST", "paths", {}, {"jobId": shop.job.id} | new_path),
        Call("GET", "paths/<str:id>", path),
        Call("PUT", "paths/<str:id>", {"id": shop.unused_path.id}, new_path),
        Call("DELETE", "paths/<str:id>", {"id": shop.unused_path.id}),
        Call("PATCH", "paths/<str:id>/advancement-mode", path, {"advancementMode": "strict"}),
        Call("GET", "steps/<str:id>", {"id": saw.id}),
        Call("PATCH", "steps/<str:id>/assign", {"id": saw.id}, {"userId": shop.operator.id}),
        Call("PATCH", "steps/<str:id>/config", {"id": saw.id}, {"optional": True, "dependencyType": "physical"}),
        Call("PUT", "steps/<str:id>/requirements", {"id": saw.id}, {"requirements": [requirement]}),
        Call("GET", "jobs/<str:id>/coverage", job),
        Call("GET", "templates", {}),
        Call("POST", "templates", {}, new_template | {"pathId": shop.path.id}),
        Call("GET", "templates/<str:id>", template),
        Call("PUT", "templates/<str:id>", template, new_template),
        Call("DELETE", "templates/<str:id>", template),
        Call(
            "POST",
            "templates/<str:id>/apply",
            template,
            {"jobId": shop.job.id, "pathName": "Second lot", "goalQuantity": 4},
        ),
        Call("GET", "library/processes", {}),
        Call("POST", "library/processes", {}, {"name": "Deburr"}),
        Call("DELETE", "library/processes/<str:id>", {"id": shop.process.id}),
        Call("GET", "library/locations", {}),
        Call("POST", "library/locations", {}, {"name": "Bench 2"}),
        Call("DELETE", "library/locations/<str:id>", {"id": shop.location.id}),
        Call("GET", "serials", {}),
        Call(
            "POST",
            "serials",
            {},
            {"jobId": shop.job.id, "pathId": shop.path.id, "quantity": 2, "certId": shop.certificate.id} | who,
        ),
        Call(
            "POST",
            "serials/advance",
            {},
            {"serialIds": [shop.standing.id], "expectedStepIndex": {shop.standing.id: 0}} | who,
        ),
        Call(
            "POST",
            "serials/advance-to",
            {},
            {"serialIds": [shop.standing.id, shop.overridden.id], "targetStepIndex": 2, "expectedStepIndex": 0} | who,
        ),
        Call("GET", "serials/<str:id>", standing),
        Call("POST", "serials/<str:id>/advance", standing, {"expectedStepIndex": 0} | who),
        Call("POST", "serials/<str:id>/advance-to", standing, {"targetStepIndex": 2, "expectedStepIndex": 0} | who),
        Call("POST", "serials/<str:id>/scrap", standing, {"reason": "other", "explanation": "fell down"} | who),
        Call("POST", "serials/<str:id>/force-complete", standing, {"reason": "accepted as it is"} | who),
        Call("POST", "serials/<str:id>/attach-cert", standing, {"certId": shop.certificate.id} | who),
        Call("GET", "serials/<str:id>/cert-attachments", standing),
        Call("GET", "serials/<str:id>/label", standing),
        Call("GET", "serials/<str:id>/trace", standing),
        Call("GET", "serials/<str:id>/step-statuses", standing),
        Call("GET", "serials/<str:id>/overrides", {"id": shop.overridden.id}),
        Call(
            "POST",
            "serials/<str:id>/overrides",
            standing,
            {"serialIds": [shop.standing.id], "stepId": mill.id, "reason": "not needed"} | who,
        ),
        Call(
            "DELETE",
            "serials/<str:id>/overrides/<str:step_id>",
            {"id": shop.overridden.id, "step_id": mill.id},
            {"reason": "needed after all"} | who,
        ),
        Call("GET", "serials/<str:id>/readiness", standing),
        Call("GET", "serials/<str:id>/requirement-overrides", {"id": shop.overridden.id}),
        Call(
            "POST",
            "serials/<str:id>/requirement-overrides",
            standing,
            {"requirementId": shop.requirement.pk, "reason": "the customer agrees"} | who,
        ),
        Call(
            "POST",
            "serials/<str:id>/waive-step/<str:step_id>",
            at_mill,
            {"reason": "the customer agrees", "approverId": shop.supervisor.id},
        ),
        Call("POST", "serials/<str:id>/complete-deferred/<str:step_id>", at_mill, who),
        Call("GET", "approvals", {}),
        Call(
            "POST",
            "approvals",
            {},
            {"kind": "requirement_override", "serialId": shop.standing.id, "stepId": shop.requirement.step_id}
            | {"requirementId": shop.requirement.pk, "reason": "the customer waits without it"}
            | who,
        ),
        Call("GET", "approvals/<str:id>", asked),
        Call("POST", "approvals/<str:id>/approve", asked, {"reason": "the customer agrees"} | who),
        Call("POST", "approvals/<str:id>/decline", asked, {"reason": "the customer does not agree"} | who),
        Call("POST", "approvals/<str:id>/withdraw", asked, who),
        Call("GET", "operator/work-queue", {}),
        Call("GET", "operator/queue/_all", {}),
        Call("GET", "operator/queue/<str:user_id>", {"user_id": shop.operator.id}),
        Call("GET", "operator/step/<str:id>", {"id": mill.id}),
        Call("GET", "operator/named/<name:step_name>", {"step_name": mill.name}),
        Call("GET", "operator/<name:step_name>", {"step_name": mill.name}),
        Call("GET", "board", {}),
        Call(
            "POST",
            "notes",
            {},
            {"jobId": shop.job.id, "pathId": shop.path.id, "stepId": saw.id, "serialIds": [shop.standing.id]}
            | {"text": "Burr at the edge"}
            | who,
        ),
        Call("GET", "notes/serial/<str:id>", standing),
        Call("GET", "notes/step/<str:id>", {"id": saw.id}),
        Call("GET", "notes/<str:id>/photos/<str:photo_id>", photo_of_note),
        Call("GET", "notes/<str:id>/photos/<str:photo_id>/thumbnail", photo_of_note),
        Call("GET", "certs", {}),
        Call("POST", "certs", {}, new_certificate | {"type": "process", "name": "Heat treatment"}),
        Call(
            "POST",
            "certs/batch-attach",
            {},
            {"certId": shop.certificate.id, "serialIds": [shop.standing.id, shop.deferring.id]}
            | {"stepId": saw.id, "lateReason": "the paper came by post"}
            | who,
        ),
        Call("GET", "certs/<str:id>", certificate),
        Call("GET", "certs/<str:id>/attachments", certificate),
        Call("GET", "certs/<str:id>/documents", certificate),
        Call("POST", "certs/<str:id>/documents", certificate, files={"documents": report("Another one")}),
        Call(
            "GET",
            "certs/<str:id>/documents/<str:document_id>/content",
            certificate | {"document_id": shop.document.public_id},
        ),
        Call(
            "POST",
            "certs/<str:id>/supersede",
            certificate,
            new_certificate | {"type": "process", "name": "Heat treatment", "reason": "another furnace"} | who,
        ),
        Call("POST", "certs/<str:id>/revoke", certificate, {"reason": "the laboratory lost its accreditation"} | who),
        Call("GET", "where-used", {}, query={"certId": shop.certificate.id}),
        Call("GET", "products", {}),
        Call("POST", "products", {}, {"gtin": gtin_of(77), "name": "Bracket", "description": "of titanium"}),
        Call("GET", "products/<str:gtin>", product),
        Call("PATCH", "products/<str:gtin>", product, {"name": "Flange", "description": "of steel"}),
        Call("GET", "products/<str:gtin>/certifications", product),
        Call(
            "POST",
            "products/<str:gtin>/certifications",
            product,
            facts | {"certification_id": shop.not_held.short_id, "expiry_date": "2028-03-31"},
        ),
        Call("GET", "products/<str:gtin>/certifications/<str:certification_id>", product_certification),
        Call("PATCH", "products/<str:gtin>/certifications/<str:certification_id>", product_certification, facts),
        Call("DELETE", "products/<str:gtin>/certifications/<str:certification_id>", product_certification),
        Call("GET", "certifications", {}),
        Call("POST", "certifications", {}, new_certification),
        Call("GET", "certifications/<str:id>", {"id": shop.held.short_id}),
        Call("PATCH", "certifications/<str:id>", {"id": shop.held.short_id}, new_certification),
        Call("GET", "audit", {}),
        Call("GET", "audit/verify", {}),
        Call("GET", "audit/export", {}),
        Call("GET", "audit/serial/<str:serial_id>", {"serial_id": shop.standing.id}),
        Call(
            "POST",
            "scan",
            {},
            {"code": shop.standing.id, "station": saw.name, "certId": shop.certificate.id} | who,
        ),
        Call("GET", "scans", {}),
        Call("GET", "users", {}),
        Call("POST", "users", {}, {"name": "Maria Lopez", "department": "Milling"}),
        Call("GET", "users/<str:id>", {"id": shop.operator.id}),
        Call("PUT", "users/<str:id>", {"id": shop.operator.id}, {"name": "Kim", "department": "QC", "active": False}),
    ]
