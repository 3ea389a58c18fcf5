"""What is known of the request at hand, from its first middleware to the last byte of its answer."""

from contextvars import ContextVar, Token
from dataclasses import dataclass

from django.http import HttpRequest

NO_REQUEST = "-"
"""What the log says for a request id where there is no request."""


@dataclass(slots=True, eq=False)
class Exchange:
    """A request and its answer, while they last."""

    request_id: str
    request: HttpRequest | None = None
    statements: int = 0
    database_seconds: float = 0.0
    refusal: str = ""
    """The code of what was refused, empty where nothing was."""


_current: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def current() -> Exchange | None:
    """Return the exchange at hand, None outside of any request."""
    return _current.get()


def enter(exchange: Exchange) -> Token:
    """Make this the exchange at hand; ``leave`` takes what is returned."""
    return _current.set(exchange)


def leave(token: Token) -> None:
    """Go back to what was before ``enter``."""
    _current.reset(token)


def current_request_id() -> str:
    """Return the id of the request at hand, ``-`` outside of one."""
    exchange = _current.get()
    return exchange.request_id if exchange else NO_REQUEST


def refused(code: str) -> None:
    """Note that what was asked for is refused, with the stable code of the refusal.

    Whoever shows a refusal says so here; it is counted once, when the answer goes out. Outside of a request nothing is
    noted.
    """
    if exchange := _current.get():
        exchange.refusal = code


def spent(seconds: float, statements: int = 0) -> None:
    """Add to what the request at hand has spent at the database."""
    if exchange := _current.get():
        exchange.database_seconds += seconds
        exchange.statements += statements
