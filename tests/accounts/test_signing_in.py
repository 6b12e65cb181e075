"""Signing in with name and password: who may, how often, and what a stranger can learn."""

import os
import subprocess
import sys
from smtplib import SMTPException

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail
from django.urls import reverse

from accounts.models import User
from tests.factories import PASSWORD, client_of

LOGIN = "/accounts/login/"


def sign_in(client, username, password, **extra):
    return client.post(LOGIN, {"login": username, "password": password}, **extra)


def is_signed_in(client):
    return "_auth_user_id" in client.session


def test_a_person_signs_in_with_name_and_password_and_goes_home(client, cast):
    answer = sign_in(client, cast.entry.username, PASSWORD)

    assert (answer.status_code, answer.url, is_signed_in(client)) == (302, "/", True)


def test_the_name_may_be_typed_in_capitals(client, cast):
    sign_in(client, cast.entry.username.upper(), PASSWORD)

    assert is_signed_in(client)


def test_the_session_ends_with_the_browser_and_after_half_a_day(client, cast):
    sign_in(client, cast.entry.username, PASSWORD)

    cookie = client.cookies["sessionid"]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == ("", True, "Lax")
    assert client.session.get_expiry_age() == 12 * 60 * 60


def test_a_mail_address_is_no_name(client, cast):
    sign_in(client, cast.entry.email, PASSWORD)

    assert not is_signed_in(client)


def test_whoever_is_locked_out_by_the_administrator_stays_out_and_open_sessions_end(client, cast):
    inside = client_of(cast.entry)
    User.objects.filter(pk=cast.entry.pk).update(is_active=False)

    sign_in(client, cast.entry.username, PASSWORD)

    assert not is_signed_in(client)
    assert inside.get("/admin/").url.startswith(reverse("admin:login"))


def test_the_answer_does_not_tell_whether_there_is_such_an_account(client, cast):
    known = sign_in(client, cast.entry.username, "sai-mat-khau-123")
    unknown = sign_in(client, "xa-khong-co", "sai-mat-khau-123")

    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors
    assert list(known.context["form"].errors) == ["__all__"]


@pytest.mark.parametrize("exists", [True, False])
def test_the_sixth_failure_in_a_row_is_refused_politely_even_with_the_right_password(client, cast, exists):
    username = cast.entry.username if exists else "xa-khong-co"
    first = [sign_in(client, username, f"sai-mat-khau-{n}").context["form"].errors["__all__"].as_data()[0].code for n in range(5)]

    sixth = sign_in(client, username, PASSWORD)

    assert first == ["username_password_mismatch"] * 5
    assert (sixth.status_code, sixth.context["form"].errors["__all__"].as_data()[0].code) == (200, "too_many_login_attempts")
    assert not is_signed_in(client)


def test_failures_are_counted_by_account_whatever_the_host_and_the_spelling(client, cast, settings):
    settings.ALLOWED_HOSTS = ["*"]
    username = cast.entry.username
    for n in range(5):
        sign_in(client, username.upper() if n % 2 else username.replace("x", "ｘ"), f"sai-mat-khau-{n}", HTTP_HOST=f"portal-{n}.example")

    sign_in(client, username, PASSWORD)

    assert not is_signed_in(client)


def test_a_neighbour_behind_the_same_address_still_signs_in(client, cast):
    for n in range(20):
        sign_in(client, cast.entry.username, f"sai-mat-khau-{n}")

    sign_in(client, cast.signatory.username, PASSWORD)

    assert is_signed_in(client)


def test_an_address_that_tries_many_accounts_is_stopped(client, cast, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "20/15m/ip,5/15m/key"}
    for n in range(20):
        sign_in(client, f"xa-{n}", "mot-mat-khau-chung")

    sign_in(client, cast.entry.username, PASSWORD)
    assert not is_signed_in(client)

    sign_in(client, cast.entry.username, PASSWORD, REMOTE_ADDR="10.1.2.3")
    assert is_signed_in(client)


