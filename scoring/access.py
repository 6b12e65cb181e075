"""The only door to an assessment, for pages and API."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.access import scope
from accounts.models import User
from accounts.rules import PROVINCE_ROLES, Role
from plan2018.access import get_period
from scoring import rules, selectors
from scoring.models import Assessment, AssessmentQuerySet
from scoring.rules import Act, Stage


def assessments(user: User) -> AssessmentQuerySet:
    """The assessments that a user sees, of all periods."""
    unit = scope(user)
    return Assessment.objects.all() if unit is None else Assessment.objects.under(unit)


def get_assessment(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment of a commune in the user's area; outside it, or where none was opened, Http404."""
    try:
        return selectors.assessments(get_period(period_code), user.unit).get(unit__code=unit_code)
    except Assessment.DoesNotExist as error:
        raise Http404(_("Không có phiếu của đơn vị %s trong phạm vi của bạn.") % unit_code) from error


def get_assessment_to(user: User, period_code: str, unit_code: str, act: Act) -> Assessment:
    """The assessment, if the user's role may do this act at all (in whatever state); else Http404 or PermissionDenied."""
    assessment = get_assessment(user, period_code, unit_code)
    if not any(what == act and user.role in move.roles for (_state, what), move in rules.MOVES.items()):
        raise PermissionDenied(_("Vai trò của bạn không làm được việc này."))
    return assessment


def get_assessment_to_enter(user: User, period_code: str, unit_code: str) -> tuple[Assessment, Stage]:
    """The assessment and the points that the user's role writes; else Http404 or PermissionDenied."""
    assessment = get_assessment(user, period_code, unit_code)
    for (_state, stage), roles in rules.ENTRY.items():
        if user.role in roles:
            return assessment, stage
    raise PermissionDenied(_("Vai trò của bạn chỉ được xem phiếu này."))


def may_enter_title(user: User) -> bool:
    """Only the province enters titles."""
    return Role(user.role) in PROVINCE_ROLES
