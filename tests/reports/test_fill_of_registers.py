"""What the registers, the reports of communes and the small registers become in a fill: dated, owed, added up, the lowest of all."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from communes.models import Official
from communes.selectors import REGISTERS
from communes.standards import Qualification
from ledger import services as ledger
from plan2018.models import Dialogue, Observation, Period, WorkingRules
from reports import selectors, services
from reports.models import Metric
from scoring.models import Support
from scoring.services import open_period
from tests.factories import OfficialFactory, Place, ProfileFactory, make_indicator, make_period, make_target

pytestmark = pytest.mark.django_db
SPRING, AUTUMN = date(2018, 3, 30), date(2018, 9, 17)
NOW = {"recorded_at": timezone.now()}


def figure(period: Period, code: str, indicator: str) -> tuple[Decimal, ...] | None:
    """(numerator, denominator, lowest, parts) of a unit."""
    return Metric.objects.filter(period=period, unit__code=code, indicator=indicator).values_list("numerator", "denominator", "low", "parts").first()


@pytest.fixture
def half(year: Period, forms: dict) -> Period:
    """The half-year, in which the communes owe forms too."""
    period = make_period("2018-H1")
    open_period(period)
    return period


def test_the_half_year_keeps_its_figure_when_somebody_learns_something_in_autumn(place: Place, half: Period, year: Period) -> None:
    make_target(year.plan, "TG19", ">", 92, "% officials")
    OfficialFactory(unit=place.commune, since=SPRING)
    learner = OfficialFactory(unit=place.commune, since=SPRING, qualification=Qualification.ELEMENTARY)
    Official.objects.filter(pk=learner.pk).update(until=AUTUMN)
    OfficialFactory(
        unit=place.commune,
        since=AUTUMN,
        person=learner.person,
        full_name=learner.full_name,
        born_on=learner.born_on,
        qualification=Qualification.COLLEGE,
    )

    for period in (half, year):
        services.fill(period)

    assert figure(half, "11", "roster.qualified") == (1, 2, 50, 1)
    assert figure(year, "11", "roster.qualified") == (2, 2, 100, 1)
    row = next(row for row in selectors.targets(year, place.province) if row["code"] == "TG19")
    assert (row["before"], row["before_numerator"], row["actual"]) == (50, 1, 100)


def test_whoever_left_or_was_put_right_on_the_first_day_counts_no_more(place: Place, forms: dict, year: Period) -> None:
    make_indicator(year.plan, "roster.qualified")
    OfficialFactory(unit=place.commune, since=SPRING)
    OfficialFactory(unit=place.commune, since=SPRING, until=AUTUMN)
    OfficialFactory(unit=place.commune, since=SPRING, until=SPRING)

    services.fill(year)

    assert figure(year, "094", "roster.qualified") == (1, 1, 100, 1)


def test_the_non_full_time_are_not_among_cadres_and_civil_servants(place: Place, forms: dict, year: Period) -> None:
    make_indicator(year.plan, "roster.standards")
    OfficialFactory(unit=place.commune, since=SPRING)
    OfficialFactory(unit=place.commune, since=SPRING, title="part_time")

    services.fill(year)

    assert figure(year, "11", "roster.standards")[1] == 1


def test_pilot_communes_alone_count_for_their_target(place: Place, forms: dict, year: Period) -> None:
    make_indicator(year.plan, "roster.standards_pilot")
    for unit, pilot in ((place.commune, True), (place.sibling, False)):
        ProfileFactory(unit=unit, since=SPRING, ntm_pilot=pilot)
        OfficialFactory(unit=unit, since=SPRING)

    services.fill(year)

    assert figure(year, "11", "roster.standards_pilot") == (1, 1, 100, 1)


def test_a_commune_that_has_not_reported_is_owed_and_not_counted_as_no(place: Place, forms: dict, year: Period) -> None:
    make_target(year.plan, "TG17", "=", 100, "% communes")
    for unit, yes in ((place.commune, 1), (place.sibling, 0)):
        Observation.objects.create(
            indicator=make_indicator(year.plan, "mobilisation"), period=year, unit=unit, numerator=yes, denominator=1, as_of=year.ends_on, **NOW
        )

    services.fill(year)

    row = selectors.targets(year, place.province)[0]
    assert (row["numerator"], row["denominator"], row["gap"], row["met"]) == (1, 2, -1, False)
    assert (row["expected"], row["parts"], row["owing"], row["stage"]) == (4, 2, 2, "provisional")
    assert [one["actual"] for one in selectors.targets(year, place.districts[1])] == [None]
    assert [one["met"] for one in selectors.targets(year, place.commune)] == [True]


def test_support_is_told_by_the_lowest_commune_and_quarter(place: Place, forms: dict, year: Period) -> None:
    make_target(year.plan, "TG37", ">=", 15, "days per quarter", indicator="support.days")
    spring, summer = date(2018, 4, 9), date(2018, 7, 9)
    for unit, start, days in ((place.commune, spring, 9), (place.commune, spring, 7), (place.commune, summer, 12), (place.stranger, spring, 20)):
        Support.objects.create(unit=unit, staff="Phòng Nội vụ", starts_on=start, ends_on=start + timedelta(days=20), days=days, **NOW)

    services.fill(year)

    row = selectors.targets(year, place.province)[0]
    assert (row["actual"], row["gap"], row["met"], row["numerator"], row["denominator"]) == (12, -3, False, 2, 3)
    assert figure(year, "095", "support.days") == (1, 1, 20, 1)


def test_a_withdrawn_line_counts_nowhere(place: Place, forms: dict, year: Period) -> None:
    make_target(year.plan, "TG23", "=", 100, "% communes", indicator="working_rules.issued", due="2018-03-31")
    make_indicator(year.plan, "dialogue")
    gone = {"withdrawn_at": timezone.now(), "withdrawal": "Nhầm xã", **NOW}
    WorkingRules.objects.create(unit=place.commune, outstanding=True, issued_on=date(2018, 3, 31), **NOW)
    WorkingRules.objects.create(unit=place.sibling, outstanding=True, issued_on=date(2018, 4, 1), **NOW)
    WorkingRules.objects.create(unit=place.stranger, outstanding=True, **gone)
    Dialogue.objects.create(unit=place.commune, held_on=date(2018, 12, 5), attendees=90, opinions=4, answered=4, **NOW)
    Dialogue.objects.create(unit=place.sibling, held_on=date(2018, 12, 5), attendees=90, opinions=4, answered=4, **gone)

    services.fill(year)

    assert figure(year, "11", "working_rules.issued")[:2] == (1, 2)
    assert figure(year, "11", "dialogue")[:2] == (1, 4)


def test_nothing_recorded_is_no_data(place: Place, forms: dict, year: Period) -> None:
    for code in ("roster.qualified", "office.solid", "feedback", "dialogue", "support.days", "working_rules.issued", "mobilisation"):
        make_indicator(year.plan, code)

    services.fill(year)

    assert not Metric.objects.filter(
        indicator__in=["roster.qualified", "office.solid", "feedback", "dialogue", "support.days", "mobilisation"]
    ).exists()


def test_a_change_of_a_register_makes_every_period_look_again(half: Period, year: Period, place: Place) -> None:
    for period in (half, year):
        services.fill(period)
    assert selectors.stale_periods() == []

    ledger.record(act="save", kind="offices", key=place.commune.code, topic=REGISTERS, actor=None)

    assert {period.code for period in selectors.stale_periods()} == {"2018-H1", "2018-Y"}
