"""Pages of one assessment and of a district's appraisal: get the row, read the form, call one service, answer.

A page is one form: every save takes whatever was typed anywhere on it, so nothing is lost without JavaScript. With HTMX each criterion is sent
alone as it is left, and the answer is fragments that replace what it changed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import reads_people, role_of
from accounts.models import User
from accounts.selectors import hat
from communes.models import Unit
from communes.rules import Level
from communes.sentences import write_day
from communes.tables import csv_lines
from plan2018.models import Period
from scoring import access, deadlines, exports, rules, selectors, sentences, services, terms
from scoring.forms import AnswerForm, ExplainForm, Grid, ReasonForm, ReturnForm, TitleForm, read_answers, show_again, tell_holders, tell_shares
from scoring.models import Answer, Assessment, Title
from scoring.rules import Act, Points, Scoring, Stage, State
from scoring.services import ExplainedBefore, Explaining, Incomplete, Locked, NotYours, OwnWork, Refused, Rewritten, Stale, WrongState
from scoring.time_forms import ExtensionForm

COPY = "copy"
"""An act that only fills points in; it makes no move."""

DONE = {
    Act.SUBMIT: (gettext_lazy("Đã gửi phiếu lên huyện."), gettext_lazy("Đã gửi rồi, không phải gửi lại.")),
    Act.APPRAISE: (gettext_lazy("Đã thẩm định xong, phiếu chuyển lên tỉnh."), gettext_lazy("Đã thẩm định rồi, không phải làm lại.")),
    Act.RETURN: (gettext_lazy("Đã trả phiếu lại cho xã."), gettext_lazy("Đã trả lại rồi, không phải làm lại.")),
    Act.APPROVE: (gettext_lazy("Đã duyệt kết quả."), gettext_lazy("Đã duyệt rồi, không phải duyệt lại.")),
    Act.REOPEN: (gettext_lazy("Đã mở lại kết quả."), gettext_lazy("Đã mở lại rồi, không phải làm lại.")),
}
"""What is said after a move, and after a second click on it."""

STATES = {
    State.DRAFT: gettext_lazy("Phiếu đang ở xã, chưa gửi lên huyện."),
    State.SUBMITTED: gettext_lazy("Phiếu đã gửi lên huyện, đang chờ thẩm định."),
    State.RETURNED: gettext_lazy("Phiếu đã được trả lại; xã chỉ sửa được những tiêu thức có ý kiến."),
    State.APPRAISED: gettext_lazy("Huyện đã thẩm định xong, phiếu đang chờ tỉnh duyệt."),
    State.APPROVED: gettext_lazy("Kết quả đã duyệt và khóa; chỉ tỉnh mở lại được, phải ghi lý do."),
}


@dataclass(frozen=True)
class Refusal:
    """A refused act in words: what happened and what to do, with the status of the answer."""

    status: int
    title: str
    text: str


def refusal(error: Refused) -> Refusal:  # noqa: C901 - one branch a cause
    """Put into words what the services refuse; the one place for it."""
    match error:
        case Incomplete(missing=missing):
            title = ngettext("Phiếu chưa đủ: còn thiếu ở %(n)d tiêu thức", "Phiếu chưa đủ: còn thiếu ở %(n)d tiêu thức", len(missing))
            why = Refusal(422, title % {"n": len(missing)}, _("Điểm đã nhập vẫn được giữ. Bổ sung những chỗ sau rồi bấm lại:"))
        case Stale():
            why = Refusal(
                409,
                _("Chưa làm: phiếu vừa có thay đổi"),
                _("Có người lưu điểm sau khi anh, chị mở trang. Số trên trang này là mới nhất: xem lại rồi bấm lại."),
            )
        case OwnWork():
            why = Refusal(
                403,
                _("Không ai được thẩm định, duyệt điểm do chính mình nhập"),
                _("Tài khoản này đã nhập điểm ở bước trước của phiếu. Nhờ người khác cùng cơ quan làm việc này."),
            )
        case Explaining(until=until) if until:
            why = Refusal(
                409,
                _("Chưa duyệt được: xã còn được giải trình đến hết ngày %s") % write_day(until),
                _("Xã gửi giải trình xong, hoặc qua ngày ấy, thì duyệt được. Điểm đã nhập vẫn được giữ."),
            )
        case ExplainedBefore():
            why = Refusal(
                409,
                _("Chưa lưu: không còn trong thời hạn giải trình"),
                _("Xã đã gửi giải trình, hoặc đã quá ngày, hoặc phiếu đã chuyển bước. Cần bổ sung thì đề nghị huyện hoặc tỉnh trả lại phiếu."),
            )
        case Locked(limit=limit):
            why = Refusal(409, _("Chưa làm: đã quá hạn và bị khóa"), sentences.locked(limit))
        case WrongState(state=state):
            why = Refusal(409, _("Chưa làm: phiếu không còn ở bước này"), f"{STATES[state]} {_('Trang này đã theo trạng thái mới nhất.')}")
        case NotYours(criterion=criterion):
            title = _("Chưa lưu: tiêu thức %(number)s do đồng chí khác phụ trách") % {"number": criterion.number}
            why = Refusal(403, title, _("Đơn vị đã giao tiêu thức này cho người khác. Nhờ đồng chí ấy, hoặc người phân công của đơn vị."))
        case _:
            raise error
    return why


@require_http_methods(["GET", "HEAD", "POST"])
def assessment(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The form of a commune, as far as the reader may see or write it; POST saves everything that was typed.

    HTMX sends the criteria that waited for the line in one go, and is answered by what they changed.
    """
    if request.method != "POST":
        return _page(request, access.get_assessment(_user(request), period, code))
    form, stage = access.get_assessment_to_enter(_user(request), period, code)
    answers = selectors.form(form)
    if _alone(request):
        return _together(request, form, stage, answers)
    try:
        shown, saved = _save(request, form, stage, answers)
    except Refused as error:
        return _refused(request, form, error)
    if status := _status(shown):
        return _page(request, form, shown, status=status, saved=saved)
    if (wanted := request.POST.get("evidence")) in {answer.criterion.code for answer in answers}:
        return redirect("evidence", form.period.code, form.unit.code, wanted)
    _say_saved(request, saved)
    return redirect(_address(form, request.POST.get("save", "")))


