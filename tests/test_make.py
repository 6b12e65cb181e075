"""The newcomer's command, from a clean checkout to a page. Only the installed environment is borrowed from the one that runs the tests."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests import environment, services
from tests.helpers import wait_for

ROOT = Path(__file__).resolve().parent.parent
FIRST_START, SECOND_START = 120, 30  # seconds, generous: two busy cores; a few seconds alone


@pytest.fixture
def checkout(tmp_path):
    """Copy the files that git knows: no .env, no database."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.mark.live
@pytest.mark.embedded
def test_make_run_serves_the_demo_and_the_second_start_loses_nothing(checkout):
    output = run(checkout, FIRST_START)
    key, rows = (checkout / ".env").read_text(), count_rows(checkout)
    assert "sonoivu" in output
    assert (checkout / ".env").stat().st_mode & 0o777 == 0o600
    assert min(rows.values()) > 0

    run(checkout, SECOND_START)

    assert (checkout / ".env").read_text() == key
    assert count_rows(checkout) == rows


def run(checkout, seconds):
    """Start the portal, see the log-in page with its style sheet, stop it by Ctrl-C; return what it printed."""
    address = f"http://127.0.0.1:{(port := services.free_port())}"
    shell = {name: value for name, value in os.environ.items() if name not in environment.VARIABLES}
    with (checkout / "output").open("w") as output:
        make = subprocess.Popen(
            ["make", "run", f"VENV={sys.prefix}"],
            cwd=checkout,
            env=shell | {"PORT": str(port)},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        ready = wait_for(lambda: make.poll() is not None or get(f"{address}/readyz"), seconds)
        login = get(f"{address}/accounts/login/")
        style = get(f"{address}/static/portal.css")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(make.pid, signal.SIGINT)
        make.wait(timeout=30)
    printed = (checkout / "output").read_text()

    assert ready == b'{"status": "ok", "database": "ok", "broker": "embedded"}', printed
    assert b"/static/portal.css" in login
    assert style == (checkout / "static/portal.css").read_bytes()
    assert get(f"{address}/healthz") is None
    return printed


def get(url):
    try:
        with urllib.request.urlopen(url, timeout=10) as response:
            return response.read()
    except urllib.error.URLError:
        return None


def count_rows(checkout):
    tables = ("accounts_user", "communes_unit", "scoring_assessment", "scoring_answer", "reports_metric")
    with closing(sqlite3.connect(checkout / "db.sqlite3")) as database:
        return {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608
