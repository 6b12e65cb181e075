"""The only door to an assessment, for pages and API."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import get_district, get_unit, reads_people, require, role_of, scope
from accounts.models import User
from accounts.rules import COMMUNE_ROLES, DELEGABLE, PROVINCE_ROLES, Role
from communes.models import Unit
from communes.rules import Level
from plan2018.access import get_period
from plan2018.models import Period
from plan2018.selectors import register_day
from scoring import rules, selectors
from scoring.models import Answer, Assessment, AssessmentQuerySet, Evidence, EvidenceFile
from scoring.rules import Act, Stage, State


def assessments(user: User) -> AssessmentQuerySet:
    """The assessments that a user sees, of all periods."""
    unit = scope(user)
    return Assessment.objects.all() if unit is None else Assessment.objects.under(unit)


def get_assessment(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment of a commune in the user's area, with its thresholds; outside it, or where none was opened, Http404."""
    if found := selectors.assessment(user.unit, period_code, unit_code):
        return found
    get_period(period_code)  # says so where there is no such period
    raise Http404(_("Không có phiếu của đơn vị %s trong phạm vi của bạn.") % unit_code)


def get_assessment_to(user: User, period_code: str, unit_code: str, act: Act) -> Assessment:
    """The assessment, if the user's role may do this act at all (in whatever state); else Http404 or PermissionDenied."""
    assessment, role = get_assessment(user, period_code, unit_code), role_of(user)
    if not any(what == act and role in move.roles for (_state, what), move in rules.MOVES.items()):
        raise PermissionDenied(_("Vai trò của bạn không làm được việc này."))
    return assessment


def get_assessment_to_enter(user: User, period_code: str, unit_code: str) -> tuple[Assessment, Stage]:
    """The assessment and the points that the user's role writes; else Http404 or PermissionDenied."""
    assessment = get_assessment(user, period_code, unit_code)
    if stage := rules.stage_of(role_of(user)):
        return assessment, stage
    raise PermissionDenied(_("Vai trò của bạn chỉ được xem phiếu này."))


