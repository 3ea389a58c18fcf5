"""The scan bar of every page: at a station a scan acts, elsewhere it leads to what was scanned."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST

from shopplanr.accounts.actors import actor_for
from shopplanr.floor import addresses, codes, device, scanning
from shopplanr.floor.models import ScanVerdict
from shopplanr.floor.pages import go, is_fragment, own_address, page, show
from shopplanr.floor.verdicts import Verdict
from shopplanr.floor.views.home import station_context


@page()
@require_POST
def scan(request: HttpRequest) -> HttpResponse:
    """Answer what was read or typed. Words that are no code of ours are looked for instead."""
    code, station = request.POST.get("code", ""), request.POST.get("station", "")
    hosts = addresses.own_hosts(request)
    if "scanned" not in request.POST and not _is_ours(code, hosts):
        return go(request, f"{reverse('floor:search')}?{urlencode({'q': code.strip()})}")
    verdict = scanning.scan(
        code,
        station,
        actor_for(request, None),
        request.user.has_perm,
        own_hosts=hosts,
        certificate_id=device.certificate(request) if station else "",
    )
    if not station and verdict.url and verdict.verdict != ScanVerdict.REFUSED:
        return go(request, verdict.url)
    response = _answer(request, verdict, station)
    if station and verdict.reason == "certificate_in_hand":
        device.remember(request, response, device.CERTIFICATE, verdict.certificate.id)
    return response


def _is_ours(code: str, hosts: list[str]) -> bool:
    """Tell whether what was typed is a code: then it counts as a scan, with its verdict."""
    plain = codes.normalized(code, settings.SCAN_PREFIX, settings.SCAN_SUFFIX)
    return codes.meaning_of(plain, hosts) is not None


def _answer(request: HttpRequest, verdict: Verdict, station: str) -> HttpResponse:
    if not is_fragment(request):
        messages.add_message(request, messages.INFO, verdict.message, extra_tags=verdict.verdict)
        back = own_address(request, request.POST.get("from", ""), reverse("floor:home"))
        return go(request, back)
    if not station:
        return show(request, "scan/verdict.html", {"verdict": verdict})
    if verdict.reason == "certificate_in_hand":
        request.COOKIES[device.CERTIFICATE] = verdict.certificate.id  # what the device will say from now on
    return show(request, "scan/at_station.html", {"verdict": verdict} | station_context(request, station))


urls = [path("scan", scan, name="scan")]
