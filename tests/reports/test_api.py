"""The ranking, the targets and the rollups over the API: the rows of the contract, within one's area, and 304 while nothing has changed."""

from decimal import Decimal

import pytest

from ledger.models import Entry
from plan2018.models import Period
from reports import selectors, services
from reports.models import Rollup
from scoring.models import Assessment, Title
from scoring.rules import State
from scoring.services import reopen
from tests.conftest import Cast
from tests.factories import OfficialFactory, Place, bring_to, client_of, make_period, make_target

RANKINGS, TARGETS, ROLLUPS = (f"/api/v1/{name}/" for name in ("rankings", "targets", "rollups"))


@pytest.fixture
def published(cast: Cast, place: Place, forms: dict[str, Assessment], year: Period) -> Period:
    """Three approved communes, two of them with the same points, one on its way; two targets; filled."""
    for code, points in (("03127", 14), ("03124", 18), ("03148", 18)):
        bring_to(forms[code], State.APPROVED, points)
    bring_to(forms["03151"], State.SUBMITTED, 10)
    Title.objects.create(unit=place.commune, year=2018, decision_number="7/QĐ-UBND", decided_on=year.ends_on, entered_by=cast.officer)
    for code, operator, value in (("TG02", ">=", 3), ("TG05", "=", 0), ("TG17", ">=", 95)):
        make_target(year.plan, code, operator, value)
    services.fill(year)
    return year


def rows(response) -> list[dict]:
    assert response.status_code == 200, response.content
    return response.json()


def test_a_ranking_row_is_as_the_contract_has_it(cast: Cast, published: Period) -> None:
    first = rows(client_of(cast.api_client).get(RANKINGS, {"period": "2018-Y"}))[0]

    assert first == {
        "rank": 1,
        "unit_code": "03124",
        "unit_name": "Phường Noong Bua",
        "district_code": "094",
        "district_name": "Thành phố Điện Biên Phủ",
        "total": "54.00",
        "max_total": "60.00",
        "grade": "good",
        "grade_display": "Tốt",
        "clean_strong": True,
    }


def test_the_ranking_can_be_narrowed_and_keeps_the_ranks_of_the_province(cast: Cast, published: Period) -> None:
    client = client_of(cast.api_client)

    def ranks(**narrower: str) -> list[tuple[int, str]]:
        return [(row["rank"], row["unit_code"]) for row in rows(client.get(RANKINGS, {"period": "2018-Y", **narrower}))]

    assert ranks() == [(1, "03124"), (1, "03148"), (3, "03127")]
    assert ranks(district="094") == [(1, "03124"), (3, "03127")]
    assert ranks(grade="fair") == [(3, "03127")]
    assert ranks(district="095", grade="fair") == []
    assert ranks(limit="1", offset="1") == [(1, "03148")]


def test_one_sees_ones_own_area_of_the_ranking(cast: Cast, published: Period) -> None:
    def seen(user) -> list[str]:
        return [row["unit_code"] for row in rows(client_of(user).get(RANKINGS, {"period": "2018-Y"}))]

    assert seen(cast.appraiser) == ["03124", "03127"]
    assert seen(cast.neighbour) == ["03127"]
    assert client_of(cast.appraiser).get(RANKINGS, {"period": "2018-Y", "district": "095"}).status_code == 404
    assert client_of(cast.neighbour).get(RANKINGS, {"period": "2018-Y", "district": "094"}).status_code == 404


def test_a_superuser_sees_all_there_is(cast: Cast, published: Period) -> None:
    cast.appraiser.is_superuser = True
    cast.appraiser.save()

    assert len(rows(client_of(cast.appraiser).get(RANKINGS, {"period": "2018-Y"}))) == 3


def test_the_targets_stand_beside_the_actuals(cast: Cast, published: Period) -> None:
    found = rows(client_of(cast.api_client).get(TARGETS, {"period": "2018-Y"}))

    assert [(row["code"], row["actual"], row["met"]) for row in found] == [("TG02", "2.00", False), ("TG05", "0.00", True), ("TG17", None, None)]
    assert found[0] == {
        "code": "TG02",
        "clause": "II.2",
        "name": "TG02",
        "operator": ">=",
        "value": "3.00",
        "unit": "communes",
        "numerator": "2.00",
        "denominator": "4.00",
        "actual": "2.00",
        "met": False,
        "indicator": "grade.good",
        "share": "50.0000",
        "needed": "3.00",
        "gap": "-1.00",
        "low": None,
        "parts": 3,
        "expected": 4,
        "owing": 1,
        "stage": "provisional",
        "declared": False,
    }


