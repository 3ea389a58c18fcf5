"""Leaving a step: what other apps may have to say before the work there counts as done (docs/requirements.md).

A step can ask for certificates, and this app knows nothing of certificates. Who does registers a gate. It is asked for
every move of every part, behind the locks and in the same transaction; a part without steps that ask for anything is
not even named to it, so it costs nothing.

A requirement that is written while a part is leaving counts for that part or does not, as the database has it: whoever
leaves first has left. Whatever was written before the part was locked does count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from serials.models import Serial
from serials.routing import RouteStep
from shopplanr.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Leaving:
    """A locked part, the step whose work ends now, and every step whose certificates have to be there for that."""

    serial: Serial
    step: RouteStep
    asked: Sequence[RouteStep]
    completes: bool = False


@dataclass(frozen=True, slots=True)
class Gate:
    """Who decides. ``refused`` says by serial id why parts may not leave; ``missing``, which requirements hold one."""

    refused: Callable[[Sequence[Leaving]], Mapping[str, Refusal]]
    missing: Callable[[Leaving], Sequence[str]]


_gates: dict[str, Gate] = {}


def register(name: str, gate: Gate) -> None:
    """Have the gate asked from now on; the same name again replaces it."""
    _gates[name] = gate


def refused(leaving: Iterable[Leaving]) -> dict[str, Refusal]:
    """Return why some of the parts may not leave, by serial id; a constant number of statements, none where none ask.

    Locks nothing: the caller has locked the parts.
    """
    asking = [each for each in leaving if each.asked]
    why: dict[str, Refusal] = {}
    if asking:
        for gate in _gates.values():
            why = {**gate.refused(asking), **why}
    return why


def check(leaving: Leaving) -> None:
    """Raise why the part may not leave, if it may not."""
    for refusal in refused([leaving]).values():
        raise refusal


def missing(leaving: Leaving) -> list[str]:
    """Return the ids of the requirements that would hold the part back."""
    return [each for gate in _gates.values() for each in gate.missing(leaving)] if leaving.asked else []
