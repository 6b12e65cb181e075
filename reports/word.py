"""What the documents say: the content of an edition in, the values of a template out (`values`), and the document itself (`write`).

Pure. Every figure in text, tables and charts is read from the same rows of the edition, so they cannot disagree. Layout: `layout`; filling: `rendering`.
The words about targets are those of the pages (`goals`), without their marks.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.rules import Level
from communes.sentences import write_day
from plan2018.rules import TARGET_GROUPS, Stage
from reports import goals, layout, rendering
from reports.sentences import figure, inside
from scoring.rules import Grade
from scoring.sentences import GRADE_WORDS

Content = Mapping[str, Any]
Row = dict[str, Any]
HALF = "half"

NUMBERS = frozenset(
    {"value", "numerator", "denominator", "low", "high", "share", "actual", "needed", "gap", "before", "before_numerator", "before_denominator"}
)
"""Columns of a target's row that the content holds as text."""

POWERS = {
    "": gettext_lazy("Người đứng đầu ký"),
    "TM.": gettext_lazy("TM. (thay mặt tập thể)"),
    "KT.": gettext_lazy("KT. (ký thay người đứng đầu)"),
    "TL.": gettext_lazy("TL. (thừa lệnh)"),
    "TUQ.": gettext_lazy("TUQ. (thừa ủy quyền)"),
    "Q.": gettext_lazy("Q. (quyền)"),
}
"""By what power somebody signs (Decree 30/2020, annex I)."""

CHAPTERS = {
    "1": gettext_lazy("Hoạt động của Hội đồng nhân dân, Ủy ban nhân dân"),
    "2": gettext_lazy("Thực hiện dân chủ, dân vận"),
    "3": gettext_lazy("Thôn, bản, tổ dân phố"),
    "4": gettext_lazy("Cán bộ, công chức"),
    "5": gettext_lazy("Trụ sở, trang thiết bị"),
    "6": gettext_lazy("Cải cách hành chính"),
    "7": gettext_lazy("Đánh giá, xếp loại"),
    "8": gettext_lazy("Kiểm tra, đối thoại với nhân dân"),
    "9": gettext_lazy("Kỷ luật, kỷ cương"),
}
"""The parts of section III of the plan that have targets, and III.7."""

GRADES = (Grade.GOOD, Grade.FAIR, Grade.AVERAGE, Grade.WEAK)
SHADES = {Grade.GOOD: "1F4E79", Grade.FAIR: "9DC3E6", Grade.AVERAGE: "D9D9D9", Grade.WEAK: "FFFFFF"}

NAMES: dict[str, Any] = {
    "parent_body": gettext_lazy("cơ quan chủ quản (có thể trống)"),
    "body": gettext_lazy("cơ quan ban hành"),
    "number": gettext_lazy("số, ký hiệu: 05/BC-SNV"),
    "place_and_day": gettext_lazy("địa danh và ngày: Điện Biên, ngày 05 tháng 3 năm 2018"),
    "draft": gettext_lazy("chữ DỰ THẢO hoặc Số liệu minh họa; trống khi không cần"),
    "kind": gettext_lazy("tên loại: BÁO CÁO, QUYẾT ĐỊNH, THÔNG BÁO"),
    "subject": gettext_lazy("trích yếu"),
    "addressee": gettext_lazy("nơi kính gửi"),
    "issuer": gettext_lazy("người ban hành quyết định"),
    "grounds": gettext_lazy("các dòng căn cứ"),
    "opening": gettext_lazy("các đoạn mở đầu"),
    "general": gettext_lazy("mục I: các đoạn"),
    "summary": gettext_lazy("tóm tắt kết quả: các đoạn"),
    "objectives": gettext_lazy("mục II: các nhóm, mỗi nhóm có title và lines"),
    "measures": gettext_lazy("mục III: các nhóm, mỗi nhóm có title và lines"),
    "organisation": gettext_lazy("mục IV, tổ chức thực hiện: các đoạn"),
    "direction": gettext_lazy("mục IV, phương hướng: các đoạn"),
    "difficulties": gettext_lazy("mục V: các đoạn"),
    "articles": gettext_lazy("các điều của quyết định, mỗi điều có title và text"),
    "closing": gettext_lazy("đoạn kết"),
    "notes": gettext_lazy("ghi chú: số liệu minh họa, tiêu chí chưa đối chiếu, ấn bản số liệu"),
    "recipients": gettext_lazy("nơi nhận: các dòng"),
    "power": gettext_lazy("dòng quyền hạn ký (TM., KT.)"),
    "post": gettext_lazy("chức vụ người ký: các dòng"),
    "name": gettext_lazy("họ tên người ký"),
    "attached_to": gettext_lazy("dòng “Kèm theo ... số ... ngày ...” của phụ lục"),
    "targets": gettext_lazy("bảng chỉ tiêu: order, name, clause, goal, actual, ratio, before, verdict"),
    "districts": gettext_lazy("bảng theo huyện: order, name, communes, approved, good, fair, average, weak, title, late, report"),
    "ranking": gettext_lazy("bảng xếp hạng: rank, name, district, total, max_total, grade, title"),
    "verdicts_chart": gettext_lazy("biểu đồ kết quả chỉ tiêu"),
    "classes_chart": gettext_lazy("biểu đồ xếp loại theo huyện"),
}
"""What a template may name, in words for who edits it."""


