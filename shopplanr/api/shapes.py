"""The shapes of the API's objects: one declaration is both the OpenAPI schema and the writer of the JSON.

A ``Shape`` is a serializer that only describes. ``Shape.of`` reads the declared sources and leaves out what is absent
and not required, because absent optional values are omitted, never ``null`` (api.md). It costs a tenth of a
serializer's ``data``.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from operator import attrgetter

from rest_framework import serializers


def timestamp(moment: datetime) -> str:
    """Return a moment as the contract writes it: ``2024-01-15T11:00:00.000Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class Timestamp(serializers.DateTimeField):
    """A moment: UTC, ISO 8601, milliseconds and ``Z``."""


class Text(serializers.CharField):
    """A text. ``Text(required=False)`` is omitted where it is empty."""


class Shape(serializers.Serializer):
    """An object of the API."""

    @classmethod
    def of(cls, source: object) -> dict[str, object]:
        """Return the object as JSON values; ``source`` has the attributes that the fields name."""
        if "_plan" not in cls.__dict__:
            cls._plan = [_plan(name, field) for name, field in cls._declared_fields.items()]
        result = {}
        for name, read, write, always in cls._plan:
            value = read(source)
            if value is None or value == "":
                if always:
                    result[name] = value
            else:
                result[name] = write(value) if write else value
        return result

    @classmethod
    def each(cls, sources: Iterable[object]) -> list[dict[str, object]]:
        """Return a list of them."""
        return [cls.of(source) for source in sources]


def _plan(name: str, field: serializers.Field) -> tuple[str, Callable, Callable | None, bool]:
    write: Callable | None = None
    if isinstance(field, serializers.ListSerializer) and isinstance(field.child, Shape):
        write = _all_of(field.child)
    elif isinstance(field, Shape):
        write = field.of
    elif isinstance(field, serializers.DateTimeField):
        write = timestamp
    elif isinstance(field, serializers.DateField):
        write = date.isoformat
    elif isinstance(field, serializers.FloatField):
        write = _short
    return name, attrgetter(field.source or name), write, field.required


def _all_of(shape: Shape) -> Callable:
    """Write a list, also where it comes as a related manager."""
    return lambda value: shape.each(value.all() if hasattr(value, "all") else value)


def _short(number: float) -> float | int:
    """Return a whole float as an integer, as JavaScript writes it."""
    return int(number) if isinstance(number, float) and number.is_integer() else number


class ErrorShape(Shape):
    """Whatever goes wrong."""

    statusCode = serializers.IntegerField(help_text="The HTTP status.")
    message = Text(help_text="A sentence for people; the documented ones never change.")
    code = Text(help_text="A stable word for machines, one per cause.")
    errors = serializers.DictField(
        child=serializers.ListField(child=Text()),
        required=False,
        help_text="Messages by field, where fields are at fault.",
    )


class SuccessShape(Shape):
    """Something without an object to show went well."""

    success = serializers.BooleanField()
