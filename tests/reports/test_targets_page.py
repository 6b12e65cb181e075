"""The targets as people see them: the real plan with all its clauses, a small province that meets some and misses some."""

import html
import re

import pytest

from accounts.rules import Role
from plan2018.models import Indicator, Observation, Period, Target
from reports import services
from scoring import services as scoring
from scoring.rules import State
from tests import kept
from tests.factories import OfficialFactory, bring_to, client_of, make_forms, make_target, make_user
from tests.reports.test_fill import a_random_year

URL = "/targets/2018-Y/"


@pytest.fixture
def plan(place, criteria_set):
    """The plan of 2018 as it is."""
    kept.load_plan()
    return Period.objects.get(code="2018-Y")


@pytest.fixture
def filled(plan, cast):
    """One good commune with the title, one fair, one average; one not approved; one of two district reports in time."""
    forms = make_forms(plan)
    for code, points in (("03124", 17), ("03127", 15), ("03148", 10)):
        bring_to(forms[code], State.APPROVED, points)
    scoring.enter_title(unit=forms["03124"].unit, period=plan, decision_number="9/QĐ-UBND", decided_on=plan.ends_on, actor=cast.officer)
    services.fill(plan)
    return plan


@pytest.fixture
def reported(filled, place):
    """And in the first commune three of four people qualified; of its district's two communes one kept its working rules."""
    for number in range(4):
        OfficialFactory(unit=place.commune, full_name=f"Lò Văn {number}", qualification=1 if number == 3 else 2, since=filled.starts_on)
    for unit, yes in ((place.commune, 1), (place.sibling, 0)):
        Observation.objects.create(
            indicator=Indicator.objects.get(code="working_rules.kept"),
            period=filled,
            unit=unit,
            numerator=yes,
            denominator=1,
            as_of=filled.ends_on,
            recorded_at=filled.due_moment,
        )
    services.fill(filled)
    return filled


def page(user, query: str = "", url: str = URL) -> str:
    return html.unescape(client_of(user).get(url + query).content.decode())


def row(text: str, code: str) -> list[str]:
    """The cells of a target in words."""
    inside = re.search(rf'<tr id="{code}">(.*?)</tr>', text, re.DOTALL).group(1)
    return [
        " ".join(re.sub(r"<details>.*?</details>|<[^>]*>", " ", cell, flags=re.DOTALL).split())
        for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", inside, re.DOTALL)
    ]


def test_all_forty_stand_there_once_each_in_the_order_of_the_work(filled, cast):
    codes = re.findall(r'<tr id="(TG\d\d)">', page(cast.officer))

    assert sorted(codes) == [f"TG{number:02}" for number in range(1, 41)]
    assert codes[:6] == ["TG01", "TG02", "TG03", "TG04", "TG05", "TG06"]
    assert codes[-2:] == ["TG39", "TG40"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("TG01", ["≥ 63 đơn vị", "1 1/4", "Thiếu 62 đơn vị", "–", "Chưa đạt Tạm tính: 3/4 xã"]),
        ("TG03", ["> 75 đơn vị", "1 1/4", "Thiếu 75 đơn vị", "–", "Chưa đạt Tạm tính: 3/4 xã"]),
        ("TG04", ["< 30 đơn vị", "1 1/4", "Còn cách trần 28 đơn vị", "–", "Đạt Tạm tính: 3/4 xã"]),
        ("TG05", ["= 0 đơn vị", "0 0/4", "Vừa đủ", "–", "Đạt Tạm tính: 3/4 xã"]),
        ("TG15", ["= 100%", "–", "Chờ báo cáo của 4 xã", "–", "Chưa có số liệu"]),
        ("TG18", ["= 100%", "–", "Chỉ tiêu định tính: chưa xã nào khai", "–", "Chưa có số liệu"]),
        ("TG19", ["> 92%", "–", "Chờ sổ cán bộ, công chức của 4 xã", "–", "Chưa có số liệu"]),
        ("TG30", ["> 95%", "–", "Chờ sổ trụ sở, trang thiết bị của 4 xã", "–", "Chưa có số liệu"]),
        ("TG37", ["≥ 15 ngày mỗi quý", "–", "Chưa xã nào được ghi ngày huyện về giúp", "–", "Chưa có số liệu"]),
        ("TG40", ["= 10 huyện", "0 0/2", "Thiếu 10 huyện", "–", "Chưa đạt Tạm tính: 0/2 huyện"]),
    ],
)
def test_a_target_has_clause_number_figure_gap_and_verdict(filled, cast, code, expected):
    cells = row(page(cast.officer), code)

    assert cells[0] == code
    assert f"Mục {Target.objects.get(code=code).clause}" in cells[1]
    assert cells[2:] == expected


