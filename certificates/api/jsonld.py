"""A product's certifications as JSON-LD, in the words of the GS1 Web Vocabulary (``gs1:CertificationDetails``)."""

from collections.abc import Iterable

from rest_framework import serializers

from certificates.api.product_shapes import OnDay
from certificates.models import Product
from shopplanr.api.shapes import Shape, Text

MEDIA_TYPE = "application/ld+json"

_VOCABULARY = "https://ref.gs1.org/voc/"
_DATES = ("certificationStartDate", "certificationEndDate", "certificationAuditDate", "initialCertificationDate")

CONTEXT = {
    "@vocab": _VOCABULARY,
    "gs1": _VOCABULARY,
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "certificationURI": {"@type": "xsd:anyURI"},
    **{name: {"@type": "xsd:date"} for name in _DATES},
}
"""Written into the answer, so that a reader needs nothing of the internet to know what the words mean."""


class CertificationDetailsShape(Shape):
    """One certification. What is not known is left out, as JSON-LD does."""

    certificationStandard = Text(source="certification.label")
    certificationAgency = Text(source="issuing_body", required=False)
    certificationIdentification = Text(source="certificate_number", required=False)
    certificationValue = Text(source="certification_value", required=False)
    certificationStartDate = serializers.DateField(source="valid_from", required=False)
    certificationEndDate = serializers.DateField(source="expiration_date", required=False)
    certificationAuditDate = serializers.DateField(source="audit_date", required=False)
    initialCertificationDate = serializers.DateField(source="initial_certification_date", required=False)


def document(product: Product, assignments: Iterable[OnDay]) -> dict[str, object]:
    """Return the document for a product and those of its certifications that were asked for."""
    return {
        "@context": CONTEXT,
        "@type": "gs1:Product",
        "gtin": product.pk,
        "certification": [_details(assignment) for assignment in assignments],
    }


def _details(assignment: OnDay) -> dict[str, object]:
    address = assignment.verification_url or assignment.certification.url
    return (
        {"@type": "gs1:CertificationDetails"}
        | CertificationDetailsShape.of(assignment)
        | ({"certificationURI": address} if address else {})
        | {"certificationStatus": "ACTIVE" if assignment.is_active else "INACTIVE"}
    )


_TEXTS = ("certificationStandard", "certificationAgency", "certificationIdentification", "certificationValue")

SCHEMA = {
    "type": "object",
    "description": "The product's certifications in the words of the GS1 Web Vocabulary.",
    "required": ["@context", "@type", "gtin", "certification"],
    "properties": {
        "@context": {"type": "object"},
        "@type": {"type": "string", "const": "gs1:Product"},
        "gtin": {"type": "string", "pattern": "^[0-9]{14}$"},
        "certification": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["@type", "certificationStandard", "certificationStatus"],
                "properties": {
                    "@type": {"type": "string", "const": "gs1:CertificationDetails"},
                    **{name: {"type": "string"} for name in (*_TEXTS, "certificationURI")},
                    **{name: {"type": "string", "format": "date"} for name in _DATES},
                    "certificationStatus": {"type": "string", "enum": ["ACTIVE", "INACTIVE"]},
                },
            },
        },
    },
}
"""OpenAPI of the document; its keys are no names of Python, so no ``Shape`` can say it."""
