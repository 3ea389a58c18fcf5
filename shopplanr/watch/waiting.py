"""How many parts wait on the floor: the depths of the queues."""

from django.db.models import Count, Exists, F, OuterRef, Q

from serials.models import Serial, SerialStatus, Step, StepOverride, StepStatus, StepStatusCode


def parts_that_wait() -> dict[str, int]:
    """Return how many parts are in progress; how many of these owe a deferred step; how many of those are blocked.

    Blocked is a part at the last step of its path that cannot be completed, because a required step is still deferred
    and has no active override. One query.
    """
    deferred = StepStatus.objects.filter(serial=OuterRef("pk"), status=StepStatusCode.DEFERRED)
    overridden = StepOverride.objects.filter(serial=OuterRef("serial"), step=OuterRef("step"), active=True)
    required = deferred.filter(~Exists(overridden), step__optional=False)
    further = Step.objects.filter(path=OuterRef("path"), order__gt=OuterRef("current_step_index"))
    on_the_floor = Serial.objects.filter(status=SerialStatus.IN_PROGRESS).order_by()
    return on_the_floor.annotate(
        owes=Exists(deferred), owes_required=Exists(required), goes_on=Exists(further)
    ).aggregate(
        in_progress=Count("pk"),
        deferred=Count("pk", filter=F("owes")),
        blocked=Count("pk", filter=Q(owes_required=True, goes_on=False)),
    )
