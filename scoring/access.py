"""The only door to an assessment, for pages and API."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.access import get_district, require, scope
from accounts.models import User
from accounts.rules import COMMUNE_ROLES, PROVINCE_ROLES, Role
from communes.models import Unit
from plan2018.access import get_period
from plan2018.models import Period
from scoring import rules, selectors
from scoring.models import Answer, Assessment, AssessmentQuerySet, Evidence, EvidenceFile
from scoring.rules import Act, Stage, State


def assessments(user: User) -> AssessmentQuerySet:
    """The assessments that a user sees, of all periods."""
    unit = scope(user)
    return Assessment.objects.all() if unit is None else Assessment.objects.under(unit)


def get_assessment(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment of a commune in the user's area, with its thresholds; outside it, or where none was opened, Http404."""
    try:
        return selectors.assessments(get_period(period_code), user.unit).prefetch_related("criteria_set__thresholds").get(unit__code=unit_code)
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
    if stage := rules.stage_of(Role(user.role)):
        return assessment, stage
    raise PermissionDenied(_("Vai trò của bạn chỉ được xem phiếu này."))


def get_assessment_for_title(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment beside which a title is entered; Http404 too for a period that is no year, PermissionDenied unless `may_enter_title`."""
    assessment = get_assessment(user, period_code, unit_code)
    if assessment.period.kind != Period.YEAR:
        raise Http404(_("Danh hiệu chỉ ghi cho kỳ năm."))
    if not may_enter_title(user):
        raise PermissionDenied(_("Chỉ tỉnh ghi danh hiệu."))
    return assessment


def stage_to_appraise(user: User) -> Stage:
    """The points that the user's role puts beside those of others; else PermissionDenied: communes have none to compare, leaders only read."""
    stage = rules.stage_of(Role(user.role))
    if stage is None or rules.STAGE_BEFORE[stage] is None:
        raise PermissionDenied(_("Vai trò của bạn không chấm điểm của cấp khác."))
    return stage


def get_district_grid(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit, list[Assessment]]:
    """The period, the district in the user's area and the forms of its communes with their answers; else Http404."""
    period = get_period(period_code)
    district = get_district(user, unit_code, period.ends_on)
    return period, district, selectors.grid(period, district)


def may_enter_title(user: User) -> bool:
    """Only the province enters titles."""
    return Role(user.role) in PROVINCE_ROLES


EVIDENCE_READERS = frozenset(Role) - {Role.API_CLIENT}
"""Every person sees the evidence of its area, software does not: titles and files name people."""


def get_answer(user: User, period_code: str, unit_code: str, criterion: str) -> Answer:
    """A criterion of an assessment in the user's area, to see its evidence; else Http404, PermissionDenied for software."""
    answer = selectors.answer(get_period(period_code), user.unit, unit_code, criterion)
    if answer is None:
        raise Http404(_("Không có tiêu thức %(criterion)s của đơn vị %(code)s trong phạm vi của bạn.") % {"criterion": criterion, "code": unit_code})
    require(user, EVIDENCE_READERS)
    return answer


def may_show_evidence(user: User, answer: Answer) -> bool:
    """Whether the user may change the evidence of this criterion now."""
    return rules.may_show(State(answer.assessment.state), Role(user.role), answer.remark)


def get_answer_to_show(user: User, period_code: str, unit_code: str, criterion: str) -> Answer:
    """The same, if the user's role shows evidence at all (in whatever state); else Http404 or PermissionDenied."""
    answer = get_answer(user, period_code, unit_code, criterion)
    require(user, COMMUNE_ROLES)
    return answer


def get_evidence(user: User, period_code: str, unit_code: str, criterion: str, key: int) -> Evidence:
    """A piece of evidence that the user's role may change; else Http404 or PermissionDenied."""
    answer = get_answer_to_show(user, period_code, unit_code, criterion)
    evidence = answer.evidence.select_related("file").filter(pk=key).first()
    if evidence is None:
        raise Http404(_("Không có minh chứng này ở tiêu thức %s.") % criterion)
    evidence.answer = answer
    return evidence


def get_evidence_file(user: User, key: int) -> EvidenceFile:
    """A file of evidence of a commune in the user's area; else Http404, PermissionDenied for software."""
    unit = scope(user)
    files = EvidenceFile.objects.all() if unit is None else EvidenceFile.objects.under(unit)
    file = files.filter(pk=key).first()
    if file is None:
        raise Http404(_("Không có tệp này trong phạm vi của bạn."))
    require(user, EVIDENCE_READERS)
    return file
