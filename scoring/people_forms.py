"""What people choose and type about people: who is responsible, who acts for whom, who is nominated."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.rules import DELEGABLE
from communes.forms import DayField, DocumentField, SheetForm
from communes.models import Official, Unit
from communes.reading import read
from communes.sheets import CAUSES
from communes.xlsx import Refused as Unreadable
from plan2018.models import Period
from scoring import nominees, selectors
from scoring.models import Criterion


class AssignForm(forms.Form):
    """Who is responsible for each criterion, and which account enters for them, from a day on. `seen` tells what the page showed.

    Choices are read once for all criteria, not once a field.
    """

    use_required_attribute = False

    since = DayField(label=gettext_lazy("Thay đổi tính từ ngày"), help_text=gettext_lazy("Chỉ áp dụng cho những tiêu thức sửa ở dưới"))
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        period: Period,
        criteria: Sequence[Criterion],
        people: Sequence[Official],
        accounts: Sequence[User],
        held: Mapping[int, selectors.Holder],
        data: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial={"since": period.starts_on, "seen": selectors.mark(holder.row for holder in held.values())})
        self.period, self.criteria, self.held = period, criteria, held
        gone = {str(holder.row.person): holder.name for holder in held.values()}
        named = gone | {str(one.person): f"{one.full_name}, {one.get_title_display()}" for one in people}
        persons = [("", _("– chưa phân công –")), *named.items()]
        users = [("", _("– ai nhập cũng được –")), *((str(user.pk), f"{user} ({user.get_role_display()})") for user in accounts)]
        for criterion in criteria:
            holder = held.get(criterion.pk)
            person = str(holder.row.person) if holder else ""
            account = str(holder.row.account_id or "") if holder else ""
            self.fields[f"{criterion.code}-person"] = forms.ChoiceField(label=_("Người phụ trách"), required=False, choices=persons, initial=person)
            self.fields[f"{criterion.code}-account"] = forms.ChoiceField(label=_("Tài khoản nhập"), required=False, choices=users, initial=account)

    @property
    def rows(self) -> list[tuple[Criterion, forms.BoundField, forms.BoundField, selectors.Holder | None]]:
        """Each criterion with its two fields and who is responsible now."""
        return [(one, self[f"{one.code}-person"], self[f"{one.code}-account"], self.held.get(one.pk)) for one in self.criteria]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for criterion in self.criteria:
            if data.get(f"{criterion.code}-account") and not data.get(f"{criterion.code}-person"):
                self.add_error(f"{criterion.code}-account", _("Chọn người phụ trách trước khi chọn tài khoản của người ấy."))
        return data

    @property
    def posts(self) -> dict[Criterion, tuple[UUID | None, int | None]]:
        """Person and account for each criterion, as chosen."""
        chosen = {one: (self.cleaned_data[f"{one.code}-person"], self.cleaned_data[f"{one.code}-account"]) for one in self.criteria}
        return {one: (UUID(person) if person else None, int(account) if account else None) for one, (person, account) in chosen.items()}


class DelegationForm(forms.Form):
    """Who acts for whom in a unit, on which days, by which document."""

    use_required_attribute = False

    principal = forms.ChoiceField(label=gettext_lazy("Thay đồng chí"), error_messages={"required": gettext_lazy("Chọn người vắng mặt.")})
    deputy = forms.ChoiceField(label=gettext_lazy("Người làm thay"), error_messages={"required": gettext_lazy("Chọn người làm thay.")})
    starts_on = DayField(label=gettext_lazy("Từ ngày"))
    ends_on = DayField(label=gettext_lazy("Đến hết ngày"))

    def __init__(self, unit: Unit, people: Sequence[User], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial={"starts_on": timezone.localdate()})
        self.people = {str(person.pk): person for person in people}
        named = {pk: f"{person} ({person.get_role_display()})" for pk, person in self.people.items()}
        for name, given in (("principal", [pk for pk, one in self.people.items() if one.role in DELEGABLE]), ("deputy", list(self.people))):
            cast("forms.ChoiceField", self.fields[name]).choices = [("", _("– chọn –")), *((pk, named[pk]) for pk in given)]
        self.fields["document"] = DocumentField(unit, label=_("Văn bản ủy quyền"), required=True, empty_label=_("– chọn –"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("Ngày cuối trước ngày đầu. Xem lại hai ngày."))
        elif last and last < timezone.localdate():
            self.add_error("ends_on", _("Ngày cuối đã qua. Ủy quyền không ghi lùi cho việc đã làm."))
        return data

    @property
    def values(self) -> dict[str, Any]:
        """What was chosen, as `accounts.services.delegate` takes it."""
        return self.cleaned_data | {name: self.people[self.cleaned_data[name]] for name in ("principal", "deputy")}


class NomineesForm(SheetForm):
    """A list of nominees: pasted, or a file; nothing of it is kept."""

    text = forms.CharField(
        label=gettext_lazy("Danh sách chép từ Excel"),
        help_text=gettext_lazy("Mỗi hàng một người hoặc một đơn vị: họ tên và xã (tên hoặc mã). Danh sách không được lưu lại"),
        required=False,
        max_length=300_000,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("text", "file")

    def __init__(self, data: Mapping[str, Any] | None = None, files: Any = None) -> None:
        super().__init__(data, files)
        self.fields["file"].required = False
        self.fields["file"].label = _("Hoặc gửi tệp")

    def clean_file(self) -> Any:
        return super().clean_file() if self.cleaned_data.get("file") else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        data["rows"] = self._sheet(data["file"].read()) if data.get("file") else nominees.pasted(data["text"])
        if not data["rows"] and not self.errors:
            self.add_error("text", _("Chưa có hàng nào. Chép các hàng từ Excel vào đây, hoặc chọn tệp."))
        if len(data["rows"]) > nominees.ROWS:
            self.add_error(
                "text",
                _("Danh sách dài %(n)d hàng, mỗi lần nhiều nhất %(most)d. Chia ra kiểm tra nhiều lần.")
                % {"n": len(data["rows"]), "most": nominees.ROWS},
            )
        return data

    def _sheet(self, content: bytes) -> list[list[str]]:
        """The rows of the first visible sheet of a file, read by a process of its own."""
        try:
            sheets = read(content)
        except Unreadable as refused:
            self.add_error("file", " ".join(map(str, CAUSES[refused.cause])))
            return []
        first = next((sheet.rows for sheet in sheets if sheet.visible and sheet.rows), [])
        return [[nominees.shown_text(cell) for cell in cells[: nominees.COLUMNS]] for _number, cells in first]

    @property
    def again(self) -> str:
        """The list as it would have been pasted, so that it can be sent once more, as a file of answers."""
        return "\n".join("\t".join(row) for row in self.cleaned_data["rows"])
