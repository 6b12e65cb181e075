"""How units are ordered, found and drawn."""

import csv
import random

import pytest
from django.db import connection

from communes.resources import DATA
from communes.rules import Frame, fold, frame_of, outline, sort_key

DISTRICTS = [
    *("Điện Biên", "Điện Biên Đông", "Điện Biên Phủ", "Mường Ảng", "Mường Chà"),
    *("Mường Lay", "Mường Nhé", "Nậm Pồ", "Tủa Chùa", "Tuần Giáo"),
]


@pytest.mark.parametrize(
    "words",
    [
        DISTRICTS,
        ["ma", "mà", "mả", "mã", "má", "mạ"],
        list("aăâbcdđeêghiklmnoôơpqrstuưvxy"),
        ["a", "ạ", "ă", "ặ", "â", "ậ", "b"],
        ["Ẳng Cang", "Ẳng Nưa", "Ẳng Tở", "Búng Lao"],
        ["Nà Bủng", "Nà Hỳ", "Na Son", "Na Tông"],
        ["ma mài", "mạ mai", "ma mang"],
        ["Phường 1", "Phường 10", "Phường 2", "Phường A"],
    ],
    ids=lambda words: words[0],
)
def test_names_stand_in_vietnamese_order(words):
    shuffled = random.Random(495).sample(words, len(words))

    assert sorted(shuffled, key=sort_key) == sorted(words, key=words.index)


def test_tones_decide_only_between_otherwise_equal_names():
    assert sort_key("Nậm Pồ") < sort_key("Nậm Pơ") < sort_key("Nậm Vì")
    assert sort_key("mạ a") < sort_key("ma b")


def test_case_and_unicode_form_do_not_change_the_order():
    assert sort_key("Tuần Giáo") == sort_key("TUẦN GIÁO") == sort_key("Tua\u0302\u0300n Gia\u0301o")


def test_a_key_orders_alike_in_every_collation_because_it_is_digits():
    assert all(sort_key(name).isdigit() for name in (*DISTRICTS, "Ea H’Leo", "Pá Khoang (cũ)", ""))


@pytest.mark.postgres
def test_the_register_stands_in_the_order_of_icu(db):
    with (DATA / "units.csv").open(encoding="utf-8") as file:
        names = [row["name"] for row in csv.DictReader(file)]
    with connection.cursor() as cursor:
        cursor.execute('SELECT name FROM unnest(%s) AS name ORDER BY name COLLATE "vi-x-icu"', [names])
        by_icu = [name for (name,) in cursor.fetchall()]

    assert sorted(names, key=sort_key) == by_icu


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Điện Biên Đông", "dien bien dong"),
        ("  Mường   Ảng ", "muong ang"),
        ("Thị xã Mường Lay", "thi xa muong lay"),
        ("hòa", "hoa"),
        ("hoà", "hoa"),
        ("Tua\u0302\u0300n Gia\u0301o", "tuan giao"),
        ("NẬM PỒ", "nam po"),
    ],
)
def test_names_are_found_without_diacritics(text, folded):
    assert fold(text) == folded


SQUARE = [(103.0, 22.0), (103.0, 21.0), (104.0, 21.0), (104.0, 22.0), (103.0, 22.0)]


def test_the_frame_is_as_large_as_the_map_allows_and_true_to_shape():
    frame = frame_of(SQUARE)

    corners = [frame.point(position) for position in SQUARE]

    # At 21.5 degrees a degree of longitude is 0.93 of a degree of latitude: the width of 712 units is what limits the map.
    assert frame.across == pytest.approx(712)
    assert frame.down == pytest.approx(712 / 0.930418, rel=1e-5)
    assert corners == [(4, 4), (4, 770), (716, 770), (716, 4), (4, 4)]


def test_an_outline_is_closed_relative_and_without_needless_points():
    frame = Frame(west=103.0, north=22.0, across=100, down=100)
    ring = [(103.0, 22.0), (103.0, 21.5), (103.0, 21.0), (103.001, 21.001), (104.0, 21.0), (104.0, 22.0), (103.0, 22.0)]

    assert outline([ring], frame) == "M4 4l0 100 100 0 0-100z"
    assert outline([ring, ring], frame) == "M4 4l0 100 100 0 0-100z" * 2
    assert outline([], frame) == ""


def test_a_line_or_a_point_has_no_outline():
    frame = Frame(west=103.0, north=22.0, across=100, down=100)

    assert outline([[(103.0, 22.0), (103.5, 21.5), (104.0, 21.0), (103.0, 22.0)]], frame) == ""
    assert outline([[(103.0, 22.0), (103.0, 22.0)]], frame) == ""


def test_positions_without_an_area_have_no_frame():
    with pytest.raises(ValueError, match="no area"):
        frame_of([(103.0, 22.0), (103.0, 21.0)])
