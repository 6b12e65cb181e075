"""What people type about the plan's figures, turned into values or into an error beside the field."""

import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.forms import DayField, DocumentField
from communes.sentences import write_day
from plan2018.models import Obligation, Observation, Period
from plan2018.rules import Answer, DutyState, NotWhole, Unread, parse_whole
from plan2018.selectors import Reported, Sheet


def clean_words(text: str) -> str:
    """Typed words as they are stored: NFC, newlines as one character, no other control or invisible characters, nothing around them."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cf")).strip()


def shorten(text: str, length: int = 40) -> str:
    """The beginning of what was typed, to be shown in a message."""
    plain = " ".join(clean_words(text).split())
    return plain if len(plain) <= length else plain[:length] + "…"


UNREAD = {
    Unread.SHARE: gettext_lazy("“%(typed)s” là tỷ lệ hoặc số lẻ. Ở đây ghi số đếm (bao nhiêu trên bao nhiêu); cổng tự tính tỷ lệ."),
    Unread.DOUBTFUL: gettext_lazy("“%(typed)s” có thể đọc hai cách. Gõ liền (1234) hoặc chấm nhóm ba chữ số (1.234)."),
    Unread.TOO_LARGE: gettext_lazy("“%(typed)s” quá lớn, chắc là gõ nhầm. Kiểm tra lại."),
    Unread.NO_NUMBER: gettext_lazy("“%(typed)s” không phải là số đếm. Gõ một số nguyên từ 0 trở lên, ví dụ 21 hoặc 1.234."),
}

ANSWERS: dict[str, tuple[int | None, int | None]] = {"yes": (1, 1), "no": (0, 1), "none": (None, None), "": (None, None)}
"""What a yes or no is as a figure."""

ROSTER_WHOLE = "Tổng số cán bộ, công chức"
"""What the denominator is called where the roster knows it."""


class WholeField(forms.Field):
    """A count; empty is None. Says what is wrong with a percentage, with "1,234", with anything else."""

    def to_python(self, value: object) -> int | None:
        text = str(value or "")
        if not text.strip():
            return None
        try:
            return parse_whole(text)
        except NotWhole as error:
            raise ValidationError(str(UNREAD[error.why]) % {"typed": shorten(text)}) from error


@dataclass(frozen=True)
class Values:
    """The figure of an indicator as a person gives it: so many of so many (None: no data), the day, the words, the document."""

    numerator: int | None
    denominator: int | None
    as_of: date | None
    evidence: str
    document: int | None

    def fingerprint(self) -> str:
        """A mark that differs where the values do."""
        return f"{zlib.crc32(repr(self).encode()):x}"


class ObservationForm(forms.Form):
    """One indicator of a commune: the figure, its day, what vouches for it, and what the page showed when it was loaded.

    Yes and no come as `answer`, shares as two counts. `seen` carries the version, the whole and the mark of what was shown: a row that differs from it was
    touched by this person, the others are left alone even if somebody else changed them. After validation `act` says what is to be done ("save", "clear",
    nothing), `lack` what is still missing while a row is being filled in (an error once the whole page is saved: `strict`).
    """

    answer = forms.ChoiceField(
        required=False,
        choices=[("yes", gettext_lazy("Có")), ("no", gettext_lazy("Không")), ("none", gettext_lazy("Chưa có số liệu"))],
        error_messages={"invalid_choice": gettext_lazy("Chọn Có, Không hoặc Chưa có số liệu.")},
    )
    numerator = WholeField(required=False)
    denominator = WholeField(required=False)
    as_of = forms.DateField(required=False, error_messages={"invalid": gettext_lazy("Không đọc được ngày này. Gõ ngày/tháng/năm, ví dụ 30/11/2018.")})
    evidence = forms.CharField(
        required=False, max_length=300, error_messages={"max_length": gettext_lazy("Đoạn này dài %(show_value)d ký tự, nhiều nhất %(limit_value)d.")}
    )
    document = forms.Field(required=False)
    seen = forms.CharField(required=False)

    def __init__(self, row: Reported, period: Period, sheet: Sheet, data: Mapping[str, Any] | None = None, *, strict: bool = True) -> None:
        super().__init__(data, prefix=row.indicator.code.replace(".", "-"))
        self.row, self.period, self.sheet, self.strict = row, period, sheet, strict
        self.roster, self.documents = sheet.roster, {document.pk: document for document in sheet.documents}
        self.indicator = row.indicator
        self.act, self.lack = "", ""
        self.conflict = False

    # What stands on the page.

    @property
    def own(self) -> Observation | None:
        return self.row.own

    @property
    def counts_people(self) -> bool:
        """Whether the whole is the cadres and civil servants of the commune, whom the roster knows."""
        return self.indicator.denominator_label == ROSTER_WHOLE

    @property
    def yes_no(self) -> bool:
        return self.indicator.answer == Answer.YES_NO

    @property
    def proposed_day(self) -> date:
        """The day of the figure that the page proposes."""
        return min(timezone.localdate(), self.period.ends_on)

    @property
    def stored(self) -> Values:
        """The figure as it is stored, or what the page proposes where there is none."""
        if self.own:
            return Values(self.own.numerator, self.own.denominator, self.own.as_of, self.own.evidence, self.own.document_id)
        return Values(None, self.roster if self.counts_people and self.roster else None, self.proposed_day, "", None)

    @property
    def token(self) -> str:
        """What the page shows now, for `seen`; after an error what it showed before, so that the next save is checked against that."""
        if (self.errors or self.lack) and not self.conflict:
            return str(self.data.get(self.add_prefix("seen"), ""))
        whole = "" if self.stored.denominator is None else self.stored.denominator
        return f"{self.own.version if self.own else ''};{whole};{self.stored.fingerprint()}"

    @property
    def agrees(self) -> bool:
        """Whether what was typed is what is stored (or both are nothing)."""
        return self.typed == self.stored or (self.typed.numerator is None and not self.own)

    @property
    def unsaved(self) -> bool:
        """Whether something typed here is not saved."""
        return bool(self.errors or self.conflict or self.lack)

    def shown(self, name: str) -> str:
        """The text of a field: as typed where it could not be saved, else as stored."""
        if self.unsaved and self.add_prefix(name) in self.data:
            return str(self.data[self.add_prefix(name)])
        stored = self.stored
        match name:
            case "answer":
                return {None: "none", 0: "no"}.get(stored.numerator, "yes")
            case "as_of":
                return date_format(stored.as_of, "SHORT_DATE_FORMAT") if stored.as_of else ""
            case _:
                value = getattr(stored, name)
                return "" if value is None else str(value)

    @property
    def fields_shown(self) -> dict[str, str]:
        """The texts of all fields, for templates."""
        return {name: self.shown(name) for name in self.fields if name != "seen"}

    @property
    def names(self) -> str:
        """The names under which the fields are sent, as HTMX lists them."""
        return ",".join(self.add_prefix(name) for name in self.fields)

    @property
    def off_roster(self) -> int:
        """How many people the whole differs from the roster, where there is one; 0 where it does not or cannot be compared."""
        whole = self.stored.denominator
        return whole - self.roster if self.counts_people and self.own and self.roster and whole is not None else 0

    @property
    def first_wrong(self) -> str:
        """The field to lead to."""
        first = next(iter(self.errors), "answer" if self.yes_no else "numerator")
        return f"{self.prefix}-{first}" + ("-yes" if first == "answer" else "")

    # What was typed.

    def clean_as_of(self) -> date | None:
        day: date | None = self.cleaned_data["as_of"]
        latest = self.proposed_day
        if day and not self.period.starts_on <= day <= latest:
            limits = {"first": date_format(self.period.starts_on, "j/n/Y"), "last": date_format(latest, "j/n/Y")}
            raise ValidationError(_("Ngày của số liệu phải trong kỳ: từ %(first)s đến %(last)s.") % limits)
        return day

    def clean_evidence(self) -> str:
        return " ".join(clean_words(self.cleaned_data["evidence"]).split())

    def clean_document(self) -> int | None:
        chosen = str(self.cleaned_data["document"] or "")
        if not chosen:
            return None
        if chosen not in {str(pk) for pk in self.documents}:
            raise ValidationError(_("Không có văn bản này trong danh sách của xã."))
        return int(chosen)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors or not any(self.add_prefix(name) in self.data for name in self.fields if name != "seen"):
            return data
        counts = ANSWERS[data["answer"]] if self.yes_no else (data["numerator"], data["denominator"])
        self.typed = Values(counts[0], counts[1], data["as_of"], data["evidence"], data["document"])
        _version, whole, mark = self._seen()
        if self.typed.fingerprint() == mark:
            return data
        if counts[0] is None and (counts[1] is None or str(counts[1]) == whole):
            self._leave_empty()
        else:
            self._fill_in(*counts)
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What is to be saved, as the service takes it."""
        typed = self.typed
        document = self.documents[typed.document] if typed.document else None
        return {
            "numerator": typed.numerator,
            "denominator": typed.denominator,
            "as_of": typed.as_of,
            "evidence": typed.evidence,
            "document": document,
        }

    def _leave_empty(self) -> None:
        """No figure was typed: what stood there is taken back."""
        if self.own and self.version is not None:
            self.act = "clear"
        elif self.typed.evidence or self.typed.document:
            self._wait("answer" if self.yes_no else "numerator", _("Còn thiếu số liệu: có minh chứng mà chưa trả lời."))

    def _fill_in(self, numerator: int | None, denominator: int | None) -> None:
        """A figure was typed, or a part of one."""
        if numerator is None:
            self._wait("numerator", _("Còn thiếu: %s.") % self.indicator.numerator_label.lower())
        elif denominator is None:
            self._wait("denominator", _("Còn thiếu: %s.") % self.indicator.denominator_label.lower())
        elif denominator == 0:
            self.add_error("denominator", _("Tổng số phải từ 1. Kỳ này không có gì để đếm thì để trống cả hai ô."))
        elif numerator > denominator:
            limits = {"part": numerator, "whole": denominator}
            self.add_error("numerator", _("%(part)d lớn hơn tổng số %(whole)d: số đạt không thể nhiều hơn tổng số. Xem lại hai ô.") % limits)
        elif self.typed.as_of is None:
            self._wait("as_of", _("Còn thiếu: số liệu đến ngày nào."))
        else:
            self.act = "save"

    def _wait(self, field: str, words: str) -> None:
        if self.strict:
            self.add_error(field, words)
        else:
            self.lack = words

    def _seen(self) -> tuple[str, str, str]:
        """(version, whole, mark) of what the page showed; of what is stored for a request that does not tell."""
        parts = str(self.data.get(self.add_prefix("seen"), "")).split(";")
        if len(parts) != 3:
            return "?", "" if self.stored.denominator is None else str(self.stored.denominator), ""
        return parts[0], parts[1], parts[2]

    @property
    def version(self) -> int | None:
        """The version of the row that the page showed; None for no row, -1 (none has it) for a request that does not tell."""
        text = self._seen()[0]
        return None if text == "" else int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


