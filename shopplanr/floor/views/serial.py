"""One part: its route, what can be done with it now, its certificates, notes and trail."""

from collections.abc import Callable, Mapping

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from certificates.services import attaching, late
from serials.models import ScrapReason, SerialStatus
from serials.services import advancement, deferrals, endings, notes, overrides, requirement_overrides
from shopplanr.accounts.actors import actor_for, approver_for
from shopplanr.accounts.roles import Right
from shopplanr.floor import device, offered
from shopplanr.floor.given import number
from shopplanr.floor.pages import Tried, go, page, require, show
from shopplanr.floor.part import PartPage, look_up
from shopplanr.refusals import Refusal


@page()
@require_GET
def serial(request: HttpRequest, id: str) -> HttpResponse:
    """Show the part."""
    return show_part(request, id)


def show_part(request: HttpRequest, serial_id: str, tried: Tried | None = None, status: int = 200) -> HttpResponse:
    """Show the part, with the form that was refused where one was."""
    part = _look_up(request, serial_id)
    offers = not part.obstacles["attach"] or not part.obstacles["attach-late"]
    context = {
        "part": part,
        "serial": part.serial,
        "scrap_reasons": ScrapReason.choices,
        "certificates": offered.certificates(in_hand=device.certificate(request)) if offers else [],
        "in_hand": device.certificate(request),
        "notes": list(notes.with_photos(part.serial.pk)),
        "tried": tried,
    }
    return show(request, "serial/serial.html", context, status=status)


def _look_up(request: HttpRequest, serial_id: str) -> PartPage:
    return look_up(serial_id, request.user.has_perm, actor_for(request, None))


def action(name: str, right: Right) -> Callable:
    """Make a function that does something to a part a view for its form: ``act(request, id, given) -> what to say``.

    A refusal comes back on the part's page, next to the form it is about, with what was typed.
    """

    def decorate(act: Callable[[HttpRequest, str, Mapping], str]) -> Callable[..., HttpResponse]:
        @page()
        @require_POST
        def view(request: HttpRequest, id: str, **more: str) -> HttpResponse:
            try:
                require(request, right)
                words = act(request, id, request.POST, **more)
            except Refusal as refusal:
                return show_part(request, id, Tried(name, refusal, request.POST), refusal.status)
            messages.success(request, words, extra_tags="done")
            return go(request, reverse("floor:serial", args=[id]))

        return view

    return decorate


@action("advance", Right.ADVANCE)
def advance(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Finish the part where it stands."""
    moved = advancement.advance(
        serial_id, actor_for(request, None), expected_step_index=number(given.get("expectedStepIndex", ""))
    )
    return _moved(_look_up(request, moved.id))


@action("jump", Right.ADVANCE)
def advance_to(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Jump ahead."""
    moved, bypassed = advancement.advance_to(
        serial_id,
        number(given.get("targetStepIndex", "")),
        actor_for(request, None),
        expected_step_index=number(given.get("expectedStepIndex", "")),
    )
    words = _moved(_look_up(request, moved.id))
    passed = [f"{bypass.step.name} {bypass.classification}" for bypass in bypassed]
    return f"{words} {', '.join(passed)}." if passed else words


@action("scrap", Right.SCRAP)
def scrap(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Scrap the part where it stands."""
    scrapped = endings.scrap(serial_id, given.get("reason"), given.get("explanation"), actor_for(request, None))
    return f"{scrapped.id} is scrapped: {scrapped.get_scrap_reason_display().lower()}."


@action("force", Right.FORCE_COMPLETE)
def force_complete(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Complete the part with work left open."""
    return (
        f"{endings.force_complete(serial_id, given.get('reason'), actor_for(request, None)).id} is completed by force."
    )


@action("attach", Right.ATTACH)
def attach(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Attach a certificate where the part stands."""
    attachment = attaching.attach(serial_id, given.get("certId"), actor_for(request, None))
    return f"{serial_id} has {attachment.certificate.name} now."


@action("attach-late", Right.ATTACH_LATE)
def attach_late(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Attach a certificate at a step that the part has left, and say why it comes late."""
    (attachment,) = late.attach_at(
        given.get("certId"), [serial_id], given.get("stepId"), given.get("lateReason"), actor_for(request, None)
    )
    words = "late, at" if attachment.late else "at"
    return f"{serial_id} has {attachment.certificate.name} now, {words} {attachment.step.name}."


@action("override", Right.OVERRIDE)
def override(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Make a step optional for this part."""
    created = overrides.create(serial_id, None, given.get("stepId"), given.get("reason"), actor_for(request, None))
    return "The step is optional for this part now." if created else "The step was optional for this part already."


@action("reverse", Right.OVERRIDE)
def reverse_override(request: HttpRequest, serial_id: str, given: Mapping, step_id: str) -> str:
    """Take an override back."""
    overrides.reverse(serial_id, step_id, actor_for(request, None), given.get("reason"))
    return "The step is required again."


@action("override-requirement", Right.OVERRIDE)
def override_requirement(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Let the part go on without what a step asks for."""
    override = requirement_overrides.create(serial_id, given, actor_for(request, None))
    return f"{serial_id} may go on without {override.requirement.words}."


@action("waive", Right.WAIVE)
def waive(request: HttpRequest, serial_id: str, given: Mapping, step_id: str) -> str:
    """Excuse a deferred step; who is signed in approves it."""
    approver = approver_for(request, request.user.pk)
    deferrals.waive(serial_id, step_id, given.get("reason"), approver)
    return "The step is waived."


@action("complete-deferred", Right.ADVANCE)
def complete_deferred(request: HttpRequest, serial_id: str, given: Mapping, step_id: str) -> str:
    """Record that a deferred step was done after all."""
    deferrals.complete_deferred(serial_id, step_id, actor_for(request, None))
    return "The step is recorded as done."


@action("note", Right.NOTE)
def note(request: HttpRequest, serial_id: str, given: Mapping) -> str:
    """Write a note about the part, with photos, at the step where it stands or stood."""
    fields = {name: given.get(name) for name in ("jobId", "pathId", "stepId", "text")} | {"serialIds": [serial_id]}
    uploads = [notes.Upload(file.name, file.size, file.file) for file in request.FILES.getlist("photos")]
    notes.create(fields, actor_for(request, None), uploads)
    return "The note is kept with the part."


def _moved(part: PartPage) -> str:
    if part.serial.status == SerialStatus.COMPLETED:
        return f"{part.serial.id} is completed."
    here = part.here
    return f"{part.serial.id} is at {', '.join(filter(None, (here.step.name, here.location)))} now."


urls = [
    path("serials/<str:id>", serial, name="serial"),
    path("serials/<str:id>/advance", advance, name="advance"),
    path("serials/<str:id>/advance-to", advance_to, name="advance-to"),
    path("serials/<str:id>/scrap", scrap, name="scrap"),
    path("serials/<str:id>/force-complete", force_complete, name="force-complete"),
    path("serials/<str:id>/attach-cert", attach, name="attach-cert"),
    path("serials/<str:id>/attach-late", attach_late, name="attach-late"),
    path("serials/<str:id>/overrides", override, name="override"),
    path("serials/<str:id>/overrides/<str:step_id>/reverse", reverse_override, name="reverse-override"),
    path("serials/<str:id>/requirement-overrides", override_requirement, name="override-requirement"),
    path("serials/<str:id>/waive-step/<str:step_id>", waive, name="waive-step"),
    path("serials/<str:id>/complete-deferred/<str:step_id>", complete_deferred, name="complete-deferred"),
    path("serials/<str:id>/notes", note, name="note"),
]
