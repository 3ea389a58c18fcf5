"""Drawings of ours as pixels, so that codes can be read back: nested ``svg`` elements and paths of boxes, no more."""

import re
from xml.etree import ElementTree

import zxingcpp
from PIL import Image, ImageDraw

DOTS_PER_MM = 300 / 25.4
"""What label printers print."""

_BOX = re.compile(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)(?:h-[\d.]+Z|H0z)")
_SVG = "{http://www.w3.org/2000/svg}"


def tree_of(svg: str) -> ElementTree.Element:
    """Return a drawing as elements; raises where it is not well-formed. One out of a page gets its namespace."""
    whole = svg if "xmlns" in svg else svg.replace("<svg ", f'<svg xmlns="{_SVG[1:-1]}" ', 1)
    return ElementTree.fromstring(whole)  # noqa: S314 - our own


def texts_of(svg: str) -> list[str]:
    """Return the lines of text in a drawing."""
    return [element.text for element in tree_of(svg).iter(f"{_SVG}text")]


def elements(svg: str, tag: str) -> list[ElementTree.Element]:
    """Return the elements of this name in a drawing."""
    return list(tree_of(svg).iter(f"{_SVG}{tag}"))


def pixels(svg: str, dots: float = DOTS_PER_MM) -> Image.Image:
    """Return the drawing in grey, ``dots`` pixels to the unit of its width and height."""
    tree = tree_of(svg)
    width, height = (float(tree.get(side).removesuffix("mm")) for side in ("width", "height"))
    image = Image.new("L", (round(width * dots), round(height * dots)), 255)
    _draw(tree, ImageDraw.Draw(image), 0.0, 0.0, dots * width / float(tree.get("viewBox").split()[2]))
    return image


def _draw(parent: ElementTree.Element, canvas: ImageDraw.ImageDraw, left: float, top: float, scale: float) -> None:
    for element in parent:
        if element.tag == f"{_SVG}svg":
            x, y, width = (float(element.get(name)) for name in ("x", "y", "width"))
            inner = float(element.get("viewBox", f"0 0 {width} 0").split()[2])
            _draw(element, canvas, left + x * scale, top + y * scale, scale * width / inner)
        elif element.tag == f"{_SVG}path":
            for box in _BOX.findall(element.get("d")):
                x, y, width, height = map(float, box)
                corners = (left + x * scale, top + y * scale, left + (x + width) * scale, top + (y + height) * scale)
                first, last = [round(corner) for corner in corners[:2]], [round(corner) - 1 for corner in corners[2:]]
                canvas.rectangle((*first, *last), fill=255 if element.get("fill") == "#fff" else 0)


def read(image: Image.Image) -> list[tuple[str, str]]:
    """Return symbology and text of every code in the picture, from the upper left to the lower right."""
    found = zxingcpp.read_barcodes(image, try_downscale=False)
    found.sort(key=lambda code: (round(code.position.top_left.y, -1), code.position.top_left.x))
    return [(code.format.name, code.text) for code in found]
