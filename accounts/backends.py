"""Who a session belongs to, and what the administration site may ask about that person."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AnonymousUser
from django.db.models import Model

from accounts import selectors
from accounts.models import User
from accounts.rules import Role


class Backend(AuthenticationBackend):
    """django-allauth's sign-in; the signed-in person comes with unit, parents and second factor, in one query."""

    def get_user(self, user_id: int) -> User | None:
        user = selectors.person.first(pk=user_id)
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj: User | AnonymousUser, perm: str, obj: Model | None = None) -> bool:
        """Only the administration site asks for Django's permissions: its doors are its model admins, and the administrator has all keys."""
        return _administers(user_obj) or super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: User | AnonymousUser, app_label: str) -> bool:
        return _administers(user_obj) or super().has_module_perms(user_obj, app_label)


def _administers(user: User | AnonymousUser) -> bool:
    return user.is_authenticated and user.is_active and user.role == Role.PROVINCE_ADMIN
