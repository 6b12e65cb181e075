"""All forty targets of the illustrative year against a recount: the plan's own file and the raw rows, by plain loops, without SQL or rules of the portal.

The recount reads plan2018/data/targets.csv for what is asked, and rows as they are in the tables for what is so. It shares no code with the fill.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from communes.models import Office, Official, Profile, Unit
from plan2018.models import Dialogue, Observation, Period, WorkingRules
from reports import selectors
from reports.models import Figure, Metric, Report
from scoring.models import Assessment, Support, Title

PLAN = Path(__file__).parents[2] / "plan2018" / "data" / "targets.csv"
YES_NO = {
    "TG06": "working_rules.kept",
    "TG07": "coordination.kept",
    "TG08": "discipline.kept",
    "TG13": "renewal",
    "TG16": "democracy.kept",
    "TG17": "mobilisation",
    "TG24": "working_rules.kept",
    "TG36": "edocuments",
}
COUNTED = {
    "TG09": "officials.conduct",
    "TG10": "officials.reception",
    "TG11": "officials.hours",
    "TG12": "officials.study",
    "TG14": "procedures.posted",
    "TG15": "procedures.on_time",
    "TG18": "officials.ethics",
    "TG21": "officials.mobilising",
    "TG22": "officials.loyalty",
}
GRADES = {"TG02": "good", "TG03": "fair", "TG04": "average", "TG05": "weak"}

Parts = list[tuple[int, int]]
"""(numerator, denominator) of every commune that has a figure."""


@cache
def raw(model: Any, *related: str) -> list[Any]:
    """All rows of a table as the illustrative year has them: read once, for no test of this file changes them."""
    return list(model.objects.select_related(*related))


def held_on(row: Official | Office | Profile, day: date) -> bool:
    return row.since <= day and (row.until is None or row.until > day)


def officials(communes: set[int], day: date) -> dict[int, list[Official]]:
    """Cadres and civil servants of each commune on this day."""
    found = defaultdict(list)
    for one in raw(Official):
        if one.unit_id in communes and one.kind != "part_time" and held_on(one, day):
            found[one.unit_id].append(one)
    return found


def meets(one: Official) -> bool:
    """Section III.4, said once more: cadres need intermediate training and elementary theory, civil servants what their recruitment asks for."""
    if one.kind == "cadre":
        return one.qualification >= 2 and one.theory >= 1
    return one.education >= 3 and one.qualification >= 2 and one.declared_gaps == ""


def of_roster(communes: set[int], day: date, condition: Callable[[Official], bool], only: set[int] | None = None) -> Parts:
    rosters = officials(communes if only is None else communes & only, day)
    return [(sum(map(condition, people)), len(people)) for people in rosters.values()]


def of_register(rows: Iterable[Office | Profile], communes: set[int], day: date, condition: Callable[..., bool]) -> Parts:
    return [(int(condition(row)), 1) for row in rows if row.unit_id in communes and held_on(row, day)]


def of_reports(communes: set[int], period: Period, code: str) -> Parts:
    """What communes reported, unless their district's accepted report says otherwise."""
    found = {}
    for row in raw(Observation, "indicator"):
        if row.period_id == period.pk and row.indicator.code == code and row.unit_id in communes:
            found[row.unit_id] = (row.numerator, row.denominator)
    for row in raw(Figure, "indicator", "report"):
        counts = row.report.period_id == period.pk and (row.report.kind, row.report.state) == ("period", "accepted")
        if counts and row.indicator.code == code and row.unit_id in communes:
            found[row.unit_id] = (row.numerator, row.denominator)
    return list(found.values())


