"""The ranking as people see it: whose rows, with which ranks, narrowed by what; and the same rows as a file."""

import re
from decimal import Decimal

import pytest
from django.test import Client

from accounts.rules import Role
from communes.models import Unit
from communes.tables import csv_lines
from reports import selectors, services
from scoring import services as scoring
from scoring.models import CriteriaSet
from scoring.rules import State
from tests.factories import bring_to, client_of, make_forms, make_user
from tests.reports.test_fill import a_random_year

URL = "/rankings/2018-Y/"
CSV = "/rankings/2018-Y/csv/"
CAVEAT = "Tiêu thức và ngưỡng xếp loại là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011."


@pytest.fixture
def ranked(forms, year):
    """Noong Bua 51 points, Him Lam and Sông Đà 45 each, Na Lay still with its commune."""
    for code, points in (("03124", 17), ("03127", 15), ("03148", 15)):
        bring_to(forms[code], State.APPROVED, points)
    services.fill(year)
    return year


def names(html: str) -> list[str]:
    """The units of the table, in order."""
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', html)


def places(html: str) -> list[str]:
    return re.findall(r'data-l="Thứ hạng">([^<]*)</td>', html)


def page(client: Client, query: str = "") -> str:
    return client.get(URL + query).content.decode()


def lines(client: Client, query: str = "") -> list[str]:
    """The lines of the file above the one that says what its figures are worth."""
    *table, caveat = b"".join(client.get(CSV + query).streaming_content).decode("utf-8-sig").splitlines()
    assert caveat == CAVEAT
    return table


def test_the_province_sees_all_by_rank_and_those_without_one_last(ranked, cast):
    html = page(client_of(cast.officer))

    assert names(html) == ["Phường Noong Bua", "Phường Him Lam", "Phường Sông Đà", "Phường Na Lay"]
    assert places(html) == ["1", "2=", "2=", "–"]
    assert "Dẫn đầu là <b>phường Noong Bua</b> với <b>51</b> điểm. 3 kết quả đã duyệt, 1 chưa." in html
    assert '<span class="tag is-draft">Đang nhập</span>' in html
    assert "từ 51: tốt" in html
    assert html.count("<circle ") == 3 + html.count('class="f-mid" cx="5"')


def test_a_district_sees_its_communes_with_the_ranks_of_the_province(ranked, place):
    html = page(client_of(make_user(Role.DISTRICT_APPRAISER, place.other_district)))

    assert names(html) == ["Phường Sông Đà", "Phường Na Lay"]
    assert places(html) == ["2=", "–"]
    assert "thứ <b>2=</b> trong 3 đơn vị" in html
    assert 'name="district"' not in html


def test_a_commune_sees_itself(ranked, cast):
    html = page(client_of(cast.neighbour))

    assert names(html) == ["Phường Him Lam"]
    assert "<b>Phường Him Lam</b> đứng thứ <b>2=</b> trong 3 đơn vị của tỉnh đã duyệt: <b>45 điểm</b>, hạng <b>khá</b>." in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?district=095", ["Phường Sông Đà", "Phường Na Lay"]),
        ("?grade=fair", ["Phường Him Lam", "Phường Sông Đà"]),
        ("?q=song da", ["Phường Sông Đà"]),
        ("?q=SÔNG", ["Phường Sông Đà"]),
        ("?q=phuong&district=094&grade=good", ["Phường Noong Bua"]),
        ("?q=%20%20", ["Phường Noong Bua", "Phường Him Lam", "Phường Sông Đà", "Phường Na Lay"]),
        ("?district=&grade=&q=", ["Phường Noong Bua", "Phường Him Lam", "Phường Sông Đà", "Phường Na Lay"]),
    ],
)
def test_page_and_file_are_narrowed_alike(ranked, cast, query, found):
    client = client_of(cast.officer)

    assert names(page(client, query)) == found
    assert [line.split(";")[1] for line in lines(client, query)[1:]] == found


@pytest.mark.parametrize("query", ["?district=999", "?grade=best", "?q=xyz", "?q=%00song%27%22;--", "?district=094&grade=weak"])
def test_what_nobody_has_finds_nothing_and_says_so(ranked, cast, query):
    client = client_of(cast.officer)

    html = page(client, query)

    assert names(html) == []
    assert "Không có đơn vị nào khớp với điều đã chọn." in html
    assert 'class="into" href="/rankings/2018-Y/"' in html
    assert len(lines(client, query)) == 1


def test_a_district_of_others_is_as_unknown_as_one_that_does_not_exist(ranked, cast):
    assert names(page(client_of(cast.appraiser), "?district=095")) == []


def test_an_unknown_period_is_not_found(ranked, cast):
    assert client_of(cast.officer).get("/rankings/2017-Y/").status_code == 404
    assert client_of(cast.officer).get("/rankings/2017-Y/csv/").status_code == 404