def test_the_answer_counts_what_is_met_missed_and_unknown(filled, cast):
    text = page(cast.officer)

    assert "<b>2</b> chỉ tiêu đạt, <b>5</b> chưa đạt, <b>33</b> chưa có số liệu." in text
    assert "Gần nhất: thêm <b>10 huyện</b> là đạt thêm chỉ tiêu “báo cáo 6 tháng của huyện gửi đúng hạn”." in text


def test_clauses_that_contradict_each_other_stand_side_by_side_even_without_figures(plan, cast):
    text = page(cast.officer)
    pairs = text.split('class="pair"')[1:]

    assert "Hai chỗ kế hoạch nói khác nhau: theo dõi cả hai mức" in text
    assert [re.findall(r'<a href="/targets/2018-Y/(TG\d\d)/">', pair)[:2] for pair in pairs] == [["TG19", "TG28"], ["TG20", "TG29"]]
    assert "Trình độ chuyên môn trung cấp trở lên: trên 92% hay từ 91,5%" in pairs[0]
    assert "III.4: ≥ 91,5%" in pairs[0]
    assert "II.2: > 51%; III.4: ≥ 51%" in pairs[1]


def test_good_and_fair_stand_together_beside_the_fair(filled, cast):
    cells = row(page(cast.officer), "TG03")

    assert "Tốt và khá cộng lại: 2/4, cần trên 100" in cells[1]
    assert "25+75+30 = 130 đúng bằng số đơn vị cấp xã" in page(cast.officer, url="/targets/2018-Y/TG03/")


def test_targets_that_repeat_or_contradict_each_other_lead_to_each_other(filled, cast):
    text = page(cast.officer)

    assert "Khác mức với TG28" in row(text, "TG19")[1]
    assert "Khác dấu với TG29" in row(text, "TG20")[1]
    assert "Lặp lại ở TG24" in row(text, "TG06")[1]
    assert '<a href="/targets/2018-Y/TG19/">Trình độ chuyên môn trung cấp trở lên (mục tiêu)</a>' in text


def test_what_can_hold_together_is_told_to_the_province(filled, cast):
    text = page(cast.officer)

    assert "Các mức hạng của kế hoạch không thể cùng đạt với 4 đơn vị" in text
    assert "h-chung" not in page(cast.appraiser)
    assert "h-chung" not in page(cast.signatory)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("?result=met", ["TG04", "TG05"]),
        ("?result=missed", ["TG01", "TG02", "TG03", "TG39", "TG40"]),
        ("?result=none&group=procedures", ["TG14", "TG15", "TG36"]),
        ("?group=reports", ["TG39", "TG40"]),
        ("?result=met&group=offices", []),
        ("?result=xyz", []),
        ("?group=%00", None),
        ("?group=xyz", []),
    ],
)
def test_the_table_is_narrowed_by_result_and_field(filled, cast, query, codes):
    text = page(cast.officer, query)

    found = re.findall(r'<tr id="(TG\d\d)">', text)
    assert found == codes if codes is not None else len(found) == 40
    assert ("Không có chỉ tiêu nào khớp với điều đã chọn." in text) is (codes == [])


