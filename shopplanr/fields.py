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


class WordsField(models.TextField):
    """A list of words kept as text, written in one way only: ``["first article","titanium"]``.

    So a word can be looked for in it on both engines (``serials.expressions.has_word``), where SQLite has nothing like
    the containment of PostgreSQL's ``jsonb``; and a version in a row's history has the words beside the row's other
    facts, which a table of words would not. ``None`` is "there are none"; an empty list becomes that.
    """

    description = "List of words"

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
        if value is None or isinstance(value, list):
            return value or None
        try:
            parsed = json.loads(value)
        except (TypeError, ValueError) as error:
            raise ValidationError("Enter a JSON list of words.", code="invalid") from error
        if not isinstance(parsed, list) or not all(isinstance(word, str) for word in parsed):
            raise ValidationError("Enter a JSON list of words.", code="invalid")
        return parsed or None

    def get_prep_value(self, value):
        """Write the words, in the order in which they came."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None

    def value_to_string(self, obj):
        """Serialise for fixtures."""
        return self.get_prep_value(self.value_from_object(obj))