@dataclass(frozen=True)
class Details:
    """What a person chooses for one document. Nothing chosen leaves room to write by hand."""

    number: str = ""
    place: str = ""
    day: date | None = None
    power: str = ""
    post: str = ""
    name: str = ""
    recipients: Sequence[str] = ()


@dataclass(frozen=True)
class Source:
    """From which edition a document is written."""

    number: int
    final: bool
    made_at: datetime
    digest: str


@dataclass
class Story:
    """The content of an edition as one unit tells it."""

    content: Content
    code: str
    place: Mapping[str, Any] = field(init=False)
    targets: list[Row] = field(init=False)

    def __post_init__(self) -> None:
        self.units = {unit["code"]: unit for unit in self.content["units"]}
        self.place = self.units[self.code]
        rows = self.content["targets"].get(self.code, ())
        self.targets = [{name: Decimal(v) if name in NUMBERS and v is not None else v for name, v in row.items()} for row in rows]
        self.half = self.content["period"]["kind"] == HALF
        self.whole = self.place["level"] == Level.PROVINCE

    @property
    def districts(self) -> list[Mapping[str, Any]]:
        """The districts that it tells of."""
        return [unit for unit in self.content["units"] if unit["level"] == Level.DISTRICT and (self.whole or unit["code"] == self.code)]

    @property
    def communes(self) -> list[Mapping[str, Any]]:
        """The communes that it tells of."""
        inside_of = {unit["code"] for unit in self.districts}
        return [unit for unit in self.content["units"] if unit["level"] == Level.COMMUNE and unit["parent"] in inside_of]

    def count(self, indicator: str, code: str = "") -> tuple[int, int] | None:
        """So many of so many; None without data."""
        known = self.content["figures"].get(code or self.code, {}).get(indicator)
        return (int(Decimal(known[0])), int(Decimal(known[1]))) if known else None

    @property
    def term(self) -> str:
        """The period inside a sentence: "6 tháng đầu năm 2018", "năm 2018"."""
        return inside(str(self.content["period"]["name"]))


def write(kind: str, content: Content, code: str, details: Details, source: Source, template: bytes | None = None) -> bytes:
    """Write a document of this kind for a unit. `template` is one that somebody uploaded (filled in a process of its own); None: ours.

    Raises rendering.Refused when the template cannot be filled, KeyError for a kind that nobody knows.
    """
    given = values(kind, content, code, details, source)
    return rendering.render(layout.default(kind), given) if template is None else rendering.render_apart(template, given)


def values(kind: str, content: Content, code: str, details: Details, source: Source) -> dict[str, Any]:
    """Every name of NAMES with its value, as plain JSON."""
    story = Story(content, code)
    given: dict[str, Any] = {name: [] if name in _LISTS else "" for name in NAMES}
    given |= _frame(kind, story, details)
    given |= _tables(story)
    given |= _charts(story)
    given["summary"] = _summary(story)
    given["notes"] = _notes(story, source)
    given |= {"report": _report, "district": _report, "decision": _decision, "ranking": _ranking}[kind](story)
    return given


