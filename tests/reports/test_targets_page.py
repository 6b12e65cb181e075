"""The targets as people see them: the real plan with all its clauses, a small province that meets some and misses some."""

import html
import re

import pytest

import plan2018.resources
from accounts.rules import Role
from plan2018.models import Period, Target
from reports import services
from scoring import services as scoring
from scoring.rules import State
from tests.factories import bring_to, client_of, make_forms, make_user
from tests.reports.test_fill import a_random_year

URL = "/targets/2018-Y/"


@pytest.fixture
def plan(place, criteria_set):
    """The plan of 2018 as it is."""
    for resource in plan2018.resources.RESOURCES:
        resource().load()
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
        ("TG01", ["≥ 63 đơn vị", "1 1/4", "Thiếu 62 đơn vị", "Chưa đạt"]),
        ("TG03", ["> 75 đơn vị", "1 1/4", "Thiếu 75 đơn vị", "Chưa đạt"]),
        ("TG04", ["< 30 đơn vị", "1 1/4", "Còn cách trần 28 đơn vị", "Đạt"]),
        ("TG05", ["= 0 đơn vị", "0 0/4", "Vừa đủ", "Đạt"]),
        ("TG15", ["= 100%", "–", "Chờ báo cáo của xã", "Chưa có số liệu"]),
        ("TG19", ["> 92%", "–", "Chờ sổ cán bộ, công chức", "Chưa có số liệu"]),
        ("TG30", ["> 95%", "–", "Chờ sổ trụ sở, trang thiết bị", "Chưa có số liệu"]),
        ("TG37", ["≥ 15 ngày mỗi quý", "–", "Chờ báo cáo của xã", "Chưa có số liệu"]),
        ("TG39", ["= 10 huyện", "0 0/2", "Thiếu 10 huyện", "Chưa đạt"]),
        ("TG40", ["= 10 huyện", "0 0/2", "Thiếu 10 huyện", "Chưa đạt"]),
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
    assert [re.findall(r'<a href="#(TG\d\d)">', pair)[:2] for pair in pairs] == [["TG19", "TG28"], ["TG20", "TG29"]]
    assert "III.4: ≥ 91,5%" in pairs[0]
    assert "II.2: > 51%; III.4: ≥ 51%" in pairs[1]


def test_good_and_fair_stand_together_beside_the_fair(filled, cast):
    cells = row(page(cast.officer), "TG03")

    assert "Tốt và khá cộng lại: 2/4, cần trên 100" in cells[1]
    assert "25+75+30 = 130 đúng bằng số đơn vị cấp xã" in page(cast.officer)


def test_a_count_leads_to_the_communes_behind_it(filled, cast):
    text = page(cast.officer)

    assert '<a href="/rankings/2018-Y/?grade=fair">Xếp loại khá</a>' in text
    assert '<a href="/rankings/2018-Y/">Chính quyền đạt' in text


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


def test_a_district_sees_what_it_contributes_without_a_verdict(filled, cast):
    text = page(cast.appraiser)

    assert row(text, "TG02")[2:] == ["≥ 25 đơn vị", "1 1/2", "", "Không xét ở cấp này"]
    assert row(text, "TG19")[2:] == ["> 92%", "–", "Chờ sổ cán bộ, công chức", "Chưa có số liệu"]
    assert 'thành phố Điện Biên Phủ đang góp: chính quyền đạt "Trong sạch, vững mạnh" <b>1</b>, xếp loại tốt <b>1</b>, xếp loại khá <b>1</b>.' in text
    assert "Tốt và khá cộng lại: 2/2" in row(text, "TG03")[1]


def test_a_commune_sees_its_own_part_without_a_verdict_on_the_province(filled, cast):
    text = page(cast.signatory)

    assert "số liệu được tính ở cấp huyện và cấp tỉnh" in text
    assert row(text, "TG02")[2:] == ["≥ 25 đơn vị", "1 1/1", "", "Không xét ở cấp này"]


def test_the_half_year_is_an_estimate_and_knows_no_title(plan, cast):
    half = Period.objects.get(code="2018-H1")
    bring_to(make_forms(half)["03124"], State.APPROVED, 17)
    services.fill(half)

    text = page(cast.officer, url="/targets/2018-H1/")

    assert "(ước thực hiện)" in text
    assert row(text, "TG01")[2:] == ["≥ 63 đơn vị", "–", "Danh hiệu chỉ xét cho cả năm", "Chưa có số liệu"]
    assert row(text, "TG02")[3:] == ["1 1/4", "Thiếu 24 đơn vị", "Chưa đạt"]
    assert "ước thực hiện" not in page(cast.officer)


def test_an_unknown_period_is_not_found(plan, cast):
    assert client_of(cast.officer).get("/targets/2017-Y/").status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("communes", [0, 60])
def test_the_page_takes_at_most_eight_queries_whatever_the_communes(communes, django_assert_max_num_queries):
    year = a_random_year(3, communes=communes)
    services.fill(year)
    client = client_of(make_user(Role.PROVINCE_OFFICER, year.assessments.first().unit.parent.parent))

    with django_assert_max_num_queries(8):
        assert client.get(URL).status_code == 200
