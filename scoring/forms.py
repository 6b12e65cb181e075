"""What people type on the pages of an assessment, turned into values or into an error beside the field."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rules import Role
from communes.parsing import Wrong
from ledger.models import Entry
from plan2018.forms import clean_words, shorten
from plan2018.models import Period
from plan2018.rules import parse_decimal
from scoring import rules, selectors, services, sheets
from scoring.models import Answer, Assessment, Criterion, Evidence, Level, Title
from scoring.rules import Scoring, Stage, State, Tally
from scoring.services import Change

Ratio = tuple[Decimal, Decimal]
"""Numerator and denominator."""


def write_points(points: Decimal | None) -> str:
    """Points as they are typed: 14,5; 14,25; 20,0; empty where there are none."""
    return "" if points is None else number_format(points, decimal_pos=1 if points * 10 % 1 == 0 else 2)


class WordsField(forms.CharField):
    """Words of several lines, cleaned. No `maxlength` in the browser: it would cut a pasted text without a word."""

    widget = forms.Textarea
    default_validators = [
        MaxLengthValidator(rules.MAX_WORDS, gettext_lazy("Đoạn này dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Viết gọn lại rồi lưu."))
    ]

    def to_python(self, value: object) -> str:
        return clean_words(str(value)) if value not in self.empty_values else ""


def read_points(text: str, maximum: Decimal, levels: Sequence[Decimal] = ()) -> Decimal | None:
    """Points as people type them, read and refused as in a cell of the Excel form; None for an empty field. Raises ValidationError: what is wrong, what to type."""
    try:
        return sheets.points(text, maximum, levels)
    except Wrong as wrong:
        said = {"typed": shorten(text), "why": wrong.why, "mend": wrong.mend}
        raise ValidationError(_("“%(typed)s”: %(why)s %(mend)s") % said) from wrong


WORDS = WordsField(required=False)

FIELDS = ("points", "numerator", "denominator", "na", "words")
"""What may be typed for a criterion."""


class AnswerForm:
    """One criterion at one stage: points, the words beside them, and what the page showed when it was loaded.

    No django form: a district's table has hundreds of them, and copying the same six fields for each was most of its time.

    A field that was not sent keeps its value, so a grid of points alone and a page with everything use the same form. `seen` carries the version
    and the values that the page showed: what differs from them was touched by this person, the rest is left alone even if others changed it.
    After `read` there are `errors` by field, and `change` is what has to be saved, None if nothing; `conflict` and `rival`, the entry of whoever
    saved first, are set afterwards; so is `earlier`, what the commune had here in the last periods.
    """

    def __init__(
        self, answer: Answer, stage: Stage, data: Mapping[str, Any] | None = None, *, prefix: str = "", against: Stage | None = None
    ) -> None:
        self.hold(answer)
        self.stage, self.criterion = stage, answer.criterion
        self.beginning, self.prefix = prefix, prefix + answer.criterion.code
        self.data = data
        self.against = against or rules.STAGE_BEFORE[stage]
        self.errors: dict[str, list[str]] = {}
        self.conflict = False
        self.rival: Entry | None = None
        self.holder: selectors.Holder | None = None
        self.reserved = False
        self.change: Change | None = None
        self.earlier: Sequence[Answer] = ()
        self.ratio: Ratio | None = None
        self.evidence: Sequence[Evidence] = ()

    def hold(self, answer: Answer) -> None:
        """Stand for this answer as it is stored now."""
        self.answer, self.values = answer, answer.points()

    @cached_property
    def sent(self) -> set[str]:
        """The fields that came with the request."""
        return {name for name in FIELDS if self.data is not None and f"{self.prefix}-{name}" in self.data}

    @property
    def token(self) -> str:
        """What the page shows now, for `seen`; after an error what it showed before, so that the next save is checked against that."""
        if self.errors and not self.conflict:
            return self._typed("seen")
        points, words, na, ratio = self.stored
        return f"{self.answer.version};{_told(points, na, ratio)};{rules.fingerprint(words)}"

    @property
    def shown_points(self) -> str:
        """The text of the points field: as typed where it could not be saved, else as stored."""
        return self.typed_points if "points" in self.sent and self.unsaved else write_points(self.stored_points)

    @property
    def shown_words(self) -> str:
        """The text of the words field: as typed where it could not be saved, else as stored."""
        return self.typed_words if "words" in self.sent and self.unsaved else self.stored_words

    @property
    def shown_ratio(self) -> tuple[str, str]:
        """The texts of the fields of a ratio: as typed where it could not be saved, else as stored."""
        if "numerator" in self.sent and self.unsaved:
            return self._typed("numerator"), self._typed("denominator")
        return (write_points(self.stored_ratio[0]), write_points(self.stored_ratio[1])) if self.stored_ratio else ("", "")

    @property
    def shown_na(self) -> bool:
        """Whether "not applicable" is ticked: as sent where it could not be saved, else as stored."""
        return self._typed("na") == "1" if "na" in self.sent and self.unsaved else self.stored_na

    @property
    def takes_ratio(self) -> bool:
        """Whether a numerator and a denominator are asked for: of the commune; the levels above judge the points that follow."""
        return self.criterion.scoring == Scoring.RATIO and self.stage == Stage.SELF

    @cached_property
    def levels(self) -> list[tuple[str, Level]]:
        """The levels of its rubric with the text that stands for each."""
        return [(write_points(level.points), level) for level in self.criterion.levels.all()] if self.criterion.scoring == Scoring.LEVEL else []

    def _typed(self, name: str) -> str:
        return "" if self.data is None else str(self.data.get(f"{self.prefix}-{name}", ""))

    @property
    def typed_points(self) -> str:
        return self._typed("points")

    @property
    def typed_words(self) -> str:
        return self._typed("words")

    @property
    def stored_points(self) -> Decimal | None:
        return self.values.at(self.stage)

    @property
    def stored_na(self) -> bool:
        """Whether this stage holds the criterion not applicable."""
        return self.stage in self.values.excluded

    @property
    def stored_ratio(self) -> Ratio | None:
        numerator, denominator = self.answer.numerator, self.answer.denominator
        return (numerator, denominator) if self.takes_ratio and numerator is not None and denominator is not None else None

    @property
    def stored(self) -> tuple[Decimal | None, str, bool, Ratio | None]:
        """What is stored of this stage: points, words, whether it does not apply, the ratio."""
        return self.stored_points, self.stored_words, self.stored_na, self.stored_ratio

    @property
    def entered(self) -> bool:
        """Whether this stage has said something: points, or that the criterion does not apply."""
        return rules.is_entered(self.values, self.stage)

    @property
    def stored_words(self) -> str:
        return self.answer.self_note if self.stage == Stage.SELF else self.values.reason_at(self.stage)

    @property
    def before(self) -> Decimal | None:
        """The points that those of this stage are compared with: the stage before, or `against`."""
        return self.values.at(self.against) if self.against else None

    @property
    def before_na(self) -> bool:
        """Whether the stage before holds the criterion not applicable."""
        return self.against in self.values.excluded

    @property
    def gap(self) -> Decimal | None:
        """What this stage brings the total more than the one before; None where one is missing or there is nothing before.

        A higher penalty brings less; what does not apply brings nothing.
        """
        if self.against is None or not (self.entered and rules.is_entered(self.values, self.against)):
            return None
        gap = (self.stored_points or Decimal(0)) - (self.before or Decimal(0))
        return -gap if self.criterion.scoring == Scoring.PENALTY else gap

    @property
    def distance(self) -> Decimal:
        """How far the points are from those before; 0 where they cannot be compared."""
        return abs(self.gap or Decimal(0))

    @property
    def is_open(self) -> bool:
        """Whether this reader may write this criterion while the form is where it is."""
        return not self.reserved and rules.is_open(State(self.answer.assessment.state), self.answer.remark)

    @property
    def unsaved(self) -> bool:
        """Whether something typed here is not saved."""
        return bool(self.errors or self.conflict)

    @property
    def lacks_reason(self) -> bool:
        return rules.needs_reason(self.values, self.stage)

    @property
    def lacks_evidence(self) -> bool:
        return rules.needs_evidence(self.values, self.stage)

    @property
    def disputed(self) -> bool:
        """Whether this stage differs from the one before, or the commune explains itself against it."""
        return bool(self.gap or self.answer.explanation)

    @property
    def unproven(self) -> bool:
        """Whether the commune gave itself full points and shows neither a file nor a word."""
        return rules.needs_evidence(self.values, Stage.SELF)

    @property
    def far(self) -> bool:
        """Whether this stage differs from the one before by FAR_PCT percent of the maximum or more."""
        return self.distance * 100 >= FAR_PCT * self.answer.max_points and bool(self.distance)

    @property
    def problems(self) -> list[str]:
        """What to say beside the reason: what is wrong with it, else that it is still missing."""
        wrong = self.errors.get("words")
        if wrong or not self.lacks_reason:
            return wrong or []
        return [_("Chưa ghi vì sao không áp dụng.") if self.stage == Stage.SELF else _("Chưa ghi lý do chấm khác.")]

    @property
    def na_now(self) -> bool:
        """Whether the criterion does not apply after this request; points typed where nothing was ticked (a cell of the grid) mean that it does."""
        if "na" in self.sent:
            return self.criterion.may_not_apply and self._typed("na") == "1"
        return self.stored_na and not self.typed_points.strip()

    def read(self) -> None:
        """Check what was typed: afterwards there are errors, or a change, or neither."""
        points, words = self._checked("points", self._read_points), self._checked("words", lambda: WORDS.clean(self.typed_words))
        if self.errors:
            return
        version, *seen = self._typed("seen").split(";")
        now = (points, words if "words" in self.sent else self.stored_words, self.na_now, self.ratio)
        if now != self.stored and self._touched(points, words, seen):
            number = int(version) if version.isdecimal() and len(version) < 10 else -1
            self.change = Change(self.criterion.code, None if self.ratio else points, now[1], number, self.na_now, self.ratio)

    def _checked(self, name: str, read: Callable[[], Any]) -> Any:
        """What a field comes to; None, with its errors kept, where it is wrong."""
        try:
            return read()
        except ValidationError as error:
            self.errors[name] = error.messages
            return None

    def _read_points(self) -> Decimal | None:
        if self.na_now:
            if self.stored_na and (self.typed_points.strip() or self._typed("numerator").strip()):
                raise ValidationError(_("Đang đánh dấu “Không áp dụng”. Bỏ dấu ấy rồi chấm điểm, hoặc xóa điểm."))
            return None
        if self.takes_ratio:
            self.ratio = self._read_ratio()
            return services.ratio_points(self.answer, *self.ratio) if self.ratio else None
        if "points" not in self.sent:
            return self.stored_points
        return read_points(self.typed_points, self.answer.max_points, [level.points for _text, level in self.levels])

    def _read_ratio(self) -> Ratio | None:
        """The ratio that was typed; the stored one where none was sent. Raises ValidationError."""
        if not {"numerator", "denominator"} & self.sent:
            return self.stored_ratio
        typed = self._typed("numerator").strip(), self._typed("denominator").strip()
        if not any(typed):
            return None
        try:
            numerator, denominator = (parse_decimal(text) for text in typed)
        except ValueError as error:
            raise ValidationError(_("Gõ đủ hai số: đạt được bao nhiêu, trên tổng bao nhiêu; ví dụ 45 và 60.")) from error
        if numerator < 0 or denominator <= 0:
            raise ValidationError(_("Số đạt không được âm, tổng phải lớn hơn 0. Không có đối tượng nào thì đánh dấu “Không áp dụng”."))
        return numerator, denominator

    def _touched(self, points: Decimal | None, words: str, seen: Sequence[str]) -> bool:
        """Whether what was sent differs from what the page showed; a request that does not tell what it saw counts as touched."""
        if len(seen) != 2:
            return bool(self.sent)
        told, fingerprint = seen
        points_sent = bool(self.sent - {"words"})
        return (points_sent and _told(points, self.na_now, self.ratio) != told) or ("words" in self.sent and rules.fingerprint(words) != fingerprint)


def _told(points: Decimal | None, na: bool, ratio: Ratio | None) -> str:
    """What a stage says of a criterion, as a page remembers it."""
    return rules.NOT_APPLICABLE if na else "/".join(write_points(part) for part in ratio) if ratio else write_points(points)


def read_answers(answers: Iterable[Answer], stage: Stage, data: Mapping[str, Any], *, prefix: str = "") -> list[AnswerForm]:
    """What was typed for these criteria, validated."""
    read = [AnswerForm(answer, stage, data, prefix=prefix) for answer in answers]
    for form in read:
        form.read()
    return read


def tell_holders(shown: Iterable[AnswerForm], holders: Mapping[int, selectors.Holder], role: Role, user: int) -> None:
    """Say beside each criterion who is responsible for it, and close what is reserved to another account than the reader's."""
    for form in shown:
        form.holder = holders.get(form.criterion.pk)
        form.reserved = form.holder is not None and not rules.may_enter(role, form.holder.row.account_id, user)


