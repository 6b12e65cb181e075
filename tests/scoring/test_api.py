"""Criteria and assessments over the API: the rows of the contract, within one's area."""

import pytest

from plan2018.models import Period
from scoring.models import Assessment
from scoring.rules import Stage, State
from tests.conftest import Cast
from tests.factories import bring_to, client_of, fill_in

Forms = dict[str, Assessment]


def codes(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["unit_code"] for row in response.json()]


def test_a_criterion_row_is_as_the_contract_has_it(cast: Cast, criteria_set) -> None:
    rows = client_of(cast.api_client).get("/api/v1/criteria/").json()

    assert [row["code"] for row in rows] == ["CC01", "CC02", "CC03"]
    assert rows[0] == {
        "code": "CC01",
        "number": "I.1",
        "title": "Tiêu thức thành phần 1",
        "group_code": "CG1",
        "max_points": "20.00",
        "criteria_set": "qd-34-2011",
        "plan_section": "",
        "responsible_title": "",
        "guidance": "",
        "provenance": "derived-from-seed",
        "position": 1,
    }


def test_a_blank_form_has_no_totals(cast: Cast, forms: Forms) -> None:
    rows = client_of(cast.signatory).get("/api/v1/assessments/").json()

    assert rows == [
        {
            "id": forms["03124"].pk,
            "unit_code": "03124",
            "period": "2018-Y",
            "state": "draft",
            "self_total": None,
            "appraised_total": None,
            "total": None,
            "max_total": "60.00",
            "grade": None,
        }
    ]


def test_what_is_entered_shows_but_the_result_waits_for_approval(cast: Cast, forms: Forms) -> None:
    bring_to(forms["03124"], State.APPRAISED, 17)
    fill_in(forms["03124"], Stage.FINAL, 20)

    row = client_of(cast.api_client).get("/api/v1/assessments/?unit=03124").json()[0]

    assert (row["state"], row["self_total"], row["appraised_total"], row["total"], row["grade"]) == ("appraised", "51.00", "51.00", None, None)


def test_an_approved_form_has_its_result(cast: Cast, forms: Forms) -> None:
    bring_to(forms["03124"], State.APPROVED, 17, 16.5, 19)

    row = client_of(cast.api_client).get("/api/v1/assessments/?unit=03124").json()[0]

    assert (row["state"], row["total"], row["max_total"], row["grade"]) == ("approved", "52.50", "60.00", "good")


def test_assessments_can_be_asked_for_by_period_unit_district_and_state(cast: Cast, forms: Forms, half: Period) -> None:
    bring_to(forms["03148"], State.SUBMITTED, 10)
    client = client_of(cast.api_client)

    assert codes(client.get("/api/v1/assessments/")) == ["03127", "03124", "03151", "03148"]
    assert codes(client.get("/api/v1/assessments/?period=2018-Y&district=095")) == ["03151", "03148"]
    assert codes(client.get("/api/v1/assessments/?unit=095&state=submitted")) == ["03148"]
    assert codes(client.get("/api/v1/assessments/?period=2018-H1")) == []
    assert codes(client.get("/api/v1/assessments/?unit=03124&district=095")) == []


def test_one_sees_the_forms_of_ones_own_area_alone(cast: Cast, forms: Forms) -> None:
    assert codes(client_of(cast.appraiser).get("/api/v1/assessments/")) == ["03127", "03124"]
    assert codes(client_of(cast.signatory).get("/api/v1/assessments/")) == ["03124"]
    assert client_of(cast.appraiser).get("/api/v1/assessments/?unit=03148").status_code == 404
    assert client_of(cast.appraiser).get("/api/v1/assessments/?district=095").status_code == 404
    assert client_of(cast.signatory).get("/api/v1/assessments/?unit=03127").status_code == 404


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ("state=done", 400),
        ("period=2019-Y", 404),
        ("unit=99999", 404),
        ("district=03124", 404),
    ],
)
def test_a_wrong_parameter_is_refused(cast: Cast, forms: Forms, parameters: str, status: int) -> None:
    answer = client_of(cast.api_client).get(f"/api/v1/assessments/?{parameters}")

    assert answer.status_code == status
    assert list(answer.json()) == ["detail"]


def test_one_assessment_comes_with_its_answers(cast: Cast, forms: Forms) -> None:
    bring_to(forms["03124"], State.APPROVED, 17, 16.5, 19)
    client = client_of(cast.signatory)

    whole = client.get(f"/api/v1/assessments/{forms['03124'].pk}/").json()

    answers = whole.pop("answers")
    assert whole == client.get("/api/v1/assessments/").json()[0]
    assert [answer["criterion"] for answer in answers] == ["CC01", "CC02", "CC03"]
    assert answers[1] == {
        "criterion": "CC02",
        "max_points": "20.00",
        "self_points": "16.50",
        "self_note": "",
        "appraised_points": "16.50",
        "appraised_reason": "",
        "final_points": "16.50",
        "final_reason": "",
        "remark": "",
    }


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "9" * 5000])
def test_an_unknown_assessment_does_not_exist(cast: Cast, forms: Forms, number: str) -> None:
    assert client_of(cast.api_client).get(f"/api/v1/assessments/{number}/").status_code == 404


def test_an_assessment_of_another_area_does_not_exist(cast: Cast, forms: Forms) -> None:
    assert client_of(cast.signatory).get(f"/api/v1/assessments/{forms['03127'].pk}/").status_code == 404
    assert client_of(cast.appraiser).get(f"/api/v1/assessments/{forms['03148'].pk}/").status_code == 404
    assert client_of(cast.appraiser).get(f"/api/v1/assessments/{forms['03127'].pk}/").status_code == 200
