"""The processes that open pictures: killed, shared, forked, and gone with their server."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.store.drawings import alive, big_png, darkrooms, drawing, encoded, files, take
from webapp.store import darkroom, photos


def test_idle_darkrooms_may_be_killed(tmp_path):
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda data: take(tmp_path, data), [big_png(), big_png(3850, 3849)]))
    assert len(darkrooms()) == 2
    for pid in darkrooms():
        os.kill(pid, signal.SIGKILL)
    assert take(tmp_path, encoded(drawing(120, 80))).width == 120


def interrupted(folder, data, sign, times):
    """Take a slow picture while its process is killed over it `times` times."""

    def kill():
        killed = set()
        while len(killed) < times:
            for pid in set(darkrooms()) - killed:
                time.sleep(0.15)  # let it get into the picture
                os.kill(pid, sign)
                killed.add(pid)
            time.sleep(0.01)

    darkroom.close()
    killer = threading.Thread(target=kill)
    killer.start()
    try:
        return take(folder, data)
    finally:
        killer.join()


def test_a_darkroom_killed_over_a_picture_is_replaced(tmp_path):
    assert interrupted(tmp_path, big_png(), signal.SIGKILL, times=1).width == 1600


@pytest.mark.parametrize(("sign", "times"), [(signal.SIGKILL, 2), (signal.SIGSEGV, 2), (signal.SIGXCPU, 1)])
def test_a_picture_that_kills_is_refused_and_the_next_one_works(tmp_path, sign, times):
    with pytest.raises(photos.NotAPicture) as refusal:
        interrupted(tmp_path, big_png(), sign, times)
    assert "处理不了" in refusal.value.message
    assert files(tmp_path) == []
    assert take(tmp_path, encoded(drawing())).width == 96


def test_many_threads_share_few_processes(tmp_path):
    uploads = [encoded(drawing(200 + step, 100)) for step in range(24)]
    with ThreadPoolExecutor(8) as threads:
        widths = [picture.width for picture in threads.map(lambda data: take(tmp_path, data), uploads)]
    assert widths == list(range(200, 224))
    assert len(darkrooms()) <= darkroom.CHILDREN
    darkroom.close()
    assert darkrooms() == []


def test_a_forked_server_has_a_darkroom_of_its_own(tmp_path):
    take(tmp_path, encoded(drawing()))
    parents = darkrooms()
    child = os.fork()
    if child == 0:
        widths = take(tmp_path, encoded(drawing(120, 80))).width
        os._exit(0 if widths == 120 and not set(darkrooms()) & set(parents) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert take(tmp_path, encoded(drawing(140, 80))).width == 140
    assert darkrooms() == parents


def test_no_process_outlives_a_killed_server(tmp_path):
    program = f"""
import hashlib, io, pathlib, time
from PIL import Image
from webapp.store import photos
data = io.BytesIO(); Image.new("RGB", (50, 50)).save(data, "JPEG"); data = data.getvalue()
photos.take(pathlib.Path({str(tmp_path)!r}), hashlib.sha256(data).hexdigest(), data)
print("kept", flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as server:
        assert server.stdout.readline() == b"kept\n"
        left = darkrooms(server.pid)
        server.kill()
    assert len(left) == 1
    deadline = time.monotonic() + 5
    while alive(left[0]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
