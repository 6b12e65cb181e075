"""Reads of users."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from accounts.models import User
from ledger.prepared import Prepared, Slot


def people() -> QuerySet[User]:
    """All users, each with its unit and that unit's parents loaded and with `has_second_factor`."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.select_related("unit__parent__parent").annotate(has_second_factor=Exists(factors))  # type: ignore[no-redef]


person = Prepared(lambda: people().filter(pk=Slot("pk")).defer("unit__outline", "unit__parent__outline", "unit__parent__parent__outline"))
"""One of `people`, as every request asks; without the outlines of the units, which only maps draw."""


def named(words: str) -> QuerySet[User]:
    """The users whose name, as Vietnamese write it, or user name has these words."""
    full_name = Concat("last_name", Value(" "), "first_name")
    return User.objects.annotate(written=full_name).filter(Q(username__icontains=words) | Q(written__icontains=words))
