"""Two people of a district at the same report at the same moment: one effect, the other is told; and the same file twice is one file."""

import pytest

from communes.models import Upload
from communes.reading import read as read_file
from communes.services import Stale
from ledger.models import Entry, Job
from reports import filings, intake, sheets
from reports.models import Figure, Report, ReportVersion
from reports.rules import ReportState
from tests.communes.test_races import at_once, chain_holds
from tests.factories import client_of
from tests.reports.test_workbook_pages import filled, plan  # noqa: F401 - the fixture

pytestmark = [pytest.mark.django_db(transaction=True)]

ROUNDS = 4


def receive(period, district, content, actor):
    return lambda: intake.receive(period=period, unit=district, name="a.xlsx", content=content, actor=actor)


def ready(period, district, content, actor) -> Upload:
    """A file that was checked and waits for a word."""
    upload = intake.receive(period=period, unit=district, name="a.xlsx", content=content, actor=actor)
    intake.check(upload=upload, found=read_file(content, sheets.LONGEST))
    return upload


def test_the_same_file_at_the_same_moment_is_one_file(plan, cast, place):  # noqa: F811
    content = filled(client_of(cast.appraiser))
    for turn in range(ROUNDS):
        same = content + bytes(turn)  # what follows the package does not matter to its readers
        first, second = at_once(*[receive(plan, place.district, same, cast.appraiser)] * 2)
        assert first.pk == second.pk
        Upload.objects.update(state=Upload.DROPPED)

    assert Upload.objects.count() == ROUNDS


def test_of_two_files_confirmed_at_the_same_moment_one_is_taken_and_the_other_shown_again(plan, cast, place):  # noqa: F811
    content = filled(client_of(cast.appraiser))
    at_once(*(receive(plan, place.district, content + bytes(turn), cast.appraiser) for turn in range(2)))
    for upload in Upload.objects.filter(state=Upload.QUEUED):
        intake.check(upload=upload, found=read_file(content, sheets.LONGEST))

    first, second = Upload.objects.order_by("pk")
    results = at_once(
        *(lambda one=upload: intake.take(upload=one, found=read_file(content, sheets.LONGEST), actor=cast.appraiser) for upload in (first, second))
    )

    assert sorted(results) == [False, True]
    assert ReportVersion.objects.count() == 1
    assert Figure.objects.count() == 4
    assert chain_holds("report", "2018-Y/094")


def test_two_who_confirm_one_file_at_once_have_one_effect(plan, cast, place):  # noqa: F811
    content = filled(client_of(cast.appraiser))
    upload = ready(plan, place.district, content, cast.appraiser)
    jobs = at_once(*[lambda: intake.ask_take(upload, explanation="Đã xem.", actor=cast.appraiser)] * 2)
    found = read_file(content, sheets.LONGEST)
    taken = at_once(*[lambda: intake.take(upload=upload, found=found, actor=cast.appraiser)] * 2)

    assert len({job.pk for job in jobs if not isinstance(job, Stale)}) == Job.objects.filter(task=intake.TAKE_TASK).count() == 1
    assert taken == [True, True]
    assert ReportVersion.objects.count() == 1
    assert Entry.objects.filter(act="upload").count() == 1


def test_a_file_is_taken_or_the_report_is_filed_never_half_of_each(plan, cast, place):  # noqa: F811
    """Filing and confirming at once: either the filed version has the file's figures, or none of them stands in the report."""
    content = filled(client_of(cast.appraiser))
    upload = ready(plan, place.district, content, cast.appraiser)
    found = read_file(content, sheets.LONGEST)

    def file() -> object:
        return filings.file_report(period=plan, unit=place.district, number="05/BC-UBND", dated=plan.ends_on, actor=cast.appraiser)

    _filed, taken = at_once(file, lambda: intake.take(upload=upload, found=found, actor=cast.appraiser))

    report = Report.objects.get()
    assert Figure.objects.filter(source=upload).count() == (4 if taken else 0)
    if report.state == ReportState.FILED and taken:
        assert len(ReportVersion.objects.latest("pk").content["figures"]) == 4
