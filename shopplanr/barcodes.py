"""Codes to scan, as SVG: a QR code for an address, a Data Matrix for an id.

Drawn as one path without any style, so that a page under a strict Content-Security-Policy can hold it. A module, the
smallest square of a code, is one unit; the quiet zone, which scanners need around a code, is part of it.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import zxingcpp
from django.utils.html import format_html
from django.utils.safestring import SafeString

TEXT_MAX_LENGTH = 1000
"""Characters that a code of ours holds at most; larger ones could not be printed on any label."""

_SIZE = re.compile(r'<svg width="(\d+)" height="(\d+)"')
_PATH = re.compile(r'<path d="([MmHhVvZz0-9 -]+)"')


class Symbology(StrEnum):
    """Which kind of code."""

    QR = "qr"
    DATA_MATRIX = "datamatrix"


@dataclass(frozen=True, slots=True)
class Code:
    """A code in modules, its quiet zone included. ``path`` is the ``d`` of the dark ones."""

    modules: int
    path: str

    def drawn(self, x: object, y: object, size: object) -> SafeString:
        """Return it as a nested ``svg`` of ``size`` by ``size`` at this place, dark on white whatever is behind."""
        return format_html(
            '<svg x="{}" y="{}" width="{}" height="{}" viewBox="0 0 {} {}" shape-rendering="crispEdges">{}</svg>',
            *(x, y, size, size),
            *(self.modules, self.modules),
            self._drawing,
        )

    def drawn_alone(self, millimetres: object, name: str) -> SafeString:
        """Return it as a picture of this size in a page; ``name`` is what it says, for those who do not see it."""
        return format_html(
            '<svg class="code" width="{}mm" height="{}mm" viewBox="0 0 {} {}" shape-rendering="crispEdges" role="img" '
            'aria-label="{}">{}</svg>',
            *(millimetres, millimetres),
            *(self.modules, self.modules),
            name,
            self._drawing,
        )

    @property
    def _drawing(self) -> SafeString:
        ground = f"M0 0h{self.modules}v{self.modules}H0z"
        return format_html('<path fill="#fff" d="{}"/><path fill="#000" d="{}"/>', ground, self.path)


@lru_cache(maxsize=4096)
def code_of(text: str, symbology: Symbology) -> Code:
    """Return the code of a text. A QR code can lose 15 % of itself (level M), a square Data Matrix (ECC 200) more."""
    if not 0 < len(text) <= TEXT_MAX_LENGTH:
        raise ValueError(f"a code holds 1 to {TEXT_MAX_LENGTH} characters, not {len(text)}")
    if symbology == Symbology.QR:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    else:
        barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.DataMatrix, force_square=True)
    drawing = barcode.to_svg(add_quiet_zones=True)
    width, height = map(int, _SIZE.search(drawing).groups())
    if width != height:
        raise RuntimeError(f"a code of {width} by {height} modules is not square")
    return Code(width, _PATH.search(drawing)[1])
