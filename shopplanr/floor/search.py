"""Looking something up by words: parts by their number, jobs and certificates by what people know them by."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from certificates.models import Certificate
from serials.models import Job, Serial
from shopplanr.api.listing import VALUE_MAX_LENGTH

LISTED = 20
"""Of each kind; whoever finds more says more."""


@dataclass(frozen=True, slots=True)
class Found:
    """What some words lead to."""

    serials: Sequence[Serial] = ()
    jobs: Sequence[Job] = ()
    certificates: Sequence[Certificate] = ()

    def __bool__(self) -> bool:
        return bool(self.serials or self.jobs or self.certificates)


def search(words: str) -> Found:
    """Return what the words are found in; three queries, none without words.

    A number, with or without ``SN-``, is that part's.
    """
    words = words.replace("\0", "").strip()[:VALUE_MAX_LENGTH]
    if not words:
        return Found()
    digits = words.upper().removeprefix("SN-").lstrip("0")
    is_number = digits.isascii() and digits.isdecimal() and len(digits) <= 18
    serials = Serial.objects.filter(pk=int(digits)) if is_number else Serial.objects.none()
    jobs = Job.objects.filter(
        Q(name__icontains=words)
        | Q(customer__icontains=words)
        | Q(purchase_order__icontains=words)
        | Q(part_number__icontains=words)
        | Q(jira_ticket_key__icontains=words)
        | Q(jira_part_number__icontains=words)
    )
    certificates = Certificate.objects.filter(Q(name__icontains=words) | Q(metadata__icontains=words))
    return Found(
        list(serials.select_related("job", "path")[:LISTED]),
        list(jobs.order_by("-created_at", "id")[:LISTED]),
        list(certificates.order_by("-created_at", "id")[:LISTED]),
    )
