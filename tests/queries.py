"""Counting what a call asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

TRANSACTION_STATEMENTS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@dataclass
class Statements:
    """What went to the database within a block, in order."""

    everything: list[str] = field(default_factory=list)

    @property
    def queries(self) -> list[str]:
        """What reads or writes rows: everything but the statements that begin and end transactions."""
        return [sql for sql in self.everything if not sql.lstrip().upper().startswith(TRANSACTION_STATEMENTS)]

    def __len__(self) -> int:
        return len(self.queries)


@contextmanager
def counted_statements() -> Iterator[Statements]:
    """Yield what goes to the database within the block; its length is how many statements read or write rows.

    SAVEPOINT, RELEASE, ROLLBACK, BEGIN and COMMIT do not count. Most tests run inside a transaction of their own, where
    Django writes SAVEPOINT and RELEASE for what is BEGIN and COMMIT on a server, and once more for every ``atomic``
    within another. So their number says more about the test than about the call. ``everything`` has them too.
    """
    statements = Statements()
    with CaptureQueriesContext(connection) as captured:
        try:
            yield statements
        finally:
            statements.everything = [query["sql"] for query in captured.connection.queries[captured.initial_queries :]]


@pytest.fixture
def count_statements():
    """Return ``counted_statements``, for tests that take it as a fixture."""
    return counted_statements
