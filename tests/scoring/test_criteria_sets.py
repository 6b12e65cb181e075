"""Sets of criteria as workbooks, pages and rows of the administration: read whole or refused, never changed once used."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from ledger.models import Entry
from scoring import selectors, services, sets, setsheets
from scoring.models import Answer, Cap, CriteriaSet, Criterion, Level, Threshold
from scoring.rules import CapKind, Grade, Rounding, Scoring, Stage
from scoring.services import Change
from scoring.setbook import workbook
from scoring.sets import Unfit, Used
from scoring.setsheets import CAPS, CRITERIA, LEVELS, NAMES, SET, THRESHOLDS
from tests.factories import client_of, make_forms
from tests.reader import Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def rich(criteria_set) -> CriteriaSet:
    """The set of the factories with one criterion of each kind and a cap."""
    group = criteria_set.criteria.get(code="CG1")
    for position, (scoring, more) in enumerate(
        [
            (Scoring.LEVEL, {}),
            (Scoring.RATIO, {"full_pct": Decimal(95)}),
            (Scoring.BONUS, {}),
            (Scoring.PENALTY, {}),
            (Scoring.POINTS, {"may_not_apply": True}),
        ],
        start=4,
    ):
        Criterion.objects.create(
            criteria_set=criteria_set,
            group=group,
            kind=Criterion.COMPONENT,
            code=f"CC{position:02}",
            number=f"I.{position}",
            title=f"Kiểu {scoring}",
            max_points=20,
            position=position,
            scoring=scoring,
            provenance="assumption",
            **more,
        )
    group.max_points = 120
    group.save()
    level = criteria_set.criteria.get(code="CC04")
    Level.objects.bulk_create([Level(criterion=level, points=points, text=f"Mức {points}") for points in (20, 10, 0)])
    Cap.objects.create(
        criteria_set=criteria_set, kind=CapKind.CRITERION_BELOW, criterion=level, value=10, grade=Grade.AVERAGE, provenance="assumption"
    )
    return criteria_set


def changed(criteria_set: CriteriaSet, *cells: tuple[str, str, object]) -> bytes:
    """The workbook of a set with cells changed: (sheet, cell, value)."""
    book = load_workbook(io.BytesIO(workbook(selectors.draft_of(criteria_set))))
    for sheet, cell, value in cells:
        book[NAMES[sheet]][cell] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_set_goes_out_as_a_workbook_and_comes_back_the_same(rich):
    draft = selectors.draft_of(rich)
    reading = sets.read_workbook(workbook(draft))
    assert (reading.flaws.kept, reading.warnings.kept) == ([], [])
    assert reading.draft == draft
    assert setsheets.read(setsheets.as_sheets(draft)).draft == draft  # as the preview carries it
    assert setsheets.differences(draft, reading.draft) == []


def test_a_new_set_is_written_whole_with_one_entry(rich, cast):
    draft = sets.read_workbook(changed(rich, (SET, "A2", "moi"), (SET, "D2", date(2019, 1, 1)), (SET, "H2", "Bỏ phần lẻ"), (SET, "I2", 1))).draft
    taken = sets.take(draft=draft, actor=cast.officer)
    assert selectors.draft_of(taken) == draft
    assert (taken.valid_from, taken.rounding, taken.places) == (date(2019, 1, 1), Rounding.DOWN, 1)
    assert CriteriaSet.objects.count() == 2
    entry = Entry.objects.about("criteria_set", "moi").get()
    assert (entry.act, entry.actor, entry.data["criteria"], entry.data["scale"]) == ("import", cast.officer, 8, "120.00")


FLAWS = [
    ((SET, "A2", "mã có dấu"), "A2", "Mã chỉ gồm chữ không dấu"),
    ((SET, "E2", "01/01/2010"), "E2", "không sau ngày có hiệu lực"),
    ((SET, "D2", "2019"), "D2", "Chỉ có năm"),
    ((CRITERIA, "B3", "XX"), "B3", "Không có tiêu thức mã này"),
    ((CRITERIA, "A4", "CC01"), "A4", "Đã có ở một hàng trên"),
    ((CRITERIA, "E3", "Chấm bừa"), "E3", "Không có trong danh mục"),
    ((CRITERIA, "F3", "hai mươi"), "F3", "Không phải là số"),
    ((CRITERIA, "F3", None), "F3", "Ô bắt buộc đang trống"),
    ((CRITERIA, "F3", 25), "F2", "khác tổng điểm tối đa"),
    ((CRITERIA, "G3", 90), "G3", "chỉ dùng cho tiêu thức tính theo tỷ lệ"),
    ((CRITERIA, "E6", "Chấm điểm"), "A2", "chấm theo mức"),
    ((LEVELS, "B2", 19), "E6", "mức cao nhất bằng điểm tối đa"),
    ((LEVELS, "B2", 25), "B2", "lớn hơn điểm tối đa"),
    ((LEVELS, "B3", 20), "B3", "cùng số điểm"),
    ((THRESHOLDS, "C5", 10), "C5", "Hạng thấp nhất phải từ 0%"),
    ((THRESHOLDS, "C3", 90), "C3", "không thấp hơn ngưỡng"),
    ((CAPS, "A2", "Tốt"), "A2", "không giới hạn gì"),
    ((CAPS, "C2", "CC99"), "C2", "cần mã một tiêu thức"),
    ((CAPS, "B2", "Tổng điểm trừ từ"), "C2", "không nói về riêng tiêu thức nào"),
    ((CAPS, "B2", "Một tiêu thức 0 điểm"), "D2", "không cần mức"),
    ((CAPS, "D2", None), "D2", "cần một mức lớn hơn 0"),
    ((CAPS, "D2", 21), "D2", "vượt quá mức cao nhất"),
]


@pytest.mark.parametrize(("change", "cell", "why"), FLAWS, ids=[why for _change, _cell, why in FLAWS])
def test_every_flaw_names_its_cell_and_its_remedy(rich, change, cell, why):
    flaws = sets.read_workbook(changed(rich, change)).flaws.kept
    assert (cell, True) in [(f"{flaw.column}{flaw.row}", why in flaw.why) for flaw in flaws]
    assert all(flaw.mend for flaw in flaws)


def test_a_workbook_without_a_sheet_of_the_form_says_which(rich):
    book = load_workbook(io.BytesIO(workbook(selectors.draft_of(rich))))
    del book[NAMES[THRESHOLDS]], book[NAMES[CAPS]]
    file = io.BytesIO()
    book.save(file)
    flaws = sets.read_workbook(file.getvalue()).flaws.kept
    assert {flaw.sheet for flaw in flaws if flaw.row == 0} == {NAMES[THRESHOLDS]}


def test_the_preview_tells_what_is_added_removed_and_changed(rich):
    cells = [(CRITERIA, "D3", "Tên mới"), (CRITERIA, "A4", "CC99"), (THRESHOLDS, "C2", 90), (CAPS, "D2", 12)]
    found = setsheets.differences(selectors.draft_of(rich), sets.read_workbook(changed(rich, *cells)).draft)
    told = {(change.sheet, change.column, change.old, change.new) for change in found}
    assert told == {
        ("Tiêu thức", "Tên tiêu thức", "Tiêu thức thành phần 1", "Tên mới"),
        ("Tiêu thức", "", "Chấm điểm, 20", ""),
        ("Tiêu thức", "", "", "Chấm điểm, 20"),
        ("Xếp loại", "Từ (%)", "85", "90"),
        ("Giới hạn", "", "Trung bình", ""),
        ("Giới hạn", "", "", "Trung bình"),
    }


def test_an_unused_set_is_replaced_and_a_used_one_is_not(rich, place, year, cast):
    draft = sets.read_workbook(changed(rich, (CRITERIA, "D3", "Tên mới"))).draft
    sets.take(draft=draft, actor=cast.officer)
    assert CriteriaSet.objects.get().criteria.get(code="CC01").title == "Tên mới"
    make_forms(year)
    other = sets.read_workbook(changed(CriteriaSet.objects.get(), (CRITERIA, "D3", "Tên khác"))).draft
    with pytest.raises(Used):
        sets.take(draft=other, actor=cast.officer)
    assert CriteriaSet.objects.get().criteria.get(code="CC01").title == "Tên mới"


def test_rows_that_no_set_can_mean_are_not_written_even_when_no_file_told_them(rich, cast):
    draft = selectors.draft_of(rich)
    draft[SET][0]["code"] = "moi"
    draft[THRESHOLDS].pop()
    with pytest.raises(Unfit):
        sets.take(draft=draft, actor=cast.officer)
    assert CriteriaSet.objects.count() == 1


# What each kind takes, at the service and in the database.


@pytest.fixture
def form(rich, place, year):
    return make_forms(year)["03124"]


def save(form, actor, code, points=None, words="", **more):
    change = Change(code, None if points is None else Decimal(points), words, form.answers.get(criterion__code=code).version, **more)
    return services.save_points(assessment=form, stage=Stage.SELF, changes=[change], actor=actor)


def test_bonuses_and_penalties_are_no_part_of_the_scale(form):
    assert form.max_points == 120


@pytest.mark.parametrize(
    ("code", "typed"),
    [
        ("CC04", {"points": "15"}),  # between two levels
        ("CC05", {"ratio": (Decimal(1), Decimal(0))}),
        ("CC06", {"points": "21"}),
        ("CC01", {"na": True}),  # the set does not know it there
        ("CC08", {"na": True, "points": "3"}),
    ],
)
def test_what_a_kind_cannot_take_is_refused_and_nothing_saved(form, cast, code, typed):
    with pytest.raises(ValueError, match=r"CC|ratio"):
        save(form, cast.entry, code, **typed)
    assert not Answer.objects.exclude(self_points=None, self_na=False).exists()


def test_each_kind_is_saved_with_an_entry_that_tells_it(form, cast):
    save(form, cast.entry, "CC04", "10")
    save(form, cast.entry, "CC05", ratio=(Decimal(19), Decimal(40)))
    save(form, cast.entry, "CC08", words="Không có chợ.", na=True)
    told = {entry.data["criterion"]: (entry.data["to"], entry.data.get("ratio")) for entry in Entry.objects.about("assessment", form.key)}
    assert told == {"CC04": ("10", None), "CC05": ("10.00", ["19", "40"]), "CC08": ("na", None)}
    save(form, cast.entry, "CC08", "5")  # it applies after all
    answer = form.answers.get(criterion__code="CC08")
    assert (answer.self_points, answer.self_na) == (5, False)


def test_totals_of_lists_follow_the_rule(form, cast):
    for code, points in {"CC01": "20", "CC04": "20", "CC06": "7", "CC07": "9"}.items():
        save(form, cast.entry, code, points)
    save(form, cast.entry, "CC08", na=True)
    row = selectors.assessment_rows(type(form).objects.filter(pk=form.pk)).get()
    assert (row["self_total"], row["appraised_total"]) == (38, None)
    save(form, cast.entry, "CC07", "20")
    save(form, cast.entry, "CC01", "0")
    save(form, cast.entry, "CC04", "0")
    assert selectors.assessment_rows(type(form).objects.filter(pk=form.pk)).get()["self_total"] == 0  # never below


@pytest.mark.parametrize(
    "fields", [{"self_na": True, "self_points": 3}, {"numerator": 3}, {"numerator": 3, "denominator": 0}, {"numerator": -3, "denominator": 3}]
)
def test_the_database_refuses_what_no_kind_means(form, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        form.answers.filter(criterion__code="CC08").update(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": CapKind.CRITERION_ZERO, "value": 3},
        {"kind": CapKind.ANY_BELOW_PCT, "criterion": None, "value": 101},
        {"kind": "invented"},
        {"value": None},
    ],
)
def test_caps_are_a_closed_set_of_kinds(rich, fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Cap.objects.update(**fields)


def test_approval_takes_out_of_the_scale_what_does_not_apply_and_reopening_puts_it_back(form, cast):
    for stage in Stage:
        form.answers.update(**{f"{stage}_points": 10})
        form.answers.filter(criterion__code="CC08").update(**{f"{stage}_points": None, f"{stage}_na": True})
    form.answers.filter(criterion__code="CC08").update(self_note="Không có chợ.")
    for act, actor in (("submit", cast.signatory), ("appraise", cast.appraiser), ("approve", cast.officer)):
        form.refresh_from_db()
        getattr(services, act)(assessment=form, version=form.version, actor=actor)
    form.refresh_from_db()
    assert (form.total, form.max_points) == (50, 100)
    services.reopen(assessment=form, version=form.version, reason="Xem lại", actor=cast.officer)
    assert form.max_points == 120


# Pages.


def test_everybody_reads_a_set_with_its_kinds_classes_caps_rounding_and_mark(rich, cast, django_assert_num_queries):
    text = Visitor(client_of(cast.entry)).open("/criteria/qd-34-2011/")
    for words in (
        "Minh họa, chưa đối chiếu",
        "8 tiêu thức , thang 120 điểm",
        "Mức 20",
        "tối đa từ 95%",
        "được ghi không áp dụng",
        "−20",
        "Không quá hạng trung bình nếu tiêu thức I.4 dưới 10 điểm",
        "lấy 2 chữ số sau dấu phẩy",
    ):
        assert words in text
    assert "Nhập bộ khác" not in text
    client = client_of(cast.officer)
    with django_assert_num_queries(8):
        client.get("/criteria/qd-34-2011/")
    assert client.get("/criteria/khong-co/").status_code == 404


def test_a_flawed_file_shows_every_flaw_and_cannot_be_confirmed(rich, cast):
    client = client_of(cast.officer)
    content = changed(rich, (CRITERIA, "F3", "hai mươi"), (CAPS, "D2", 21))
    answer = client.post("/criteria-import/", {"file": SimpleUploadedFile("bo.xlsx", content)})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "<b>2 lỗi</b>" in page
    assert "Ô F3" in page
    assert "Ô D2" in page
    assert 'name="shown"' not in page


@pytest.mark.parametrize(("content", "words"), [(b"%PDF-1.7", "PDF"), (b"PK\x03\x04junk", "hỏng"), (b"", "rỗng")])
def test_what_is_no_workbook_is_refused_beside_the_field(rich, cast, content, words):
    answer = client_of(cast.officer).post("/criteria-import/", {"file": SimpleUploadedFile("bo.xlsx", content)})
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_what_is_confirmed_is_what_was_shown_to_this_person(rich, cast):
    officer, admin = client_of(cast.officer), client_of(cast.admin)
    content = changed(rich, (SET, "A2", "moi"))
    shown = officer.post("/criteria-import/", {"file": SimpleUploadedFile("bo.xlsx", content)}).context["shown"]
    for client, payload in ((officer, shown[:-2]), (officer, ""), (admin, shown)):
        assert client.post("/criteria-import/take/", {"shown": payload}).status_code == 422
    assert CriteriaSet.objects.count() == 1
    assert officer.post("/criteria-import/take/", {"shown": shown}).url == "/criteria/moi/"
    assert officer.post("/criteria-import/take/", {"shown": shown}).status_code == 302  # a second click
    assert CriteriaSet.objects.count() == 2


def test_a_set_used_between_preview_and_confirmation_stays(rich, cast, place, year):
    client = client_of(cast.officer)
    shown = client.post("/criteria-import/", {"file": SimpleUploadedFile("bo.xlsx", changed(rich, (CRITERIA, "D3", "Tên mới")))}).context["shown"]
    make_forms(year)
    assert client.post("/criteria-import/take/", {"shown": shown}).status_code == 409
    assert not Criterion.objects.filter(title="Tên mới").exists()


# Commands.


def test_the_commands_take_a_set_out_and_in(rich, tmp_path, capsys):
    path = tmp_path / "bo.xlsx"
    call_command("export_criteria", "qd-34-2011", str(path))
    path.write_bytes(changed(rich, (SET, "A2", "moi")))
    call_command("import_criteria", str(path))
    assert "qd-34-2011 → moi" in capsys.readouterr().out
    assert CriteriaSet.objects.count() == 1
    call_command("import_criteria", str(path), "--take")
    assert CriteriaSet.objects.filter(code="moi").exists()
    path.write_bytes(changed(rich, (CRITERIA, "F3", "hai mươi")))
    with pytest.raises(CommandError, match="Ô F3"):
        call_command("import_criteria", str(path), "--take")
    with pytest.raises(CommandError, match="Không có bộ"):
        call_command("export_criteria", "khong-co", str(path))


# The administration.


def fields_of(client, address: str) -> dict[str, str]:
    """What the browser would send back of an administration page, untouched."""
    page = Visitor(client)
    page.open(address)
    return next(form for form in page.page.forms if form.method == "post" and "criteria-TOTAL_FORMS" in form.fields).fields


def test_an_unused_set_is_edited_and_leaves_an_entry(rich, cast):
    client = client_of(cast.admin)
    address = reverse("admin:scoring_criteriaset_change", args=[rich.pk])
    fields = fields_of(client, address)
    assert client.post(address, fields | {"thresholds-0-lower_pct": "88"}).status_code == 302
    assert Threshold.objects.get(grade=Grade.GOOD).lower_pct == 88
    assert [entry.act for entry in Entry.objects.about("criteria_set", rich.code)] == ["revise"]


def test_an_edit_that_no_set_can_mean_is_undone_with_its_reason(rich, cast):
    client = client_of(cast.admin)
    address = reverse("admin:scoring_criteriaset_change", args=[rich.pk])
    answer = client.post(address, fields_of(client, address) | {"thresholds-3-lower_pct": "5"}, follow=True)
    assert "Hạng thấp nhất phải từ 0%" in answer.content.decode()
    assert Threshold.objects.get(grade=Grade.WEAK).lower_pct == 0
    assert not Entry.objects.about("criteria_set", rich.code).exists()


def test_a_used_set_is_only_to_look_at(form, rich, cast):
    client = client_of(cast.admin)
    for address in (
        reverse("admin:scoring_criteriaset_change", args=[rich.pk]),
        reverse("admin:scoring_criterion_change", args=[rich.criteria.get(code="CC04").pk]),
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert 'name="_save"' not in page.content.decode()
        assert client.post(address, {"decision": "Khác"}).status_code == 403


def test_levels_keep_to_their_points(rich):
    level = rich.criteria.get(code="CC04").levels.first()
    level.points = Decimal(-1)
    with pytest.raises(ValidationError):
        level.full_clean()
