"""The server that a module's tests call, and the database behind it."""

import logging
import os
import subprocess
import sys

import pytest
from django.db import connections

from tests.live import database as databases
from tests.live import ledger
from tests.live.database import ROOT, environment
from tests.live.server import LiveServer
from tests.live.shop import Shop

# It says every call, at a level that is for what a server has to say.
logging.getLogger("httpx").setLevel(logging.WARNING)


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory):
    """An empty database that others are copied from."""
    vendor = connections["default"].vendor
    database = databases.migrated(vendor, os.environ.get("DATABASE_URL", ""), tmp_path_factory.mktemp("live"))
    yield database
    database.drop()


@pytest.fixture(scope="module")
def server(migrated_database, tmp_path_factory):
    """A running server on an empty database, for the tests of one module."""
    folder = tmp_path_factory.mktemp("server")
    database = migrated_database.copy(folder)
    server = LiveServer(database, folder / "server.log")
    try:
        yield server.start()
    finally:
        server.stop()
        database.drop()


@pytest.fixture(scope="module")
def server_of_pages(migrated_database, tmp_path_factory):
    """A server that has collected its static files: a page cannot be shown without."""
    folder = tmp_path_factory.mktemp("pages")
    database = migrated_database.copy(folder)
    static = {"STATIC_ROOT": str(folder / "static")}
    manage = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity=0"]
    subprocess.run(manage, cwd=ROOT, env=environment(database.url, **static), check=True)
    server = LiveServer(database, folder / "server.log", **static)
    try:
        yield server.start()
    finally:
        server.stop()
        database.drop()


@pytest.fixture(scope="module")
def client(server):
    """A client that any number of threads may share."""
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def shop(client):
    """The shop behind the server."""
    return Shop(client)


@pytest.fixture
def whole(server):
    """Look, after the test, whether the record is whole: the invariants hold over the database."""
    yield
    with server.database.query() as query:
        assert ledger.findings(query) == []
