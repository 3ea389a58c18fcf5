"""Certificates of parts and certifications of products whose last day is near, or was not long ago."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from heapq import merge

from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from certificates.admin.finding import NEAR_DAYS
from certificates.models import CertAttachment, Certificate, CertificationAssignment, JobProduct
from serials.models import Serial, SerialStatus
from shopplanr import clock

READ_AT_MOST = 200
"""Certificates, and certifications of products, that are looked at, the soonest first."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """One that expires or has expired, and how many parts in work carry it, or are of the product."""

    record: Certificate | CertificationAssignment
    name: str
    last_day: date
    days_left: int
    parts: int

    @property
    def is_over(self) -> bool:
        """Whether the last day is past."""
        return self.days_left < 0


@dataclass(frozen=True, slots=True)
class ExpiringSoon:
    """What expires, the soonest first, and how much there is in all. ``cut``: there may be more."""

    found: Sequence[Expiring]
    count: int
    cut: bool


def expiring(most: int) -> ExpiringSoon:
    """Return what needs to be renewed; four statements at most.

    Of certificates the newest revision counts, unless it was revoked, and only those that parts in work carry: what is
    on no part needs nobody. A product's certification is the product's, whether parts of it are in work or not.
    """
    today = clock.today()
    between = (today - timedelta(days=NEAR_DAYS), today + timedelta(days=NEAR_DAYS))
    certificates = list(
        Certificate.objects.filter(valid_to__range=between, superseded_by=None, revocation=None).order_by(
            "valid_to", "pk"
        )[:READ_AT_MOST]
    )
    assignments = list(
        CertificationAssignment.objects.filter(expiration_date__range=between)
        .select_related("product", "certification")
        .order_by("expiration_date", "pk")[:READ_AT_MOST]
    )
    carrying, making = _parts_carrying(certificates), _parts_of(assignments)
    of_parts = [
        Expiring(each, each.name, each.valid_to, (each.valid_to - today).days, carrying[each.series])
        for each in certificates
        if each.series in carrying
    ]
    of_products = [
        Expiring(each, str(each), day, (day - today).days, making.get(each.product_id, 0))
        for each in assignments
        if (day := each.expiration_date)
    ]
    found = list(merge(of_parts, of_products, key=lambda each: each.last_day))
    return ExpiringSoon(found[:most], len(found), READ_AT_MOST in (len(certificates), len(assignments)))


def _parts_carrying(certificates: Sequence[Certificate]) -> Mapping[str, int]:
    """Return by series how many parts in work carry it, in whichever of its revisions."""
    if not certificates:
        return {}
    first = [each.series for each in certificates]
    rows = (
        CertAttachment.objects.filter(
            Q(certificate__in=first) | Q(certificate__first_revision__in=first),
            serial__status=SerialStatus.IN_PROGRESS.value,
        )
        .order_by()
        .values_list(Coalesce("certificate__first_revision", "certificate"))
    )
    return dict(rows.annotate(Count("serial", distinct=True)))


def _parts_of(assignments: Sequence[CertificationAssignment]) -> Mapping[str, int]:
    """Return by product how many parts of it are in work."""
    if not assignments:
        return {}
    makes = JobProduct.objects.filter(product__in={each.product_id for each in assignments})
    rows = Serial.objects.filter(job__product_link__in=makes, status=SerialStatus.IN_PROGRESS.value).order_by()
    return dict(rows.values_list("job__product_link__product").annotate(Count("pk")))
