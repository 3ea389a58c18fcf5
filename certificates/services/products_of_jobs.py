"""Which product a job makes. Jobs know nothing of products, so naming one is done here, together with the job."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import F, QuerySet

from audit import history
from certificates.gtin import normalized
from certificates.models import JobProduct, Product
from serials.models import Job
from serials.services import jobs
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import given_text
from shopplanr.versions import ANY, Expected, version_of

FIELD = "productGtin"


def with_product(rows: QuerySet[Job]) -> QuerySet[Job]:
    """Return the jobs with ``product_gtin``: the product's number, None where a job names none. No further query."""
    return rows.annotate(product_gtin=F("product_link__product"))


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Job:
    """Make a job, and name its product where one is given; return it as ``with_product`` does.

    Raises what ``serials.services.jobs.create`` raises, then InvalidGtin and ``Product not found``.
    """
    return _name(jobs.create(fields, actor), None, fields, actor)


@transaction.atomic
def update(job_id: str, fields: Mapping[str, object], actor: Actor, *, expected: Expected = ANY) -> Job:
    """Change a job, and its product where one is given; ``null`` takes it away. Return it as ``with_product`` does.

    Raises ``Stale``, what ``serials.services.jobs.update`` raises, then InvalidGtin and ``Product not found``.
    """
    job = jobs.update(job_id, fields, actor, expected=expected, beside=lambda job: [_gtin_of(job)])
    return _name(job, JobProduct.objects.filter(job=job).first(), fields, actor)


@transaction.atomic
def name(job_id: str, gtin: object, actor: Actor) -> Job:
    """Name the product of a job and change nothing else; ``null`` takes it away. Return it as ``with_product`` does.

    Raises ``Job not found``, InvalidGtin, ``Product not found``.
    """
    job = get_or_refuse(Job.objects.select_for_update(no_key=True), job_id, "Job")
    return _name(job, JobProduct.objects.filter(job=job).first(), {FIELD: gtin}, actor)


def version_of_job(job: Job) -> str:
    """Return the version of a job that came with its product."""
    return version_of(job, [job.product_gtin] if job.product_gtin else [])


def _gtin_of(job: Job) -> QuerySet[JobProduct]:
    """Return the number of the job's product as rows of one value; read where somebody expects something of it."""
    return JobProduct.objects.filter(job=job).values_list("product", flat=True)


def _name(job: Job, link: JobProduct | None, fields: Mapping[str, object], actor: Actor) -> Job:
    """Write down the product of a job that is this transaction's own, just made or locked; ``link``: what it has."""
    job.product_gtin = link.product_id if link else None
    if FIELD not in fields:
        return job
    gtin = given_text(fields[FIELD], FIELD)
    product = get_or_refuse(Product.objects.all(), normalized(gtin, FIELD), "Product") if gtin else None
    if product is None:
        if link:
            history.attribute(link, actor).delete()
    elif link is None:
        history.attribute(JobProduct(job=job, product=product), actor).save(force_insert=True)
    elif link.product_id != product.pk:
        link.product = product
        history.attribute(link, actor).save(update_fields=["product"])
    job.product_gtin = product.pk if product else None
    return job
