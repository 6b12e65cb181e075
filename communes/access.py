"""The only door to the registers of a unit. This room knows neither users nor plans: whoever gives the pages their addresses brings the `Door`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from communes.models import DocumentQuerySet, Unit, UnitQuerySet
from communes.rules import Level


@dataclass(frozen=True)
class Door:
    """Who may come, as the rooms above know it. `Any` is a signed-in user."""

    unit: Callable[[Any, str, date], Unit]
    """The unit with this code on this day, if it is in the user's area; else Http404."""
    units: Callable[[Any], UnitQuerySet]
    """The units that the user sees."""
    documents: Callable[[Any], DocumentQuerySet]
    """The documents that the user sees: of these units, and those of everybody."""
    reads_people: Callable[[Any], bool]
    """Whether the user may read personal data of officials; others see them counted only."""
    keeps: Callable[[Any, Unit], bool]
    """Whether the user may change the registers of this unit."""
    day: Callable[[], date]
    """The day that pages show when none is named, and from which forms propose that figures hold."""


def get_place(door: Door, user: Any, code: str, day: date | None = None) -> Unit:
    """The unit of this code as of the day (none named: the day of the door), in the user's area; else Http404."""
    return door.unit(user, code, day or door.day())


def get_commune(door: Door, user: Any, code: str, day: date | None = None) -> Unit:
    """The same, for a commune, which is what keeps registers; else Http404."""
    unit = get_place(door, user, code, day)
    if unit.level != Level.COMMUNE:
        raise Http404(_("Sổ này ghi theo từng xã; mã %s không phải của một xã.") % code)
    return unit


def require_people(door: Door, user: Any) -> None:
    """Raise PermissionDenied unless the user may read personal data of officials."""
    if not door.reads_people(user):
        raise PermissionDenied(
            _("Danh sách cán bộ, công chức có dữ liệu cá nhân, chỉ người quản lý sổ được đọc. Số đếm có ở trang số liệu của đơn vị.")
        )


def require_keeper(door: Door, user: Any, unit: Unit) -> None:
    """Raise PermissionDenied unless the user may change the registers of this unit."""
    if not door.keeps(user, unit):
        raise PermissionDenied(_("Vai trò của bạn chỉ được xem số liệu này."))


def get_commune_of_people(door: Door, user: Any, code: str, day: date | None = None) -> Unit:
    """The commune, if the user may read personal data of its officials; else Http404 or PermissionDenied."""
    unit = get_commune(door, user, code, day)
    require_people(door, user)
    return unit


def get_commune_to_keep(door: Door, user: Any, code: str, day: date | None = None) -> Unit:
    """The commune, if the user may change its registers; else Http404 or PermissionDenied."""
    unit = get_commune(door, user, code, day)
    require_keeper(door, user, unit)
    return unit
