"""Periods over the API."""

from plan2018.models import Period
from tests.conftest import Cast
from tests.factories import client_of


def test_a_period_row_names_the_last_day_on_time(cast: Cast, year: Period, half: Period) -> None:
    answer = client_of(cast.signatory).get("/api/v1/periods/")

    assert answer.json()[0] == {
        "code": "2018-H1",
        "kind": "half",
        "name": "6 tháng đầu năm 2018",
        "starts_on": "2018-01-01",
        "ends_on": "2018-06-30",
        "due_on": "2018-06-20",
        "due_comparison": "<",
        "last_day_on_time": "2018-06-19",
    }
    assert [row["code"] for row in answer.json()] == ["2018-H1", "2018-Y"]
