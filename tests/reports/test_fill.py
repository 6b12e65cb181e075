"""A fill against a naive recomputation on random data; twice and four at once; its statements do not grow with the communes."""

import random
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.rules import Role
from communes.rules import Level
from plan2018.models import Dialogue, Period, WorkingRules
from reports import selectors, services
from reports.models import Metric, Report, Standing
from scoring.models import Answer, Assessment, Support, Title
from scoring.rules import Grade, Stage, State
from scoring.selectors import form, tally_of
from tests.factories import (
    Place,
    UnitFactory,
    bring_to,
    make_criteria_set,
    make_forms,
    make_indicator,
    make_period,
    make_province,
    make_target,
    make_user,
)

pytestmark = pytest.mark.django_db


def a_random_year(seed: int, communes: int = 12) -> Period:  # noqa: C901 - a stage is long
    """A province of four districts with forms in every state, as rows (not by the services under test)."""
    dice = random.Random(seed)
    place = make_province()
    districts = [*place.districts, *(UnitFactory(code=f"09{n}", level=Level.DISTRICT, full_name=f"Huyện {n}", parent=place.province) for n in (6, 7))]
    for n in range(communes):
        UnitFactory(code=f"05{n:03}", level=Level.COMMUNE, full_name=f"Xã {n}", parent=dice.choice(districts))
    make_criteria_set()
    year = make_period("2018-Y")
    officer = make_user(Role.PROVINCE_OFFICER, place.province)
    for code, operator, value in (("TG01", ">=", 3), ("TG02", ">=", 2), ("TG03", ">", 4), ("TG04", "<", 3), ("TG05", "=", 0), ("TG40", "=", 4)):
        make_target(year.plan, code, operator, value)
    for assessment in make_forms(year).values():
        state = dice.choice(list(State))
        for answer in assessment.answers.all():
            answer.final_points = Decimal(dice.randint(0, 80)) / 4
            answer.save()
        submitted = state != State.DRAFT
        assessment.state = state
        assessment.first_submitted_at = year.due_moment if submitted else None
        assessment.late = dice.random() < 0.3 if submitted else None
        if state == State.APPROVED:
            result = tally_of(assessment, form(assessment), Stage.FINAL).result
            assessment.total, assessment.grade, assessment.approved_at = result.total, result.grade, year.due_moment
            if dice.random() < 0.5:
                Title.objects.create(unit=assessment.unit, year=2018, decision_number="1/QĐ-UBND", decided_on=year.ends_on, entered_by=officer)
        assessment.save()
    for district in districts:
        if dice.random() < 0.7:
            late = dice.random() < 0.5
            Report.objects.create(
                period=year, unit=district, number="1/BC", dated=year.ends_on, filed_at=year.due_moment, filed_by=officer, late=late
            )
    return year


def recomputed(period: Period) -> dict[tuple[str, str], tuple[Decimal, ...]]:  # noqa: C901 - plain loops on purpose
    """The same figures by loops over rows, slowly and plainly: (unit code, indicator) -> (numerator, denominator, low, high)."""
    figures: dict[tuple[str, str], list[Decimal | None]] = defaultdict(lambda: [Decimal(0), Decimal(0), None, None])

    def add(code: str, indicator: str, numerator: Decimal | int, denominator: Decimal | int, *, extreme: Decimal | None = None) -> None:
        row = figures[code, indicator]
        row[0] += Decimal(numerator)
        row[1] += Decimal(denominator)
        if extreme is not None:
            row[2] = extreme if row[2] is None else min(row[2], extreme)
            row[3] = extreme if row[3] is None else max(row[3], extreme)

    forms = list(Assessment.objects.filter(period=period).select_related("unit__parent__parent"))
    with_result = {form.unit.parent.parent_id for form in forms if form.state == State.APPROVED}
    titled = set(Title.objects.values_list("unit_id", flat=True)) if period.kind == Period.YEAR else set()
    for one in forms:
        district, province = one.unit.parent, one.unit.parent.parent
        for code in (district.code, province.code):
            sent = one.first_submitted_at is not None
            add(code, "submitted", sent, 1)
            add(code, "on_time", sent and not one.late, 1)
            add(code, "late", sent and one.late, 1)
            add(code, "missing", not sent, 1)
            for state in State:
                add(code, f"state.{state}", one.state == state, 1)
            if province.pk in with_result:
                for grade in Grade:
                    add(code, f"grade.{grade}", one.grade == grade, 1)
                add(code, "title", one.unit_id in titled, 1)
            if one.state == State.APPROVED:
                add(code, "score", one.total, one.max_points, extreme=one.total)
                for answer in Answer.objects.filter(assessment=one).select_related("criterion"):
                    add(code, f"criterion.{answer.criterion.code}", answer.final_points, 1, extreme=answer.final_points)
    districts = {one.unit.parent for one in forms}
    for district in districts:
        report = Report.objects.filter(period=period, unit=district).first()
        for code in (district.code, district.parent.code):
            add(code, "report.filed", report is not None, 1)
            add(code, "report.on_time", report is not None and not report.late, 1)
            add(code, "report.late", report is not None and report.late, 1)
            add(code, "report.missing", report is None, 1)
    return {key: tuple(row) for key, row in figures.items()}


