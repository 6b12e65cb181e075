"""The second factor: required of whoever appraises, approves or administers, possible for all."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import path
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import services
from accounts.rules import SECOND_FACTOR_ROLES, Role
from config.urls import urlpatterns as portal
from ledger.models import Entry
from tests.factories import PASSWORD, client_of, make_user

ACTIVATE = "/accounts/2fa/totp/activate/"
AUTHENTICATE = "/accounts/2fa/authenticate/"


class Probe(APIView):
    """An endpoint of the API."""

    def get(self, request):
        return Response({"ok": True})


urlpatterns = [*portal, path("api/v1/probe/", Probe.as_view())]


def code_for(secret, seconds=0):
    return format_hotp_value(hotp_value(secret, int(time.time() + seconds) // 30))


def secret_of(user):
    return user.authenticator_set.get(type=Authenticator.Type.TOTP).data["secret"]


def sign_in(client, user):
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def is_signed_in(client):
    return "_auth_user_id" in client.session


@pytest.fixture(autouse=True)
def middle_of_a_code(monkeypatch):
    """No code runs out between writing and reading it."""
    now = time.time() // 30 * 30 + 15
    monkeypatch.setattr(time, "time", lambda: now)


@pytest.fixture
def officer(place):
    """An officer who never set up a second factor."""
    return make_user(Role.PROVINCE_OFFICER, place.province, second_factor=False)


def test_with_the_password_alone_nobody_with_a_second_factor_is_in(client, cast):
    answer = sign_in(client, cast.officer)

    assert (answer.url, is_signed_in(client)) == (AUTHENTICATE, False)


def test_password_and_code_let_in(client, cast):
    sign_in(client, cast.officer)

    client.post(AUTHENTICATE, {"code": code_for(secret_of(cast.officer))})

    assert is_signed_in(client)


@pytest.mark.parametrize("seconds", [-30, 30, -3600])
def test_an_old_or_future_code_does_not(client, cast, seconds):
    sign_in(client, cast.officer)

    client.post(AUTHENTICATE, {"code": code_for(secret_of(cast.officer), seconds)})

    assert not is_signed_in(client)


def test_a_code_opens_once(cast):
    code = code_for(secret_of(cast.officer))
    first, second = client_of(None), client_of(None)
    for client in (first, second):
        sign_in(client, cast.officer)
        client.post(AUTHENTICATE, {"code": code})

    assert (is_signed_in(first), is_signed_in(second)) == (True, False)


def test_a_recovery_code_opens_once(cast):
    code = cast.officer.authenticator_set.get(type=Authenticator.Type.RECOVERY_CODES).wrap().get_unused_codes()[0]
    first, second = client_of(None), client_of(None)
    for client in (first, second):
        sign_in(client, cast.officer)
        client.post(AUTHENTICATE, {"code": code})

    assert (is_signed_in(first), is_signed_in(second)) == (True, False)


def test_codes_cannot_be_guessed_on(client, cast):
    sign_in(client, cast.officer)
    right = code_for(secret_of(cast.officer))
    for n in range(5):
        client.post(AUTHENTICATE, {"code": f"{(int(right) + n + 1) % 1000000:06}"})

    client.post(AUTHENTICATE, {"code": right})

    assert not is_signed_in(client)


def test_resetting_the_password_does_not_go_round_the_second_factor(client, cast, mailoutbox):
    client.post("/accounts/password/reset/", {"email": cast.officer.email})
    link = next(word for word in mailoutbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "suoi-nuoc-nong-2018", "password2": "suoi-nuoc-nong-2018"})

    answer = client.post("/accounts/login/", {"login": cast.officer.username, "password": "suoi-nuoc-nong-2018"})

    assert (answer.url, is_signed_in(client)) == (AUTHENTICATE, False)


@pytest.mark.parametrize("role", Role)
def test_who_needs_a_second_factor_gets_nowhere_without(role, place):
    unit = {Role.COMMUNE_ENTRY: place.commune, Role.COMMUNE_SIGNATORY: place.commune, Role.DISTRICT_APPRAISER: place.district}.get(
        role, place.province
    )
    client = client_of(make_user(role, unit, second_factor=False))

    answer = client.get("/accounts/password/change/")

    assert (answer.status_code, getattr(answer, "url", None)) == ((302, ACTIVATE) if role in SECOND_FACTOR_ROLES else (200, None))


@pytest.mark.urls("tests.accounts.test_second_factor")
def test_the_api_refuses_in_words_and_a_second_factor_opens_it(officer, cast):
    refused = client_of(officer).get("/api/v1/probe/")

    assert (refused.status_code, "bảo vệ hai lớp" in refused.json()["detail"]) == (403, True)
    assert client_of(cast.officer).get("/api/v1/probe/").json() == {"ok": True}


def test_where_it_is_not_required_nobody_is_stopped(officer, settings):
    settings.MFA_REQUIRED = False

    assert client_of(officer).get("/accounts/password/change/").status_code == 200


def test_an_officer_sets_one_up_at_the_first_sign_in(client, officer):
    sign_in(client, officer)
    asked_again = client.get(ACTIVATE)
    client.post(asked_again.url, {"password": PASSWORD})
    secret = client.get(ACTIVATE).context["form"].secret

    client.post(ACTIVATE, {"code": code_for(secret)})

    assert asked_again.url.startswith("/accounts/reauthenticate/")
    assert client.get("/accounts/password/change/").status_code == 200
    assert len(client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]) == 10


def test_it_costs_no_query_to_know_who_needs_one_and_where_one_serves(cast, django_assert_num_queries):
    client = client_of(cast.officer)

    with django_assert_num_queries(3):  # session; person with unit, parents and second factor; the frame's period and whether data are illustrative
        user = client.get("/accounts/logout/").wsgi_request.user
        assert (user.has_second_factor, user.unit.parent) == (True, None)


def test_a_lost_phone_is_a_matter_for_the_administrator_and_the_ledger(cast):
    assert services.reset_second_factor(user=cast.officer, actor=cast.admin) is True
    assert services.reset_second_factor(user=cast.officer, actor=cast.admin) is False

    entry = Entry.objects.get()
    assert (entry.act, entry.subject_key, entry.actor) == ("reset_factor", str(cast.officer.pk), cast.admin)
    assert client_of(cast.officer).get("/admin/").url == ACTIVATE