def quarters(communes: set[int], period: Period) -> dict[tuple[int, int], int]:
    """Days of district staff by commune and quarter."""
    days: dict[tuple[int, int], int] = defaultdict(int)
    for row in raw(Support):
        if row.mode == "down" and row.withdrawn_at is None and row.unit_id in communes and period.starts_on <= row.starts_on <= period.ends_on:
            days[row.unit_id, (row.starts_on.month + 2) // 3] += row.days
    return days


def recount(code: str, period: Period, area: Unit) -> tuple[Fraction, Fraction, Fraction] | None:  # noqa: PLR0911 - one line a target
    """(numerator, denominator, actual) of a target in an area: percent for shares, a number for counts, days for TG37. None: no data."""
    communes = {unit.pk for unit in raw(Unit) if unit.level == "commune" and (area.level == "province" or area.pk in (unit.pk, unit.parent_id))}
    day = period.ends_on
    if code in {"TG39", "TG40"}:
        kind = "half" if code == "TG39" else "year"
        of_kind = Period.objects.get(plan=period.plan, kind=kind)
        if of_kind.due_on > period.due_on or area.level == "commune":
            return None
        districts = [unit for unit in Unit.objects.filter(level="district") if area.level == "province" or unit.pk == area.pk]
        on_time = [unit for unit in districts if Report.objects.filter(unit=unit, period=of_kind, late=False).exists()]
        return Fraction(len(on_time)), Fraction(len(districts)), Fraction(len(on_time))
    if code == "TG01" or code in GRADES:
        approved = [form for form in raw(Assessment) if (form.period_id, form.state) == (period.pk, "approved") and form.unit_id in communes]
        if not approved or (code == "TG01" and period.kind == "half"):
            return None
        if code == "TG01":
            titled = set(Title.objects.filter(year=period.plan.year).values_list("unit_id", flat=True))
            count = len(titled & communes)
        else:
            count = sum(form.grade == GRADES[code] for form in approved)
        return Fraction(count), Fraction(len(communes)), Fraction(count)
    if code == "TG37":
        days = quarters(communes, period)
        if not days:
            return None
        return Fraction(sum(one >= 15 for one in days.values())), Fraction(len(days)), Fraction(min(days.values()))
    parts = _parts(code, communes, period, day)
    numerator, denominator = sum(part[0] for part in parts), sum(part[1] for part in parts)
    return (Fraction(numerator), Fraction(denominator), Fraction(100 * numerator, denominator)) if denominator else None


def _parts(code: str, communes: set[int], period: Period, day: date) -> Parts:
    pilots = {row.unit_id for row in raw(Profile) if row.ntm_pilot and held_on(row, day)}
    held = {row.unit_id for row in raw(Dialogue) if row.withdrawn_at is None and period.starts_on <= row.held_on <= day}
    offices, profiles = raw(Office), raw(Profile)
    outstanding = [row for row in raw(WorkingRules) if row.outstanding and row.withdrawn_at is None and row.unit_id in communes]
    by_code: dict[str, Callable[[], Parts]] = {
        **{one: lambda one=one: of_reports(communes, period, YES_NO[one]) for one in YES_NO},
        **{one: lambda one=one: of_reports(communes, period, COUNTED[one]) for one in COUNTED},
        "TG19": lambda: of_roster(communes, day, lambda one: one.qualification >= 2),
        "TG28": lambda: of_roster(communes, day, lambda one: one.qualification >= 2),
        "TG20": lambda: of_roster(communes, day, lambda one: one.theory >= 1),
        "TG29": lambda: of_roster(communes, day, lambda one: one.theory >= 1),
        "TG26": lambda: of_roster(communes, day, meets),
        "TG27": lambda: of_roster(communes, day, meets, pilots),
        "TG23": lambda: [(int(row.issued_on is not None and row.issued_on <= date(2018, 3, 31)), 1) for row in outstanding],
        "TG25": lambda: of_register(profiles, communes, day, lambda row: row.suggestion_box and row.feedback_telephone != ""),
        "TG30": lambda: of_register(offices, communes, day, lambda row: row.construction == "solid"),
        "TG31": lambda: of_register(offices, communes, day, lambda row: row.floor_area >= row.norm_area),
        "TG32": lambda: of_register(offices, communes, day, lambda row: row.internet_computers >= 1),
        "TG33": lambda: of_register(offices, communes, day, lambda row: row.printers >= 1),
        "TG34": lambda: of_register(offices, communes, day, lambda row: row.copiers >= 1),
        "TG35": lambda: of_register(offices, communes, day, lambda row: row.telephone != ""),
        "TG38": lambda: [(int(unit in held), 1) for unit in communes] if held else [],
    }
    return by_code[code]()


def asked() -> dict[str, tuple[str, Fraction]]:
    """What the plan's own file asks for: code -> (operator, value)."""
    with PLAN.open(encoding="utf-8", newline="") as file:
        return {row["code"]: (row["operator"], Fraction(row["value"])) for row in csv.DictReader(file)}


COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": lambda actual, value: actual >= value,
    ">": lambda actual, value: actual > value,
    "=": lambda actual, value: actual == value,
    "<": lambda actual, value: actual < value,
    "<=": lambda actual, value: actual <= value,
}


