"""Doors of the scoring room to Celery: check the workbook of a commune's form; once a day, remind those for whom a form waits."""

from celery import shared_task
from django.utils import timezone
from django.utils.translation import gettext as _

from communes import registers
from communes import services as uploads
from communes.models import Upload
from ledger import services as ledger
from ledger.models import Job
from scoring import intake, sheets, terms


@shared_task(name=intake.CHECK_TASK)
def check_upload(job_id: str) -> None:
    """Check the workbook that a job names."""
    ledger.run(job_id, _check)


def _check(job: Job) -> str:
    upload = Upload.objects.select_related("unit").get(pk=job.key)
    uploads.note_step(upload, 1)
    found = registers.read_sheets(upload, sheets.LONGEST)
    uploads.note_step(upload, 2)
    intake.check(upload=upload, found=found)
    uploads.note_step(upload, 0)
    return _("Đã kiểm tra xong.")


@shared_task(name="scoring.remind")
def remind() -> None:
    """Remind of the deadlines of forms. Safe to run twice a day."""
    terms.remind(timezone.localdate())
