"""The first user of a new portal, made by the command that every Django has."""

from django.core.management import call_command

from accounts.models import User
from accounts.rules import Role
from ledger.models import Entry
from tests.factories import Place


def test_createsuperuser_makes_an_administrator_of_the_province(place: Place) -> None:
    call_command("createsuperuser", "--noinput", username="quantri", email="quantri@dienbien.example", verbosity=0)

    user = User.objects.get(username="quantri")
    assert (user.role, user.unit, user.is_staff, user.is_superuser) == (Role.PROVINCE_ADMIN, place.province, True, True)
    entry = Entry.objects.get(subject_kind="user", subject_key=str(user.pk))
    assert (entry.act, entry.actor, entry.data) == ("create", None, {"role": [None, "province_admin"], "superuser": [None, True]})
