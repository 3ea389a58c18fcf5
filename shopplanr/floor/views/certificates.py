"""Certificates: found, taken in hand, and attached to a selection or a range of parts."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_POST

from certificates import selecting, standing, usage
from certificates.admin.marks import STANDING_MARKS
from certificates.documents import ENDINGS
from certificates.models import Certificate, CertificateType, DocumentType
from certificates.services import attaching
from certificates.standing import Standing, with_standing
from serials.services.parts import SELECTION_MAX
from shopplanr import clock
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.api.listing import VALUE_MAX_LENGTH
from shopplanr.barcodes import Symbology, code_of
from shopplanr.floor import certificate as certificate_of_floor
from shopplanr.floor import device, selections
from shopplanr.floor.addresses import whole_address
from shopplanr.floor.chosen import parts_in_words
from shopplanr.floor.pages import Tried, go, page, show
from shopplanr.floor.paging import page_of
from shopplanr.ids import serial_id
from shopplanr.refusals import Invalid, Refusal

FILTERS = ("search", "heat", "issuer", "type", "state")

ISSUERS_OFFERED = 100

ACCEPTED = ",".join((*DocumentType.values, *(f".{each}" for endings in ENDINGS.values() for each in endings)))
"""What a browser offers to choose when somebody adds documents."""

CODE_MILLIMETRES = 32
"""A code of this size is read from a screen as well as from paper."""


@page()
@require_GET
def certificates(request: HttpRequest) -> HttpResponse:
    """Show the certificates, the latest first."""
    asked = {name: request.GET.get(name, "").replace("\0", "").strip()[:VALUE_MAX_LENGTH] for name in FILTERS}
    rows = with_standing(Certificate.objects.order_by("-created_at", "-id"))
    if asked["search"]:
        rows = selecting.found(rows, asked["search"])
    if asked["heat"]:
        rows = rows.filter(heat_lot__icontains=asked["heat"])
    if asked["issuer"]:
        rows = selecting.of("issuer", rows, asked["issuer"])
    if asked["type"] in CertificateType.values:
        rows = rows.filter(type=asked["type"])
    if asked["state"] in set(Standing):
        rows = rows.filter(selecting.standing_so(Standing(asked["state"]), clock.today()))
    listed = page_of(rows, request.GET.get("page"))
    used = usage.parts_by_certificate([each.pk for each in listed.rows])
    context = {
        "listed": listed,
        "rows": [(each, used.get(each.pk, 0)) for each in listed.rows],
        "asked": asked,
        "types": CertificateType.choices,
        "issuers": selecting.issuers(ISSUERS_OFFERED, asked["issuer"]),
        "states": [(each.value, STANDING_MARKS[each].word) for each in reversed(Standing)],
        "filtered": any(asked.values()),
        "may_certify": request.user.has_perm(Right.CERTIFY),
    }
    return show(request, "certificates/list.html", context)


@page()
@require_GET
def certificate(request: HttpRequest, id: str) -> HttpResponse:
    """Show a certificate, where it is used, and what can be done with it."""
    return certificate_page(request, id)


def certificate_page(request: HttpRequest, certificate_id: str, tried: Tried | None = None) -> HttpResponse:
    """Show a certificate's page; with ``tried``, why one of its forms was refused."""
    may = request.user.has_perm
    found = certificate_of_floor.look_up(certificate_id, request.GET.get("page"), with_effect=may(Right.REVOKE))
    code = code_of(whole_address(request, "floor:certificate", found.certificate.pk), Symbology.QR)
    context = {
        "shown": found,
        "certificate": found.certificate,
        "facts": list((found.certificate.metadata or {}).items()),
        "listed": found.parts,
        "in_hand": device.certificate(request) == found.certificate.pk,
        "code": code.drawn_alone(CODE_MILLIMETRES, f"Code of {found.certificate.name}"),
        "tried": tried,
        "not_attachable": "" if may(Right.ATTACH) else refusal_sentence(Right.ATTACH),
        "not_documentable": "" if may(Right.CERTIFY) else refusal_sentence(Right.CERTIFY),
        "not_revocable": "" if may(Right.REVOKE) else refusal_sentence(Right.REVOKE),
        "accepted": ACCEPTED,
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
        return certificate_page(request, id, Tried("attach", refusal, request.POST))
    messages.success(request, f"It is on {parts_in_words(len(attached))} now.", extra_tags="done")
    return go(request, reverse("floor:certificate", args=[id]))


@page(Right.ATTACH)
@require_POST
def take(request: HttpRequest, id: str) -> HttpResponse:
    """Take it in hand on this device, so that scans at the station attach it; not where no part may get it."""
    found = standing.find(id)
    standing.require_in_force(found)
    response = go(request, reverse("floor:home"))
    device.remember(request, response, device.CERTIFICATE, found.pk)
    messages.success(request, f"In hand: {found.name}. Scan the parts that get it.", extra_tags="found")
    return response


urls = [
    path("certificates", certificates, name="certificates"),
    path("certificates/<str:id>", certificate, name="certificate"),
    path("certificates/<str:id>/attach", attach, name="attach-to-parts"),
    path("certificates/<str:id>/take", take, name="take-certificate"),
]
