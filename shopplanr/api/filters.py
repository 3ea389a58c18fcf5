"""Filters that refuse what they do not understand, where django-filter's own would silently let everything through."""

from django import forms
from django_filters import filters


class TrueFalseFilter(filters.ChoiceFilter):
    """``true`` or ``false``, and nothing else."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, choices=[("true", "Yes"), ("false", "No")], **kwargs)

    def filter(self, qs, value):
        """Compare with a boolean column."""
        return super().filter(qs, value == "true") if value in {"true", "false"} else qs


class WholeNumberFilter(filters.Filter):
    """A whole number that fits the column."""

    field_class = forms.IntegerField

    def __init__(self, *args, **kwargs):
        super().__init__(*args, min_value=-(2**31), max_value=2**31 - 1, **kwargs)


class Since(filters.IsoDateTimeFilter):
    """From this moment on."""

    def __init__(self, field_name: str, label: str):
        super().__init__(field_name=field_name, lookup_expr="gte", label=label)


class Before(filters.IsoDateTimeFilter):
    """Before this moment."""

    def __init__(self, field_name: str, label: str):
        super().__init__(field_name=field_name, lookup_expr="lt", label=label)
