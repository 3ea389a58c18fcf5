"""The gate at every step: a part does not leave without the certificates that the step asks for."""

from collections.abc import Sequence

from certificates import demands
from certificates.demands import Demand
from certificates.refusals import CertificateRequired
from serials import routing
from serials.routing import RouteStep
from serials.services.leaving import Gate, Leaving


def refused(leaving: Sequence[Leaving]) -> dict[str, CertificateRequired]:
    """Return by serial id why parts may not leave; five statements at most, whatever the number of parts."""
    found = demands.of_leaving(leaving)
    why = {}
    for each in leaving:
        holding = [gap for gap in found.get(each.serial.id, ()) if gap.holds_back]
        if holding:
            why[each.serial.id] = refusal_of(each.serial.id, each.step, holding)
    return why


def missing(leaving: Leaving) -> list[str]:
    """Return the ids of the requirements that would hold the part back."""
    found = demands.of_leaving([leaving]).get(leaving.serial.id, [])
    return [gap.requirement.pk for gap in found if gap.holds_back]


def check(serial_id: str, step: RouteStep, asked: Sequence[Demand], *, completes: bool) -> None:
    """Raise what the gate would say, to whoever has read already what the part's steps ask for.

    Leaving ``step`` looks at what it asks for itself and, where the part completes, at every step that was done.
    """
    held = [
        each
        for each in asked
        if each.holds_back
        and (each.step.step_id == step.step_id or (completes and each.step.status == routing.COMPLETED))
    ]
    if held:
        raise refusal_of(serial_id, step, held)


def refusal_of(serial_id: str, step: RouteStep, holding: Sequence[Demand]) -> CertificateRequired:
    """Return what a part is told that leaves this step, or completes there, where these hold it back."""
    if all(gap.step.step_id == step.step_id for gap in holding):
        deed = "is not done with" if step.status == routing.DEFERRED else "cannot leave"
        what = f"{deed} {step.name}: missing {_listed([gap.what for gap in holding])}"
    else:
        what = f"cannot be completed: missing {_listed([f'{gap.what} for {gap.step.name}' for gap in holding])}"
    by_requirement = {gap.requirement.pk: f"{gap.step.name}: missing {gap.what}. {gap.help}" for gap in holding}
    return CertificateRequired(f"{serial_id} {what}. {demands.how_to_help(holding)}", by_requirement)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


GATE = Gate(refused, missing)
