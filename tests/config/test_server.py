import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.live
def test_the_web_server_of_the_image_answers_a_probe_with_any_host_and_ends_when_asked():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", address, "config.wsgi"],
        cwd=ROOT,
        env={**os.environ, "BEHIND_TLS_PROXY": "1"},
    )
    probe = urllib.request.Request(f"http://{address}/healthz", headers={"Host": "10.0.0.7"})
    deadline = time.monotonic() + 30
    answer = None
    while answer is None and time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(probe, timeout=5) as response:
                answer = response.read()
        except urllib.error.URLError:
            time.sleep(0.2)
    server.terminate()

    assert answer == b"ok"
    assert server.wait(timeout=30) == 0
