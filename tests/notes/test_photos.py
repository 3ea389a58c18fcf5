"""Photos before they are kept: their type by content, upright, nothing left of what the camera wrote, a thumbnail."""

import re
import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageCms, PngImagePlugin

from serials import photos, refusals
from shopplanr import uploads
from tests.pictures import GPS_IFD, MAKER, QUARTER_TURN, drawn, encoded, of_phone, opened, photo

KINDS = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

SECRET = b"Kept from everybody"


def prepared(content: bytes, name: str = "part.jpg") -> photos.Photo:
    return photos.prepare(BytesIO(content), name, len(content))


def is_red(image, x: int, y: int) -> bool:
    red, _, blue = image.convert("RGB").getpixel((x, y))
    return red > 150 > 80 > blue


def is_blue(image, x: int, y: int) -> bool:
    red, _, blue = image.convert("RGB").getpixel((x, y))
    return blue > 150 > 80 > red


def jpeg_segments(content: bytes) -> set[int]:
    """Return the markers in front of a JPEG's pixels."""
    place, markers = 2, set()
    while content[place + 1] != 0xDA:
        markers.add(content[place + 1])
        place += 2 + struct.unpack(">H", content[place + 2 : place + 4])[0]
    return markers


def png_chunks(content: bytes) -> set[bytes]:
    """Return the names of a PNG's chunks."""
    place, names = 8, set()
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        names.add(content[place + 4 : place + 8])
        place += 12 + length
    return names


def webp_chunks(content: bytes) -> set[bytes]:
    """Return the names of a WebP's chunks."""
    place, names = 12, set()
    while place < len(content):
        (length,) = struct.unpack("<I", content[place + 4 : place + 8])
        names.add(content[place : place + 4])
        place += 8 + length + length % 2
    return names


