"""The WSGI application, for granian as for any other WSGI server."""

import os
from io import BytesIO

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopplanr.settings")

PIECE_BYTES = 64 * 1024


def _with_length(application):
    """Give a body that comes in chunks its length.

    WSGI knows bodies with a length only. Django takes one in chunks for empty, and would carry out an advance without
    the ``expectedStepIndex`` that its sender named. Where a connection breaks, a server ends such a body without a
    word; so one of which nothing came is said to have a length, and refused because it is not there.
    """

    def answer(environ, start_response):
        if environ.get("HTTP_TRANSFER_ENCODING") and not environ.get("CONTENT_LENGTH"):
            body = bytearray()
            while len(body) <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE and (
                piece := environ["wsgi.input"].read(PIECE_BYTES)
            ):
                body += piece
            environ["wsgi.input"] = BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body) or 1)
        return application(environ, start_response)

    return answer


application = _with_length(get_wsgi_application())


def _refuse_a_dangerous_configuration() -> None:
    """Raise ImproperlyConfigured where one of our own checks finds an error.

    Django runs its checks in management commands only. A server that is started directly would go on with a weak key
    or with a kiosk that is open to everybody.
    """
    errors = [message for message in checks.run_checks(tags=["shopplanr"]) if message.level >= checks.ERROR]
    if errors:
        raise ImproperlyConfigured(" ".join(str(message.msg) for message in errors))


_refuse_a_dangerous_configuration()
