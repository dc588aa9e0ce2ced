"""Copies the few files that browsers load, with their licences, out of node_modules into static/vendor.

bin/setup runs it after `npm ci`. The paths are stable (static/vendor/idb.js), so that modules can import them;
manifest.json beside them says which version of which package each file is.
"""

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVED = {
    "htmx.js": ("htmx.org", "dist/htmx.min.js"),
    "idb.js": ("idb", "build/umd.js"),
    "lean-qr.js": ("lean-qr", "nano.mjs"),
}


def copy(packages: Path = ROOT / "node_modules", vendor: Path = ROOT / "static" / "vendor") -> None:
    """Make `vendor` anew from `packages`. Raises FileNotFoundError when a package lacks its file or its licence."""
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    manifest = {}
    for name, (package, source) in SERVED.items():
        about = json.loads((packages / package / "package.json").read_text("utf-8"))
        shutil.copyfile(packages / package / source, vendor / name)
        licence = f"{Path(name).stem}.LICENSE.txt"
        shutil.copyfile(packages / package / "LICENSE", vendor / licence)
        manifest[name] = {"package": package, "version": about["version"], "license": about["license"], "license_file": licence}
    (vendor / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    copy()
