"""What the administrator does to accounts, and what of it stays on record."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from knox.models import AuthToken
from openpyxl import Workbook, load_workbook

from accounts.models import User
from accounts.rules import LEVELS, Role
from ledger.models import Entry
from tests.factories import PASSWORD, client_of, make_user


@pytest.fixture
def client(cast):
    """The administrator's browser."""
    return client_of(cast.admin)


def trace():
    """The ledger as (act, subject, who, what changed)."""
    return [(entry.act, entry.subject_key, entry.actor.username, entry.data) for entry in Entry.objects.filter(subject_kind="user").order_by("pk")]


def fields_of(user, **changes):
    """The change form as the page sends it."""
    names = ("username", "last_name", "first_name", "email", "role")
    sent = {name: getattr(user, name) for name in names} | {"unit": user.unit.pk, "is_active": "on"} | changes
    return {name: value for name, value in sent.items() if value is not None}


def sheet(*rows):
    """An Excel file as the administrator uploads it."""
    book, file = Workbook(), io.BytesIO()
    for row in [("username", "last_name", "first_name", "email", "role", "unit"), *rows]:
        book.active.append(row)
    book.save(file)
    return SimpleUploadedFile("nguoi-dung.xlsx", file.getvalue())


def upload(client, file):
    """Preview an upload."""
    return client.post("/admin/accounts/user/import/", {"import_file": file, "format": "0", "resource": ""})


@pytest.mark.parametrize("role", Role)
def test_a_role_serves_only_at_its_levels(place, role):
    for unit in (place.province, place.district, place.commune):
        user = User(username="moi", role=role, unit=unit, password="x")
        if unit.level in LEVELS[role]:
            user.full_clean()
        else:
            with pytest.raises(ValidationError, match="không phục vụ ở cấp"):
                user.full_clean()


def test_who_enters_the_administration_follows_from_the_role(place):
    users = {role: make_user(role, place.province) for role in Role}

    assert {role for role, user in users.items() if user.is_staff} == {Role.PROVINCE_ADMIN}

    user = users[Role.PROVINCE_ADMIN]
    user.role = Role.LEADER
    user.save()
    assert not user.is_staff
    with pytest.raises(IntegrityError, match="user_staff_follows_role"), transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_staff=True)


def test_a_new_account_is_made_and_on_record(client, cast, place):
    sent = {"username": "xa-moi", "email": "xa-moi@dienbien.example", "role": "commune_entry", "unit": place.sibling.pk}

    answer = client.post(
        "/admin/accounts/user/add/", sent | {"usable_password": "true", "password1": "suoi-nuoc-nong-2018", "password2": "suoi-nuoc-nong-2018"}
    )

    user = User.objects.get(username="xa-moi")
    powers = {
        "username": [None, "xa-moi"],
        "role": [None, "commune_entry"],
        "unit": [None, "03127"],
        "active": [None, True],
        "superuser": [None, False],
    }
    assert (answer.status_code, user.unit, user.check_password("suoi-nuoc-nong-2018")) == (302, place.sibling, True)
    assert trace() == [("create", str(user.pk), cast.admin.username, powers)]


def test_a_role_at_the_wrong_level_is_refused_in_words(client, cast, place):
    answer = client.post(f"/admin/accounts/user/{cast.entry.pk}/change/", fields_of(cast.entry, unit=place.district.pk))

    assert "Vai trò “Xã: nhập điểm” không phục vụ ở cấp huyện" in answer.content.decode()
    assert trace() == []


def test_a_change_of_powers_is_on_record_and_a_change_of_name_is_not(client, cast, place):
    page = f"/admin/accounts/user/{cast.entry.pk}/change/"

    client.post(page, fields_of(cast.entry, first_name="Pín"))
    client.post(page, fields_of(cast.entry, role="commune_signatory", unit=place.sibling.pk))
    client.post(page, fields_of(cast.entry, role="commune_signatory", unit=place.sibling.pk, is_active=None))

    assert trace() == [
        ("change", str(cast.entry.pk), cast.admin.username, {"role": ["commune_entry", "commune_signatory"], "unit": ["03124", "03127"]}),
        ("change", str(cast.entry.pk), cast.admin.username, {"active": [True, False]}),
    ]


def test_nobody_makes_a_superuser_by_a_form(client, cast):
    client.post(f"/admin/accounts/user/{cast.entry.pk}/change/", fields_of(cast.entry, is_superuser="on", is_staff="on"))

    cast.entry.refresh_from_db()
    assert (cast.entry.is_superuser, cast.entry.is_staff) == (False, False)


