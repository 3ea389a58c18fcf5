"""``/api/serials``: what needs no certificates. ``certificates.api.serials`` adds what does."""

from django.http import HttpResponse
from rest_framework.response import Response

from serials.api import rows
from serials.api.bodies import (
    ActorBody,
    AdvanceAllBody,
    AdvanceAllToBody,
    AdvanceBody,
    AdvanceToBody,
    ForceCompleteBody,
    OverrideBody,
    RequirementOverrideBody,
    ReverseBody,
    ScrapBody,
    WaiveBody,
)
from serials.api.filters import OverrideFilters, RequirementOverrideFilters, SerialFilters
from serials.api.shapes import (
    BypassShape,
    JumpShape,
    MovedShape,
    MovesShape,
    RequirementOverrideShape,
    SerialRowShape,
    SerialShape,
    StepOverrideShape,
    StepStatusShape,
    StepStatusViewShape,
)
from serials.models import RequirementOverride, Serial, StepOverride
from serials.services import advancement, bulk_moves, deferrals, endings, overrides, parts, requirement_overrides
from shopplanr.accounts.actors import actor_for, approver_for
from shopplanr.api.listing import Listing, refuse_filters, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.shapes import SuccessShape
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.ids import serial_number
from shopplanr.refusals import NotFound

SERIAL_LISTING = Listing(
    filterset=SerialFilters,
    orderings={
        "id": "number",
        "jobName": "job__name",
        "pathName": "path__name",
        "status": "status",
        "currentStepIndex": "current_step_index",
        "createdAt": "created_at",
        "updatedAt": "updated_at",
    },
    default=("number",),
    writer=rows.writer,
    columns=rows.COLUMNS,
)


