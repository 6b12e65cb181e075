"""Redis stops while people work, and comes back: everybody works on, nobody sees an error, nothing is lost, nothing happens twice."""

import subprocess
import sys

import pytest

from accounts.rules import Role
from ledger.models import Job
from ledger.rules import JobState
from reports.models import Standing
from scoring.models import Assessment
from scoring.rules import State
from tests.factories import bring_to, make_forms, make_period, make_province
from tests.helpers import wait_for
from tests.live.conftest import Person, environment, serve, somebody
from tests.services import redis

pytestmark = [pytest.mark.live, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_people_work_on_while_redis_is_away_and_the_figures_follow_when_it_is_back() -> None:
    place = make_province()
    forms = make_forms(make_period("2018-Y"))
    bring_to(forms["03127"], State.APPROVED, 15)
    signatory = somebody(Role.COMMUNE_SIGNATORY, place.commune, username="xa")
    somebody(Role.PROVINCE_OFFICER, place.province, username="tinh")
    answers = []

    with redis() as broker, serve(REDIS_URL=broker.url) as address:
        clerk, officer = Person(address).sign_in("xa"), Person(address).sign_in("tinh")
        broker.stop()

        answers += [clerk.get("/assessments/2018-Y/03124/")]
        answers += [clerk.press("Lưu tất cả", **{"CC01-points": "17,5", "CC02-points": "16", "CC03-points": "15"})]
        answers += [clerk.press("Gửi lên huyện")]
        assert "Đã gửi phiếu lên huyện" in clerk.page.text
        answers += [officer.get("/dashboard/2018-Y/"), officer.press("Tổng hợp"), officer.get("/rankings/2018-Y/"), officer.get("/readyz")]
        answers += [Person(address).sign_in("xa").get("/rankings/2018-Y/"), officer.get("/api/v1/rankings/?period=2018-Y")]
        assert set(answers) == {200}
        job = Job.objects.get()
        assert job.state == JobState.QUEUED

        broker.start()
        Job.objects.update(sent_at=None)  # as if the minute had passed after which the sweeper sends again
        celery = [sys.executable, "-m", "celery", "--app", "config"]
        with (
            subprocess.Popen([*celery, "worker", "--concurrency=1", "--loglevel=ERROR"], env=environment(REDIS_URL=broker.url)) as worker,
            subprocess.Popen([*celery, "call", "ledger.sweep"], env=environment(REDIS_URL=broker.url)),
        ):
            try:
                assert wait_for(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE).exists())
            finally:
                worker.terminate()

    assert Standing.objects.count() == 1
    assert Job.objects.count() == 1
    form = Assessment.objects.get(unit=signatory.unit)
    assert [answer.self_points for answer in form.answers.order_by("criterion__position")] == [17.5, 16, 15]
