"""Units over the API: the rows of the contract, on a day, within one's area."""

from datetime import date

import pytest

from communes.models import Unit
from communes.rules import Level
from tests.conftest import Cast
from tests.factories import Place, UnitFactory, client_of

pytestmark = pytest.mark.django_db


def codes(response) -> list[str]:
    assert response.status_code == 200, response.content
    return [row["code"] for row in response.json()]


def test_a_unit_row_is_as_the_contract_has_it(cast: Cast) -> None:
    rows = client_of(cast.api_client).get("/api/v1/units/").json()

    assert rows[0] == {"code": "11", "name": "Điện Biên", "full_name": "Tỉnh Điện Biên", "level": "province", "parent_code": None}
    assert {"code": "03124", "name": "Noong Bua", "full_name": "Phường Noong Bua", "level": "commune", "parent_code": "094"} in rows


def test_units_come_by_level_district_and_name(cast: Cast) -> None:
    answer = client_of(cast.api_client).get("/api/v1/units/")

    assert codes(answer) == ["11", "094", "095", "03127", "03124", "03151", "03148"]
    assert answer.headers["X-Total-Count"] == "7"


def test_without_a_day_the_map_is_that_of_the_newest_period(cast: Cast, place: Place, half, year) -> None:
    Unit.objects.filter(pk=place.sibling.pk).update(valid_to=date(2018, 12, 31))
    UnitFactory(code="03199", level=Level.COMMUNE, full_name="Xã Mới", parent=place.district, valid_from=date(2018, 12, 31))
    client = client_of(cast.api_client)

    assert codes(client.get("/api/v1/units/?district=094")) == ["03199", "03124"]
    assert codes(client.get("/api/v1/units/?district=094&on=2018-12-30")) == ["03127", "03124"]
    assert codes(client.get("/api/v1/units/?on=1950-01-01")) == []


def test_units_can_be_asked_for_by_level_and_district(cast: Cast) -> None:
    client = client_of(cast.api_client)

    assert codes(client.get("/api/v1/units/?level=district")) == ["094", "095"]
    assert codes(client.get("/api/v1/units/?level=commune&district=095")) == ["03151", "03148"]


def test_one_sees_ones_own_area_alone(cast: Cast) -> None:
    assert codes(client_of(cast.appraiser).get("/api/v1/units/")) == ["094", "03127", "03124"]
    assert codes(client_of(cast.signatory).get("/api/v1/units/")) == ["03124"]
    assert client_of(cast.appraiser).get("/api/v1/units/?district=095").status_code == 404
    assert client_of(cast.signatory).get("/api/v1/units/?district=094").status_code == 404


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ("level=ward", "level: Không có giá trị “ward”; chọn một trong: province, district, commune."),
        ("on=31/12/2018", "on: "),
        ("on=2018-02-30", "on: "),
        ("district=094094094", "district: "),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(cast: Cast, parameters: str, words: str) -> None:
    answer = client_of(cast.api_client).get(f"/api/v1/units/?{parameters}")

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(words)


def test_a_part_of_a_list_says_how_much_there_is_and_where_the_rest_is(cast: Cast) -> None:
    answer = client_of(cast.api_client).get("/api/v1/units/?limit=2&offset=2")

    assert codes(answer) == ["095", "03127"]
    assert answer.headers["X-Total-Count"] == "7"
    assert answer.headers["Link"] == (
        '<http://testserver/api/v1/units/?limit=2&offset=4>; rel="next", <http://testserver/api/v1/units/?limit=2>; rel="prev"'
    )
    assert codes(client_of(cast.api_client).get("/api/v1/units/?offset=6")) == ["03148"]
    assert codes(client_of(cast.api_client).get(f"/api/v1/units/?limit=1&offset={10**40}")) == []


@pytest.mark.parametrize("limit", ["0", "-1", "20001", "nhiều", "1e3", "9" * 5000])
def test_a_part_has_a_size_between_1_and_20000(cast: Cast, limit: str) -> None:
    answer = client_of(cast.api_client).get(f"/api/v1/units/?limit={limit}")

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith("limit: ")
