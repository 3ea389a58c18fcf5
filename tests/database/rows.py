"""Rows that are whole but for what a test says: for those that go past the services."""

import pytest

from audit.models import AuditEntry, AuditVerification
from serials.models import (
    ApprovalRequest,
    NotePhoto,
    RequirementOverride,
)
from shopplanr.floor.models import Scan

pytestmark = pytest.mark.django_db


def a_scan(**fields) -> Scan:
    return Scan(**{"code": "x", "user_id": "dana", "verdict": "done", "reason": "found", "message": "x"} | fields)


def a_verification(**facts) -> AuditVerification:
    return AuditVerification(whole=True, verified=1, checkpoints=1, **facts)


def an_entry(**fields) -> AuditEntry:
    return AuditEntry(**{"action": "note_created", "user_id": "dana"} | fields)


def a_photo(shop, **fields) -> NotePhoto:
    whole = {"place": 1, "content_type": "image/png", "width": 1, "height": 1, "size_bytes": 1}
    return NotePhoto(**{"note": shop.note, "digest": "0" * 64, "thumbnail_digest": "f" * 64} | whole | fields)


def an_excuse(shop, **fields) -> RequirementOverride:
    whole = {"serial": shop.moving, "requirement": shop.requirement, "reason": "agreed", "created_by": "li"}
    return RequirementOverride(**whole | fields)


def an_approval(shop, **fields) -> ApprovalRequest:
    whole = {"kind": "waiver", "serial": shop.moving, "step": shop.steps[1], "reason": "no burr", "requested_by": "li"}
    return ApprovalRequest(**whole | fields)
