"""The only door to boards, jobs and district reports: outside your area they do not exist (404); the wrong role is refused (403).

The role is that in which somebody acts today (`accounts.selectors.hat`), so an acting officer has these doors too.
"""

from datetime import date
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.access import get_district, require, require_acting, role_of, units
from accounts.models import User
from accounts.rules import PROVINCE_ROLES, Role
from communes.models import Unit
from communes.rules import Level
from ledger.models import Entry, EntryQuerySet, Job
from plan2018.access import get_period, get_reporting_place
from plan2018.models import Period
from reports import papers, reported, rules, selectors
from reports.models import Edition, Paper, Report

PROVINCE_READERS = PROVINCE_ROLES | {Role.LEADER}
"""Who reads what concerns the whole province."""


def get_board(user: User, period_code: str) -> rules.Board:
    """The board of the user's province; Http404 for those below it and for an unknown period, PermissionDenied for software."""
    if user.unit.level != Level.PROVINCE:
        raise Http404(_("Trang tổng quan là của tỉnh."))
    require(user, PROVINCE_READERS)
    try:
        return selectors.board(period_code, user.unit)
    except Period.DoesNotExist as error:
        raise Http404(_("Không có kỳ %s.") % period_code) from error


def reads_board(user: User) -> bool:
    """Whether the user reads the province's board."""
    return user.unit.level == Level.PROVINCE and user.role in PROVINCE_READERS


def get_period_to_fill(user: User, period_code: str) -> Period:
    """The period, if the user may ask for a fill of it; else Http404 or PermissionDenied."""
    period = get_period(period_code)
    require_acting(user, PROVINCE_ROLES)
    return period


def may_fill(user: User) -> bool:
    """Whether the user may ask for a fill."""
    return role_of(user) in PROVINCE_ROLES


def get_scope(user: User, code: str, day: date) -> tuple[Unit, list[Unit]]:
    """The unit whose figures are asked for (none: the user's own), and the units to choose from, by one query; else Http404.

    What is to choose from: `selectors.choices`.
    """
    choices = selectors.choices(units(user).on(day), code or user.unit.code)
    unit = user.unit if not code else next((unit for unit in choices if unit.code == code), None)
    if unit is None:
        raise Http404(_("Không có đơn vị mã %s trong phạm vi của bạn.") % code)
    return unit, choices


def get_job(user: User, job_id: UUID) -> Job:
    """A job, for whoever asked for it and for the province; Http404 for others, PermissionDenied for software of the province."""
    job = Job.objects.select_related("requested_by").filter(pk=job_id).first()
    if job is None or (job.requested_by_id != user.pk and user.unit.level != Level.PROVINCE):
        raise Http404(_("Không có việc này trong phạm vi của bạn."))
    if job.requested_by_id != user.pk:
        require(user, PROVINCE_READERS)
    return job


def get_report_place(user: User, period_code: str, district_code: str) -> tuple[Period, Unit]:
    """The period and the district whose report it is about, if the district is in the user's area; else Http404."""
    period = get_period(period_code)
    return period, get_district(user, district_code, period.ends_on)


REPORT_READERS = frozenset(Role) - {Role.API_CLIENT}
"""Who reads a district's report: what is written there may name people. Software has the figures by the API."""


def get_report(user: User, period_code: str, district_code: str, kind: str = rules.ReportKind.PERIOD) -> Report:
    """A district's report (a new one, not stored, if nothing was entered yet), if the district is in the user's area; else Http404.

    A half-year has no summary of dialogue conferences: Http404. PermissionDenied for software.
    """
    period, district = get_report_place(user, period_code, district_code)
    require(user, REPORT_READERS)
    if kind not in set(rules.ReportKind) or (kind == rules.ReportKind.DIALOGUE and period.kind != Period.YEAR):
        raise Http404(_("Kỳ này không có loại báo cáo này."))
    return reported.district_report(period, district, kind)


def get_report_to_enter(user: User, period_code: str, district_code: str, kind: str = rules.ReportKind.PERIOD) -> Report:
    """The same, for those who enter and file it; else Http404 or PermissionDenied."""
    report = get_report(user, period_code, district_code, kind)
    if not may_file(user):
        raise PermissionDenied(_("Chỉ tài khoản của huyện nhập và gửi báo cáo của huyện."))
    return report


def get_report_to_judge(user: User, period_code: str, district_code: str, kind: str = rules.ReportKind.PERIOD) -> Report:
    """The same, for those who return, accept and extend; else Http404 or PermissionDenied."""
    report = get_report(user, period_code, district_code, kind)
    require_acting(user, PROVINCE_ROLES)
    return report


def get_reported_commune(user: User, period_code: str, commune_code: str) -> tuple[Period, Unit]:
    """The period and a commune of the user's area, whose figure in the report of its district it is about; else Http404. PermissionDenied for software."""
    period, unit = get_reporting_place(user, period_code, commune_code)
    if unit.level != Level.COMMUNE:
        raise Http404(_("Số liệu trong báo cáo của huyện là của từng xã."))
    return period, unit