@pytest.mark.parametrize("kind", KINDS)
class TestEveryKind:
    """JPEG, PNG and WebP alike."""

    def test_it_stays_what_it_is_whatever_it_is_called(self, kind):
        for name in ("part.jpg", "part.exe", "", "部品の傷.webp"):
            kept = prepared(photo(kind), name)
            assert kept.content_type == KINDS[kind]
            assert opened(kept.content).format == kind

    def test_nothing_is_left_of_what_the_phone_wrote(self, kind):
        sent = photo(kind)
        assert MAKER.encode() in sent
        assert opened(sent).getexif().get_ifd(GPS_IFD)[1] == "N"

        kept = prepared(sent)

        for content in (kept.content, kept.thumbnail):
            picture = opened(content)
            assert not dict(picture.getexif())
            assert not picture.getexif().get_ifd(GPS_IFD)
            for trace in (MAKER.encode(), b"Exif", b"2024:01:15", b"xmp", b"ICC"):
                assert trace not in content

    def test_it_is_turned_upright_and_then_says_nothing_of_being_turned(self, kind):
        lying = opened(photo(kind, QUARTER_TURN))
        assert lying.size == (60, 40) and is_red(lying, 5, 20) and is_blue(lying, 55, 20)

        kept = prepared(photo(kind, QUARTER_TURN))

        assert (kept.width, kept.height) == (40, 60)
        for content in (kept.content, kept.thumbnail):
            upright = opened(content)
            assert upright.size == (40, 60)
            assert is_red(upright, 20, 5) and is_blue(upright, 20, 55)

    def test_its_thumbnail_is_a_webp_of_at_most_320_pixels(self, kind):
        for size, small in (((900, 600), (320, 213)), ((100, 1000), (32, 320)), ((60, 40), (60, 40)), ((1, 1), (1, 1))):
            kept = prepared(photo(kind, width=size[0], height=size[1]))
            assert (kept.width, kept.height) == size
            assert (opened(kept.thumbnail).format, opened(kept.thumbnail).size) == ("WEBP", small)

    def test_half_of_it_cannot_be_read(self, kind):
        whole = photo(kind, width=400, height=300)
        for length in (len(whole) // 2, len(whole) * 9 // 10):
            with pytest.raises(refusals.PhotoUnreadable, match=r"^Photo part\.jpg cannot be read: it is damaged"):
                prepared(whole[:length])

    def test_what_hangs_behind_its_end_is_gone(self, kind):
        assert SECRET not in prepared(photo(kind) + b"PK\3\4" + SECRET).content

    @pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says what is wrong with it
    @given(st.data())
    def test_damage_anywhere_is_refused_or_does_not_matter(self, kind, data):
        content = bytearray(photo(kind))
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        try:
            kept = prepared(bytes(content))
        except refusals.PhotoRefusal:
            return
        assert MAKER.encode() not in kept.content
        assert opened(kept.content).size == (kept.width, kept.height)


def test_a_jpeg_keeps_its_pixels_and_how_to_read_them():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">' + SECRET + b"</x:xmpmeta>"
    sent = encoded(drawn(), exif=of_phone(), comment=SECRET, xmp=xmp)
    assert jpeg_segments(sent) >= {0xE1, 0xFE}

    kept = prepared(sent).content

    assert SECRET not in kept
    assert jpeg_segments(kept) <= {0xE0, 0xDB, 0xC0, 0xC4}  # JFIF, tables, frame


def test_a_png_keeps_its_pixels_and_nothing_else():
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Comment", SECRET.decode())
    texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
    kept = prepared(encoded(drawn(), "PNG", pnginfo=texts, exif=of_phone(), dpi=(72, 72))).content

    assert png_chunks(kept) == {b"IHDR", b"IDAT", b"IEND"}


def test_a_webp_keeps_its_pixels_and_nothing_else():
    kept = prepared(encoded(drawn(), "WEBP", exif=of_phone(), xmp=SECRET)).content

    assert webp_chunks(kept) == {b"VP8 "}


def profile_with_red_and_blue_exchanged() -> bytes:
    """Return the profile of a camera whose red is what screens call blue, and the other way round."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
    profile[red : red + 1], profile[blue : blue + 1] = b"b", b"r"
    return bytes(profile)


@pytest.mark.parametrize("kind", KINDS)
def test_colors_of_a_cameras_profile_become_those_of_screens_and_the_profile_goes(kind):
    kept = opened(prepared(encoded(drawn(), kind, icc_profile=profile_with_red_and_blue_exchanged())).content)

    assert "icc_profile" not in kept.info
    assert is_blue(kept, 5, 20) and is_red(kept, 55, 20)


def test_a_profile_that_makes_no_sense_is_left_unheeded():
    kept = opened(prepared(encoded(drawn(), icc_profile=b"no profile")).content)

    assert "icc_profile" not in kept.info
    assert is_red(kept, 5, 20) and is_blue(kept, 55, 20)


def test_colors_for_printing_become_those_of_screens():
    kept = opened(prepared(encoded(drawn(mode="CMYK"))).content)

    assert kept.mode == "RGB"
    assert is_red(kept, 5, 20) and is_blue(kept, 55, 20)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_depth_can_be_kept(mode):
    image = drawn().convert("I").point(lambda level: level * 256) if mode == "I;16" else drawn()
    kept = prepared(encoded(image.convert(mode), "PNG"))

    assert opened(kept.content).size == (60, 40)
    if mode not in {"1", "L", "LA", "I;16"}:
        assert is_red(opened(kept.content), 5, 20)
    if mode == "I;16":  # scaled to 8 bits, not cut off
        assert 60 < opened(kept.content).getpixel((5, 20)) < 120


def test_transparent_places_stay_transparent():
    image = drawn(mode="RGBA")
    image.putalpha(0)
    palette = drawn(mode="P")
    with_palette = encoded(palette, "PNG", transparency=palette.getpixel((5, 20)))
    for content in (encoded(image, "PNG"), encoded(image, "WEBP"), with_palette):
        kept = prepared(content)
        assert opened(kept.content).mode == opened(kept.thumbnail).mode == "RGBA"


def test_of_several_pictures_in_one_file_the_first_is_kept():
    other = drawn().transpose(0)
    for kind in ("PNG", "WEBP", "MPO"):
        kept = prepared(encoded(drawn(), kind, save_all=True, append_images=[other, other]))
        picture = opened(kept.content)
        assert kept.content_type == KINDS.get(kind, "image/jpeg")
        assert getattr(picture, "n_frames", 1) == 1
        assert is_red(picture, 5, 20)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow says what is wrong with it
def test_a_damaged_orientation_does_not_cost_the_photo():
    exif = of_phone()
    exif[0x0112] = 99
    assert prepared(encoded(drawn(), exif=exif)).width == 60
    assert prepared(encoded(drawn(), exif=b"Exif\0\0MM\0*\xff\xff\xff\xff")).width == 60


class TestRefused:
    """What is no photo, or too much of one."""

    @pytest.mark.parametrize(
        "content",
        [
            b"<!doctype html><script>alert(1)</script>",
            b'<svg xmlns="http://www.w3.org/2000/svg"></svg>',
            b"MZ\x90\0" + bytes(500),
            b"\x7fELF" + bytes(500),
            b"%PDF-1.7",
            b"GIF89a" + bytes(50),
            encoded(drawn(), "GIF"),
            encoded(drawn(), "BMP"),
            encoded(drawn(), "TIFF"),
            b"\0\0\0\x18ftypheic" + bytes(500),
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n",
            b"\0",
            b"\xff\xd8\xff",
        ],
    )
    def test_what_is_another_type_by_its_content(self, content):
        for name in ("bracket.jpg", "bracket.png", "bracket.webp"):
            with pytest.raises(refusals.PhotoOfAnotherType) as refusal:
                prepared(content, name)
            sentence = f"Photo {name} is no JPEG, PNG or WebP picture"
            assert (refusal.value.message, refusal.value.code) == (sentence, "photo_type")
            assert (refusal.value.status, refusal.value.errors) == (400, {"photos": [sentence]})

    def test_an_empty_file(self):
        with pytest.raises(refusals.PhotoEmpty, match=r"^Photo part\.jpg is empty$"):
            prepared(b"")

    def test_more_bytes_than_a_photo_has(self):
        content = photo()
        fits = content + bytes(photos.PHOTO_MAX_BYTES - len(content))
        assert prepared(fits).width == 60

        with pytest.raises(refusals.PhotoTooLarge, match=r"^Photo part\.jpg is larger than 10 MB$") as refusal:
            prepared(fits + b"\0")
        assert (refusal.value.status, refusal.value.code) == (413, "photo_too_large")

    @pytest.mark.parametrize(("width", "height"), [(10_001, 5_000), (60_000, 60_000), (2**31 - 1, 1)])
    def test_more_pixels_than_a_photo_has_before_any_is_decoded(self, width, height):
        with pytest.raises(refusals.PhotoRefusal) as refusal:
            prepared(png_of(width, height))
        assert refusal.value.code == "photo_too_many_pixels"
        assert refusal.value.message == "Photo part.jpg has more than 50 megapixels"

    def test_a_long_name_is_cut_off(self):
        with pytest.raises(refusals.PhotoEmpty, match=f"^Photo {'x' * 100} is empty$"):
            prepared(b"", "x" * 5000)


def png_of(width: int, height: int) -> bytes:
    """Return a PNG that says this size, and has no pixels."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def test_no_photo_is_cut_off_on_its_way_here():
    """The site keeps at least so much of every file, so that a size that is allowed is a file that is whole."""
    assert uploads.USUAL.file_bytes >= photos.PHOTO_MAX_BYTES


def test_only_three_decoders_see_what_strangers_send():
    assert not [name for name in photos._READ if not re.fullmatch("JPEG|PNG|WEBP", name)]
