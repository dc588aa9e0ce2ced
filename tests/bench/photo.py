"""A 12-megapixel photo, from its bytes to both stored sizes, beside what Pillow does when nobody helps it."""

import hashlib
import io
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from PIL import Image, ImageOps

SIZE = (4000, 3000)


def measure(folder, chosen) -> dict:
    """Milliseconds and megabytes above the start, medians of fresh processes, ours and naive in turn."""
    source = folder / "photo.jpg"
    _picture().save(source, quality=88, exif=_turned())
    runs = {"stored": [], "naive": []}
    for _ in range(chosen.rounds):
        for name in runs:
            done = subprocess.run([sys.executable, "-m", __name__, name, source, folder], capture_output=True, check=True, text=True)
            runs[name].append(json.loads(done.stdout))
    found = {name: {key: round(median(run[key] for run in many), 1) for key in many[0]} for name, many in runs.items()}
    found["time_of_naive"] = round(median(a["ms"] / b["ms"] for a, b in zip(runs["stored"], runs["naive"], strict=True)), 3)
    found["memory_of_naive"] = round(median(a["mb"] / b["mb"] for a, b in zip(runs["stored"], runs["naive"], strict=True)), 3)
    return found


def _picture() -> Image.Image:
    noise = Image.effect_noise((SIZE[0] // 4, SIZE[1] // 4), 60).resize(SIZE, Image.Resampling.BICUBIC)
    slope = Image.linear_gradient("L").resize(SIZE)
    return Image.merge("RGB", (noise, slope, Image.blend(noise, slope, 0.5)))


def _turned() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def _naive(source: Path, folder: Path) -> None:
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(source.read_bytes()))).convert("RGB")
    large = image.copy()
    large.thumbnail((1600, 1600), Image.Resampling.LANCZOS, reducing_gap=None)
    large.save(folder / "naive.jpg", quality=80)
    image.thumbnail((320, 320), Image.Resampling.LANCZOS, reducing_gap=None)
    image.save(folder / "naive-thumb.jpg", quality=75)


def _stored(source: Path, folder: Path) -> None:
    from webapp.store import photos

    data = source.read_bytes()
    photos.take(folder / "photos", hashlib.sha256(data).hexdigest(), data)


def _memory(field: str) -> float:
    """Megabytes of this process and its children: photos are decoded in a warm child."""
    children = [pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()]
    lines = [line for pid in ("self", *children) for line in Path(f"/proc/{pid}/status").read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def _forget_peak() -> None:
    for path in [Path("/proc/self"), *(Path(f"/proc/{pid}") for one in Path("/proc/self/task").glob("*/children") for pid in one.read_text().split())]:
        (path / "clear_refs").write_text("5")


def _child(name: str, source: str, folder: str) -> None:
    """Both start warm: the library loaded, and the process that decodes for the server running."""
    small = Path(folder) / "small.jpg"
    Image.new("RGB", (16, 16)).save(small)
    do = {"stored": _stored, "naive": _naive}[name]
    do(small, Path(folder))
    shutil.rmtree(Path(folder) / "photos", ignore_errors=True)
    _forget_peak()
    before, start = _memory("VmRSS"), time.perf_counter()
    do(Path(source), Path(folder))
    spent = time.perf_counter() - start
    print(json.dumps({"ms": spent * 1e3, "mb": _memory("VmHWM") - before}))


if __name__ == "__main__":
    _child(*sys.argv[1:])
