"""What all addresses of the API have in common: who is let in, refusals, odd questions, the number of queries, the schema and its page."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from knox.models import AuthToken

from accounts.models import User
from communes.rules import Level
from plan2018.models import Period
from reports import services
from scoring.models import Answer, Assessment
from scoring.rules import State
from scoring.services import open_period
from tests.conftest import Cast
from tests.factories import Place, UnitFactory, bring_to, client_of, make_target

pytestmark = pytest.mark.django_db

LISTS = ["units", "periods", "criteria", "assessments", "rankings", "targets", "rollups"]


@pytest.fixture
def published(cast: Cast, forms: dict[str, Assessment], year: Period) -> Assessment:
    """A filled year with one approved commune and one target: every list has a row."""
    make_target(year.plan, "TG02", ">=", 1, name="Tốt")
    bring_to(forms["03124"], State.APPROVED, 18)
    services.fill(year)
    return forms["03124"]


@pytest.fixture
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


def addresses(form: Assessment) -> Iterator[tuple[str, str]]:
    """Path in the schema and a question to it that has an answer."""
    for name in LISTS:
        yield f"/api/v1/{name}/", f"/api/v1/{name}/?period=2018-Y"
    yield "/api/v1/assessments/{assessment_id}/", f"/api/v1/assessments/{form.pk}/"


def token_client(user: User) -> Client:
    _token, secret = AuthToken.objects.create(user=user)
    return Client(headers={"Authorization": f"Token {secret}"})


@pytest.mark.parametrize("name", LISTS)
def test_nobody_is_answered_without_saying_who_it_is(name: str) -> None:
    answer = Client().get(f"/api/v1/{name}/?period=2018-Y")

    assert answer.status_code == 401
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("authorization", ["Token", "Token x", "Token \xff\xfe", "Token a b", "Token \x00", "Token " + "a" * 100_000, "Bearer abc"])
def test_a_token_that_is_none_lets_nobody_in(authorization: str) -> None:
    answer = Client().get("/api/v1/periods/", headers={"Authorization": authorization})

    assert answer.status_code == 401
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("name", LISTS)
def test_a_client_with_a_token_is_answered(published: Assessment, cast: Cast, name: str) -> None:
    answer = token_client(cast.api_client).get(f"/api/v1/{name}/?period=2018-Y")

    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.json()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", LISTS)
def test_the_api_is_for_reading(cast: Cast, name: str, method: str) -> None:
    answer = getattr(client_of(cast.api_client), method)(f"/api/v1/{name}/", data="{", content_type="application/json")

    assert answer.status_code == 405
    assert list(answer.json()) == ["detail"]


@pytest.mark.parametrize("address", ["/api/v1/", "/api/v1/nothing/", "/api/v1/assessments/abc/"])
def test_what_has_no_address_is_refused_as_json(cast: Cast, address: str) -> None:
    answer = client_of(cast.api_client).get(address)

    assert answer.status_code == 404
    assert answer.json() == {"detail": "API không có địa chỉ này."}


def test_an_address_without_its_last_slash_leads_to_the_right_one(cast: Cast) -> None:
    answer = client_of(cast.api_client).get("/api/v1/rankings?period=2018-Y")

    assert (answer.status_code, answer.headers["Location"]) == (301, "/api/v1/rankings/?period=2018-Y")


def test_illustrative_figures_say_so(cast: Cast, year: Period) -> None:
    client = client_of(cast.api_client)
    assert "X-Illustrative-Data" not in client.get("/api/v1/periods/").headers

    User.objects.filter(pk=cast.stranger.pk).update(is_demo=True)

    assert client.get("/api/v1/periods/").headers["X-Illustrative-Data"] == "true"


ODD = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "\x00",
            "094\x00",
            "x" * 100_000,
            "9" * 400,
            "-1",
            "1e400",
            "NaN",
            "Infinity",
            "٣",
            "\ud800",
            "😀",
            "' OR 1=1 --",
            "0001-01-01",
            "9999-12-31",
            "2018-Y",
            "094",
        ]
    ),
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(LISTS),
    parameters=st.dictionaries(st.sampled_from(["period", "unit", "district", "grade", "state", "level", "on", "limit", "offset", "format"]), ODD),
)
def test_odd_questions_are_answered_or_refused_in_words(published: Assessment, cast: Cast, name: str, parameters: dict[str, str]) -> None:
    query = {key: value.encode("utf-8", "surrogatepass") for key, value in parameters.items()}

    answer = client_of(cast.api_client).get(f"/api/v1/{name}/", query)

    assert answer.status_code in {200, 400, 404}, answer.content
    assert len(answer.content) < 100_000
    if answer.status_code == 200:
        assert isinstance(answer.json(), list)
    else:
        assert list(answer.json()) == ["detail"]
        assert answer.json()["detail"]


@pytest.mark.parametrize("parameter", ["period", "unit", "district", "state", "limit", "offset"])
def test_a_parameter_left_empty_is_refused_rather_than_taken_for_everything(published: Assessment, cast: Cast, parameter: str) -> None:
    answer = client_of(cast.api_client).get(f"/api/v1/assessments/?{parameter}=")

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(f"{parameter}: ")


def test_the_number_of_queries_does_not_grow_with_the_rows(published: Assessment, cast: Cast, place: Place, year: Period) -> None:
    questions = {name: f"/api/v1/{name}/?period=2018-Y" for name in LISTS} | {
        "ranking of a district": "/api/v1/rankings/?period=2018-Y&district=094&grade=good",
        "one assessment": f"/api/v1/assessments/{published.pk}/",
    }
    client = token_client(cast.api_client)

    def queries() -> dict[str, int]:
        counts = {}
        for name, question in questions.items():
            with CaptureQueriesContext(connection) as captured:
                assert client.get(question).status_code == 200
            counts[name] = len(captured)
        return counts

    few = queries()
    for n in range(30):
        UnitFactory(code=f"06{n:03}", level=Level.COMMUNE, full_name=f"Xã {n}", parent=place.district)
        make_target(year.plan, f"TG{n + 50}", ">=", 1, "%")
    open_period(year)
    Answer.objects.filter(final_points=None).update(final_points=10)
    Assessment.objects.filter(state=State.DRAFT).update(state=State.APPROVED, total=50, grade="good", approved_at=published.approved_at)
    services.fill(year)

    assert queries() == few
    # Four are the frame's: token, its owner's other tokens, unit, illustrative data.
    assert max(few.values()) <= 8


def test_the_schema_is_valid_and_has_every_address(schema: dict) -> None:
    validate_schema(schema)

    routes = {
        "/api/v1/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern))
        for resolver in get_resolver().url_patterns
        if str(resolver.pattern) == "api/v1/"
        for route in resolver.url_patterns
    }
    assert set(schema["paths"]) == routes
    assert all(set(operation) == {"get"} for operation in schema["paths"].values())


def test_the_rows_are_what_the_schema_says(published: Assessment, cast: Cast, schema: dict) -> None:
    client = client_of(cast.api_client)

    for path, question in addresses(published):
        described = resolved(schema, schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"])
        answer = client.get(question).json()
        rows, described = (answer, described["items"]) if isinstance(answer, list) else ([answer], described)
        assert rows, path
        for row in rows:
            assert_described(schema, described, row, path)


def resolved(schema: dict, described: dict) -> dict:
    """What a reference in the schema stands for."""
    while "$ref" in described:
        described = schema["components"]["schemas"][described["$ref"].rsplit("/", 1)[1]]
    return described


def assert_described(schema: dict, described: dict, row: dict, where: str) -> None:
    """The row has the described fields, no other, each of the described type."""
    described = resolved(schema, described)
    assert set(row) == set(described["properties"]) == set(described["required"]), where
    for key, value in row.items():
        field = described["properties"][key]
        if value is None:
            assert field.get("nullable"), f"{where} {key}"
        elif isinstance(value, list):
            for part in value:
                assert_described(schema, field["items"], part, f"{where} {key}")
        else:
            one_of = [resolved(schema, choice) for choice in field.get("allOf", []) + field.get("oneOf", [])] or [resolved(schema, field)]
            types = {"string": str, "integer": int, "boolean": bool}
            assert any(isinstance(value, types[choice["type"]]) for choice in one_of if "type" in choice), f"{where} {key}"
            assert any(value in choice.get("enum", [value]) for choice in one_of), f"{where} {key}"
            assert all(re.search(choice["pattern"], value) for choice in one_of if "pattern" in choice), f"{where} {key}"


def test_refusals_keep_to_the_schema(published: Assessment, cast: Cast, schema: dict) -> None:
    client = client_of(cast.api_client)

    for address in ("rankings/", "rankings/?period=2030", "rankings/?period=2018-Y&grade=x", "assessments/0/"):
        answer = client.get(f"/api/v1/{address}")
        path = "/api/v1/" + re.sub(r"\d+", "{assessment_id}", address.split("?")[0])
        described = schema["paths"][path]["get"]["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        assert_described(schema, described, answer.json(), address)


def test_schema_and_page_are_served_by_the_portal_itself(client: Client) -> None:
    assert client.get("/api/schema/?format=json").json()["openapi"].startswith("3.")

    page = client.get("/api/docs/")

    assert page.status_code == 200
    assert not re.search(r'(?:src|href)="(?:https?:)?//|<style|style=|<script>', page.content.decode())
    assert client.get("/api/docs/?script=").headers["Content-Type"].startswith("application/javascript")
