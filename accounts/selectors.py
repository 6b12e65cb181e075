"""Reads of users."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import User


def people() -> QuerySet[User]:
    """All users, each with its unit and that unit's parents loaded and with `has_second_factor`."""
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    return User.objects.select_related("unit__parent__parent").annotate(has_second_factor=Exists(factors))  # type: ignore[no-redef]
