"""Django's SQLite backend, with writers that wait in line.

SQLite lets one transaction write at a time. Who finds the lock taken sleeps, looks again, and sleeps longer each time,
up to a tenth of a second, while others come and go: with eight writers the unlucky waited for a second. Here they queue
for a lock on a file first, which the system hands on the moment it is free.

The engine's own lock stays what keeps the data safe. A process that dies leaves the queue with it.
"""

from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter

from django.db.backends.sqlite3 import base

from shopplanr.watch import statements

try:
    import fcntl
except ImportError:  # a system without file locks: the engine's own waiting does
    fcntl = None

NOTICEABLE_SECONDS = 0.5
"""Who waited for less in the line has as good as all of the patience left."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that queues before it begins to write."""

    _place_in_line = None

    def _start_transaction_under_autocommit(self):
        seconds = self._queue_up()
        try:
            with self._shorter_patience(seconds):
                super()._start_transaction_under_autocommit()
        except BaseException:
            self._step_out()
            raise

    def _commit(self):
        try:
            return super()._commit()
        finally:
            self._step_out()

    def _rollback(self):
        try:
            return super()._rollback()
        finally:
            self._step_out()

    def _close(self):
        try:
            return super()._close()
        finally:
            self._step_out()
            if self._place_in_line is not None:
                self._place_in_line.close()
                self._place_in_line = None

    def _queue_up(self) -> float:
        """Wait until it is this connection's turn; return for how many seconds."""
        if fcntl is None or self.is_in_memory_db():
            return 0.0
        if self._place_in_line is None:
            name = Path(self.settings_dict["NAME"])
            self._place_in_line = name.with_name(f"{name.name}-queue").open("a")
        began = perf_counter()
        fcntl.flock(self._place_in_line, fcntl.LOCK_EX)
        seconds = perf_counter() - began
        statements.waited("the turn to write", seconds)
        return seconds

    @contextmanager
    def _shorter_patience(self, waited_seconds: float):
        """Within the block, wait for the engine's lock no longer than is left of ``timeout``.

        Where something outside of the line holds the lock, each writer would wait for the whole of it, one after the
        other: the eighth would be told to come again after eight times as long.
        """
        if waited_seconds < NOTICEABLE_SECONDS:
            yield
            return
        whole = round(float(self.settings_dict["OPTIONS"].get("timeout", 5.0)) * 1000)
        self.connection.execute(f"PRAGMA busy_timeout = {max(0, whole - round(waited_seconds * 1000))}")
        try:
            yield
        finally:
            self.connection.execute(f"PRAGMA busy_timeout = {whole}")

    def _step_out(self):
        if self._place_in_line is not None:
            with suppress(OSError):
                fcntl.flock(self._place_in_line, fcntl.LOCK_UN)
