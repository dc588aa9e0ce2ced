"""What comes in as a photo, what is kept of it, and what is turned away."""

import io
import os
import struct
import time
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageOps

from tests.store.drawings import BLUE, HEIC, LARGE_HEIC, RED, darkrooms, drawing, encoded, files, kept, looks, named, png, tagged, take
from webapp.store import darkroom, photos

# Kept


def test_a_photo_is_kept_with_its_thumbnail(tmp_path):
    data = encoded(drawing(4000, 3000))
    picture = take(tmp_path, data)
    photo, thumb = photos.path(tmp_path, named(data)), photos.path(tmp_path, named(data), thumb=True)
    assert picture == photos.Picture(named(data), 1600, 1200, photo.stat().st_size, thumb.stat().st_size)
    assert photo == tmp_path / named(data)[:2] / named(data)[2:4] / f"{named(data)}.jpg"
    small = kept(tmp_path, data, thumb=True)
    assert (small.format, small.size) == ("JPEG", (320, 240))
    assert files(tmp_path) == sorted([photo, thumb])


def test_a_small_picture_is_not_enlarged(tmp_path):
    assert kept(tmp_path, encoded(drawing(90, 60))).size == (90, 60)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((3000, 4000), (1200, 1600)), ((9000, 3), (1600, 1)), ((1, 1), (1, 1)), ((1601, 1601), (1600, 1600))],
)
def test_the_long_side_fits_1600_pixels(tmp_path, size, fitted):
    assert kept(tmp_path, encoded(drawing(*size))).size == fitted


@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_picture_is_turned_as_the_camera_was_held(tmp_path, orientation):
    data = encoded(drawing(), exif=tagged(orientation), quality=95)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    for thumb in (False, True):
        image = kept(tmp_path, data, thumb)
        assert image.size == upright.size
        for x in (8, image.width - 8):
            for y in (8, image.height - 8):
                assert looks(image.getpixel((x, y)), upright.getpixel((x, y)))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(tmp_path, orientation):
    assert kept(tmp_path, encoded(drawing(), exif=tagged(orientation))).size == (96, 64)


