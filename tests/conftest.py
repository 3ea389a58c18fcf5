"""What every test runs under. Fixtures of a subject live in the conftest of its folder."""

import os

import pytest
from django.db import connections, transaction
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from audit import append_only
from certificates import documents, file_check
from shopplanr import content_store

# "ci" is what `make test` runs; "thorough" is for a night: HYPOTHESIS_PROFILE=thorough make test
settings.register_profile(
    "ci",
    max_examples=50,
    # The database is slow at its first use and quick afterwards: a deadline would measure the machine.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    print_blob=True,
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def _database_version(connection) -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {'.'.join(map(str, connection.Database.sqlite_version_info))}"
    return f"PostgreSQL, {connection.settings_dict['HOST'] or 'local'}"


def pytest_report_header() -> str:
    return f"database: {_database_version(connections['default'])}"


def pytest_configure() -> None:
    # scripts/test.py says which engine it means, so that a mistake in between cannot pass for a run on PostgreSQL.
    meant = os.environ.get("TEST_ENGINE")
    vendor = connections["default"].vendor
    if meant and meant != vendor:
        raise pytest.UsageError(f"This run was meant for {meant}, but the database is {vendor}.")


DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "migrated_database", "site"}
"""Django's own database, and those of servers that tests start."""


def uses_database(item: pytest.Item) -> bool:
    """Tell whether the test may say something else on another engine.

    pytest-django lets no test near the database that does not say that it needs it.
    """
    return item.get_closest_marker("django_db") is not None or not DATABASE_FIXTURES.isdisjoint(
        getattr(item, "fixturenames", ())
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what scripts/test.py runs on the first engine only."""
    for item in items:
        if not uses_database(item):
            item.add_marker(pytest.mark.without_database)


@pytest.fixture(scope="module")
def module_transaction(request, django_db_setup, django_db_blocker):
    """A transaction around all tests of a module: what a module's fixture makes within it is made once for all of them.

    It is what Django's ``setUpTestData`` is for a class. Each test has a transaction of its own inside, so none sees
    what another has written; what is kept in Python is to be copied for each test (``copy.deepcopy``). Tests that
    commit (``transaction=True``) cannot be in such a module.
    """
    for item in request.session.items:
        marker = item.get_closest_marker("django_db")
        if item.path == request.path and marker is not None and marker.kwargs.get("transaction"):
            raise pytest.UsageError(f"{item.nodeid} commits, so its module cannot have a transaction around its tests.")
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True, scope="session")
def _let_transactional_tests_flush():
    """Lift the append-only triggers around the flush that ends a transactional test, and put them back behind it."""
    flush = TransactionTestCase._fixture_teardown

    def flush_without_triggers(self):
        names = self._databases_names(include_mirrors=False)
        if not names:
            return flush(self)
        with append_only.lifted(connections[names[0]]):
            return flush(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", flush_without_triggers)
        yield


@pytest.fixture(autouse=True, scope="session")
def _do_not_wait_for_the_disk():
    """Leave the content store's files to the system: nothing here outlives the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(content_store, "_sync", lambda descriptor: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _look_at_documents_in_this_process():
    """Do not start a process for every document that a test makes: it takes longer than most tests.

    tests/certificates/test_documents.py has what is looked at looked at as in the shop.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(documents, "checked_apart", file_check.status_of)
        yield