def read_observations(
    sheet: Sheet, rows: Iterable[Reported], period: Period, data: Mapping[str, Any], *, strict: bool = True
) -> list[ObservationForm]:
    """What was typed for these indicators, validated."""
    read = [ObservationForm(row, period, sheet, data, strict=strict) for row in rows]
    for form in read:
        form.full_clean()
    return read


def show_again(typed: Iterable[ObservationForm], sheet: Sheet, stale: Sequence[str] = ()) -> list[ObservationForm]:
    """The indicators after saving: what is saved as it is stored now, what is not as it was typed, with the error or with what others saved.

    Whoever typed what somebody else has saved meanwhile has no conflict.
    """
    rows = {row.indicator.code: row for row in sheet.rows}
    shown = []
    for form in typed:
        form.row = rows[form.indicator.code]
        form.conflict = form.indicator.code in stale and not form.agrees
        shown.append(form if form.unsaved else ObservationForm(form.row, form.period, sheet))
    return shown


# Duties.

WORDS = 2000
"""How long words about a duty may be."""


def _words(**given: Any) -> forms.CharField:
    """A field for words, of a length that a page can show."""
    errors = {"max_length": gettext_lazy("Dài %(show_value)d ký tự, nhiều nhất %(limit_value)d. Rút gọn lại."), **given.pop("error_messages", {})}
    return forms.CharField(max_length=WORDS, widget=forms.Textarea(attrs={"rows": 3}), error_messages=errors, **given)


