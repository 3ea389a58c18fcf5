"""Jobs, paths, parts, certificates and products for tests, made through the services: their audit trail is genuine."""

from collections.abc import Sequence
from io import BytesIO

import factory

from certificates.gtin import check_digit
from certificates.models import Certificate, CertificateDocument, Certification, CertificationAssignment, Product
from certificates.services import assignments, catalogue, certificates, documents, products, revisions
from serials.models import Job, LibraryEntry, LibraryKind, Note, Path, RouteTemplate, Serial, Step
from serials.services import batches, jobs, libraries, notes, paths, templates
from shopplanr.actor import Actor

PLANNER = Actor("planner", credential="command")
OPERATOR = Actor("operator", credential="command")


class JobFactory(factory.Factory):
    """A job. ``fields`` are those of ``POST /jobs``."""

    class Meta:
        model = Job

    name = factory.Sequence("Job {}".format)
    goalQuantity = 10

    @classmethod
    def _create(cls, model_class, **fields):
        return jobs.create(fields, PLANNER)


class PathFactory(factory.Factory):
    """A path; ``steps`` may be names, or the items of ``POST /paths``."""

    class Meta:
        model = Path

    job = factory.SubFactory(JobFactory)
    name = factory.Sequence("Path {}".format)
    goalQuantity = 10
    advancementMode = "strict"
    steps = ("Saw", "Mill", "Inspect")

    @classmethod
    def _create(cls, model_class, job, steps, **fields):
        items = [{"name": step} if isinstance(step, str) else step for step in steps]
        return paths.create(fields | {"jobId": job.id, "steps": items}, PLANNER)


class TemplateFactory(factory.Factory):
    """A route template; ``steps`` may be names, or the items of ``POST /templates``."""

    class Meta:
        model = RouteTemplate

    name = factory.Sequence("Template {}".format)
    steps = ("Saw", "Mill", "Inspect")

    @classmethod
    def _create(cls, model_class, steps, **fields):
        items = [{"name": step} if isinstance(step, str) else step for step in steps]
        return templates.create(fields | {"steps": items}, PLANNER)


class LibraryEntryFactory(factory.Factory):
    """An entry of the library of processes, or of another kind."""

    class Meta:
        model = LibraryEntry

    kind = LibraryKind.PROCESS
    name = factory.Sequence("Process {}".format)

    @classmethod
    def _create(cls, model_class, kind, name):
        return libraries.add(kind, name, PLANNER)


class CertificateFactory(factory.Factory):
    """A certificate."""

    class Meta:
        model = Certificate

    type = "material"
    name = factory.Sequence("Certificate {}".format)

    @classmethod
    def _create(cls, model_class, **fields):
        return certificates.create(fields, PLANNER)


def make_documents(certificate: Certificate, **contents: bytes) -> list[CertificateDocument]:
    """Add files to a certificate; ``report_pdf=…`` is called ``report.pdf``."""
    uploads = [
        documents.Upload(name.replace("_", "."), len(content), BytesIO(content)) for name, content in contents.items()
    ]
    return documents.add(certificate.pk, uploads, PLANNER).documents


def put_right(certificate: Certificate, reason: str = "The heat was wrong", **fields: object) -> Certificate:
    """Return a new revision of the certificate; ``fields`` are those that change."""
    return revisions.supersede(certificate.pk, fields, reason, PLANNER)


def gtin_of(number: int) -> str:
    """Return the GTIN of a demonstration product: GS1 gives out no others that begin with 952."""
    digits = f"0952{number:09d}"
    return f"{digits}{check_digit(digits)}"


class ProductFactory(factory.Factory):
    """A product."""

    class Meta:
        model = Product

    gtin = factory.Sequence(gtin_of)
    name = factory.Sequence("Product {}".format)

    @classmethod
    def _create(cls, model_class, **fields):
        return products.create(fields, PLANNER)


class CertificationFactory(factory.Factory):
    """An entry of the catalogue of certifications."""

    class Meta:
        model = Certification

    label = factory.Sequence("Certification {}".format)

    @classmethod
    def _create(cls, model_class, **fields):
        return catalogue.create(fields, PLANNER)


class AssignmentFactory(factory.Factory):
    """A certification of a product. ``fields`` are those of the POST."""

    class Meta:
        model = CertificationAssignment

    product = factory.SubFactory(ProductFactory)
    certification = factory.SubFactory(CertificationFactory)

    @classmethod
    def _create(cls, model_class, product, certification, **fields):
        return assignments.assign(product.gtin, fields | {"certification_id": certification.short_id}, PLANNER)


def make_serials(path: Path | None = None, quantity: int = 1, actor: Actor = OPERATOR) -> list[Serial]:
    """Start a batch on the path, or on a new one; return its parts."""
    path = path or PathFactory()
    return batches.create(path.job_id, path.id, quantity, actor)


def make_serial(path: Path | None = None) -> Serial:
    """Start one part on the path, or on a new one."""
    return make_serials(path)[0]


def steps_of(path: Path) -> list:
    """Return the path's steps in order."""
    return list(path.steps.order_by("order"))


def make_note(
    parts: Sequence[Serial],
    text: str = "Burr at the edge",
    photos: Sequence[bytes] = (),
    *,
    step: Step | None = None,
    actor: Actor = OPERATOR,
) -> Note:
    """Write a note about these parts, at the first step of their path or at another one."""
    path = parts[0].path
    place = {"jobId": path.job_id, "pathId": path.pk, "stepId": (step or steps_of(path)[0]).pk}
    uploads = [
        notes.Upload(f"photo-{number}.jpg", len(content), BytesIO(content)) for number, content in enumerate(photos)
    ]
    return notes.create(place | {"serialIds": [part.id for part in parts], "text": text}, actor, uploads)
