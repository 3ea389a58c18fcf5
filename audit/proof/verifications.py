"""What became of the last verifications: kept so that a failed one is seen by people and not only by a nightly job.

It is a note for pages, and proves nothing: whoever can alter the trail can alter it as well.
"""

from collections.abc import Sequence

from audit.models import AuditVerification
from audit.proof.verifying import Report

KEPT = 100
"""Runs that are kept, the newest ones."""


def record(report: Report) -> AuditVerification:
    """Keep what came of a verification, and forget what is further back than ``KEPT``."""
    kept = AuditVerification.objects.create(
        whole=report.complete,
        verified=report.verified,
        checkpoints=report.checkpoints,
        problem=report.problem.code if report.problem else "",
        message=report.problem.message if report.problem else "",
    )
    AuditVerification.objects.filter(number__lte=kept.number - KEPT).delete()
    return kept


def newest_of_each_kind() -> Sequence[AuditVerification]:
    """Return the newest verification of the whole trail, and the newest of its newest part; one statement.

    Both, because the newest part may be right where something further back is not.
    """
    newest: dict[bool, AuditVerification] = {}
    for each in AuditVerification.objects.order_by("-number")[:KEPT]:
        newest.setdefault(each.whole, each)
    return list(newest.values())
