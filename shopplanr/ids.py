"""Public identifiers: how they are made, and how a serial's id is written and read.

Every record but a serial is known by a prefix and random characters (``job_Xq3…``). A serial is known by its number:
``SN-00042`` is the forty-second part that the shop ever made.
"""

import re
import secrets
from functools import partial

ID_MAX_LENGTH = 40
"""Characters that an id column holds: the longest prefix, and room for ids that another system brought along."""

_RANDOM_BYTES = 12  # 16 URL-safe characters; one collision is expected after some 10^14 ids of a kind
_SERIAL_ID = re.compile(r"SN-(\d{5,18})", re.ASCII)


def new_id(prefix: str) -> str:
    """Return ``prefix_`` and 16 random URL-safe characters."""
    return f"{prefix}_{secrets.token_urlsafe(_RANDOM_BYTES)}"


new_job_id = partial(new_id, "job")
new_path_id = partial(new_id, "path")
new_step_id = partial(new_id, "step")
new_template_id = partial(new_id, "tmpl")
new_process_entry_id = partial(new_id, "lproc")
new_location_entry_id = partial(new_id, "lloc")
new_step_status_id = partial(new_id, "snss")
new_override_id = partial(new_id, "snso")
new_approval_id = partial(new_id, "apr")
new_certificate_id = partial(new_id, "cert")
new_attachment_id = partial(new_id, "att")
new_document_id = partial(new_id, "doc")
new_requirement_id = partial(new_id, "req")
new_requirement_override_id = partial(new_id, "rqo")
new_import_id = partial(new_id, "imp")
new_note_id = partial(new_id, "note")
new_photo_id = partial(new_id, "photo")
new_audit_id = partial(new_id, "aud")
new_user_id = partial(new_id, "user")
new_token_id = partial(new_id, "tok")
new_scan_id = partial(new_id, "scan")


def serial_id(number: int) -> str:
    """Return the id of the serial with this number: at least five digits, more once they are needed."""
    return f"SN-{number:05d}"


def serial_number(value: object) -> int | None:
    """Return the number in a serial's id, or None where ``value`` is not a serial's id.

    Only the one spelling that ``serial_id`` writes counts: ``SN-1`` and ``SN-000001`` are not ids of part 1.
    """
    match = _SERIAL_ID.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    number = int(match[1])
    return number if number > 0 and serial_id(number) == value else None
