"""Acts of the ledger: write an entry; ask for a job, take it, finish it, sweep for what was lost; tell people, here and by mail."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused, SMTPSenderRefused
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger import selectors
from ledger.models import Entry, Job, Notice
from ledger.prepared import PreparedInsert
from ledger.rules import CLAIM_LASTS, MAX_ATTEMPTS, MAX_MAIL_TRIES, PAUSES, SETTLED, JobState, Message, chain, digest

SENT_LONG_AGO = timedelta(seconds=60)


_append = PreparedInsert(Entry)


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
    unit: int | None = None,
) -> Entry:
    """Append one entry to the chain of its subject. Call it inside the act's transaction, after the row that the act locks.

    `unit` (id) is whose subject it is: those who serve it or a unit above read the entry. Without one, only the province does.
    """
    last, number = selectors.newest.first(kind=kind, key=key) or ("", 0)
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
        number=number + 1,
        unit_id=unit,
    )
    entry.hash = chain(last, entry.content())
    _append(entry)
    return entry


def record_each(
    *,
    act: str,
    kind: str,
    actor: AbstractBaseUser | None,
    topic: str = "",
    data: Mapping[str, dict[str, Any]],
    units: Mapping[str, int | None],
) -> list[Entry]:
    """Append one entry to each chain that `data` names by its key: an act on many subjects, whose units `units` names by the same key.

    As `record`, after the rows that the act locks.
    """
    newest = Entry.objects.filter(subject_kind=kind, subject_key__in=list(data)).values("subject_key").annotate(last=Max("pk")).values("last")
    before = {key: (last, number) for key, last, number in Entry.objects.filter(pk__in=newest).values_list("subject_key", "hash", "number")}
    now, by = timezone.now(), actor.pk if actor else None
    entries = [
        Entry(at=now, actor_id=by, act=act, subject_kind=kind, subject_key=key, topic=topic, data=said, unit_id=units.get(key))
        for key, said in data.items()
    ]
    for entry in entries:
        last, number = before.get(entry.subject_key, ("", 0))
        entry.hash, entry.number = chain(last, entry.content()), number + 1
    return Entry.objects.bulk_create(entries)


def seal() -> Entry | None:
    """Seal what was written since the last seal: an entry with the count and the digest of all entries in between; None when there is nothing new.

    Chains show what was changed or taken out before a subject's last entry; the seal shows it for the last ones too. What is younger than SETTLED
    waits for the next seal, since an entry with a smaller id may still be under way.
    """
    with transaction.atomic():
        lock("seal")
        last = selectors.seals().last()
        settled = Entry.objects.filter(at__lte=timezone.now() - SETTLED)
        through = settled.exclude(subject_kind=selectors.SEAL[0]).aggregate(last=Max("pk"))["last"]
        if through is None or (last and through <= last.data["through"]):
            return None
        kind, key = selectors.SEAL
        return record(act="seal", kind=kind, key=key, actor=None, data={"through": through, **selectors.since(last, through).said()})


def ask(*, task: str, key: str, actor: AbstractBaseUser | None = None) -> Job:
    """Ask for a piece of work: the open job of this task and key if there is one (a second click), else a new one."""
    with transaction.atomic():
        Job.objects.bulk_create(
            [Job(task=task, key=key, requested_by_id=actor.pk if actor else None, created_at=timezone.now())], ignore_conflicts=True
        )
        return Job.objects.get(task=task, key=key, state__in=[JobState.QUEUED, JobState.RUNNING])


def run(job_id: UUID | str, work: Callable[[Job], str]) -> Job | None:
    """Do a job's work once, in one transaction that also marks it done; None when there is nothing (left) to do.

    `work` gets the job and gives back a sentence for the person who asked. While it runs it holds the lock of the job's row: a second copy of the
    message, and the sweeper, pass by; when its process is killed the lock is free at once and whoever comes next takes the job again. An error sends
    the job back to the queue; after MAX_ATTEMPTS it is failed, with a message.
    """
    with transaction.atomic():
        job = _unlocked(job_id)
        if job is None or _give_up(job):
            return None
        job.state, job.attempts, job.started_at = JobState.RUNNING, job.attempts + 1, timezone.now()
        job.save(update_fields=["state", "attempts", "started_at"])
    try:
        with transaction.atomic():
            job = _unlocked(job_id)
            if job is None:
                return None
            job.message = work(job)
            job.state, job.finished_at, job.done = JobState.DONE, timezone.now(), job.total
            job.save(update_fields=["message", "state", "finished_at", "done"])
    except Exception as error:
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=job_id)
            job.error = type(error).__name__
            job.sent_at = None
            job.save(update_fields=["error", "sent_at"])
            _give_up(job)
        raise
    return job


def _unlocked(job_id: UUID | str) -> Job | None:
    """The unfinished job, locked for us; None when it is finished or another process holds it."""
    unfinished = Job.objects.filter(pk=job_id, state__in=[JobState.QUEUED, JobState.RUNNING])
    return unfinished.select_for_update(skip_locked=True).first()


def _give_up(job: Job) -> bool:
    """Fail a job that has used up its attempts, in words for the person who asked."""
    if job.attempts < MAX_ATTEMPTS:
        return False
    job.state, job.finished_at = JobState.FAILED, timezone.now()
    job.message = _("Việc này đã dừng giữa chừng %(n)d lần nên không chạy lại nữa. Hãy báo quản trị hệ thống, kèm mã việc.") % {"n": job.attempts}
    job.save(update_fields=["state", "finished_at", "message"])
    return True


def lock(name: str) -> None:
    """Wait for, then hold until the end of the transaction, the lock of this name. SQLite has one writer at a time anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(digest(name)[:15], 16)])