def test_accounts_are_locked_and_never_deleted(client, cast):
    assert client.post(f"/admin/accounts/user/{cast.entry.pk}/delete/", {"post": "yes"}).status_code == 403


def test_lost_second_factors_are_reset_from_the_list(client, cast):
    client.post("/admin/accounts/user/", {"action": "reset_second_factor", "_selected_action": [cast.officer.pk, cast.appraiser.pk, cast.entry.pk]})

    assert [(act, key) for act, key, _who, _data in trace()] == [("reset_factor", str(user.pk)) for user in (cast.appraiser, cast.officer)]


def test_a_new_password_from_the_administrator_opens_the_door(client, cast):
    client.post(
        f"/admin/accounts/user/{cast.entry.pk}/password/",
        {"usable_password": "true", "password1": "suoi-nuoc-nong-2018", "password2": "suoi-nuoc-nong-2018", "set-password": "1"},
    )

    cast.entry.refresh_from_db()
    assert cast.entry.check_password("suoi-nuoc-nong-2018")


def test_a_sheet_makes_and_changes_many_accounts_after_a_preview(client, cast):
    file = sheet(
        ("xa-moi-1", "Lò", "Thị Ín", "in@dienbien.example", "commune_entry", 3127),
        (cast.entry.username, "Quàng", "Văn Pín", cast.entry.email, "commune_signatory", "03124"),
    )

    preview = upload(client, file)
    assert not User.objects.filter(username="xa-moi-1").exists()
    assert trace() == []
    client.post("/admin/accounts/user/process_import/", preview.context["confirm_form"].initial)

    new, changed = User.objects.get(username="xa-moi-1"), User.objects.get(pk=cast.entry.pk)
    assert (new.unit.code, new.is_active, new.has_usable_password()) == ("03127", True, False)
    assert (changed.role, changed.last_name, changed.check_password(PASSWORD)) == ("commune_signatory", "Quàng", True)
    assert [(act, key) for act, key, _who, _data in trace()] == [("create", str(new.pk)), ("change", str(changed.pk))]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("xa-1", "", "", "a@b.example", "commune_entry", "99999"), "Không có đơn vị mã 99999."),
        (("xa-1", "", "", "a@b.example", "commune_entry", "094"), "không phục vụ ở cấp huyện"),
        (("xa-1", "", "", "a@b.example", "chu-tich", "03124"), "chu-tich"),
        (("xa 1 !", "", "", "a@b.example", "commune_entry", "03124"), "username"),
    ],
)
def test_a_wrong_row_stops_the_whole_sheet(client, cast, row, words):
    preview = upload(client, sheet(("xa-dung", "", "", "x@b.example", "commune_entry", "03124"), row))

    assert words in preview.content.decode()
    assert preview.context.get("confirm_form") is None


def test_the_exported_sheet_can_be_imported_again_and_holds_no_password(client, cast):
    exported = client.get("/admin/accounts/user/export/")

    rows = list(load_workbook(io.BytesIO(exported.content)).active.values)
    assert sorted(rows[0]) == sorted(["username", "last_name", "first_name", "email", "role", "unit", "is_active"])
    assert len(rows) == 1 + User.objects.count()
    again = upload(client, SimpleUploadedFile("lai.xlsx", exported.content))
    assert again.context["result"].totals["skip"] == User.objects.count()


def test_a_token_is_revoked_at_once_and_on_record(client, cast):
    stored, token = AuthToken.objects.create(cast.api_client)

    client.post(f"/admin/knox/authtoken/{stored.pk}/delete/", {"post": "yes"})

    assert client_of(None).get("/api/schema/", headers={"authorization": f"Token {token}"}).status_code == 401
    assert [(act, key) for act, key, _who, _data in trace()] == [("revoke_token", str(cast.api_client.pk))]
    assert token not in str(trace())


def test_the_ledger_is_only_looked_at(client, cast):
    client.post(f"/admin/accounts/user/{cast.entry.pk}/change/", fields_of(cast.entry, is_active=None))
    entry = Entry.objects.get()
    page = f"/admin/ledger/entry/{entry.pk}"

    found = [client.get(f"{page}/change/"), client.post(f"{page}/change/", {"act": "x"}), client.post(f"{page}/delete/", {"post": "yes"})]

    assert [answer.status_code for answer in found] == [200, 403, 403]
