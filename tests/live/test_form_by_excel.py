"""A commune's form goes through a real office program: fetched, opened and saved by LibreOffice, filled, saved by it again, sent back."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from communes.reading import read
from scoring import intake, rules, sheets
from scoring.models import Assessment
from scoring.rules import Points, Scoring, Stage
from scoring.sheets import Form, Row
from scoring.workbook import workbook
from tests.factories import fill_in
from tests.live.test_reports_of_a_year import resaved
from tests.sheets import saved

pytestmark = [pytest.mark.live, pytest.mark.embedded, pytest.mark.django_db]


def test_a_form_saved_by_libreoffice_says_what_was_typed_and_nothing_else(forms: dict[str, Assessment], cast, tmp_path):
    form = forms["03124"]
    fill_in(form, Stage.SELF, 17, "14.25", 0)
    form.answers.filter(criterion__code="CC01").update(self_note="=Không phải công thức\nDòng hai")
    untouched = workbook(intake.form_of(form))
    book = load_workbook(io.BytesIO(untouched))
    book[sheets.FORM]["E7"], book[sheets.FORM]["E8"], book[sheets.FORM]["F8"] = "12,5", 3.75, "Đã làm.\nCòn tiếp."

    found = {name: read(content) for name, content in resaved({"untouched": untouched, "filled": saved(book)}, tmp_path).items()}
    uploads = {name: intake.receive(assessment=form, name=name, content=name.encode(), actor=cast.entry) for name in found}
    for name, upload in uploads.items():
        reading = intake.check(upload=upload, found=found[name])
        assert (reading.refused, reading.flaws.kept, reading.warnings.kept) == ("", [], [])
    unchanged, steps = intake.steps(uploads["untouched"], form), intake.steps(uploads["filled"], form)
    taken = intake.take_form(upload=uploads["filled"], assessment=form, seen=sheets.seen(steps), decided={}, actor=cast.entry)

    assert (unchanged, taken) == ([], 2)
    assert [answer.self_points for answer in form.answers.order_by("criterion__position")] == [Decimal(17), Decimal("12.5"), Decimal("3.75")]
    assert form.answers.get(criterion__code="CC03").self_note == "Đã làm.\nCòn tiếp."


def test_the_running_total_of_the_sheet_is_that_of_the_rules(tmp_path):
    rows = [
        Row("CC01", "I.1", "Tiêu thức 1", Decimal(20)),
        Row("CC02", "I.2", "Tiêu thức 2", Decimal(20), may_not_apply=True),
        Row("CC03", "II.1", "Thưởng", Decimal(5), scoring=Scoring.BONUS),
        Row("CC04", "II.2", "Trừ", Decimal(10), scoring=Scoring.PENALTY),
    ]
    form = Form(("03124", "Phường Noong Bua"), ("2018-Y", "năm 2018"), ("qd34-2018", "Quyết định 34"), 1, rows)
    typed = {  # points, whether CC02 does not apply
        "all": ((18, "17.5", 3, "4.25"), False),
        "bonus-above-the-scale": ((20, 20, 5, None), False),
        "not-applicable": ((19, None, 4, 2), True),
        "more-lost-than-earned": ((3, None, None, 10), False),
    }
    sent = {}
    for name, (points, na) in typed.items():
        book = load_workbook(io.BytesIO(workbook(form)))
        for number, value in enumerate(points, start=sheets.HEAD + 1):
            book[sheets.FORM][f"E{number}"] = None if value is None else float(value)
        book[sheets.FORM][f"G{sheets.HEAD + 2}"] = str(sheets.YES) if na else None
        sent[name] = saved(book)

    for name, content in resaved(sent, tmp_path).items():
        points, na = typed[name]
        entered = [
            Points(row.code, row.maximum, None if value is None else Decimal(str(value)), scoring=row.scoring)
            for row, value in zip(rows, points, strict=True)
            if not (na and row.may_not_apply)
        ]
        sheet = load_workbook(io.BytesIO(content), data_only=True)[sheets.FORM]
        shown = [Decimal(str(sheet[f"{column}{sheets.HEAD - 1}"].value)) for column in "DE"]
        assert shown == [rules.scale(entered), rules.total(entered, Stage.SELF)], name
