"""Cells: what each way of writing means, and what means nothing or too much."""

import unicodedata
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communes import parsing
from communes.parsing import Wrong
from communes.standards import TITLES, Education, Qualification, Theory

DAY = date(2018, 6, 20)


@pytest.mark.parametrize(
    "cell",
    [
        "20/06/2018",
        "20/6/2018",
        " 20-06-2018 ",
        "20.6.2018",
        "2018-06-20",
        "2018-06-20 00:00:00",
        "２０/０６/２０１８",
        "20\u00a0/ 06/2018",
        ("date", "2018-06-20"),
    ],
)
def test_a_day_is_read_in_every_way_that_means_one_day(cell):
    assert parsing.day(cell) == DAY


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("06/20/2018", "Không có tháng 20"),
        ("31/02/2018", "không có thật"),
        ("20/06/18", "hai chữ số"),
        ("1975", "Chỉ có năm"),
        (1975, "Chỉ có năm"),
        ("06/1975", "thiếu ngày"),
        (43271, "không phải ngày"),
        ("20/06/0201", "không thể đúng"),
        ("hôm qua", "Không đọc được"),
        (("error", "#N/A"), "#N/A"),
        (("formula", ""), "chưa tính"),
        (("bool", "TRUE"), "đúng/sai"),
        (("time", "08:30:00"), "ngày giờ"),
    ],
)
def test_what_is_no_day_is_said_to_be_none(cell, why):
    with pytest.raises(Wrong) as wrong:
        parsing.day(cell)

    assert why in wrong.value.why
    assert wrong.value.mend


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"]))
def test_every_day_is_read_as_it_was_written(day, form):
    assert parsing.day(day.strftime(form)) == day


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("8,5", "8.5"),
        ("8.5", "8.5"),
        ("8,50 ", "8.5"),
        ("\u00a08,5", "8.5"),
        ("８,５", "8.5"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.234.567", "1234567"),
        ("1 234,5", "1234.5"),
        (8.5, "8.5"),
        (0.1 + 0.2, "0.3"),
        ("-0", "0"),
        ("0", "0"),
        ("120", "120"),
    ],
)
def test_a_number_is_read_in_every_way_that_means_one_number(cell, value):
    assert parsing.number(cell, low=0, high=9_999_999, places=2) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("1.234", "hàng nghìn"),
        ("1,234", "hàng nghìn"),
        ("1e2", "Không phải là số"),
        ("không", "Không phải là số"),
        ("NaN", "Không phải là số"),
        (float("nan"), "Không phải là số"),
        (float("inf"), "Không phải là số"),
        ("Infinity", "Không phải là số"),
        ("20.0055", "chữ số sau dấu phẩy"),
        (20.005, "chữ số sau dấu phẩy"),
        ("-1", "ngoài khoảng"),
        ("99999999", "từ 0 đến 9.999.999"),
        ("1.2.3", "Không phải là số"),
        ("91,5%", "phần trăm"),
        (("date", "2018-01-01"), "ngày"),
        (("bool", "TRUE"), "đúng/sai"),
        (("error", "#DIV/0!"), "#DIV/0!"),
    ],
)
def test_what_is_no_number_or_could_be_two_is_refused(cell, why):
    with pytest.raises(Wrong) as wrong:
        parsing.number(cell, low=0, high=9_999_999, places=2)

    assert why in wrong.value.why


@given(st.decimals(0, 999_999, places=2))
def test_a_number_written_with_a_comma_or_a_point_is_the_same_number(value):
    written = f"{value:.2f}"

    assert parsing.number(written, low=0, high=999_999, places=2) == value
    assert parsing.number(written.replace(".", ","), low=0, high=999_999, places=2) == value
    assert parsing.number(float(value), low=0, high=999_999, places=2) == value


@given(st.text(max_size=30) | st.floats() | st.integers() | st.none())
def test_whatever_stands_in_a_cell_is_a_value_or_a_reason(cell):
    parsers = [
        parsing.day,
        parsing.person,
        parsing.title,
        parsing.education,
        parsing.yes_no,
        parsing.telephone,
        parsing.gaps,
        parsing.percent,
        parsing.unit_code,
    ]
    for parse in [*parsers, lambda cell: parsing.number(cell, low=0, high=9, places=2)]:
        with suppress(Wrong):
            parse(cell)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("91,5", "91.5"),
        ("91.5%", "91.5"),
        ("0.915", "91.5"),
        (0.915, "91.5"),
        (("percent", 0.915), "91.5"),
        (91.5, "91.5"),
        ("100%", 100),
        ("0", 0),
        ("0,9%", "0.9"),
    ],
)
def test_a_percentage_is_read_with_or_without_its_sign(cell, value):
    assert parsing.percent(cell) == Decimal(value)


