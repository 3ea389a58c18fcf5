"""Photos, before they are kept: looked at by content, turned upright, and stripped of what the camera wrote into them.

A phone writes where it was, whose it is and when into every picture. Nothing of that is kept: the pixels are decoded
and encoded anew, so that whatever else a file was, or held behind its end, is gone as well. It is Pillow that reads
what strangers send; three of its decoders are let near it, and none of them before the picture's size is known.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

# by name, so that no other of Pillow's fifty decoders is ever loaded
from PIL import Image, ImageCms, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, WebPImagePlugin

from serials import refusals

PHOTO_MAX_BYTES = 10 * 1024 * 1024
PHOTO_MAX_PIXELS = 50_000_000
"""What the larger phones take; decoded, that is 150 MB."""
THUMBNAIL_PIXELS = 320
"""The longest side of a thumbnail."""

NAME_SHOWN_CHARACTERS = 100

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
THUMBNAIL_TYPE = WEBP

_READ = (JpegImagePlugin.JpegImageFile.format, PngImagePlugin.PngImageFile.format, WebPImagePlugin.WebPImageFile.format)

_TYPES = {
    # a JPEG with further pictures behind the first: what phones write for depth and small previews
    MpoImagePlugin.MpoImageFile.format: JPEG,
    JpegImagePlugin.JpegImageFile.format: JPEG,
    PngImagePlugin.PngImageFile.format: PNG,
    WebPImagePlugin.WebPImageFile.format: WEBP,
}

_WRITE = {
    JPEG: {"format": "JPEG", "quality": 90},
    PNG: {"format": "PNG"},
    WEBP: {"format": "WEBP", "quality": 90},
}
_WRITE_THUMBNAIL = {"format": "WEBP", "quality": 80}

_one_at_a_time = threading.Lock()
"""A decoded photo takes some hundred megabytes, and a worker has several threads."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that can be kept, and its thumbnail, which is always WebP."""

    content: bytes
    content_type: str
    width: int
    height: int
    thumbnail: bytes


def prepare(file: BinaryIO, name: str, size_bytes: int) -> Photo:
    """Return the photo as it is kept: in the format in which it came, of an animation the first frame.

    ``name`` is what its sender called it, for the sentence of a refusal; it decides nothing. Raises ``PhotoTooLarge``,
    ``PhotoEmpty``, ``PhotoOfAnotherType``, ``PhotoHasTooManyPixels``, ``PhotoUnreadable``.
    """
    name = name[:NAME_SHOWN_CHARACTERS]
    if size_bytes > PHOTO_MAX_BYTES:
        raise refusals.PhotoTooLarge(name, PHOTO_MAX_BYTES)
    if not size_bytes:
        raise refusals.PhotoEmpty(name)
    with _one_at_a_time, _opened(file, name) as image:
        if image.width * image.height > PHOTO_MAX_PIXELS:
            raise refusals.PhotoHasTooManyPixels(name, PHOTO_MAX_PIXELS)
        content_type = _TYPES[image.format]
        try:
            return _prepared(image, content_type)
        except Exception as error:
            # A decoder that stumbles over a damaged file raises whatever it stumbled over.
            raise refusals.PhotoUnreadable(name) from error


def _opened(file: BinaryIO, name: str) -> Image.Image:
    try:
        return Image.open(file, formats=_READ)
    except Image.DecompressionBombError:
        raise refusals.PhotoHasTooManyPixels(name, PHOTO_MAX_PIXELS) from None
    except Image.UnidentifiedImageError:
        raise refusals.PhotoOfAnotherType(name) from None
    except Exception as error:
        raise refusals.PhotoUnreadable(name) from error


def _prepared(image: Image.Image, content_type: str) -> Photo:
    image.load()
    picture = _plain(_in_screen_colors(_upright(image)))
    thumbnail = picture.copy()
    thumbnail.thumbnail((THUMBNAIL_PIXELS, THUMBNAIL_PIXELS))
    return Photo(
        content=_encoded(picture, _WRITE[content_type]),
        content_type=content_type,
        width=picture.width,
        height=picture.height,
        thumbnail=_encoded(thumbnail, _WRITE_THUMBNAIL),
    )


def _in_screen_colors(image: Image.Image) -> Image.Image:
    """Return the picture with the colors that screens take for granted, so that its profile can go like the rest."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    mode = "RGB" if image.mode == "CMYK" else image.mode
    with suppress(ImageCms.PyCMSError, OSError):  # a profile that makes no sense is left unheeded
        converted = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode=mode
        )
        if converted is not None:
            return converted
    return image


def _upright(image: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # what the camera wrote is damaged, and the picture need not be
        return image


def _plain(image: Image.Image) -> Image.Image:
    """Return nothing but the pixels: gray, colored, or colored and transparent in places."""
    if image.mode.startswith("I;16"):  # a scan of 16 bits; Pillow would cut it off at 8 instead of scaling it
        image = image.convert("I").point(lambda level: level / 256).convert("L")
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in ("1", "L") else "RGB"
    image = image.convert(mode) if image.mode != mode else image.copy()
    image.info = {}  # encoders take comments and profiles from here
    return image


def _encoded(image: Image.Image, options: dict) -> bytes:
    buffer = BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()
