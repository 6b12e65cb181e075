"""Acts of the ledger: write an entry; ask for a job, take it, finish it, sweep for what was lost."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.models import Entry, Job
from ledger.rules import MAX_ATTEMPTS, JobState, chain, digest

SENT_TOO_LONG_AGO = timedelta(seconds=60)
HEART_STOPPED = timedelta(seconds=90)


def record(
    *,
    act: str,
    kind: str,
    key: str,
    actor: AbstractBaseUser | None,
    topic: str = "",
    before: str = "",
    after: str = "",
    reason: str = "",
    data: dict[str, Any] | None = None,
) -> Entry:
    """Append one entry to the chain of its subject. Call it inside the act's transaction, after the row that the act locks."""
    last = Entry.objects.about(kind, key).values_list("hash", flat=True).last()
    entry = Entry(
        at=timezone.now(),
        actor_id=actor.pk if actor else None,
        act=act,
        subject_kind=kind,
        subject_key=key,
        topic=topic,
        before=before,
        after=after,
        reason=reason,
        data=data or {},
    )
    entry.hash = chain(last or "", entry.content())
    entry.save(force_insert=True)
    return entry


def ask(*, task: str, key: str, actor: AbstractBaseUser | None = None) -> Job:
    """Ask for a piece of work: the open job of this task and key if there is one (a second click), else a new one."""
    with transaction.atomic():
        Job.objects.bulk_create(
            [Job(task=task, key=key, requested_by_id=actor.pk if actor else None, created_at=timezone.now())], ignore_conflicts=True
        )
        return Job.objects.get(task=task, key=key, state__in=[JobState.QUEUED, JobState.RUNNING])


def run(job_id: UUID | str, work: Callable[[Job], str]) -> Job | None:
    """Do a job's work once: claim it, do the work and mark it done in one transaction; None when there is nothing (left) to do.

    `work` gets the job and gives back a sentence for the person who asked. Called twice or at once, the second caller finds the job taken or done.
    An error sends the job back to the queue; after MAX_ATTEMPTS it is failed, with a message. A killed process leaves the job running with a
    heartbeat that stops: the sweeper sends it again.
    """
    now = timezone.now()
    open_ = Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, heartbeat_at__lt=now - HEART_STOPPED)
    claimed = Job.objects.filter(open_, pk=job_id, attempts__lt=MAX_ATTEMPTS).update(
        state=JobState.RUNNING, attempts=F("attempts") + 1, heartbeat_at=now
    )
    if not claimed:
        return None
    job = Job.objects.get(pk=job_id)
    try:
        with transaction.atomic():
            lock(f"{job.task}:{job.key}")
            message = work(job)
            Job.objects.filter(pk=job.pk).update(state=JobState.DONE, message=message, finished_at=timezone.now(), done=F("total"))
    except Exception as error:
        gave_up = job.attempts >= MAX_ATTEMPTS
        Job.objects.filter(pk=job.pk).update(
            state=JobState.FAILED if gave_up else JobState.QUEUED,
            message=_("Việc này đã lỗi %(n)d lần nên dừng lại. Lỗi cuối: %(error)s. Hãy báo quản trị hệ thống, kèm mã việc.")
            % {"n": job.attempts, "error": type(error).__name__}
            if gave_up
            else "",
            finished_at=timezone.now() if gave_up else None,
            sent_at=None,
        )
        raise
    job.refresh_from_db()
    return job


def lock(name: str) -> None:
    """Wait for, then hold until the end of the transaction, the lock of this name. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest(name)[:15], 16)])


def to_send(*, now: datetime) -> list[Job]:
    """Mark as sent, and give back, the jobs that wait too long or whose worker stopped; fail those that used up their attempts."""
    waiting = Q(state=JobState.QUEUED) & (Q(sent_at=None) | Q(sent_at__lt=now - SENT_TOO_LONG_AGO))
    dead = Q(state=JobState.RUNNING, heartbeat_at__lt=now - HEART_STOPPED)
    Job.objects.filter(dead | Q(state=JobState.QUEUED), attempts__gte=MAX_ATTEMPTS).update(
        state=JobState.FAILED,
        finished_at=now,
        message=_("Việc này đã dừng giữa chừng %(n)d lần nên không chạy lại nữa. Hãy báo quản trị hệ thống, kèm mã việc.") % {"n": MAX_ATTEMPTS},
    )
    jobs = list(Job.objects.filter(waiting | dead, attempts__lt=MAX_ATTEMPTS).order_by("created_at"))
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(sent_at=now)
    return jobs