def test_a_district_is_judged_by_shares_and_not_by_numbers_of_the_province(reported, cast):
    text = page(cast.appraiser)

    assert row(text, "TG02")[2:] == ["≥ 25 đơn vị", "1 1/2", "", "–", "Không xét ở cấp này"]
    assert row(text, "TG19")[2:] == ["> 92%", "75% 3/4", "Thiếu 1 người", "–", "Chưa đạt Tạm tính: 1/2 xã"]
    assert row(text, "TG06")[2:] == ["= 100%", "50% 1/2", "Thiếu 1 xã", "–", "Chưa đạt Chính thức"]
    assert "<b>Thành phố Điện Biên Phủ</b>: <b>3</b> chỉ tiêu đạt mức của tỉnh, <b>4</b> chưa đạt, <b>23</b> chưa có số liệu." in text
    assert "Gần nhất: thêm <b>1 người</b> là đạt thêm chỉ tiêu “trình độ chuyên môn trung cấp trở lên”." in text
    assert "Tốt và khá cộng lại: 2/2" in row(text, "TG03")[1]


def test_a_commune_sees_yes_or_no_and_its_own_numbers(reported, cast):
    text = page(cast.signatory)

    assert row(text, "TG02")[2:] == ["≥ 25 đơn vị", "Có", "", "–", "Không xét ở cấp này"]
    assert row(text, "TG06")[2:] == ["= 100%", "Có", "", "–", "Đạt Chính thức"]
    assert row(text, "TG19")[2:] == ["> 92%", "75% 3/4", "Thiếu 1 người", "–", "Chưa đạt Chính thức"]
    assert row(text, "TG30")[2:] == ["> 95%", "–", "Chờ sổ trụ sở, trang thiết bị", "–", "Chưa có số liệu"]
    assert row(text, "TG40")[2:] == ["= 10 huyện", "–", "Việc của huyện", "–", "Không xét ở cấp này"]
    assert '<select id="unit"' not in text


def test_a_scope_is_chosen_from_the_units_below(reported, cast):
    province, district = page(cast.officer), page(cast.officer, "?unit=094")

    assert re.findall(r'<option value="(\w*)"[^>]*>(?:Toàn|Thành|Thị|Phường)', province) == ["", "094", "095"]
    assert re.findall(r'<option value="(\w*)"[^>]*>(?:Toàn|Thành|Thị|Phường)', district) == ["", "094", "095", "03127", "03124"]
    assert row(district, "TG19") == row(page(cast.appraiser), "TG19")
    assert '<a href="/targets/2018-Y/TG19/?unit=094">' in district
    assert row(page(cast.officer, "?unit=03124"), "TG19") == row(page(cast.signatory), "TG19")


@pytest.mark.parametrize("unit", ["11", "095", "03148", "99999", "x'\""])
def test_a_scope_outside_ones_area_is_not_found(reported, cast, unit):
    for url in (URL, f"{URL}csv/", f"{URL}TG19/"):
        assert client_of(cast.appraiser).get(url, {"unit": unit}).status_code == 404


# One target opened


def test_a_share_opens_into_districts_then_communes_then_the_record(reported, cast):
    province, district = page(cast.officer, url=f"{URL}TG19/"), page(cast.officer, "?unit=094", url=f"{URL}TG19/")

    assert "<b>75%</b> (3/4), mức đề ra >\u00a092%: <b>thiếu 1 người</b>." in province
    assert row(province, "094")[2:] == ["75% 3/4", "1/2", "Thiếu 1 người", "Chưa đạt"]
    assert row(province, "095")[2:] == ["–", "0/2", "", "Chưa có số liệu"]
    assert '<a href="/targets/2018-Y/TG19/?unit=094">Điện Biên Phủ</a>' in province
    assert '<a href="/registers/03124/' in province
    assert "3 xã chưa có số liệu" in province
    assert row(district, "03124")[2:] == ["75% 3/4", "Thiếu 1 người", "Chưa đạt"]
    assert '<a href="/registers/03124/' in district
    assert "1 xã chưa có số liệu" in district
    assert ">Him Lam</a>" in district


