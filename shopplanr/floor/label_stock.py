"""Label stock that one can buy: how large the labels are, and where they lie on the page. All lengths in millimetres.

Rolls print one label per page. Sheets are described as their makers do: the first label's corner, and from there the
pitch, which is the distance between the same edges of two neighbours. Printers place a sheet to a millimetre or two,
and label printers reach no edge, so nothing is drawn within ``inset`` of a label's own edge.
"""

from collections.abc import Iterator
from dataclasses import dataclass

INCH = 25.4

A4 = (210.0, 297.0)
LETTER = (8.5 * INCH, 11 * INCH)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label lies on its page; ``x`` and ``y`` are its upper left corner."""

    position: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Stock:
    """One kind of label. ``name`` stands in addresses, ``title`` is what is printed on its box."""

    name: str
    title: str
    width: float
    height: float
    page: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    pitch_x: float = 0.0
    pitch_y: float = 0.0
    inset_x: float = 1.5
    inset_y: float = 1.5

    @property
    def per_page(self) -> int:
        """How many labels are on a page."""
        return self.columns * self.rows

    @property
    def is_roll(self) -> bool:
        """Whether every label is a page of its own."""
        return self.per_page == 1

    def places(self) -> Iterator[Place]:
        """Yield where the labels of a page lie, line by line, counted from 1 as one counts them on the sheet."""
        for index in range(self.per_page):
            row, column = divmod(index, self.columns)
            yield Place(index + 1, self.left + column * self.pitch_x, self.top + row * self.pitch_y)


def _roll(name: str, title: str, width: float, height: float, **inset: float) -> Stock:
    return Stock(name, title, width, height, page=(width, height), **inset)


STOCKS = {
    stock.name: stock
    for stock in (
        # Brother's printers leave 3 mm along the tape and 1.5 mm across it.
        _roll("brother-dk-11209", "Brother DK-11209, 62 × 29 mm", 62, 29, inset_x=1.5, inset_y=3),
        # LabelWriters leave 5.8 mm at the end where the label comes out, which may be either.
        _roll("dymo-99012", "Dymo 99012, 89 × 36 mm", 89, 36, inset_x=6, inset_y=1.5),
        _roll("zebra-57x32", "Roll, 57 × 32 mm (Zebra)", 57, 32),
        _roll("zebra-100x50", "Roll, 100 × 50 mm (Zebra)", 100, 50, inset_x=2, inset_y=2),
        Stock(
            "avery-l7160",
            "Avery L7160, A4, 21 of 63.5 × 38.1 mm",
            63.5,
            38.1,
            A4,
            columns=3,
            rows=7,
            left=7.21,
            top=15.15,
            pitch_x=66.04,
            pitch_y=38.1,
            inset_x=2,
            inset_y=2,
        ),
        Stock(
            "avery-l4732",
            "Avery L4732, A4, 80 of 35.6 × 16.9 mm",
            35.6,
            16.9,
            A4,
            columns=5,
            rows=16,
            left=11,
            top=13.3,
            pitch_x=38.1,
            pitch_y=16.9,
        ),
        Stock(
            "avery-5160",
            "Avery 5160, US Letter, 30 of 2⅝ × 1 in",
            2.625 * INCH,
            INCH,
            LETTER,
            columns=3,
            rows=10,
            left=0.1875 * INCH,
            top=0.5 * INCH,
            pitch_x=2.75 * INCH,
            pitch_y=INCH,
        ),
        Stock(
            "avery-22805",
            "Avery 22805, US Letter, 24 of 1½ × 1½ in",
            1.5 * INCH,
            1.5 * INCH,
            LETTER,
            columns=4,
            rows=6,
            left=0.78125 * INCH,
            top=0.5 * INCH,
            pitch_x=1.8125 * INCH,
            pitch_y=1.7 * INCH,
            inset_x=2,
            inset_y=2,
        ),
    )
}
"""By name. Geometry of the sheets: the makers' templates."""

DEFAULT_STOCK = "brother-dk-11209"