def test_a_forged_forwarded_address_does_not_help(client, cast, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed": "20/15m/ip,5/15m/key"}
    for n in range(20):
        sign_in(client, f"xa-{n}", "mot-mat-khau-chung", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}")

    sign_in(client, cast.entry.username, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.1.1")

    assert not is_signed_in(client)


def test_a_flood_of_sign_ins_is_answered_429(client, cast, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "3/m/ip"}

    answers = [sign_in(client, cast.entry.username, "sai").status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]


def test_the_counters_live_in_the_database_where_every_process_sees_them():
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


def test_there_is_no_signing_up(client, db):
    client.post("/accounts/signup/", {"username": "xa-moi", "email": "xa@moi.example", "password1": PASSWORD, "password2": PASSWORD})

    assert not User.objects.exists()


def test_signing_out_needs_a_click(cast):
    client = client_of(cast.entry)

    client.get("/accounts/logout/")
    assert is_signed_in(client)

    client.post("/accounts/logout/")
    assert not is_signed_in(client)


@pytest.mark.parametrize("destination", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_nobody_is_led_elsewhere_after_signing_in(client, cast, destination):
    answer = client.post(LOGIN, {"login": cast.entry.username, "password": PASSWORD, "next": destination})

    assert answer.url == "/"


def test_a_form_from_elsewhere_is_refused(cast):
    client = client_of(None)
    client.handler.enforce_csrf_checks = True

    assert sign_in(client, cast.entry.username, PASSWORD).status_code == 403


def test_a_forgotten_password_is_set_again_by_mail_and_the_person_signs_in_with_it(client, cast):
    client.post("/accounts/password/reset/", {"email": cast.entry.email})
    link = next(word for word in mail.outbox[0].body.split() if "/password/reset/key/" in word)
    form = client.get(link, follow=True)

    answer = client.post(form.request["PATH_INFO"], {"password1": "suoi-nuoc-nong-2018", "password2": "suoi-nuoc-nong-2018"})

    assert (mail.outbox[0].to, answer.status_code, is_signed_in(client)) == ([cast.entry.email], 302, False)
    sign_in(client, cast.entry.username, "suoi-nuoc-nong-2018")
    assert is_signed_in(client)
    assert client_of(None).get(link, follow=True).context.get("token_fail")


def test_an_account_made_from_a_sheet_gets_its_first_password_by_mail(client, cast):
    cast.entry.set_unusable_password()
    cast.entry.save()

    client.post("/accounts/password/reset/", {"email": cast.entry.email})

    assert "/password/reset/key/" in mail.outbox[0].body


def test_asking_for_a_new_password_does_not_tell_whether_there_is_such_an_address(client, cast):
    known = client.post("/accounts/password/reset/", {"email": cast.entry.email})
    unknown = client.post("/accounts/password/reset/", {"email": "khong-co@dienbien.example"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert len(mail.outbox) == 2  # both wait for the mail server equally long
    assert "/password/reset/key/" not in mail.outbox[1].body


def test_a_mail_server_that_is_away_is_no_error_page(client, cast, monkeypatch):
    def away(*args, **kwargs):
        raise SMTPException

    monkeypatch.setattr("django.core.mail.EmailMultiAlternatives.send", away)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)

    assert client.post("/accounts/password/reset/", {"email": cast.entry.email}).status_code == 302


@pytest.mark.parametrize(
    ("password", "code"),
    [("ngan", "password_too_short"), ("1q2w3e4r5t6y", "password_too_common"), ("lua-nep-nuong-tu", None), ("{username}", "password_too_similar")],
)
def test_weak_passwords_are_refused(cast, password, code):
    client = client_of(cast.entry)
    password = password.format(username=cast.entry.username)

    answer = client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password})

    if code:
        assert code in [error.code for error in answer.context["form"].errors.as_data()["password1"]]
    else:
        assert answer.status_code == 302


def test_changing_a_password_ends_the_other_sessions(cast):
    here, there = client_of(cast.entry), client_of(cast.entry)

    here.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": "suoi-nuoc-nong-2018", "password2": "suoi-nuoc-nong-2018"})

    assert (is_signed_in(here), here.get("/accounts/password/change/").status_code) == (True, 200)
    assert there.get("/accounts/password/change/").url.startswith(LOGIN)


def test_no_second_book_of_mail_addresses_is_kept(client, cast):
    sign_in(client, cast.entry.username, PASSWORD)

    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize("behind", ["0", "1"])
def test_cookies_travel_only_over_https_behind_a_tls_proxy(behind):
    code = """
from django.conf import settings as s
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_HTTPONLY, s.ALLAUTH_TRUSTED_PROXY_COUNT)
"""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "BEHIND_TLS_PROXY": behind}
    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)

    assert printed.stdout.split() == (["True"] * 4 + ["1"] if behind == "1" else ["False"] * 3 + ["True", "0"])
