"""Doors of the reports room to Celery: fill one period for a job; look for periods that have moved on; check and take a district's workbook; write a document."""

from celery import shared_task
from django.utils.translation import gettext as _

from communes import registers
from communes import services as uploads
from communes.models import Upload
from communes.reading import Sheet
from ledger import services as ledger
from ledger.models import Job
from ledger.tasks import send_on_commit
from plan2018.models import Period
from reports import intake, papers, selectors, services, sheets
from reports.models import Paper
from reports.sentences import inside


@shared_task(name=services.FILL_TASK)
def fill(job_id: str) -> None:
    """Fill the period that a job names."""
    ledger.run(job_id, _fill)


def _fill(job: Job) -> str:
    period = Period.objects.select_related("plan").get(code=job.key)
    services.fill(period)
    return _("Đã tổng hợp %(period)s.") % {"period": inside(period.name)}


@shared_task(name="reports.fill_stale")
def fill_stale() -> None:
    """Ask for a fill of every period whose ledger entries have moved on."""
    for period in selectors.stale_periods():
        send_on_commit(services.ask_fill(period))


@shared_task(name=papers.WRITE_TASK)
def write_paper(job_id: str) -> None:
    """Write the document that a job names."""
    ledger.run(job_id, _write)


def _write(job: Job) -> str:
    return papers.write(Paper.objects.select_related("edition__period", "unit").get(pk=job.key))


@shared_task(name=intake.CHECK_TASK)
def check_upload(job_id: str) -> None:
    """Check the workbook that a job names."""
    ledger.run(job_id, _check)


def _check(job: Job) -> str:
    upload, found = _read(job)
    intake.check(upload=upload, found=found)
    uploads.note_step(upload, 0)
    return _("Đã kiểm tra xong.")


def _read(job: Job) -> tuple[Upload, list[Sheet] | str]:
    """The sheets of the file, read by a process of its own; or the cause for which it is refused."""
    upload = Upload.objects.select_related("unit").get(pk=job.key)
    uploads.note_step(upload, 1)
    found = registers.read_sheets(upload, sheets.LONGEST)
    uploads.note_step(upload, 2)
    return upload, found


@shared_task(name=intake.TAKE_TASK)
def take_upload(job_id: str) -> None:
    """Take the workbook that a job names."""
    ledger.run(job_id, _take)


def _take(job: Job) -> str:
    upload, found = _read(job)
    uploads.note_step(upload, uploads.STEPS)
    taken = intake.take(upload=upload, found=found, actor=job.requested_by)
    uploads.note_step(upload, 0)
    return _("Đã ghi vào báo cáo.") if taken else _("Chưa ghi gì: báo cáo đã đổi từ lúc kiểm tra.")
