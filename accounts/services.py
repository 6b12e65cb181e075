"""What the administrator does to accounts. One transaction and one ledger entry each; passwords and secrets never reach the ledger."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.text import slugify
from knox.models import AuthToken

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from communes.rules import fold
from ledger import services as ledger

SUBJECT = "user"
"""Kind of the ledger entries of a user; the key is its number, which outlives a change of name."""

TOKEN_LIFE = timedelta(days=365)
"""A client renews its token once a year; a forgotten one does not stay open for ever."""


class NotAClient(Exception):
    """The user of this name is a person, or locked: it gets no token."""


@dataclass(frozen=True)
class Token:
    """A client's token in clear, which nobody can read again; whose it is, until when it holds, whether it replaced another."""

    client: User
    clear: str
    expires_at: datetime
    replaced: bool


def save(*, user: User, actor: User | None) -> None:
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


def issue_token(*, name: str, unit: Unit, actor: User | None = None) -> Token:
    """Make an API client who reads what is under this unit, or move it there; give it a token in place of any it had.

    "Cổng tỉnh" becomes the user `api-cong-tinh`, without a password. Raises ValueError for a name without a letter or digit, ValidationError
    for one that is too long, NotAClient when a person has it or the client is locked.
    """
    if not (slug := slugify(fold(name))):
        raise ValueError("it has no letter or digit")
    username = f"api-{slug}"
    with transaction.atomic():
        user = User.objects.select_for_update().filter(username=username).first()
        if user is None:
            user = User(username=username, last_name=name, role=Role.API_CLIENT)
            user.set_unusable_password()
        if user.role != Role.API_CLIENT or not user.is_active:
            raise NotAClient(username)
        user.unit = unit
        user.full_clean()
        save(user=user, actor=actor)
        replaced, _by_model = AuthToken.objects.filter(user=user).delete()
        token, clear = AuthToken.objects.create(user, expiry=TOKEN_LIFE)  # type: ignore[no-untyped-call]
        _record("issue_token", user, actor, {"token": token.token_key[:4], "unit": unit.code, "expires": token.expiry.isoformat()})
    return Token(user, clear, token.expiry, replaced=bool(replaced))


def revoke_token(*, token: AuthToken, actor: User) -> None:
    """End a client's token at once."""
    with transaction.atomic():
        _record("revoke_token", token.user, actor, {"token": token.token_key[:4]})
        token.delete()


def _powers(user: User) -> dict[str, str | bool]:
    """What decides what the user may see and do."""
    return {"username": user.username, "role": str(user.role), "unit": user.unit.code, "active": user.is_active, "superuser": user.is_superuser}


def _record(act: str, user: User, actor: User | None, data: dict[str, Any]) -> None:
    ledger.record(act=act, kind=SUBJECT, key=str(user.pk), actor=actor, data=data, unit=user.unit_id)