def to_send() -> list[Job]:
    """The jobs whose message is lost or whose worker died, marked as sent again; those that used up their attempts are failed.

    A job is due when nobody holds its row and it was not sent within the last SENT_LONG_AGO: that covers a crash between commit and sending, a lost
    or emptied broker, and a killed worker.
    """
    now = timezone.now()
    with transaction.atomic():
        waiting = Job.objects.filter(Q(sent_at=None) | Q(sent_at__lt=now - SENT_LONG_AGO), state__in=[JobState.QUEUED, JobState.RUNNING])
        jobs = [job for job in waiting.order_by("created_at").select_for_update(skip_locked=True) if not _give_up(job)]
        Job.objects.filter(pk__in=[job.pk for job in jobs]).update(sent_at=now)
    return jobs


def notify(people: Iterable[int], *, key: str, subject: str, body: str, link: str = "") -> None:
    """Tell people (by id) the same thing; whoever was told under this key before is not told again."""
    notify_all(Message(person, key, subject, body, link) for person in people)


def notify_all(messages: Iterable[Message]) -> None:
    """Tell each person something, in one go. A person is told once for each key, whatever the words."""
    now = timezone.now()
    notices = [Notice(person_id=one.person, key=one.key, subject=one.subject[:200], body=one.body, link=one.link, created_at=now) for one in messages]
    Notice.objects.bulk_create(notices, ignore_conflicts=True, batch_size=1000)


def read(person: AbstractBaseUser, *, notice: int | None = None) -> int:
    """A person has read one notice, or all; how many were new to them. Somebody else's are not touched."""
    unread = Notice.objects.filter(person=person.pk, read_at=None)
    return (unread.filter(pk=notice) if notice is not None else unread).update(read_at=timezone.now())


def claim() -> Notice | None:
    """Take the next message that is due by mail and count the try, committed before anything is sent; None when there is none.

    Due: never tried; failed, and its pause is over; or claimed by a sender that died, CLAIM_LASTS ago. Two senders never hold the same one: the row is
    locked while it is taken, and once taken it is not due.
    """
    now = timezone.now()
    due = Q(tries=0) | Q(tries__lt=MAX_MAIL_TRIES, error="", tried_at__lte=now - CLAIM_LASTS)
    for tries, pause in enumerate(PAUSES, start=1):
        due |= Q(tries=tries, tried_at__lte=now - pause) & ~Q(error="")
    with transaction.atomic():
        waiting = Notice.objects.filter(due, mailed_at=None, person__is_active=True).exclude(person__email="").select_related("person")
        notice = waiting.order_by("tries", "created_at", "pk").select_for_update(skip_locked=True, of=("self",)).first()
        if notice is None:
            return None
        notice.tries, notice.tried_at, notice.error = notice.tries + 1, now, ""
        notice.save(update_fields=["tries", "tried_at", "error"])
    return notice


def mail(*, seconds: float = 45) -> int:
    """Send what is due by mail, for about so long; how many went out. Nobody waits for it: it runs in a worker.

    A mail that fails is marked with the class of the error and waits longer each time. When the server itself is away or silent, the run ends:
    the rest has used up no try and is looked at again by the next run.
    """
    until, sent = timezone.now() + timedelta(seconds=seconds), 0
    while timezone.now() < until and (notice := claim()):
        try:
            _message_of(notice).send()
        except (OSError, SMTPException, ValueError) as error:
            Notice.objects.filter(pk=notice.pk).update(error=type(error).__name__)
            if not isinstance(error, _ABOUT_THIS_MAIL):
                break
        else:
            Notice.objects.filter(pk=notice.pk).update(mailed_at=timezone.now())
            sent += 1
    return sent


_ABOUT_THIS_MAIL = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, ValueError)
"""Errors that say nothing of the next mail."""


def _message_of(notice: Notice) -> EmailMessage:
    """The mail of a notice; its Message-ID is the same however often it is tried, so that a mailbox can tell a copy."""
    link = f"\n\n{settings.SITE_URL}{notice.link}" if notice.link else ""
    foot = _("Thư tự động của cổng thông tin Chính quyền cơ sở tỉnh Điện Biên. Không trả lời thư này.")
    return EmailMessage(
        notice.subject,
        f"{notice.body}{link}\n\n-- \n{foot}\n",
        to=[notice.person.email],
        headers={"Message-ID": f"<notice-{notice.pk}-{digest(notice.key)[:16]}@{settings.SITE_URL.partition('://')[2].partition(':')[0]}>"},
    )