class SerialViewSet(ApiViewSet):
    """Physical parts and their way along the path."""

    listings = {
        "list": SERIAL_LISTING,
        "overrides": Listing(
            filterset=OverrideFilters,
            orderings={"createdAt": "created_at"},
            default=("created_at",),
            writer=shaped(StepOverrideShape),
        ),
        "requirement_overrides": Listing(
            filterset=RequirementOverrideFilters,
            orderings={"createdAt": "created_at"},
            default=("created_at",),
            writer=shaped(RequirementOverrideShape),
        ),
    }

    @documented("List serials", answer=SerialRowShape, many=True)
    def list(self, request) -> HttpResponse:
        """In the order in which they were made; the whole list is streamed."""
        return self.listings["list"].answer(request, Serial.objects.all())

    @documented("Advance a serial to the next step", body=AdvanceBody, answer=SerialShape)
    def advance(self, request, id):
        """From the last step, the part completes."""
        given = body(request)
        actor = actor_for(request, given.get("userId"), anonymous=True)
        serial = advancement.advance(id, actor, expected_step_index=given.get("expectedStepIndex"))
        return Response(SerialShape.of(serial))

    @documented("Advance a serial to a later step", body=AdvanceToBody, answer=JumpShape)
    def advance_to(self, request, id):
        """Passed steps are skipped or deferred, as the path's mode has it."""
        given = body(request)
        serial, bypassed = advancement.advance_to(
            id,
            given.get("targetStepIndex"),
            actor_for(request, given.get("userId")),
            expected_step_index=given.get("expectedStepIndex"),
        )
        return Response({"serial": SerialShape.of(serial), "bypassed": BypassShape.each(bypassed)})

    @documented("Advance several serials, each to its next step", body=AdvanceAllBody, answer=MovesShape)
    def advance_all(self, request):
        """All of them or none; they may be on different paths and at different steps."""
        given = body(request)
        moved = bulk_moves.advance_all(
            given.get("serialIds"),
            actor_for(request, given.get("userId")),
            expected_step_index=given.get("expectedStepIndex"),
        )
        return Response({"results": MovedShape.each(moved)})

    @documented("Advance several serials to a later step", body=AdvanceAllToBody, answer=MovesShape)
    def advance_all_to(self, request):
        """The step at the same place of each one's path; all of them or none."""
        given = body(request)
        moved = bulk_moves.advance_all_to(
            given.get("serialIds"),
            given.get("targetStepIndex"),
            actor_for(request, given.get("userId")),
            expected_step_index=given.get("expectedStepIndex"),
        )
        return Response({"results": MovedShape.each(moved)})

    @documented("Scrap a serial", body=ScrapBody, answer=SerialShape)
    def scrap(self, request, id):
        """It keeps its place, so that one sees where it ended."""
        given = body(request)
        actor = actor_for(request, given.get("userId"))
        return Response(SerialShape.of(endings.scrap(id, given.get("reason"), given.get("explanation"), actor)))

    @documented("Complete a serial with required steps left open", body=ForceCompleteBody, answer=SerialShape)
    def force_complete(self, request, id):
        """The records of the open steps stay as they are."""
        given = body(request)
        actor = actor_for(request, given.get("userId"))
        return Response(SerialShape.of(endings.force_complete(id, given.get("reason"), actor)))

    @documented("List the steps of a serial's route, and how each stands", answer=StepStatusViewShape, many=True)
    def step_statuses(self, request, id):
        """In step order."""
        number = serial_number(id)
        serial = None if number is None else Serial.objects.filter(pk=number).first()
        if serial is None:
            raise NotFound("Serial not found")  # the one sentence that the contract has without an id
        refuse_filters(request)
        return Response(StepStatusViewShape.each(parts.route_of(serial)[1]))

    @documented("List a serial's step overrides, reversed ones too", answer=StepOverrideShape, many=True)
    def overrides(self, request, id):
        """Empty for an unknown serial."""
        number = serial_number(id)
        found = StepOverride.objects.none() if number is None else StepOverride.objects.filter(serial=number)
        return self.listings["overrides"].answer(request, found)

    @documented(
        "Make a step optional for one serial or several", body=OverrideBody, answer=StepOverrideShape, many=True
    )
    def create_overrides(self, request, id):
        """All of them or none; a serial that has an active override already is passed over."""
        given = body(request)
        created = overrides.create(
            id,
            given.get("serialIds"),
            given.get("stepId"),
            given.get("reason"),
            actor_for(request, given.get("userId")),
        )
        return Response(StepOverrideShape.each(created))

    @documented("Reverse a step override", body=ReverseBody, answer=SuccessShape)
    def reverse_override(self, request, id, step_id):
        """It is kept, as inactive."""
        given = body(request)
        overrides.reverse(id, step_id, actor_for(request, given.get("userId")), given.get("reason"))
        return Response({"success": True})

    @documented(
        "List the certificate requirements that a serial may go on without", answer=RequirementOverrideShape, many=True
    )
    def requirement_overrides(self, request, id):
        """Empty for an unknown serial."""
        number = serial_number(id)
        rows = RequirementOverride.objects.select_related("requirement")
        found = rows.none() if number is None else rows.filter(serial=number)
        return self.listings["requirement_overrides"].answer(request, found)

    @documented(
        "Let a serial go on without the certificates that a step asks for",
        body=RequirementOverrideBody,
        answer=RequirementOverrideShape,
    )
    def override_requirement(self, request, id):
        """Where the requirement may be overridden. The override that exists already, where it does."""
        given = body(request)
        actor = actor_for(request, given.get("userId"))
        return Response(RequirementOverrideShape.of(requirement_overrides.create(id, given, actor)))

    @documented("Waive a deferred step", body=WaiveBody, answer=StepStatusShape)
    def waive_step(self, request, id, step_id):
        """A formal approval, with a reason and an approver."""
        given = body(request)
        approver = approver_for(request, given.get("approverId"))
        return Response(StepStatusShape.of(deferrals.waive(id, step_id, given.get("reason"), approver)))

    @documented("Complete a deferred step", body=ActorBody, answer=StepStatusShape)
    def complete_deferred(self, request, id, step_id):
        """The work was done after all; the serial does not move."""
        actor = actor_for(request, body(request).get("userId"))
        return Response(StepStatusShape.of(deferrals.complete_deferred(id, step_id, actor)))
