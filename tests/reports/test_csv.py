"""Tables of figures as files: what the page says, in the reader's own scope, by as many queries for many units as for few."""

import csv
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from communes.models import Unit
from communes.rules import Level
from plan2018.models import Indicator, Observation, Period
from reports import editions, filings, services
from scoring.rules import State
from tests.factories import UnitFactory, bring_to, client_of, make_duty, make_forms, make_indicator, make_obligation, make_period, make_target

HALF = "2018-H1"


def table(client: Client, address: str) -> list[list[str]]:
    """The rows of a file, head first, without what stands under them."""
    response = client.get(address)
    content = b"".join(response.streaming_content).decode()
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert content.startswith("\ufeff")
    rows = list(csv.reader(StringIO(content.removeprefix("\ufeff")), delimiter=";"))
    return [row for row in rows if len(row) > 1]


def observe(period: Period, unit: Unit, numerator: int, denominator: int) -> None:
    Observation.objects.create(
        indicator=Indicator.objects.get(code="procedures.posted"),
        period=period,
        unit=unit,
        numerator=numerator,
        denominator=denominator,
        as_of=period.ends_on,
        recorded_at=period.due_moment,
    )


@pytest.fixture
def told(place, forms, year):
    """Two approved communes in the first district, one in the second; one indicator reported by three communes."""
    for code, points in (("03124", 17), ("03127", 15), ("03148", 12)):
        bring_to(forms[code], State.APPROVED, points)
    make_indicator(year.plan, "procedures.posted", name="Niêm yết thủ tục", answer="ratio", question="Bao nhiêu thủ tục?")
    make_target(year.plan, "TG14", ">=", 90, "% procedures", "procedures.posted")
    for unit, numerator in zip(place.communes, (90, 80, 100), strict=False):
        observe(year, unit, numerator, 100)
    services.fill(year)
    return year


def test_a_target_opens_into_the_units_of_its_page(told, cast):
    client = client_of(cast.officer)

    head, whole, *below = table(client, "/targets/2018-Y/TG14/csv/")

    assert head[4:8] == ["Đơn vị", "Tử số", "Mẫu số", "Thực hiện"]
    assert whole[4:11] == ["Tỉnh Điện Biên", "270", "300", "90", "0", "thủ tục", "Đạt"]
    assert [(row[4], row[5], row[6], row[10]) for row in below] == [
        ("Thành phố Điện Biên Phủ", "170", "200", "Chưa đạt"),
        ("Thị xã Mường Lay", "100", "100", "Đạt"),
    ]
    assert {row[2] for row in (whole, *below)} == {"từ 90%"}
    assert "/targets/2018-Y/TG14/csv/" in client.get("/targets/2018-Y/TG14/").content.decode()


def test_a_commune_has_its_own_row_alone(told, cast):
    _head, *rows = table(client_of(cast.entry), "/targets/2018-Y/TG14/csv/")

    assert [row[4:7] for row in rows] == [["Phường Noong Bua", "90", "100"]]


def test_two_periods_stand_beside_each_other(told, cast, place):
    half = make_period(HALF)
    make_forms(half)
    observe(half, place.commune, 1, 2)
    services.fill(half)
    client = client_of(cast.officer)

    head, row = table(client, f"/compare/2018-Y/{HALF}/csv/")

    assert head[:4] == ["Mã", "Chỉ tiêu", "Đơn vị", "Mức đề ra, Năm 2018"]
    assert [row[n] for n in (0, 2, 4, 5, 7, 8, 9)] == ["TG14", "Tỉnh Điện Biên", "90", "Đạt", "50", "Chưa đạt", "40"]
    assert f"/compare/2018-Y/{HALF}/csv/" in client.get(f"/compare/2018-Y/{HALF}/").content.decode()


def test_the_board_says_each_district_and_the_province(told, cast):
    client = client_of(cast.officer)

    head, *rows = table(client, "/dashboard/2018-Y/csv/")

    assert [row[:3] for row in rows] == [["Điện Biên Phủ", "2", "2"], ["Mường Lay", "2", "1"], ["Toàn tỉnh", "4", "3"]]
    assert [row[head.index("Báo cáo năm")] for row in rows][-1] == ""
    assert rows[0][-3:] == ["16", "16", "16"]
    assert "/dashboard/2018-Y/csv/" in client.get("/dashboard/2018-Y/").content.decode()


