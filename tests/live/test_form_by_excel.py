"""A commune's form goes through a real office program: fetched, opened and saved by LibreOffice, filled, saved by it again, sent back."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from communes.reading import read
from scoring import intake, sheets
from scoring.models import Assessment
from scoring.rules import Stage
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
