"""The annexes of the whole illustrative province: cell by cell the figures of the edition, and every formula worked out again."""

from copy import deepcopy
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from communes.models import Unit
from plan2018.models import Period
from reports import annex, editions
from tests.formulas import worth
from tests.reports.test_annex import formulas, opened, rows

GRADES = {"good": "Tốt", "fair": "Khá", "average": "Trung bình", "weak": "Yếu"}


@pytest.fixture(params=["2018-H1", "2018-Y"])
def content(request, loaded) -> dict[str, Any]:
    return deepcopy(snapshot(request.param))


@cache
def snapshot(period: str) -> dict[str, Any]:
    """The edition of the illustrative year, made once: every test of this file has the same rows."""
    return editions.snapshot(Period.objects.select_related("plan").get(code=period))


@pytest.fixture
def books(content):
    return opened(written(content))


def written(content: dict[str, Any]) -> bytes:
    cover = annex.Cover(number=1, final=True, made_at=datetime(2019, 1, 25, 7, 5, tzinfo=UTC), digest="0" * 64)
    return annex.write(annex.read(content), cover)


def number(text: str | None) -> Any:
    return None if text is None else pytest.approx(float(Decimal(text)), rel=1e-12)


def triple(figure: list[Any] | None, *, lowest: bool) -> list[Any]:
    """What stands in the three columns of an indicator."""
    if figure is None:
        return [None] * 3
    over, under, low = figure[0], figure[1], figure[3]
    return [number(over), number(under), number(low) if lowest else pytest.approx(100 * float(over) / float(under))]


def test_every_cell_is_the_figure_of_the_edition(content, books):
    values = books[1]
    units = {unit["code"]: unit for unit in content["units"]}
    province, districts = content["units"][0]["code"], [code for code, unit in units.items() if unit["level"] == "district"]
    asked = [row for row in content["indicators"] if row["source"] not in annex.ELSEWHERE]
    figures = {
        code: [cell for row in asked for cell in triple(content["figures"].get(code, {}).get(row["code"]), lowest=row["combine"] == "lowest")]
        for code in units
    }

    assert len(values.sheetnames) == 4 + len(districts) == 14
    for place, district in enumerate(districts, start=4):
        listed = {row[1]: row for row in rows(values, values.sheetnames[place]) if row[1]}
        for code, unit in units.items():
            if unit["parent"] == district:
                result = content["standings"].get(code, [None, None, None, "", False])
                begins = [number(result[1]), GRADES.get(result[3]), "x" if result[4] else None]
                assert listed[unit["full_name"]][2:] == [*begins, *figures[code]], unit
        assert listed["Cộng"][5:] == figures[district]
        [row] = [row for row in rows(values, "IV. Các huyện") if row[1] == units[district]["full_name"]]
        assert row[3:] == figures[district]
    assert next(row for row in rows(values, "IV. Các huyện") if row[1] == "Cộng")[3:] == figures[province]


def test_the_targets_are_those_of_the_edition(content, books):
    listed = {row[1]: row for row in rows(books[1], "I. Chỉ tiêu") if row[1]}
    districts = [unit["code"] for unit in content["units"] if unit["level"] == "district"]
    parts = {code: {row["code"]: row for row in content["targets"][code]} for code in districts}

    targets = content["targets"][content["units"][0]["code"]]
    assert len(targets) == 40
    for target in targets:
        row = listed[target["code"]]
        assert row[2:4] == [target["name"], target["clause"]]
        assert [row[5], *row[7:11]] == [number(target[name]) for name in ("value", "numerator", "denominator", "actual", "gap")], target
        assert row[12] == {True: "Đạt", False: "Chưa đạt", None: "Chưa có số liệu"}[target["met"]]
        assert row[13:] == [number(parts[code][target["code"]]["actual"]) for code in districts], target


def test_the_ranking_and_the_classes_are_those_of_the_edition(content, books):
    units = {unit["code"]: unit for unit in content["units"]}
    figures = content["figures"]
    ranked = [row for row in rows(books[1], "II. Xếp hạng") if isinstance(row[0], int | float)]

    assert sorted((row[1], row[2], row[0]) for row in ranked) == sorted(
        (units[code]["full_name"], units[units[code]["parent"]]["full_name"], result[0]) for code, result in content["standings"].items()
    )
    for code, unit in units.items():
        if unit["level"] != "commune":
            [row] = [row for row in rows(books[1], "III. Xếp loại") if row[1] == ("Cộng" if unit["level"] == "province" else unit["full_name"])]
            assert row[3:7] == [number(figures[code].get(f"grade.{grade}", [None])[0]) for grade in GRADES]
            assert row[8] == number(figures[code].get("title", [None])[0])
            assert row[2] == sum(row[3:8])


def test_every_formula_gives_the_figure_of_the_edition(books):
    found = list(formulas(books[0]))

    assert len(found) > 4000
    for sheet, name in found:
        assert worth(books[0], sheet, name) == pytest.approx(books[1][sheet][name].value, rel=1e-12), (sheet, name)


def test_all_totals_of_the_year_are_formulas(books):
    for sheet in books[0].sheetnames[2:]:
        [row] = [row for row in rows(books[0], sheet) if row[1] == "Cộng"]
        assert {str(cell)[0] for cell in row[2:] if cell is not None} == {"="}, sheet


def test_a_district_has_its_own_annexes(content):
    district = Unit.objects.get(code="099")

    formula, value = opened(written(editions.scoped(content, district)))

    assert formula.sheetnames == ["I. Chỉ tiêu", "II. Xếp hạng", "III. Xếp loại", "IV. Các huyện", "V.1 Tuần Giáo"]
    communes = {unit["full_name"] for unit in content["units"] if unit["parent"] == "099"}
    assert {row[1] for row in rows(value, "II. Xếp hạng") if row[2] == "Huyện Tuần Giáo"} == communes
    for sheet, name in formulas(formula):
        assert worth(formula, sheet, name) == pytest.approx(value[sheet][name].value, rel=1e-12), (sheet, name)
