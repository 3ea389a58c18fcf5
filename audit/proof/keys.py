"""The key that signs checkpoints: a file outside of the database. Beside it, in ``….pub``, the public keys.

A line of that file is a public key in base64, since when it is used, and ``replaces …`` behind a key that was lost. It
is what a verification on this machine trusts; an auditor keeps a copy of his own.
"""

import base64
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from audit.offline.verify_audit import Checkpoint, Keys, key_id_of, signed_bytes
from shopplanr import clock


class KeyProblem(Exception):
    """There is no key to sign with, or it is another than the log goes by. The text says what to do."""


@dataclass(frozen=True)
class SigningKey:
    """A private key."""

    private: Ed25519PrivateKey

    @property
    def _public_bytes(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    @property
    def public_text(self) -> str:
        """Return the public key in base64."""
        return base64.b64encode(self._public_bytes).decode("ascii")

    @property
    def id(self) -> str:
        """Return the short name that checkpoints give the key."""
        return key_id_of(self._public_bytes)

    def sign(self, statement: str) -> str:
        """Return the signature of a checkpoint's statement, in base64."""
        return base64.b64encode(self.private.sign(signed_bytes(statement))).decode("ascii")


def public_file() -> Path:
    """Return where the public keys are."""
    return _beside(".pub")


def current() -> SigningKey | None:
    """Return the key in the key file, None where there is no such file. Raises KeyProblem where it cannot be read."""
    return _load(settings.AUDIT_KEY_FILE)


def make_first() -> SigningKey:
    """Make the key where there is none yet; return the one that there is."""
    if (key := current()) is None:
        path = settings.AUDIT_KEY_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = _write(SigningKey(Ed25519PrivateKey.generate()), _beside(f".{secrets.token_hex(8)}"))
        try:
            path.hardlink_to(aside)  # of two first starts at once, one makes the key and the other takes it
        except FileExistsError:
            pass
        finally:
            aside.unlink()
        key = current()
        _publish(key)
    return key


def key_after(last: Checkpoint | None) -> SigningKey:
    """Return the key that signs behind this checkpoint; for a new log, the first one is made.

    Raises KeyProblem where the key file is missing, or holds a key that does not follow.
    """
    if last is None:
        return make_first()
    announced = last.facts.get("nextKey")
    expected = key_id_of(base64.b64decode(announced)) if announced else last.key
    key = current()
    if key and (key.id == expected or _replaces(key, expected)):
        return key
    following = _load(_beside(".next"))
    if following and following.id == expected:  # the one who announced it did not get to putting it in place
        take_over()
        return following
    raise KeyProblem(
        f"The log goes on with key {expected}, and {settings.AUDIT_KEY_FILE} "
        f"{f'holds {key.id}' if key else 'is missing'}: put the right file back. "
        "If it is lost for good: manage.py audit_key --replace-lost"
    )


def make_next() -> SigningKey:
    """Make the key that is to follow on the current one, aside; ``take_over`` puts it in place."""
    key = SigningKey(Ed25519PrivateKey.generate())
    _write(key, _beside(".next"))
    _publish(key)
    return key


def take_over() -> None:
    """Put the next key in place of the current one, which is gone with that."""
    _beside(".next").replace(settings.AUDIT_KEY_FILE)


def replace_lost(last: Checkpoint) -> SigningKey:
    """Make a new key in place of the one that the log goes by and that nobody has any more."""
    key = make_next()
    announced = last.facts.get("nextKey")
    _publish(key, f"replaces {key_id_of(base64.b64decode(announced)) if announced else last.facts['key']}")
    take_over()
    return key


def trusted() -> Keys:
    """Return the public keys that this machine knows for its own. Raises KeyProblem where a file holds none."""
    try:
        keys = Keys(line.split()[0] for line in _public_lines())
    except ValueError as error:
        raise KeyProblem(f"{public_file()} cannot be read: {error}") from error
    if key := current():
        keys.add(key.public_text)
    return keys


def _beside(ending: str) -> Path:
    return settings.AUDIT_KEY_FILE.with_name(settings.AUDIT_KEY_FILE.name + ending)


def _load(path: Path) -> SigningKey | None:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise KeyProblem(f"{path} cannot be read as a key: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyProblem(f"{path} holds a key of another kind than Ed25519.")
    return SigningKey(key)


def _write(key: SigningKey, path: Path) -> Path:
    text = key.private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return path


def _public_lines() -> list[str]:
    try:
        return [line for line in public_file().read_text("ascii").splitlines() if line.strip()]
    except FileNotFoundError:
        return []


def _publish(key: SigningKey, remark: str = "") -> None:
    with public_file().open("a", encoding="ascii") as file:
        file.write(f"{key.public_text} {clock.now():%Y-%m-%dT%H:%M:%SZ} {remark}".rstrip() + "\n")
        file.flush()
        os.fsync(file.fileno())


def _replaces(key: SigningKey, lost: str) -> bool:
    return any(
        line.split()[0] == key.public_text and line.split()[2:] == ["replaces", lost] for line in _public_lines()
    )
