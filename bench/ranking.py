"""The ranking of the country over the API, uncached, against one json_agg statement in a bare view.

Both run in this process through the same middleware on the same database. What the API does on top: it looks up a token, asks who sees what, names
the classes, and gives the answer a key.
"""

from operator import itemgetter

from django.contrib.auth.decorators import login_not_required
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path
from knox.models import AuthToken

from accounts.models import User
from accounts.rules import Role
from bench.figure import Figure, in_turn
from communes.models import Unit
from communes.rules import Level
from config.urls import urlpatterns as portal
from plan2018.models import Period

PERIOD = "2018-Y"


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    """The floor: the same rows in the same order, made into JSON by PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT json_agg(r)::text FROM (
                SELECT s.rank, u.code AS unit_code, u.full_name AS unit_name, d.code AS district_code, d.full_name AS district_name,
                    s.total::text AS total, s.max_total::text AS max_total, s.grade, t.label AS grade_display, s.clean_strong
                FROM reports_standing s
                JOIN communes_unit u ON u.id = s.unit_id
                JOIN communes_unit d ON d.id = u.parent_id
                JOIN scoring_threshold t ON t.grade = s.grade AND t.criteria_set_id = (
                    SELECT criteria_set_id FROM scoring_assessment a WHERE a.period_id = s.period_id LIMIT 1
                )
                WHERE s.period_id = %s
                ORDER BY s.rank, u.sort_key
            ) r
            """,
            [Period.objects.get(code=PERIOD).pk],
        )
        return HttpResponse(cursor.fetchone()[0], content_type="application/json")


urlpatterns = [path("bare/", bare), *portal]


def figure() -> Figure:
    """Median time of the API over that of the bare view, for somebody who sees the whole country. Leaves nothing behind."""
    with transaction.atomic(), override_settings(ROOT_URLCONF="bench.ranking", ALLOWED_HOSTS=["testserver"]):
        province = Unit.objects.filter(level=Level.PROVINCE).first()
        reader = User.objects.create(username="bench-ranking", role=Role.API_CLIENT, unit=province, is_superuser=True)
        _token, secret = AuthToken.objects.create(user=reader)
        client = Client(headers={"Authorization": f"Token {secret}"})

        def ranking() -> HttpResponse:
            return client.get("/api/v1/rankings/", {"period": PERIOD})

        def floor() -> HttpResponse:
            return client.get("/bare/")

        rows = ranking().json()
        by_code = itemgetter("unit_code")
        assert sorted(rows, key=by_code) == sorted(floor().json(), key=by_code), "the two sides tell different things"
        floor_seconds, api_seconds = in_turn(floor, ranking)
        transaction.set_rollback(True)
    how = f"{len(rows)} rows: {api_seconds * 1000:.0f} ms, bare view {floor_seconds * 1000:.0f} ms"
    return Figure("uncached ranking / json_agg", api_seconds / floor_seconds, 1.5, how)