def tell_shares(shown: Iterable[AnswerForm], given: Mapping[int, Collection[int]], people: Collection[int]) -> None:
    """Close the criteria whose group was given to others than these people."""
    for form in shown:
        form.reserved = not rules.may_appraise(given.get(form.criterion.group_id or 0, ()), people)


def show_again(
    typed: Iterable[AnswerForm], answers: Iterable[Answer], conflicts: Sequence[str] = (), rivals: Mapping[str, Entry] | None = None
) -> list[AnswerForm]:
    """The criteria after saving: what is saved as it is stored now, what is not as it was typed, with the error or with what others saved."""
    shown = []
    for form, answer in zip(typed, answers, strict=True):
        code = answer.criterion.code
        form.hold(answer)
        form.conflict, form.rival = code in conflicts, (rivals or {}).get(code)
        shown.append(form if form.unsaved else AnswerForm(answer, form.stage, prefix=form.beginning))
    return shown


@dataclass(frozen=True)
class GridRow:
    """One commune in the grid of its district."""

    form: Assessment
    cells: list[AnswerForm]
    before: Tally
    own: Tally
    editable: bool
    reached: bool
    """Whether the form has come as far as the stage of the grid."""

    @property
    def decided(self) -> bool:
        """Whether both stages are filled in, so that they can be compared."""
        return self.reached and self.own.entered == self.own.count == self.before.entered

    @property
    def gap(self) -> Decimal:
        return self.own.result.total - self.before.result.total

    @property
    def label(self) -> str:
        """What the decision calls the class of this stage."""
        return selectors.in_use(self.form.criteria_set_id).labels[self.own.result.grade]


