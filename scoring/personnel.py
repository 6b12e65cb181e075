"""Pages of people, beside views.py, which is about forms: who is responsible, who acts for whom, what points leave to officials, who is barred from awards."""

from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.selectors import colleagues, delegations_of
from accounts.services import Overlap, Unfit, delegate, end_delegation
from communes.models import Unit
from communes.registers import variants
from communes.selectors import places
from communes.sentences import write_day
from communes.sheets import Places
from communes.tables import csv_lines
from plan2018.models import Period
from plan2018.selectors import register_day
from plan2018.sentences import inside
from scoring import access, consequences, nominees, people, selectors
from scoring.consequences import LED_BY_CLASS, Rating, Standing
from scoring.nominees import Answer
from scoring.people import Backdated, Changed, Post
from scoring.people_forms import AssignForm, DelegationForm, NomineesForm
from scoring.sentences import GRADE_WORDS

RATINGS = {
    Rating.EXCELLENT: gettext_lazy("Hoàn thành xuất sắc nhiệm vụ"),
    Rating.GOOD: gettext_lazy("Hoàn thành tốt nhiệm vụ"),
    Rating.LIMITED: gettext_lazy("Hoàn thành nhiệm vụ nhưng còn hạn chế về năng lực"),
    Rating.FAILED: gettext_lazy("Không hoàn thành nhiệm vụ"),
}
"""Grades as the plan names them."""

ANSWERS = {
    Standing.BARRED: ("is-bad", gettext_lazy("Không khen thưởng")),
    Standing.CLEAR: ("is-ok", gettext_lazy("Không vướng")),
    Standing.OPEN: ("is-draft", gettext_lazy("Chưa có hạng")),
    nominees.AMBIGUOUS: ("is-warn", gettext_lazy("Nhiều xã cùng tên")),
    nominees.UNKNOWN: ("is-warn", gettext_lazy("Không tìm thấy xã")),
}
"""Answers about nominees: the class in the style sheet, and words."""


def rating(of: Rating, period: Period) -> str:
    """What a grade of a period is called: the third has a shorter name since 1 July 2020."""
    return _("Hoàn thành nhiệm vụ") if of == Rating.LIMITED and period.ends_on >= consequences.RENAMED_ON else str(RATINGS[of])


