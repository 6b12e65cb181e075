"""manage.py new_plan: the plan of a new year is a copy with its days shifted; both years live side by side; an error leaves nothing."""

import html
import re
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

import plan2018.resources
from ledger.models import Entry
from plan2018 import plans, rules, services
from plan2018.models import Duty, Indicator, Obligation, Observation, Period, Plan, Target
from plan2018.sentences import plan_cited, plan_in_full, plan_name
from reports import services as reports
from reports.selectors import frame, periods_to_show
from scoring.models import Assessment
from scoring.rules import State
from tests import kept
from tests.factories import bring_to, client_of, make_forms

DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
YEARS = st.integers(-50, 50)


@pytest.fixture
def plan(place, criteria_set):
    """The plan of 2018 as it is, its forms opened."""
    kept.load_plan()
    for period in Period.objects.all():
        make_forms(period)
    return Plan.objects.get()


def new_plan(*arguments: str) -> list[str]:
    output = StringIO()
    call_command("new_plan", *arguments, stdout=output)
    return output.getvalue().splitlines()


def page(user, url: str) -> str:
    return html.unescape(client_of(user).get(url).content.decode())


# Days.


@given(DAYS, YEARS)
def test_a_shifted_day_is_the_same_day_of_its_month(day, years):
    later = rules.shift(day, years)

    assert (later.year, later.month) == (day.year + years, day.month)
    assert later.day == day.day or (day.month == 2 and (later + timedelta(days=1)).day == 1)


@given(DAYS, YEARS)
def test_the_last_day_of_a_month_stays_the_last(day, years):
    if (day + timedelta(days=1)).day == 1:
        assert (rules.shift(day, years) + timedelta(days=1)).day == 1


@given(st.dates(date(1904, 2, 29), date(2196, 2, 29)).filter(lambda day: (day.month, day.day) != (2, 28)), YEARS)
def test_shifting_there_and_back_comes_home(day, years):
    assert rules.shift(rules.shift(day, years), -years) == day


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        ("2019-02-28", 1, "2020-02-29"),
        ("2020-02-29", 1, "2021-02-28"),
        ("2020-02-29", 4, "2024-02-29"),
        ("2020-02-28", 1, "2021-02-28"),
        ("2018-06-20", 1, "2019-06-20"),
    ],
)
def test_february_ends_where_it_ends(day, years, expected):
    assert rules.shift(date.fromisoformat(day), years) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2018-12-31", "2019-12-31"),
        ("trước 2019-01-20", "trước 2020-01-20"),
        ("2019-02-01/2019-02-28", "2020-02-01/2020-02-29"),
        ("hết năm 2018", "hết năm 2019"),
        ("6 tháng đầu năm 2018", "6 tháng đầu năm 2019"),
        ("Năm 2018", "Năm 2019"),
        ("2016-2018", "2016-2018"),
        ("năm 2018-2020", "năm 2018-2020"),
        ("theo kết quả 2017", "theo kết quả 2017"),
        ("cuối mỗi quý", "cuối mỗi quý"),
        ("2018-02-30", "2018-02-30"),
        ("9999-12-31", "9999-12-31"),
        ("Kế hoạch 12018-12-311", "Kế hoạch 12018-12-311"),
    ],
)
def test_words_are_shifted_where_they_name_a_day_or_the_year(words, expected):
    assert rules.shift_words(words, 2018, 1) == expected


@given(st.text())
def test_words_without_a_year_stay(words):
    if not re.search(r"\d{4}", words):
        assert rules.shift_words(words, 2018, 1) == words


# The copy.


def test_a_plan_is_copied_whole_with_its_days_shifted(plan):
    output = new_plan("2019", "--from", "2018")

    copy = Plan.objects.get(year=2019)
    assert (copy.number, copy.title, copy.editable) == ("…/KH-UBND", "Kế hoạch xây dựng, củng cố chính quyền cơ sở năm 2019", True)
    assert copy.provenance == "chép từ kế hoạch năm 2018 (495/KH-UBND), chờ sửa; ngày ban hành là giả định"
    assert list(copy.periods.values_list("code", "name", "starts_on", "ends_on", "due_on", "due_comparison")) == [
        ("2019-H1", "6 tháng đầu năm 2019", date(2019, 1, 1), date(2019, 6, 30), date(2019, 6, 20), "<"),
        ("2019-Y", "Năm 2019", date(2019, 1, 1), date(2019, 12, 31), date(2020, 1, 20), "<"),
    ]
    assert (copy.targets.count(), copy.indicators.count(), copy.duties.count()) == (40, 36, 64)
    assert output[0] == "Kế hoạch …/KH-UBND, năm 2019, chép từ năm 2018: 40 chỉ tiêu, 36 chỉ số, 64 nhiệm vụ"
    assert "2019-H1: hạn 20/06/2019, mở 4 phiếu" in output
    assert "xem lại TK36: còn nhắc “2017”" in output
    assert Obligation.objects.filter(duty__plan=copy).exists()


