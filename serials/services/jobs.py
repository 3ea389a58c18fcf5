"""Planning what to make: jobs."""

from collections.abc import Mapping

from django.db import transaction

from audit import history
from serials.models import Job
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import calendar_date, changed_name, given_text, goal_quantity, required_text, words

JIRA_TEXTS = {
    "jiraTicketKey": "jira_ticket_key",
    "jiraTicketSummary": "jira_ticket_summary",
    "jiraPartNumber": "jira_part_number",
    "jiraPriority": "jira_priority",
    "jiraEpicLink": "jira_epic_link",
}
"""Facts from the issue tracker: taken when a job is made, never changed (api.md, Jobs)."""


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Job:
    """Make a job from the fields of ``POST /jobs``, and ``dueDate`` where one is set; return it.

    Raises ``name is required``, ``goalQuantity is required`` and its kin.
    """
    job = Job(
        name=required_text(fields.get("name"), "name", _longest("name")),
        goal_quantity=goal_quantity(fields.get("goalQuantity")),
        due_date=calendar_date(fields.get("dueDate"), "dueDate"),
        jira_labels=words(fields.get("jiraLabels"), "jiraLabels"),
    )
    for field, column in JIRA_TEXTS.items():
        setattr(job, column, given_text(fields.get(field), field, _longest(column)))
    job.updated_at = job.created_at
    history.attribute(job, actor).save(force_insert=True)
    return job


@transaction.atomic
def update(job_id: str, fields: Mapping[str, object], actor: Actor) -> Job:
    """Change a job's name, goal or due date, where given; return it. Facts from the issue tracker are left alone.

    Raises ``Job not found``, ``name cannot be empty``, ``goalQuantity …``.
    """
    job = get_or_refuse(Job.objects.select_for_update(no_key=True), job_id, "Job")
    if "name" in fields:
        job.name = changed_name(fields["name"], max_length=_longest("name"))
    if "goalQuantity" in fields:
        job.goal_quantity = goal_quantity(fields["goalQuantity"])
    if "dueDate" in fields:
        job.due_date = calendar_date(fields["dueDate"], "dueDate")
    job.updated_at = clock.now()
    history.attribute(job, actor).save(update_fields=["name", "goal_quantity", "due_date", "updated_at"])
    return job


def _longest(column: str) -> int:
    return Job._meta.get_field(column).max_length or 4000
