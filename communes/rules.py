"""How units are named, ordered, found and drawn. Sources: the General Statistics Office's register; Unicode collation for Vietnamese (CLDR)."""

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

Position = tuple[float, float]
"""Longitude and latitude in degrees (WGS 84), as GeoJSON has them."""


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

_END, _SPACE, _SIGN = "00", "01", "02"
_PLACES = {character: f"{place:02}" for place, character in enumerate("0123456789" + ALPHABET, start=10)}
"""Two digits for each character, because every collation of every database orders digits alike."""


@lru_cache(maxsize=8192)
def sort_key(text: str) -> str:
    """A key whose plain order is Vietnamese alphabetical order as CLDR `vi` has it: letters first, then tones over the whole text, no case.

    Spaces come before other signs, these before digits, digits before letters; a name comes before those that go on after it.
    Computed once when a name is stored, so both databases order alike, by an index.
    """
    places, tones = [], []
    for character in unicodedata.normalize("NFC", text).lower():
        parts = unicodedata.normalize("NFD", character)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in _TONES))
        places.append(_PLACES.get(letter, _SPACE if letter.isspace() else _SIGN))
        tones.append(next((str(place) for place, tone in enumerate(_TONES, start=1) if tone in parts), "0"))
    return "".join(places) + _END + "".join(tones).rstrip("0")


def fold(text: str) -> str:
    """Text for searching without diacritics: NFD without marks, đ as d, lower case, single spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return " ".join(plain.replace("đ", "d").replace("Đ", "D").lower().split())


def clean_name(text: str) -> str:
    """A person's name as it is stored: NFC, single spaces, no control or invisible characters; case as typed."""
    plain = unicodedata.normalize("NFC", text)
    if not plain.isprintable():
        plain = "".join(c if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf") else "" for c in plain)
    return " ".join(plain.split())


def name_key(full_name: str) -> str:
    """What tells a person together with the day of birth: the clean name in lower case."""
    return clean_name(full_name).lower()


GIVEN = 8
"""More letters than a syllable of Vietnamese has: the tones of a given name take this many digits."""


def person_key(full_name: str) -> str:
    """A key whose plain order lists people as Vietnamese do: by given name, the last word, then by the words before it."""
    *family, given = clean_name(full_name).split() or [""]
    key, tones_from = sort_key(given), 2 * len(given) + len(_END)
    return f"{key[:tones_from]}{key[tones_from:].ljust(GIVEN, '0')}{sort_key(' '.join(family))}"[:200]


MAX_FILE = 10 * 1024 * 1024
"""Largest file of a document, in bytes."""

MAX_SHEET = 5 * 1024 * 1024
"""Largest file of a register, in bytes."""


def parse_area(text: str) -> Decimal:
    """Read square metres as people here type them: "350", "350,5", "350.5", "1.234,5"; a dot before three digits parts thousands: "1.234" is 1234.

    At most two decimals, so no reading is a guess. Raises ValueError for anything else, also what is negative.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{1,3}(\.\d{3})+(,\d{1,2})?", plain, re.ASCII):
        return Decimal(plain.replace(".", "").replace(",", "."))
    if re.fullmatch(r"\d{1,7}([.,]\d{1,2})?", plain, re.ASCII):
        return Decimal(plain.replace(",", "."))
    raise ValueError(text)


WIDTH, HEIGHT, MARGIN = 720, 880, 4
"""The frame of the map in SVG units, and the space left free around the province."""

STEP = 2
"""Outlines go through the points of a grid this fine: neighbours share their border to the point, and the whole map stays near 30 KB."""


@dataclass(frozen=True)
class Frame:
    """Where a piece of the earth lies in the frame of the map: equirectangular, true to shape at its middle latitude, north up."""

    west: float
    north: float
    across: float
    """SVG units per degree of longitude."""
    down: float
    """SVG units per degree of latitude."""

    def point(self, position: Position) -> tuple[int, int]:
        """The grid point of a position."""
        longitude, latitude = position
        x, y = MARGIN + (longitude - self.west) * self.across, MARGIN + (self.north - latitude) * self.down
        return STEP * round(x / STEP), STEP * round(y / STEP)


def frame_of(positions: Iterable[Position]) -> Frame:
    """The frame into which all these positions fit, as large as the map allows. Raises ValueError unless they span an area."""
    longitudes, latitudes = zip(*positions, strict=True)
    west, south, north = min(longitudes), min(latitudes), max(latitudes)
    shrink = math.cos(math.radians((south + north) / 2))
    width, height = (max(longitudes) - west) * shrink, north - south
    if not (width and height):
        raise ValueError("positions span no area")
    scale = min((WIDTH - 2 * MARGIN) / width, (HEIGHT - 2 * MARGIN) / height)
    return Frame(west, north, scale * shrink, scale)


def outline(rings: Iterable[Sequence[Position]], frame: Frame) -> str:
    """The SVG path of a polygon: one closed subpath for each ring (whose last position repeats the first), in relative whole numbers.

    Points that fall on their predecessor or on the line through their neighbours are left out.
    """
    return "".join(_subpath([frame.point(position) for position in ring[:-1]]) for ring in rings)


def _subpath(points: list[tuple[int, int]]) -> str:
    distinct = [point for previous, point in zip(points[-1:] + points, points, strict=False) if point != previous]
    corners = [
        (x, y)
        for (x, y), (x0, y0), (x1, y1) in zip(distinct, distinct[-1:] + distinct, distinct[1:] + distinct[:1], strict=False)
        if (x - x0) * (y1 - y) != (y - y0) * (x1 - x)
    ]
    if not corners:
        return ""
    steps = [f"{x - x0} {y - y0}" for (x0, y0), (x, y) in pairwise(corners)]
    return f"M{corners[0][0]} {corners[0][1]}l{' '.join(steps)}z".replace(" -", "-")
