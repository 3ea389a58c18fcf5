"""What people ask for: asked on a part's page, decided there or in the list of all that awaits a decision."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from serials.approvals import RIGHT_OF, awaiting, decided, obstacles
from serials.models import ApprovalKind
from serials.services import approvals
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.admin.people import names_of
from shopplanr.floor import asking
from shopplanr.floor.pages import Tried, go, page, require, show
from shopplanr.floor.paging import page_of
from shopplanr.floor.views.serial import show_part
from shopplanr.refusals import Invalid, Refusal

ON_THE_PART = "part"
"""Where a form stood that is about a request, unless in the list of all of them."""


@page()
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """Show what awaits a decision, or what was decided."""
    return _listed(request)


def _listed(request: HttpRequest, tried: Tried | None = None, status: int = 200) -> HttpResponse:
    is_open = request.GET.get("show") != "decided"
    found = page_of(approvals.readable(awaiting() if is_open else decided()), request.GET.get("page"))
    rows = asking.asked_of(
        found.rows,
        names_of(asking.people_of(found.rows)),
        actor_for(request, None),
        request.user.has_perm,
        obstacles(found.rows) if is_open and found.rows else {},
    )
    context = {"listed": found, "rows": rows, "is_open": is_open, "tried": tried}
    return show(request, "approvals/list.html", context, status=status)


@page()
@require_POST
def ask(request: HttpRequest, id: str) -> HttpResponse:
    """Ask for something about a part."""
    kind, step_id = request.POST.get("kind", ""), request.POST.get("stepId", "")
    try:
        require(request, Right.ASK)
        asked = approvals.request(
            kind,
            id,
            step_id or None,
            request.POST.get("reason"),
            actor_for(request, None),
            requirement_id=request.POST.get("requirementId") or None,
        )
    except Refusal as refusal:
        return show_part(request, id, Tried(f"ask-{kind}", refusal, request.POST), refusal.status)
    words = f"{asked.get_kind_display()} asked for. Who may decide finds it under Approvals."
    messages.success(request, words, extra_tags="done")
    return go(request, reverse("floor:serial", args=[id]))


@page()
@require_POST
def decide(request: HttpRequest, id: str) -> HttpResponse:
    """Approve a request or decline it, as the button says that was pressed."""
    asked, reason = approvals.find(id), request.POST.get("reason")
    try:
        require(request, RIGHT_OF[ApprovalKind(asked.kind)])
        if request.POST.get("decision") == "approve":
            approvals.approve(id, actor_for(request, None), reason)
        elif request.POST.get("decision") == "decline":
            approvals.decline(id, reason, actor_for(request, None))
        else:
            raise Invalid.required("decision")
    except Refusal as refusal:
        return _again(request, asked, refusal)
    return _done(request, approvals.find(id))


@page()
@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Take one's own request back."""
    asked = approvals.find(id)
    try:
        require(request, Right.ASK)
        approvals.withdraw(id, actor_for(request, None))
    except Refusal as refusal:
        return _again(request, asked, refusal)
    return _done(request, approvals.find(id))


def _again(request: HttpRequest, asked, refusal: Refusal) -> HttpResponse:
    """Show the page that the form was on, with the sentence next to it."""
    tried = Tried(f"decide-{asked.pk}", refusal, request.POST)
    if request.POST.get("on") == ON_THE_PART:
        return show_part(request, asked.serial_public_id, tried, refusal.status)
    return _listed(request, tried, refusal.status)


def _done(request: HttpRequest, asked) -> HttpResponse:
    """Say what became of it, and go back to the page that the form was on."""
    words = f"{asked.serial_public_id}: {asked.get_kind_display().lower()} {asked.get_state_display().lower()}."
    messages.success(request, words, extra_tags="done")
    on_the_part = request.POST.get("on") == ON_THE_PART
    return go(
        request, reverse("floor:serial", args=[asked.serial_public_id]) if on_the_part else reverse("floor:approvals")
    )


urls = [
    path("approvals", listed, name="approvals"),
    path("approvals/<str:id>/decide", decide, name="decide"),
    path("approvals/<str:id>/withdraw", withdraw, name="withdraw"),
    path("serials/<str:id>/ask", ask, name="ask"),
]