def stored(period: Period) -> dict[tuple[str, str], tuple[Decimal, ...]]:
    rows = Metric.objects.filter(period=period).exclude(indicator__startswith="target.").select_related("unit")
    return {(row.unit.code, row.indicator): (row.numerator, row.denominator, row.low, row.high) for row in rows}


def test_a_class_is_counted_out_of_all_communes_of_the_province(forms: dict[str, Assessment], year: Period) -> None:
    bring_to(forms["03124"], State.APPROVED, 17)

    services.fill(year)

    assert stored(year)["11", "grade.good"][:2] == (1, 4)
    assert stored(year)["095", "grade.good"][:2] == (0, 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_fill_equals_a_plain_recount(seed: int) -> None:
    year = a_random_year(seed)

    services.fill(year)

    assert stored(year) == recomputed(year)


def test_every_share_is_its_numerator_over_its_denominator() -> None:
    year = a_random_year(7)

    services.fill(year)

    for row in Metric.objects.filter(period=year).exclude(indicator__startswith="target."):
        factor = 1 if row.indicator.startswith("criterion.") else 100
        assert abs(row.value - factor * row.numerator / row.denominator) <= Decimal("0.00006"), row


def test_a_district_is_the_sum_of_its_communes_for_every_figure() -> None:
    year = a_random_year(3)
    services.fill(year)

    for district in {one.unit.parent for one in Assessment.objects.select_related("unit__parent")}:
        parts: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for commune in district.children.all():
            for row in selectors.rollup_rows(year, commune):
                parts[row["indicator"]][0] += row["numerator"]
                parts[row["indicator"]][1] += row["denominator"]
        for row in selectors.rollup_rows(year, district):
            if not row["indicator"].startswith(("report.", "grade.", "title")):
                assert parts[row["indicator"]] == [row["numerator"], row["denominator"]], row
            elif not row["indicator"].startswith("report."):
                assert parts[row["indicator"]][0] == row["numerator"], row


def test_ranks_are_competition_ranks() -> None:
    year = a_random_year(11, communes=40)
    services.fill(year)

    totals = sorted(Assessment.objects.filter(state=State.APPROVED).values_list("total", flat=True), reverse=True)

    for row in Standing.objects.filter(period=year):
        assert row.rank == totals.index(row.total) + 1


def test_targets_get_the_verdict_of_the_province() -> None:
    year = a_random_year(5)
    services.fill(year)
    expected = recomputed(year)

    rows = {row["code"]: row for row in selectors.targets(year, year.assessments.first().unit.parent.parent)}

    assert rows["TG02"]["actual"] == expected["11", "grade.good"][0]
    assert rows["TG02"]["met"] is (expected["11", "grade.good"][0] >= 2)
    assert rows["TG03"]["met"] is (expected["11", "grade.fair"][0] > 4)
    assert rows["TG05"]["met"] is (expected["11", "grade.weak"][0] == 0)
    assert rows["TG01"]["numerator"] == expected["11", "title"][0]
    assert rows["TG40"]["actual"] == expected["11", "report.on_time"][0]


def test_before_anything_is_approved_there_is_no_data_rather_than_zero(forms: dict, year: Period) -> None:
    services.fill(year)

    assert not Metric.objects.filter(indicator__startswith="grade.").exists()
    assert not Metric.objects.filter(indicator__startswith="criterion.").exists()
    assert not Standing.objects.exists()


def test_filling_twice_gives_the_same_rows() -> None:
    year = a_random_year(2)

    services.fill(year)
    first = list(Metric.objects.order_by("pk").values()), list(Standing.objects.order_by("pk").values())
    services.fill(year)

    assert (list(Metric.objects.order_by("pk").values()), list(Standing.objects.order_by("pk").values())) == first


def test_a_half_year_has_no_titles_and_no_data_for_their_target(place: Place, half: Period) -> None:
    make_target(half.plan, "TG01", ">=", 3)
    bring_to(make_forms(half)["03124"], State.APPROVED, 17)

    services.fill(half)

    assert not Metric.objects.filter(indicator__in=["title", "target.TG01"]).exists()
    assert Metric.objects.filter(indicator="grade.good").exists()


@pytest.mark.django_db(transaction=True)
def test_four_fills_at_once_give_the_same_rows_as_one() -> None:
    year = a_random_year(2)
    services.fill(year)
    alone = stored(year)

    def fill_in_a_thread(_n: int) -> None:
        services.fill(Period.objects.select_related("plan").get(pk=year.pk))
        connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fill_in_a_thread, range(4)))

    assert stored(year) == alone


