"""Django's SQLite backend, with writers that wait in line.

SQLite lets one transaction write at a time. Who finds the lock taken sleeps, looks again, and sleeps longer each time,
up to a tenth of a second, while others come and go: with eight writers the unlucky waited for a second. Here they queue
for a lock on a file first, which the system hands on the moment it is free.

The engine's own lock stays what keeps the data safe. A process that dies leaves the queue with it.
"""

from contextlib import suppress
from pathlib import Path

from django.db.backends.sqlite3 import base

try:
    import fcntl
except ImportError:  # a system without file locks: the engine's own waiting does
    fcntl = None


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that queues before it begins to write."""

    _place_in_line = None

    def _start_transaction_under_autocommit(self):
        self._queue_up()
        try:
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

    def _queue_up(self):
        if fcntl is None or self.is_in_memory_db():
            return
        if self._place_in_line is None:
            name = Path(self.settings_dict["NAME"])
            self._place_in_line = name.with_name(f"{name.name}-queue").open("a")
        fcntl.flock(self._place_in_line, fcntl.LOCK_EX)

    def _step_out(self):
        if self._place_in_line is not None:
            with suppress(OSError):
                fcntl.flock(self._place_in_line, fcntl.LOCK_UN)
