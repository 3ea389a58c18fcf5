"""The refusals of a part's life and of its route, with the sentences that api.md documents."""

from collections.abc import Mapping, Sequence

from shopplanr.refusals import Conflict, Forbidden, Refusal


class RuleRefusal(Refusal):
    """A refusal whose sentence never varies; ``fields`` are those of the request that are at fault, if any."""

    sentence = ""
    fields: Sequence[str] = ()

    def __init__(self, *fields: str):
        super().__init__(self.sentence, errors={field: [self.sentence] for field in fields or self.fields})


# --- Advancement


class AdvanceScrapped(RuleRefusal):
    code = "serial_scrapped"
    sentence = "Cannot advance a scrapped serial"


class AdvanceCompleted(RuleRefusal):
    code = "serial_completed"
    sentence = "Cannot advance a completed serial"


class AlreadyAtTheEnd(RuleRefusal):
    code = "serial_completed"
    sentence = "Serial number is already completed"


class NotForward(RuleRefusal):
    code = "not_forward"
    sentence = "Cannot advance to a step at or before the current position"


class OutOfRange(RuleRefusal):
    code = "step_out_of_range"
    sentence = "Target step index is out of range"


class StrictMode(RuleRefusal):
    code = "strict_mode"
    sentence = "Path is in strict mode — can only advance to the next sequential step"


class PhysicalStep(RuleRefusal):
    code = "physical_step"
    sentence = "Cannot skip step with physical dependency"


# --- Scrap and force-complete


class AlreadyScrapped(RuleRefusal):
    code = "serial_scrapped"
    sentence = "Serial is already scrapped"


class ScrapCompleted(RuleRefusal):
    code = "serial_completed"
    sentence = "Cannot scrap a completed serial"


class ScrapReasonMissing(RuleRefusal):
    code = "required"
    sentence = "Scrap reason is required"
    fields = ("reason",)


class ExplanationMissing(RuleRefusal):
    code = "required"
    sentence = 'Explanation is required when scrap reason is "other"'
    fields = ("explanation",)


class ForceScrapped(RuleRefusal):
    code = "serial_scrapped"
    sentence = "Cannot force-complete a scrapped serial"


class AlreadyCompleted(RuleRefusal):
    code = "serial_completed"
    sentence = "Serial is already completed"


class NothingToForce(RuleRefusal):
    code = "nothing_incomplete"
    sentence = "Serial has no incomplete required steps — use normal completion"


# --- Overrides


class OverrideCompletedStep(RuleRefusal):
    code = "step_completed"
    sentence = "Cannot override a step that has already been completed"


class NoActiveOverride(RuleRefusal):
    code = "no_active_override"
    sentence = "No active override found for this step"


class ReverseSkipped(RuleRefusal):
    code = "step_skipped"
    sentence = "Cannot reverse override — step has already been skipped"


class ReverseCompleted(RuleRefusal):
    code = "step_completed"
    sentence = "Cannot reverse override — step has already been completed"


class CompletedByOverride(RuleRefusal):
    code = "serial_completed"
    sentence = "Cannot reverse override — the serial was completed because of it"


class AlreadyOverridden(RuleRefusal):
    code = "override_active"
    sentence = "This step has an active override already"


# --- Deferred steps


class WaiverIncomplete(RuleRefusal):
    code = "required"
    sentence = "Waiver requires a reason and approver identity"


class WaiveNotDeferred(RuleRefusal):
    code = "step_not_deferred"
    sentence = "Can only waive deferred required steps"


class WaiveOptional(RuleRefusal):
    code = "step_optional"
    sentence = "Can only waive required steps — this step is optional"


# --- Paths and steps


class PathHasSerials(RuleRefusal):
    code = "path_has_serials"
    sentence = "Cannot delete path with serial numbers attached"


class PathWithoutSteps(RuleRefusal):
    code = "path_without_steps"
    sentence = "path.steps must not be empty"


class NothingToUpdate(RuleRefusal):
    code = "nothing_to_update"
    sentence = "No valid fields to update"


class AssigneeUnknown(RuleRefusal):
    code = "user_not_found"
    sentence = "User not found or inactive"
    fields = ("userId",)


class StepRemoved(RuleRefusal):
    code = "step_in_use"
    sentence = "Cannot remove a step that serial numbers carry"


class StepReordered(RuleRefusal):
    code = "step_in_use"
    sentence = "Cannot reorder steps that serial numbers carry"


# --- Refusals that name what they are about


class NotOverridable(Refusal):
    """Only what may be overridden is: the planner said so when the step was made to ask for it."""

    code = "requirement_not_overridable"

    def __init__(self, policy: str):
        super().__init__(f"This requirement cannot be overridden: its policy is to {policy}")


class RequirementOverridden(RuleRefusal):
    code = "override_active"
    sentence = "This requirement is overridden for this part already"


class OverrideEnded(Refusal):
    """A part that is not in progress leaves no step any more."""

    code = "serial_not_in_progress"

    def __init__(self, serial_id: str, status: str):
        super().__init__(f"{serial_id} is {status}: there is nothing to override")


class RouteChanged(Conflict):
    """Somebody changed the route between its being shown and its being saved."""

    code = "route_changed"

    def __init__(self, name: str):
        super().__init__(f"{name} was changed by somebody else meanwhile; open it again before changing it")


