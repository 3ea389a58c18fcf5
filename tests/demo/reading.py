"""How the tests of the demo shop look something up in it."""

from django.db.models import QuerySet

from audit.models import Action, AuditEntry
from serials.models import Job


def job_called(ticket: str) -> Job:
    """Return the job of this ticket."""
    return Job.objects.get(jira_ticket_key=ticket)


def entries(action: Action) -> QuerySet[AuditEntry]:
    """Return the entries of one kind."""
    return AuditEntry.objects.filter(action=action)


def progress(client, ticket: str) -> dict:
    """Return how far a job is, as the API says it."""
    return client.get(f"/api/jobs/{job_called(ticket).pk}").json()["progress"]
