"""The API's door: tokens, throttles, and what the logs do not tell. The endpoints' own answers are the rooms' tests."""

import logging

import pytest
from django.urls import path
from knox.models import AuthToken
from redis.exceptions import ConnectionError as RedisAway
from rest_framework.response import Response
from rest_framework.throttling import SimpleRateThrottle
from rest_framework.views import APIView

from config.api import ClientThrottle
from config.urls import urlpatterns as portal
from tests.factories import client_of

pytestmark = [pytest.mark.urls("tests.config.test_api_door")]


class Probe(APIView):
    """An endpoint that the schema does not know."""

    schema = None

    def get(self, request):
        return Response({"who": request.user.username})

    post = get


urlpatterns = [*portal, path("api/v1/probe/", Probe.as_view())]


def ask(client, token=None, **extra):
    return client.get("/api/v1/probe/", headers={"authorization": f"Token {token}"} if token else {}, **extra)


@pytest.fixture
def token(cast):
    """A client's token, as it was shown once."""
    return AuthToken.objects.create(cast.api_client)[1]


@pytest.fixture
def three_a_minute(monkeypatch):
    """Let everybody ask three times."""
    monkeypatch.setattr(SimpleRateThrottle, "THROTTLE_RATES", {"user": "3/min", "anon": "3/min"})
    ClientThrottle.cache.clear()
    yield
    ClientThrottle.cache.clear()


def test_a_client_comes_in_with_its_token_and_a_person_with_the_session(client, cast, token):
    assert ask(client, token).json() == {"who": cast.api_client.username}
    assert ask(client_of(cast.entry)).json() == {"who": cast.entry.username}


def test_only_a_hash_of_the_token_is_stored(token):
    assert token not in str(AuthToken.objects.values().get())


def test_nobody_is_told_how_to_come_in(client, db):
    answer = ask(client)

    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Token")
    assert answer.json() == {"detail": "Chưa xác thực: gửi mã truy cập trong tiêu đề Authorization: Token ..., hoặc đăng nhập."}


def test_a_wrong_or_revoked_token_is_refused_in_words(client, token):
    AuthToken.objects.all().delete()

    assert (ask(client, token).status_code, ask(client, token).json()) == (401, {"detail": "Mã truy cập không đúng hoặc đã bị thu hồi."})
    assert ask(client, "sai").status_code == 401


def test_a_locked_client_is_refused(client, cast, token):
    cast.api_client.is_active = False
    cast.api_client.save()

    assert ask(client, token).status_code == 401


def test_a_token_in_the_address_opens_nothing(client, token):
    assert client.get(f"/api/v1/probe/?token={token}").status_code == 401


def test_a_session_acts_only_from_our_own_pages(cast):
    client = client_of(cast.entry)
    client.handler.enforce_csrf_checks = True

    assert client.post("/api/v1/probe/").status_code == 403


@pytest.mark.usefixtures("three_a_minute")
def test_whoever_asks_too_often_is_told_when_to_come_back(client, cast, token):
    answers = [ask(client, token) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 0 < int(answers[3]["Retry-After"]) <= 60
    assert answers[3].json() == {"detail": f"Hỏi quá nhiều lần trong một phút. Hỏi lại sau {answers[3]['Retry-After']} giây."}
    assert ask(client_of(cast.entry)).status_code == 200


@pytest.mark.usefixtures("three_a_minute", "db")
def test_an_address_without_a_name_has_less_patience(client):
    assert [client.get("/api/schema/").status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.mark.usefixtures("three_a_minute")
def test_without_redis_nobody_is_counted_and_nobody_refused(client, token, monkeypatch):
    def away(*args, **kwargs):
        raise RedisAway

    monkeypatch.setattr(SimpleRateThrottle, "allow_request", away)

    assert [ask(client, token).status_code for _ in range(4)] == [200] * 4


def test_no_token_reaches_the_logs(client, token, caplog):
    caplog.set_level(logging.DEBUG)

    ask(client, token)
    ask(client, token + "x")

    assert token[:20] not in caplog.text
