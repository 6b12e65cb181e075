"""A job: asked for once, done once, given up after three attempts; nothing is lost when its message is."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from ledger import services
from ledger.models import Job
from ledger.rules import MAX_ATTEMPTS, JobState

pytestmark = pytest.mark.django_db


def test_asking_twice_gives_the_same_open_job() -> None:
    first = services.ask(task="t", key="2018-Y")

    assert services.ask(task="t", key="2018-Y") == first
    assert services.ask(task="t", key="2018-H1") != first


def test_a_finished_job_can_be_asked_for_again() -> None:
    first = services.ask(task="t", key="2018-Y")
    services.run(first.pk, lambda _job: "xong")

    assert services.ask(task="t", key="2018-Y") != first


def test_a_job_runs_once_however_often_its_message_comes() -> None:
    job = services.ask(task="t", key="k")
    runs = []

    for _copy in range(3):
        services.run(job.pk, lambda job: str(runs.append(job.pk)))

    job.refresh_from_db()
    assert (len(runs), job.state, job.attempts, job.message) == (1, JobState.DONE, 1, "None")


def test_work_that_fails_leaves_nothing_behind_and_is_given_up_after_three_attempts() -> None:
    job = services.ask(task="t", key="k")

    def work(job: Job) -> str:
        Job.objects.create(task="half", key="done", created_at=timezone.now())
        raise ZeroDivisionError

    for attempt in range(1, MAX_ATTEMPTS + 1):
        with pytest.raises(ZeroDivisionError):
            services.run(job.pk, work)
        job.refresh_from_db()
        assert job.attempts == attempt

    assert services.run(job.pk, work) is None
    assert (job.state, job.error) == (JobState.FAILED, "ZeroDivisionError")
    assert "không chạy lại nữa" in job.message
    assert not Job.objects.filter(task="half").exists()


def test_the_sweeper_sends_again_what_waits_too_long_and_only_that() -> None:
    lost = services.ask(task="t", key="lost")
    Job.objects.filter(pk=lost.pk).update(sent_at=timezone.now() - timedelta(minutes=2))
    never_sent = services.ask(task="t", key="never sent")
    just_sent = services.ask(task="t", key="just sent")
    Job.objects.filter(pk=just_sent.pk).update(sent_at=timezone.now())

    assert services.to_send() == [lost, never_sent]
    assert services.to_send() == []


def test_the_sweeper_takes_a_job_whose_worker_died_and_gives_up_one_that_kills_its_workers() -> None:
    died = services.ask(task="t", key="died")
    poison = services.ask(task="t", key="poison")
    Job.objects.filter(pk=died.pk).update(state=JobState.RUNNING, attempts=1, sent_at=timezone.now() - timedelta(minutes=2))
    Job.objects.filter(pk=poison.pk).update(state=JobState.RUNNING, attempts=MAX_ATTEMPTS, sent_at=timezone.now() - timedelta(minutes=2))

    assert services.to_send() == [died]
    poison.refresh_from_db()
    assert poison.state == JobState.FAILED


@pytest.mark.django_db(transaction=True)
def test_a_job_asked_for_in_a_transaction_that_fails_does_not_exist() -> None:
    with transaction.atomic():
        services.ask(task="t", key="k")
        transaction.set_rollback(True)

    assert not Job.objects.exists()