def test_a_commune_is_led_to_its_own_record(reported, cast):
    text = page(cast.signatory, url=f"{URL}TG19/")

    assert "mức đề ra >\u00a092%: <b>thiếu 1 người</b>" in text
    assert '<a class="into" href="/registers/03124/' in text
    assert '<a class="into" href="/assessments/2018-Y/03124/">' in page(cast.signatory, url=f"{URL}TG02/")


def test_who_does_not_read_personal_data_is_not_led_to_it(reported, cast):
    assert "/officials/" not in page(cast.leader, url=f"{URL}TG19/")
    assert "/registers/" not in page(cast.api_client, "?unit=094", url=f"{URL}TG19/")


def test_a_yes_or_no_is_a_square_for_each_commune(reported, cast):
    text = page(cast.appraiser, url=f"{URL}TG06/")

    assert "1 trong 2 xã chưa đạt" in text
    assert re.findall(r'<span class="tag is-\w+">(\d [^<]*)</span>', text) == ["1 có", "1 không"]
    assert row(text, "03127")[1:] == ["Không", "Chưa đạt"]


def test_a_class_leads_to_the_ranking_behind_it(reported, cast):
    assert 'href="/rankings/2018-Y/?grade=fair"' in page(cast.officer, url=f"{URL}TG03/")
    assert 'href="/rankings/2018-Y/?district=094&grade=fair"' in page(cast.officer, "?unit=094", url=f"{URL}TG03/")
    assert 'href="/rankings/2018-Y/?"' in page(cast.officer, url=f"{URL}TG01/")


def test_reports_are_of_districts_and_lead_to_them(reported, cast):
    text = page(cast.officer, url=f"{URL}TG40/")

    assert row(text, "094") == ["Thành phố Điện Biên Phủ", "Không"]
    assert 'href="/reports/2018-Y/094/"' in text
    assert 'href="/reports/2018-Y/094/"' in page(cast.appraiser, url=f"{URL}TG40/")
    assert 'href="/reports/2018-H1/094/"' in page(cast.appraiser, url=f"{URL}TG39/")
    assert "/reports/" not in page(cast.signatory, url=f"{URL}TG40/")


def test_the_clause_and_its_readings_stand_beside_the_figure(reported, cast):
    text = page(cast.officer, url=f"{URL}TG19/")

    for words in ("II.2 gạch 7", "Mâu thuẫn với III.4: >= 91,5% (TG28)", "Theo dõi cả hai ngưỡng", "31/12/2018"):
        assert words in text
    assert '<tr class="mine">' in text
    assert "Khai báo, không tính" in page(cast.officer, url=f"{URL}TG22/")


def test_every_target_opens_at_every_level(reported, cast):
    clients = {user.role: client_of(user) for user in (cast.officer, cast.appraiser, cast.signatory)}

    found = {(f"TG{number:02}", role): client.get(f"{URL}TG{number:02}/").status_code for number in range(1, 41) for role, client in clients.items()}

    assert found == dict.fromkeys(found, 200)


@pytest.mark.parametrize("code", ["TG01", "TG05", "TG19", "TG22", "TG23", "TG37", "TG39", "TG40"])
def test_a_target_opens_before_anything_is_counted(plan, cast, code):
    for user in (cast.officer, cast.appraiser, cast.signatory):
        assert "chưa có số liệu" in page(user, url=f"{URL}{code}/")


def test_a_target_that_the_plan_does_not_have_is_not_found(reported, cast):
    assert client_of(cast.officer).get(f"{URL}TG41/").status_code == 404


