"""Criteria and assessments over the API: the rows of the contract, within one's area."""

import pytest
from django.utils import timezone

from plan2018.models import Period
from scoring.models import Assessment, Criterion, Evidence
from scoring.rules import CapKind, Grade, Scoring, Stage, State
from tests.conftest import Cast
from tests.factories import PDF, bring_to, client_of, fill_in, make_evidence

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
        "kind": "points",
        "max_points": "20.00",
        "full_pct": None,
        "may_not_apply": False,
        "levels": [],
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

    answers, caps = whole.pop("answers"), whole.pop("caps")
    assert whole == client.get("/api/v1/assessments/").json()[0]
    assert (caps, [answer["criterion"] for answer in answers]) == ([], ["CC01", "CC02", "CC03"])
    assert answers[1] == {
        "criterion": "CC02",
        "kind": "points",
        "max_points": "20.00",
        "levels": [],
        "self_points": "16.50",
        "self_na": False,
        "numerator": None,
        "denominator": None,
        "self_note": "",
        "appraised_points": "16.50",
        "appraised_na": False,
        "appraised_reason": "",
        "final_points": "16.50",
        "final_na": False,
        "final_reason": "",
        "explanation": "",
        "remark": "",
        "evidence": [],
    }


def test_every_kind_of_criterion_says_what_it_is_and_what_was_answered(cast: Cast, forms: Forms, criteria_set) -> None:
    one, two, three = criteria_set.criteria.filter(kind="criterion").order_by("position")
    Criterion.objects.filter(pk=one.pk).update(scoring=Scoring.LEVEL)
    Criterion.objects.filter(pk=two.pk).update(scoring=Scoring.RATIO, full_pct=95)
    Criterion.objects.filter(pk=three.pk).update(may_not_apply=True)
    for points, text in ((20, "Đủ"), (12, "Thiếu một việc")):
        one.levels.create(points=points, text=text)
    criteria_set.caps.create(kind=CapKind.CRITERION_ZERO, criterion=one, grade=Grade.FAIR, provenance="test")
    form = forms["03124"]
    form.answers.filter(criterion=two).update(numerator=45, denominator=60)
    form.answers.filter(criterion=three).update(self_na=True)

    client = client_of(cast.signatory)
    rows = client.get("/api/v1/criteria/").json()
    whole = client.get(f"/api/v1/assessments/{form.pk}/").json()

    levels = [{"points": "20.00", "text": "Đủ"}, {"points": "12.00", "text": "Thiếu một việc"}]
    assert [(row["kind"], row["full_pct"], row["may_not_apply"], row["levels"]) for row in rows] == [
        ("level", None, False, levels),
        ("ratio", "95.00", False, []),
        ("points", None, True, []),
    ]
    assert [(row["kind"], row["numerator"], row["denominator"], row["self_na"], row["levels"]) for row in whole["answers"]] == [
        ("level", None, None, False, levels),
        ("ratio", "45.00", "60.00", False, []),
        ("points", None, None, True, []),
    ]
    assert whole["caps"] == [{"kind": "criterion_zero", "criterion": "CC01", "value": None, "grade": "fair"}]


def test_evidence_is_told_to_those_who_may_open_it(cast: Cast, forms: Forms) -> None:
    shown = make_evidence(forms["03124"], "CC02")
    taken_away = make_evidence(forms["03124"], "CC02", content=b"%PDF-1.4 another")
    Evidence.objects.filter(pk=taken_away.pk).update(removed_at=timezone.now(), removed_by=cast.signatory)
    address = f"/api/v1/assessments/{forms['03124'].pk}/"

    for reader in (cast.signatory, cast.appraiser, cast.officer):
        client = client_of(reader)
        [told] = client.get(address).json()["answers"][1]["evidence"]
        assert told.pop("address").endswith(f"/evidence/{shown.file.pk}/")
        assert told == {
            "name": "bien-ban.pdf",
            "title": "Biên bản",
            "sha256": shown.file.sha256,
            "size": shown.file.size,
            "type": "pdf",
            "stands_for": "2018-06-01",
        }
        assert b"".join(client.get(f"/evidence/{shown.file.pk}/").streaming_content) == PDF
    software = client_of(cast.api_client)
    assert {answer["evidence"] for answer in software.get(address).json()["answers"]} == {None}
    assert software.get(f"/evidence/{shown.file.pk}/").status_code == 403


def test_one_assessment_costs_the_same_for_one_file_and_for_many(cast: Cast, forms: Forms, django_assert_num_queries) -> None:
    client, address = client_of(cast.signatory), f"/api/v1/assessments/{forms['03124'].pk}/"
    for count in range(3):
        make_evidence(forms["03124"], f"CC0{count + 1}", content=b"%PDF-1.4 " + str(count).encode())
        with django_assert_num_queries(8):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30, "9" * 5000])
def test_an_unknown_assessment_does_not_exist(cast: Cast, forms: Forms, number: str) -> None:
    assert client_of(cast.api_client).get(f"/api/v1/assessments/{number}/").status_code == 404


def test_an_assessment_of_another_area_does_not_exist(cast: Cast, forms: Forms) -> None:
    assert client_of(cast.signatory).get(f"/api/v1/assessments/{forms['03127'].pk}/").status_code == 404
    assert client_of(cast.appraiser).get(f"/api/v1/assessments/{forms['03148'].pk}/").status_code == 404
    assert client_of(cast.appraiser).get(f"/api/v1/assessments/{forms['03127'].pk}/").status_code == 200
