"""``/labels``: labels to print, for one part, a selection, a range, a batch, or all that is on a path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from serials.models import Serial
from shopplanr.barcodes import Symbology
from shopplanr.floor import device, label_sheets, selections
from shopplanr.floor.addresses import whole_address
from shopplanr.floor.label_faces import Face, plain
from shopplanr.floor.label_sheets import COPIES_MAX, LABELS_MAX, Sheet
from shopplanr.floor.label_stock import DEFAULT_STOCK, STOCKS, Stock
from shopplanr.floor.pages import page, public_page, show
from shopplanr.refusals import Invalid, Refusal
from shopplanr.values import choice

REMEMBERED = "labels"
"""The cookie with the stock and the symbology: a label printer stands beside the device that prints on it."""

STOCK_CSS_SECONDS = 60 * 60

SYMBOLOGY_WORDS = {
    Symbology.QR: "QR code: a phone opens the part's page",
    Symbology.DATA_MATRIX: "Data Matrix: the id alone, for small labels",
}


@dataclass
class Order:
    """What was asked for, as far as it could be read. A field that could not keeps what it is without being asked."""

    stock: Stock
    symbology: Symbology
    start: int = 1
    copies: int = 1
    serials: list[Serial] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)


@page()
def labels(request: HttpRequest) -> HttpResponse:
    """Show the labels as they will lie on the paper, and what they are to be printed on."""
    asked = request.GET
    order, refusal = _remembered(request), None
    try:
        _read(order, asked)
        order.serials = selections.chosen(
            asked.getlist("serials"), path_id=asked.get("path", ""), batch=asked.get("batch", "")
        )
        _refuse_too_many(len(order.serials), order.copies)
        faces = [
            label_sheets.face_of(serial, whole_address(request, "floor:serial", serial.id)) for serial in order.serials
        ]
        order.sheets = label_sheets.sheets(faces, order.stock, order.symbology, start=order.start, copies=order.copies)
    except Refusal as raised:
        refusal = raised
    response = show(
        request,
        "print/labels.html",
        {
            "order": order,
            "refusal": refusal,
            "asked": asked,
            "typed": ", ".join(asked.getlist("serials")),
            "stocks": STOCKS.values(),
            "symbologies": SYMBOLOGY_WORDS.items(),
            "copies_max": COPIES_MAX,
            "leads_nowhere": _leads_nowhere(request),
            "sample": None if order.sheets else _sample(order, request),
        },
        status=refusal.status if refusal else 200,
    )
    if refusal is None and "size" in asked:
        device.remember(request, response, REMEMBERED, f"{order.stock.name}.{order.symbology}")
    return response


def _remembered(request: HttpRequest) -> Order:
    """Return an order of what this device printed last, else of the usual."""
    name, _, symbology = request.COOKIES.get(REMEMBERED, "").partition(".")
    return Order(
        stock=STOCKS.get(name) or STOCKS[DEFAULT_STOCK],
        symbology=Symbology(symbology) if symbology in list(Symbology) else Symbology.QR,
    )


def _read(order: Order, asked: Mapping[str, str]) -> None:
    if asked.get("size"):
        order.stock = STOCKS[choice(asked["size"], "size", STOCKS)]
    if asked.get("symbology"):
        order.symbology = Symbology(choice(asked["symbology"], "symbology", Symbology))
    order.start = _count(asked, "start", order.stock.per_page)
    order.copies = _count(asked, "copies", COPIES_MAX)


def _count(asked: Mapping[str, str], name: str, most: int) -> int:
    """Return a number from 1 to ``most``, 1 where there is none."""
    text = asked.get(name, "").strip() or "1"
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= most):
        raise Invalid.field(name, f"{name} must be a whole number from 1 to {most}", code="out_of_range")
    return int(text)


def _refuse_too_many(parts: int, copies: int) -> None:
    if parts * copies > LABELS_MAX:
        message = (
            f"At most {LABELS_MAX} labels are printed at once; {parts} parts, {copies} times, are {parts * copies}"
        )
        raise Invalid.field("copies", message, code="too_many")


def _sample(order: Order, request: HttpRequest) -> Sheet:
    """Return a page with the label of no part, to show what the stock is like."""
    face = Face("SN-00000", request.build_absolute_uri("/"), "Job", "Route", "Part number")
    return label_sheets.sheets([face], order.stock, order.symbology, start=order.start)[0]


def _leads_nowhere(request: HttpRequest) -> str:
    """Return the site's address where no other device can open it, and so nobody the QR codes; else nothing."""
    host = urlsplit(settings.SITE_URL or request.build_absolute_uri("/")).hostname or ""
    alone = host == "localhost" or host == "::1" or host.startswith("127.")
    return host if alone else ""


@public_page
def stock_css(request: HttpRequest, name: str) -> HttpResponse:
    """Say how large a page of this stock is. Without inline styles, a page's size can come from nowhere else."""
    if name not in STOCKS:
        raise Http404
    width, height = map(plain, STOCKS[name].page)
    css = (
        f"@page {{ size: {width}mm {height}mm; margin: 0 }}\n"
        f".paper {{ --page-width: {width}mm; --page-height: {height}mm }}\n"
    )
    response = HttpResponse(css, content_type="text/css")
    response.headers["Cache-Control"] = f"public, max-age={STOCK_CSS_SECONDS}"
    return response


urls = [
    path("labels", labels, name="labels"),
    path("labels/stock/<str:name>.css", stock_css, name="label-stock"),
]