_LISTS = frozenset(
    (
        *("grounds", "opening", "general", "summary", "objectives", "measures", "organisation", "direction", "difficulties", "articles"),
        *("closing", "notes", "recipients", "power", "post", "targets", "districts", "ranking"),
    )
)


# The frame


SYMBOLS = {"report": "BC-SNV", "district": "BC-UBND", "decision": "QĐ-UBND", "ranking": "TB-SNV"}
KINDS = {
    "report": gettext_lazy("BÁO CÁO"),
    "district": gettext_lazy("BÁO CÁO"),
    "decision": gettext_lazy("QUYẾT ĐỊNH"),
    "ranking": gettext_lazy("THÔNG BÁO"),
}
HEADS = {
    "report": gettext_lazy("GIÁM ĐỐC"),
    "ranking": gettext_lazy("GIÁM ĐỐC"),
    "district": gettext_lazy("CHỦ TỊCH"),
    "decision": gettext_lazy("CHỦ TỊCH"),
}
BLANK = "\N{NO-BREAK SPACE}" * 6


def number_in_full(number: str, symbol: str) -> str:
    """Write number and symbol: 5 -> 05/BC-SNV; nothing leaves room."""
    number = number.strip()
    if "/" in number:
        return number
    return f"{number.zfill(2) if number.isdecimal() else number or BLANK}/{symbol}"


def place_and_day(place: str, day: date | None, year: int) -> str:
    """Write place and day as the decree wants: Điện Biên, ngày 05 tháng 3 năm 2018; without a day, room for it."""
    when = f"ngày {day.day:02} tháng {day.month:0{2 if day.month < 3 else 1}} năm {day.year}" if day else f"ngày{BLANK}tháng{BLANK}năm {year}"
    return f"{place}, {when}"


def _signature(kind: str, details: Details) -> tuple[list[str], list[str]]:
    """By whose power and in which post somebody signs. A district's report is the committee's; a decision is the chairman's unless the committee's."""
    head = str(HEADS[kind])
    collective = [_("TM. ỦY BAN NHÂN DÂN")] if kind == "district" or (kind == "decision" and details.power == "TM.") else []
    own = details.post.upper()
    match details.power:
        case "KT." | "TL." | "TUQ.":
            return [*collective, f"{details.power} {head}"], [own or _("PHÓ %s") % head]
        case "Q.":
            return collective, [f"Q. {own or head}"]
    return collective, [own or head]


def _frame(kind: str, story: Story, details: Details) -> dict[str, Any]:
    province = str(story.content["units"][0]["full_name"])
    place, plan = story.place, story.content["plan"]
    committee = _("ỦY BAN NHÂN DÂN")
    parent = "" if kind in ("district", "decision") else _("UBND %s") % province.upper()
    body = _("SỞ NỘI VỤ") if parent else f"{committee}\n{str(place['full_name']).upper()}"
    power, post = _signature(kind, details)
    issuer = committee if details.power == "TM." else _("CHỦ TỊCH %s") % committee
    year = details.day.year if details.day else date.fromisoformat(story.content["period"]["due_on"]).year
    number = number_in_full(details.number, SYMBOLS[kind])
    said = {
        "kind": str(KINDS[kind]).lower().capitalize(),
        "number": number,
        "day": place_and_day("", details.day, year).removeprefix(", "),
        "whose": _("Sở Nội vụ") if parent else _("Ủy ban nhân dân %s") % inside(str(place["full_name"] if kind == "district" else province)),
    }
    return {
        "parent_body": parent,
        "body": body,
        "number": number,
        "place_and_day": place_and_day(details.place or str(place["name"]), details.day, year),
        "draft": _draft(kind, story),
        "kind": str(KINDS[kind]),
        "addressee": _("Sở Nội vụ") if kind == "district" else _("Ủy ban nhân dân %s") % inside(province),
        "issuer": f"{issuer} {province.upper()}" if kind == "decision" else "",
        "recipients": list(details.recipients) or _recipients(kind, inside(province)),
        "power": power,
        "post": post,
        "name": details.name,
        "attached_to": _("(Kèm theo %(kind)s số %(number)s %(day)s của %(whose)s)") % said,
        "grounds": [
            _("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;"),
            _("Căn cứ Kế hoạch số %(number)s ngày %(day)s của %(issuer)s về %(title)s;")
            % {
                "number": plan["number"],
                "day": day_in_full(plan["issued_on"]),
                "issuer": plan["issuer"],
                "title": inside(re.sub(r"^Kế hoạch\s+", "", plan["title"])),
            },
        ],
    }


