"""Doors of the reports room to Celery: fill one period for a job; look for periods that have moved on."""

from celery import shared_task
from django.utils.translation import gettext as _

from ledger import services as ledger
from ledger.models import Job
from ledger.tasks import send_on_commit
from plan2018.models import Period
from reports import selectors, services
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