@pytest.mark.parametrize("period_code", ["2018-H1", "2018-Y"])
@pytest.mark.parametrize("unit_code", ["11", "094", "101", "03127", "03316"])
def test_every_target_has_the_figure_of_an_independent_recount(loaded: None, period_code: str, unit_code: str) -> None:
    period, area = Period.objects.get(code=period_code), Unit.objects.get(code=unit_code)
    rows = {row["code"]: row for row in selectors.targets(period, area)}

    for code, (operator, value) in asked().items():
        expected, row = recount(code, period, area), rows[code]
        assert row["source"], code
        if expected is None:
            assert (row["actual"], row["met"]) == (None, None), code
            continue
        numerator, denominator, actual = expected
        assert (row["numerator"], row["denominator"]) == (numerator, denominator), code
        assert abs(Fraction(row["actual"]) - actual) < Fraction(1, 10**20), code
        if area.level == "province":
            assert row["met"] is COMPARE[operator](actual, value), code


def test_all_forty_have_an_actual_in_the_year(loaded: None) -> None:
    rows = selectors.targets(Period.objects.get(code="2018-Y"), Unit.objects.get(code="11"))

    assert len(rows) == 40
    assert [row["code"] for row in rows if row["actual"] is None] == []


def test_the_two_clauses_that_disagree_get_a_verdict_each(loaded: None) -> None:
    rows = {row["code"]: row for row in selectors.targets(Period.objects.get(code="2018-Y"), Unit.objects.get(code="11"))}

    assert (rows["TG19"]["numerator"], rows["TG19"]["needed"], rows["TG19"]["met"]) == (2569, 2577, False)
    assert (rows["TG28"]["numerator"], rows["TG28"]["needed"], rows["TG28"]["met"]) == (2569, 2562, True)
    assert (rows["TG20"]["gap"], rows["TG20"]["met"], rows["TG29"]["gap"], rows["TG29"]["met"]) == (-1, False, 0, True)


def test_the_province_is_the_sum_of_its_districts_and_these_of_their_communes(loaded: None) -> None:
    period, province = Period.objects.get(code="2018-Y"), Unit.objects.get(code="11")
    whole = {row["code"]: row for row in selectors.targets(period, province)}
    added: dict[str, int] = defaultdict(int)
    for unit in Unit.objects.filter(level="district"):
        for row in selectors.targets(period, unit):
            if row["numerator"] is not None:
                added[row["code"]] += row["numerator"]

    assert {code: row["numerator"] for code, row in whole.items()} == added


@pytest.mark.parametrize("period_code", ["2018-H1", "2018-Y"])
def test_the_sums_of_a_district_are_those_of_the_version_that_it_filed_once_the_province_accepted_it(loaded: None, period_code: str) -> None:
    accepted = list(Report.objects.filter(period__code=period_code, state="accepted").select_related("unit", "period"))
    assert len(accepted) >= 7

    for report in accepted:
        sums: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for key, (numerator, denominator, _cell) in report.versions.latest("number").content["figures"].items():
            indicator = key.partition("/")[2]
            sums[indicator][0] += numerator
            sums[indicator][1] += denominator
        rows = Metric.objects.filter(period=report.period, unit=report.unit, indicator__in=sums)
        assert {row.indicator: [row.numerator, row.denominator] for row in rows} == sums


def test_what_a_district_put_right_counts_only_when_its_report_is_accepted(loaded: None) -> None:
    accepted = other = 0
    for figure in Figure.objects.filter(indicator__code="procedures.on_time").select_related("report"):
        said = Observation.objects.get(period=figure.report.period_id, unit=figure.unit_id, indicator=figure.indicator_id)
        counted = Metric.objects.get(period=figure.report.period_id, unit=figure.unit_id, indicator="procedures.on_time")
        before_all = figure if figure.report.state == "accepted" else said
        assert (counted.numerator, counted.denominator) == (before_all.numerator, before_all.denominator)
        accepted += figure.report.state == "accepted" and said.numerator != figure.numerator
        other += figure.report.state != "accepted"

    assert accepted > 0
    assert other > 0
