"""Giving a product a certification, changing the facts of it, and withdrawing it."""

from collections.abc import Callable, Collection, Mapping, Sequence

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from audit import history, trail
from audit.models import Action, AuditEntry
from certificates import certification_ids
from certificates.assignment_metadata import merged
from certificates.countries import country_codes
from certificates.gtin import normalized
from certificates.models import Certification, CertificationAssignment, Product, VerificationStatus
from certificates.refusals import AlreadyAssigned, EndsBeforeItStarts
from certificates.services import catalogue, changing, products
from certificates.validity import in_order
from shopplanr.actor import Actor
from shopplanr.refusals import NotFound
from shopplanr.values import calendar_date, choice, given_text, only_known, required_text, web_address
from shopplanr.versions import ANY, Expected

Read = Callable[[object, str], object]


def _text(max_length: int) -> Read:
    return lambda value, field: given_text(value, field, max_length)


READERS: dict[str, Read] = {
    "valid_from": calendar_date,
    "expiration_date": calendar_date,
    "expiry_date": calendar_date,
    "certificate_number": _text(100),
    "issuing_body": _text(255),
    "verification_url": web_address,
    "verification_status": lambda value, field: choice(value, field, VerificationStatus.values),
    "scope": given_text,
    "certification_value": _text(255),
    "audit_date": calendar_date,
    "initial_certification_date": calendar_date,
    "certificate_countries": country_codes,
}
"""How each fact is read; ``metadata`` needs what is stored as well."""

FACTS = ("metadata", *READERS)
"""Every fact of an assignment."""

CHANGEABLE = tuple(field for field in FACTS if field != "expiry_date")
"""Fields of the PATCH, as the documents list them. What is printed on a document (``expiry_date``) does not change."""


def find(gtin: object, certification_id: object) -> CertificationAssignment:
    """Return the assignment with its certification.

    Raises InvalidGtin, ``Product not found``, ``CertificationAssignment not found``.
    """
    return _find(CertificationAssignment.objects.all(), gtin, certification_id)


@transaction.atomic
def assign(gtin: object, fields: Mapping[str, object], actor: Actor) -> CertificationAssignment:
    """Give the product a certification, from the fields of the POST; return the assignment.

    Raises InvalidGtin, ``Product not found``, ``Unknown field``, ``certification_id is required``, ``Certification not
    found``, AlreadyAssigned, what is wrong with a value, EndsBeforeItStarts.
    """
    product = products.find(gtin)
    only_known(fields, ("certification_id", *FACTS))
    certification = catalogue.find(required_text(fields.get("certification_id"), "certification_id"))
    if _is_assigned(product, certification):
        raise AlreadyAssigned(product.pk, certification.short_id)
    assignment, given = prepared(product, certification, fields)
    try:
        with transaction.atomic():
            entry = _record(Action.CERTIFICATION_ASSIGNED, actor, assignment, given)
            history.attribute(assignment, actor, entry=entry).save(force_insert=True)
    except IntegrityError:  # somebody else was quicker, by less than it took to look
        if not _is_assigned(product, certification):
            raise
        raise AlreadyAssigned(product.pk, certification.short_id) from None
    return assignment


@transaction.atomic
def update(
    gtin: object,
    certification_id: object,
    fields: Mapping[str, object],
    actor: Actor,
    known: Collection[str] = CHANGEABLE,
    *,
    expected: Expected = ANY,
) -> CertificationAssignment:
    """Change the facts that are given; return the assignment. Where nothing is different, nothing is written.

    ``metadata`` merges into what is stored. Everything is judged behind the lock of the row, so that two changes at
    once both count. Raises InvalidGtin, ``Product not found``, ``CertificationAssignment not found``, ``Stale``,
    ``Unknown field``, what is wrong with a value, EndsBeforeItStarts.
    """
    assignment = _find(_locked(), gtin, certification_id)
    expected.check(assignment)
    different = changes(assignment, fields, known)
    if different:
        entry = _record(Action.CERTIFICATION_UPDATED, actor, assignment, different)
        changing.save(assignment, different, actor, entry)
    return assignment


def prepared(
    product: Product, certification: Certification, fields: Mapping[str, object]
) -> tuple[CertificationAssignment, list[str]]:
    """Return an assignment with the facts in ``fields``, not written yet, and which of them say something.

    Raises what is wrong with a value, EndsBeforeItStarts.
    """
    values = _read(fields, stored={})
    assignment = CertificationAssignment(product=product, certification=certification, **values)
    _check_dates(assignment.valid_from, assignment.expiration_date)
    assignment.updated_at = assignment.created_at
    return assignment, [column for column, value in values.items() if value not in (None, "", [], {})]


