"""What awaits a decision, and who may decide: for pages, the admin and the API alike."""

from serials.models import ApprovalKind
from shopplanr.accounts.roles import Right

RIGHT_OF = {
    ApprovalKind.WAIVER: Right.WAIVE,
    ApprovalKind.OVERRIDE: Right.OVERRIDE,
    ApprovalKind.FORCE_COMPLETE: Right.FORCE_COMPLETE,
}
"""Who decides about a request: whoever could carry it out."""
