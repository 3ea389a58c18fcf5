"""The running product behind the pages of a test, and a way into its database."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connections
from django.db.utils import load_backend
from django.test import override_settings

from tests.browser.store import STATIC_ROOT
from tests.live.database import Database
from tests.live.ledger import Query
from tests.live.server import LiveServer


class Site:
    """A running server whose kiosk is closed, on a database of its own.

    ``uploads`` is a folder of photos that belong to it, and are copied. ``unblocked`` is the block within which a test
    may use Django's database at all.
    """

    def __init__(
        self,
        database: Database,
        log: Path,
        uploads: Path,
        unblocked: Callable[[], AbstractContextManager] = nullcontext,
        **variables: str,
    ):
        self.database = database
        self._unblocked = unblocked
        # The key with which this process signs the sessions that it makes.
        own = {"KIOSK_NETWORKS": "", "KIOSK_ROLE": "", "STATIC_ROOT": str(STATIC_ROOT)}
        self._server = LiveServer(database, log, **own, SECRET_KEY=settings.SECRET_KEY, **variables)
        if uploads.exists():
            shutil.copytree(uploads, self._server.media)

    def start(self) -> "Site":
        """Start, and return when it answers."""
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop, and forget everything."""
        self._server.stop()
        self.database.drop()

    @property
    def url(self) -> str:
        """Return where it listens, without a slash at the end."""
        return self._server.url

    def log(self) -> str:
        """Return what the server has said."""
        return self._server.log()

    def query(self) -> AbstractContextManager[Query]:
        """Give a function that runs plain SQL on its database."""
        return self.database.query()

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Within the block, models and services in this process work on the server's database and uploads.

        So a test can prepare what a page is to show, through the services that the pages use, and look afterwards.
        """
        ours = connections["default"]
        there = ours.settings_dict | {"NAME": self.database.name}
        connections["default"] = load_backend(there["ENGINE"]).DatabaseWrapper(there, "default")
        # Ids of content types differ between databases, and Django remembers them.
        ContentType.objects.clear_cache()
        try:
            with self._unblocked(), override_settings(MEDIA_ROOT=self._server.media):
                yield
        finally:
            connections["default"].close()
            connections["default"] = ours
            ContentType.objects.clear_cache()
