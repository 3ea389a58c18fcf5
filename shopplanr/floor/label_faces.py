"""What stands on a label, drawn as SVG in millimetres: a code, the part's id large, and what the part is.

No browser is asked how wide a text is, so widths are estimated after the widest of the usual fonts: whatever font a
printer's computer has, nothing runs over the edge.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import east_asian_width

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from shopplanr.barcodes import Symbology, code_of
from shopplanr.floor.label_stock import Stock

FONTS = "Arial, Helvetica, Liberation Sans, DejaVu Sans, sans-serif"

GAP = 1.0
"""Between the code, whose quiet zone is its own, and the text."""

SMALLEST = 1.75
"""Millimetres, some 5 points: letters below this are none on a label printer."""
LARGEST = 4.0
"""What stands below the id grows no larger than this."""

LINE_HEIGHT = 1.2

JOB_LINES_MAX = 3
"""Lines that a long name of a job may take."""

_WIDTHS = (("ijlI|'.,:; ", 0.36), ('ftr()[]-/\\!"', 0.45), ("mwMW%@—…", 1.0), ("ABCDEFGHKLNOPQRSTUVXYZ&", 0.78))
_WIDTH_OF_OTHERS = 0.66
_WIDTH_BY_CHARACTER = {character: width for characters, width in _WIDTHS for character in characters}
_BOLD = 1.1

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Face:
    """What stands on the label of a part. ``address`` is its page's, which the QR code leads to."""

    serial_id: str
    address: str
    job_name: str
    path_name: str
    part_number: str = ""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    size: float
    bold: bool = False


def label(face: Face, stock: Stock, symbology: Symbology) -> SafeString:
    """Return a label as a document of its own."""
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" viewBox="0 0 {width} {height}" '
        'role="img"><title>{title}</title><path fill="#fff" d="M0 0h{width}v{height}H0z"/>{content}</svg>',
        width=plain(stock.width),
        height=plain(stock.height),
        title=face.serial_id,
        content=content(face, stock, symbology),
    )


def content(face: Face, stock: Stock, symbology: Symbology) -> SafeString:
    """Return what is drawn on a label whose upper left corner is the origin."""
    width, height = stock.width - 2 * stock.inset_x, stock.height - 2 * stock.inset_y
    code = code_of(face.address if symbology == Symbology.QR else face.serial_id, symbology)
    if width >= 1.3 * height:  # the code, and the text beside it
        side = min(height, 0.45 * width)
        code_x, code_y = stock.inset_x, stock.inset_y + (height - side) / 2
        text_x, text_width = stock.inset_x + side + GAP, width - side - GAP
        lines = _lines(face, text_width, height, share=0.34)
        text_y = stock.inset_y + (height - _height(lines)) / 2
        anchor, x = "start", text_x
    else:  # the text below
        side = min(width, 0.72 * height)
        code_x, code_y = stock.inset_x + (width - side) / 2, stock.inset_y
        lines = _lines(face, width, height - side, share=0.5)
        text_y = stock.inset_y + side
        anchor, x = "middle", stock.inset_x + width / 2
    return format_html(
        '{}<g font-family="{}" font-variant="tabular-nums" fill="#000" text-anchor="{}">{}</g>',
        code.drawn(plain(code_x), plain(code_y), plain(side)),
        FONTS,
        anchor,
        _drawn(lines, x, text_y),
    )


def _lines(face: Face, width: float, height: float, share: float) -> list[_Line]:
    """Return the lines that fit into the box: the id, of whose height it may take this share, then the others."""
    first = _Line(face.serial_id, min(share * height, width / width_of(face.serial_id, bold=True)), bold=True)
    texts = tuple(map(_drawable, (face.job_name, face.part_number, face.path_name)))
    size = LARGEST
    while size > SMALLEST:
        lines = [first, *_below(*texts, size, width)]
        if _height(lines) <= height and not any(line.text.endswith("…") for line in lines):
            return lines
        size -= 0.25
    for job_lines in range(JOB_LINES_MAX, 0, -1):
        lines = [first, *_below(*texts, SMALLEST, width, job_lines)]
        if _height(lines) <= height:
            break
    while _height(lines) > height:
        lines.pop()
    return lines


@lru_cache  # a batch is hundreds of labels that differ in nothing but the id
def _below(
    job: str, part: str, path: str, size: float, width: float, job_lines: int = JOB_LINES_MAX
) -> tuple[_Line, ...]:
    """Return what stands below the id, in lines of this size that are no wider than the box."""
    texts = wrapped(job, width / size, job_lines)
    texts += [shortened(text, width / size) for text in (part, path) if text]
    return tuple(_Line(text, size) for text in texts)


def _height(lines: Sequence[_Line]) -> float:
    return sum(line.size * LINE_HEIGHT for line in lines)


def _drawn(lines: Sequence[_Line], x: float, top: float) -> SafeString:
    baselines = []
    for line in lines:
        baselines.append(top + line.size * 0.95)
        top += line.size * LINE_HEIGHT
    return format_html_join(
        "",
        '<text x="{}" y="{}" font-size="{}" font-weight="{}">{}</text>',
        (
            (plain(x), plain(y), plain(line.size), "bold" if line.bold else "normal", line.text)
            for line, y in zip(lines, baselines, strict=True)
        ),
    )


def width_of(text: str, *, bold: bool = False) -> float:
    """Return how wide a text is at most, in units of its size."""
    widths = (
        1.05 if east_asian_width(character) in "WF" else _WIDTH_BY_CHARACTER.get(character, _WIDTH_OF_OTHERS)
        for character in text
    )
    return sum(widths) * (_BOLD if bold else 1)


def shortened(text: str, width: float) -> str:
    """Return the text, or as much of it as fits into ``width`` units of its size, with an ellipsis."""
    if width_of(text) <= width:
        return text
    while text and width_of(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"


def wrapped(text: str, width: float, lines_max: int) -> list[str]:
    """Return the text broken between words into lines of ``width`` units of its size; the last one is shortened."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < lines_max:
        count = 1
        while count < len(words) and width_of(" ".join(words[: count + 1])) <= width:
            count += 1
        line, words = " ".join(words[:count]), words[count:]
        if words and len(lines) == lines_max - 1:
            line, words = " ".join((line, *words)), []
        lines.append(shortened(line, width))
    return lines


def _drawable(text: str) -> str:
    """Return the text without what XML cannot hold, and without line breaks."""
    return " ".join(_NOT_IN_XML.sub("", text).split())


def plain(millimetres: float) -> str:
    """Return a length as it stands in SVG, to a hundredth of a millimetre."""
    return f"{millimetres:.2f}".rstrip("0").rstrip(".")
