"""What the contract says of every call on serials: keys, refusals, and ids that are no serial's."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote

from django.db.models import Max

from audit.api import AuditEntryShape
from audit.models import AuditEntry
from serials.models import Serial
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_envelope, nothing_written, versions_of

SERIAL_KEYS = {"id", "jobId", "pathId", "currentStepIndex", "status", "forceCompleted", "createdAt", "updatedAt"}
SCRAP_KEYS = {"scrapReason", "scrapStepId", "scrappedAt", "scrappedBy"}
FORCE_KEYS = {"forceCompletedBy", "forceCompletedAt"}

WRONG_OPTIONAL_TEXTS = tuple(value for value in WRONG_TEXTS if value is not None and not isinstance(value, str))
"""What is refused where a text may be left out: ``null`` and blank text count as left out."""
BLANK_TEXTS = tuple(value for value in WRONG_TEXTS if value is None or isinstance(value, str))
"""What counts as left out."""
WRONG_NUMBERS = (None, "", "1", "one", True, False, [], [1], {}, {"x": 1})
"""What is no number where a number is required."""

TEXT_MAX_LENGTH = 4000
NAME_MAX_LENGTH = 255


ODD_STEP_IDS = ("step_000000000000", "x" * 3000, "🔩", "\0", "%00", "' OR 1=1 --")
"""What is no step's id."""


def url(serial: object, *rest: str) -> str:
    """Return the address of a serial, given as itself or by its id, and of what is behind it."""
    parts = [str(getattr(serial, "id", serial)), *rest]
    return "/".join(["/api/serials", *(quote(part, safe="") for part in parts)])


def odd_ids(serial: Serial) -> list[str]:
    """Return what is no serial's id: other spellings of this one's, ids of none, and what is no id at all."""
    number = serial.number
    return [
        f"SN-{number}",
        f"SN-{number:06d}",
        f"sn-{number:05d}",
        f"{number:05d}",
        f"SN-{number:05d}\0",
        f"SN-{number:05d}\n",
        f" SN-{number:05d}",
        f"SN-{number + 1:05d}",
        "SN-00000",
        "SN--0001",
        "SN-" + "9" * 18,
        f"SN-{2**63}",
        "SN-" + "9" * 3000,
        "SN-٠٠٠٠١",
        "🔩",
        "%00",
        "'; DROP TABLE serials_serial; --",
    ]


@dataclass(frozen=True)
class Refusal:
    """What a call was told that was refused. ``fields`` are those under which ``errors`` files the message."""

    status: int
    message: str
    code: str
    fields: tuple[str, ...] = ()


def refusal(call, *args, **kwargs) -> Refusal:
    """Make the call, which must be refused and must leave no trace in any table; return what it was told."""
    with nothing_written():
        response = call(*args, **kwargs)
    body = assert_envelope(response)
    errors = body.get("errors", {})
    assert all(text in body["message"] for texts in errors.values() for text in texts)
    return Refusal(response.status_code, body["message"], body["code"], tuple(errors))


def missing(field: str) -> Refusal:
    """Return the refusal of a call that does not bring what it must."""
    return Refusal(400, f"{field} is required", "required", (field,))


def not_text(field: str) -> Refusal:
    """Return the refusal of a call that brings something else where a text may stand."""
    return Refusal(400, f"{field} must be text", "invalid", (field,))


def too_long(field: str, most: int = TEXT_MAX_LENGTH) -> Refusal:
    """Return the refusal of a text with more characters than the record takes."""
    return Refusal(400, f"{field} must be at most {most} characters", "too_long", (field,))


def not_found(noun: str, identifier: object) -> Refusal:
    """Return the refusal of a call that names a record that does not exist."""
    return Refusal(404, f"{noun} not found: {identifier}", "not_found")


UNKNOWN_ENDPOINT = "unknown_endpoint"
UNKNOWN_USER = Refusal(400, "User not found or inactive", "user_not_found", ("userId",))


@contextmanager
def recorded() -> Iterator[list[dict]]:
    """Collect the audit entries that the block writes, as the Audit API shows them, without id and timestamp."""
    last = AuditEntry.objects.aggregate(last=Max("sequence"))["last"] or 0
    entries: list[dict] = []
    yield entries
    for entry in AuditEntryShape.each(AuditEntry.objects.filter(sequence__gt=last).order_by("sequence")):
        assert entry.pop("id").startswith("aud_")
        assert TIMESTAMP.fullmatch(entry.pop("timestamp"))
        entries.append(entry)


def about(serial: Serial) -> dict[str, str]:
    """Return what every audit entry about a serial carries."""
    return {"serialId": serial.id, "jobId": serial.job_id, "pathId": serial.path_id}


def versions(serial: Serial) -> list[tuple[str, str, str | None, str]]:
    """Return the serial's row history, oldest first: kind, acting user, reason, and the action that caused it.

    The newest version must be the row as it now stands.
    """
    history, row = versions_of(serial), Serial.objects.get(pk=serial.pk)
    for field in Serial._meta.concrete_fields:
        assert getattr(history[-1], field.attname) == getattr(row, field.attname), field.name
    return [
        (each.history_type, each.history_user_id, each.history_change_reason, each.audit_entry.action)
        for each in history
    ]
