"""Photos of the demo shop's notes, drawn while it is loaded: what a phone would have shown."""

from collections.abc import Callable
from io import BytesIO

from PIL import Image, ImageDraw, ImageFilter

_SIZE = (1200, 900)


def photo(name: str) -> bytes:
    """Return one of the photos as a JPEG; the same each time."""
    buffer = BytesIO()
    _DRAWN[name]().save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


def _ground(dark: tuple[int, int, int], light: tuple[int, int, int]) -> Image.Image:
    """Return a surface that is lit from one side."""
    shade = Image.linear_gradient("L").rotate(90).resize(_SIZE)
    return Image.composite(Image.new("RGB", _SIZE, light), Image.new("RGB", _SIZE, dark), shade)


def _indication() -> Image.Image:
    """A linear indication under black light: penetrant glows in a crack along a fillet."""
    image = _ground((16, 6, 40), (46, 22, 92))
    draw = ImageDraw.Draw(image)
    draw.arc((-500, 250, 900, 1650), 270, 350, fill=(70, 40, 130), width=90)
    crack = [(560, 420), (600, 446), (622, 452), (668, 490), (690, 497), (735, 540), (752, 571)]
    draw.line(crack, fill=(120, 255, 90), width=12, joint="curve")
    glow = image.filter(ImageFilter.GaussianBlur(14))
    ImageDraw.Draw(glow).line(crack, fill=(210, 255, 150), width=5, joint="curve")
    return glow


def _dent() -> Image.Image:
    """A dent in a turned face."""
    image = _ground((92, 96, 100), (196, 200, 204))
    draw = ImageDraw.Draw(image)
    for radius in range(60, 1500, 7):
        tone = 120 + radius * 37 % 70
        draw.ellipse((300 - radius, 1000 - radius, 300 + radius, 1000 + radius), outline=(tone, tone + 3, tone + 6))
    draw.ellipse((660, 340, 800, 430), fill=(58, 60, 64))
    draw.chord((668, 352, 800, 434), 20, 160, fill=(226, 228, 230))
    return image.filter(ImageFilter.GaussianBlur(2))


def _corner() -> Image.Image:
    """The corner of a milled housing, pushed in."""
    image = _ground((60, 64, 70), (110, 116, 124))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 900), (0, 420), (700, 160), (1130, 420), (1130, 900)], fill=(176, 182, 188))
    draw.polygon([(0, 420), (700, 160), (1130, 420), (520, 640)], fill=(208, 212, 216))
    draw.polygon([(1130, 420), (1040, 385), (1064, 452), (1050, 520), (1130, 560)], fill=(74, 76, 80))
    draw.line([(1040, 385), (1064, 452), (1050, 520)], fill=(240, 242, 244), width=6)
    return image.filter(ImageFilter.GaussianBlur(2))


_DRAWN: dict[str, Callable[[], Image.Image]] = {"indication": _indication, "dent": _dent, "corner": _corner}