@require_POST
def criterion(request: HttpRequest, period: str, code: str, criterion: str) -> HttpResponse:
    """Save one criterion and answer the fragments that this changed, on its page or (`grid` sent) in the grid of the district."""
    form, stage = access.get_assessment_to_enter(_user(request), period, code)
    answers = selectors.form(form)
    if criterion not in {answer.criterion.code for answer in answers}:
        raise Http404(_("Không có tiêu thức %s.") % criterion)
    in_grid = "grid" in request.POST and stage != Stage.SELF  # a commune has no grid
    prefix = f"{form.unit.code}-" if in_grid else ""
    try:
        [shown], _count = _save(request, form, stage, answers, only=criterion, prefix=prefix)
    except Refused as error:
        return _tell_not_saved(request, error, [prefix + criterion])
    if in_grid and form.unit.parent:
        found = access.get_district_grid(_user(request), period, form.unit.parent.code)
        context = _grid(request, *found)
        row = next(row for row in context["grid"].rows if row.form.pk == form.pk)
        return render(request, "scoring/_saved_cell.html", context | {"row": row, "form": shown}, status=_status([shown]) or 200)
    return _tell_saved(request, form, [shown if answer.pk == shown.answer.pk else AnswerForm(answer, stage) for answer in answers], [shown])


def _together(request: HttpRequest, form: Assessment, stage: Stage, answers: list[Answer]) -> HttpResponse:
    """Save what HTMX sends of several criteria and answer the fragments that this changed."""
    sent = {name.rpartition("-")[0] for name in request.POST}
    try:
        shown, _count = _save(request, form, stage, answers)
    except Refused as error:
        return _tell_not_saved(request, error, [answer.criterion.code for answer in answers if answer.criterion.code in sent])
    return _tell_saved(request, form, shown, [answer for answer in shown if answer.prefix in sent])


