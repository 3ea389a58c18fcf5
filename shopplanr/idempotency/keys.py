"""What a call is known by: its key, whose it is, and what exactly was sent. Nothing here reads or writes the database.

A key is the caller's own, so it counts within a scope. The fingerprint tells a call that is sent again from another
call that brings the same key by mistake.
"""

import re
from collections.abc import Iterable
from hashlib import sha256

from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict

from shopplanr.accounts.kiosk import KioskUser
from shopplanr.refusals import Conflict, Invalid

HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotency-Replayed"

KEY_MAX_LENGTH = 255
KEY_PATTERN = r"[!-~](?:[ -~]*[!-~])?"
"""Printable ASCII; blanks around it are not part of a header's value."""

KIOSK_SCOPE = "kiosk"


class KeyInvalid(Invalid):
    """The key cannot be one."""

    code = "idempotency_key_invalid"

    def __init__(self):
        super().__init__(f"{HEADER} must be 1 to {KEY_MAX_LENGTH} printable ASCII characters")


class KeyReused(Conflict):
    """The key came with another call before."""

    code = "idempotency_key_reused"

    def __init__(self):
        super().__init__(
            f"This {HEADER} came with another call before; send a new key with a new call, "
            "and the same key only with the same call again"
        )


def checked_key(value: object) -> str:
    """Return the key; raise ``KeyInvalid``."""
    if not isinstance(value, str) or len(value) > KEY_MAX_LENGTH or not re.fullmatch(KEY_PATTERN, value):
        raise KeyInvalid()
    return value


def scope_of(user) -> str:
    """Return whose keys a caller's are: a user's, with whatever credentials, or all kiosks' together.

    ``user`` is a user or a kiosk. Nobody has no keys: a stranger would be shown what another one was answered.
    """
    if isinstance(user, KioskUser):
        return KIOSK_SCOPE
    if not user.is_authenticated:
        raise ValueError("the keys of a caller who is nobody cannot be told apart")
    return f"user:{user.pk}"


def fingerprint(method: str, path: str, body: bytes) -> str:
    """Return what tells this call from any other, as 64 hexadecimal digits. ``path`` includes the query."""
    return _digest([_piece(method), _piece(path), body]).hex()


def digest_of_fields(*forms: MultiValueDict, leaving_out: Iterable[str] = ()) -> bytes:
    """Return a digest of a form's fields and of what is in its files.

    A browser makes up a new boundary each time it sends a form with files; the bytes that came would never be the same.
    """
    return _digest(
        _digest([_piece(name), *map(_piece, values)])
        for form in forms
        for name, values in sorted(form.lists())
        if name not in leaving_out
    )


def _piece(value: str | UploadedFile) -> bytes:
    return _digest_of_file(value) if isinstance(value, UploadedFile) else value.encode("utf-8", "surrogatepass")


def _digest_of_file(file: UploadedFile) -> bytes:
    content = sha256()
    for chunk in file.chunks():
        content.update(chunk)
    file.seek(0)
    return _digest([_piece(file.name or ""), _piece(file.content_type or ""), content.digest()])


def _digest(pieces: Iterable[bytes]) -> bytes:
    """Return the digest of pieces, each with its length, so that no two lists of pieces look alike."""
    whole = sha256()
    for piece in pieces:
        whole.update(len(piece).to_bytes(8, "big"))
        whole.update(piece)
    return whole.digest()
