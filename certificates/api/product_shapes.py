"""The shapes of products and certifications. In snake_case: absent dates are ``null`` and absent texts ``""`` here."""

from datetime import date

from rest_framework import serializers

from certificates import certification_ids, validity
from certificates.assignment_metadata import KEYS_MAX, VALUE_MAX_LENGTH
from certificates.countries import CODES
from certificates.gtin import GTIN_LENGTH
from certificates.models import CertificationAssignment, VerificationStatus
from certificates.services.catalogue import CODE_MAX_LENGTH, LABEL_MAX_LENGTH
from shopplanr.api.shapes import Shape, Text
from shopplanr.values import TEXT_MAX_LENGTH, URL_MAX_LENGTH


class PlainText(Text):
    """A text that is always there, ``""`` where there is none."""

    def __init__(self, **kwargs):
        super().__init__(allow_blank=True, **kwargs)


class GivenText(Text):
    """A text that may be left out; ``""`` and ``null`` clear it."""

    def __init__(self, max_length: int = TEXT_MAX_LENGTH, **kwargs):
        super().__init__(required=False, allow_blank=True, allow_null=True, max_length=max_length, **kwargs)


class Day(serializers.DateField):
    """A day, ``YYYY-MM-DD``; ``null`` where there is none."""

    def __init__(self, **kwargs):
        super().__init__(allow_null=True, **kwargs)


def _short_id(**kwargs) -> serializers.RegexField:
    return serializers.RegexField(certification_ids.PATTERN, **kwargs)


# --- Products


class ProductShape(Shape):
    """What is sold, by its number."""

    gtin = serializers.RegexField(f"^[0-9]{{{GTIN_LENGTH}}}$", source="pk", help_text="In 14 digits.")
    name = Text()
    description = PlainText()


class ProductChangeBody(Shape):
    """What may change of a product; what is left out stays."""

    name = Text(required=False, max_length=255)
    description = GivenText()


class ProductBody(ProductChangeBody):
    """A new product."""

    gtin = serializers.RegexField(r"^([0-9]{8}|[0-9]{12,14})$", help_text="8, 12, 13 or 14 digits.")
    name = Text(max_length=255)


# --- The catalogue of certifications


class CertificationShape(Shape):
    """An entry of the catalogue."""

    id = _short_id(source="short_id")
    label = Text()
    code = PlainText()
    description = PlainText()
    url = PlainText()
    logo_url = Text(source="logo", allow_null=True)


class CertificationChangeBody(Shape):
    """What may change of a certification; what is left out stays."""

    label = Text(required=False, max_length=LABEL_MAX_LENGTH)
    code = GivenText(CODE_MAX_LENGTH)
    description = GivenText()
    url = GivenText(URL_MAX_LENGTH, help_text="http or https.")
    logo_url = GivenText(URL_MAX_LENGTH, help_text="http or https.")


class CertificationBody(CertificationChangeBody):
    """A new certification."""

    label = Text(max_length=LABEL_MAX_LENGTH)


# --- Assignments


class OnDay:
    """An assignment, looked at on one day: whether it is active depends on that."""

    def __init__(self, assignment: CertificationAssignment, day: date):
        self.assignment, self.day = assignment, day

    def __getattr__(self, name: str):
        return getattr(self.assignment, name)

    @property
    def is_active(self) -> bool:
        """Tell whether the day lies within the two dates, both ends included."""
        return validity.covers(self.assignment.valid_from, self.assignment.expiration_date, self.day)


class ProductCertificationShape(Shape):
    """A certification that a product holds, with the facts of that one certificate."""

    id = _short_id(source="certification.short_id", help_text="The certification's.")
    label = Text(source="certification.label")
    is_active = serializers.BooleanField(help_text="Whether the day lies within valid_from and expiration_date.")
    metadata = serializers.DictField(child=Text(max_length=VALUE_MAX_LENGTH))
    code = PlainText(source="certification.code")
    description = PlainText(source="certification.description")
    url = PlainText(source="certification.url")
    logo_url = Text(source="certification.logo", allow_null=True)
    valid_from = Day()
    expiration_date = Day()
    certificate_number = PlainText()
    issuing_body = PlainText()
    expiry_date = Day(
        source="effective_expiry",
        help_text="The document's own expiry; where none was given, expiration_date.",
    )
    verification_url = PlainText()
    verification_status = serializers.ChoiceField(VerificationStatus.choices)
    scope = PlainText()
    certification_value = PlainText()
    audit_date = Day()
    initial_certification_date = Day()
    certificate_countries = serializers.ListField(child=serializers.RegexField("^[A-Z]{2}$"))


class ProductCertificationChangeBody(Shape):
    """What may change of a product's certification; what is left out stays, ``null`` clears a date."""

    metadata = serializers.DictField(
        child=Text(allow_null=True, allow_blank=True, max_length=VALUE_MAX_LENGTH),
        required=False,
        allow_null=True,
        help_text=(
            f'Merged: a value sets its key, null or "" deletes it, what is left out stays; {{}} or null clears all. '
            f"At most {KEYS_MAX} keys afterwards, of at most 40 characters."
        ),
    )
    valid_from = Day(required=False)
    expiration_date = Day(required=False)
    certificate_number = GivenText(100)
    issuing_body = GivenText(255)
    verification_url = GivenText(URL_MAX_LENGTH, help_text="http or https.")
    verification_status = serializers.ChoiceField(VerificationStatus.choices, required=False)
    scope = GivenText()
    certification_value = GivenText(255)
    audit_date = Day(required=False)
    initial_certification_date = Day(required=False)
    certificate_countries = serializers.ListField(
        child=serializers.RegexField("^[A-Za-z]{2}$"),
        required=False,
        allow_null=True,
        help_text=f"ISO 3166-1 alpha-2, any of its {len(CODES)} codes; [] clears.",
    )


class ProductCertificationBody(ProductCertificationChangeBody):
    """A certification for a product, and the facts of the certificate."""

    certification_id = Text(help_text="In 22 characters, or as a canonical UUID.")
    expiry_date = Day(required=False, help_text="As printed on the document, where it differs from expiration_date.")
