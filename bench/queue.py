"""A province's fill through a real worker: from the row that asks for it to the commit that holds the figures."""

import statistics
import subprocess
import sys
import time

from bench.figure import ROUNDS, Figure
from ledger.models import Job
from ledger.rules import JobState
from ledger.tasks import send_on_commit
from plan2018.models import Period
from reports import services


def figure() -> Figure:
    """Median milliseconds from asking to done, by the times in the job's row."""
    period = Period.objects.select_related("plan").get(code="2018-Y")
    command = [sys.executable, "-m", "celery", "--app", "config", "worker", "--concurrency=1", "--loglevel=ERROR"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            spans = [_one(period) for _round in range(ROUNDS + 1)][1:]
        finally:
            worker.terminate()
    median = statistics.median(spans) * 1000
    return Figure("a province's fill, queue to commit, ms", median, 300, f"{len(spans)} jobs, slowest {max(spans) * 1000:.0f} ms")


def _one(period: Period) -> float:
    job = services.ask_fill(period)
    send_on_commit(job)
    deadline = time.monotonic() + 60
    while job.state != JobState.DONE:
        if time.monotonic() > deadline or job.state == JobState.FAILED:
            raise RuntimeError(f"the job is {job.state}: {job.error}")
        time.sleep(0.02)
        job = Job.objects.get(pk=job.pk)
    assert job.finished_at is not None
    return (job.finished_at - job.created_at).total_seconds()
