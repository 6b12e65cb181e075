"""What people read when something is refused or fails: what is wrong, and what to do."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from config.styleguide import StyleGuide
from tests.factories import client_of


def test_a_page_that_does_not_exist_says_so_in_the_frame(cast):
    answer = client_of(cast.signatory).get("/khong-co/")

    html = answer.content.decode()
    assert answer.status_code == 404
    assert "Không có trang này" in html
    assert 'id="danh-muc"' in html


def test_a_stranger_without_an_account_is_told_the_same(client, db):
    assert "Không có trang này" in client.get("/khong-co/").content.decode()


def test_an_old_form_is_refused_in_vietnamese(db):
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "xa-03124"})

    assert answer.status_code == 403
    assert "Trang đã mở quá lâu" in answer.content.decode()


def test_a_wrong_role_reads_who_it_is_and_what_to_do(cast):
    request = RequestFactory().get("/")
    request.user = cast.leader
    request.resolver_match = None

    html = render_to_string("403.html", request=request)

    assert "vai trò “Lãnh đạo: chỉ xem”" in html
    assert "Chưa có gì thay đổi" in html


def test_a_failure_of_the_portal_needs_nothing_that_could_fail_again():
    html = render_to_string("500.html")

    assert "Lỗi ở phía cổng" in html
    assert "gọi Sở Nội vụ" in html


def test_a_conflict_shows_both_values_and_the_way_back():
    html = render_to_string("409.html", {"back": "/assessments/2018-Y/03124/", "conflicts": [{"label": "V.1", "mine": "14,5", "theirs": "15,0"}]})

    assert [value in html for value in ("14,5", "15,0", 'href="/assessments/2018-Y/03124/"')] == [True] * 3


@pytest.mark.parametrize("page", ["409.html", "429.html"])
def test_refusals_need_no_context(page):
    assert "Có thể làm gì" in render_to_string(page)


def test_the_style_guide_draws_everything_without_inline_style(cast):
    request = RequestFactory().get("/styleguide/")
    request.user = cast.officer
    request.resolver_match = None

    html = StyleGuide.as_view()(request).render().content.decode()

    assert " style=" not in html
    assert html.count('class="cls ') == 10
    assert "Lớn hơn mức cho phép. Nhập nhiều nhất 20." in html