def changes(
    assignment: CertificationAssignment, fields: Mapping[str, object], known: Collection[str] = CHANGEABLE
) -> dict[str, object]:
    """Return what would be different afterwards, by column.

    Raises ``Unknown field``, what is wrong with a value, EndsBeforeItStarts.
    """
    only_known(fields, known)
    different = changing.differing(assignment, _read(fields, assignment.metadata))
    _check_dates(
        different.get("valid_from", assignment.valid_from),
        different.get("expiration_date", assignment.expiration_date),
    )
    return different


@transaction.atomic
def write_all(
    new: Sequence[tuple[CertificationAssignment, Collection[str]]],
    changed: Sequence[tuple[CertificationAssignment, Mapping[str, object]]],
    actor: Actor,
    reason: str | None = None,
) -> None:
    """Give what was ``prepared``, and write the ``changes`` of locked ones, in a constant number of statements.

    An audit entry and a version for each. Raises IntegrityError where somebody else gave one of them meanwhile.
    """
    records = [assignment for assignment, _ in new]
    CertificationAssignment.objects.bulk_create(records)
    changing.write_all(changed)
    for action, kind, written in (
        (Action.CERTIFICATION_ASSIGNED, history.CREATED, new),
        (Action.CERTIFICATION_UPDATED, history.CHANGED, changed),
    ):
        more = {"reason": reason} if reason else {}
        told = [{"metadata": _facts(assignment, columns) | more} for assignment, columns in written]
        entries = trail.record_all(action, actor, told)
        causes = dict(zip((assignment.pk for assignment, _ in written), entries, strict=True))
        history.record_caused_versions(CertificationAssignment, kind, actor, causes, reason=reason)


@transaction.atomic
def unassign(
    gtin: object, certification_id: object, actor: Actor, reason: object = None, *, expected: Expected = ANY
) -> None:
    """Withdraw the certification from the product. The row history and the audit trail keep it.

    Raises InvalidGtin, ``Product not found``, ``CertificationAssignment not found``, ``Stale``.
    """
    assignment = _find(_locked(), gtin, certification_id)
    expected.check(assignment)
    reason = given_text(reason, "reason")
    entry = _record(Action.CERTIFICATION_UNASSIGNED, actor, assignment, reason=reason)
    history.attribute(assignment, actor, entry=entry, reason=reason or None).delete()


def _locked() -> QuerySet[CertificationAssignment]:
    return CertificationAssignment.objects.select_for_update(of=("self",))


def _find(rows: QuerySet[CertificationAssignment], gtin: object, certification_id: object) -> CertificationAssignment:
    gtin, key = normalized(gtin), certification_ids.read(certification_id)
    pair = rows.select_related("certification").filter(product=gtin, certification=key)
    assignment = None if key is None else pair.first()
    if assignment is None:
        products.find(gtin)
        raise NotFound.of("CertificationAssignment", f"{gtin}/{certification_id}")
    return assignment


def _is_assigned(product: Product, certification: Certification) -> bool:
    return CertificationAssignment.objects.filter(product=product, certification=certification).exists()


def _read(fields: Mapping[str, object], stored: Mapping[str, str]) -> dict[str, object]:
    """Return the facts that are given, by column, fit to be stored."""
    values = {field: read(fields[field], field) for field, read in READERS.items() if field in fields}
    if "metadata" in fields:
        values["metadata"] = merged(stored, fields["metadata"])
    return values


def _check_dates(valid_from, expiration_date) -> None:
    if not in_order(valid_from, expiration_date):
        raise EndsBeforeItStarts()


def _record(
    action: Action,
    actor: Actor,
    assignment: CertificationAssignment,
    changed: Collection[str] = (),
    reason: str = "",
) -> AuditEntry:
    """Write the entry."""
    facts = _facts(assignment, changed) | ({"reason": reason} if reason else {})
    return trail.record(action, actor, metadata=facts)


def _facts(assignment: CertificationAssignment, changed: Collection[str]) -> dict[str, object]:
    """Return what an entry says. It stands for itself: the label is there, in case the catalogue's changes later."""
    facts = {
        "gtin": assignment.product_id,
        "certificationId": assignment.certification.short_id,
        "certification": assignment.certification.label,
    }
    return facts | ({"changed": sorted(changed)} if changed else {})
