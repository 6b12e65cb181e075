"""A unit as people see it: a commune with its result, its peers and its history; a district with its communes; the list of all."""

import html
import re
from datetime import date

import pytest

from accounts.rules import Role
from communes.models import Unit
from communes.rules import Level
from reports import filings, services
from scoring import services as scoring
from scoring.rules import Stage, State
from tests.factories import UnitFactory, bring_to, client_of, fill_in, make_forms, make_user
from tests.reports.test_fill import a_random_year


@pytest.fixture
def filled(forms, year, cast):
    """Noong Bua 17, 17, 17 with the title; Him Lam 15, 10, 19; Sông Đà and Na Lay still with their communes."""
    bring_to(forms["03124"], State.APPROVED, 17)
    bring_to(forms["03127"], State.APPROVED, 15, 10, 19)
    scoring.enter_title(unit=forms["03124"].unit, period=year, decision_number="9/QĐ-UBND", decided_on=date(2019, 2, 27), actor=cast.officer)
    services.fill(year)
    return year


def page(user, code: str, query: str = "") -> str:
    return html.unescape(client_of(user).get(f"/units/{code}/{query}").content.decode())


def rows(text: str) -> list[list[str]]:
    """The rows of all tables in words."""
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL) for row in re.findall(r"<tr[^>]*>(.*?)</tr>", text, re.DOTALL)]
    return [[" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in row] for row in cells]


def test_a_commune_shows_its_result_with_reasons_title_and_place(filled, cast):
    text = page(cast.officer, "03124")

    assert "Năm 2018 xếp hạng <b>tốt</b>: <b>51 điểm</b>, thứ <b>1</b> trong 2 đơn vị của tỉnh đã duyệt." in text
    assert "51/60 điểm bằng 85%, từ 85% trở lên: hạng tốt." in text
    assert "Quyết định 9/QĐ-UBND ngày 27/02/2019." in text
    assert "Kết quả đã khóa vì đã duyệt ngày" in text
    assert "mẫu, chưa đối chiếu với phụ lục" in text
    assert 'href="/assessments/2018-Y/03124/"' in text
    assert "Duyệt kết quả: 51 điểm, hạng tốt" in text


def test_a_communes_criteria_stand_beside_the_means_of_district_and_province(filled, cast):
    text = page(cast.officer, "03127")

    assert "Thấp hơn huyện nhiều nhất: I.2 tiêu thức thành phần 2" in text
    assert "Thấp hơn bình quân huyện nhiều nhất ở tiêu thức thành phần 2." in text
    assert [row for row in rows(text) if row[0].endswith(("I.1", "I.2", "I.3"))] == [
        ["Tiêu thức thành phần 1 I.1", "", "15,0", "16,0", "16,0"],
        ["Tiêu thức thành phần 2 I.2", "", "10,0", "13,5", "13,5"],
        ["Tiêu thức thành phần 3 I.3", "", "19,0", "18,0", "18,0"],
    ]
    assert "Chưa có quyết định công nhận" in text


def test_both_periods_of_the_year_stand_side_by_side(forms, year, half, cast):
    bring_to(make_forms(half)["03124"], State.APPROVED, 15)
    bring_to(forms["03124"], State.APPROVED, 17)
    services.fill(half)
    services.fill(year)

    text = page(cast.officer, "03124")

    assert "Cả năm cao hơn 6 tháng 6 điểm" in text
    assert [row for row in rows(text) if row[0].startswith(("6 tháng", "Năm"))] == [
        ["6 tháng đầu năm 2018 ước thực hiện", "", "45,0", "Khá", "1", "Đã duyệt Gửi trễ"],
        ["Năm 2018", "", "51,0", "Tốt", "1", "Đã duyệt Gửi trễ"],
    ]
    assert "từ 51: tốt" in text
    assert "Số 6 tháng là ước thực hiện." in page(cast.officer, "03124", "?period=2018-H1")


@pytest.mark.parametrize(
    ("state", "answer", "whose"),
    [
        (State.DRAFT, "Phiếu <b>đang nhập</b>: 3 trong 3 tiêu thức có điểm, cộng <b>36 điểm</b>.", "Tự chấm"),
        (State.SUBMITTED, "Xã tự chấm <b>36 điểm</b>; phiếu đang chờ huyện thẩm định.", "Tự chấm"),
        (State.RETURNED, "Phiếu <b>bị trả lại</b>: xã sửa những tiêu thức có ý kiến rồi gửi lại.", "Tự chấm"),
        (State.APPRAISED, "Huyện thẩm định <b>36 điểm</b>; phiếu đang chờ tỉnh duyệt.", "Huyện chấm"),
    ],
)
def test_a_form_on_its_way_shows_whose_points_they_are(forms, year, cast, state, answer, whose):
    fill_in(forms["03124"], Stage.SELF, 12)
    bring_to(forms["03124"], state, 12)

    text = page(cast.signatory, "03124")

    assert answer in text
    assert ["Tiêu thức", "So sánh (thang 11–20)", whose, "Huyện", "Tỉnh"] in rows(text)
    assert ('class="btn go"' in text) is (state in {State.DRAFT, State.RETURNED})


def test_only_the_commune_itself_is_led_to_its_form(forms, cast):
    assert 'class="btn go"' not in page(cast.officer, "03124")


def test_a_commune_without_a_form_says_so(filled, cast, place):
    UnitFactory(code="03130", level=Level.COMMUNE, full_name="Phường Mường Thanh", parent=place.district)

    text = page(cast.officer, "03130")

    assert "Không có phiếu chấm điểm của kỳ này." in text
    assert "Chưa có điểm tiêu thức để so" in text


def test_a_district_shows_its_communes_its_classes_and_its_report(filled, cast, place):
    filings.file_report(period=filled, unit=place.district, number="7/BC-UBND", dated=date(2019, 1, 15), actor=cast.appraiser)

    text = page(cast.appraiser, "094")

    assert "<b>2 trong 2 đơn vị</b> đã duyệt: <b>1</b> tốt, <b>1</b> khá. Đã gửi đủ, <b>2</b> gửi trễ." in text
    assert "Không đơn vị nào xếp loại trung bình hoặc yếu" in text
    assert "Báo cáo của huyện gửi trễ hạn" in text
    assert "Số 7/BC-UBND ngày 15/01/2019, gửi lúc" in text
    assert "Ngày cuối đúng hạn: 19/01/2019." in text
    assert ["1", "Phường Noong Bua", "51,0", "", "Tốt", "Trong sạch, vững mạnh", "Trễ hạn", "Đã duyệt"] in rows(text)
    assert ["2", "Phường Him Lam", "44,0", "", "Khá", "–", "Trễ hạn", "Đã duyệt"] in rows(text)
    assert ["Tiêu thức thành phần 2 I.2", "", "13,5", "13,5"] in rows(text)
    assert "Không tiêu thức nào thấp hơn bình quân tỉnh" in text
    assert 'href="/appraisals/2018-Y/094/"' in text


def test_a_district_without_results_has_no_figures_rather_than_zeros(filled, cast):
    text = page(cast.officer, "095")

    assert "Chưa đơn vị nào trong <b>2</b> có kết quả đã duyệt. <b>2</b> chưa gửi, số còn lại đúng hạn." in text
    assert "Huyện chưa gửi báo cáo" in text
    assert ["–", "Phường Na Lay", "–", "", "–", "–", "Chưa gửi", "Đang nhập"] in rows(text)
    assert ["Tiêu thức thành phần 1 I.1", "", "–", "16,0"] in rows(text)


@pytest.mark.parametrize("code", ["095", "03148", "11", "99999", "x"])
def test_units_of_others_do_not_exist(filled, cast, code):
    assert client_of(cast.appraiser).get(f"/units/{code}/").status_code == 404


def test_an_unknown_period_is_not_found(filled, cast):
    assert client_of(cast.officer).get("/units/03124/?period=2017-Y").status_code == 404


def test_a_code_means_the_unit_of_that_day(filled, cast, place):
    Unit.objects.filter(pk=place.stranger.pk).update(valid_to=date(2018, 12, 1))
    UnitFactory(code="03148", level=Level.COMMUNE, full_name="Xã Mới", parent=place.other_district, valid_from=date(2018, 12, 1))

    assert "Xã Mới, thị xã Mường Lay" in page(cast.officer, "03148")


def test_the_province_is_led_to_its_board(filled, cast):
    response = client_of(cast.officer).get("/units/11/?period=2018-Y")

    assert (response.status_code, response["Location"]) == (302, "/dashboard/2018-Y/")


def test_the_province_sees_all_units_and_finds_them_without_diacritics(filled, cast):
    client = client_of(cast.officer)

    def found(query: str) -> list[str]:
        return [row[0] for row in rows(html.unescape(client.get(f"/units/{query}").content.decode()))[1:]]

    assert len(found("")) == 7
    assert found("?q=song da") == ["Phường Sông Đà"]
    assert found("?q=03151") == ["Phường Na Lay"]
    assert found("?q=xyz%00") == []
    assert [row[0] for row in rows(html.unescape(client_of(cast.appraiser).get("/units/?q=phuong").content.decode()))[1:]] == [
        "Phường Him Lam",
        "Phường Noong Bua",
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("communes", [0, 60])
@pytest.mark.parametrize("code", ["03124", "094", ""])
def test_a_page_takes_at_most_eight_queries_whatever_its_rows(communes, code, django_assert_max_num_queries):
    year = a_random_year(3, communes=communes)
    services.fill(year)
    client = client_of(make_user(Role.PROVINCE_OFFICER, Unit.objects.get(code="11")))

    with django_assert_max_num_queries(8):
        assert client.get(f"/units/{code}/" if code else "/units/").status_code == 200