def _not_later(day: date) -> date:
    if day > timezone.localdate():
        raise ValidationError(_("Ngày này ở sau hôm nay. Xem lại ngày, tháng, năm."))
    return day


class DoneForm(forms.Form):
    """That an obligation is done: on which day, and what shows it. Words, a document, or both."""

    use_required_attribute = False

    done_on = DayField(label=gettext_lazy("Ngày làm xong"), help_text=gettext_lazy("Ngày/tháng/năm. Ngày này quyết định đúng hạn hay trễ hạn."))
    note = _words(label=gettext_lazy("Kết quả"), required=False, help_text=gettext_lazy("Làm được gì, bao nhiêu; không ghi tên người dân"))

    def __init__(self, obligation: Obligation, data: Mapping[str, Any] | None = None, *, document: str = "") -> None:
        super().__init__(
            data,
            initial={
                "note": "" if obligation.state == DutyState.OPEN else obligation.note,
                "done_on": "",
                "document": document or obligation.document_id,
            },
        )
        self.obligation = obligation
        words = {"label": _("Văn bản minh chứng"), "help_text": _("Văn bản trong danh mục của đơn vị")}
        self.fields["document"] = DocumentField(obligation.unit, **words)

    def clean_done_on(self) -> date:
        day = _not_later(self.cleaned_data["done_on"])
        if self.obligation.opens_on and day < self.obligation.opens_on:
            raise ValidationError(_("Việc này làm từ ngày %s; ngày gõ ở trước đó.") % write_day(self.obligation.opens_on))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned.get("note") and not cleaned.get("document"):
            self.add_error("note", _("Chưa có minh chứng: ghi kết quả hoặc chọn văn bản."))
        return cleaned


