"""The server that a module's tests call, and the database behind it."""

import os

import pytest
from django.db import connections

from tests.live import database as databases
from tests.live.server import LiveServer

ALIVE = "live"


def pytest_collection_modifyitems(items) -> None:
    # With --dist=loadgroup: one worker gets them all, so that no two servers want the same processors.
    for item in items:
        if "tests/live/" in item.path.as_posix():
            item.add_marker(pytest.mark.xdist_group(ALIVE))


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
def client(server):
    """A client that any number of threads may share."""
    with server.client() as client:
        yield client
