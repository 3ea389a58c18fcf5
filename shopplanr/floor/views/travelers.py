"""``/jobs/<id>/traveler``: the paper that goes along with the parts of a job."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.safestring import SafeString

from serials.models import Serial
from shopplanr.barcodes import Symbology, code_of
from shopplanr.floor import travelers
from shopplanr.floor.addresses import whole_address
from shopplanr.floor.pages import page, show
from shopplanr.refusals import Refusal
from shopplanr.values import choice

PAPERS = {"a4": "A4", "letter": "US Letter"}

JOB_CODE, PART_CODE, LISTED_CODE = 30, 34, 13
"""Millimetres of the codes: the job's, a part's own on its sheet, and those in the list of parts."""


@page()
def traveler(request: HttpRequest, id: str) -> HttpResponse:
    """Show the traveler as it will be printed; what cannot be read is said above an empty one."""
    asked, refusal = request.GET, None
    paper, each = "a4", asked.get("each") == "part"
    try:
        if asked.get("paper"):
            paper = choice(asked["paper"], "paper", PAPERS)
        found = travelers.traveler(id, asked.get("path", ""), asked.getlist("serials"), each=each)
    except Refusal as raised:
        refusal = raised
        found = travelers.traveler(id, "", [])  # of a job that there is not, the page has nothing to show
    context = {
        "traveler": found,
        "refusal": refusal,
        "typed": ", ".join(asked.getlist("serials")),
        "each": each,
        "paper": paper,
        "papers": PAPERS.items(),
        "most": travelers.SHEETS_MAX,
    }
    if refusal is None:
        context |= {
            "job_code": _qr(whole_address(request, "floor:job", found.job.id), JOB_CODE),
            "codes": [] if each else [(serial, _data_matrix(serial)) for serial in found.serials],
            "sheets": [
                (sheet, _qr(whole_address(request, "floor:serial", sheet.serial.id), PART_CODE))
                for sheet in found.sheets
            ],
        }
    return show(request, "print/traveler.html", context, status=refusal.status if refusal else 200)


def _qr(address: str, size: float) -> SafeString:
    return code_of(address, Symbology.QR).drawn_alone(size, address)


def _data_matrix(serial: Serial) -> SafeString:
    return code_of(serial.id, Symbology.DATA_MATRIX).drawn_alone(LISTED_CODE, serial.id)


urls = [path("jobs/<str:id>/traveler", traveler, name="traveler")]
