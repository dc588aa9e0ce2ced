"""bin/bench: every figure beside its limit, measured in one run on one machine; JSON on standard output."""

import argparse
import json
import platform
import sqlite3
import sys
import tempfile
from pathlib import Path

from . import figures, ingest, phone, photo

PARTS = {"ingest": ingest.measure, "figures": figures.measure, "phone": phone.measure, "photo": photo.measure}


def main() -> None:
    options = argparse.ArgumentParser(prog="bin/bench", description=__doc__)
    options.add_argument("parts", nargs="*", metavar="PART", help=f"which of {', '.join(PARTS)}; all of them without one")
    options.add_argument("--rounds", type=int, default=5, help="interleaved rounds of which the median is printed")
    options.add_argument("--entries", type=int, default=1_000_000, help="size of the large town of the part `figures`")
    options.add_argument("--share", type=float, default=1.0, help="of the usual load of the part `ingest`: 0.02 is a trial run")
    chosen = options.parse_args()
    machine = {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version, "system": platform.platform()}
    found = {"machine": machine}
    for name in chosen.parts or PARTS:
        print(f"{name} …", file=sys.stderr)
        with tempfile.TemporaryDirectory(prefix="gridbook-bench-") as folder:
            found[name] = PARTS[name](Path(folder), chosen)
    print(json.dumps(found, ensure_ascii=False, indent=1))


main()
