"""The WSGI application, for granian as for any other WSGI server."""

import os

from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopplanr.settings")

application = get_wsgi_application()


def _refuse_a_dangerous_configuration() -> None:
    """Raise ImproperlyConfigured where one of our own checks finds an error.

    Django runs its checks in management commands only. A server that is started directly would go on with a weak key
    or with a kiosk that is open to everybody.
    """
    errors = [message for message in checks.run_checks(tags=["shopplanr"]) if message.level >= checks.ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(str(message.msg) for message in errors))


_refuse_a_dangerous_configuration()