FAR_PCT = 20
"""From how many percent of the maximum a difference counts as large. Ours: no source says."""

FILTERS = {
    "disputed": gettext_lazy("chấm khác hoặc có giải trình"),
    "unproven": gettext_lazy("điểm tối đa thiếu minh chứng"),
    "far": gettext_lazy("lệch từ 20% thang điểm"),
}
"""What the grid can be narrowed to: names of properties of its cells, with their words."""


class Grid:
    """A district's communes x criteria at one stage (the district's points beside the communes' own, or the province's beside the district's)."""

    def __init__(
        self, forms: Sequence[Assessment], stage: Stage, role: Role, shown: Mapping[str, list[AnswerForm]] | None = None, *, only: str = ""
    ) -> None:
        self.stage, self.only = stage, only if only in FILTERS else ""
        before = rules.STAGE_BEFORE[stage] or stage
        self.rows = []
        for form in forms:
            answers: list[Answer] = form.form  # type: ignore[attr-defined]  # loaded by selectors.grid
            self.rows.append(
                GridRow(
                    form,
                    (shown or {}).get(form.unit.code) or [AnswerForm(answer, stage, prefix=f"{form.unit.code}-") for answer in answers],
                    selectors.tally_of(form, answers, before),
                    selectors.tally_of(form, answers, stage),
                    rules.stage_for(State(form.state), role) == stage,
                    rules.has_reached(State(form.state), stage),
                )
            )

    @cached_property
    def criteria(self) -> list[Criterion]:
        """The columns."""
        return [cell.criterion for cell in self.rows[0].cells] if self.rows else []

    @property
    def width(self) -> int:
        """Columns behind the name of a commune: its criteria, two totals, their difference, the class."""
        return len(self.criteria) + 4

    def hits(self, row: GridRow, what: str) -> list[AnswerForm]:
        """The cells of a commune that a filter means."""
        return [cell for cell in row.cells if row.reached and getattr(cell, what)]

    @property
    def filters(self) -> list[tuple[str, Any, int]]:
        """The ways to narrow the grid, each with its words and how many cells it finds."""
        return [(what, words, sum(len(self.hits(row, what)) for row in self.rows)) for what, words in FILTERS.items()]

    @property
    def listed(self) -> list[GridRow]:
        """The communes in the table: all, or those in which the filter finds a cell."""
        return [row for row in self.rows if self.hits(row, self.only)] if self.only else self.rows

    @cached_property
    def writable(self) -> bool:
        """Whether there is anything to write."""
        return any(row.editable for row in self.rows)

    @cached_property
    def differing(self) -> list[tuple[GridRow, AnswerForm]]:
        """The cells that differ from the stage before: those without a reason first, then the largest differences."""
        cells = [(row, cell) for row in self.rows if row.reached for cell in row.cells if cell.gap]
        return sorted(cells, key=lambda pair: (not pair[1].lacks_reason, -pair[1].distance))

    @property
    def asking(self) -> bool:
        """Whether a cell that differs can still be given its reason here."""
        return any(row.editable for row, _cell in self.differing)

    @property
    def settled(self) -> list[tuple[GridRow, AnswerForm]]:
        """The differing cells that can no longer be changed here."""
        return [(row, cell) for row, cell in self.differing if not row.editable]

    @property
    def agreeing(self) -> list[AnswerForm]:
        """The cells that may still come to differ."""
        return [cell for row in self.rows if row.editable for cell in row.cells if not cell.gap]

    @property
    def widest(self) -> tuple[GridRow, AnswerForm] | None:
        """The cell that differs most."""
        return max(self.differing, key=lambda pair: pair[1].distance, default=None)

    @cached_property
    def lacking(self) -> int:
        """Cells that differ and have no reason yet."""
        return sum(cell.lacks_reason for _row, cell in self.differing)

    @cached_property
    def decided(self) -> int:
        """Communes whose stage is finished."""
        return sum(rules.is_finished(State(row.form.state), self.stage) for row in self.rows)

    @cached_property
    def reached(self) -> int:
        """Communes whose form has come this far."""
        return sum(row.reached for row in self.rows)

    @property
    def waiting(self) -> int:
        """Communes that wait for points of this stage."""
        return self.reached - self.decided

    @cached_property
    def returned(self) -> int:
        """Communes that have their form back."""
        return sum(row.form.state == State.RETURNED for row in self.rows)

    @property
    def absent(self) -> int:
        """Communes whose form has not come this far yet."""
        return len(self.rows) - self.reached - self.returned

    @cached_property
    def chart(self) -> "Chart":
        """The communes that can be compared."""
        return Chart(sorted((row for row in self.rows if row.decided), key=lambda row: -abs(row.gap)))


