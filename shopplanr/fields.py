"""Column types that the whole product shares."""

import json

from django.core.exceptions import ValidationError
from django.db import models


class VerbatimJSONField(models.TextField):
    """A JSON object kept as text, on both engines alike.

    The contract promises metadata back as it came. PostgreSQL's ``jsonb`` would sort its keys. ``None`` is "there is
    none"; ``{}`` is an empty object.
    """

    description = "JSON object, kept verbatim"

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("null", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        """Say both outright: a migration leaves out what Django's own default is, and ours is another."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"null": self.null, "blank": self.blank}

    def from_db_value(self, value, expression, connection):
        """Read the stored text."""
        return None if value is None else json.loads(value)

    def to_python(self, value):
        """Read what a form or a fixture holds."""
        if value is None or isinstance(value, dict):
            return value
        try:
            parsed = json.loads(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("Enter a JSON object.", code="invalid") from error
        if not isinstance(parsed, dict):
            raise ValidationError("Enter a JSON object.", code="invalid")
        return parsed

    def get_prep_value(self, value):
        """Write the object; keys stay in the order in which they came."""
        return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    def value_to_string(self, obj):
        """Serialise for fixtures."""
        return self.get_prep_value(self.value_from_object(obj))

    def formfield(self, **kwargs):
        """Edit as JSON."""
        from django import forms

        return super().formfield(**{"form_class": forms.JSONField, **kwargs})
