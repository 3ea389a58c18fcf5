"""Certificate metadata, as a person writes and reads it."""

import json
from collections.abc import Mapping

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join

from shopplanr import strict_json


class MetadataField(forms.CharField):
    """A JSON object, or lines such as ``heat: 4711``, which are easier to type. Empty means that there is none."""

    widget = forms.Textarea

    def clean(self, value: object) -> dict | None:
        """Return the object."""
        text = super().clean(value)
        if not text:
            return None
        return self._json(text) if text.startswith(("{", "[")) else self._lines(text)

    def _json(self, text: str) -> dict:
        try:
            parsed = strict_json.loads(text)
        except strict_json.UnusableJSON as unusable:
            raise ValidationError(f"This {unusable}.", code=unusable.code) from unusable
        if not isinstance(parsed, dict):
            raise ValidationError("metadata must be an object", code="not_an_object")
        return parsed

    def _lines(self, text: str) -> dict:
        facts: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            name, colon, value = line.partition(":")
            name = name.strip()
            if not (name and colon):
                raise ValidationError(f"Line {number} needs a name, a colon and a value: heat: 4711.", code="line")
            if name in facts:
                raise ValidationError(f"Line {number} names {name} a second time.", code="twice")
            facts[name] = value.strip()
        return facts


class PairsField(MetadataField):
    """Pairs of texts that can be edited again. What was there when the page was made comes back with what was typed."""

    def __init__(self, **kwargs):
        super().__init__(show_hidden_initial=True, **kwargs)

    def prepare_value(self, value: object) -> object:
        """Write pairs as lines; as JSON where a line could not hold one."""
        if not isinstance(value, Mapping):
            return value
        lines = "\n".join(f"{name}: {text}" for name, text in value.items())
        try:
            return lines if self._lines(lines) == value else json.dumps(value, ensure_ascii=False)
        except ValidationError:
            return json.dumps(value, ensure_ascii=False)


def shown(metadata: Mapping | None) -> str:
    """Return metadata as a table, values that are no text as JSON."""
    if not metadata:
        return "–"
    rows = [
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in metadata.items()
    ]
    return format_html('<table class="facts">{}</table>', format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", rows))