def _tell_saved(request: HttpRequest, form: Assessment, forms: list[AnswerForm], told: list[AnswerForm]) -> HttpResponse:
    """The fragments of what saving these criteria (`told`) changed on the page of the form."""
    context = _where(request, form, forms) | {"told": told, "user": _user(request)}
    return HttpResponse(render_to_string("scoring/_saved.html", context), status=_status(told) or 200)  # without what a page's frame needs


def _tell_not_saved(request: HttpRequest, error: Refused, ids: list[str]) -> HttpResponse:
    """The fragments that say beside these rows why they were not saved."""
    why = refusal(error)
    return render(request, "scoring/_saved_not.html", {"refusal": why, "ids": ids}, status=why.status)


@require_POST
def act(request: HttpRequest, period: str, code: str, act: str) -> HttpResponse:
    """A move of the workflow, or copying points. What was typed on the page is saved first; the move is made only if all of it could be."""
    user = _user(request)
    if act == COPY:
        form = access.get_assessment(user, period, code)
        access.stage_to_appraise(user)
    elif act in DONE:
        form = access.get_assessment_to(user, period, code, Act(act))
    else:
        raise Http404(_("Không có việc “%s”.") % act)
    words = _words(request, form, act)
    saved = 0
    try:
        if stage := rules.stage_for(State(form.state), role_of(user)):
            shown, saved = _save(request, form, stage, selectors.form(form))
            if status := _status(shown):
                return _page(request, form, shown, status=status, saved=saved)
        if words and not words.is_valid():
            extra: dict[str, Any] = {f"{act}_form": words}
            return _page(request, form, status=422, **extra)
        said = _do(form, act, words, user, version=_version(request) + (saved > 0))
    except Refused as error:
        if not isinstance(error, Incomplete | Locked | OwnWork) and _done_before(form, act) and not _unsaved(request, form):
            messages.info(request, DONE[Act(act)][1])
            return redirect(_address(form))
        typed = {f"{act}_form": words} if words and isinstance(error, Stale) else {}
        return _refused(request, form, error, **typed)
    messages.success(request, said)
    return redirect(_address(form))


