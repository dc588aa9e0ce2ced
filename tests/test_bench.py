"""bin/bench measures what docs/benchmark.md tells: tiny runs, whose figures are not looked at but for being there."""

import json
import subprocess
import sys

import pytest

ABOUT = {
    "figures": {"2000": {"entries", "received_in_the_month", "visits", "sql_ms", "all_ms", "by_grid_ms", "bare_index_ms"}},
    "photo": {"stored": {"ms", "mb"}, "naive": {"ms", "mb"}},
    "ingest": {
        "single": {"per_second", "p50_ms", "p99_ms", "raw_sqlite_full_per_second", "share_of_raw"},
        "batch_50": {"per_second", "p50_ms", "p99_ms", "raw_sqlite_full_per_second", "share_of_raw"},
        "one_phone": {"per_second", "p50_ms", "p99_ms"},
    },
    "phone": {"form_offline": {"seconds", "bare_kept_page_seconds", "limit"}, "limits": {"ours", "all", "first_start"}},
}


def measured(part: str) -> dict:
    """What bin/bench prints for this part, with the smallest load that it takes."""
    tiny = ["--rounds", "1", "--entries", "2000", "--share", "0.02"]
    done = subprocess.run([sys.executable, "-m", "tests.bench", part, *tiny], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"machine", part}
    return found[part]


@pytest.mark.parametrize("part", ["figures", "photo", "ingest", pytest.param("phone", marks=pytest.mark.browser)])
def test_every_part_of_the_benchmark_prints_what_it_measured(part):
    found = measured(part)
    for name, keys in ABOUT[part].items():
        assert keys <= found[name].keys()
        assert all(found[name][key] > 0 for key in keys)
