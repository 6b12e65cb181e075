"""What the pages of the registers say: the answer at the head of a page and the findings that head its parts.

Pure: plain values in, words out, one variant for each situation. Answers may hold <b>; names are escaped.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from communes.content import Flaw, Unfit
from communes.content import Kind as Content
from communes.rules import Level
from communes.standards import Gap, Kind

Row = dict[str, Any]

GAPS = {
    Gap.EDUCATION: gettext_lazy("trình độ văn hóa"),
    Gap.QUALIFICATION: gettext_lazy("trình độ chuyên môn"),
    Gap.THEORY: gettext_lazy("lý luận chính trị"),
    Gap.FIELD: gettext_lazy("chuyên ngành đào tạo phù hợp"),
    Gap.COMPUTING: gettext_lazy("tin học"),
    Gap.LANGUAGE: gettext_lazy("tiếng dân tộc thiểu số"),
    Gap.STATE_MANAGEMENT: gettext_lazy("bồi dưỡng quản lý nhà nước"),
}
KINDS = {
    Kind.CADRE: gettext_lazy("Cán bộ"),
    Kind.CIVIL_SERVANT: gettext_lazy("Công chức"),
    Kind.PART_TIME: gettext_lazy("Không chuyên trách"),
}
REGISTERS = {
    "officials": gettext_lazy("danh sách cán bộ, công chức"),
    "office": gettext_lazy("trụ sở, trang thiết bị"),
    "profile": gettext_lazy("đặc điểm xã"),
}
"""The registers that every commune owes."""


def write_day(day: date) -> str:
    """Write a day as documents do, and as it is typed: 05/3/2018."""
    return f"{day:%d}/{day.month:0{2 if day.month < 3 else 1}}/{day.year}"


def figure(value: Decimal | int) -> str:
    """Write a number inside a sentence, without idle zeros: 1.234,5."""
    return number_format(Decimal(value).normalize(), force_grouping=True)


def inside(name: str) -> str:
    """Write a unit's name in the middle of a sentence: xã Mường Phăng."""
    return name[:1].lower() + name[1:]


def join(words: Collection[object]) -> str:
    """Join words as a sentence does: một, hai và ba."""
    *first, last = [str(word) for word in words] or [""]
    return _("%(first)s và %(last)s") % {"first": ", ".join(first), "last": last} if first else last


def gap_words(gaps: Collection[Gap]) -> str:
    """Say what is missing."""
    return ", ".join(str(GAPS[gap]) for gap in gaps)


def commune_answer(row: Row, day: date) -> str:
    """Say how the officials of a commune stand and which registers are empty."""
    owed = [REGISTERS[name] for name in row["owed"]]
    if len(owed) == len(REGISTERS):
        return format_html(_("Chưa có số liệu nào đến ngày {day}. Bắt đầu từ <b>danh sách cán bộ, công chức</b>."), day=write_day(day))
    if row["officials"]:
        said = format_html(
            _("Đến ngày {day}, <b>{met} trong {all}</b> cán bộ, công chức đạt chuẩn."),
            day=write_day(day),
            met=figure(row["standards"]),
            all=figure(row["officials"]),
        )
    else:
        said = format_html(_("Đến ngày {day}, chưa có cán bộ, công chức nào trong danh sách."), day=write_day(day))
    if owed:
        return format_html("{} {}", said, format_html(_("Chưa nhập: <b>{owed}</b>."), owed=join(owed)))
    return said


def area_answer(rows: Sequence[Row], day: date) -> str:
    """Say how many communes have all registers, and what the others owe most."""
    if not rows:
        return _("Không có xã nào có hiệu lực vào ngày này.")
    done = sum(not row["owed"] for row in rows)
    if done == len(rows):
        return format_html(_("Đến ngày {day}, cả <b>{all} xã</b> đã nhập đủ ba sổ."), day=write_day(day), all=figure(done))
    counts = {name: sum(name in row["owed"] for row in rows) for name in REGISTERS}
    worst = max(counts, key=lambda name: counts[name])
    return format_html(
        _("Đến ngày {day}, <b>{done} trong {all} xã</b> đã nhập đủ ba sổ; thiếu nhiều nhất là <b>{what}</b>: {n} xã."),
        day=write_day(day),
        done=figure(done),
        all=figure(len(rows)),
        what=REGISTERS[worst],
        n=figure(counts[worst]),
    )


