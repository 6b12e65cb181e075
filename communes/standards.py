"""Officials of a commune: their titles, and the standards that the plan asks of them. Pure; source: Plan 495/KH-UBND, section III.4.

Titles: Law on Cadres and Civil Servants 2008, article 61. "Đạt chuẩn" is not defined by the plan; we read it as: no standard of the kind is missing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import MAXYEAR, date
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """Kind of official. Cadres are elected; "cán bộ, công chức xã" are cadres and civil servants, without the non-full-time."""

    CADRE = "cadre"
    CIVIL_SERVANT = "civil_servant"
    PART_TIME = "part_time"


COUNTED = frozenset({Kind.CADRE, Kind.CIVIL_SERVANT})
"""The population "cán bộ, công chức xã" of the plan's targets."""


class Education(IntEnum):
    """General education (trình độ văn hóa)."""

    PRIMARY = 1
    LOWER_SECONDARY = 2
    UPPER_SECONDARY = 3


class Qualification(IntEnum):
    """Professional qualification (trình độ chuyên môn)."""

    NONE = 0
    ELEMENTARY = 1
    INTERMEDIATE = 2
    COLLEGE = 3
    UNIVERSITY = 4
    POSTGRADUATE = 5


class Theory(IntEnum):
    """Political theory (lý luận chính trị)."""

    NONE = 0
    ELEMENTARY = 1
    INTERMEDIATE = 2
    ADVANCED = 3


class Gap(StrEnum):
    """What an official lacks. The first three follow from the levels; the others are declared."""

    EDUCATION = "education"
    QUALIFICATION = "qualification"
    THEORY = "theory"
    FIELD = "field"
    COMPUTING = "computing"
    LANGUAGE = "language"
    STATE_MANAGEMENT = "state_management"


DECLARED = (Gap.FIELD, Gap.COMPUTING, Gap.LANGUAGE, Gap.STATE_MANAGEMENT)
"""Entry standards of Circular 06/2012/TT-BNV that levels do not tell: field of study, office computing, a language of the people, state management."""


@dataclass(frozen=True)
class Standard:
    """The least levels of a kind, and the clause that asks for them. None: the plan asks for nothing."""

    education: Education | None
    qualification: Qualification | None
    theory: Theory | None
    clause: str


STANDARDS = {
    Kind.CADRE: Standard(None, Qualification.INTERMEDIATE, Theory.ELEMENTARY, "III.4 gạch 1 (RL15)"),
    Kind.CIVIL_SERVANT: Standard(Education.UPPER_SECONDARY, Qualification.INTERMEDIATE, None, "III.4 gạch 1 (RL17); Thông tư 06/2012/TT-BNV"),
    Kind.PART_TIME: Standard(Education.LOWER_SECONDARY, None, None, "III.4 gạch 1 (RL18)"),
}
"""Standards per kind. The plan sets them for cadres elected for the first time; for those elected again see `must_study`."""

DEBT_YEARS = 5
"""Civil servants who owe an entry standard make it up within 5 years (RL17). The plan does not say from when: we count from the day of recruitment."""

STUDY_YEARS = 7
"""Cadres elected again with more than 7 years left must be sent to study what they lack (RL16)."""


@dataclass(frozen=True)
class Title:
    """A title: what people call it, its kind, other spellings found in files."""

    label: str
    kind: Kind
    aliases: tuple[str, ...] = ()