def test_every_row_says_the_same_but_for_its_year(plan):
    new_plan("2019", "--from", "2018", "--number", "512/KH-UBND")

    for model, names in (
        (Target, ["clause", "operator", "value", "unit", "population", "level", "term", "source", "indicator__code"]),
        (Duty, ["clause", "actor", "levels", "frequency", "due_assumed", "condition", "proof", "evidence"]),
        (
            Indicator,
            ["position", "name", "source", "answer", "combine", "everyone", "declared", "numerator_label", "denominator_label", "population"],
        ),
    ):
        old, new = (list(model.objects.filter(plan__year=year).order_by("code").values("code", *names)) for year in (2018, 2019))
        assert old == new
    for target in Target.objects.filter(plan__year=2019).exclude(indicator=None):
        assert target.indicator.plan.year == 2019
    assert Plan.objects.get(year=2019).number == "512/KH-UBND"
    assert {one.provenance[:17] for one in Indicator.objects.filter(plan__year=2019)} == {"chép từ năm 2018:"}


def test_days_of_targets_and_duties_move(plan):
    new_plan("2020", "--from", "2018")

    due = dict(Target.objects.filter(plan__year=2020).values_list("code", "due"))
    assert (due["TG01"], due["TG23"], due["TG37"], due["TG40"]) == ("2020-12-31", "2020-03-31", "cuối mỗi quý", "2021-01-20")
    duties = {duty.code: duty for duty in Duty.objects.filter(plan__year=2020)}
    assert (duties["TK54"].opens_on, duties["TK54"].due_on) == (date(2020, 12, 1), date(2020, 12, 31))
    assert (duties["TK55"].due_on, duties["TK55"].due) == (date(2021, 2, 28), "2021-02-01/2021-02-28")
    assert duties["TK54"].text == "Hội nghị trao đổi, đối thoại với nhân dân năm 2020"


def test_one_entry_tells_of_the_copy_and_makes_its_figures_stale(plan):
    plans.new_plan(year=2019, source=2018)

    [entry] = Entry.objects.filter(subject_kind="plan")
    assert (entry.act, entry.subject_key, entry.topic) == ("copy", "2019", "2019-Y")
    assert entry.data == {"source": 2018, "periods": 2, "indicators": 36, "targets": 40, "duties": 64}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("2018", "--from", "2018"), "Năm mới phải sau năm 2018"),
        (("2017", "--from", "2018"), "Năm mới phải sau năm 2018"),
        (("2019", "--from", "2015"), "Không có kế hoạch năm 2015 để chép."),
        (("12019", "--from", "2018"), "không quá 2100"),
        (("2019", "--from", "2018", "--number", "5" * 60), "nhiều nhất 40"),
    ],
)
def test_what_cannot_be_copied_is_refused_in_words_and_leaves_nothing(plan, arguments, words):
    with pytest.raises(CommandError, match=words):
        new_plan(*arguments)

    assert Plan.objects.count() == 1
    assert not Entry.objects.filter(subject_kind="plan").exists()


def test_a_second_time_is_refused_and_changes_nothing(plan):
    new_plan("2019", "--from", "2018")
    rows = [list(model.objects.order_by("pk").values()) for model in (Plan, Period, Target, Duty, Indicator, Assessment, Entry)]

    with pytest.raises(CommandError, match="Đã có kế hoạch năm 2019; không chép đè lên"):
        new_plan("2019", "--from", "2018")

    assert rows == [list(model.objects.order_by("pk").values()) for model in (Plan, Period, Target, Duty, Indicator, Assessment, Entry)]


def test_without_criteria_for_the_year_nothing_is_left(plan, criteria_set):
    criteria_set.valid_to = date(2019, 1, 1)
    criteria_set.save()

    with pytest.raises(CommandError, match="Không có bộ tiêu thức"):
        new_plan("2019", "--from", "2018")

    assert Plan.objects.count() == 1


def test_reference_data_can_be_loaded_again_beside_a_copy(plan):
    new_plan("2019", "--from", "2018")
    Target.objects.filter(plan__year=2019, code="TG01").update(value=70)

    for resource in plan2018.resources.RESOURCES:
        resource().load()

    assert Target.objects.get(plan__year=2019, code="TG01").value == 70
    assert not Plan.objects.get(year=2018).editable


