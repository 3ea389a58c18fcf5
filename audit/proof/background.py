"""Sealing while the server runs: a thread in each of its processes, which looks every AUDIT_SEAL_SECONDS.

Processes need not know of each other: whoever is first seals, and the others find nothing left. The thread starts with
a process's first request, because a server forks its processes when everything is loaded, and threads do not fork.
"""

import logging
import os
import random
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connections

from audit.proof import delivery, keys, sealing

logger = logging.getLogger("audit.proof")


def with_sealing(application: Callable) -> Callable:
    """Return the WSGI application with the thread beside it; the application itself where the setting is 0."""
    if not settings.AUDIT_SEAL_SECONDS:
        return application
    started_in = 0
    starting = threading.Lock()

    def sealed(environ, start_response):
        nonlocal started_in
        if started_in != os.getpid():
            with starting:
                if started_in != os.getpid():
                    started_in = os.getpid()
                    threading.Thread(target=_keep_sealing, name="audit-sealer", daemon=True).start()
        return application(environ, start_response)

    return sealed


def _keep_sealing() -> None:
    while True:
        # not all processes at the same moment
        time.sleep(settings.AUDIT_SEAL_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311
        try:
            seal_once()
        finally:
            connections.close_all()


def seal_once() -> None:
    """Seal and deliver what there is. Whatever goes wrong is logged, and tried again the next time."""
    try:
        if sealing.seal() is None:
            logger.info("Sealing waits for a transaction that has written to the audit trail and is still open")
        delivery.deliver()
    except (sealing.CannotSeal, keys.KeyProblem) as reason:
        logger.error("The audit trail is not being sealed. %s", reason)
    except DatabaseError as error:
        logger.warning("The audit trail could not be sealed just now: %s", str(error).strip())
    except Exception:
        logger.exception("The audit trail could not be sealed just now")
