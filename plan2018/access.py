"""The door to a period: periods are everybody's, unknown ones do not exist. And to what the communes of one's area report for it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.access import get_unit, require
from accounts.models import User
from accounts.rules import COMMUNE_ROLES, Role
from communes.models import Unit
from communes.rules import Level
from plan2018 import selectors
from plan2018.models import Period


def get_period(code: str) -> Period:
    """The period of this code, with its plan; else Http404."""
    try:
        return Period.objects.select_related("plan").get(code=code)
    except Period.DoesNotExist as error:
        raise Http404(_("Không có kỳ %s.") % code) from error


def get_periods(code: str, *related: str) -> tuple[Period, list[Period]]:
    """The period of this code (none: the newest) and the other periods of its plan, by one query; else Http404.

    `related` names what else is loaded with each period.
    """
    periods = selectors.periods(*related)
    asked = next((period for period in reversed(periods) if code in ("", period.code)), None)
    if asked is None:
        raise Http404(_("Không có kỳ %s.") % code)
    return asked, [period for period in periods if period.plan_id == asked.plan_id and period != asked]


def get_reporting_place(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit]:
    """The period and the unit of the user's area whose reported figures it is about; else Http404. PermissionDenied for software: it has the API."""
    period = get_period(period_code)
    unit = get_unit(user, unit_code, period.ends_on)
    require(user, set(Role) - {Role.API_CLIENT})
    return period, unit


def may_report(user: User, unit: Unit) -> bool:
    """Whether the user reports for this unit: a commune's own people alone; those above read."""
    return unit.level == Level.COMMUNE and unit.pk == user.unit_id and Role(user.role) in COMMUNE_ROLES


def get_place_to_report(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit]:
    """The same, if the user reports for this commune; else Http404 or PermissionDenied."""
    period, unit = get_reporting_place(user, period_code, unit_code)
    if not may_report(user, unit):
        raise PermissionDenied(_("Số liệu của xã do chính xã báo cáo; cấp trên chỉ xem."))
    return period, unit
