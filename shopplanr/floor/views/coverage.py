"""A job's coverage: which parts miss which certificates, and attaching one to all that miss it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from certificates import job_coverage
from certificates.models import CertificateType
from certificates.services import covering
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.floor import offered
from shopplanr.floor.chosen import parts_in_words
from shopplanr.floor.coverage import LOOKS, rows_of
from shopplanr.floor.pages import Tried, go, page, require, show
from shopplanr.refusals import Refusal


@page()
@require_GET
def coverage(request: HttpRequest, id: str) -> HttpResponse:
    """Show the matrix: parts with gaps first."""
    return _coverage(request, id)


def _coverage(request: HttpRequest, job_id: str, tried: Tried | None = None) -> HttpResponse:
    found = job_coverage.of_job(job_id)
    gaps_only = request.GET.get("gaps") == "only"
    kinds = {column.requirement.certificate_type for column in found.columns if column.missing}
    may_attach, may_be_late = request.user.has_perm(Right.ATTACH), request.user.has_perm(Right.ATTACH_LATE)
    context = {
        "job": found.job,
        "columns": found.columns,
        "routes": len({column.step.path_id for column in found.columns}),
        "totals": found.totals,
        "listed": rows_of(found, gaps_only=gaps_only, page=request.GET.get("page")),
        "looks": LOOKS.values(),
        "gaps_only": gaps_only,
        "certificates": {kind: offered.certificates(kind) for kind in CertificateType.values if kind in kinds}
        if may_attach
        else {},
        "may_be_late": may_be_late,
        "why_not_late": "" if may_be_late else refusal_sentence(Right.ATTACH_LATE),
        "why_not_attach": "" if may_attach else refusal_sentence(Right.ATTACH),
        "tried": tried,
    }
    return show(request, "job/coverage.html", context, status=tried.refusal.status if tried else 200)


@page()
@require_POST
def attach(request: HttpRequest, id: str) -> HttpResponse:
    """Attach a certificate to every part that misses one for a requirement."""
    given = request.POST
    try:
        require(request, Right.ATTACH)
        covered = covering.attach_to_missing(
            id,
            given.get("requirement"),
            given.get("cert"),
            given.get("lateReason"),
            actor_for(request, None),
            may_be_late=request.user.has_perm(Right.ATTACH_LATE),
        )
    except Refusal as refusal:
        return _coverage(request, id, Tried("attach", refusal, given))
    words = f"Attached to {parts_in_words(covered.attached)}."
    if covered.late:
        words = f"Attached to {parts_in_words(covered.attached)}, {covered.late} of them late."
    if covered.left_out:
        words += f" {parts_in_words(covered.left_out)} left the step before: QC can attach it there."
    messages.success(request, words, extra_tags="done")
    return go(request, reverse("floor:coverage", args=[id]))


urls = [
    path("jobs/<str:id>/coverage", coverage, name="coverage"),
    path("jobs/<str:id>/coverage/attach", attach, name="attach-to-missing"),
]
