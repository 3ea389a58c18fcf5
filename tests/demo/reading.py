"""How the tests of the demo shop look something up in it."""

from django.db.models import QuerySet

from audit.models import Action, AuditEntry
from serials.models import Job
from shopplanr.accounts.roles import Right

RIGHTS = {
    Action.SERIAL_CREATED: Right.CREATE_SERIALS,
    Action.SERIAL_ADVANCED: Right.ADVANCE,
    Action.SERIAL_COMPLETED: Right.ADVANCE,
    Action.STEP_SKIPPED: Right.ADVANCE,
    Action.STEP_DEFERRED: Right.ADVANCE,
    Action.DEFERRED_STEP_COMPLETED: Right.ADVANCE,
    Action.SERIAL_SCRAPPED: Right.SCRAP,
    Action.SERIAL_FORCE_COMPLETED: Right.FORCE_COMPLETE,
    Action.STEP_OVERRIDE_CREATED: Right.OVERRIDE,
    Action.STEP_OVERRIDE_REVERSED: Right.OVERRIDE,
    Action.STEP_WAIVED: Right.WAIVE,
    Action.CERT_ATTACHED: Right.ATTACH,
    Action.CERT_DOCUMENT_ADDED: Right.CERTIFY,
    Action.CERT_SUPERSEDED: Right.REVOKE,
    Action.CERT_REVOKED: Right.REVOKE,
    Action.NOTE_CREATED: Right.NOTE,
    Action.REQUIREMENT_OVERRIDDEN: Right.OVERRIDE,
    Action.APPROVAL_REQUESTED: Right.ASK,
    Action.APPROVAL_DECLINED: Right.WAIVE,
    Action.APPROVAL_WITHDRAWN: Right.ASK,
    Action.CERTIFICATION_ASSIGNED: Right.CERTIFY_PRODUCTS,
    Action.CERTIFICATION_UPDATED: Right.CERTIFY_PRODUCTS,
    Action.CERTIFICATION_UNASSIGNED: Right.CERTIFY_PRODUCTS,
}
"""The right that each thing takes that happens; of what was declined in this shop, all was waivers."""


def job_called(ticket: str) -> Job:
    """Return the job of this ticket."""
    return Job.objects.get(jira_ticket_key=ticket)


def entries(action: Action) -> QuerySet[AuditEntry]:
    """Return the entries of one kind."""
    return AuditEntry.objects.filter(action=action)


def progress(client, ticket: str) -> dict:
    """Return how far a job is, as the API says it."""
    return client.get(f"/api/jobs/{job_called(ticket).pk}").json()["progress"]
