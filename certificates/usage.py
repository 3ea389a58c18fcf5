"""Where a certificate is used: on how many parts of which jobs."""

from dataclasses import dataclass

from django.db.models import Count

from certificates.models import CertAttachment
from serials.models import Serial


@dataclass(frozen=True, slots=True)
class JobShare:
    """How many of a job's parts carry a certificate, at whatever step. ``made`` are all parts of the job, scrap too."""

    job_id: str
    job_name: str
    carrying: int
    made: int


def jobs_carrying(certificate_ids: list[str]) -> list[JobShare]:
    """Return the jobs with parts that carry one of the certificates, the most parts first; two queries."""
    rows = (
        CertAttachment.objects.filter(certificate__in=certificate_ids)
        .order_by()
        .values_list("serial__job", "serial__job__name")
        .annotate(carrying=Count("serial", distinct=True))
        .order_by("-carrying", "serial__job")
    )
    found = list(rows)
    counts = Serial.objects.filter(job__in=[job_id for job_id, _, _ in found]).order_by().values_list("job")
    made = dict(counts.annotate(Count("pk"))) if found else {}
    return [JobShare(job_id, name, carrying, made.get(job_id, 0)) for job_id, name, carrying in found]


def parts_by_certificate(certificate_ids: list[str]) -> dict[str, int]:
    """Return on how many parts each of these certificates is; one query."""
    rows = CertAttachment.objects.filter(certificate__in=certificate_ids).order_by().values_list("certificate")
    return dict(rows.annotate(Count("serial", distinct=True)))
