"""The catalogue of certifications."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import QuerySet

from audit import history
from certificates import certification_ids
from certificates.models import Certification
from certificates.services import changing
from shopplanr.actor import Actor
from shopplanr.refusals import NotFound
from shopplanr.values import changed_name, given_text, only_known, required_text, web_address
from shopplanr.versions import ANY, Expected

LABEL_MAX_LENGTH = 255
CODE_MAX_LENGTH = 50

FIELDS = ("label", "code", "description", "url", "logo_url")
"""Fields of ``POST /certifications`` and of its ``PATCH``."""


def find(certification_id: object, rows: QuerySet[Certification] | None = None) -> Certification:
    """Return the certification with this id, in either of its forms; raise ``Certification not found``."""
    key = certification_ids.read(certification_id)
    rows = Certification.objects.all() if rows is None else rows
    certification = None if key is None else rows.filter(pk=key).first()
    if certification is None:
        raise NotFound.of("Certification", certification_id)
    return certification


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Certification:
    """Take a certification up in the catalogue, from the fields of ``POST /certifications``; return it.

    Raises ``Unknown field``, ``label is required``, and what is wrong with the other texts and addresses.
    """
    certification = prepared(fields)
    history.attribute(certification, actor).save(force_insert=True)
    return certification


@transaction.atomic
def update(
    certification_id: object, fields: Mapping[str, object], actor: Actor, *, expected: Expected = ANY
) -> Certification:
    """Change what is given of a certification; return it. What is as it was leaves no version.

    Raises ``Certification not found``, ``Stale``, ``Unknown field``, ``label cannot be empty``, and as ``create``.
    """
    certification = find(certification_id, Certification.objects.select_for_update(no_key=True))
    expected.check(certification)
    changing.save(certification, changes(certification, fields), actor)
    return certification


def prepared(fields: Mapping[str, object]) -> Certification:
    """Return a certification from the fields of ``POST /certifications``, not written yet. Raises as ``create``."""
    only_known(fields, FIELDS)
    label = required_text(fields.get("label"), "label", LABEL_MAX_LENGTH)
    certification = Certification(label=label, **_texts(fields))
    certification.updated_at = certification.created_at
    return certification


def changes(certification: Certification, fields: Mapping[str, object]) -> dict[str, object]:
    """Return what would be different afterwards, by column. Raises as ``update``."""
    only_known(fields, FIELDS)
    values = _texts(fields)
    if "label" in fields:
        values["label"] = changed_name(fields["label"], "label", LABEL_MAX_LENGTH)
    return changing.differing(certification, values)


@transaction.atomic
def write_all(
    new: Sequence[Certification],
    changed: Sequence[tuple[Certification, Mapping[str, object]]],
    actor: Actor,
    reason: str | None = None,
) -> None:
    """Take up what was ``prepared``, and write the ``changes`` of locked ones, in a constant number of statements."""
    changing.create_all(new, actor, reason)
    changing.save_all(changed, actor, reason)


def _texts(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the texts that may be empty, where they are given."""
    readers = {
        "code": lambda value: given_text(value, "code", CODE_MAX_LENGTH),
        "description": lambda value: given_text(value, "description"),
        "url": lambda value: web_address(value, "url"),
        "logo_url": lambda value: web_address(value, "logo_url"),
    }
    return {field: read(fields[field]) for field, read in readers.items() if field in fields}