def day_in_full(day: str) -> str:
    """Write an ISO day inside a sentence: 05 tháng 3 năm 2018."""
    return place_and_day("", date.fromisoformat(day), 0).removeprefix(", ngày ")


def _draft(kind: str, story: Story) -> str:
    illustrative = _("Số liệu minh họa") if story.content["illustrative"] else ""
    return " - ".join(word for word in (_("DỰ THẢO") if kind == "decision" else "", illustrative) if word)


def _recipients(kind: str, province: str) -> list[str]:
    said = {
        "report": [_("- Như trên;"), _("- UBND các huyện, thị xã, thành phố;"), _("- Lưu: VT, XDCQ.")],
        "district": [_("- Như trên;"), _("- Thường trực huyện ủy, HĐND;"), _("- Lưu: VT, NV.")],
        "decision": [_("- Như Điều 3;"), _("- Thường trực HĐND %s;") % province, _("- Sở Nội vụ;"), _("- Lưu: VT, NC.")],
        "ranking": [_("- UBND các huyện, thị xã, thành phố;"), _("- UBND các xã, phường, thị trấn;"), _("- Lưu: VT, XDCQ.")],
    }
    return said[kind]


def _notes(story: Story, source: Source) -> list[str]:
    words = {
        "number": source.number,
        "kind": _("chính thức") if source.final else _("tạm tính"),
        "day": write_day(source.made_at.date()),
        "digest": source.digest[:16],
    }
    said = [_("Ghi chú: số liệu theo ấn bản lần %(number)d (%(kind)s) ngày %(day)s, mã %(digest)s.") % words]
    if story.content["illustrative"]:
        said.append(_("Số liệu minh họa, không phải số liệu thật."))
    if story.content["unchecked"]:
        said.append(_("Tiêu thức và ngưỡng xếp loại là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011/QĐ-UBND."))
    return said


# Sentences


def _summary(story: Story) -> list[str]:
    return [str(strip_tags(goals.answer(story.targets, str(story.place["full_name"]), str(story.place["level"]))))] if story.targets else []


def _verdict(row: Row) -> str:
    if row["met"] is None:
        return ""
    room = inside(goals.gap(row))
    word = _("đạt") if row["met"] else _("chưa đạt")
    return f"{word}, {room}" if room else word


def sentence(row: Row, story: Story) -> str:
    """One target in a sentence: figure, what the plan asks for, verdict, how it moved since the period before."""
    name = goals.subject(row)
    name = name[:1].upper() + name[1:]
    asked = goals.goal_in_words(row)
    if row["actual"] is None:
        return _("- %(name)s (mục tiêu %(goal)s): chưa có số liệu (%(owed)s).") % {
            "name": name,
            "goal": asked,
            "owed": inside(goals.owed(row, story.place["level"])),
        }
    parts = f" ({figure(row['numerator'])}/{figure(row['denominator'])})" if goals.is_share(row) and row["denominator"] else ""
    verdict = _verdict(row)
    said = _("- %(name)s: %(estimate)s%(actual)s%(parts)s, mục tiêu %(goal)s%(verdict)s%(change)s.") % {
        "name": name,
        "estimate": _("ước ") if row["stage"] == Stage.ESTIMATE else "",
        "actual": goals.actual(row) if goals.is_share(row) or row["unit"] == goals.DAYS else goals.counted(row["actual"], row),
        "parts": parts,
        "goal": asked,
        "verdict": f": {verdict}" if verdict else "",
        "change": _moved(row),
    }
    if row["owing"] and row["stage"]:
        said = f"{said[:-1]} ({inside(goals.stage(row, story.place['level']))})."
    return said


