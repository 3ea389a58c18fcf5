"""Labels on pages: one SVG per page, in millimetres, which is the page itself."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from serials.models import Serial
from shopplanr.barcodes import Symbology
from shopplanr.floor import label_faces
from shopplanr.floor.label_faces import Face, plain
from shopplanr.floor.label_stock import Place, Stock
from shopplanr.floor.planning_facts import facts_of

LABELS_MAX = 500
"""Labels in one print, copies included."""
COPIES_MAX = 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page. ``svg`` is as large as the page; what is only seen on the screen has the classes die and used."""

    number: int
    svg: SafeString


def face_of(serial: Serial, address: str) -> Face:
    """Return what stands on a part's label; ``address`` is its page's. Its job and path are read, if not loaded yet."""
    return Face(
        serial_id=serial.id,
        address=address,
        job_name=serial.job.name,
        path_name=serial.path.name,
        part_number=facts_of(serial.job).part,
    )


def sheets(
    faces: Sequence[Face], stock: Stock, symbology: Symbology, *, start: int = 1, copies: int = 1
) -> list[Sheet]:
    """Return the pages with these labels, each as often as ``copies``; ``start`` is the first free one of the sheet."""
    wanted = (face for face in faces for _ in range(copies))
    pages, skipped = [], start - 1
    while labels := list(islice(wanted, stock.per_page - skipped)):
        number = len(pages) + 1
        pages.append(Sheet(number, _drawn(list(stock.places()), skipped, labels, stock, symbology)))
        skipped = 0
    return pages


def _drawn(places: Sequence[Place], skipped: int, labels: Sequence[Face], stock: Stock, symbology: Symbology):
    width, height = map(plain, stock.page)
    filled = zip(places[skipped:], labels, strict=False)
    first, last = labels[0].serial_id, labels[-1].serial_id
    return format_html(
        '<svg class="sheet" width="{}mm" height="{}mm" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg>',
        *(width, height, width, height),
        f"Label {first}" if first == last else f"Labels {first} to {last}",
        _outlines(places, skipped, stock) if not stock.is_roll else "",
        format_html_join(
            "",
            '<svg x="{}" y="{}" width="{}" height="{}">{}</svg>',
            (
                (
                    *map(plain, (place.x, place.y, stock.width, stock.height)),
                    label_faces.content(face, stock, symbology),
                )
                for place, face in filled
            ),
        ),
    )


def _outlines(places: Iterable[Place], skipped: int, stock: Stock) -> SafeString:
    """Return the edges of the labels, for the screen: they are cut into the sheet already."""
    return format_html_join(
        "", '<rect class="{}" x="{}" y="{}" width="{}" height="{}" fill="none"/>', _edges(places, skipped, stock)
    )


def _edges(places: Iterable[Place], skipped: int, stock: Stock) -> Iterator[tuple[str, ...]]:
    for place in places:
        box = map(plain, (place.x, place.y, stock.width, stock.height))
        yield ("die used" if place.position <= skipped else "die", *box)
