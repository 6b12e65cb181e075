"""The only door to a unit, for pages and API: outside your area it does not exist (404); the wrong role is refused (403)."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import COMMUNE_ROLES, DELEGABLE, PROVINCE_ROLES, Role
from accounts.selectors import hat
from communes import selectors
from communes.models import Document, DocumentQuerySet, Unit, UnitQuerySet
from communes.rules import Level


def scope(user: User) -> Unit | None:
    """The unit under which a user sees everything; None for a superuser, who sees all there is."""
    return None if user.is_superuser else user.unit


def units(user: User) -> UnitQuerySet:
    """The units that a user sees: its own and everything below."""
    unit = scope(user)
    return Unit.objects.all() if unit is None else Unit.objects.under(unit)


def get_unit(user: User, code: str, day: date) -> Unit:
    """The unit with this code on this day, if it is in the user's area; else Http404."""
    try:
        return selectors.by_code(units(user), code, day)
    except Unit.DoesNotExist as error:
        raise Http404(_("Không có đơn vị mã %s trong phạm vi của bạn.") % code) from error


def get_district(user: User, code: str, day: date) -> Unit:
    """The district with this code on this day, if it is in the user's area; else Http404."""
    unit = get_unit(user, code, day)
    if unit.level != Level.DISTRICT:
        raise Http404(_("Mã %s không phải của một huyện.") % code)
    return unit


def require(user: User, roles: Iterable[Role]) -> None:
    """Raise PermissionDenied unless the user has one of the roles."""
    if Role(user.role) not in roles:
        raise PermissionDenied(_("Vai trò của bạn không làm được việc này."))


def role_of(user: User) -> Role:
    """The role in which the user acts today; for who may be an acting officer one query a request."""
    if Role(user.role) in DELEGABLE | {Role.API_CLIENT}:
        return Role(user.role)
    return hat(user).role


def require_acting(user: User, roles: Iterable[Role]) -> None:
    """Raise PermissionDenied unless the user acts in one of the roles today."""
    if role_of(user) not in roles:
        raise PermissionDenied(_("Vai trò của bạn không làm được việc này."))


def documents(user: User) -> DocumentQuerySet:
    """The documents that a user sees: those of its area, and those of everybody. Software sees the latter alone: titles and files name people."""
    if user.role == Role.API_CLIENT:
        return Document.objects.filter(unit=None)
    unit = scope(user)
    return Document.objects.all() if unit is None else Document.objects.under(unit)


KEEPERS = COMMUNE_ROLES | PROVINCE_ROLES | {Role.DISTRICT_APPRAISER}
"""Roles that keep the registers of their area. Leaders only read, software only fetches figures."""


def reads_people(user: User) -> bool:
    """Whether a user may read personal data of officials in its area: whoever keeps the registers. Leaders and software get counts."""
    return user.role in KEEPERS


def keeps(user: User, unit: Unit) -> bool:
    """Whether a user may change the registers of a unit that it sees. Costs no query."""
    above = {Level.PROVINCE: True, Level.DISTRICT: unit.parent_id == user.unit_id, Level.COMMUNE: False}
    return user.role in KEEPERS and (unit.pk == user.unit_id or above[Level(user.unit.level)])