def registers_heading(counts: Sequence[tuple[str, object, int, int]]) -> str:
    """Head the part about who has which register: (its name, words, communes that have it, all) each."""
    _name, words, has, whole = min(counts, key=lambda count: count[2])
    if has == whole:
        return _("Không xã nào còn thiếu sổ")
    return _("%(what)s còn thiếu ở %(n)s xã") % {"what": str(words)[:1].upper() + str(words)[1:], "n": figure(whole - has)}


def lines_heading(lines: Sequence[Row]) -> str:
    """Head the table of units: who owes most; where nobody owes anything, whose officials are furthest from the standards."""
    owing = {line["full_name"]: line["communes"] - line["complete"] if "complete" in line else len(line["owed"]) for line in lines}
    most = max(owing.values(), default=0)
    counted = [line for line in lines if line["officials"]]
    if not most and len(counted) > 1:
        low = min(counted, key=lambda line: Decimal(line["standards"]) / line["officials"])
        words = _("Đạt chuẩn thấp nhất: %(unit)s, %(met)s trong %(all)s người")
        return words % {"unit": low["full_name"], "met": figure(low["standards"]), "all": figure(low["officials"])}
    if not most:
        return _("Không đơn vị nào còn nợ số liệu")
    names = [name for name, count in owing.items() if count == most]
    if len(names) > 2:
        return _("%(n)s đơn vị còn nợ số liệu") % {"n": figure(sum(count > 0 for count in owing.values()))}
    return _("Nợ nhiều nhất: %s") % join(names)


def officials_heading(row: Row) -> str:
    """Head the part about officials."""
    if not row["officials"]:
        return _("Chưa nhập danh sách cán bộ, công chức")
    lacking = row["officials"] - row["standards"]
    if not lacking:
        return _("Cả %s cán bộ, công chức đạt chuẩn") % figure(row["officials"])
    return _("%(n)s cán bộ, công chức chưa đạt chuẩn") % {"n": figure(lacking)}


def office_heading(row: Row) -> str:
    """Head the part about the office: solid or not, its area against the norm."""
    if not row["construction"]:
        return _("Chưa nhập trụ sở, trang thiết bị")
    lacks = row["norm_area"] - row["floor_area"]
    if lacks > 0:
        return _("%(what)s, còn thiếu %(n)s m² so với định mức") % {"what": CONSTRUCTIONS[row["construction"]], "n": figure(lacks)}
    return _("%s, đủ diện tích theo định mức") % CONSTRUCTIONS[row["construction"]]


CONSTRUCTIONS = {
    "solid": gettext_lazy("Trụ sở kiên cố"),
    "semi_solid": gettext_lazy("Trụ sở bán kiên cố"),
    "temporary": gettext_lazy("Trụ sở tạm"),
    "none": gettext_lazy("Chưa có trụ sở"),
}


def profile_heading(row: Row) -> str:
    """Head the part about what a commune is like: villages without a head are what one looks for."""
    if row["villages"] is None:
        return _("Chưa nhập đặc điểm xã")
    lacks = row["villages"] - row["village_heads"]
    if lacks:
        return _("%(n)s trong %(all)s thôn, bản chưa có trưởng") % {"n": figure(lacks), "all": figure(row["villages"])}
    return _("Cả %s thôn, bản đều có trưởng") % figure(row["villages"]) if row["villages"] else _("Không có thôn, bản")


def documents_heading(row: Row) -> str:
    """Head the part about documents of the unit's own."""
    return (
        _("%s văn bản của đơn vị trong danh mục") % figure(row["documents_count"]) if row["documents_count"] else _("Chưa ghi văn bản nào của đơn vị")
    )


def roster_answer(people: Sequence[Any], day: date) -> str:
    """Say how many people, how many meet the standards, and what must be done first."""
    if not people:
        return format_html(_("Danh sách đến ngày {day} còn <b>trống</b>."), day=write_day(day))
    said = format_html(
        _("Đến ngày {day} có <b>{n} người</b>, <b>{met}</b> đạt chuẩn."),
        day=write_day(day),
        n=figure(len(people)),
        met=figure(sum(person.meets_standards for person in people)),
    )
    overdue, study = sum(person.overdue for person in people), sum(person.study for person in people)
    if overdue and study:
        return format_html(_("{} <b>{}</b> nợ tiêu chuẩn quá hạn, <b>{}</b> phải cử đi học."), said, figure(overdue), figure(study))
    if overdue:
        return format_html(_("{} <b>{}</b> nợ tiêu chuẩn quá hạn."), said, figure(overdue))
    if study:
        return format_html(_("{} <b>{}</b> phải cử đi học."), said, figure(study))
    return said


