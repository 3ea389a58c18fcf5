"""What to say of parts that were just moved: how many, and where they go next."""

from collections.abc import Sequence

from serials.models import Step
from serials.services.moves import Planned
from shopplanr.floor.chosen import parts_in_words


def said(moved: Sequence[Planned]) -> tuple[str, str]:
    """Return what happened, and the next step with its location where that is the same for all; one query at most."""
    who = f"{moved[0].serial.id} is" if len(moved) == 1 else f"{parts_in_words(len(moved))} are"
    targets = {each.move.target.step_id for each in moved if each.move.target}
    if not targets:
        return f"{who} completed.", ""
    places = set(Step.objects.filter(pk__in=targets).values_list("name", "location"))
    everybody_goes = all(each.move.target for each in moved)
    if everybody_goes and len(places) == 1:
        return f"{who} done here.", ", ".join(filter(None, places.pop()))
    return f"{who} done here.", ""
