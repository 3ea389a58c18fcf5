"""Two callers in one process, each with a thread and a connection of its own, held where the test wants them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Barrier, Event, Thread

from django.db import connection

PATIENCE_SECONDS = 30


def together(*calls: Callable, deferred: bool = False) -> list:
    """Make each call in a thread and on a connection of its own; return what each returned or raised.

    ``deferred``: on SQLite, let transactions begin as the engine's default has it, without taking anything.
    """
    outcomes: list = [None] * len(calls)

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            if deferred and connection.vendor == "sqlite":
                connection.transaction_mode = "DEFERRED"
            outcomes[number] = calls[number]()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(2 * PATIENCE_SECONDS)
        assert not thread.is_alive()
    return outcomes


def wait_for(event: Event) -> None:
    """Wait until the other caller is where the event says."""
    assert event.wait(PATIENCE_SECONDS), "the other caller does not come"


def held_after(function: Callable) -> Callable:
    """Return the function, holding each of two callers behind it until both are there."""
    both = Barrier(2, timeout=PATIENCE_SECONDS)

    def hold(*arguments, **options):
        result = function(*arguments, **options)
        both.wait()
        return result

    return hold


def held_before(function: Callable) -> Callable:
    """Return the function, holding each of two callers in front of it until both are there."""
    arrive = held_after(lambda: None)

    def hold(*arguments, **options):
        arrive()
        return function(*arguments, **options)

    return hold


def announced(wanted: Event) -> AbstractContextManager:
    """Return a block in which the event is set just before this thread asks for a lock.

    That is, on SQLite, when it begins a transaction, and else with a locking read.
    """

    def watch(execute, statement, params, many, context):
        if statement.startswith("BEGIN IMMEDIATE") or "FOR NO KEY UPDATE" in statement:
            wanted.set()
        return execute(statement, params, many, context)

    return connection.execute_wrapper(watch)
