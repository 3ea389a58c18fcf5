"""How far the trail is proved, in one query: for pages."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from audit.models import AuditEntry, AuditSeal
from audit.offline.verify_audit import Checkpoint, Unusable


@dataclass(frozen=True)
class ProofState:
    """The newest checkpoint, and how many entries are behind it."""

    number: int
    sealed: int
    at: datetime
    unsealed: int


def proof_state() -> ProofState | None:
    """Return it, None where nothing was sealed yet or the newest checkpoint cannot be read. Nothing is verified."""
    behind = AuditEntry.objects.filter(sequence__gt=OuterRef("through")).order_by().values(one=Count("*"))
    behind.query.group_by = None  # one number, also where there is none
    newest = AuditSeal.objects.annotate(unsealed=Coalesce(Subquery(behind), 0)).order_by("-number")
    for statement, signature, unsealed in newest.values_list("statement", "signature", "unsealed")[:1]:
        try:
            checkpoint = Checkpoint.read(statement, signature)
        except Unusable:
            return None
        moment = checkpoint.time
        return ProofState(checkpoint.number, checkpoint.size, moment, unsealed)
    return None
