"""manage.py create_api_token: a client and its token, shown once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from accounts.models import User
from accounts.rules import Role
from ledger.models import Entry
from tests.factories import make_user


def create(name: str, unit: str) -> tuple[list[str], str]:
    output, errors = StringIO(), StringIO()
    call_command("create_api_token", name, "--unit", unit, stdout=output, stderr=errors)
    return output.getvalue().splitlines(), errors.getvalue()


def who_is(token: str) -> User:
    request = APIRequestFactory().get("/", headers={"Authorization": f"Token {token}"})
    user, _token = TokenAuthentication().authenticate(request)
    return user


def test_the_token_stands_alone_on_the_last_line_and_lets_the_client_in(place):
    lines, _errors = create("bao-cao", "094")

    client = who_is(lines[-1])

    assert len(lines) == 1
    assert (client.username, client.role, client.unit) == ("api-bao-cao", Role.API_CLIENT, place.district)
    assert not client.has_usable_password()


def test_only_a_hash_of_the_token_is_stored_and_it_holds_for_a_year(place):
    lines, errors = create("bao-cao", "11")

    stored = AuthToken.objects.get()

    assert lines[-1] not in {str(value) for value in AuthToken.objects.values_list().get()}
    assert stored.expiry - timezone.now() > timedelta(days=364)
    assert "shown only now" in errors


def test_making_and_issuing_leave_entries_without_the_token(place):
    lines, _errors = create("bao-cao", "11")

    entries = list(Entry.objects.filter(subject_kind="user").order_by("pk"))

    assert [entry.act for entry in entries] == ["create", "issue_token"]
    assert all(lines[-1] not in str(entry.content()) for entry in entries)


def test_the_same_name_again_replaces_the_old_token_and_says_so(place):
    (old,), _errors = create("bao-cao", "11")

    (new,), errors = create("bao-cao", "095")

    assert "old token of this client no longer works" in errors
    assert who_is(new).unit == place.other_district
    with pytest.raises(AuthenticationFailed):
        who_is(old)
    assert (User.objects.count(), AuthToken.objects.count()) == (1, 1)


def test_an_unknown_unit_is_refused(place):
    with pytest.raises(CommandError, match=r"no unit with the code '94': codes keep their leading zeros"):
        create("bao-cao", "94")

    assert not User.objects.exists()


def test_without_a_register_the_way_to_it_is_named(db):
    with pytest.raises(CommandError, match="load_reference"):
        create("bao-cao", "11")


def test_a_vietnamese_name_becomes_a_plain_login(place):
    lines, errors = create("Cổng tỉnh", "11")

    client = who_is(lines[-1])

    assert (client.username, str(client)) == ("api-cong-tinh", "Cổng tỉnh")
    assert "api-cong-tinh reads Tỉnh Điện Biên" in errors


@pytest.mark.parametrize("name", ["!?", "x" * 147])
def test_an_impossible_name_is_refused(place, name):
    with pytest.raises(CommandError, match="cannot be a client's name"):
        create(name, "11")

    assert not User.objects.exists()


def test_a_person_gets_no_token(place):
    make_user(Role.LEADER, place.province, username="api-bao-cao")

    with pytest.raises(CommandError, match="api-bao-cao is a person"):
        create("bao-cao", "11")

    assert not AuthToken.objects.exists()
