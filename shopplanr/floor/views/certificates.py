"""Certificates: recorded, found, taken in hand, and attached to a selection or a range of parts."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from certificates import usage
from certificates.admin.metadata import MetadataField
from certificates.models import Certificate, CertificateType
from certificates.services import attaching
from certificates.services import certificates as recording
from serials.services.parts import SELECTION_MAX
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.admin.people import names_of
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.barcodes import Symbology, code_of
from shopplanr.floor import device, selections
from shopplanr.floor.addresses import whole_address
from shopplanr.floor.chosen import parts_in_words
from shopplanr.floor.pages import Tried, go, page, show
from shopplanr.floor.paging import page_of
from shopplanr.ids import serial_id
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Invalid, Refusal

CODE_MILLIMETRES = 32
"""A code of this size is read from a screen as well as from paper."""


@page()
@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """Show the certificates, the latest first."""
    words = request.GET.get("search", "").replace("\0", "").strip()[:VALUE_MAX_LENGTH]
    kind = request.GET.get("type", "")
    rows = Certificate.objects.order_by("-created_at", "-id")
    if words:
        rows = rows.filter(Q(name__icontains=words) | Q(metadata__icontains=words) | Q(pk=words))
    if kind in CertificateType.values:
        rows = rows.filter(type=kind)
    listed = page_of(rows, request.GET.get("page"))
    used = usage.parts_by_certificate([each.pk for each in listed.rows])
    context = {
        "listed": listed,
        "rows": [(each, used.get(each.pk, 0)) for each in listed.rows],
        "words": words,
        "kind": kind,
        "types": CertificateType.choices,
        "filtered": bool(words or kind),
        "may_certify": request.user.has_perm(Right.CERTIFY),
    }
    return show(request, "certificates/list.html", context)


@page(Right.CERTIFY)
def record(request: HttpRequest) -> HttpResponse:
    """Record a new certificate. It never changes again, so the page says so before."""
    tried = None
    if request.method == "POST":
        try:
            fields = {"type": request.POST.get("type"), "name": request.POST.get("name")}
            certificate = recording.create(fields | {"metadata": _facts(request)}, actor_for(request, None))
        except Refusal as refusal:
            tried = Tried("record", refusal, request.POST)
        else:
            messages.success(request, f"{certificate.name} is recorded.", extra_tags="done")
            return go(request, reverse("floor:certificate", args=[certificate.pk]))
    status = tried.refusal.status if tried else 200
    return show(request, "certificates/record.html", {"types": CertificateType.choices, "tried": tried}, status=status)


def _facts(request: HttpRequest) -> dict | None:
    """Read the facts as the quality desk reads them: a line each, ``heat: 4711``."""
    try:
        return MetadataField(required=False).clean(request.POST.get("facts", ""))
    except ValidationError as error:
        raise Invalid.field("facts", " ".join(error.messages)) from None


@page()
@require_GET
def certificate(request: HttpRequest, id: str) -> HttpResponse:
    """Show a certificate, where it is used, and what can be done with it."""
    return _certificate(request, id)


def _certificate(request: HttpRequest, certificate_id: str, tried: Tried | None = None) -> HttpResponse:
    found = get_or_refuse(Certificate.objects.all(), certificate_id, "Certificate")
    attachments = page_of(
        found.attachments.select_related("step", "serial__job").order_by("-sequence"), request.GET.get("page")
    )
    context = {
        "certificate": found,
        "facts": list((found.metadata or {}).items()),
        "jobs": usage.jobs_carrying(found.pk),
        "listed": attachments,
        "people": names_of(each.attached_by for each in attachments.rows),
        "in_hand": device.certificate(request) == found.pk,
        "code": code_of(whole_address(request, "floor:certificate", found.pk), Symbology.QR).drawn_alone(
            CODE_MILLIMETRES, f"Code of {found.name}"
        ),
        "tried": tried,
        "not_attachable": "" if request.user.has_perm(Right.ATTACH) else refusal_sentence(Right.ATTACH),
    }
    return show(request, "certificates/certificate.html", context, status=tried.refusal.status if tried else 200)


@page()
@require_POST
def attach(request: HttpRequest, id: str) -> HttpResponse:
    """Attach it to the parts that were named, one by one or as ranges: to all of them or to none."""
    try:
        if not request.user.has_perm(Right.ATTACH):
            raise Refusal(refusal_sentence(Right.ATTACH), code="forbidden")
        numbers = selections.numbers_in(request.POST.get("serials", ""), SELECTION_MAX)
        if not numbers:
            raise Invalid.field("serials", "Name the parts, such as SN-00010 or SN-00010..SN-00059.", code="empty")
        attached = attaching.attach_all(id, [serial_id(number) for number in numbers], actor_for(request, None))
    except Refusal as refusal:
        return _certificate(request, id, Tried("attach", refusal, request.POST))
    messages.success(request, f"It is on {parts_in_words(len(attached))} now.", extra_tags="done")
    return go(request, reverse("floor:certificate", args=[id]))


@page(Right.ATTACH)
@require_POST
def take(request: HttpRequest, id: str) -> HttpResponse:
    """Take it in hand on this device, so that scans at the station attach it."""
    found = get_or_refuse(Certificate.objects.all(), id, "Certificate")
    response = go(request, reverse("floor:home"))
    device.remember(request, response, device.CERTIFICATE, found.pk)
    messages.success(request, f"In hand: {found.name}. Scan the parts that get it.", extra_tags="found")
    return response


urls = [
    path("certificates", certificates, name="certificates"),
    path("certificates/new", record, name="new-certificate"),
    path("certificates/<str:id>", certificate, name="certificate"),
    path("certificates/<str:id>/attach", attach, name="attach-to-parts"),
    path("certificates/<str:id>/take", take, name="take-certificate"),
]