def test_a_commune_reads_its_criteria_beside_the_means(told, cast):
    client = client_of(cast.entry)

    head, *rows = table(client, "/units/03124/csv/?period=2018-Y")

    assert head[5:] == ["Điểm tự chấm", "Điểm thẩm định", "Điểm cuối", "Bình quân huyện", "Bình quân tỉnh"]
    assert [row[7:] for row in rows] == [["17", "16", "14,67"]] * 3


def test_a_district_reads_its_means(told, cast):
    head, *rows = table(client_of(cast.appraiser), "/units/094/csv/?period=2018-Y")

    assert head[5:] == ["Bình quân huyện", "Bình quân tỉnh"]
    assert [row[5:] for row in rows] == [["16", "14,67"]] * 3


def test_what_communes_report_is_one_table(told, cast, place):
    client = client_of(cast.officer)

    head, *rows = table(client, "/observations/2018-Y/11/csv/")

    assert head[2:] == ["Niêm yết thủ tục (tử số)", "Niêm yết thủ tục (mẫu số)"]
    assert sorted(tuple(row[2:]) for row in rows) == [("", ""), ("100", "100"), ("80", "100"), ("90", "100")]
    assert table(client_of(cast.entry), "/observations/2018-Y/03124/csv/")[1:] == [["Phường Noong Bua", "Thành phố Điện Biên Phủ", "90", "100"]]


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        table(client, address)
    return len(found)


@pytest.mark.parametrize(
    "address",
    ["/targets/2018-Y/TG14/csv/", "/dashboard/2018-Y/csv/", "/observations/2018-Y/11/csv/", f"/compare/2018-Y/{HALF}/csv/", "/rankings/2018-Y/csv/"],
)
def test_a_file_takes_as_many_queries_for_many_units_as_for_few(address, told, cast, place):
    make_period(HALF)
    client = client_of(cast.officer)
    few = queries(client, address)
    for number in range(3):
        district = UnitFactory(level=Level.DISTRICT, parent=place.province, code=f"09{6 + number}", full_name=f"Huyện Số {number}")
        for digit in range(5):
            UnitFactory(level=Level.COMMUNE, parent=district, code=f"033{number}{digit}", full_name=f"Xã Số {number}{digit}")
    make_forms(told)
    services.fill(told)

    assert queries(client, address) == few


def test_a_name_like_a_formula_stays_text(told, cast, place):
    Unit.objects.filter(pk=place.district.pk).update(full_name='=HYPERLINK("http://x")', name="@sum")
    client = client_of(cast.officer)

    assert table(client, "/targets/2018-Y/TG14/csv/")[2][4] == '\'=HYPERLINK("http://x")'
    assert table(client, "/dashboard/2018-Y/csv/")[1][0] == "'@sum"


def test_duties_are_listed_with_their_state(place, year, cast):
    make_obligation(place.commune, due_on=year.starts_on, text="Ban hành kế hoạch", note="Theo văn bản số 3")
    client = client_of(cast.entry)

    head, row = table(client, "/duties/csv/?state=all")

    assert head[:4] == ["Mã", "Việc", "Điều khoản", "Đơn vị"]
    assert row == [
        "TK03",
        "Ban hành kế hoạch",
        "I.2",
        "Phường Noong Bua",
        "Thành phố Điện Biên Phủ",
        row[5],
        "01/01/2018",
        "Chưa làm",
        "Có",
        "",
        "Theo văn bản số 3",
    ]
    assert "/duties/csv/?state=all" in client.get("/duties/?state=all").content.decode()


def test_the_list_of_duties_of_all_communes_is_one_file(place, year, cast):
    make_duty("TK03")
    for unit in place.communes:
        make_obligation(unit, due_on=year.starts_on)

    rows = table(client_of(cast.officer), "/duties/csv/?level=commune&state=overdue")

    assert len(rows) == 1 + len(place.communes)


