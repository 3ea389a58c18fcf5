"""What every test runs under. Fixtures of a subject live in the conftest of its folder."""

import os

import pytest
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from audit import append_only

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


WITHOUT_DATABASE = (
    *(f"tests/infrastructure/test_{subject}.py" for subject in ("checks", "documentation", "environment", "launcher")),
    *(f"tests/infrastructure/test_{subject}.py" for subject in ("postgres_script", "repository", "runner", "serving")),
    "tests/infrastructure/test_start.py",
    "tests/lifecycle/test_routing.py",
    "tests/lifecycle/test_routing_properties.py",
    *(f"tests/labels/test_{subject}.py" for subject in ("barcodes", "label_faces", "label_sheets", "label_stock")),
    "tests/labels/test_printing.py",
    "tests/scans/test_codes.py",
    "tests/test_architecture.py",
)
"""Tests that say the same on any engine; scripts/test.py runs them on the first one only."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.startswith(WITHOUT_DATABASE):
            item.add_marker(pytest.mark.without_database)


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