def _moved(row: Row) -> str:
    change = goals.change(row)
    if not change:
        return ""
    sign, rest = change[:1], change[1:]
    words = _("tăng %s") % rest if sign == "+" else _("giảm %s") % rest if sign == "\N{MINUS SIGN}" else inside(change)
    return _("; so với 6 tháng: %s") % words


def _report(story: Story) -> dict[str, Any]:
    whose = _("toàn tỉnh") if story.whole else inside(str(story.place["full_name"]))
    words = {"term": story.term, "whose": whose}
    objectives = [
        {"title": f"{number}. {goals.GROUPS[group]}", "lines": [sentence(row, story) for row in rows]}
        for number, (group, rows) in enumerate(_grouped(story), start=1)
    ]
    measures = [
        {"title": f"{number}. {CHAPTERS.get(chapter, '')}", "lines": [sentence(row, story) for row in rows]}
        for number, (chapter, rows) in enumerate(_chapters(story), start=1)
    ]
    measures.append({"title": f"{len(measures) + 1}. {CHAPTERS['7']}", "lines": _classes(story)})
    narrative = _told(story)
    for group, lines in ((objectives, narrative["II"]), (measures, narrative["III"])):
        if lines:
            group.append({"title": f"{len(group) + 1}. {_('Nội dung khác')}", "lines": lines})
    return {
        "subject": _("Kết quả xây dựng, củng cố chính quyền cơ sở %(term)s") % words,
        "opening": [_("Thực hiện kế hoạch trên, kết quả %(term)s của %(whose)s như sau:") % words],
        "general": [*_general(story), *narrative["I"]],
        "objectives": objectives,
        "measures": measures,
        "organisation": [*_organisation(story), *narrative["IV"]],
        "direction": _direction(story),
        "difficulties": _difficulties(story),
        "closing": [
            _("Trên đây là báo cáo kết quả xây dựng, củng cố chính quyền cơ sở %(term)s, kính báo cáo %(to)s.")
            % {**words, "to": _("Sở Nội vụ tổng hợp") if not story.whole else _("Ủy ban nhân dân tỉnh xem xét, chỉ đạo")}
        ],
    }


def _grouped(story: Story) -> list[tuple[str, list[Row]]]:
    """The targets of section II by field of work."""
    rows = {row["code"]: row for row in story.targets if row["clause"].startswith("II.")}
    known = {code for codes in TARGET_GROUPS.values() for code in codes}
    grouped = [(group, [rows[code] for code in codes if code in rows]) for group, codes in TARGET_GROUPS.items()]
    grouped.append(("", [row for code, row in rows.items() if code not in known]))
    return [(group, found) for group, found in grouped if found]


def _chapters(story: Story) -> list[tuple[str, list[Row]]]:
    """The targets of section III by part of the plan."""
    found: dict[str, list[Row]] = {}
    for row in story.targets:
        if match := re.match(r"III\.(\d)", row["clause"]):
            found.setdefault(match[1], []).append(row)
    return sorted(found.items())


def _general(story: Story) -> list[str]:
    said = []
    submitted, on_time, late, missing, approved = (story.count(key) for key in ("submitted", "on_time", "late", "missing", "state.approved"))
    if submitted and on_time and late and missing:
        words = {
            "all": figure(submitted[1]),
            "sent": figure(submitted[0]),
            "on_time": figure(on_time[0]),
            "late": figure(late[0]),
            "missing": figure(missing[0]),
        }
        said.append(
            _("Có %(sent)s/%(all)s xã, phường, thị trấn đã tự chấm điểm và gửi phiếu: %(on_time)s đúng hạn, %(late)s trễ hạn; %(missing)s chưa gửi.")
            % words
        )
    if approved:
        said.append(_("Đến nay %(done)s/%(all)s phiếu đã được tỉnh phê duyệt.") % {"done": figure(approved[0]), "all": figure(approved[1])})
    if story.half:
        said.append(_("Số liệu 6 tháng là số ước thực hiện, được chính xác lại trong báo cáo năm."))
    return said


