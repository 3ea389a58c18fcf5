"""How Shop Planr opens a PostgreSQL database."""

from collections.abc import Mapping

SILENCE_SECONDS = 30
"""How long the other side may say nothing before it is asked whether it is still there, and how long it may not answer
what was sent: a server whose machine lost its power closes no connection."""

ASKED_AGAIN_SECONDS, ASKED_TIMES = 10, 3


def options(connect_timeout_seconds: int, lock_timeout_seconds: float | None, given: Mapping[str, object]) -> dict:
    """Return the OPTIONS of a database that may be gone without a word; what is ``given`` goes before.

    With libpq's defaults a call to a machine that is switched off waits for minutes, and every thread of the server
    with it. ``lock_timeout_seconds`` is how long a statement waits for a row that somebody else holds: as long as it
    takes where it is None.
    """
    settings = [] if lock_timeout_seconds is None else [f"-c lock_timeout={round(lock_timeout_seconds * 1000)}"]
    if "options" in given:
        settings.append(str(given["options"]))
    return {
        "connect_timeout": connect_timeout_seconds,
        "keepalives_idle": SILENCE_SECONDS,
        "keepalives_interval": ASKED_AGAIN_SECONDS,
        "keepalives_count": ASKED_TIMES,
        "tcp_user_timeout": SILENCE_SECONDS * 1000,
        **given,
        **({"options": " ".join(settings)} if settings else {}),
    }
