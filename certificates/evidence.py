"""What vouches for parts: which certificates were attached to them, and what these say now.

The rules about it are ``certificates.coverage``. Three statements at most, whatever the number of parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from audit.bulk import GivenRows
from certificates.coverage import BLOCK_OR_OVERRIDE, Attached, Facts, Requirement, fulfils, newest
from certificates.models import CertAttachment, Certificate, CertificateRevocation
from serials.models import RequirementOverride, StepRequirement
from shopplanr import clock

OVERRIDDEN_FOR = "overridden_for"
"""Where a requirement that was read for one part has that part's number, if it may go on without."""

_SERIES = GivenRows("series", id="text")

# Both arms go by an index. The ORM's OR would look through all certificates there are.
_FACTS = """
    SELECT series.id, certificate.revision, certificate.type, certificate.en10204_type,
           certificate.valid_from, certificate.valid_to, revocation.certificate_id
    FROM {series}
    JOIN certificates_certificate certificate ON certificate.id = series.id
    LEFT JOIN certificates_certificaterevocation revocation ON revocation.certificate_id = certificate.id
    UNION ALL
    SELECT series.id, certificate.revision, certificate.type, certificate.en10204_type,
           certificate.valid_from, certificate.valid_to, revocation.certificate_id
    FROM {series}
    JOIN certificates_certificate certificate ON certificate.first_revision_id = series.id
    LEFT JOIN certificates_certificaterevocation revocation ON revocation.certificate_id = certificate.id
"""


@dataclass(frozen=True, slots=True)
class Evidence:
    """By part, what was attached to it; by series, what the newest revision says; what was overridden."""

    attached: Mapping[int, frozenset[Attached]] = field(default_factory=dict)
    facts: Mapping[str, Facts] = field(default_factory=dict)
    overridden: Collection[tuple[int, str]] = frozenset()


def of_parts(
    requirements: Collection[StepRequirement], attachments: Sequence[CertAttachment] | None = None, **parts
) -> Evidence:
    """Return what vouches for the parts that these conditions on ``Serial`` choose, such as ``serial__job=…``.

    ``attachments`` are theirs, where they have been read already, ``with_newest``.
    """
    told: list[Facts] = []
    if attachments is None:
        rows = (
            CertAttachment.objects.filter(**parts)
            .order_by()
            .values_list("serial_id", Coalesce("certificate__first_revision_id", "certificate_id"), "step_id")
            .iterator(chunk_size=10_000)
        )
    else:
        rows = ((each.serial_id, each.certificate.series, each.step_id) for each in attachments)
        told = [_told(each) for each in attachments if each.newest_id == each.certificate_id]
    attached: dict[int, set[Attached]] = defaultdict(set)
    known: dict[tuple[str, str], Attached] = {}  # thousands of parts carry the same few
    for number, series, step_id in rows:
        attached[number].add(known.setdefault((series, step_id), Attached(series, step_id)))
    series = {each for each, _ in known} - {facts.series for facts in told}
    return Evidence(
        {number: frozenset(each) for number, each in attached.items()},
        newest([*told, *_facts(series)]),
        _overridden(requirements, parts),
    )


def with_newest(rows: QuerySet[CertAttachment]) -> QuerySet[CertAttachment]:
    """Return attachments with their certificates, and with what ``of_parts`` need not ask for then; the same query.

    ``newest_id`` is the newest revision, ``was_revoked`` whether this very one was revoked.
    """
    series = Coalesce(OuterRef("certificate__first_revision"), OuterRef("certificate"))
    later = Certificate.objects.filter(first_revision=series).order_by("-revision").values("pk")[:1]
    return rows.select_related("certificate").annotate(
        newest_id=Coalesce(Subquery(later), F("certificate_id")),
        was_revoked=Exists(CertificateRevocation.objects.filter(certificate=OuterRef("certificate"))),
    )


def _told(attachment: CertAttachment) -> Facts:
    """Return what a certificate says that was read ``with_newest``, and is itself the newest revision."""
    row = attachment.certificate
    return Facts(
        row.series, row.revision, row.type, row.en10204_type, row.valid_from, row.valid_to, attachment.was_revoked
    )


def _overridden(requirements: Collection[StepRequirement], parts: Mapping[str, object]) -> frozenset[tuple[int, str]]:
    """Return which parts may go on without what; nothing is asked where nothing may be overridden, or it came along."""
    if not any(each.policy == BLOCK_OR_OVERRIDE for each in requirements):
        return frozenset()
    if all(hasattr(each, OVERRIDDEN_FOR) for each in requirements):
        return frozenset((each.overridden_for, each.pk) for each in requirements if each.overridden_for)
    overrides = RequirementOverride.objects.filter(**parts).order_by()
    return frozenset(overrides.values_list("serial_id", "requirement_id"))


def as_rule(requirement: StepRequirement) -> Requirement:
    """Return the requirement in plain values."""
    return Requirement(
        requirement.step_id,
        requirement.certificate_type,
        requirement.quantity,
        requirement.en10204_minimum,
        requirement.policy,
    )


def is_of_the_kind(certificate: Certificate, requirement: StepRequirement) -> bool:
    """Tell whether the newest revision of the certificate is of the kind that is asked for, whatever the day."""
    rule = as_rule(requirement)
    return any(
        fulfils(replace(facts, valid_from=None, valid_to=None), rule, clock.today())
        for facts in newest(_facts([certificate.series])).values()
    )


def _facts(series: Collection[str]) -> Iterable[Facts]:
    if not series:
        return []
    with connection.cursor() as cursor:
        given = _SERIES.parameters(connection.vendor, [(each,) for each in series])
        cursor.execute(_facts_statement(connection.vendor), [*given, *given])
        return [
            Facts(own, revision, kind, en10204_type, _day(first), _day(last), revoked is not None)
            for own, revision, kind, en10204_type, first, last, revoked in cursor.fetchall()
        ]


def _day(value: date | str | None) -> date | None:
    """Return a day as the engines give it: SQLite keeps text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


@cache
def _facts_statement(vendor: str) -> str:
    return _FACTS.format(series=_SERIES.sql(vendor))