# The file


def test_the_table_is_a_file_with_the_same_rows(reported, cast):
    answer = client_of(cast.officer).get(f"{URL}csv/?unit=094&group=officials")
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert answer.headers["Content-Disposition"] == 'attachment; filename="chi-tieu-2018-Y-094.csv"'
    assert lines[0].startswith("\ufeffMã;Chỉ tiêu;Điều khoản;Mức đề ra;Đơn vị;Kỳ;Tử số;Mẫu số;Thực hiện;")
    found = {line.split(";")[0]: line for line in lines}
    assert len([code for code in found if code.startswith("TG")]) == 14
    assert found["TG19"] == (
        "TG19;Trình độ chuyên môn trung cấp trở lên (mục tiêu);II.2 gạch 7;trên 92%;Thành phố Điện Biên Phủ;Năm 2018;3;4;75;75;4;-1;người;"
        "Chưa đạt;Tạm tính: 1/2 xã;1;2;1;;;Mâu thuẫn với III.4: >= 91,5% (TG28)"
    )


def test_no_cell_of_the_file_is_a_formula(reported, cast):
    text = b"".join(client_of(cast.officer).get(f"{URL}csv/").streaming_content).decode().removeprefix("\ufeff")

    cells = [cell.strip('"') for line in text.splitlines() for cell in line.split(";")]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "-")) and not re.fullmatch(r"-\d+(,\d+)?", cell)] == []


def test_the_half_year_is_an_estimate_and_knows_no_title(plan, cast):
    half = Period.objects.get(code="2018-H1")
    bring_to(make_forms(half)["03124"], State.APPROVED, 17)
    services.fill(half)

    text = page(cast.officer, url="/targets/2018-H1/")

    assert "(ước thực hiện)" in text
    assert row(text, "TG01")[2:] == ["≥ 63 đơn vị", "–", "Danh hiệu chỉ xét cho cả năm", "–", "Chưa có số liệu"]
    assert row(text, "TG02")[3:] == ["1 1/4", "Thiếu 24 đơn vị", "–", "Chưa đạt Ước thực hiện: 1/4 xã"]
    assert "ước thực hiện" not in page(cast.officer)


def test_an_unknown_period_is_not_found(plan, cast):
    assert client_of(cast.officer).get("/targets/2017-Y/").status_code == 404


def test_the_year_is_compared_with_its_half(reported, cast):
    half = Period.objects.get(code="2018-H1")
    make_forms(half)
    Observation.objects.create(
        indicator=Indicator.objects.get(code="working_rules.kept"),
        period=half,
        unit_id=cast.signatory.unit_id,
        numerator=0,
        denominator=1,
        as_of=half.ends_on,
        recorded_at=half.due_moment,
    )
    services.fill(half)

    assert row(page(cast.officer), "TG06")[5] == "+50 điểm %"
    assert row(page(cast.signatory), "TG06")[5] == "6 tháng: không"
    assert '<svg class="spark"' in page(cast.officer)


@pytest.mark.django_db
@pytest.mark.parametrize("communes", [0, 60])
@pytest.mark.parametrize("address", ["", "TG02/", "TG19/"])
@pytest.mark.parametrize("level", ["province", "district", "commune"])
def test_the_pages_take_at_most_eight_queries_whatever_the_communes(communes, address, level, django_assert_max_num_queries):
    year = a_random_year(3, communes=communes)
    make_target(year.plan, "TG19", ">", 92, "% officials", "roster.qualified")
    services.fill(year)
    commune = year.assessments.first().unit
    unit = {"province": commune.parent.parent, "district": commune.parent, "commune": commune}[level]
    client = client_of(make_user(Role.PROVINCE_OFFICER, commune.parent.parent))

    with django_assert_max_num_queries(8):
        assert client.get(f"{URL}{address}?unit={unit.code}").status_code == 200