def test_a_duty_has_a_row_for_each_unit_and_a_column_for_each_time(place, year, cast):
    make_duty("TK03")
    for unit in place.communes:
        make_obligation(unit, occurrence="2018-Q1", due_on=year.starts_on)
    make_obligation(place.commune, occurrence="2018-Q2")

    head, *rows = table(client_of(cast.officer), "/duties/2018/TK03/csv/")

    assert len(head) == 4
    assert {row[0]: row[2:] for row in rows}["Phường Noong Bua"] == ["Chưa làm, trễ hạn", "Chưa làm"]


def test_a_district_takes_its_points_home(told, cast):
    client = client_of(cast.appraiser)

    head, *rows = table(client, "/appraisals/2018-Y/094/csv/")

    assert head[2:4] == ["I.1 (tự chấm)", "I.1 (huyện)"]
    assert [row[2:4] + row[-4:] for row in rows] == [["15", "15", "45", "45", "0", "Khá"], ["17", "17", "51", "51", "0", "Tốt"]]
    assert "/appraisals/2018-Y/094/csv/" in client.get("/appraisals/2018-Y/094/").content.decode()


def test_points_that_are_still_with_the_commune_stay_there(told, cast):
    [row] = [row for row in table(client_of(cast.officer), "/appraisals/2018-Y/095/csv/") if row[0] == "Phường Na Lay"]

    assert set(row[2:]) == {""}


def test_the_reports_of_all_districts_are_one_table(told, cast):
    client = client_of(cast.officer)

    head, *rows = table(client, "/reports/2018-Y/csv/")

    assert head[:3] == ["Huyện", "Trạng thái", "So với hạn"]
    assert [(row[0], row[2]) for row in rows] == [("Thành phố Điện Biên Phủ", "Chưa gửi, quá hạn"), ("Thị xã Mường Lay", "Chưa gửi, quá hạn")]
    assert "/reports/2018-Y/csv/" in client.get("/reports/2018-Y/").content.decode()


def test_what_differs_between_two_editions_is_one_table(told, cast, place):
    editions.publish(period=told, final=False, actor=cast.officer)
    Observation.objects.filter(unit=place.commune).update(numerator=91)
    editions.publish(period=told, final=False, actor=cast.officer)
    client = client_of(cast.officer)

    head, *rows = table(client, "/editions/2018-Y/1/2/csv/")

    assert head[2:] == ["Tử số, lần 1", "Mẫu số, lần 1", "Tử số, lần 2", "Mẫu số, lần 2"]
    assert ["Phường Noong Bua", "Niêm yết thủ tục", "90", "100", "91", "100"] in rows
    assert "/editions/2018-Y/1/2/csv/" in client.get("/editions/2018-Y/1/2/").content.decode()


def test_the_figures_of_a_report_say_whose_they_are(told, place, cast):
    indicator = Indicator.objects.get(code="procedures.posted")
    report = filings.start(period=told, unit=place.district)
    filings.save_figures(report=report, changes=[filings.Change(place.commune, indicator, (85, 100), None)], actor=cast.appraiser)

    head, *rows = table(client_of(cast.appraiser), "/reports/2018-Y/094/grid/csv/")

    assert head[:6] == ["Mã", "Đơn vị", "Mã chỉ số", "Chỉ số", "Tử số", "Mẫu số"]
    assert ["03124", place.commune.full_name, "procedures.posted", "Niêm yết thủ tục", "85", "100", "x", "", "90", "100"] in rows
    assert ["03127", place.sibling.full_name, "procedures.posted", "Niêm yết thủ tục", "80", "100", "", "", "80", "100"] in rows


def test_estimates_of_the_half_year_stand_beside_the_year(told, place, cast):
    half = make_period(HALF)
    make_forms(half)
    observe(half, place.commune, 70, 100)
    services.fill(half)

    _head, *rows = table(client_of(cast.officer), "/trueup/2018-Y/csv/?indicator=procedures.posted")

    told_of = {row[0]: row[3:] for row in rows}
    assert [float(cell.replace(",", ".")) for cell in told_of["03124"]] == [70, 100, 70, 90, 100, 90, 20]
    assert told_of["03127"] == ["", "", "", "80", "100", "80", ""]
