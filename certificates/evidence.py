"""What vouches for parts: which certificates were attached to them, and what these say now.

The rules about it are ``certificates.coverage``. Three statements at most, whatever the number of parts.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

from django.db import connection
from django.db.models.functions import Coalesce

from audit.bulk import GivenRows
from certificates.coverage import BLOCK_OR_OVERRIDE, Attached, Facts, Requirement, fulfils, newest
from certificates.models import CertAttachment, Certificate
from serials.models import RequirementOverride, StepRequirement
from shopplanr import clock

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
    requirements: Collection[StepRequirement], attachments: Iterable[CertAttachment] | None = None, **parts
) -> Evidence:
    """Return what vouches for the parts that these conditions on ``Serial`` choose, such as ``serial__job=…``.

    ``attachments`` are theirs, with the certificates, where they have been read already.
    """
    if attachments is None:
        rows = (
            CertAttachment.objects.filter(**parts)
            .order_by()
            .values_list("serial_id", Coalesce("certificate__first_revision_id", "certificate_id"), "step_id")
            .iterator(chunk_size=10_000)
        )
    else:
        rows = ((each.serial_id, each.certificate.series, each.step_id) for each in attachments)
    attached: dict[int, set[Attached]] = defaultdict(set)
    known: dict[tuple[str, str], Attached] = {}  # thousands of parts carry the same few
    for number, series, step_id in rows:
        attached[number].add(known.setdefault((series, step_id), Attached(series, step_id)))
    overrides = RequirementOverride.objects.filter(**parts).order_by()
    may_be_overridden = any(each.policy == BLOCK_OR_OVERRIDE for each in requirements)
    return Evidence(
        {number: frozenset(each) for number, each in attached.items()},
        newest(_facts({series for series, _ in known})),
        frozenset(overrides.values_list("serial_id", "requirement_id")) if may_be_overridden else frozenset(),
    )


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
