"""A real worker with a district's workbook: read, checked and taken; killed in the middle, nothing is half taken and nothing lost."""

import os
import signal

import pytest
from celery import current_app
from django.db import transaction

from communes.models import Upload
from communes.reading import read as read_file
from ledger.models import Job
from ledger.rules import JobState
from ledger.tasks import send_on_commit, sweep
from plan2018.models import Period
from reports import filings, intake, sheets
from reports.models import Figure, Report, ReportVersion
from tests.conftest import Cast
from tests.factories import Place, client_of
from tests.live.test_worker import children, state, wait_for, waiting_for, worker
from tests.reports.test_workbook_pages import filled, plan  # noqa: F401 - the fixture

pytestmark = [pytest.mark.live, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_a_workers_child_reads_checks_and_takes_a_district_s_workbook(plan: Period, place: Place, cast: Cast) -> None:  # noqa: F811
    content = filled(client_of(cast.appraiser))

    with worker():
        upload = intake.receive(period=plan, unit=place.district, name="bao-cao.xlsx", content=content, actor=cast.appraiser)
        send_on_commit(intake.ask_check(upload, actor=cast.appraiser))
        wait_for(lambda: reread(upload) == Upload.READY)
        first = Figure.objects.count()
        send_on_commit(intake.ask_take(upload, explanation="Đã xem.", actor=cast.appraiser))
        wait_for(lambda: reread(upload) == Upload.TAKEN)

    assert (first, Figure.objects.count()) == (0, 4)
    assert ReportVersion.objects.get().made_by == cast.appraiser


def test_a_worker_killed_while_it_takes_a_workbook_leaves_nothing_half_taken(plan: Period, place: Place, cast: Cast) -> None:  # noqa: F811
    content = filled(client_of(cast.appraiser))
    upload = intake.receive(period=plan, unit=place.district, name="bao-cao.xlsx", content=content, actor=cast.appraiser)
    intake.check(upload=upload, found=read_file(content, sheets.LONGEST))
    filings.start(period=plan, unit=place.district)
    job = intake.ask_take(upload, explanation="Đã xem.", actor=cast.appraiser)
    with worker() as process:
        with transaction.atomic():
            Report.objects.select_for_update().get()  # the worker reads the file, then waits for the report
            current_app.send_task(job.task, [str(job.pk)])
            wait_for(lambda: waiting_for("reports_report") == 1)
            for child in children(process):
                os.kill(child, signal.SIGKILL)
        assert Figure.objects.count() == 0
        wait_for(lambda: waiting_for("reports_report") == 0)
        Job.objects.update(sent_at=None)
        sweep()
        wait_for(lambda: state(job) == JobState.DONE)

    assert reread(upload) == Upload.TAKEN
    assert (Figure.objects.count(), ReportVersion.objects.count()) == (4, 1)


def reread(upload: Upload) -> str:
    upload.refresh_from_db()
    return upload.state
