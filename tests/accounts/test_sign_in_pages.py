"""The pages and mails of signing in: in the portal's look, in Vietnamese, under the content policy."""

import re
from datetime import UTC, datetime

import pytest
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordForm, ResetPasswordKeyForm
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.contrib.auth.password_validation import password_validators_help_texts
from django.template.loader import render_to_string
from django.test import Client

from accounts.rules import Role
from tests.factories import PASSWORD, make_user

UNREACHABLE = {  # no sign-up, no managing of mail addresses, no telephone, no sign-in by mail address
    "cannot_remove_primary_email",
    "duplicate_email",
    "email_password_mismatch",
    "phone_password_mismatch",
    "email_taken",
    "max_email_addresses",
    "phone_taken",
    "unknown_phone",
    "unverified_primary_email",
    "username_blacklisted",
    "username_taken",
    "select_only_one",
}
ENGLISH = re.compile(r"\b(the|you|your|please|password|email|code|sign|have|has|been|invalid|this|is|a|authenticator)\b", re.IGNORECASE)


def words_of(html):
    """Return what people read of a page: no tags, no code names of fields."""
    body = re.sub(r"<(code|svg).*?</\1>", " ", html.partition("<body")[2], flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", body)


def code_now(secret):
    """Return the six digits that an authenticator app would show."""
    counter = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, counter))


def log_in(client, user):
    """Sign in by the form, as people do."""
    return client.post("/accounts/login/", {"login": user.username, "password": PASSWORD})


def confirm(client):
    """Say once more who one is, as the pages of the second factor ask."""
    return client.post("/accounts/reauthenticate/", {"password": PASSWORD})


@pytest.mark.parametrize(
    "page", ["login/", "inactive/", "password/reset/", "password/reset/done/", "password/reset/key/1-x/", "password/reset/key/done/"]
)
@pytest.mark.django_db
def test_entrance_pages_speak_vietnamese_and_keep_the_content_policy(client, page):
    answer = client.get(f"/accounts/{page}")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert not ENGLISH.search(words_of(html))
    assert " style=" not in html
    assert "<script" not in html
    assert "data:" not in html


@pytest.mark.parametrize("page", ["password/change/", "2fa/", "2fa/totp/activate/", "reauthenticate/", "logout/"])
def test_account_pages_speak_vietnamese_and_keep_the_content_policy(client, place, page):
    log_in(client, make_user(Role.COMMUNE_ENTRY, place.commune))
    confirm(client)

    answer = client.get(f"/accounts/{page}")

    html = answer.content.decode()
    assert answer.status_code == 200
    assert not ENGLISH.search(words_of(html))
    assert " style=" not in html
    assert "data:" not in html


def test_a_wrong_password_is_answered_calmly_and_names_no_one(client, place):
    known = make_user(Role.COMMUNE_ENTRY, place.commune)

    answers = [client.post("/accounts/login/", {"login": name, "password": "sai"}).content.decode() for name in (known.username, "xa-khong-co")]

    for html in answers:
        assert "Tên đăng nhập hoặc mật khẩu chưa đúng." in html
        assert 'role="alert"' in html


@pytest.mark.parametrize("key", sorted(set(DefaultAccountAdapter.error_messages) - UNREACHABLE))
def test_every_error_of_signing_in_is_vietnamese(key):
    assert not ENGLISH.search(str(DefaultAccountAdapter.error_messages[key]))


@pytest.mark.parametrize("key", sorted(DefaultMFAAdapter.error_messages))
def test_every_error_of_the_second_factor_is_vietnamese(key):
    assert not ENGLISH.search(str(DefaultMFAAdapter.error_messages[key]))


@pytest.mark.parametrize("form", [LoginForm, ChangePasswordForm, ResetPasswordForm, ResetPasswordKeyForm, AuthenticateForm])
def test_every_label_is_vietnamese(form):
    for field in form.base_fields.values():
        assert not ENGLISH.search(str(field.label))


def test_rules_for_passwords_are_vietnamese():
    assert password_validators_help_texts() == [
        "Không giống tên đăng nhập, họ tên, thư điện tử.",
        "Ít nhất 12 ký tự.",
        "Không phải mật khẩu nhiều người dùng.",
    ]


@pytest.mark.parametrize(
    "template",
    [
        "account/messages/logged_out.txt",
        "account/messages/password_changed.txt",
        "account/messages/password_set.txt",
        "mfa/messages/totp_activated.txt",
        "mfa/messages/totp_deactivated.txt",
        "mfa/messages/recovery_codes_generated.txt",
        *(
            f"{mail}_{part}.txt"
            for part in ("subject", "message")
            for mail in (
                "account/email/password_reset_key",
                "account/email/password_reset",
                "account/email/unknown_account",
                "account/email/password_changed",
                "account/email/password_set",
                "mfa/email/totp_activated",
                "mfa/email/totp_deactivated",
                "mfa/email/recovery_codes_generated",
            )
        ),
    ],
)
def test_every_message_and_mail_is_vietnamese(template):
    context = {
        "MFA_RECOVERY_CODES_SHOW_ONCE": True,
        "username": "xa-03124",
        "password_reset_url": "https://portal.example/x",
        "timestamp": datetime(2019, 1, 7, 7, 30, tzinfo=UTC),
    }

    text = render_to_string(template, context)

    assert text.strip()
    assert not ENGLISH.search(text)


def test_signing_in_leaves_no_message_behind(client, place):
    answer = log_in(client, make_user(Role.COMMUNE_ENTRY, place.commune))

    assert "messages" not in answer.cookies


def test_a_second_factor_is_set_up_by_a_picture_in_the_page_and_asked_for_next_time(client, place):
    user = make_user(Role.COMMUNE_ENTRY, place.commune)
    log_in(client, user)
    confirm(client)

    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    assert '<svg width="' in page.content.decode()
    assert client.post("/accounts/2fa/totp/activate/", {"code": "000000"}).context["form"].errors["code"][0].startswith("Mã chưa đúng")
    activated = client.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)}, follow=True)
    assert "Chép ra giấy" in activated.content.decode()
    assert not ENGLISH.search(words_of(activated.content.decode()))

    other = Client()
    asked = other.post("/accounts/login/", {"login": user.username, "password": PASSWORD}, follow=True)
    html = asked.content.decode()
    assert "Nhập mã xác nhận" in html
    assert not ENGLISH.search(words_of(html))


def test_a_forgotten_password_is_reset_by_mail(client, place, mailoutbox):
    user = make_user(Role.COMMUNE_ENTRY, place.commune)

    sent = client.post("/accounts/password/reset/", {"email": user.email}, follow=True)
    mail = mailoutbox[0]
    link = re.search(r"https?://[^/]+(/accounts/password/reset/key/\S+)", mail.body)[1]
    form = client.get(link, follow=True)
    done = client.post(form.request["PATH_INFO"], {"password1": "hoa-ban-no-trang-rung", "password2": "hoa-ban-no-trang-rung"}, follow=True)

    assert "Xem hộp thư" in sent.content.decode()
    assert "Đặt lại mật khẩu" in mail.subject
    assert not ENGLISH.search(mail.body.replace(link, "").replace(user.username, ""))
    assert "Đã đổi mật khẩu" in done.content.decode()
    assert Client().login(username=user.username, password="hoa-ban-no-trang-rung")


def test_a_used_link_says_what_to_do(client, db):
    html = client.get("/accounts/password/reset/key/1-x/").content.decode()

    assert "Liên kết không còn dùng được" in html
    assert "Xin liên kết mới" in html
