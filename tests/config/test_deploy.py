"""The files of deployment, as far as they can be tried without a container engine: their commands run here, on real servers."""

import os
import re
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from tests import services
from tests.helpers import wait_for

ROOT = Path(__file__).resolve().parents[2]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
PROGRAMS = Path(sys.executable).parent


def test_every_lasting_service_has_a_health_check_and_comes_back_after_a_crash():
    lasting = {name: service for name, service in COMPOSE["services"].items() if name != "prepare"}

    assert [name for name, service in lasting.items() if service.get("restart") != "unless-stopped"] == []
    assert [name for name, service in lasting.items() if "healthcheck" not in service] == ["web"]
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


def test_no_secret_has_a_default():
    assert set(re.findall(r"\$\{(\w*(?:SECRET|PASSWORD)\w*)(?!\w|:\?)", COMPOSE_TEXT)) == set()
    assert "SECRET_KEY: ${SECRET_KEY:?" in COMPOSE_TEXT


def test_every_variable_that_compose_asks_for_is_in_the_example():
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT)) - {"LOG_LEVEL"}
    explained = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy/portal.env.example").read_text(), re.MULTILINE))

    assert explained == asked


def test_only_the_proxy_is_reachable_from_outside():
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == ["proxy"]


def test_the_style_sheets_name_only_files_that_exist(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}

    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=["drf_spectacular_sidecar", "admin"])

    assert (tmp_path / "staticfiles.json").exists()


@pytest.mark.live
def test_the_web_server_answers_a_probe_with_any_host_and_ends_when_asked():
    host, port = "127.0.0.1", services.free_port()
    server = subprocess.Popen(
        [PROGRAMS / "gunicorn", "--config", "deploy/gunicorn.conf.py", "--graceful-timeout", "5", "--bind", f"{host}:{port}", "config.wsgi"],
        cwd=ROOT,
        env=os.environ | {"BEHIND_TLS_PROXY": "1"},
    )
    try:
        answer = wait_for(lambda: ask(host, port, "GET /healthz HTTP/1.0\r\nHost: 10.0.0.7\r\n\r\n"))
    finally:
        server.terminate()
        status = server.wait(timeout=30)

    assert re.fullmatch(r"HTTP/1\.\d 200 OK\r\n.*\r\n\r\nok", answer, re.DOTALL)
    assert status == 0


@pytest.mark.live
@pytest.mark.postgres
def test_the_worker_answers_its_health_check_and_nobody_else_does():
    with running("worker"):
        assert wait_for(lambda: health_check("worker") == 0)
    assert health_check("worker") != 0


@pytest.mark.live
@pytest.mark.postgres
def test_beat_leaves_the_file_that_its_health_check_looks_for(tmp_path):
    assert health_check("beat", tmp_path) != 0

    with running("beat", tmp_path):
        assert wait_for(lambda: health_check("beat", tmp_path) == 0)


@contextmanager
def running(name, directory="/tmp"):
    """Run a service's command as docker-compose.yml has it, with its /tmp in another place; it is stopped at the end of the block."""
    program, *arguments = (word.replace("/tmp", str(directory)) for word in COMPOSE["services"][name]["command"])
    process = subprocess.Popen([PROGRAMS / program, *arguments], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        assert process.wait(timeout=30) == 0


def health_check(name, directory="/tmp"):
    command = (
        COMPOSE["services"][name]["healthcheck"]["test"][1].replace("$$", "$").replace("--timeout 5", "--timeout 1").replace("/tmp", str(directory))
    )
    environment = os.environ | {"HOSTNAME": socket.gethostname(), "PATH": f"{PROGRAMS}:{os.environ['PATH']}"}
    return subprocess.run(["sh", "-c", command], cwd=ROOT, env=environment, capture_output=True, check=False).returncode


def ask(host, port, words):
    try:
        with socket.create_connection((host, port), timeout=5) as connection:
            connection.sendall(words.encode())
            return connection.makefile("rb").read().decode()
    except OSError:
        return None