def documents_answer(count: int, *, narrowed: bool) -> str:
    """Say how many documents are listed."""
    if narrowed:
        return (
            format_html(_("<b>{} văn bản</b> khớp với điều đã chọn."), figure(count)) if count else _("Không có văn bản nào khớp với điều đã chọn.")
        )
    return (
        format_html(_("<b>{} văn bản</b> làm căn cứ, minh chứng trong phạm vi của bạn."), figure(count))
        if count
        else _("Danh mục văn bản còn trống.")
    )


def files_heading(found: int, files: int) -> str:
    """Head the list of documents: how many have their file."""
    if not found:
        return _("Không có văn bản nào")
    if files == found:
        return _("Văn bản nào cũng có tệp")
    return _("%(n)s trong %(all)s văn bản có tệp") % {"n": figure(files), "all": figure(found)} if files else _("Chưa văn bản nào có tệp")


BELOW = {Level.PROVINCE: gettext_lazy("Huyện, thị xã, thành phố"), Level.DISTRICT: gettext_lazy("Xã, phường, thị trấn")}


UNFIT = {
    Flaw.LARGE: gettext_lazy("“%(name)s” lớn hơn %(largest)s. Nén lại hoặc quét với độ phân giải thấp hơn."),
    Flaw.EMPTY: gettext_lazy("“%(name)s” rỗng (0 byte). Chọn lại tệp."),
    Flaw.UNKNOWN: gettext_lazy("“%(name)s” không phải là PDF, Word, Excel hay ảnh. Chỉ nhận PDF, DOCX, XLSX, JPG, PNG."),
    Flaw.OLD: gettext_lazy("“%(name)s” là tệp Word, Excel kiểu cũ (.doc, .xls). Mở ra, lưu thành .docx hoặc .xlsx rồi gửi lại."),
    Flaw.LOCKED: gettext_lazy("“%(name)s” có mật khẩu. Gỡ mật khẩu rồi gửi lại."),
    Flaw.MACRO: gettext_lazy("“%(name)s” có macro. Lưu thành tệp không có macro (.docx, .xlsx) rồi gửi lại."),
    Flaw.HEAVY: gettext_lazy("“%(name)s” bung ra lớn gấp nhiều lần nên không nhận. Mở tệp gốc, lưu lại rồi gửi."),
    Flaw.PACKAGE: gettext_lazy("“%(name)s” là tệp nén, không phải Word hay Excel. Giải nén rồi gửi từng tệp."),
    Flaw.BROKEN: gettext_lazy("“%(name)s” bị hỏng, không mở được. Mở tệp gốc, lưu lại rồi gửi."),
    Flaw.CUT: gettext_lazy("“%(name)s” thiếu phần cuối, có thể do chép hoặc tải về dở dang. Lấy lại tệp gốc rồi gửi."),
    Flaw.MISNAMED: gettext_lazy(
        "“%(name)s” thật ra là %(kind)s. Loại tệp tính theo nội dung, không theo tên: đổi đuôi tên thành .%(ending)s rồi gửi lại."
    ),
}
CONTENTS = {
    Content.PDF: gettext_lazy("tệp PDF"),
    Content.DOCX: gettext_lazy("tệp Word"),
    Content.XLSX: gettext_lazy("tệp Excel"),
    Content.JPG: gettext_lazy("ảnh JPG"),
    Content.PNG: gettext_lazy("ảnh PNG"),
}


def unfit_file(unfit: Unfit, name: str, largest: int) -> str:
    """Say why a file is not taken and what to do; `largest` in bytes."""
    kind = unfit.kind
    said = {"name": name, "largest": f"{largest // 1024 // 1024} MB", "kind": CONTENTS[kind] if kind else "", "ending": kind or ""}
    return str(UNFIT[unfit.flaw]) % said