def test_the_number_of_statements_does_not_grow_with_the_communes() -> None:
    year = a_random_year(1, communes=2)
    services.fill(year)
    with CaptureQueriesContext(connection) as few:
        services.fill(year)
    district = year.assessments.first().unit.parent
    for n in range(30):
        UnitFactory(code=f"06{n:03}", level=Level.COMMUNE, full_name=f"Xã thêm {n}", parent=district)
    make_forms(year)

    with CaptureQueriesContext(connection) as many:
        services.fill(year)

    assert len(many) == len(few) <= 24


def test_a_period_is_stale_when_its_ledger_moved_on(forms: dict, year: Period) -> None:
    services.fill(year)
    assert selectors.stale_periods() == []

    bring_to(forms["03124"], State.SUBMITTED, 17)
    assert selectors.stale_periods() == [year]

    services.fill(year)
    assert selectors.stale_periods() == []


def test_a_withdrawn_line_of_a_register_counts_nowhere(place, forms, year, cast):
    for code in ("working_rules.issued", "dialogue", "support.days"):
        make_indicator(year.plan, code)
    own = {"unit": place.commune, "recorded_at": timezone.now(), "recorded_by": cast.signatory}
    lines = [
        WorkingRules.objects.create(**own, outstanding=True, issued_on=date(2018, 3, 20)),
        Dialogue.objects.create(**own, held_on=date(2018, 12, 5), attendees=90, opinions=4, answered=4),
        Support.objects.create(**own, staff="Phòng Nội vụ", starts_on=date(2018, 4, 2), ends_on=date(2018, 4, 30), days=15),
    ]
    services.fill(year)
    before = set(Metric.objects.filter(unit=place.commune).values_list("indicator", flat=True))

    for line in lines:
        type(line).objects.filter(pk=line.pk).update(withdrawn_at=timezone.now(), withdrawal="Ghi nhầm xã")
    services.fill(year)

    after = set(Metric.objects.filter(unit=place.commune).values_list("indicator", flat=True))
    assert before - after == {"working_rules.issued", "dialogue", "support.days"}


def test_what_does_not_apply_to_a_commune_is_out_of_its_scale_its_rank_and_the_mean(place, year):
    """17, 17 of 40 and 17, 17, 16 of 60: the first stands higher with fewer points, and no zero enters the mean of the third criterion."""
    forms = make_forms(year)
    for code, points in (("03124", (17, 17, None)), ("03127", (17, 17, 16))):
        form_ = forms[code]
        for answer, value in zip(form_.answers.order_by("criterion__position"), points, strict=True):
            answer.final_points, answer.final_na = value, value is None
            answer.save()
        result = tally_of(form_, form(form_), Stage.FINAL).result
        form_.state, form_.approved_at, form_.grade = State.APPROVED, year.due_moment, result.grade
        form_.total, form_.max_points = result.total, result.max_total
        form_.save()

    services.fill(year)

    standings = Standing.objects.order_by("rank").values_list("rank", "unit__code", "total", "max_total", "grade")
    assert list(standings) == [(1, "03124", 34, 40, Grade.GOOD), (2, "03127", 50, 60, Grade.FAIR)]
    mean = Metric.objects.get(period=year, unit=place.district, indicator="criterion.CC03")
    assert (mean.numerator, mean.denominator, mean.value, mean.low, mean.parts) == (16, 1, 16, 16, 1)
