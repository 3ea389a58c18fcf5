"""How the ids in audit entries are read: parts, jobs, paths and steps."""

from audit.admin.naming import names
from serials.models import Job, Path, Serial, Step
from shopplanr.admin.links import record_link
from shopplanr.ids import serial_number


@names("serial")
def _serials(ids: set[str]) -> dict:
    """Link parts; their ids are what people read."""
    numbers = {text: serial_number(text) for text in ids}
    return {text: record_link(Serial, number, text) for text, number in numbers.items() if number is not None}


@names("job")
def _jobs(ids: set[str]) -> dict:
    return {pk: record_link(Job, pk, name) for pk, name in Job.objects.filter(pk__in=ids).values_list("pk", "name")}


@names("path")
def _paths(ids: set[str]) -> dict:
    return {pk: record_link(Path, pk, name) for pk, name in Path.objects.filter(pk__in=ids).values_list("pk", "name")}


@names("step")
def _steps(ids: set[str]) -> dict:
    return dict(Step.objects.filter(pk__in=ids).values_list("pk", "name"))
