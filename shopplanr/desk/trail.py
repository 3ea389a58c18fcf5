"""Whether the audit trail is proved: what the last verifications said, and how far it is sealed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from audit.models import AuditVerification
from audit.proof import verifications
from audit.proof.state import ProofState, proof_state
from shopplanr import clock

VERIFIED_WITHIN = timedelta(days=2)
"""A nightly verification that did not run shows on the day after."""

SEALED_WITHIN = timedelta(hours=1)
"""At least; where the site seals more seldom, three times that."""


@dataclass(frozen=True, slots=True)
class Trail:
    """``failed`` are the newest verifications that found something, of the whole trail and of its newest part."""

    state: ProofState | None
    last: AuditVerification | None
    failed: Sequence[AuditVerification]

    @property
    def is_verified(self) -> bool:
        """Whether somebody verified it lately."""
        return self.last is not None and clock.now() - self.last.at <= VERIFIED_WITHIN

    @property
    def is_sealed(self) -> bool:
        """Whether what was written is sealed, or not due yet."""
        if self.state is None or not self.state.unsealed:
            return self.state is not None
        within = max(SEALED_WITHIN, timedelta(seconds=3 * settings.AUDIT_SEAL_SECONDS))
        return clock.now() - self.state.at <= within


def trail() -> Trail:
    """Return how the trail stands, without verifying it; two statements."""
    newest = verifications.newest_of_each_kind()
    return Trail(
        proof_state(),
        max(newest, key=lambda each: each.number, default=None),
        [each for each in newest if not each.is_valid],
    )