@pytest.mark.parametrize(
    ("cell", "why"), [("0,9", "0,9% cũng có thể là 90%"), (1, "1% cũng có thể là 100%"), ("120", "từ 0 đến 100"), ("-5%", "từ 0 đến 100")]
)
def test_a_percentage_that_could_be_two_is_refused(cell, why):
    with pytest.raises(Wrong) as wrong:
        parsing.percent(cell)

    assert why in wrong.value.why


@pytest.mark.parametrize("slug", TITLES)
def test_every_title_is_known_by_its_label_and_aliases(slug):
    for words in (TITLES[slug].label, *TITLES[slug].aliases):
        assert parsing.title(words) == slug
        assert parsing.title(f" {unicodedata.normalize('NFD', words.upper())} ") == slug


def test_an_unknown_title_is_answered_with_the_nearest():
    with pytest.raises(Wrong) as wrong:
        parsing.title("Chủ tịch Uỷ ban nhân")

    assert "Gần nhất: Chủ tịch UBND" in wrong.value.mend or "Gần nhất: Chủ tịch" in wrong.value.mend


def test_levels_are_known_by_the_words_of_files():
    assert [parsing.education(cell) for cell in ("12/12", "THPT", "lớp 9/12", "10/10", "Cấp 1")] == [
        Education.UPPER_SECONDARY,
        Education.UPPER_SECONDARY,
        Education.LOWER_SECONDARY,
        Education.UPPER_SECONDARY,
        Education.PRIMARY,
    ]
    assert [parsing.qualification(cell) for cell in ("ĐH", "Thạc sĩ", "chưa qua đào tạo")] == [
        Qualification.UNIVERSITY,
        Qualification.POSTGRADUATE,
        Qualification.NONE,
    ]
    assert [parsing.theory(cell) for cell in ("CC", "Sơ cấp", "chưa")] == [Theory.ADVANCED, Theory.ELEMENTARY, Theory.NONE]
    with pytest.raises(Wrong, match="thành ngày"):
        parsing.education(("date", "2018-12-12"))


@pytest.mark.parametrize("cell", ["Nguyeãn Vaên An", "NguyÔn V¨n An", "Lß V¨n ¸nh", "Nguyá»…n VÄƒn An", "Ñaëng Thò Bình"])
def test_old_fonts_and_broken_encodings_are_recognised(cell):
    with pytest.raises(Wrong, match="Unicode"):
        parsing.person(cell)


@pytest.mark.parametrize(
    "cell",
    ["Lò Văn Ánh", "Quàng Thị Hoà", "Nguyễn Thuỳ Dương", "Giàng A Tủa", "Hạng Thị Xúa", "Mùa A Vảng", "Lý Xé Chừ", "Khoàng Thị Đôi", "Y Krông Êban"],
)
def test_names_of_the_province_are_no_old_font(cell):
    assert parsing.person(unicodedata.normalize("NFD", cell)) == cell


def test_invisible_characters_go_and_control_characters_are_refused():
    assert parsing.person("Lò\u00a0Văn\u200b  An\n") == "Lò Văn An"
    with pytest.raises(Wrong, match="điều khiển"):
        parsing.person("Lò Văn\x07 An")


def test_a_telephone_gets_back_the_zero_that_a_sheet_took():
    assert parsing.telephone(912345678) == "0912345678"
    assert parsing.telephone(912345678.0) == "0912345678"
    assert parsing.telephone("0215 3812 345") == "0215 3812 345"


@pytest.mark.parametrize(("cell", "code"), [(3127, "03127"), ("3127", "03127"), ("03127", "03127"), (3127.0, "03127"), ("'03127", "03127")])
def test_a_code_gets_back_its_leading_zeros(cell, code):
    assert parsing.unit_code(cell) == code


def test_what_is_written_is_read_back_as_the_same_value():
    parsers = {
        "title": parsing.title,
        "education": parsing.education,
        "qualification": parsing.qualification,
        "theory": parsing.theory,
        "construction": parsing.construction,
    }
    for name, parse in parsers.items():
        for value in parsing.WORDS[name]:
            assert parse(parsing.write(name, value)) == value
    assert parsing.gaps(parsing.write("declared_gaps", "field,computing")) == "field,computing"
    assert parsing.yes_no(parsing.write("border", True)) is True