def test_a_district_sees_its_count_without_a_verdict(cast: Cast, published: Period) -> None:
    row = rows(client_of(cast.appraiser).get(TARGETS, {"period": "2018-Y"}))[0]

    assert (row["actual"], row["denominator"], row["met"]) == ("1.00", "2.00", None)
    assert (row["needed"], row["gap"], row["owing"], row["stage"]) == (None, None, 0, "final")


def test_a_share_is_told_with_what_it_is_made_of(cast: Cast, published: Period, place: Place) -> None:
    make_target(published.plan, "TG19", ">", 92, "% officials", "roster.qualified")
    for number in range(3):
        OfficialFactory(unit=place.commune, full_name=f"Lò Văn {number}", qualification=2 if number else 1, since=published.starts_on)
    services.fill(published)

    row = {row["code"]: row for row in rows(client_of(cast.api_client).get(TARGETS, {"period": "2018-Y", "unit": "094"}))}["TG19"]

    assert (row["numerator"], row["denominator"], row["actual"], row["share"]) == ("2.00", "3.00", "66.6667", "66.6667")
    assert (row["needed"], row["gap"], row["met"], row["parts"], row["expected"]) == ("3.00", "-1.00", False, 1, 2)
    assert "Lò Văn" not in str(row)


def test_the_targets_of_another_unit_are_those_of_ones_area(cast: Cast, published: Period) -> None:
    def good(user, **named: str) -> str:
        return rows(client_of(user).get(TARGETS, {"period": "2018-Y", **named}))[0]["numerator"]

    assert [good(cast.api_client), good(cast.api_client, unit="094"), good(cast.api_client, unit="03127")] == ["2.00", "1.00", "0.00"]
    assert good(cast.appraiser, unit="094") == good(cast.appraiser)
    assert client_of(cast.appraiser).get(TARGETS, {"period": "2018-Y", "unit": "095"}).status_code == 404
    assert client_of(cast.appraiser).get(TARGETS, {"period": "2018-Y", "unit": "11"}).status_code == 404
    assert client_of(cast.api_client).get(TARGETS, {"period": "2018-Y", "unit": ""}).status_code == 400


def test_a_rollup_row_is_as_the_contract_has_it(cast: Cast, published: Period) -> None:
    found = {row["indicator"]: row for row in rows(client_of(cast.api_client).get(ROLLUPS, {"period": "2018-Y", "unit": "094"}))}

    assert found["score"] == {
        "period": "2018-Y",
        "unit_code": "094",
        "indicator": "score",
        "numerator": "96.00",
        "denominator": "120.00",
        "value": "80.0000",
        "low": "42.00",
        "high": "54.00",
        "met": None,
        "parts": 2,
    }


def test_a_rollup_is_of_ones_own_unit_unless_another_is_named(cast: Cast, published: Period) -> None:
    def units(user, **named: str) -> set[str]:
        return {row["unit_code"] for row in rows(client_of(user).get(ROLLUPS, {"period": "2018-Y", **named}))}

    assert units(cast.api_client) == {"11"}
    assert units(cast.appraiser) == {"094"}
    assert units(cast.appraiser, unit="03127") == {"03127"}
    assert client_of(cast.appraiser).get(ROLLUPS, {"period": "2018-Y", "unit": "095"}).status_code == 404
    assert client_of(cast.appraiser).get(ROLLUPS, {"period": "2018-Y", "unit": "11"}).status_code == 404


def test_the_figures_of_a_commune_have_the_same_form(cast: Cast, published: Period) -> None:
    found = {row["indicator"]: row for row in rows(client_of(cast.signatory).get(ROLLUPS, {"period": "2018-Y"}))}

    assert (found["score"]["numerator"], found["score"]["value"], found["submitted"]["numerator"]) == ("54.00", "90.0000", "1.00")


