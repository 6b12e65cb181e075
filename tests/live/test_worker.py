"""A real worker and a real beat on a real Redis: jobs survive killed workers, a stopped broker and a lost message; nothing is done twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, transaction

from ledger.models import Job
from ledger.rules import JobState
from ledger.tasks import send_on_commit, sweep
from plan2018.models import Period
from reports import services
from reports.models import Metric, Rollup, Standing
from scoring.rules import State
from tests.factories import bring_to, make_forms, make_period, make_province

pytestmark = [pytest.mark.live, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@contextmanager
def celery(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a Celery program on the test database and broker, in a process group of its own."""
    database = connection.settings_dict
    url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL}
    command = [sys.executable, "-m", "celery", "--app", "config", *words, "--loglevel=WARNING"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def worker() -> "contextmanager[subprocess.Popen[bytes]]":
    return celery("worker", "--concurrency=1", "--pool=prefork", "--without-gossip", "--without-mingle")


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """The children of a worker, which do its tasks."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.fixture
def year() -> Period:
    """A year with one approved commune, filled once so that the expected rows are known, then emptied."""
    make_province()
    year = make_period("2018-Y")
    forms = make_forms(year)
    bring_to(forms["03124"], State.APPROVED, 17)
    services.fill(year)
    return year


def rows() -> list[object]:
    return [list(Metric.objects.order_by("pk").values()), list(Standing.objects.order_by("pk").values())]


def ask(period: Period) -> Job:
    job = services.ask_fill(period)
    send_on_commit(job)
    return job


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def a_minute_passes() -> None:
    """As if the minute had passed after which the sweeper sends again what nobody holds; beat calls it every 30 seconds."""
    wait_for(lambda: waiting_for("reports_rollup") == 0)
    Job.objects.update(sent_at=None)
    sweep()


def test_a_worker_does_the_job(year: Period) -> None:
    expected = rows()
    Metric.objects.all().delete()

    with worker():
        job = ask(year)
        wait_for(lambda: state(job) == JobState.DONE)

    assert job.attempts == 1
    assert rows() == expected


def test_a_worker_child_killed_in_the_middle_of_a_fill_costs_a_delay_only(year: Period) -> None:
    expected = rows()
    with worker() as process:
        # Holding the row that a fill writes last keeps the fill in its middle: everything is written, nothing committed.
        with transaction.atomic():
            Rollup.objects.select_for_update().get(pk=year.pk)
            job = ask_outside_of_this_transaction(year)
            wait_for(lambda: waiting_for("reports_rollup") == 1)
            for child in children(process):
                os.kill(child, signal.SIGKILL)
        a_minute_passes()
        wait_for(lambda: state(job) == JobState.DONE)

    assert job.attempts == 2
    assert rows() == expected
    assert Job.objects.count() == 1


def test_a_whole_worker_killed_in_the_middle_of_a_fill_costs_a_delay_only(year: Period) -> None:
    expected = rows()
    with worker() as process, transaction.atomic():
        Rollup.objects.select_for_update().get(pk=year.pk)
        job = ask_outside_of_this_transaction(year)
        wait_for(lambda: waiting_for("reports_rollup") == 1)
        os.killpg(process.pid, signal.SIGKILL)
    assert state(job) == JobState.RUNNING

    with worker():
        a_minute_passes()
        wait_for(lambda: state(job) == JobState.DONE)

    assert job.attempts == 2
    assert rows() == expected


def test_the_same_message_ten_times_is_one_fill(year: Period) -> None:
    job = services.ask_fill(year)
    for _copy in range(10):
        send_on_commit(job)

    with worker():
        wait_for(lambda: state(job) == JobState.DONE)
        other = ask(year)
        wait_for(lambda: state(other) == JobState.DONE)

    assert job.attempts == 1


def test_beat_finds_a_period_that_moved_on_and_a_job_whose_message_was_lost(year: Period, tmp_path: object) -> None:
    lost = services.ask_fill(make_period("2018-H1"))
    bring_to(make_forms(year)["03127"], State.APPROVED, 15)

    with worker(), celery("beat", "--schedule", f"{tmp_path}/beat", "--pidfile="):
        wait_for(lambda: state(lost) == JobState.DONE, seconds=60)
        wait_for(lambda: Standing.objects.filter(period=year).count() == 2, seconds=90)


def ask_outside_of_this_transaction(period: Period) -> Job:
    """Ask from another connection, as a web process would, while this one holds a row."""
    script = (
        "import django; django.setup();"
        "from ledger.tasks import send_on_commit; from plan2018.models import Period; from reports import services;"
        f"job = services.ask_fill(Period.objects.get(code={period.code!r})); send_on_commit(job); print(job.pk)"
    )
    database = connection.settings_dict
    url = f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{database['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "config.settings"}
    answer = subprocess.run([sys.executable, "-c", script], env=environment, check=True, capture_output=True, text=True)
    return Job(pk=answer.stdout.strip().rsplit("\n", 1)[-1])


def waiting_for(table: str) -> int:
    """How many database sessions wait for a row of a table that another one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE %s", [f"%{table}%"]
        )
        return cursor.fetchone()[0]