def _classes(story: Story) -> list[str]:
    counts = {grade: story.count(f"grade.{grade}") for grade in GRADES}
    if not any(counts.values()):
        return [_("Chưa có kết quả xếp loại được duyệt.")]
    listed = ", ".join(f"{figure(counts[grade][0])} {GRADE_WORDS[grade]}" for grade in GRADES if counts[grade])  # type: ignore[index]
    said = [_("Kết quả xếp loại chính quyền cơ sở: %s.") % listed]
    if title := story.count("title"):
        said.append(_("Danh hiệu “Trong sạch, vững mạnh”: %(n)s/%(all)s đơn vị.") % {"n": figure(title[0]), "all": figure(title[1])})
    rows = _places(story)
    if rows:
        best = [row for row in rows if row["rank"] == rows[0]["rank"]]
        names = ", ".join(inside(row["name"]) for row in best[:5])
        said.append(_("Đứng đầu là %(names)s với %(total)s điểm.") % {"names": names, "total": rows[0]["total"]})
    return said


def _organisation(story: Story) -> list[str]:
    reports = {row["unit"]: row for row in story.content["reports"]}
    if not story.whole:
        report = reports.get(story.code)
        last = write_day(date.fromisoformat(story.content["period"]["last_day"]))
        if not report or not report["filed_at"]:
            return [_("Báo cáo của huyện gửi Sở Nội vụ chậm nhất ngày %s.") % last]
        words = _("Huyện gửi báo cáo kỳ này ngày %(day)s, %(late)s (chậm nhất ngày %(last)s).")
        return [
            words
            % {
                "day": write_day(datetime.fromisoformat(report["filed_at"]).date()),
                "late": _("trễ hạn") if report["late"] else _("đúng hạn"),
                "last": last,
            }
        ]
    names = {unit["code"]: inside(str(unit["full_name"])) for unit in story.districts}
    late = [names[code] for code, row in reports.items() if code in names and row["late"]]
    owing = [names[code] for code in names if not reports.get(code, {}).get("filed_at")]
    filed = len(names) - len(owing)
    said = [
        _("Có %(filed)s/%(all)s huyện, thị xã, thành phố đã gửi báo cáo; %(on_time)s đúng hạn.")
        % {"filed": filed, "all": len(names), "on_time": filed - len(late)}
    ]
    if late:
        said.append(_("Gửi trễ hạn: %s.") % ", ".join(late))
    if owing:
        said.append(_("Chưa gửi: %s.") % ", ".join(owing))
    return said + [sentence(row, story) for row in story.targets if row["clause"].startswith("IV")]


def _direction(story: Story) -> list[str]:
    near, unknown = goals.nearest(story.targets), [row for row in story.targets if row["judged"] and row["met"] is None]
    when = _("6 tháng cuối năm") if story.half else _("Thời gian tới")
    if not near and not unknown:
        return [_("%s tiếp tục giữ vững các chỉ tiêu đã đạt.") % when]
    said = [_("%s tập trung:") % when] if near else []
    for row in near[:6]:
        verb = _("giảm") if goals.too_many(row) else _("tăng thêm")
        said.append(
            _("- %(verb)s %(units)s để đạt chỉ tiêu “%(name)s” (%(goal)s);")
            % {"verb": verb.capitalize(), "units": goals.counted(abs(row["gap"]), row), "name": goals.subject(row), "goal": goals.goal_in_words(row)}
        )
    if near:
        said[-1] = f"{said[-1][:-1]}."
    if unknown:
        said.append(_("Bổ sung số liệu của %d chỉ tiêu còn thiếu.") % len(unknown))
    return said


def _difficulties(story: Story) -> list[str]:
    names = {code: str(unit["full_name"]) for code, unit in story.units.items()}
    inside_of = {story.code, *(unit["code"] for unit in (*story.districts, *story.communes))}
    said = []
    for report in story.content["reports"]:
        for row in report["difficulties"] if report["unit"] in inside_of else ():
            texts = [str(text) for text in (row.values() if isinstance(row, Mapping) else row) if text]
            said.append(f"- {names[report['unit']]}: {'; '.join(texts)}")
    counted = Counter((row["clause"], row["text"]) for row in story.content["difficulties"] if row["unit"] in inside_of)
    for (clause, text), count in counted.most_common(15):
        words = {"text": text.rstrip("."), "count": figure(count), "clause": clause}
        said.append((_("- %(text)s (mục %(clause)s, %(count)s đơn vị).") if clause else _("- %(text)s (%(count)s đơn vị).")) % words)
    return said or [_("Trong kỳ không ghi nhận khó khăn, vướng mắc.")]