# Side by side.


def shown(text: str) -> str:
    """A page without what differs from one request to another."""
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]*', "", text)


def test_pages_of_the_first_year_stay_as_they_were(plan, cast):
    forms = make_forms(Period.objects.get(code="2018-Y"))
    for code, points in (("03124", 17), ("03127", 15)):
        bring_to(forms[code], State.APPROVED, points)
    reports.fill(Period.objects.get(code="2018-Y"))
    urls = ["/rankings/2018-Y/", "/targets/2018-Y/", "/dashboard/2018-Y/", "/units/094/?period=2018-Y"]
    before = [shown(page(cast.officer, url)) for url in urls]

    new_plan("2019", "--from", "2018")
    for code in ("2019-H1", "2019-Y"):
        reports.fill(Period.objects.get(code=code))

    for url, old in zip(urls, before, strict=True):
        new = shown(page(cast.officer, url))
        ways = r'(, )?<a href="[^"]*2019-[^"]*">[^<]*</a>'
        assert re.sub(ways, "", new) == re.sub(ways, "", old), url
    assert client_of(cast.officer).get("/").headers["Location"] == "/dashboard/2018-Y/"


def test_an_empty_new_year_is_not_the_first_to_open_and_stays_with_itself(plan, cast):
    forms = make_forms(Period.objects.get(code="2018-Y"))
    bring_to(forms["03124"], State.SUBMITTED, 17)
    new_plan("2019", "--from", "2018")
    for period in Period.objects.all():
        reports.fill(period)

    assert periods_to_show().first().code == "2018-Y"
    assert frame()[:3] == ("2018-Y", "495/KH-UBND", 2018)
    assert frame(asked="2018-H1").period == "2018-Y"
    assert frame(asked="2019-H1")[:3] == ("2019-H1", "…/KH-UBND", 2019)
    assert frame(asked="nothing").period == "2018-Y"
    bring_to(Assessment.objects.get(period__code="2019-H1", unit__code="03124"), State.SUBMITTED, 17)
    reports.fill(Period.objects.get(code="2019-H1"))
    assert periods_to_show().first().code == "2019-H1"


def test_the_frame_names_the_plan_of_its_page(plan, cast):
    new_plan("2019", "--from", "2018")

    old, new = page(cast.officer, "/targets/2018-Y/"), page(cast.officer, "/targets/2019-Y/")

    assert "Tỉnh Điện Biên · Kế hoạch 495 năm 2018" in old
    assert "theo dõi Kế hoạch số 495/KH-UBND ngày 05/3/2018." in old
    assert "Tỉnh Điện Biên · Kế hoạch năm 2019" in new
    assert "theo dõi kế hoạch năm 2019, chưa ban hành." in new
    assert 'href="/targets/2018-Y/"' in new


@pytest.mark.parametrize(
    ("number", "year", "name", "full"),
    [
        ("495/KH-UBND", 2018, "Kế hoạch 495 năm 2018", "Kế hoạch số 495/KH-UBND ngày 05/3/2018"),
        ("…/KH-UBND", 2019, "Kế hoạch năm 2019", "kế hoạch năm 2019, chưa ban hành"),
        ("", 0, "", "các kế hoạch của tỉnh"),
    ],
)
def test_a_plan_is_named(number, year, name, full):
    assert plan_name(number, year) == name
    assert plan_in_full(number, year, date(2018, 3, 5) if year else None) == full


def test_a_clause_names_its_plan_by_its_number_or_year():
    assert plan_cited("495/KH-UBND", 2018) == "Kế hoạch 495/KH-UBND"
    assert plan_cited("…/KH-UBND", 2019) == "Kế hoạch năm 2019"


def test_the_duties_of_a_plan_that_is_not_issued_name_its_year(plan, place, cast):
    new_plan("2019", "--from", "2018")

    assert "theo Kế hoạch năm 2019</h1>" in client_of(cast.officer).get("/duties/", {"year": "2019"}).content.decode()


def test_what_a_commune_reports_in_one_year_stands_beside_the_next(plan, place, cast):
    new_plan("2019", "--from", "2018")
    for year, done in ((2018, 90), (2019, 110)):
        period = Period.objects.get(code=f"{year}-Y")
        indicator = Indicator.objects.get(plan=period.plan_id, code="procedures.posted")
        report = {"period": period, "unit": place.commune, "indicator": indicator, "as_of": period.ends_on, "version": None, "actor": cast.entry}
        services.save_observation(**report, numerator=done, denominator=120)

    assert "Năm 2018: <b>90/120</b>" in page(cast.entry, "/observations/2019-Y/03124/")
    assert Observation.objects.count() == 2
