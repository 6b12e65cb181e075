"""The marks that every page shares, by tables of cases."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.template import Context, Template

from config.templatetags import portal


@pytest.mark.parametrize(
    ("write", "value", "expected"),
    [
        (portal.number, None, "–"),
        (portal.number, 0, "0"),
        (portal.number, 1234, "1.234"),
        (portal.number, 1234567, "1.234.567"),
        (portal.number, Decimal("14.50"), "14,5"),
        (portal.number, Decimal("14.00"), "14"),
        (portal.number, Decimal("1234.5"), "1.234,5"),
        (portal.number, -3, "−3"),
        (portal.number, Decimal("-0.001"), "0"),
        (portal.points, None, "–"),
        (portal.points, Decimal("14.5"), "14,5"),
        (portal.points, 14, "14,0"),
        (portal.points, Decimal("14.25"), "14,25"),
        (portal.points, Decimal("14.255"), "14,26"),
        (portal.points, 0, "0,0"),
        (portal.percent, None, "–"),
        (portal.percent, Decimal("91.5"), "91,5%"),
        (portal.percent, Decimal("91.75"), "91,75%"),
        (portal.percent, Decimal("91.46"), "91,46%"),
        (portal.percent, 51, "51,0%"),
        (portal.percent, 100 / 3, "33,33%"),
        (portal.signed, None, "–"),
        (portal.signed, Decimal("-8.5"), "−8,5"),
        (portal.signed, 2, "+2,0"),
        (portal.signed, 0, "0,0"),
        (portal.day, None, "–"),
        (portal.day, date(2018, 6, 19), "19/6/2018"),
        (portal.day, date(2018, 3, 5), "05/3/2018"),
        (portal.day, date(2019, 1, 7), "07/01/2019"),
        (portal.day, datetime(2018, 6, 19, 18, 0, tzinfo=UTC), "20/6/2018"),
        (portal.moment, None, "–"),
        (portal.moment, datetime(2019, 1, 7, 7, 30, tzinfo=UTC), "14:30 ngày 07/01/2019"),
        (portal.stamp, None, "–"),
        (portal.stamp, datetime(2018, 12, 20, 8, 31, tzinfo=UTC), "20/12/2018 15:31"),
    ],
)
def test_values_are_written_as_vietnamese_administration_writes_them(write, value, expected):
    assert write(value) == expected


def test_the_number_of_decimals_can_be_fixed():
    assert [portal.points(Decimal("15.25"), 1), portal.points(15, 2), portal.percent(Decimal("93.846"), 1)] == ["15,3", "15,00", "93,8%"]


def test_a_percentage_shows_what_it_is_made_of():
    assert [portal.ratio(2569, 2800), portal.ratio(None, 2800), portal.ratio(0, 10)] == ["2.569/2.800", "–", "0/10"]


@pytest.mark.parametrize(
    ("value", "whole", "expected"),
    [(Decimal("14.5"), 20, "72.5%"), (1, 3, "33.33%"), (None, 20, "0%"), (25, 20, "100%"), (-1, 20, "0%"), (5, 0, "0%"), (100, 100, "100%")],
)
def test_a_bar_is_drawn_with_dots_and_never_leaves_its_frame(value, whole, expected):
    assert portal.coord(value, whole) == expected


def test_coordinates_are_not_localized_in_a_template():
    template = Template('{% load portal %}<rect width="{{ score|coord:most }}"/>')

    assert template.render(Context({"score": Decimal("1234.5"), "most": 2000})) == '<rect width="61.72%"/>'


def test_ids_and_years_are_written_as_programs_read_them_and_numbers_as_people_do():
    template = Template('{% load portal %}<a href="/duties/?year={{ year }}">{{ count|number }}</a><input value="{{ pk }}:{{ version }}">')

    written = template.render(Context({"year": 2018, "count": 8312, "pk": 1475, "version": 1000}))

    assert written == '<a href="/duties/?year=2018">8.312</a><input value="1475:1000">'


@pytest.mark.parametrize(
    ("grade", "expected"),
    [
        ("good", '<span class="cls tot">Tốt</span>'),
        ("fair", '<span class="cls kha">Khá</span>'),
        ("average", '<span class="cls tb">Trung bình</span>'),
        ("weak", '<span class="cls yeu">Yếu</span>'),
        (None, '<span class="cls none">Chưa có điểm</span>'),
        ("", '<span class="cls none">Chưa có điểm</span>'),
    ],
)
def test_a_class_is_a_word_and_pips(grade, expected):
    assert portal.grade_mark(grade) == expected


def test_an_unknown_class_is_an_error_and_not_a_blank():
    with pytest.raises(KeyError):
        portal.grade_mark("excellent")


@pytest.mark.parametrize(("grade", "expected"), [("good", 'class="f-tot"'), ("average", 'fill="url(#p-tb)"'), (None, 'fill="url(#p-none)"')])
def test_charts_fill_classes_with_colour_or_pattern(grade, expected):
    assert portal.grade_fill(grade) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("draft", '<span class="tag is-draft">Đang nhập</span>'),
        ("submitted", '<span class="tag is-sent">Đã gửi</span>'),
        ("returned", '<span class="tag is-back">Trả lại</span>'),
        ("appraised", '<span class="tag is-seen">Đã thẩm định</span>'),
        ("approved", '<span class="tag is-lock">Đã duyệt</span>'),
        (None, '<span class="tag is-none">Chưa nhập</span>'),
    ],
)
def test_a_state_is_a_word_a_shape_and_a_colour(state, expected):
    assert portal.state_tag(state) == expected


@pytest.mark.parametrize(
    ("met", "expected"),
    [
        (True, '<span class="tag is-ok">Đạt</span>'),
        (False, '<span class="tag is-bad">Chưa đạt</span>'),
        (None, '<span class="tag is-none">Chưa có số liệu</span>'),
    ],
)
def test_no_data_is_neither_met_nor_missed(met, expected):
    assert portal.verdict_tag(met) == expected


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        (12, '<span class="up">12 bậc</span>'),
        (-3, '<span class="down">3 bậc</span>'),
        (0, '<span class="same">Giữ hạng</span>'),
        (None, "–"),
    ],
)
def test_a_change_of_rank_says_its_direction(places, expected):
    assert portal.climb(places) == expected


@pytest.mark.parametrize(
    ("level", "expected"), [(levels.SUCCESS, "is-ok"), (levels.ERROR, "is-bad"), (levels.WARNING, "is-warn"), (levels.INFO, ""), (levels.DEBUG, "")]
)
def test_messages_are_notes(level, expected):
    assert portal.note_class(Message(level, "Đã lưu")) == expected


class Sheet(forms.Form):
    """A form as pages have it."""

    points = forms.DecimalField(label="Điểm", max_value=20, localize=True, widget=forms.TextInput(attrs={"placeholder": "Điểm"}))


def test_a_field_ties_label_hint_and_error_to_its_input():
    form = Sheet({"points": "21"})

    html = Template('{% load portal %}{% field form.points hint="Từ 0 đến 20" inputmode="decimal" class="pts" %}').render(Context({"form": form}))

    assert '<label for="id_points">Điểm</label>' in html
    assert '<div class="hint" id="id_points_helptext">Từ 0 đến 20</div>' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="id_points_helptext id_points_error"' in html
    assert 'inputmode="decimal"' in html
    assert 'class="err" id="id_points_error"' in html
    assert "placeholder" not in html


def test_errors_lead_to_their_fields():
    form = Sheet({"points": ""})

    html = Template("{% load portal %}{% errors form %}").render(Context({"form": form}))

    assert '<a href="#id_points">Điểm</a>: Chưa nhập.' in html


def test_a_form_without_errors_says_nothing():
    assert Template("{% load portal %}{% errors form %}").render(Context({"form": Sheet()})).strip() == ""


def test_the_menu_leaves_out_what_does_not_exist():
    assert portal.menu("", {}, None, "/") == []
    assert [item["url"] for item in portal.menu("commune", {"period": None, "code": None}, None, "/")] == ["/duties/", "/audit/"]


@pytest.mark.urls("tests.config.menu_urls")
@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("province", ["Tổng quan", "Chỉ tiêu", "Xếp hạng", "Đơn vị"]),
        ("district", ["Việc của huyện", "Thẩm định", "Chỉ tiêu", "Xếp hạng", "Đơn vị"]),
        ("commune", ["Việc của xã", "Tự chấm điểm", "Xếp hạng"]),
    ],
)
def test_each_level_has_its_menu(level, expected):
    items = portal.menu(level, {"period": "2018-Y", "code": "102"}, None, "/")

    assert [item["words"] for item in items] == expected


@pytest.mark.urls("tests.config.menu_urls")
def test_the_menu_says_where_the_reader_is():
    own = portal.menu("district", {"period": "2018-Y", "code": "102"}, "unit", "/units/102/")
    below = portal.menu("district", {"period": "2018-Y", "code": "102"}, "units", "/units/03256/")

    assert [item["current"] for item in own] == ["page", "", "", "", ""]
    assert [item["current"] for item in below] == ["", "", "", "", "true"]