class Chart:
    """Two totals of each commune on one scale, the largest change first. Places are percent of the scale."""

    def __init__(self, rows: Sequence[GridRow]) -> None:
        totals = [tally.result.total for row in rows for tally in (row.before, row.own)]
        self.high = rows[0].own.result.max_total if rows else Decimal(0)
        self.low = max(min(totals, default=Decimal(0)) // 10 * 10 - 10, Decimal(0))
        """The ten below the lowest total, so that differences can be seen."""
        self.good = max((band.lower_points for band in selectors.bands_of(rows[0].form)), default=Decimal(0)) if rows else Decimal(0)
        self.rows = [(row, self.place(row.before.result.total), self.place(row.own.result.total)) for row in rows]

    @property
    def good_place(self) -> Decimal:
        """Where the best class begins."""
        return self.place(self.good)

    def place(self, total: Decimal) -> Decimal:
        return 100 * (total - self.low) / (self.high - self.low)


class ReturnForm(forms.Form):
    """Why a form goes back: a remark to the commune and the criteria that open again, each with words of its own or with the general ones.

    Part of the page's one form, so nothing is `required` in the browser: that would stop every other button.
    """

    use_required_attribute = False

    reason = WordsField(
        label=gettext_lazy("Ý kiến gửi xã"),
        help_text=gettext_lazy("Bắt buộc: còn thiếu gì, cần bổ sung gì"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Chưa ghi ý kiến. Ghi rõ còn thiếu gì để xã bổ sung.")},
    )

    def __init__(self, answers: Iterable[Answer], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="return")
        self.answers = list(answers)
        for answer in self.answers:
            code, label = answer.criterion.code, f"{answer.criterion.number} {answer.criterion.title}"
            self.fields[code] = forms.BooleanField(label=label, required=False)
            self.fields[f"{code}-remark"] = WordsField(
                label=_("Ý kiến về %s") % answer.criterion.number, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"})
            )

    def criteria(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Each criterion's tick and its remark, in the order of the form."""
        return [(self[answer.criterion.code], self[f"{answer.criterion.code}-remark"]) for answer in self.answers]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        codes = [answer.criterion.code for answer in self.answers]
        self.remarks = {code: data.get(f"{code}-remark") or data.get("reason", "") for code in codes if data.get(code) or data.get(f"{code}-remark")}
        if not self.remarks:
            raise ValidationError(_("Chưa chọn tiêu thức nào. Chọn ít nhất một tiêu thức để mở lại cho xã."))
        return data


class ExplainForm(forms.Form):
    """What a commune answers to the points that the district lowered.

    Each answer is sent with what the page showed (`seen`), so that one left alone, or not sent, is left alone, and one that others changed is asked about.
    """

    def __init__(self, answers: Iterable[Answer], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix="explain")
        self.answers = list(answers)
        self.rewritten: Collection[str] = ()
        for answer in self.answers:
            label, code = _("Giải trình về %s") % answer.criterion.number, answer.criterion.code
            area = forms.Textarea(attrs={"rows": 3, "id": f"explain-{code}-words"})
            self.fields[code] = WordsField(label=label, required=False, initial=answer.explanation, widget=area)

    @property
    def seen(self) -> dict[str, str]:
        """What the page showed of each answer that was sent, by code, where it tells."""
        names = {answer.criterion.code: self.add_prefix(f"{answer.criterion.code}-seen") for answer in self.answers}
        return {code: str(self.data[name]) for code, name in names.items() if name in self.data}

    @property
    def words(self) -> dict[str, str]:
        """The answers that were sent and differ from what the page showed."""
        sent = {code: words for code, words in self.cleaned_data.items() if self.add_prefix(code) in self.data}
        return {code: words for code, words in sent.items() if self.seen.get(code) != rules.fingerprint(words)}

    def rows(self) -> list["Explained"]:
        """Each lowered criterion with the field of its answer."""
        return [Explained(answer, self[answer.criterion.code], self._token(answer), self._rewritten(answer)) for answer in self.answers]

    def _rewritten(self, answer: Answer) -> bool:
        return answer.criterion.code in self.rewritten

    def _token(self, answer: Answer) -> str:
        """What the page shows now; after an error what it showed before, unless that error tells what others wrote."""
        kept = "" if not self.is_bound or self._rewritten(answer) else self.seen.get(answer.criterion.code, "")
        return kept if kept and (self.rewritten or self.errors) else rules.fingerprint(answer.explanation)


@dataclass(frozen=True)
class Explained:
    """A lowered criterion with the field of the commune's answer, what the page shows of it, and whether others wrote there first."""

    answer: Answer
    box: forms.BoundField
    token: str
    rewritten: bool


class ReasonForm(forms.Form):
    """Why something decided is taken back."""

    use_required_attribute = False

    reason = WordsField(
        label=gettext_lazy("Lý do"),
        help_text=gettext_lazy("Bắt buộc; xã và huyện đều đọc được"),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Chưa ghi lý do. Ghi lý do rồi bấm lại.")},
    )


class TitleForm(forms.ModelForm):
    """The decision that grants the title "Trong sạch, vững mạnh"."""

    use_required_attribute = False

    class Meta:
        model = Title
        fields = ["decision_number", "decided_on"]
        labels = {"decision_number": gettext_lazy("Số quyết định"), "decided_on": gettext_lazy("Ngày quyết định")}
        help_texts = {"decision_number": gettext_lazy("Ví dụ 45/QĐ-UBND"), "decided_on": gettext_lazy("Ví dụ 20/1/2019")}
        error_messages = {
            "decision_number": {
                "required": gettext_lazy("Chưa ghi số quyết định. Ghi số như trên văn bản, ví dụ 45/QĐ-UBND."),
                "max_length": gettext_lazy("Số quyết định dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Ghi số như trên văn bản."),
            },
            "decided_on": {
                "required": gettext_lazy("Chưa ghi ngày quyết định. Gõ ngày/tháng/năm, ví dụ 20/1/2019."),
                "invalid": gettext_lazy("Không đọc được ngày này. Gõ ngày/tháng/năm, ví dụ 20/1/2019."),
            },
        }
        widgets = {"decision_number": forms.TextInput(attrs={"autocomplete": "off"}), "decided_on": forms.DateInput(attrs={"autocomplete": "off"})}

    def __init__(self, period: Period, data: Mapping[str, Any] | None = None, *, instance: Title | None = None) -> None:
        super().__init__(data, instance=instance, prefix="title")
        self.period = period

    def clean_decision_number(self) -> str:
        number = " ".join(clean_words(self.cleaned_data["decision_number"]).split())
        if not number:
            raise ValidationError(self.fields["decision_number"].error_messages["required"])
        return number

    def clean_decided_on(self) -> date:
        day: date = self.cleaned_data["decided_on"]
        if day < self.period.starts_on:
            raise ValidationError(_("Ngày này trước khi năm %d bắt đầu. Xem lại ngày trên quyết định.") % self.period.plan.year)
        if day > timezone.localdate():
            raise ValidationError(_("Ngày này chưa đến. Xem lại ngày trên quyết định."))
        return day