def get_reports(user: User, period_code: str, kind: str) -> tuple[Period, list[Report]]:
    """The reports of all districts of the user's province; Http404 for those below it, PermissionDenied for software."""
    period = get_period(period_code)
    if user.unit.level != Level.PROVINCE or kind not in set(rules.ReportKind) or (kind == rules.ReportKind.DIALOGUE and period.kind != Period.YEAR):
        raise Http404(_("Danh sách báo cáo của các huyện là của tỉnh."))
    require(user, PROVINCE_READERS)
    return period, reported.district_reports(period, user.unit, kind)


def may_file(user: User) -> bool:
    """Whether the user files its district's reports."""
    return role_of(user) == Role.DISTRICT_APPRAISER


def get_edition(user: User, period_code: str, number: int) -> Edition:
    """An edition of a period; Http404 when there is none. What it tells this reader is `editions.scoped`. PermissionDenied for software."""
    require(user, set(Role) - {Role.API_CLIENT})
    edition = Edition.objects.select_related("period__plan", "made_by").filter(period__code=period_code, number=number).first()
    if edition is None:
        raise Http404(_("Kỳ %(period)s không có ấn bản số liệu lần %(number)s.") % {"period": period_code, "number": number})
    return edition


def get_period_with_editions(user: User, period_code: str) -> Period:
    """The period, for whoever reads editions; else Http404 or PermissionDenied."""
    require(user, set(Role) - {Role.API_CLIENT})
    return get_period(period_code)


def get_period_to_publish(user: User, period_code: str) -> Period:
    """The period, if the user may publish an edition of it; else Http404 or PermissionDenied."""
    return get_period_to_fill(user, period_code)


PAPER_READERS = PROVINCE_READERS | {Role.DISTRICT_APPRAISER}
PAPER_WRITERS = PROVINCE_ROLES | {Role.DISTRICT_APPRAISER}
"""Who reads and who asks for documents: the province everybody's, a district its own."""


def require_papers(user: User, *, write: bool = False) -> None:
    """Raise PermissionDenied unless the user reads (or asks for) documents."""
    require_acting(user, PAPER_WRITERS if write else PAPER_READERS)


def get_paper(user: User, paper: UUID) -> Paper:
    """A document, for the province or the district that it is about; Http404 for others, PermissionDenied for roles that read none."""
    found = selectors.papers(user.unit).filter(pk=paper).first()
    if found is None:
        raise Http404(_("Không có văn bản này trong phạm vi của bạn."))
    require_papers(user)
    return found


def may_ask_papers(user: User) -> bool:
    """Whether the user asks for documents."""
    return role_of(user) in PAPER_WRITERS


def require_templates(user: User, kind: str = "") -> None:
    """Raise PermissionDenied unless the user keeps the templates of documents; Http404 for a kind that has none."""
    require_acting(user, PROVINCE_ROLES)
    if kind and kind not in papers.WORD:
        raise Http404(_("Không có mẫu cho loại văn bản này."))


SCRUTINY_READERS = PROVINCE_READERS | {Role.DISTRICT_APPRAISER}
"""Who looks behind the figures of its area: officers, leaders, and each district's appraisers."""


def get_scrutiny(user: User, code: str, day: date) -> tuple[Unit, list[Unit]]:
    """The unit whose points are looked at (none: the user's own), and the units to choose from; Http404 outside the area, PermissionDenied for other roles."""
    found = get_scope(user, code, day)
    require_acting(user, SCRUTINY_READERS)
    return found


def get_province_to_inspect(user: User) -> Unit:
    """The province whose communes are proposed for inspection; Http404 for those below it, PermissionDenied for software."""
    if user.unit.level != Level.PROVINCE:
        raise Http404(_("Danh sách đề xuất kiểm tra là của tỉnh."))
    require(user, PROVINCE_READERS)
    return user.unit


ACCOUNTS = ("user", "calendar")
"""Kinds of subjects that are accounts: who may do what is the administrator's business."""


def reads_accounts(user: User) -> bool:
    """Whether the user reads what was done to accounts: nobody administers for somebody else."""
    return user.is_superuser or user.role == Role.PROVINCE_ADMIN


def get_trail(user: User, code: str) -> EntryQuerySet:
    """The entries that a user reads: of its unit and those below, for the province also those of no unit; `code` narrows them to one unit.

    Http404 for a unit outside the user's area, PermissionDenied for software.
    """
    seen = units(user)
    entries = Entry.objects.all()
    if not reads_accounts(user):
        entries = entries.exclude(subject_kind__in=ACCOUNTS)
    if code and code != user.unit.code:
        seen = seen.filter(Q(code=code) | Q(parent__code=code) | Q(parent__parent__code=code))
    inside = dict(seen.values_list("pk", "code"))
    if code and code not in inside.values():
        raise Http404(_("Không có đơn vị mã %s trong phạm vi của bạn.") % code)
    require(user, set(Role) - {Role.API_CLIENT})
    mine = Q(unit__in=list(inside))
    whole = user.unit.level == Level.PROVINCE and code in ("", user.unit.code)
    return entries.filter(mine | Q(unit=None)) if whole else entries.filter(mine)