@pytest.mark.parametrize("address", [RANKINGS, TARGETS, ROLLUPS])
def test_without_a_period_the_refusal_names_the_known_ones(cast: Cast, published: Period, half: Period, address: str) -> None:
    for parameters in ({}, {"period": ""}):
        answer = client_of(cast.api_client).get(address, parameters)

        assert answer.status_code == 400
        assert answer.json() == {"detail": "period: Hãy nêu kỳ, một trong: 2018-H1, 2018-Y."}


@pytest.mark.parametrize("address", [RANKINGS, TARGETS, ROLLUPS])
def test_an_unknown_period_does_not_exist(cast: Cast, published: Period, address: str) -> None:
    answer = client_of(cast.api_client).get(address, {"period": "2019-Y"})

    assert answer.status_code == 404
    assert answer.json() == {"detail": "Không có kỳ 2019-Y."}


def test_an_unknown_class_is_refused_with_the_known_ones(cast: Cast, published: Period) -> None:
    answer = client_of(cast.api_client).get(RANKINGS, {"period": "2018-Y", "grade": "best"})

    assert answer.status_code == 400
    assert answer.json() == {"detail": "grade: Không có giá trị “best”; chọn một trong: good, fair, average, weak."}


def test_before_the_first_fill_lists_are_empty_and_have_no_key(cast: Cast, forms: dict[str, Assessment], year: Period) -> None:
    answer = client_of(cast.api_client).get(RANKINGS, {"period": "2018-Y"})

    assert rows(answer) == []
    assert "ETag" not in answer.headers


@pytest.mark.parametrize("address", [RANKINGS, TARGETS, ROLLUPS])
def test_an_unchanged_answer_is_not_sent_again(cast: Cast, published: Period, address: str) -> None:
    client = client_of(cast.api_client)
    key = client.get(address, {"period": "2018-Y"}).headers["ETag"]

    again = client.get(address, {"period": "2018-Y"}, headers={"If-None-Match": key})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", key)


def test_after_a_change_and_a_fill_the_answer_is_a_new_one(cast: Cast, published: Period, forms: dict[str, Assessment]) -> None:
    client = client_of(cast.api_client)
    key = client.get(RANKINGS, {"period": "2018-Y"}).headers["ETag"]
    form = forms["03148"]
    form.refresh_from_db()
    reopen(assessment=form, version=form.version, reason="Tính lại", actor=cast.officer)
    services.fill(published)

    answer = client.get(RANKINGS, {"period": "2018-Y"}, headers={"If-None-Match": key})

    assert [row["unit_code"] for row in rows(answer)] == ["03124", "03127"]


def test_the_key_belongs_to_one_question_of_one_area(cast: Cast, published: Period) -> None:
    def key(user, **parameters: str) -> str:
        return client_of(user).get(RANKINGS, {"period": "2018-Y", **parameters}).headers["ETag"]

    keys = [key(cast.api_client), key(cast.api_client, grade="good"), key(cast.appraiser), key(cast.neighbour)]

    assert len(set(keys)) == 4
    assert key(cast.officer) == keys[0]


def test_the_figures_of_a_commune_follow_its_form_and_have_no_key(cast: Cast, published: Period, forms: dict[str, Assessment]) -> None:
    client = client_of(cast.stranger)

    assert "ETag" not in client.get(ROLLUPS, {"period": "2018-Y"}).headers


def test_the_api_and_the_pages_tell_the_same(cast: Cast, published: Period, place: Place) -> None:
    told = rows(client_of(cast.api_client).get(ROLLUPS, {"period": "2018-Y"}))
    shown = selectors.rollup_rows(published, place.province)

    assert [(row["indicator"], Decimal(row["value"])) for row in told] == [(row["indicator"], row["value"]) for row in shown]


@pytest.mark.parametrize("address", [RANKINGS, TARGETS, ROLLUPS])
def test_a_question_changes_nothing(cast: Cast, published: Period, address: str) -> None:
    before = Entry.objects.count(), Rollup.objects.values_list().get()

    client_of(cast.api_client).get(address, {"period": "2018-Y"})

    assert (Entry.objects.count(), Rollup.objects.values_list().get()) == before


def test_another_period_has_its_own_ranking(cast: Cast, published: Period) -> None:
    make_period("2018-H1")

    assert rows(client_of(cast.api_client).get(RANKINGS, {"period": "2018-H1"})) == []
