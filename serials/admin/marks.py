"""The shape, word and colour of every state of a part, of a step and of a job, the same everywhere."""

from serials.models import ApprovalState, DependencyType, Serial, SerialStatus, StepStatusCode
from serials.scheduling import DueStatus
from shopplanr.admin.marks import Mark

STEP_MARKS = {
    StepStatusCode.PENDING: Mark("Pending", "pending", "quiet"),
    StepStatusCode.IN_PROGRESS: Mark("In progress", "in-progress", "active"),
    StepStatusCode.COMPLETED: Mark("Completed", "completed", "good"),
    StepStatusCode.SKIPPED: Mark("Skipped", "skipped", "quiet"),
    StepStatusCode.DEFERRED: Mark("Deferred", "deferred", "warn"),
    StepStatusCode.WAIVED: Mark("Waived", "waived", "good"),
}

SERIAL_MARKS = {
    SerialStatus.IN_PROGRESS: Mark("In progress", "in-progress", "active"),
    SerialStatus.COMPLETED: Mark("Completed", "completed", "good"),
    SerialStatus.SCRAPPED: Mark("Scrapped", "scrapped", "bad"),
}

FORCED = Mark("Force-completed", "forced", "warn")

OVERRIDE_ACTIVE = Mark("Active", "override", "warn")
OVERRIDE_REVERSED = Mark("Reversed", "reversed", "quiet")

DUE_MARKS = {
    DueStatus.LATE: Mark("Late", "late", "bad"),
    DueStatus.AT_RISK: Mark("At risk", "at-risk", "warn"),
    DueStatus.ON_TRACK: Mark("On track", "on-track", "quiet"),
    DueStatus.DONE: Mark("Done", "completed", "good"),
}

APPROVAL_MARKS = {
    ApprovalState.OPEN: Mark("Awaits a decision", "pending", "warn"),
    ApprovalState.APPROVED: Mark("Approved", "waived", "good"),
    ApprovalState.DECLINED: Mark("Declined", "scrapped", "bad"),
    ApprovalState.WITHDRAWN: Mark("Withdrawn", "reversed", "quiet"),
}

DEPENDENCY_WORDS = {
    DependencyType.PHYSICAL: "physical",
    DependencyType.PREFERRED: "preferred",
    DependencyType.COMPLETION_GATE: "completion gate",
}


def serial_mark(serial: Serial) -> Mark:
    """Return how the part's state is shown."""
    return FORCED if serial.force_completed else SERIAL_MARKS[SerialStatus(serial.status)]


def step_mark(status: str) -> Mark:
    """Return how a step's state is shown."""
    return STEP_MARKS[StepStatusCode(status)]


def approval_mark(state: str) -> Mark:
    """Return how it is shown what became of a request."""
    return APPROVAL_MARKS[ApprovalState(state)]


def due_mark(status: DueStatus | None) -> Mark | str:
    """Return how it is shown how a job stands to its due date; nothing where it has none."""
    return "" if status is None else DUE_MARKS[status]
