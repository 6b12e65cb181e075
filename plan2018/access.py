"""The door to a period: periods are everybody's, unknown ones do not exist."""

from django.http import Http404
from django.utils.translation import gettext as _

from plan2018 import selectors
from plan2018.models import Period


def get_period(code: str) -> Period:
    """The period of this code, with its plan; else Http404."""
    try:
        return Period.objects.select_related("plan").get(code=code)
    except Period.DoesNotExist as error:
        raise Http404(_("Không có kỳ %s.") % code) from error


def get_periods(code: str) -> tuple[Period, list[Period]]:
    """The period of this code (none: the newest) and the other periods of its plan, by one query; else Http404."""
    periods = selectors.periods()
    asked = next((period for period in reversed(periods) if code in ("", period.code)), None)
    if asked is None:
        raise Http404(_("Không có kỳ %s.") % code)
    return asked, [period for period in periods if period.plan_id == asked.plan_id and period != asked]
