"""The WSGI application, for granian as for any other WSGI server."""

import os
from collections.abc import Callable

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from shopplanr.http_body import with_whole_body

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopplanr.settings")

application = with_whole_body(get_wsgi_application())


def _refuse_a_dangerous_configuration() -> None:
    """Raise ImproperlyConfigured where one of our own checks finds an error.

    Django runs its checks in management commands only. A server that is started directly would go on with a weak key
    or with a kiosk that is open to everybody.
    """
    errors = [message for message in checks.run_checks(tags=["shopplanr"]) if message.level >= checks.ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(str(message.msg) for message in errors))


def _refuse_an_unprotected_record() -> None:
    """Raise ImproperlyConfigured where rows that must never change could be changed: a trigger is missing.

    A database that cannot be reached just now is no reason not to start: requests will say so until it is back.
    """
    from django.db import OperationalError, connection

    from audit.append_only import missing_triggers

    try:
        missing = missing_triggers(connection)
    except OperationalError:
        return
    finally:
        connection.close()  # a server may fork behind this
    if missing:
        raise ImproperlyConfigured(
            f"Rows that must never change are unprotected: {', '.join(missing)} missing. Run 'manage.py migrate'."
        )


def _with_sealing(served: Callable) -> Callable:
    """Return the application with the thread beside it that seals the audit trail."""
    from audit.proof.background import with_sealing

    return with_sealing(served)


_refuse_a_dangerous_configuration()
_refuse_an_unprotected_record()
application = _with_sealing(application)