class RankedTooMany(Refusal):
    """Putting a job where it was dropped would give more jobs a place than one call may."""

    code = "too_many"

    def __init__(self, most: int):
        super().__init__(f"Only the first {most} jobs can be put in order one by one. Move the job to the top instead.")


class CompletionBlocked(Refusal):
    """A required step is still deferred, or would be by this very move (lifecycle.md, "Completion")."""

    code = "completion_blocked"

    def __init__(self, serial_id: str, step_names: Sequence[str]):
        super().__init__(f"Cannot complete {serial_id}: required steps still deferred: {', '.join(step_names)}")


class NotDeferred(Refusal):
    """Only a deferred step can be completed later."""

    code = "step_not_deferred"

    def __init__(self, status: str):
        super().__init__(f"Can only complete deferred steps — step status is: {status}")


class PathOfAnotherJob(Refusal):
    """A batch named a job, and a path that belongs to another one."""

    code = "path_of_another_job"

    def __init__(self, path_id: str, job_id: str):
        super().__init__(f"Path {path_id} does not belong to job {job_id}")


class AlreadyInLibrary(Refusal):
    """The library has an entry of this name, whether or not its capitals are the same."""

    code = "already_in_library"

    def __init__(self, name: str):
        sentence = f"{name} already exists"
        super().__init__(sentence, errors={"name": [sentence]})


class MovedMeanwhile(Conflict):
    """The caller named the step at which it saw the part, and the part is no longer there."""

    code = "moved_meanwhile"

    def __init__(self, serial_id: str, expected: int, actual: int):
        super().__init__(f"{serial_id} is at step index {actual}, not at {expected}; look again before advancing it")


class StartedMeanwhile(Conflict):
    """Parts were started on the path after the caller looked at it, maybe the very ones that it asks for."""

    code = "started_meanwhile"

    def __init__(self, expected: int, actual: int):
        super().__init__(f"This path has {actual} parts by now, not {expected}; look again before starting more")


class SomeRefuse(Refusal):
    """Some parts of a selection do not make the move, and so none does. Status and code are those of the first.

    ``refused`` has each part's own refusal by id, in the order of the selection; every sentence begins with the id.
    """

    def __init__(self, refused: Mapping[str, Refusal]):
        sentences = [
            refusal.message if refusal.message.startswith(serial_id) else f"{serial_id}: {refusal.message}"
            for serial_id, refusal in refused.items()
        ]
        first = next(iter(refused.values()))
        super().__init__(sentences[0], code=first.code, errors={"serialIds": sentences})
        self.status, self.refused = first.status, dict(refused)


# --- Requests that await a decision


class AskedAlready(Conflict):
    """The same thing awaits a decision already."""

    code = "already_requested"

    def __init__(self, serial_id: str):
        super().__init__(f"Somebody has asked for this for {serial_id} already, and it awaits a decision")


class DecidedAlready(Conflict):
    """A request is decided once."""

    code = "already_decided"

    def __init__(self, state: str):
        super().__init__(f"This request was {state} already; ask anew if it is still needed")


class NotTheirRequest(Forbidden):
    """A request is withdrawn by whoever made it; anybody else would decline it."""

    def __init__(self):
        super().__init__("Only who asked for it can withdraw a request. Who may decide about it can decline it.")


# --- Notes and their photos


class StepOfAnotherPath(Refusal):
    """A note named a path, and a step that belongs to another one."""

    code = "step_of_another_path"

    def __init__(self, step_id: str, path_id: str):
        super().__init__(f"ProcessStep {step_id} does not belong to path {path_id}")


class SerialOnAnotherPath(Refusal):
    """A note named a path, and a part that is not on it."""

    code = "serial_on_another_path"

    def __init__(self, serial_id: str, path_id: str):
        super().__init__(f"Serial {serial_id} is not on path {path_id}")


class PhotoRefusal(Refusal):
    """A photo that cannot be kept; the sentence names it as its sender did."""

    code = "photo_unreadable"

    def __init__(self, message: str):
        super().__init__(message, errors={"photos": [message]})


class PhotoTooLarge(PhotoRefusal):
    """More bytes than a photo may have: 413."""

    status = 413
    code = "photo_too_large"

    def __init__(self, name: str, most_bytes: int):
        super().__init__(f"Photo {name} is larger than {most_bytes // 1024**2} MB")


class PhotoHasTooManyPixels(PhotoRefusal):
    """A small file can hold a picture that fills the memory."""

    code = "photo_too_many_pixels"

    def __init__(self, name: str, most_pixels: int):
        super().__init__(f"Photo {name} has more than {most_pixels // 10**6} megapixels")


class PhotoOfAnotherType(PhotoRefusal):
    """By its content it is none of the kinds that are kept, whatever it is called."""

    code = "photo_type"

    def __init__(self, name: str):
        super().__init__(f"Photo {name} is no JPEG, PNG or WebP picture")


class PhotoEmpty(PhotoRefusal):
    """A file without content."""

    def __init__(self, name: str):
        super().__init__(f"Photo {name} is empty")


class PhotoUnreadable(PhotoRefusal):
    """It begins as a picture does, and cannot be read to its end."""

    def __init__(self, name: str):
        super().__init__(f"Photo {name} cannot be read: it is damaged or incomplete")