def _told(story: Story) -> dict[str, list[str]]:
    """What a district wrote itself, paragraph by paragraph; the province tells figures only."""
    report = next((row for row in story.content["reports"] if row["unit"] == story.code), None) if not story.whole else None
    narrative = report["narrative"] if report else {}
    return {key: [line.strip() for line in str(narrative.get(key, "")).splitlines() if line.strip()] for key in ("I", "II", "III", "IV")}


# Other kinds


def _decision(story: Story) -> dict[str, Any]:
    rows = _places(story)
    counts = Counter(row["grade"] for row in rows)
    listed = ", ".join(f"{figure(counts[str(GRADE_WORDS[grade]).capitalize()])} đơn vị {GRADE_WORDS[grade]}" for grade in GRADES)
    words = {"term": story.term, "all": figure(len(rows)), "listed": listed, "titles": figure(sum(bool(row["title"]) for row in rows))}
    frame = story.content["plan"]
    return {
        "subject": _("Về việc công nhận kết quả xếp loại chính quyền cơ sở và danh hiệu “Trong sạch, vững mạnh” %(term)s") % words,
        "grounds": [
            _("Căn cứ Luật Tổ chức chính quyền địa phương ngày 19 tháng 6 năm 2015;"),
            _("Căn cứ Quyết định số 34/2011/QĐ-UBND của Ủy ban nhân dân tỉnh về đánh giá, xếp loại chính quyền cơ sở;"),
            _("Căn cứ Kế hoạch số %(number)s ngày %(day)s của %(issuer)s;")
            % {"number": frame["number"], "day": day_in_full(frame["issued_on"]), "issuer": frame["issuer"]},
            _("Theo đề nghị của Giám đốc Sở Nội vụ."),
        ],
        "articles": [
            {
                "title": _("Điều 1."),
                "text": _(
                    "Công nhận kết quả xếp loại chính quyền cơ sở %(term)s của %(all)s xã, phường, thị trấn: %(listed)s (có danh sách kèm theo)."
                )
                % words,
            },
            {
                "title": _("Điều 2."),
                "text": _("Công nhận danh hiệu “Trong sạch, vững mạnh” %(term)s cho %(titles)s đơn vị có tên trong danh sách.") % words,
            },
            {
                "title": _("Điều 3."),
                "text": _(
                    "Chánh Văn phòng Ủy ban nhân dân tỉnh, Giám đốc Sở Nội vụ, Chủ tịch Ủy ban nhân dân các huyện, thị xã, thành phố và các đơn vị có tên trong danh sách chịu trách nhiệm thi hành Quyết định này."
                ),
            },
        ],
    }


def _ranking(story: Story) -> dict[str, Any]:
    rows = _places(story)
    words = {"term": story.term, "n": figure(len(rows)), "all": figure(len(story.communes))}
    return {
        "subject": _("Kết quả xếp hạng chính quyền cơ sở %(term)s") % words,
        "opening": [_("Sở Nội vụ thông báo kết quả xếp hạng chính quyền cơ sở %(term)s: %(n)s/%(all)s đơn vị có kết quả được duyệt.") % words],
        "summary": _classes(story),
        "closing": [_("Đơn vị bằng điểm thì cùng thứ hạng. Danh sách đầy đủ ở phụ lục.")],
    }


# Tables and charts


def _tables(story: Story) -> dict[str, Any]:
    return {
        "targets": [_target(number, row) for number, row in enumerate(story.targets, start=1)],
        "districts": _districts(story),
        "ranking": _places(story),
    }


def _target(number: int, row: Row) -> Row:
    known = row["actual"] is not None
    before = {**row, "actual": row["before"], "numerator": row["before_numerator"], "met": None}
    return {
        "order": number,
        "name": row["name"],
        "clause": row["clause"],
        "goal": goals.goal(row),
        "actual": goals.actual(row) if known else "",
        "ratio": f"{figure(row['numerator'])}/{figure(row['denominator'])}" if known and row["denominator"] is not None else "",
        "before": goals.actual(before) if row["before"] is not None else "",
        "verdict": (_verdict(row)[:1].upper() + _verdict(row)[1:]) if row["met"] is not None else "" if known else _("Chưa có số liệu"),
    }


