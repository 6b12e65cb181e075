"""What the administrator does to accounts. One transaction and one ledger entry each; passwords and secrets never reach the ledger."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from knox.models import AuthToken

from accounts.models import User
from ledger import services as ledger

SUBJECT = "user"
"""Kind of the ledger entries of a user; the key is its number, which outlives a change of name."""


def save(*, user: User, actor: User) -> None:
    """Write a new or changed user; leaves an entry when it is new or its role, unit or access changed."""
    with transaction.atomic():
        stored = User.objects.select_for_update().filter(pk=user.pk).select_related("unit").first()
        before = _powers(stored) if stored else {}
        user.save()
        after = _powers(user)
        if changes := {what: [before.get(what), value] for what, value in after.items() if before.get(what) != value}:
            _record("change" if stored else "create", user, actor, changes)


def reset_second_factor(*, user: User, actor: User) -> bool:
    """Take a lost second factor from a user, who must then set up a new one; False when there was none."""
    with transaction.atomic():
        deleted, _by_model = Authenticator.objects.filter(user=user).delete()
        if deleted:
            _record("reset_factor", user, actor, {})
    return bool(deleted)


def revoke_token(*, token: AuthToken, actor: User) -> None:
    """End a client's token at once."""
    with transaction.atomic():
        _record("revoke_token", token.user, actor, {"token": token.token_key[:4]})
        token.delete()


def _powers(user: User) -> dict[str, str | bool]:
    """What decides what the user may see and do."""
    return {"username": user.username, "role": str(user.role), "unit": user.unit.code, "active": user.is_active, "superuser": user.is_superuser}


def _record(act: str, user: User, actor: User, data: dict[str, Any]) -> None:
    ledger.record(act=act, kind=SUBJECT, key=str(user.pk), actor=actor, data=data)
