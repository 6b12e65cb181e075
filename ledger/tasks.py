"""Doors of the ledger to Celery: send a job's id on commit, sweep for jobs whose message was lost, send the mails that are due, seal the day."""

import logging

from celery import current_app, shared_task
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from ledger import services
from ledger.models import Job

logger = logging.getLogger(__name__)


def send_on_commit(job: Job) -> None:
    """Send the job's id once the transaction that asked for it is committed. Without a broker the sweeper sends it later."""
    transaction.on_commit(lambda: _send(job))


def _send(job: Job) -> None:
    try:
        current_app.tasks[job.task].apply_async(args=[str(job.pk)], retry=False)
    except (OperationalError, ConnectionError, TimeoutError):
        logger.warning("broker is away; job %s waits for the sweeper", job.pk)
        return
    Job.objects.filter(pk=job.pk, sent_at=None).update(sent_at=timezone.now())


@shared_task(name="ledger.sweep")
def sweep() -> None:
    """Send again what waits too long: covers a lost broker, a killed worker and a flushed queue."""
    for job in services.to_send():
        _send(job)


@shared_task(name="ledger.mail")
def mail() -> None:
    """Send the mails that are due."""
    services.mail()


@shared_task(name="ledger.seal")
def seal() -> None:
    """Seal the entries of the day. The log keeps the seal outside the database, so that it cannot be exchanged there unseen."""
    if entry := services.seal():
        logger.warning("ledger sealed through entry %s: %s", entry.data["through"], entry.hash)
