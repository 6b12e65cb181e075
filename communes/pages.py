"""What the pages of the registers show: rows put together for tables and pictures, with the sentences that head them.

Pure: rows from the selectors in, everything that a template needs out; no query, no request, no clock.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from communes import sentences
from communes.rules import Level
from communes.sentences import KINDS, Row, write_day
from communes.standards import Gap, Kind, must_study, overdue

COUNTS = ("officials", "cadre", "civil_servant", "part_time", "qualified", "theory", "standards", "overdue", "study")
"""What is counted of the officials of a commune; the first and those about levels leave out the non-full-time."""


def documents(found: Iterable[Any]) -> Iterator[Sequence[str]]:
    """Documents as the lines of a file, its head first."""
    yield _("Số, ký hiệu"), _("Loại văn bản"), _("Ngày ban hành"), _("Cơ quan ban hành"), _("Trích yếu"), _("Kế hoạch dẫn ở"), _("Của"), _("Tệp")
    for one in found:
        day = write_day(one.issued_on) if one.issued_on else ""
        owner = one.unit.full_name if one.unit else _("dùng chung")
        yield one.number, one.get_kind_display(), day, one.issuer, one.title, one.cited_in, owner, one.file_name


ADDRESSES = {"officials": "roster", "office": "offices", "profile": "profiles"}
"""What a commune owes -> the name of that register in addresses of files."""


def with_owed(row: Row, counts: Mapping[str, int] | None) -> Row:
    """A commune with its officials counted, and which registers it owes."""
    row = row | (dict(counts) if counts else dict.fromkeys(COUNTS, 0))
    has = {"officials": counts is not None, "office": row["construction"] is not None, "profile": row["villages"] is not None}
    return row | {"owed": [name for name, there in has.items() if not there], "has": has}


def commune(row: Row, day: date) -> dict[str, Any]:
    """The registers of one commune: what each says, what is missing."""
    whole = row["officials"]
    return {
        "row": row,
        "answer": sentences.commune_answer(row, day),
        "officials_heading": sentences.officials_heading(row),
        "office_heading": sentences.office_heading(row),
        "profile_heading": sentences.profile_heading(row),
        "documents_heading": sentences.documents_heading(row),
        "levels": [
            {"words": words, "count": row[name], "of": whole, "percent": 100 * row[name] / whole if whole else None}
            for name, words in (
                ("standards", _("Đạt chuẩn, không thiếu tiêu chuẩn nào")),
                ("qualified", _("Chuyên môn từ trung cấp trở lên")),
                ("theory", _("Lý luận chính trị từ sơ cấp trở lên")),
            )
        ],
        "kinds": [(KINDS[kind], row[kind.value]) for kind in Kind],
        "flags": [
            words
            for name, words in (("ntm_pilot", _("xã điểm nông thôn mới")), ("key_area", _("địa bàn xung yếu")), ("border", _("xã biên giới")))
            if row[name]
        ],
        **(office(row) if row["construction"] else {}),
    }


def office(row: Row) -> dict[str, Any]:
    """The area of an office against its norm, on one scale."""
    most = max(row["floor_area"], row["norm_area"]) * 11 / 10
    return {"area": row["floor_area"], "norm": row["norm_area"], "scale": most}


def area(rows: Sequence[Row], level: str, day: date) -> dict[str, Any]:
    """The communes of a district, or the districts of a province with their communes counted: who has what, who owes what."""
    shown = [_commune_line(row) for row in rows] if level == Level.DISTRICT else _districts(rows)
    whole = len(rows)
    registers = [(ADDRESSES[name], words, sum(row["has"][name] for row in rows), whole) for name, words in sentences.REGISTERS.items()]
    return {
        "registers_heading": sentences.registers_heading(registers),
        "lines_heading": sentences.lines_heading(shown),
        "answer": sentences.area_answer(rows, day),
        "head": sentences.BELOW[Level(level)],
        "lines": shown,
        "whole": whole,
        "registers": registers,
        "total": _sum(rows),
        "complete": sum(not row["owed"] for row in rows),
    }


def _commune_line(row: Row) -> Row:
    return {**row, "communes": 1, "owed_words": sentences.join([sentences.REGISTERS[name] for name in row["owed"]])}


def _sum(rows: Iterable[Row]) -> Row:
    """Communes added up."""
    rows = list(rows)
    total: Row = {name: sum(row[name] for row in rows) for name in (*COUNTS, "documents_count")}
    total |= {f"with_{name}": sum(row["has"][name] for row in rows) for name in sentences.REGISTERS}
    return total | {"communes": len(rows), "complete": sum(not row["owed"] for row in rows)}


def _districts(rows: Sequence[Row]) -> list[Row]:
    districts: dict[str, list[Row]] = {}
    for row in rows:
        districts.setdefault(row["parent_code"], []).append(row)
    return [_sum(inside) | {"code": code, "full_name": inside[0]["parent_name"]} for code, inside in districts.items()]


def person(official: Any, day: date) -> Any:
    """An official with what the list says of them as of a day."""
    official.lacks = sentences.gap_words(official.gaps)
    official.overdue = overdue(official.gaps, official.missing_until, day)
    official.study = must_study(Kind(official.kind), official.gaps, official.retires_on, day)
    return official


def roster(people: Iterable[Any], day: date) -> dict[str, Any]:
    """The officials of a commune: who must be dealt with first, then all."""
    people = [person(official, day) for official in people]
    kinds = []
    for kind, words in KINDS.items():
        inside = [official for official in people if official.kind == kind]
        kinds.append({"words": words, "count": len(inside), "met": sum(official.meets_standards for official in inside)})
    return {
        "people": people,
        "answer": sentences.roster_answer(people, day),
        "overdue": [official for official in people if official.overdue],
        "study": [official for official in people if official.study],
        "kinds": kinds,
        "widest": max((kind["count"] for kind in kinds), default=0),
    }


def shown(row: Any, field: str) -> str:
    """What a row says in a field, in words."""
    value = getattr(row, field)
    if value in (None, ""):
        return "–"
    if field == "declared_gaps":
        return sentences.gap_words([Gap(gap) for gap in value.split(",")])
    if isinstance(value, bool):
        return _("có") if value else _("không")
    if isinstance(value, date):
        return write_day(value)
    display = getattr(row, f"get_{field}_display", None)
    return str(display()) if display else value if isinstance(value, str) else sentences.figure(value)


def label(row: Any, field: str) -> str:
    """What a field is called."""
    words = str(row._meta.get_field(field).verbose_name)
    return words[:1].upper() + words[1:]


def history(rows: Sequence[Any], fields: Sequence[str]) -> list[dict[str, Any]]:
    """The rows of one subject (oldest first), newest first, each with what it changed of the one before: (field, before, after)."""
    steps = []
    for before, row in zip([None, *rows], rows, strict=False):
        changes = (
            [(label(row, name), shown(before, name), shown(row, name)) for name in fields if getattr(before, name) != getattr(row, name)]
            if before
            else []
        )
        steps.append(
            {
                "row": row,
                "changes": changes,
                "first": before is None,
                "again": bool(before and before.until != row.since),
                "corrects": bool(before and before.until == before.since == row.since),
                "corrected": row.until == row.since,
            }
        )
    return steps[::-1]


def conflicts(row: Any, typed: Mapping[str, Any], fields: Sequence[str]) -> list[dict[str, Any]]:
    """What a person typed beside what holds now, where they differ."""
    mine = type(row)(**{name: typed[name] for name in fields})
    return [
        {"label": label(row, name), "mine": shown(mine, name), "theirs": shown(row, name), "by": str(row.recorded_by or ""), "at": row.recorded_at}
        for name in fields
        if getattr(mine, name) != getattr(row, name)
    ]
