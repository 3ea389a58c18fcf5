"""Recording certificates."""

from collections.abc import Mapping

from django.db import transaction

from audit import history
from certificates.models import NAME_MAX_LENGTH, Certificate, CertificateType
from shopplanr.actor import Actor
from shopplanr.values import choice, json_object, required_text


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Certificate:
    """Record a certificate from the fields of ``POST /certs``; return it. It never changes again.

    Raises ``type must be one of: material, process``, ``name is required``, ``metadata must be an object``.
    """
    certificate = Certificate(
        type=choice(fields.get("type"), "type", CertificateType.values),
        name=required_text(fields.get("name"), "name", NAME_MAX_LENGTH),
        metadata=json_object(fields.get("metadata"), "metadata"),
    )
    history.attribute(certificate, actor).save(force_insert=True)
    return certificate
