"""What is recorded about certificates: new ones, their documents, what was put right, and what was revoked."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from certificates import selecting, standing
from certificates.admin.metadata import MetadataField, PairsField
from certificates.documents import saved_name
from certificates.models import Certificate, CertificateType, En10204Type
from certificates.services import certificates, documents, revisions
from certificates.services.certificates import FIELDS, facts_of
from shopplanr import stored_files
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right
from shopplanr.floor.pages import Tried, go, page, require, show
from shopplanr.floor.views.certificates import ACCEPTED, ISSUERS_OFFERED, certificate_page
from shopplanr.refusals import Invalid, Refusal
from shopplanr.uploads import DOCUMENTS, takes_files

TYPED = [name for name in FIELDS if name != "metadata"]


@takes_files(DOCUMENTS)
@page(Right.CERTIFY)
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record a new certificate with its documents. It never changes again, so the page says so before."""

    def carry_out() -> HttpResponse:
        certificate = certificates.create(_fields(request), actor_for(request, None), _uploads(request))
        messages.success(request, f"{certificate.name} is recorded.", extra_tags="done")
        return go(request, reverse("floor:certificate", args=[certificate.pk]))

    return _asked(request, carry_out)


@takes_files(DOCUMENTS)
@page(Right.REVOKE)
@require_http_methods(["GET", "POST"])
def put_right(request: HttpRequest, id: str) -> HttpResponse:
    """Put a certificate right: the form has what is recorded, and becomes a new revision."""

    def carry_out() -> HttpResponse:
        reason = request.POST.get("reason")
        revision = revisions.supersede(id, _fields(request), reason, actor_for(request, None), _uploads(request))
        words = f"{revision.name} is put right: this is revision {revision.revision}."
        messages.success(request, words, extra_tags="done")
        return go(request, reverse("floor:certificate", args=[revision.pk]))

    return _asked(request, carry_out, before=standing.find(id))


def _asked(request: HttpRequest, carry_out: Callable[[], HttpResponse], before: Certificate | None = None):
    """Show the form, or do what was asked with it; refused, it comes back with what was typed."""
    tried = None
    if request.method == "POST":
        try:
            return carry_out()
        except Refusal as refusal:
            tried = Tried("record", refusal, request.POST)
    said = facts_of(before) if before else {"type": CertificateType.MATERIAL}
    values = {name: said.get(name) or "" for name in TYPED}
    values["facts"] = PairsField().prepare_value(said.get("metadata")) or ""
    typed = tried.typed if tried else {}
    context = {
        "before": before,
        "values": {name: typed.get(name, value) for name, value in values.items()},
        "types": CertificateType.choices,
        "en10204_types": En10204Type.choices,
        "issuers": selecting.issuers(ISSUERS_OFFERED),
        "accepted": ACCEPTED,
        "tried": tried,
    }
    return show(request, "certificates/record.html", context, status=tried.refusal.status if tried else 200)


def _fields(request: HttpRequest) -> dict[str, object]:
    return {name: request.POST.get(name) for name in TYPED} | {"metadata": _facts(request)}


def _facts(request: HttpRequest) -> dict | None:
    """Read the further facts as the quality desk reads them: a line each, ``heat: 4711``."""
    try:
        return MetadataField(required=False).clean(request.POST.get("facts", ""))
    except ValidationError as error:
        raise Invalid.field("facts", " ".join(error.messages)) from None


def _uploads(request: HttpRequest) -> list[documents.Upload]:
    return [documents.Upload(file.name, file.size, file) for file in request.FILES.getlist("documents")]


@takes_files(DOCUMENTS)
@page()
@require_POST
def add_documents(request: HttpRequest, id: str) -> HttpResponse:
    """Add files to a certificate: all of them or none."""
    try:
        require(request, Right.CERTIFY)
        added = documents.add(id, _uploads(request), actor_for(request, None))
    except Refusal as refusal:
        return certificate_page(request, id, Tried("documents", refusal, request.POST))
    count = len(added.documents)
    kept = f"{count} documents are kept with it." if count != 1 else "The document is kept with it."
    messages.success(request, kept if added.any_new else "It had this already.", extra_tags="done")
    return go(request, reverse("floor:certificate", args=[id]))


@page(compressed=False)
@require_GET
def document(request: HttpRequest, id: str, document_id: str) -> HttpResponse:
    """Save a document, after a look at whether it is what was stored."""
    found = documents.find(id, document_id)
    return stored_files.download(
        request, found.digest, found.content_type, saved_name(found.file_name, found.content_type)
    )


@page()
@require_POST
def revoke(request: HttpRequest, id: str) -> HttpResponse:
    """Revoke a certificate, with the reason."""
    try:
        require(request, Right.REVOKE)
        revisions.revoke(id, request.POST.get("reason"), actor_for(request, None))
    except Refusal as refusal:
        return certificate_page(request, id, Tried("revoke", refusal, request.POST))
    messages.success(request, "It is revoked. Every part that carries it shows so.", extra_tags="done")
    return go(request, reverse("floor:certificate", args=[id]))


urls = [
    path("certificates/new", record, name="new-certificate"),
    path("certificates/<str:id>/put-right", put_right, name="put-right"),
    path("certificates/<str:id>/revoke", revoke, name="revoke-certificate"),
    path("certificates/<str:id>/documents", add_documents, name="add-documents"),
    path("certificates/<str:id>/documents/<str:document_id>", document, name="document"),
]
