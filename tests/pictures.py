"""Pictures as phones make them, drawn for tests."""

from io import BytesIO

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

MAKER = "Bohrwerk Phones"
"""What the phone calls itself; in no picture that is kept."""

GPS_IFD, EXIF_IFD = 0x8825, 0x8769

UPRIGHT, QUARTER_TURN = 1, 6
"""Values of EXIF's orientation; at the second, the phone was held upright and wrote the picture lying."""


def drawn(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Return a picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", (width, height), (220, 20, 20))
    image.paste((20, 20, 220), (width // 2, 0, width, height))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options) -> bytes:
    """Return the picture as a file."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def of_phone(orientation: int = UPRIGHT) -> Image.Exif:
    """Return what a phone writes into a picture: who made it, when, and where."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif[0x0112] = orientation
    exif.get_ifd(EXIF_IFD)[0x9003] = "2024:01:15 11:00:00"
    degrees = tuple(map(IFDRational, (48, 8, 15)))
    exif.get_ifd(GPS_IFD).update({1: "N", 2: degrees, 3: "E", 4: degrees})
    return exif


def photo(kind: str = "JPEG", orientation: int = UPRIGHT, **size: int) -> bytes:
    """Return a phone's photo, with all that phones write into it."""
    return encoded(drawn(**size), kind, exif=of_phone(orientation))


def opened(content: bytes) -> Image.Image:
    """Return the picture in a file, whole."""
    image = Image.open(BytesIO(content))
    image.load()
    return image
