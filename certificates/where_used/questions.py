"""What can be asked."""

from dataclasses import dataclass, fields
from datetime import datetime

from shopplanr.refusals import Invalid


class NothingAsked(Invalid):
    """Everything there is would be no answer to anything."""

    def __init__(self):
        super().__init__(
            "Say what to look for: a certificate, a heat or lot, an issuer, a person, a step or a time",
            code="nothing_asked",
        )


class UnknownRecord(Invalid):
    """An id that is asked about is nobody's."""

    def __init__(self, field: str, noun: str, identifier: str):
        message = f"{noun} not found: {identifier}"
        super().__init__(message, code="unknown_record", errors={field: [message]})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which parts are meant. Everything that is given must hold; ``""`` and None are not given.

    **What a part carries.** ``certificate`` is the id of any revision of one, ``heat`` its heat or lot, ``issuer`` who
    made it out; both whole, whatever their capitals. A part is meant where such a certificate was attached to it, at
    whatever step and time: any revision of a certificate of which one revision is such. So a part is found by what its
    paper says now, and by what stood in it before it was put right.

    **What happened to it.** ``operator`` is somebody who did something about the part, or really called. ``step_id`` is
    a step of a path and ``step_name`` the steps of that name, to the letter, on whatever path: a station. ``since`` and
    ``before`` are a window of time, the first included and the second not.

    * With a step and without a person, parts are meant that *were at* the step in the window: they had come before it
      ended, and had not left before it began. What was scrapped or force-completed there left so. So is a part whose
      deferred work there was done in the window after all. One that only passed the step was never there.
    * Otherwise a part is meant where the audit trail has one entry about it for which all of these hold at once. An
      entry is at a step where it names it, or tells that the part left it. That a batch was started is about all of
      its parts, and at no step.
    """

    certificate: str = ""
    heat: str = ""
    issuer: str = ""
    operator: str = ""
    step_id: str = ""
    step_name: str = ""
    since: datetime | None = None
    before: datetime | None = None

    @property
    def is_about_certificates(self) -> bool:
        """Whether it asks what a part carries."""
        return bool(self.certificate or self.heat or self.issuer)

    @property
    def is_at_a_step(self) -> bool:
        """Whether it names a step or a station."""
        return bool(self.step_id or self.step_name)

    @property
    def is_about_events(self) -> bool:
        """Whether it asks what happened to a part. The answer then comes from the audit trail."""
        return bool(self.operator or self.is_at_a_step or self.since or self.before)

    def check(self) -> None:
        """Raise NothingAsked where nothing is given, and a sentence where the window ends before it begins."""
        if not any(getattr(self, field.name) for field in fields(self)):
            raise NothingAsked()
        if self.since and self.before and self.before <= self.since:
            raise Invalid.field("before", "before must be later than since", code="window_ends_first")
