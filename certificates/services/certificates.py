"""Recording certificates."""

from collections.abc import Mapping

from django.db import transaction

from audit import history
from certificates.models import NAME_MAX_LENGTH, Certificate, CertificateType
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid
from shopplanr.values import choice, required_text


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Certificate:
    """Record a certificate from the fields of ``POST /certs``; return it. It never changes again.

    Raises ``type must be one of: material, process``, ``name is required``, ``metadata must be an object``.
    """
    metadata = fields.get("metadata")
    certificate = Certificate(
        type=choice(fields.get("type"), "type", CertificateType.values),
        name=required_text(fields.get("name"), "name", NAME_MAX_LENGTH),
        metadata=metadata,
    )
    if metadata is not None and not isinstance(metadata, dict):
        raise Invalid.field("metadata", "metadata must be an object", code="not_an_object")
    history.attribute(certificate, actor).save(force_insert=True)
    return certificate
