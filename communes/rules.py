"""How units are named, ordered and found. Source: the General Statistics Office's register; Unicode collation for Vietnamese (CLDR)."""

import unicodedata
from enum import StrEnum


class Level(StrEnum):
    """Level of an administrative unit."""

    PROVINCE = "province"
    DISTRICT = "district"
    COMMUNE = "commune"


KINDS = {
    "tỉnh": "tinh",
    "thành phố": "thanh_pho",
    "thị xã": "thi_xa",
    "huyện": "huyen",
    "phường": "phuong",
    "thị trấn": "thi_tran",
    "xã": "xa",
}
"""Kind as the register writes it -> identifier."""

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
"""Letters in Vietnamese order; f, j, w, z stand where Latin has them."""

_TONES = "\u0300\u0309\u0303\u0301\u0323"
"""huyền, hỏi, ngã, sắc, nặng: they decide only between words that are otherwise equal (ma mà mả mã má mạ)."""

_PRIMARY = {letter: chr(ord("A") + index) for index, letter in enumerate(ALPHABET)}


def sort_key(text: str) -> str:
    """A key whose plain order (by code point) is Vietnamese alphabetical order: letters first, then tones, as CLDR `vi` has it.

    Spaces sort before letters, digits before letters. Computed once when a name is stored, so both databases order alike, by an index.
    """
    primary, secondary = [], []
    for character in unicodedata.normalize("NFC", text).lower():
        base, tone = "", "0"
        for part in unicodedata.normalize("NFD", character):
            if part in _TONES:
                tone = str(_TONES.index(part) + 1)
            else:
                base += part
        letter = unicodedata.normalize("NFC", base)
        if letter in _PRIMARY:
            primary.append(_PRIMARY[letter])
            secondary.append(tone)
        elif letter.isspace() or letter == "-":
            primary.append(" ")
            secondary.append("0")
        elif letter.isdigit():
            primary.append(letter)
            secondary.append("0")
    return "".join(primary) + "!" + "".join(secondary).rstrip("0")


def fold(text: str) -> str:
    """Text for searching without diacritics: NFD without marks, đ as d, lower case, single spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(plain.replace("đ", "d").replace("Đ", "D").lower().split())
