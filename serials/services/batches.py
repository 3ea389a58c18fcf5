"""Starting parts: a batch of serials at the first step of a path."""

from django.db import transaction

from audit import history, trail
from audit.models import Action
from serials import refusals
from serials.counter import take_numbers
from serials.models import Path, Serial
from serials.services import records
from serials.services.parts import BATCH_MAX
from shopplanr import clock
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import given_whole_number, positive_quantity, required_text


@transaction.atomic
def create(
    job_id: object, path_id: object, quantity: object, actor: Actor, *, expected_parts: object = None
) -> list[Serial]:
    """Make ``quantity`` parts at the first step of the path; return them, ascending.

    ``expected_parts``: how many parts the caller saw on the path, so that neither a second tap nor somebody else's
    batch makes it twice as many.

    One audit entry for the batch, one version per part, a step record per part and step; a constant number of
    statements. Raises ``quantity is required`` and its kin, ``Path not found``, ``PathOfAnotherJob``,
    ``PathWithoutSteps``, ``StartedMeanwhile``.
    """
    quantity = positive_quantity(quantity, "quantity", BATCH_MAX)
    expected_parts = given_whole_number(expected_parts, "expectedParts")
    job_id = required_text(job_id, "jobId")
    path_id = required_text(path_id, "pathId")
    # Locked against an edit of its steps: every part gets a record for every step, also of those just appended.
    path = get_or_refuse(Path.objects.select_for_update(no_key=True), path_id, "Path")
    if path.job_id != job_id:
        raise refusals.PathOfAnotherJob(path_id, job_id)
    if not path.steps.exists():
        raise refusals.PathWithoutSteps()
    if expected_parts is not None and (actual := path.serials.count()) != expected_parts:
        raise refusals.StartedMeanwhile(expected_parts, actual)

    first, moment = take_numbers(quantity), clock.now()
    entry = trail.record(
        Action.SERIAL_CREATED,
        actor,
        job_id=job_id,
        path_id=path_id,
        batch_start=first,
        batch_quantity=quantity,
    )
    serials = Serial.objects.bulk_create(
        Serial(number=number, job_id=job_id, path_id=path_id, created_at=moment, updated_at=moment)
        for number in range(first, first + quantity)
    )
    batch = Serial.objects.filter(number__gte=first, number__lt=first + quantity)
    history.record_versions(batch, history.CREATED, actor, entry=entry)
    records.open_for(batch)
    return serials