class HandBackForm(forms.Form):
    """Why an obligation is handed back."""

    use_required_attribute = False

    remark = _words(
        label=gettext_lazy("Ý kiến trả lại"),
        help_text=gettext_lazy("Thiếu gì, cần bổ sung gì; đơn vị đọc được"),
        error_messages={"required": gettext_lazy("Chưa ghi ý kiến. Ghi thiếu gì rồi bấm lại.")},
    )


class HappenedForm(forms.Form):
    """That something happened of which a duty speaks."""

    use_required_attribute = False

    day = DayField(label=gettext_lazy("Ngày phát sinh"), help_text=gettext_lazy("Ngày/tháng/năm"))
    note = _words(
        label=gettext_lazy("Việc gì"),
        help_text=gettext_lazy("Không ghi tên người dân, tên cán bộ"),
        error_messages={"required": gettext_lazy("Chưa ghi việc gì. Ghi ngắn gọn rồi bấm lại.")},
    )
    due_on = DayField(label=gettext_lazy("Đơn vị hẹn xong"), required=False, help_text=gettext_lazy("Kế hoạch không ghi hạn; để trống nếu chưa hẹn"))

    def clean_day(self) -> date:
        return _not_later(self.cleaned_data["day"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("day") and cleaned.get("due_on") and cleaned["due_on"] < cleaned["day"]:
            self.add_error("due_on", _("Ngày hẹn ở trước ngày phát sinh."))
        return cleaned
