"""A picture comes out as pixels alone, upright, in true colours, whatever was sent in."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from hrsite.media.redrawing import NotAPicture, PictureTooManyPixels, Redrawn, redraw
from tests.media import picture_samples as samples
from tests.media.picture_samples import BLUE, RED, as_bytes, colour_at, halves, is_near

MOST = 40_000_000


def redrawn(upload: bytes) -> Redrawn:
    return redraw(upload, MOST)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_four_kinds_are_taken_and_come_out_as_webp(kind: str) -> None:
    made = redrawn(as_bytes(halves(), kind))
    assert (made.width, made.height) == (80, 40)
    for content in (made.full, made.small):
        with Image.open(BytesIO(content)) as picture:
            assert picture.format == "WEBP"
        assert is_near(colour_at(content, 0.2, 0.5), RED)
        assert is_near(colour_at(content, 0.8, 0.5), BLUE)


def test_a_wide_picture_is_made_in_two_widths() -> None:
    made = redrawn(as_bytes(halves(3000, 1500)))
    assert (made.width, made.height) == (1600, 800)
    with Image.open(BytesIO(made.full)) as full, Image.open(BytesIO(made.small)) as small:
        assert full.size == (1600, 800)
        assert small.size == (640, 320)


def test_a_tall_narrow_picture_still_fits_into_webp() -> None:
    made = redrawn(as_bytes(Image.new("RGB", (30, 40_000), RED), "PNG"))
    assert made.height == 16_383
    assert made.width == 12


def test_where_and_with_what_a_photo_was_taken_is_forgotten() -> None:
    upload = samples.photo_from_a_phone()
    assert b"SecretPhone" in upload
    assert b"SecretComment" in upload
    for content in (redrawn(upload).full, redrawn(upload).small):
        with Image.open(BytesIO(content)) as picture:
            assert not picture.getexif()
            assert not picture.info.keys() & {"exif", "xmp", "icc_profile", "comment"}
        assert b"Secret" not in content
        assert b"EXIF" not in content
        assert b"ICCP" not in content


def test_a_photo_taken_sideways_stands_upright() -> None:
    made = redrawn(samples.photo_from_a_phone(orientation=6))
    assert (made.width, made.height) == (40, 80)
    assert is_near(colour_at(made.full, 0.5, 0.1), RED)
    assert is_near(colour_at(made.full, 0.5, 0.9), BLUE)


def test_a_large_photo_taken_sideways_keeps_its_full_width() -> None:
    exif = Image.Exif()
    exif[0x0112] = 8
    made = redrawn(as_bytes(halves(8000, 2000), exif=exif))
    assert (made.width, made.height) == (1600, 6400)


def test_print_colours_become_screen_colours() -> None:
    made = redrawn(as_bytes(halves().convert("CMYK"), quality=95))
    assert is_near(colour_at(made.full, 0.2, 0.5), RED, within=40)


def test_a_colour_profile_is_followed() -> None:
    made = redrawn(
        as_bytes(halves(), "PNG", icc_profile=samples.profile_with_red_and_blue_swapped())
    )
    assert is_near(colour_at(made.full, 0.2, 0.5), RED[::-1])


def test_a_broken_or_foreign_colour_profile_does_no_harm() -> None:
    for profile in (
        b"not a profile",
        ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    ):
        made = redrawn(as_bytes(halves(), "PNG", icc_profile=profile))
        assert is_near(colour_at(made.full, 0.2, 0.5), RED)


def test_sixteen_bit_grey_keeps_its_middle() -> None:
    made = redrawn(samples.sixteen_bit_grey())
    assert is_near(colour_at(made.full, 0.5, 0.5), (128, 128, 128))


def test_what_could_be_seen_through_still_can() -> None:
    picture = halves().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    palette = Image.new("P", (40, 20), 0)
    for upload in (as_bytes(picture, "PNG"), as_bytes(palette, "PNG", transparency=0)):
        with Image.open(BytesIO(redrawn(upload).full)) as shown:
            assert shown.mode == "RGBA"
            lowest, _ = shown.getchannel("A").getextrema()
            assert lowest < 8


def test_a_moving_picture_stands_still_at_its_first_frame() -> None:
    made = redrawn(samples.moving())
    with Image.open(BytesIO(made.full)) as picture:
        assert getattr(picture, "n_frames", 1) == 1
    assert is_near(colour_at(made.full, 0.5, 0.5), RED)


def test_a_page_hidden_behind_a_picture_does_not_come_through() -> None:
    made = redrawn(samples.page_behind_a_picture())
    assert b"script" not in made.full + made.small
    assert is_near(colour_at(made.full, 0.2, 0.5), RED)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_half_a_file_is_refused_with_words(kind: str) -> None:
    whole = as_bytes(Image.effect_noise((200, 200), 80).convert("RGB"), kind)
    with pytest.raises(NotAPicture, match=r"Please|Nothing was changed"):
        redrawn(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (b"", "empty"),
        (b"GIF89a\x01\x00\x01\x00\x00\x00\x00;", "GIF"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", "SVG"),
        (b"%PDF-1.7", "PDF"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "HEIC"),
        (b"<html><script>alert(1)</script>", "could not read"),
        (b"BM" + b"\x00" * 60, "could not read"),
        (b"\xff\xd8\xff", "could not read"),
    ],
)
def test_other_files_are_refused_and_called_by_their_name(upload: bytes, words: str) -> None:
    with pytest.raises(NotAPicture, match=words) as refused:
        redrawn(upload)
    assert "Please choose a JPEG, PNG, WebP or AVIF" in str(refused.value)


@pytest.mark.parametrize("size", [(8_000, 8_000), (12_000, 12_000), (60_000, 60_000)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(PictureTooManyPixels, match="40 million pixels"):
        redrawn(samples.png_that_says_it_is(*size))


def test_the_limit_of_pixels_is_the_callers() -> None:
    assert redraw(as_bytes(halves()), 80 * 40).width == 80
    with pytest.raises(PictureTooManyPixels):
        redraw(as_bytes(halves()), 80 * 40 - 1)


@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "AVIF"]),
    st.lists(st.tuples(st.integers(0, 4_000), st.integers(0, 255)), min_size=1, max_size=12),
)
@settings(deadline=None)
def test_a_damaged_file_is_redrawn_or_refused_and_nothing_else(
    kind: str, damage: list[tuple[int, int]]
) -> None:
    content = bytearray(as_bytes(halves(), kind))
    for place, value in damage:
        content[place % len(content)] = value
    try:
        made = redrawn(bytes(content))
    except (NotAPicture, PictureTooManyPixels):
        return
    assert made.full.startswith(b"RIFF")