@require_http_methods(["GET", "HEAD", "POST"])
def responsibilities(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Who of a commune's officials is responsible for which criterion; its signatory says so."""
    user = _user(request)
    if request.method != "POST":
        return _responsibilities(request, *access.get_commune_of_period(user, period, code))
    asked, unit = access.get_commune_to_assign(user, period, code)
    form = _assign_form(asked, unit, request)
    if form.is_valid():
        posts = {criterion: Post(*chosen) for criterion, chosen in form.posts.items()}
        try:
            count = people.assign(unit=unit, since=form.cleaned_data["since"], posts=posts, seen=form.cleaned_data["seen"], actor=user)
        except Changed:
            messages.error(request, _("Chưa lưu: vừa có người khác sửa phân công. Trang này là mới nhất, xem rồi sửa lại."))
            return _responsibilities(request, asked, unit, status=409)
        except Backdated as error:
            words = _("Tiêu thức %(number)s đang phân công từ ngày %(day)s; thay đổi không thể trước ngày ấy.")
            form.add_error("since", words % {"number": error.criterion.number, "day": write_day(error.since)})
        else:
            said = ngettext("Đã phân công lại %(n)d tiêu thức.", "Đã phân công lại %(n)d tiêu thức.", count) % {"n": count}
            messages.success(request, said if count else _("Không có gì thay đổi."))
            return redirect("responsibilities", period=asked.code, code=unit.code)
    return _responsibilities(request, asked, unit, form, status=422)


def _assign_form(period: Period, unit: Unit, request: HttpRequest | None = None) -> AssignForm:
    criteria = list(selectors.components_for(period))
    held = selectors.now(unit, criteria)
    roster = selectors.roster(unit, register_day())
    return AssignForm(period, criteria, roster, colleagues(unit), held, request.POST if request else None)


def _responsibilities(request: HttpRequest, period: Period, unit: Unit, form: AssignForm | None = None, *, status: int = 200) -> HttpResponse:
    form = form or _assign_form(period, unit)
    context = {"period": period, "unit": unit, "form": form, "assigns": access.may_assign(_user(request), unit)}
    return render(request, "scoring/responsibilities.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def delegations(request: HttpRequest, code: str) -> HttpResponse:
    """The acting officers of a unit; who may be acted for there, or the province, enters them."""
    user = _user(request)
    if request.method != "POST":
        return _delegations(request, access.get_unit_of_delegations(user, code))
    unit = access.get_unit_to_delegate(user, code)
    form = DelegationForm(unit, colleagues(unit), request.POST)
    if form.is_valid():
        try:
            delegate(**form.values, actor=user)
        except Unfit:
            form.add_error("deputy", _("Hai người phải là hai người khác nhau của cùng một đơn vị."))
        except Overlap:
            form.add_error(None, _("Trong những ngày này một trong hai người đã có ủy quyền khác. Kết thúc ủy quyền ấy trước, hoặc chọn ngày khác."))
        else:
            messages.success(request, _("Đã ghi ủy quyền."))
            return redirect("delegations", code=unit.code)
    return _delegations(request, unit, form, status=422)


def _delegations(request: HttpRequest, unit: Unit, form: DelegationForm | None = None, *, status: int = 200) -> HttpResponse:
    may = access.may_delegate(_user(request), unit)
    rows = list(delegations_of(unit))
    today = timezone.localdate()
    context = {
        "unit": unit,
        "rows": rows,
        "today": today,
        "now": [row for row in rows if row.starts_on <= today <= row.ends_on and not row.ended_at],
        "form": (form or DelegationForm(unit, colleagues(unit))) if may else None,
    }
    return render(request, "scoring/delegations.html", context, status=status)


@require_POST
def delegation_end(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """End a delegation before its last day."""
    unit = access.get_unit_to_delegate(_user(request), code)
    found = delegations_of(unit).filter(pk=pk).first()
    if found is None:
        raise Http404(_("Không có ủy quyền này."))
    ended = end_delegation(delegation=found, actor=_user(request))
    messages.success(request, _("Đã kết thúc ủy quyền.") if ended else _("Ủy quyền này đã kết thúc từ trước."))
    return redirect("delegations", code=unit.code)


@require_safe
@never_cache
def ceilings(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """What the final points of a commune leave to its officials (III.4), to be printed."""
    form = access.get_assessment_of_ceilings(_user(request), period, code)
    answers = selectors.form(form)
    rated = selectors.rated(form, answers)
    assigned = {answer.pk for one in rated for answer, _ceiling in one.lines}
    context = {
        "assessment": form,
        "period": form.period,
        "unit": form.unit,
        "rows": [
            (
                one.official,
                [(answer, rating(of.rating, form.period)) for answer, of in one.lines],
                one.ceiling and rating(one.ceiling.rating, form.period),
                one.ceiling,
            )
            for one in rated
        ],
        "unassigned": [answer for answer in answers if answer.pk not in assigned],
        "leaders": [one for one in selectors.roster(form.unit, form.period.ends_on) if LED_BY_CLASS & {one.title, one.concurrent_title}],
        "censures": selectors.censures_of(form.unit, form.period.plan.year),
    }
    return render(request, "scoring/ceilings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("text")
@never_cache
def award_check(request: HttpRequest, period: str) -> HttpResponseBase:
    """A list of nominees, answered by who is barred and why (III.7); as a page or (`csv` sent) as a file. Nothing of the list is kept."""
    user = _user(request)
    asked = access.get_period_of_awards(user, period)
    form = NomineesForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    context: dict[str, Any] = {"period": asked, "form": form, "unit": user.unit}
    if request.method != "POST" or not form.is_valid():
        return render(request, "scoring/award_check.html", context, status=422 if form.errors else 200)
    around = Places(places(user.unit, asked.ends_on), variants(), inside(user.unit.full_name))
    found = nominees.answers(form.cleaned_data["rows"], around, selectors.classes(asked, user.unit))
    if "csv" in request.POST:
        headers = {"Content-Disposition": f'attachment; filename="khen-thuong-{asked.code}.csv"'}
        return StreamingHttpResponse(csv_lines(_table(found, asked)), content_type="text/csv; charset=utf-8", headers=headers)
    context |= {
        "rows": [(one, *ANSWERS[cast("Standing", one.answer)], _why(one, asked)) for one in found],
        "barred": sum(one.answer == Standing.BARRED for one in found),
        "doubtful": sum(one.answer not in (Standing.BARRED, Standing.CLEAR) for one in found),
        "again": form.again,
    }
    return render(request, "scoring/award_check.html", context)


def _why(one: Answer, period: Period) -> str:
    """Why a nominee gets this answer: the class and the day it was approved, or what is wrong with the row."""
    if one.wrong:
        return str(one.wrong)
    if one.found is None:
        return _("Phiếu của xã chưa được tỉnh duyệt trong %(period)s.") % {"period": str(period.name).lower()}
    words = {"grade": GRADE_WORDS[one.found.grade], "day": write_day(one.found.approved_on), "plan": str(period.plan)}
    if one.answer == Standing.BARRED:
        return _("Chính quyền xã xếp hạng %(grade)s (duyệt ngày %(day)s): tập thể và cá nhân không được khen thưởng, mục III.7, %(plan)s.") % words
    return _("Chính quyền xã xếp hạng %(grade)s (duyệt ngày %(day)s).") % words


def _table(found: Sequence[Answer], period: Period) -> Iterator[list[Any]]:
    yield [_("Hàng"), _("Người, đơn vị được đề nghị"), _("Xã ghi trong danh sách"), _("Xã"), _("Trả lời"), _("Căn cứ")]
    for one in found:
        answer = str(ANSWERS[cast("Standing", one.answer)][1])
        yield [one.number, one.nominee, one.said, one.place and one.place.full_name, answer, _why(one, period)]


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it
