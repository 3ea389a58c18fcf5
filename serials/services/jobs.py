"""Planning what to make: jobs."""

from collections.abc import Callable, Mapping, Sequence

from django.db import transaction

from audit import history
from serials.models import Job
from serials.services import priorities
from serials.tags import given_tags
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import calendar_date, changed_name, given_text, goal_quantity, required_text, words
from shopplanr.versions import ANY, Expected, version_of

JIRA_TEXTS = {
    "jiraTicketKey": "jira_ticket_key",
    "jiraTicketSummary": "jira_ticket_summary",
    "jiraPartNumber": "jira_part_number",
    "jiraPriority": "jira_priority",
    "jiraEpicLink": "jira_epic_link",
}
"""Facts from the issue tracker: taken when a job is made, never changed (api.md, Jobs)."""

PLANNED_TEXTS = {
    "customer": "customer",
    "purchaseOrder": "purchase_order",
    "partNumber": "part_number",
    "partRevision": "part_revision",
}
"""Facts that planners know a job by; they can change."""

PLANNED = PLANNED_TEXTS | {"dueDate": "due_date", "tags": "tags"}
"""Every fact that may be missing, and that may change, by the API's name; but for ``priority``, which moves others."""


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Job:
    """Make a job from the fields of ``POST /jobs``; return it. It comes behind the others unless ``priority`` is given.

    Raises ``name is required``, ``goalQuantity is required`` and its kin, then what is wrong with a fact that may be
    missing.
    """
    job = Job(
        name=required_text(fields.get("name"), "name", _longest("name")),
        goal_quantity=goal_quantity(fields.get("goalQuantity")),
    )
    _plan(job, fields)
    for field, column in JIRA_TEXTS.items():
        setattr(job, column, given_text(fields.get(field), field, _longest(column)))
    job.jira_labels = words(fields.get("jiraLabels"), "jiraLabels")
    place = priorities.given_place(fields.get("priority"))
    priorities.hold()
    priorities.put(job, place, actor)
    job.updated_at = job.created_at
    history.attribute(job, actor).save(force_insert=True)
    return job


@transaction.atomic
def update(
    job_id: str,
    fields: Mapping[str, object],
    actor: Actor,
    *,
    expected: Expected = ANY,
    beside: Callable[[Job], Sequence[object]] = lambda job: (),
) -> Job:
    """Change what is given of a job; return it. Facts from the issue tracker are left alone.

    ``null`` and an empty text take a fact away that may be missing; a ``priority`` that is taken away puts the job
    behind all others. ``beside`` returns what others know of the locked job that is part of
    its version. Raises ``Job not found``, ``Stale``, ``name cannot be empty``, ``goalQuantity …``, and as ``create``.
    """
    if "priority" in fields:
        priorities.hold()
    job = get_or_refuse(Job.objects.select_for_update(no_key=True), job_id, "Job")
    expected.check(job, *beside(job))
    if "name" in fields:
        job.name = changed_name(fields["name"], max_length=_longest("name"))
    if "goalQuantity" in fields:
        job.goal_quantity = goal_quantity(fields["goalQuantity"])
    columns = ["name", "goal_quantity", *_plan(job, fields), "updated_at"]
    if "priority" in fields:
        priorities.put(job, priorities.given_place(fields["priority"]), actor)
        columns += ["priority", "ranked"]
    job.updated_at = clock.now()
    history.attribute(job, actor).save(update_fields=columns)
    return job


def version_of_job(job: Job) -> str:
    """Return the version of a job."""
    return version_of(job)


def _plan(job: Job, fields: Mapping[str, object]) -> list[str]:
    """Put on the job what is given of the facts that may be missing; return their columns."""
    given = {field: column for field, column in PLANNED.items() if field in fields}
    for field, column in given.items():
        value = fields[field]
        if field == "dueDate":
            job.due_date = calendar_date(value, field)
        elif field == "tags":
            job.tags = given_tags(value, field)
        else:
            setattr(job, column, given_text(value, field, _longest(column)))
    return list(given.values())


def _longest(column: str) -> int:
    return Job._meta.get_field(column).max_length or 4000