def test_broken_exif_does_not_make_a_broken_picture(tmp_path):
    data = encoded(drawing(), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f rubbish")
    assert kept(tmp_path, data).size == (96, 64)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC"])
def test_nothing_of_the_camera_or_the_place_is_kept(tmp_path, kind):
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">PhoneMaker</x:xmpmeta>'
    extras = {"JPEG": {"comment": b"PhoneMaker", "xmp": xmp}, "WEBP": {"xmp": xmp}}.get(kind, {})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    data = HEIC if kind == "HEIC" else encoded(drawing(), kind, exif=tagged(6), icc_profile=profile, **extras)
    assert b"SERIAL-4711" in data
    for thumb in (False, True):
        image = kept(tmp_path, data, thumb)
        assert image.size == (64, 96)
        assert not image.getexif()
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        stored = photos.path(tmp_path, named(data), thumb).read_bytes()
        for trace in (b"Exif", b"PhoneMaker", b"SERIAL", b"xmp", b"ICC_PROFILE", b"\xff\xe1", b"\xff\xfe"):
            assert trace not in stored[: stored.index(b"\xff\xda")]


def test_heic_is_kept_as_jpeg(tmp_path):
    image = kept(tmp_path, HEIC)
    assert (image.format, image.size) == ("JPEG", (64, 96))
    assert looks(image.getpixel((60, 4)), RED) and looks(image.getpixel((4, 4)), BLUE)


@pytest.mark.parametrize(
    ("kind", "mode", "options"),
    [
        ("JPEG", "RGB", {"progressive": True}),
        ("JPEG", "CMYK", {}),
        ("JPEG", "L", {}),
        ("MPO", "RGB", {"save_all": True, "append_images": [drawing().rotate(90)]}),
        ("PNG", "P", {}),
        ("PNG", "1", {}),
        ("PNG", "LA", {}),
        ("PNG", "RGBA", {}),
        ("PNG", "RGB", {"save_all": True, "append_images": [drawing().rotate(90)]}),
        ("WEBP", "RGB", {}),
        ("WEBP", "RGBA", {"lossless": True}),
        ("WEBP", "RGB", {"save_all": True, "append_images": [drawing().rotate(90)]}),
    ],
)
def test_every_way_of_storing_a_picture_becomes_plain_rgb(tmp_path, kind, mode, options):
    source = drawing(mode=mode)
    image = kept(tmp_path, encoded(source, kind, **options))
    assert (image.mode, image.size) == ("RGB", (96, 64))
    for spot in ((8, 8), (88, 56)):
        assert looks(image.getpixel(spot), source.convert("RGB").getpixel(spot), tolerance=20)


def test_sixteen_bits_of_grey_are_not_washed_out(tmp_path):
    grey = Image.new("I", (64, 64), 100 * 257).convert("I;16")
    assert looks(kept(tmp_path, encoded(grey, "PNG")).getpixel((5, 5)), (100, 100, 100))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_what_is_transparent_becomes_white(tmp_path, kind):
    clear = drawing(mode="RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(clear.size).point(lambda level: 0 if level < 128 else 255))
    image = kept(tmp_path, encoded(clear, kind))
    assert looks(image.getpixel((8, 8)), (255, 255, 255)) and looks(image.getpixel((8, 56)), BLUE)


def test_a_transparent_palette_colour_becomes_white(tmp_path):
    palette = drawing().quantize(4)
    data = encoded(palette, "PNG", transparency=palette.getpixel((8, 8)))
    assert looks(kept(tmp_path, data).getpixel((8, 8)), (255, 255, 255))


def test_a_colour_profile_is_applied_and_then_dropped(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    swapped = swapped.replace("sRGB".encode("utf-16-be"), "xRGB".encode("utf-16-be"))
    image = kept(tmp_path, encoded(Image.new("RGB", (64, 64), (230, 0, 0)), icc_profile=swapped))
    assert looks(image.getpixel((9, 9)), (0, 0, 230))
    assert "icc_profile" not in image.info


def test_a_profile_that_is_rubbish_or_of_other_colours_is_ignored(tmp_path):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"s\0R\0G\0B", b"x\0R\0G\0B")
    assert looks(kept(tmp_path, encoded(drawing(), icc_profile=b"rubbish" * 40)).getpixel((8, 8)), RED)
    assert kept(tmp_path, encoded(drawing(mode="CMYK"), icc_profile=srgb)).mode == "RGB"
    assert kept(tmp_path, encoded(drawing(mode="L"), icc_profile=srgb)).mode == "RGB"


@pytest.mark.parametrize("tail", [b"<html><script>alert(1)</script>", b"PK\x03\x04 zip", b"%PDF-1.7", b"<?php system('id'); ?>"])
def test_a_tail_behind_the_picture_is_gone(tmp_path, tail):
    data = encoded(drawing(), comment=tail) + tail
    for thumb in (False, True):
        kept(tmp_path, data, thumb)
        assert tail not in photos.path(tmp_path, named(data), thumb).read_bytes()


def test_the_same_photo_again_is_not_opened_again(tmp_path, monkeypatch):
    data = encoded(drawing())
    first = take(tmp_path, data)
    monkeypatch.setattr(darkroom, "prepare", lambda data: pytest.fail("opened again"))
    assert take(tmp_path, data) == first


def test_a_photo_without_its_thumbnail_is_made_whole(tmp_path):
    data = encoded(drawing())
    take(tmp_path, data)
    photos.path(tmp_path, named(data), thumb=True).unlink()
    assert not photos.here(tmp_path, named(data))
    take(tmp_path, data)
    assert photos.here(tmp_path, named(data))


# Turned away


def refused(folder, data, kind=photos.NotAPicture):
    with pytest.raises(kind) as refusal:
        take(folder, data)
    assert refusal.type is kind
    assert any("\u4e00" <= letter <= "\u9fff" for letter in refusal.value.message)
    assert files(folder) == []


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="zero bytes"),
        pytest.param(b"\xff\xd8\xff", id="only the start of a JPEG"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', id="svg"),
        pytest.param(b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj", id="pdf"),
        pytest.param(b"<!doctype html><img src=x onerror=alert(1)>", id="html"),
        pytest.param("一切都好".encode(), id="text"),
        pytest.param(b"\0" * 1000, id="zeros"),
        pytest.param(b"\0\0\0\x18ftypheic" + b"\0" * 200, id="only the start of a HEIC"),
        pytest.param(encoded(drawing(), "GIF"), id="gif"),
        pytest.param(encoded(drawing(), "BMP"), id="bmp"),
        pytest.param(encoded(drawing(), "TIFF"), id="tiff"),
        pytest.param(encoded(drawing(), "ICO"), id="ico"),
    ],
)
def test_only_a_picture_is_a_picture(tmp_path, data):
    refused(tmp_path, data)


@pytest.mark.parametrize("data", [encoded(Image.effect_noise((300, 200), 80), kind) for kind in ("JPEG", "PNG", "WEBP")] + [HEIC])
def test_a_truncated_picture_is_refused_wherever_it_ends(tmp_path, data):
    for tenth in range(10):
        refused(tmp_path, data[: len(data) * tenth // 10])
    refused(tmp_path, data[: len(data) * 98 // 100])


@pytest.mark.parametrize("size", [(6400, 6400), (6900, 6900), (30000, 30000)])
def test_too_many_pixels_are_refused(tmp_path, size):
    refused(tmp_path, png(*size), photos.TooManyPixels)


def test_too_many_pixels_in_any_format_are_refused(tmp_path):
    jpeg = encoded(drawing()).replace(struct.pack("!HH", 64, 96), struct.pack("!HH", 8000, 8000))
    webp = bytearray(encoded(drawing(), "WEBP", lossless=True))
    webp[21:25] = struct.pack("<I", 16383 | 16383 << 14)
    refused(tmp_path, jpeg, photos.TooManyPixels)
    refused(tmp_path, bytes(webp), photos.TooManyPixels)
    refused(tmp_path, HEIC.replace(struct.pack("!II", 96, 64), struct.pack("!II", 9600, 6400)), photos.TooManyPixels)


def grown(folder, data, kind=None):
    """Megabytes by which this process and the one that opens pictures grew over this one; `kind` is what it is refused as."""

    def memory(key):
        lines = [line for pid in (os.getpid(), *darkrooms()) for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
        return sum(int(line.split()[1]) for line in lines if line.startswith(key)) / 1024

    darkroom.close()
    take(folder / "warm", encoded(drawing()))
    for pid in (os.getpid(), *darkrooms()):
        Path(f"/proc/{pid}/clear_refs").write_text("5")  # the peak starts anew
    before = memory("VmRSS")
    if kind:
        refused(folder / "cold", data, kind)
    else:
        assert take(folder / "cold", data).width == 1600
    return memory("VmHWM") - before


def test_a_pixel_bomb_costs_no_time_and_no_memory(tmp_path):
    bomb, start = png(13000, 13000), time.perf_counter()
    assert grown(tmp_path, bomb, photos.TooManyPixels) <= 5
    start = time.perf_counter()
    refused(tmp_path / "again", bomb, photos.TooManyPixels)
    assert time.perf_counter() - start <= 0.050


def in_three_scans(width, height):
    """A JPEG whose colours follow each other, which is decoded whole although it is not progressive."""
    grey = encoded(Image.new("L", (width, height), 90))
    frame, scan = grey.index(b"\xff\xc0"), grey.index(b"\xff\xda")
    colours = struct.pack("!BHHB", 8, height, width, 3) + b"".join(bytes([n, 0x11, 0]) for n in (1, 2, 3))
    scans = b"".join(grey[scan : scan + 5] + bytes([n]) + grey[scan + 6 : -2] for n in (1, 2, 3))
    return grey[:frame] + b"\xff\xc0" + struct.pack("!H", 2 + len(colours)) + colours + grey[frame + 13 : scan] + scans + b"\xff\xd9"


LARGEST = {
    "jpeg": lambda: encoded(Image.linear_gradient("L").resize((7300, 5475)).convert("RGB")),
    "progressive": lambda: encoded(Image.linear_gradient("L").resize((7300, 5475)).convert("RGB"), progressive=True),
    "three scans": lambda: in_three_scans(4999, 3999),
    "png": lambda: encoded(Image.new("RGBA", (4470, 3350), (9, 9, 9, 9)), "PNG", compress_level=1),
    "webp": lambda: encoded(Image.new("RGBA", (3360, 2520), (9, 9, 9, 9)), "WEBP", method=0),
    "heic": lambda: LARGE_HEIC,
}


@pytest.mark.parametrize("kind", LARGEST)
def test_the_largest_that_is_opened_takes_less_than_150_megabytes(tmp_path, kind):
    assert grown(tmp_path, LARGEST[kind]()) < 150


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: png(4480, 3360, depth=8), id="png"),
        pytest.param(lambda: encoded(Image.new("RGB", (3400, 2530)), "WEBP", method=0), id="webp"),
        pytest.param(lambda: encoded(Image.new("RGB", (5200, 3900)), progressive=True, subsampling=0), id="progressive"),
        pytest.param(lambda: in_three_scans(5200, 3900), id="three scans"),
        pytest.param(lambda: HEIC.replace(struct.pack("!II", 96, 64), struct.pack("!II", 6400, 4800)), id="heic"),
    ],
)
def test_what_would_take_more_is_refused_with_what_to_do(tmp_path, data):
    refused(tmp_path, data(), photos.TooHeavy)


def test_a_large_heic_is_taken_over_in_strips_without_a_seam(tmp_path):
    """It fades from red and blue to green, from the bottom to the top."""
    image = kept(tmp_path, LARGE_HEIC)
    assert image.size == (1600, 1200)
    rows = [image.getpixel((800, y)) for y in range(1200)]
    assert all(looks(row, (y * 255 // 1199, 255 - y * 255 // 1199, y * 255 // 1199)) for y, row in enumerate(rows))


def test_one_flipped_bit_is_noticed(tmp_path):
    data = encoded(drawing())
    flipped = bytes([*data[:300], data[300] ^ 1, *data[301:]])
    with pytest.raises(photos.WrongHash) as refusal:
        photos.take(tmp_path, named(data), flipped)
    assert refusal.value.message
    assert files(tmp_path) == []


def test_more_than_8_megabytes_are_refused_before_anything_is_read(tmp_path):
    refused(tmp_path, bytes(photos.MOST_BYTES + 1), photos.TooLarge)
    padded = encoded(drawing()).ljust(photos.MOST_BYTES, b"\0")
    assert take(tmp_path, padded).width == 96


@pytest.mark.parametrize("name", ["../../etc/passwd", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", "", "٠" * 64])
def test_a_name_is_a_hash_and_nothing_else(tmp_path, name):
    with pytest.raises(ValueError):
        photos.path(tmp_path, name)
    with pytest.raises(ValueError):
        photos.here(tmp_path, name)
    with pytest.raises(photos.WrongHash):
        photos.take(tmp_path, name, encoded(drawing()))
    assert files(tmp_path) == []


# Trouble


@pytest.mark.parametrize("files_done", [0, 1])
def test_a_death_while_writing_leaves_nothing_half(tmp_path, monkeypatch, files_done):
    data, replace, done = encoded(drawing()), os.replace, []

    def dies(source, target):
        if len(done) == files_done:
            raise OSError("no space left on device")
        done.append(target)
        replace(source, target)

    with monkeypatch.context() as broken:
        broken.setattr(os, "replace", dies)
        with pytest.raises(photos.NotNow):
            take(tmp_path, data)
    assert files(tmp_path) == done
    assert not photos.here(tmp_path, named(data))
    assert take(tmp_path, data).width == 96


def test_a_photo_is_durable_before_it_has_its_name(tmp_path, monkeypatch):
    steps = []
    for name in ("fsync", "replace"):
        real = getattr(os, name)
        monkeypatch.setattr(os, name, lambda *given, name=name, real=real: (steps.append(name), real(*given)))
    take(tmp_path, encoded(drawing()))
    assert steps == ["fsync", "replace"] * 2 + ["fsync"] * 3


def test_a_dead_disk_is_not_the_photos_fault(tmp_path):
    (tmp_path / "photos").write_text("a file where the folder should be")
    with pytest.raises(photos.NotNow) as trouble:
        take(tmp_path / "photos", encoded(drawing()))
    assert "稍后" in trouble.value.message


# Check


def test_check_finds_files_without_row_and_rows_without_file(tmp_path):
    mine, stray, lost = (encoded(drawing(width, 60)) for width in (100, 110, 120))
    for data in (mine, stray, lost):
        take(tmp_path, data)
    photos.path(tmp_path, named(lost), thumb=True).unlink()
    half = photos.path(tmp_path, named(mine)).parent / ".tmp1234"
    half.write_bytes(b"left by a killed write")
    unknown = "0" * 64
    without_row, without_file = photos.orphans(tmp_path, {named(mine), named(lost), unknown})
    assert without_row == sorted([half, photos.path(tmp_path, named(stray)), photos.path(tmp_path, named(stray), thumb=True)])
    assert without_file == sorted([named(lost), unknown])


def test_an_installation_without_photos_has_no_orphans(tmp_path):
    assert photos.orphans(tmp_path / "none", set()) == ([], [])
