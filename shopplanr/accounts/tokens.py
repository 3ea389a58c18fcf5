"""The secret of an API token: how it is made, recognised and stored.

The secret is 256 random bits, so a plain SHA-256 protects it: there is nothing to guess, and a slow password hash
would only make every call slow.
"""

import hashlib
import re
import secrets

DIGEST_LENGTH = 64
"""Characters of a SHA-256 in hexadecimal."""

HINT_LENGTH = 8
"""Characters of a secret that lists show, so that people can tell their tokens apart: ``spk_`` and four more."""

_PREFIX = "spk_"
_RANDOM_BYTES = 32  # 43 URL-safe characters
_SECRET = re.compile(_PREFIX + r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_secret() -> str:
    """Return a fresh secret. The prefix lets secret scanners find one that was committed somewhere by mistake."""
    return _PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def is_secret(text: str) -> bool:
    """Tell whether ``text`` has the form of a secret; anything else need not be looked up at all."""
    return _SECRET.fullmatch(text) is not None


def digest(secret: str) -> str:
    """Return what is stored of ``secret``."""
    return hashlib.sha256(secret.encode()).hexdigest()
