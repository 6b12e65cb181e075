"""Doors of the registers to Celery: check a file, take a file. Each reads it anew, in a process of its own."""

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from communes import registers, services
from communes.models import Upload
from ledger import services as ledger
from ledger.models import Job


@shared_task(name=services.CHECK_TASK)
def check_upload(job_id: str) -> None:
    """Check the file that a job names."""
    ledger.run(job_id, _check)


def _check(job: Job) -> str:
    upload = Upload.objects.select_related("unit").get(pk=job.key)
    services.check(upload=upload, draft=registers.draft(upload, timezone.localdate()))
    return _("Đã kiểm tra xong.")


@shared_task(name=services.TAKE_TASK)
def take_upload(job_id: str) -> None:
    """Take the file that a job names."""
    ledger.run(job_id, _take)


def _take(job: Job) -> str:
    upload = Upload.objects.select_related("unit").get(pk=job.key)
    taken = services.take(upload=upload, draft=registers.draft(upload, timezone.localdate()), actor=job.requested_by)
    return _("Đã ghi vào sổ.") if taken else _("Chưa ghi gì: sổ đã đổi từ lúc kiểm tra.")