def test_before_anything_is_approved_nobody_leads(forms, year, cast):
    html = page(client_of(cast.officer))

    assert "Chưa kết quả nào được duyệt: <b>4 đơn vị</b> chưa có thứ hạng." in html
    assert "Kỳ này chưa tổng hợp." in html
    assert 'class="plot' not in html


def test_ranks_are_compared_with_the_half_year(forms, year, half, cast):
    before = make_forms(half)
    for code, points in (("03124", 10), ("03127", 15)):
        bring_to(before[code], State.APPROVED, points)
    for code, points in (("03124", 17), ("03127", 15), ("03148", 11)):
        bring_to(forms[code], State.APPROVED, points)
    services.fill(half)
    services.fill(year)

    html = page(client_of(cast.officer))

    assert "tiến nhiều nhất là <b>phường Noong Bua</b>, lên <b>1 bậc</b>" in html
    assert re.findall(r'data-l="So với 6 tháng">(.*)</td>', html) == [
        '<span class="up">1 bậc</span>',
        '<span class="down">1 bậc</span>',
        "–",
        "–",
    ]
    assert "So với 6 tháng" not in client_of(cast.officer).get("/rankings/2018-H1/").content.decode()


def test_a_result_taken_back_keeps_its_rank_until_the_next_fill_but_shows_its_state(ranked, cast, forms):
    forms["03124"].refresh_from_db()
    scoring.reopen(assessment=forms["03124"], version=forms["03124"].version, reason="Tính nhầm", actor=cast.officer)

    first = next(selectors.league(ranked, cast.officer.unit).iterator())

    assert (first["unit_code"], first["rank"], first["state"]) == ("03124", 1, "appraised")


def test_the_file_is_what_excel_in_vietnam_opens(ranked, cast):
    response = client_of(cast.officer).get(CSV)

    content = b"".join(response.streaming_content)

    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="xep-hang-2018-Y.csv"'
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.decode("utf-8-sig").split("\r\n") == [
        "Thứ hạng;Đơn vị;Huyện, thị xã, thành phố;Tổng điểm;Thang điểm;Hạng;Danh hiệu;So với kỳ trước (bậc);Gửi phiếu;Trạng thái",
        "1;Phường Noong Bua;Thành phố Điện Biên Phủ;51;60;tốt;;;Trễ hạn;đã duyệt",
        "2;Phường Him Lam;Thành phố Điện Biên Phủ;45;60;khá;;;Trễ hạn;đã duyệt",
        "2;Phường Sông Đà;Thị xã Mường Lay;45;60;khá;;;Trễ hạn;đã duyệt",
        ";Phường Na Lay;Thị xã Mường Lay;;;;;;Chưa gửi;đang nhập",
        CAVEAT,
        "",
    ]


def test_nothing_is_said_of_criteria_that_were_compared_with_the_decision(ranked, cast):
    CriteriaSet.objects.update(verified=True)
    client = client_of(cast.officer)

    assert "chưa đối chiếu" not in page(client)
    assert "chưa đối chiếu" not in b"".join(client.get(CSV).streaming_content).decode()


@pytest.mark.parametrize("name", ["=1+1", "+84", "-2", "@x", "\t=1", "\r=1", " =1", "＝1"])
def test_a_text_never_becomes_a_formula(name):
    written = "".join(csv_lines([[name]]))

    assert written.lstrip("\ufeff").lstrip('"').startswith("'")


def test_numbers_stay_numbers_in_the_file():
    assert "".join(csv_lines([[-3, Decimal("227.50"), Decimal(100), None, "a;b"]])) == '\ufeff-3;227,5;100;;"a;b"\r\n'


def test_a_formula_in_a_name_is_text_in_the_file(ranked, cast, place):
    Unit.objects.filter(pk=place.commune.pk).update(full_name='=HYPERLINK("http://x")')

    assert lines(client_of(cast.officer))[1].split(";")[1] == '"\'=HYPERLINK(""http://x"")"'


@pytest.mark.django_db
@pytest.mark.parametrize("communes", [0, 60])
@pytest.mark.parametrize("query", ["", "?district=094&grade=fair&q=xa"])
def test_the_page_takes_at_most_eight_queries_whatever_its_rows(communes, query, django_assert_max_num_queries):
    year = a_random_year(3, communes=communes)
    services.fill(year)
    client = client_of(make_user(Role.PROVINCE_OFFICER, Unit.objects.get(code="11")))

    with django_assert_max_num_queries(8):
        assert client.get(URL + query).status_code == 200


@pytest.mark.django_db
def test_the_file_takes_the_same_few_queries_for_many_rows(django_assert_max_num_queries):
    services.fill(a_random_year(3, communes=60))
    client = client_of(make_user(Role.PROVINCE_OFFICER, Unit.objects.get(code="11")))

    with django_assert_max_num_queries(8):
        rows = lines(client)

    assert len(rows) == 1 + 64