TITLES = {
    "party_secretary": Title("Bí thư Đảng ủy", Kind.CADRE, ("Bí thư", "Bí thư Đảng bộ")),
    "party_deputy": Title("Phó Bí thư Đảng ủy", Kind.CADRE, ("Phó Bí thư", "Phó Bí thư thường trực", "Phó Bí thư Thường trực Đảng ủy")),
    "council_chair": Title("Chủ tịch HĐND", Kind.CADRE, ("Chủ tịch Hội đồng nhân dân", "CT HĐND")),
    "council_vice": Title("Phó Chủ tịch HĐND", Kind.CADRE, ("Phó Chủ tịch Hội đồng nhân dân", "PCT HĐND")),
    "committee_chair": Title("Chủ tịch UBND", Kind.CADRE, ("Chủ tịch Ủy ban nhân dân", "CT UBND")),
    "committee_vice": Title("Phó Chủ tịch UBND", Kind.CADRE, ("Phó Chủ tịch Ủy ban nhân dân", "PCT UBND")),
    "front_chair": Title("Chủ tịch Ủy ban MTTQ", Kind.CADRE, ("Chủ tịch MTTQ", "Chủ tịch Ủy ban Mặt trận Tổ quốc", "Chủ tịch UBMTTQ", "CT UBMTTQ")),
    "youth_secretary": Title("Bí thư Đoàn Thanh niên", Kind.CADRE, ("Bí thư Đoàn TNCS Hồ Chí Minh", "Bí thư Đoàn", "Bí thư Đoàn TN")),
    "women_chair": Title("Chủ tịch Hội Liên hiệp Phụ nữ", Kind.CADRE, ("Chủ tịch Hội LHPN", "Chủ tịch Hội Phụ nữ", "CT Hội LHPN")),
    "farmers_chair": Title("Chủ tịch Hội Nông dân", Kind.CADRE, ("CT Hội Nông dân", "Chủ tịch Hội ND")),
    "veterans_chair": Title("Chủ tịch Hội Cựu chiến binh", Kind.CADRE, ("Chủ tịch Hội CCB", "CT Hội CCB")),
    "police_chief": Title("Trưởng Công an", Kind.CIVIL_SERVANT, ("Trưởng Công an xã", "Trưởng CA")),
    "military_commander": Title(
        "Chỉ huy trưởng Quân sự", Kind.CIVIL_SERVANT, ("Chỉ huy trưởng Ban Chỉ huy Quân sự", "Chỉ huy trưởng BCH Quân sự", "CHT Quân sự")
    ),
    "office_statistics": Title("Văn phòng - thống kê", Kind.CIVIL_SERVANT, ("Văn phòng", "VP-TK", "Công chức Văn phòng - thống kê")),
    "land_rural": Title(
        "Địa chính - nông nghiệp - xây dựng và môi trường",
        Kind.CIVIL_SERVANT,
        ("Địa chính - nông nghiệp", "Địa chính", "Địa chính - NN - XD & MT", "ĐC-NN-XD&MT"),
    ),
    "land_urban": Title(
        "Địa chính - xây dựng - đô thị và môi trường", Kind.CIVIL_SERVANT, ("Địa chính - xây dựng", "Địa chính - XD - ĐT & MT", "ĐC-XD-ĐT&MT")
    ),
    "finance": Title("Tài chính - kế toán", Kind.CIVIL_SERVANT, ("Kế toán", "TC-KT", "Tài chính kế toán")),
    "justice": Title("Tư pháp - hộ tịch", Kind.CIVIL_SERVANT, ("Tư pháp", "TP-HT", "Tư pháp hộ tịch")),
    "culture": Title("Văn hóa - xã hội", Kind.CIVIL_SERVANT, ("Văn hóa", "VH-XH", "Văn hóa xã hội")),
    "part_time": Title("Người hoạt động không chuyên trách", Kind.PART_TIME, ("Không chuyên trách", "Cán bộ không chuyên trách", "KCT")),
}
"""Titles: 11 of cadres, 7 of civil servants (the one for land has two forms, by kind of commune), and the non-full-time."""

LAND = frozenset({"land_rural", "land_urban"})
"""The two forms of the title for land."""


def fitting(title: str, commune_kind: str) -> str:
    """The title as communes of this kind have it: for land, a xã has the rural form, a phường or thị trấn the urban one."""
    return ("land_rural" if commune_kind == "xa" else "land_urban") if title in LAND else title


def missing(kind: Kind, education: Education, qualification: Qualification, theory: Theory, declared: Collection[Gap] = ()) -> tuple[Gap, ...]:
    """What an official lacks by the standards of the kind, in a fixed order; nothing: meets all standards.

    Entry standards that are declared count for civil servants alone.
    """
    standard = STANDARDS[kind]
    lacks = {
        Gap.EDUCATION: standard.education is not None and education < standard.education,
        Gap.QUALIFICATION: standard.qualification is not None and qualification < standard.qualification,
        Gap.THEORY: standard.theory is not None and theory < standard.theory,
        **{gap: kind == Kind.CIVIL_SERVANT and gap in declared for gap in DECLARED},
    }
    return tuple(gap for gap, lacking in lacks.items() if lacking)


def years_later(day: date, years: int) -> date:
    """The same day so many years later; 28 February for a 29 February that is not there, the last day there is for one beyond it."""
    if day.year + years > MAXYEAR:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def debt_due(kind: Kind, appointed_on: date | None) -> date | None:
    """Until when a civil servant makes up what is missing (RL17); None for others and where the day of recruitment is not known."""
    return years_later(appointed_on, DEBT_YEARS) if kind == Kind.CIVIL_SERVANT and appointed_on else None


def overdue(lacking: Collection[Gap], due: date | None, day: date) -> bool:
    """Whether something is still missing on the day before which it had to be made up, or later."""
    return bool(lacking) and due is not None and due <= day


def must_study(kind: Kind, lacking: Collection[Gap], retires_on: date | None, day: date) -> bool:
    """Whether a cadre must be sent to study (RL16): something is missing and more than 7 years are left on this day."""
    return kind == Kind.CADRE and bool(lacking) and retires_on is not None and retires_on > years_later(day, STUDY_YEARS)


def until(kind: Kind, lacking: Collection[Gap], appointed_on: date | None, stated: date | None) -> date | None:
    """Until when what is missing must be made up: as stated, else by `debt_due`; None where nothing is missing."""
    return (stated or debt_due(kind, appointed_on)) if lacking else None
