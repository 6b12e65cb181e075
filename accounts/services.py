"""What the administrator does to accounts, and who lets whom act for them. One transaction and one ledger entry each; no secret reaches the ledger."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from knox.models import AuthToken

from accounts import selectors
from accounts.models import Delegation, User
from accounts.rules import Role, may_stand_in
from communes.models import Document, Unit
from communes.rules import fold
from ledger import services as ledger

SUBJECT = "user"
"""Kind of the ledger entries of a user; the key is its number, which outlives a change of name."""

DELEGATION = "delegation"
"""Kind of the ledger entries of a delegation; the key is its number."""

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


class Unfit(Exception):
    """The two people cannot stand in for each other: not of one unit, the same person, software, or a role in which nobody acts for another."""


class Overlap(Exception):
    """Somebody is already acting officer of the person, or the deputy for another, on some of these days."""


def delegate(*, principal: User, deputy: User, starts_on: date, ends_on: date, document: Document, actor: User) -> Delegation:
    """Let somebody act for a person of the same unit on these days, both counted. Raises Unfit, Overlap, and ValueError for days that are out of order."""
    if ends_on < starts_on:
        raise ValueError(ends_on)
    fits = may_stand_in(Role(deputy.role), Role(principal.role)) and principal.unit_id == deputy.unit_id
    if not fits or principal.pk == deputy.pk or not (principal.is_active and deputy.is_active):
        raise Unfit
    with transaction.atomic():
        ledger.lock(f"delegation:{principal.unit_id}")
        if selectors.delegations_of(principal.unit).filter(
            Q(principal__in=[principal, deputy]) | Q(deputy__in=[principal, deputy]), ended_at=None, starts_on__lte=ends_on, ends_on__gte=starts_on
        ):
            raise Overlap
        given: dict[str, Any] = {"principal": principal, "deputy": deputy, "starts_on": starts_on, "ends_on": ends_on, "document": document}
        made = Delegation.objects.create(**given, recorded_at=timezone.now(), recorded_by=actor)
        data = {"for": principal.pk, "by": deputy.pk, "from": starts_on.isoformat(), "to": ends_on.isoformat(), "document": document.pk}
        ledger.record(act="delegate", kind=DELEGATION, key=str(made.pk), actor=actor, data=data, unit=principal.unit_id)
    return made


def end_delegation(*, delegation: Delegation, actor: User) -> bool:
    """End a delegation now; False when it had been ended before."""
    with transaction.atomic():
        ended = Delegation.objects.filter(pk=delegation.pk, ended_at=None).update(ended_at=timezone.now())
        if ended:
            ledger.record(act="end", kind=DELEGATION, key=str(delegation.pk), actor=actor, unit=delegation.principal.unit_id)
    return bool(ended)


def _powers(user: User) -> dict[str, str | bool]:
    """What decides what the user may see and do."""
    return {"username": user.username, "role": str(user.role), "unit": user.unit.code, "active": user.is_active, "superuser": user.is_superuser}


def _record(act: str, user: User, actor: User | None, data: dict[str, Any]) -> None:
    ledger.record(act=act, kind=SUBJECT, key=str(user.pk), actor=actor, data=data, unit=user.unit_id)
