"""A second plan year is made, reported and compared with the first by the same indicators."""

import html
import uuid
from datetime import date

import pytest
from django.core.management import call_command
from django.utils import timezone

from communes.models import Official
from plan2018 import services
from plan2018.models import Indicator, Period, Target
from reports import services as reports
from tests import kept
from tests.factories import client_of, make_forms


@pytest.fixture
def years(place, criteria_set, cast):
    """2018 and a copied 2019: procedures posted 90 then 119 of 120; 1 of 2 officials qualified, then both; figures filled."""
    kept.load_plan()
    for period in Period.objects.all():
        make_forms(period)
    call_command("new_plan", "2019", "--from", "2018", verbosity=0)
    for year, done, levels in ((2018, 90, (3, 1)), (2019, 119, (3, 3))):
        period = Period.objects.get(code=f"{year}-Y")
        indicator = Indicator.objects.get(plan=period.plan_id, code="procedures.posted")
        report = {"period": period, "unit": place.commune, "indicator": indicator, "as_of": period.ends_on, "version": None, "actor": cast.entry}
        services.save_observation(**report, numerator=done, denominator=120)
        for number, level in enumerate(levels):
            Official.objects.create(
                unit=place.commune,
                since=date(year, 1, 1),
                until=date(year + 1, 1, 1),
                recorded_at=timezone.now(),
                person=uuid.uuid4(),
                full_name=f"Lò Văn {number}",
                name_key=f"lò văn {number}",
                sort_key=str(number),
                born_on=date(1980, 1, 1),
                title="finance",
                kind="civil_servant",
                education=3,
                qualification=level,
                theory=1,
                meets_standards=level == 3,
            )
        reports.fill(period)


def page(user, url="/compare/2019-Y/2018-Y/"):
    return html.unescape(client_of(user).get(url).content.decode())


def row(text, code):
    return text.split(f'<tr id="{code}">')[1].split("</tr>")[0]


def test_two_years_are_compared_by_the_same_indicators(years, cast):
    text = page(cast.officer)

    assert "99,17%" in row(text, "TG14")
    assert "75%" in row(text, "TG14")
    assert "+24,17 điểm phần trăm" in row(text, "TG14")
    assert "+50 điểm phần trăm" in row(text, "TG19")
    assert "\N{MINUS SIGN}50 điểm phần trăm" in row(page(cast.officer, "/compare/2018-Y/2019-Y/"), "TG19")
    assert "–" in row(text, "TG15")


def test_a_target_of_one_year_alone_and_a_changed_level_are_marked(years, cast):
    Target.objects.filter(plan__year=2019, code="TG14").update(value=95)
    Target.objects.get(plan__year=2019, code="TG15").delete()

    text = page(cast.officer)

    assert "mức đề ra đã đổi" in row(text, "TG14")
    assert "Chỉ có ở kỳ đem so" in row(text, "TG15")


@pytest.mark.parametrize("url", ["/compare/2019-Y/2017-Y/", "/compare/2017-Y/2018-Y/", "/compare/2018-Y/2018-Y/"])
def test_a_period_that_is_not_there_is_not_compared(years, cast, url):
    assert client_of(cast.officer).get(url).status_code == 404


def test_it_takes_few_queries(years, cast, django_assert_max_num_queries):
    client = client_of(cast.officer)

    with django_assert_max_num_queries(8):
        client.get("/compare/2019-Y/2018-Y/")
