"""Recording certificates."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from audit import history
from certificates import refusals
from certificates.models import NAME_MAX_LENGTH, NUMBER_MAX_LENGTH, Certificate, CertificateType, En10204Type
from certificates.services import changing, documents
from certificates.validity import in_order
from shopplanr.actor import Actor
from shopplanr.values import calendar_date, choice, given_text, json_object, required_text


def create(fields: Mapping[str, object], actor: Actor, uploads: Sequence[documents.Upload] = ()) -> Certificate:
    """Record a certificate from the fields of ``POST /certs``, with its documents; return it. It never changes again.

    Raises ``type must be one of: material, process``, ``name is required``, ``metadata must be an object``, what
    ``shopplanr.values`` says of the other facts, ``OutlivedBeforeItHolds``, and what ``documents.keep`` raises.
    """
    certificate = prepared(fields)
    kept = documents.keep(uploads)
    with transaction.atomic():
        history.attribute(certificate, actor).save(force_insert=True)
        documents.write(certificate, kept, actor)
    return certificate


def checked(fields: Mapping[str, object]) -> dict[str, object]:
    """Return the columns of a certificate that has these facts; raise what ``create`` says of them."""
    facts = {
        "type": choice(fields.get("type"), "type", CertificateType.values),
        "name": required_text(fields.get("name"), "name", NAME_MAX_LENGTH),
        "metadata": json_object(fields.get("metadata"), "metadata"),
        "number": given_text(fields.get("number"), "number", NUMBER_MAX_LENGTH),
        "issuer": given_text(fields.get("issuer"), "issuer", NAME_MAX_LENGTH),
        "heat_lot": given_text(fields.get("heatLot"), "heatLot", NUMBER_MAX_LENGTH),
        "en10204_type": _en10204_type(fields.get("en10204Type")),
        "issue_date": calendar_date(fields.get("issueDate"), "issueDate"),
        "valid_from": calendar_date(fields.get("validFrom"), "validFrom"),
        "valid_to": calendar_date(fields.get("validTo"), "validTo"),
    }
    if not in_order(facts["valid_from"], facts["valid_to"]):
        raise refusals.OutlivedBeforeItHolds()
    return facts


FIELDS = {
    "type": "type",
    "name": "name",
    "number": "number",
    "issuer": "issuer",
    "heatLot": "heat_lot",
    "en10204Type": "en10204_type",
    "issueDate": "issue_date",
    "validFrom": "valid_from",
    "validTo": "valid_to",
    "metadata": "metadata",
}
"""What the API calls each fact, and its column."""


def facts_of(certificate: Certificate) -> dict[str, object]:
    """Return the facts of a certificate by the names that ``create`` takes."""
    return {name: getattr(certificate, column) for name, column in FIELDS.items()}


def prepared(fields: Mapping[str, object]) -> Certificate:
    """Return a certificate that has these facts, not written yet; raise what ``create`` says of them."""
    return Certificate(**checked(fields))


@transaction.atomic
def record_all(new: Sequence[Certificate], actor: Actor, reason: str | None = None) -> None:
    """Record what was ``prepared``, in a constant number of statements."""
    changing.create_all(new, actor, reason)


def _en10204_type(value: object) -> str:
    return "" if value in (None, "") else choice(value, "en10204Type", En10204Type.values)