def _districts(story: Story) -> list[Row]:
    reports = {row["unit"]: row for row in story.content["reports"]}
    keys = {"approved": "state.approved", **{grade.value: f"grade.{grade}" for grade in GRADES}, "title": "title", "late": "late"}
    rows = []
    for number, unit in enumerate(story.districts, start=1):
        known = {name: story.count(key, unit["code"]) for name, key in keys.items()}
        communes = story.count("submitted", unit["code"])
        report = reports.get(unit["code"])
        filed = bool(report and report["filed_at"])
        rows.append(
            _district(
                number,
                unit["full_name"],
                communes,
                known,
                _("Chưa gửi") if not filed else _("Trễ hạn") if report and report["late"] else _("Đúng hạn"),
            )
        )
    if story.whole:
        known = {name: story.count(key) for name, key in keys.items()}
        reported = story.count("report.filed")
        rows.append(_district("", _("Toàn tỉnh"), story.count("submitted"), known, f"{reported[0]}/{reported[1]}" if reported else ""))
    return rows


def _district(number: int | str, name: str, communes: tuple[int, int] | None, known: Mapping[str, tuple[int, int] | None], report: str) -> Row:
    counts = {key: figure(pair[0]) if pair else "" for key, pair in known.items()}
    return {"order": number, "name": name, "communes": figure(communes[1]) if communes else "", **counts, "report": report}


def _places(story: Story) -> list[Row]:
    communes = {unit["code"]: unit for unit in story.communes}
    rows = []
    for code, (rank, total, max_total, grade, title) in story.content["standings"].items():
        if unit := communes.get(code):
            rows.append(
                {
                    "rank": rank,
                    "name": unit["full_name"],
                    "district": story.units[unit["parent"]]["full_name"],
                    "total": figure(Decimal(total)),
                    "max_total": figure(Decimal(max_total)),
                    "grade": str(GRADE_WORDS[Grade(grade)]).capitalize(),
                    "title": _("Đạt") if title else "",
                }
            )
    order = {code: number for number, code in enumerate(communes)}
    names = {unit["full_name"]: order[code] for code, unit in communes.items()}
    return sorted(rows, key=lambda row: (row["rank"], names[row["name"]]))


def _charts(story: Story) -> dict[str, Any]:
    given: dict[str, Any] = {"verdicts_chart": "", "classes_chart": ""}
    judged = [(goals.GROUPS[group], rows) for group, rows in _all_grouped(story)]
    if judged:
        given["verdicts_chart"] = {
            "chart": _("Số chỉ tiêu đạt, chưa đạt, chưa có số liệu theo lĩnh vực"),
            "categories": [str(name) for name, _rows in judged],
            "series": [
                [words, colour, [sum(row["met"] is met for row in rows) for _name, rows in judged]]
                for met, words, colour in ((True, _("Đạt"), "1F4E79"), (False, _("Chưa đạt"), "F4B183"), (None, _("Chưa có số liệu"), "F2F2F2"))
            ],
        }
    counts = [(unit["name"], [story.count(f"grade.{grade}", unit["code"]) for grade in GRADES]) for unit in story.districts]
    if any(pair for _name, pairs in counts for pair in pairs):
        given["classes_chart"] = {
            "chart": _("Số đơn vị cấp xã theo hạng, từng huyện"),
            "categories": [name for name, _pairs in counts],
            "series": [
                [str(GRADE_WORDS[grade]).capitalize(), SHADES[grade], [pairs[n][0] if pairs[n] else 0 for _name, pairs in counts]]  # type: ignore[index]
                for n, grade in enumerate(GRADES)
            ],
        }
    return given


def _all_grouped(story: Story) -> list[tuple[str, list[Row]]]:
    rows = {row["code"]: row for row in story.targets if row["judged"]}
    return [(group, found) for group, codes in TARGET_GROUPS.items() if (found := [rows[code] for code in codes if code in rows])]