def get_assessment_to_fill(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment whose own points the user writes, in whatever state it is; else Http404 or PermissionDenied: only the commune fills its form."""
    assessment, stage = get_assessment_to_enter(user, period_code, unit_code)
    if stage != Stage.SELF:
        raise PermissionDenied(_("Chỉ xã gửi phiếu Excel của mình."))
    return assessment


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
    stage = rules.stage_of(role_of(user))
    if stage is None or rules.STAGE_BEFORE[stage] is None:
        raise PermissionDenied(_("Vai trò của bạn không chấm điểm của cấp khác."))
    return stage


def get_district_grid(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit, list[Assessment]]:
    """The period, the district in the user's area and the forms of its communes with their answers; else Http404."""
    period = get_period(period_code)
    district = get_district(user, unit_code, period.ends_on)
    return period, district, selectors.grid(period, district)


def get_shares(user: User, period_code: str, unit_code: str, *, to_set: bool = False) -> tuple[Period, Unit]:
    """The period and the district or province whose groups of criteria were given to its people; to set them: only for who appraises there.

    Else Http404 or PermissionDenied.
    """
    period = get_period(period_code)
    unit = get_unit(user, unit_code, period.ends_on)
    if unit.level == Level.COMMUNE:
        raise Http404(_("Đơn vị %s không chấm điểm của cấp khác.") % unit_code)
    require(user, ABOVE | {Role.LEADER})
    if to_set and (user.unit_id != unit.pk or rules.stage_of(role_of(user)) in (None, Stage.SELF)):
        raise PermissionDenied(_("Chỉ người thẩm định, người duyệt của đơn vị giao tiêu thức."))
    return period, unit


def may_enter_title(user: User) -> bool:
    """Only the province enters titles."""
    return role_of(user) in PROVINCE_ROLES


def get_assessment_to_explain(user: User, period_code: str, unit_code: str, *, finish: bool) -> Assessment:
    """The assessment whose lowered points the user's commune answers; to `finish` is for its signatory. Else Http404 or PermissionDenied."""
    assessment = get_assessment(user, period_code, unit_code)
    if role_of(user) not in COMMUNE_ROLES:
        raise PermissionDenied(_("Chỉ xã giải trình về điểm của mình."))
    if finish and not may_finish_explaining(user):
        raise PermissionDenied(_("Chỉ người ký của xã gửi giải trình."))
    return assessment


def may_explain(user: User, assessment: Assessment) -> bool:
    """Whether the user's commune may answer lowered points now."""
    return role_of(user) in COMMUNE_ROLES and assessment.is_explaining(timezone.localdate())


def may_finish_explaining(user: User) -> bool:
    """Only the signatory speaks for the commune."""
    return role_of(user) == Role.COMMUNE_SIGNATORY


# People.

ABOVE = frozenset({Role.DISTRICT_APPRAISER, *PROVINCE_ROLES})


def get_commune_of_period(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit]:
    """The period and the commune in the user's area whose officials it is about; else Http404. PermissionDenied for who does not read people."""
    period = get_period(period_code)
    unit = get_unit(user, unit_code, period.ends_on)
    if unit.level != Level.COMMUNE:
        raise Http404(_("Mã %s không phải của một xã.") % unit_code)
    if not reads_people(user):
        raise PermissionDenied(_("Trang này có dữ liệu cá nhân của cán bộ, công chức, chỉ người quản lý sổ được đọc."))
    return period, unit


def may_assign(user: User, unit: Unit) -> bool:
    """Whether the user says who is responsible for the criteria of a commune: its signatory."""
    return user.unit_id == unit.pk and role_of(user) == Role.COMMUNE_SIGNATORY


def get_commune_to_assign(user: User, period_code: str, unit_code: str) -> tuple[Period, Unit]:
    """The same, for who says who is responsible there; else Http404 or PermissionDenied."""
    period, unit = get_commune_of_period(user, period_code, unit_code)
    if not may_assign(user, unit):
        raise PermissionDenied(_("Chỉ người ký của xã phân công phụ trách tiêu thức."))
    return period, unit


def reads_ceilings(user: User) -> bool:
    """Whether the user reads what points leave to officials: the district and the province of their communes, the signatory of the own one."""
    return role_of(user) in ABOVE | {Role.COMMUNE_SIGNATORY}


def get_assessment_of_ceilings(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment of whose officials the ceilings are read; else Http404 or PermissionDenied."""
    assessment = get_assessment(user, period_code, unit_code)
    if not reads_ceilings(user):
        raise PermissionDenied(_("Mức trần xếp loại chỉ huyện, tỉnh và người ký của xã được xem."))
    return assessment


def get_period_of_awards(user: User, period_code: str) -> Period:
    """The period whose classes decide on awards; else Http404, PermissionDenied for who proposes none: districts and the province do (III.7)."""
    period = get_period(period_code)
    require(user, ABOVE)
    return period


def get_unit_of_delegations(user: User, unit_code: str) -> Unit:
    """The unit in the user's area whose acting officers it is about; else Http404. PermissionDenied for software."""
    unit = get_unit(user, unit_code, register_day())
    require(user, set(Role) - {Role.API_CLIENT})
    return unit


def may_delegate(user: User, unit: Unit) -> bool:
    """Whether the user enters acting officers of a unit: who may be acted for there, in their own right; the province everywhere."""
    own = Role(user.role) in DELEGABLE and user.unit_id == unit.pk
    return own or Role(user.role) in PROVINCE_ROLES


def get_unit_to_delegate(user: User, unit_code: str) -> Unit:
    """The unit, for who enters its acting officers; else Http404 or PermissionDenied."""
    unit = get_unit_of_delegations(user, unit_code)
    if not may_delegate(user, unit):
        raise PermissionDenied(_("Chỉ người ký, người thẩm định, người duyệt của đơn vị, hoặc tỉnh, ghi ủy quyền."))
    return unit


# Time.


def get_assessment_to_extend(user: User, period_code: str, unit_code: str) -> Assessment:
    """The assessment, if the user may give it more time: the province alone; else Http404 or PermissionDenied."""
    assessment = get_assessment(user, period_code, unit_code)
    require(user, PROVINCE_ROLES)
    return assessment


def may_extend(user: User) -> bool:
    """Only the province sets deadlines and gives more time."""
    return Role(user.role) in PROVINCE_ROLES


def get_period_of_deadlines(user: User, period_code: str, *, to_set: bool = False) -> Period:
    """The period, if the user may read its deadlines (every person), or set them (the province alone); else Http404 or PermissionDenied."""
    period = get_period(period_code)
    require(user, PROVINCE_ROLES if to_set else set(Role) - {Role.API_CLIENT})
    return period


def may_keep_criteria(user: User) -> bool:
    """Only the province keeps sets of criteria."""
    return Role(user.role) in PROVINCE_ROLES


def require_criteria_keeper(user: User) -> None:
    """Raise PermissionDenied unless `may_keep_criteria`."""
    if not may_keep_criteria(user):
        raise PermissionDenied(_("Chỉ tỉnh nhập bộ tiêu thức."))


EVIDENCE_READERS = frozenset(Role) - {Role.API_CLIENT}
"""Every person sees the evidence of its area, software does not: titles and files name people."""


def reads_evidence(user: User) -> bool:
    """Whether the user may open the evidence of the forms in its area."""
    return Role(user.role) in EVIDENCE_READERS


def get_answer(user: User, period_code: str, unit_code: str, criterion: str) -> Answer:
    """A criterion of an assessment in the user's area, to see its evidence; else Http404, PermissionDenied for software."""
    answer = selectors.answer(get_period(period_code), user.unit, unit_code, criterion)
    if answer is None:
        raise Http404(_("Không có tiêu thức %(criterion)s của đơn vị %(code)s trong phạm vi của bạn.") % {"criterion": criterion, "code": unit_code})
    require(user, EVIDENCE_READERS)
    return answer


def may_add_evidence(user: User, answer: Answer) -> bool:
    """Whether the user may add to the evidence of this criterion now: while its points may be written, or answered."""
    role = role_of(user)
    answers = role in COMMUNE_ROLES and selectors.is_explained_now(answer)
    return answers or rules.may_show(State(answer.assessment.state), role, answer.remark)


def may_show_evidence(user: User, answer: Answer) -> bool:
    """Whether the user may change the evidence of this criterion now."""
    return may_add_evidence(user, answer) and not selectors.is_explained_now(answer)


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