@require_POST
def explain(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """The commune answers lowered points; with `done` it says that this is all, with `evidence` it goes on to the files of a criterion.

    HTMX sends an answer alone as it is left.
    """
    done = "done" in request.POST
    form = access.get_assessment_to_explain(_user(request), period, code, finish=done)
    words = ExplainForm(selectors.lowered(form), request.POST)
    if not words.is_valid():
        return _explained(request, form, words, 422)
    try:
        services.explain(assessment=form, words=words.words, seen=words.seen, done=done, actor=_user(request))
    except Refused as error:
        return _not_explained(request, form, words, error)
    if _alone(request):
        return _explained(request, form, ExplainForm(selectors.lowered(form)), 200)
    if (wanted := request.POST.get("evidence")) in {answer.criterion.code for answer in words.answers}:
        return redirect("evidence", form.period.code, form.unit.code, wanted)
    messages.success(request, _("Đã gửi giải trình lên tỉnh.") if done else _("Đã lưu giải trình."))
    return redirect(_address(form, "giai-trinh"))


def _not_explained(request: HttpRequest, form: Assessment, words: ExplainForm, error: Refused) -> HttpResponse:
    """What is said to an explanation that was refused: others wrote first, or the round is over."""
    if isinstance(error, Rewritten):
        words.answers, words.rewritten = selectors.lowered(form), error.criteria
        return _explained(request, form, words, 409)
    if "done" in request.POST and form.explained_at:
        messages.info(request, _("Đã gửi giải trình rồi, không phải gửi lại."))
        return redirect(_address(form))
    if _alone(request) and (sent := next((row for row in words.rows() if row.box.html_name in request.POST), None)):
        return _tell_not_saved(request, error, [sent.box.html_name])
    return _refused(request, form, error)


def _explained(request: HttpRequest, form: Assessment, words: ExplainForm, status: int) -> HttpResponse:
    """The explanations as they are now: the page, or for HTMX the fragments beside those that were sent."""
    if not _alone(request):
        return _page(request, form, status=status, explain_form=words)
    sent = [row for row in words.rows() if row.box.html_name in request.POST]
    return render(request, "scoring/_explained.html", {"rows": sent}, status=status)


def _alone(request: HttpRequest) -> bool:
    """Whether HTMX sent rows of the page, and waits for fragments."""
    return "HX-Request" in request.headers


@require_POST
def title(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Enter, correct or (`withdraw` sent) take out the title "Trong sạch, vững mạnh" of a commune for the year."""
    form = access.get_assessment_for_title(_user(request), period, code)
    subject: dict[str, Any] = {"unit": form.unit, "period": form.period, "actor": _user(request)}
    if "withdraw" in request.POST:
        reason = ReasonForm(request.POST, prefix="withdraw")
        if not reason.is_valid():
            return _page(request, form, status=422, withdraw_form=reason)
        try:
            services.withdraw_title(**subject, reason=reason.cleaned_data["reason"])
        except Title.DoesNotExist:
            messages.info(request, _("Đã rút danh hiệu rồi, không phải làm lại."))
        else:
            messages.success(request, _("Đã rút danh hiệu “Trong sạch, vững mạnh”."))
    else:
        decision = TitleForm(form.period, request.POST)
        if not decision.is_valid():
            return _page(request, form, status=422, title_form=decision)
        services.enter_title(**subject, **decision.cleaned_data)
        messages.success(request, _("Đã ghi danh hiệu “Trong sạch, vững mạnh”."))
    return redirect(_address(form, "danh-hieu"))


@require_POST
def extension(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """Give more time for the act that a form waits for: late stays late."""
    form = access.get_assessment_to_extend(_user(request), period, code)
    act = deadlines.NEXT.get(State(form.state))
    if act is None:
        messages.info(request, _("Phiếu đã duyệt, không chờ việc nào nên không cần gia hạn."))
        return redirect(_address(form))
    more = ExtensionForm(selectors.limits_of(form, [])[act], request.POST)
    if not more.is_valid():
        return _page(request, form, status=422, extension_form=more)
    given = terms.extend(assessment=form, until=more.cleaned_data["moment"], reason=more.cleaned_data["reason"], actor=_user(request))
    messages.success(request, _("Đã gia hạn đến %s. Làm sau hạn đầu thì vẫn ghi là trễ.") % sentences.until(given.until))
    return redirect(_address(form, "gia-han"))


@require_http_methods(["GET", "HEAD", "POST"])
def appraisal(request: HttpRequest, period: str, code: str) -> HttpResponse:
    """A district's communes x criteria: the district puts its points beside the communes' own, the province the final ones beside both."""
    found = access.get_district_grid(_user(request), period, code)
    if request.method != "POST":
        return render(request, "scoring/appraisal.html", _grid(request, *found))
    stage = access.stage_to_appraise(_user(request))
    shown: dict[str, list[AnswerForm]] = {}
    refused: list[tuple[Assessment, Refusal, list[AnswerForm]]] = []
    saved = 0
    for form in found[2]:
        prefix = f"{form.unit.code}-"
        try:
            shown[form.unit.code], count = _save(request, form, stage, form.form, prefix=prefix)  # type: ignore[attr-defined]
            saved += count
        except Refused as error:
            refused.append((form, refusal(error), _unsaved(request, form, prefix)))
    unsaved = [answer for answers in shown.values() for answer in answers if answer.unsaved]
    if refused or unsaved:
        again = {code: answers for code, answers in shown.items() if any(answer.unsaved for answer in answers)}
        status = 409 if refused else _status(unsaved)
        context = _grid(request, *access.get_district_grid(_user(request), period, code), again) | {
            "saved": saved,
            "refused": refused,
            "unsaved": unsaved,
        }
        return render(request, "scoring/appraisal.html", context, status=status)
    if "accept" in request.POST:
        return redirect("appraisal-accept", period=period, code=code)
    _say_saved(request, saved)
    return redirect(request.get_full_path())


@require_safe
def appraisal_csv(request: HttpRequest, period: str, code: str) -> HttpResponseBase:
    """The table of a district's communes x criteria as a file, as this reader's page shows it."""
    found = access.get_district_grid(_user(request), period, code)
    rows = exports.grid_rows(_grid(request, *found)["grid"])
    name = f"tham-dinh-{period}-{code}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(csv_lines(rows), content_type="text/csv; charset=utf-8", headers=headers)


def _save(
    request: HttpRequest, form: Assessment, stage: Stage, answers: list[Answer], *, only: str = "", prefix: str = ""
) -> tuple[list[AnswerForm], int]:
    """Save what was typed for the answers of a form (or `only` one) and differs from what is stored: how they are to be shown now, and how many were saved.

    `answers` are left as they are stored now.
    """
    typed = read_answers([answer for answer in answers if only in ("", answer.criterion.code)], stage, request.POST, prefix=prefix)
    changes = [answer.change for answer in typed if answer.change]
    stale = services.save_points(assessment=form, stage=stage, changes=changes, actor=_user(request), answers=answers) if changes else []
    now = {answer.pk: answer for answer in answers}
    shown = show_again(typed, [now[one.answer.pk] for one in typed], stale, selectors.last_writers(form, stage) if stale else {})
    return shown, len(changes) - len(stale)


def _do(form: Assessment, act: str, words: Form | None, user: User, *, version: int) -> str:
    """Call the service of an act; what to say about it."""
    if act == COPY:
        count = services.copy_points(assessment=form, stage=access.stage_to_appraise(user), actor=user)
        return ngettext("Đã chép điểm vào %(n)d ô trống.", "Đã chép điểm vào %(n)d ô trống.", count) % {"n": count}
    move: dict[str, Any] = {"assessment": form, "version": version, "actor": user}
    if isinstance(words, ReturnForm):
        services.return_(**move, remarks=words.remarks, reason=words.cleaned_data["reason"])
    elif words:
        services.reopen(**move, reason=words.cleaned_data["reason"])
    else:
        {Act.SUBMIT: services.submit, Act.APPRAISE: services.appraise, Act.APPROVE: services.approve}[Act(act)](**move)
    return str(DONE[Act(act)][0])


def _words(request: HttpRequest, form: Assessment, act: str) -> Form | None:
    """The form with the words that an act asks for, if any."""
    match act:
        case Act.RETURN:
            return ReturnForm(selectors.form(form), request.POST)
        case Act.REOPEN:
            return ReasonForm(request.POST, prefix="reopen")
    return None


def _unsaved(request: HttpRequest, form: Assessment, prefix: str = "") -> list[AnswerForm]:
    """What was typed for this form and is not stored."""
    stage = rules.stage_of(role_of(_user(request)))
    return (
        [answer for answer in read_answers(selectors.form(form), stage, request.POST, prefix=prefix) if answer.change or answer.errors]
        if stage
        else []
    )


def _done_before(form: Assessment, act: str) -> bool:
    """Whether the newest move of the form was this act: a second click, not a conflict."""
    last = selectors.last_move(form)
    return last is not None and last.act == act


def _refused(request: HttpRequest, form: Assessment, error: Refused, **typed: Any) -> HttpResponse:
    """The page as it is now, under a note that says what was refused and with what was typed but not saved."""
    now = access.get_assessment(_user(request), form.period.code, form.unit.code)
    lost = _unsaved(request, now) if isinstance(error, WrongState | NotYours) else []
    return _page(request, now, status=refusal(error).status, refusal=refusal(error), lost=lost, **typed)


def _page(request: HttpRequest, form: Assessment, forms: Sequence[AnswerForm] | None = None, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The commune's form while it may be written, else the table of all points."""
    context = _context(request, form, forms) | extra
    if access.reads_evidence(_user(request)):
        found = selectors.evidence(form)
        for shown in context["forms"]:
            shown.evidence = found.get(shown.criterion.code, ())
    template = "scoring/self.html" if context["stage"] == Stage.SELF else "scoring/review.html"
    return render(request, template, context, status=status)


def _context(request: HttpRequest, form: Assessment, forms: Sequence[AnswerForm] | None = None) -> dict[str, Any]:
    """What the page of an assessment shows to this reader: where it stands, and what else belongs to it."""
    context = _where(request, form, forms)
    _tell_whose(request, form, context["stage"], context["forms"])
    answers = [shown.answer for shown in context["forms"]]
    earlier = selectors.earlier(form)
    for shown in context["forms"]:
        shown.earlier = earlier.get(shown.criterion.code, [])
    acts, held = context["acts"], selectors.title_of(form)
    return context | {
        "reads_people": reads_people(_user(request)),
        "reads_ceilings": access.reads_ceilings(_user(request)),
        **_time(request, form),
        "history": selectors.history(form, answers),
        "return_form": ReturnForm(answers) if Act.RETURN in acts else None,
        "reopen_form": ReasonForm(prefix="reopen") if Act.REOPEN in acts else None,
        "explain_form": ExplainForm(selectors.lowered(form, answers)) if access.may_explain(_user(request), form) else None,
        "may_finish": access.may_finish_explaining(_user(request)),
        "title": held,
        "title_form": TitleForm(form.period, instance=held) if access.may_enter_title(_user(request)) else None,
        "withdraw_form": ReasonForm(prefix="withdraw") if held and access.may_enter_title(_user(request)) else None,
    }


def _tell_whose(request: HttpRequest, form: Assessment, stage: Stage | None, forms: Sequence[AnswerForm]) -> None:
    """Say beside each criterion whose it is, and close what others than this reader enter."""
    user = _user(request)
    if stage in (Stage.APPRAISED, Stage.FINAL):
        given = selectors.shares(form.period_id, selectors.appraising_unit(form.unit, stage))
        tell_shares(forms, given, hat(user).people(user))
    if stage == Stage.SELF:
        tell_holders(forms, selectors.holders(form.unit, timezone.localdate()), role_of(user), user.pk)


def _where(request: HttpRequest, form: Assessment, forms: Sequence[AnswerForm] | None = None) -> dict[str, Any]:
    """Where an assessment stands for this reader: all that saving one criterion changes on the page. What is seldom shown is asked when it is.

    Who writes compares with the stage before; who reads, with what the commune gave itself.
    """
    state, role = State(form.state), role_of(_user(request))
    stage = rules.stage_for(state, role)
    at, acts = stage or rules.REACHED[state], rules.acts_for(state, role)
    before = rules.STAGE_BEFORE[at] and (rules.STAGE_BEFORE[at] if stage else Stage.SELF)
    forms = forms or [AnswerForm(answer, at, against=before) for answer in selectors.form(form)]
    points = [shown.values for shown in forms]
    tallies = selectors.tallies(form, points)
    by_code, time = {shown.criterion.code: shown for shown in forms}, cache(lambda: _time(request, form))
    return {
        "assessment": form,
        "period": form.period,
        "unit": form.unit,
        "stage": stage,
        "at": at,
        "acts": acts,
        "forms": forms,
        "gap": tallies[at].result.total - tallies[before].result.total if before and tallies[at].entered == tallies[at].count else None,
        "widest": max((shown for shown in forms if shown.gap), key=lambda shown: shown.distance, default=None),
        "remarked": [shown for shown in forms if shown.answer.remark],
        "unsaved": [shown for shown in forms if shown.unsaved],
        "tally": tallies[at],
        "tallies": tallies,
        "bands": selectors.bands_of(form, tallies[at].result.max_total),
        "lifts": _lifts(form, forms, points, at),
        "missing": [(by_code[missing.criterion], missing.what) for missing in tallies[at].missing],
        "returned": cache(lambda: selectors.last_return(form) if form.returns else None),
        "until": lambda: time()["until"],
        "locked": lambda: time()["locked"],
        "explaining": form.is_explaining(timezone.localdate()),
    }


def _time(request: HttpRequest, form: Assessment) -> dict[str, Any]:
    """Until when the form is on time, what locks it now, and the extensions it was given."""
    granted, now = selectors.extensions(form), timezone.now()
    limits = selectors.limits_of(form, granted)
    limit = limits.get(deadlines.NEXT.get(State(form.state), Act.REOPEN))
    return {
        "overdue": limits[Act.SUBMIT].is_late(now),
        "until": sentences.until(limits[Act.SUBMIT].due_at),
        "locked": sentences.locked(limit) if limit and limit.is_locked(now, form.returns) else "",
        "extensions": [(sentences.ACTS[Act(row.act)], sentences.until(row.until), row) for row in granted],
        "limit": limit and (sentences.ACTS[limit.act], sentences.until(limit.due_at)),
        "extension_form": ExtensionForm(limit) if limit and access.may_extend(_user(request)) else None,
    }


def _lifts(form: Assessment, forms: Sequence[AnswerForm], points: Sequence[Points], stage: Stage) -> list[tuple[str, str]]:
    """The classes that one point more at one criterion would bring, each with the numbers of those criteria; of a penalty it is one point less."""
    numbers = {
        shown.criterion.code: _("%s (bớt 1 điểm trừ)") % shown.criterion.number
        if shown.criterion.scoring == Scoring.PENALTY
        else shown.criterion.number
        for shown in forms
    }
    by_grade: dict[str, list[str]] = {}
    for code, grade in selectors.lifts_of(form, points, stage):
        by_grade.setdefault(grade, []).append(numbers[code])
    return [(grade, ", ".join(found)) for grade, found in by_grade.items()]


def _grid(
    request: HttpRequest, period: Period, district: Unit, forms: list[Assessment], shown: dict[str, list[AnswerForm]] | None = None
) -> dict[str, Any]:
    """What the grid of a district shows to this reader."""
    role = role_of(_user(request))
    stage = rules.stage_of(role) or Stage.APPRAISED
    grid = Grid(forms, stage, role, shown, only=request.GET.get("only", ""))
    own = district.pk if stage == Stage.APPRAISED else district.parent_id
    tell_shares((cell for row in grid.rows for cell in row.cells), selectors.shares(period.pk, own), hat(_user(request)).people(_user(request)))
    return {
        "period": period,
        "district": district,
        "grid": grid,
        "shares_of": _user(request).unit.code if _user(request).unit.level != Level.COMMUNE else "",
        "stage": stage,
        "max_total": forms[0].max_points if forms else None,
    }


def _status(shown: Sequence[AnswerForm]) -> int:
    """The status that tells what could not be saved: 409 when others saved first, 422 when something typed is wrong; 0 when all is well."""
    return 409 if any(answer.conflict for answer in shown) else 422 if any(answer.errors for answer in shown) else 0


def _say_saved(request: HttpRequest, saved: int) -> None:
    if saved:
        messages.success(request, ngettext("Đã lưu %(n)d tiêu thức.", "Đã lưu %(n)d tiêu thức.", saved) % {"n": saved})
    else:
        messages.info(request, _("Không có gì mới để lưu."))


def _version(request: HttpRequest) -> int:
    """The version of the form that the page showed; one that no form has when the page does not tell."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def _address(form: Assessment, anchor: str = "") -> str:
    """The page of the form, at one of its criteria or parts."""
    address = reverse("assessment", args=[form.period.code, form.unit.code])
    return f"{address}#{anchor}" if anchor.replace("-", "").isalnum() and anchor.isascii() else address


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)  # LoginRequiredMiddleware sees to it
