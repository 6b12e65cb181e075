"""The throwaway servers themselves: what other tests and the benchmarks stand on."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2
import pytest
from redis import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from tests import services

ROOT = Path(__file__).resolve().parent.parent
pytestmark = [pytest.mark.live, pytest.mark.postgres]


def test_the_database_sorts_as_vietnamese_people_do():
    names = ["Ẳng Cang", "Ảng Nưa", "Đông", "Dương", "Ê", "E"]

    with services.postgres() as database, psycopg2.connect(database.url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT name FROM unnest(%s) AS name ORDER BY name", [names])
        ordered = [name for (name,) in cursor.fetchall()]
        connection.rollback()
        cursor.execute("SHOW server_encoding")
        encoding = cursor.fetchone()

    assert ordered == ["Ảng Nưa", "Ẳng Cang", "Dương", "Đông", "E", "Ê"]
    assert encoding == ("UTF8",)


def test_the_broker_keeps_its_queue_over_a_power_cut():
    with services.redis() as broker:
        Redis.from_url(broker.url).rpush("queue", "message")
        time.sleep(1.1)  # the append-only file reaches the disk every second
        broker.stop(signal.SIGKILL)
        broker.start()

        assert Redis.from_url(broker.url).lrange("queue", 0, -1) == [b"message"]


def test_the_command_hears_the_addresses_and_gives_its_status_back():
    script = "import os, sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL']); sys.exit(7)"

    process = subprocess.run(
        [sys.executable, "-m", "tests.services", "--", sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert process.returncode == 7
    assert [url.split("://")[0] for url in process.stdout.split()] == ["postgres", "redis"]


def test_the_servers_end_with_a_command_that_is_ended():
    script = "import os, time; print(os.environ['REDIS_URL'], flush=True); time.sleep(60)"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.services", "--", sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    url = process.stdout.readline().strip()
    assert Redis.from_url(url).ping()

    process.terminate()

    assert process.wait(timeout=30) == 143
    process.stdout.close()
    with Redis.from_url(url) as broker, pytest.raises(RedisConnectionError):
        broker.ping()


def test_a_missing_program_is_told_in_one_line_with_its_package(monkeypatch, capsys):
    monkeypatch.setattr(services, "PACKAGES", {"no-such-server": "no-such-package"})
    monkeypatch.setattr(services.os, "geteuid", lambda: 1000)

    status = services.main(["--install"])

    assert status == 2
    assert capsys.readouterr().err == "ERROR: The tests need programs that are not installed: apt-get install no-such-package\n"
