"""Filters that refuse what they do not understand, where django-filter's own would silently let everything through."""

from datetime import UTC, datetime

from django import forms
from django_filters import filters
from django_filters.fields import IsoDateTimeField


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


class DayFilter(filters.CharFilter):
    """A day, ``YYYY-MM-DD``."""


FIRST_MOMENT = datetime.min.replace(tzinfo=UTC)
LAST_MOMENT = datetime.max.replace(tzinfo=UTC)


class MomentField(IsoDateTimeField):
    """A moment. One that UTC has no date for, at either end of the calendar, is the first or the last that it has."""

    def to_python(self, value):
        """Return the moment in UTC, None where there is none."""
        moment = super().to_python(value)
        if moment is None:
            return None
        try:
            return moment.astimezone(UTC)
        except OverflowError:
            return FIRST_MOMENT if moment.year == FIRST_MOMENT.year else LAST_MOMENT


class MomentFilter(filters.IsoDateTimeFilter):
    """Compares with a moment."""

    field_class = MomentField


class Since(MomentFilter):
    """From this moment on."""

    def __init__(self, field_name: str, label: str):
        super().__init__(field_name=field_name, lookup_expr="gte", label=label)


class Before(MomentFilter):
    """Before this moment."""

    def __init__(self, field_name: str, label: str):
        super().__init__(field_name=field_name, lookup_expr="lt", label=label)
