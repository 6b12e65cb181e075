"""Reads of users, and of who acts for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone

from accounts.models import Delegation, User
from accounts.rules import SECOND_FACTOR_ROLES, Role, acting_role
from communes.models import Unit
from communes.rules import person_key
from ledger.models import Entry
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


# Who acts for whom.


def delegations(day: Any, *, protected: bool) -> QuerySet[Delegation]:
    """The delegations that hold on a day: both people still serve in one unit, and where sign-in is `protected` have what the role needs for it."""
    holding = Delegation.objects.filter(starts_on__lte=day, ends_on__gte=day, ended_at=None, principal__is_active=True, deputy__is_active=True)
    holding = holding.filter(principal__unit=F("deputy__unit"))
    if protected:
        secured: QuerySet[Any] = people()
        holding = holding.filter(~Q(principal__role__in=SECOND_FACTOR_ROLES) | Q(deputy__in=secured.filter(has_second_factor=True).values("pk")))
    return holding.select_related("principal").order_by("-starts_on", "-pk")


def delegations_of(unit: Unit) -> QuerySet[Delegation]:
    """The acting officers of a unit, the newest first, also those of the past."""
    rows = Delegation.objects.filter(principal__unit=unit).select_related("principal", "deputy", "document", "recorded_by")
    return rows.order_by("-starts_on", "-pk")


def colleagues(unit: Unit) -> list[User]:
    """The people who serve in a unit, by name; no software."""
    serving = User.objects.filter(unit=unit, is_active=True).exclude(role=Role.API_CLIENT)
    return sorted(serving, key=lambda person: person_key(str(person)))


@dataclass(frozen=True)
class Hat:
    """The role in which somebody acts today, and for whom; None: for oneself."""

    role: Role
    principal: User | None

    def people(self, user: User) -> set[int]:
        """Who acts: the user, and whom they act for."""
        return {user.pk, *((self.principal.pk,) if self.principal else ())}

    @property
    def told(self) -> dict[str, int]:
        """What a ledger entry says of an acting officer: for whom."""
        return {"for": self.principal.pk} if self.principal else {}


def hat(user: User) -> Hat:
    """In which role a user acts today, and for whom. One query, asked once a request: a request loads its user anew."""
    known: tuple[date, Hat] | None = getattr(user, "_hat", None)
    if known and known[0] == timezone.localdate():
        return known[1]
    found = _hat(user)
    user._hat = (timezone.localdate(), found)  # type: ignore[attr-defined]  # noqa: SLF001 - kept beside the user as long as the request lives
    return found


def _holding(*, protected: bool) -> Prepared[Delegation]:
    return Prepared(lambda: delegations(Slot("day"), protected=protected).filter(deputy=Slot("deputy"))[:1])


_held = {protected: _holding(protected=protected) for protected in (True, False)}


def _hat(user: User) -> Hat:
    held = _held[settings.MFA_REQUIRED].first(day=timezone.localdate(), deputy=user.pk)
    return Hat(acting_role(Role(user.role), Role(held.principal.role) if held else None), held.principal if held else None)


def told(actor: User | None) -> dict[str, int]:
    """What a ledger entry says of who acts (`Hat.told`); of a job nothing."""
    return hat(actor).told if actor else {}


def principals() -> dict[int, User]:
    """Everybody for whom somebody ever acted, by id, to tell ledger entries (`Hat.told`): few people, one query."""
    return User.objects.filter(delegated__isnull=False).distinct().in_bulk()


def acted_for(entries: Iterable[Entry]) -> dict[int, User]:
    """The people for whom acting officers did what these entries tell (`Hat.told`), by id: one query, none where nobody acted for another."""
    return User.objects.in_bulk({entry.data["for"] for entry in entries if "for" in entry.data})


def deputies(principals: Iterable[int]) -> dict[int, int]:
    """Who acts today for these people, by whom they act for: what is meant for the one is meant for the other. One query."""
    holding = delegations(timezone.localdate(), protected=settings.MFA_REQUIRED).filter(principal__in=list(principals))
    return dict(holding.values_list("principal", "deputy"))
