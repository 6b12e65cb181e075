"""Doors of the registers to Celery: check a file, take a file. Each reads it anew, in a process of its own."""

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from communes import registers, services
from communes.models import Upload
from communes.sheets import Draft
from ledger import services as ledger
from ledger.models import Job


@shared_task(name=services.CHECK_TASK)
def check_upload(job_id: str) -> None:
    """Check the file that a job names."""
    ledger.run(job_id, _check)


def _check(job: Job) -> str:
    upload, draft = _read(job)
    services.check(upload=upload, draft=draft)
    services.note_step(upload, 0)
    return _("Đã kiểm tra xong.")


def _read(job: Job) -> tuple[Upload, Draft]:
    upload = Upload.objects.select_related("unit").get(pk=job.key)
    services.note_step(upload, 1)
    sheets = registers.read_sheets(upload)
    services.note_step(upload, 2)
    draft = registers.draft(upload, sheets, timezone.localdate())
    services.note_step(upload, 3)
    return upload, draft


@shared_task(name=services.TAKE_TASK)
def take_upload(job_id: str) -> None:
    """Take the file that a job names."""
    ledger.run(job_id, _take)


def _take(job: Job) -> str:
    upload, draft = _read(job)
    services.note_step(upload, services.STEPS)
    taken = services.take(upload=upload, draft=draft, actor=job.requested_by)
    services.note_step(upload, 0)
    return _("Đã ghi vào sổ.") if taken else _("Chưa ghi gì: sổ đã đổi từ lúc kiểm tra.")
