"""Marks that every page shares: numbers and dates as Vietnamese administration writes them, classes, states, verdicts, the menu.

Numbers are written here and not by Django's localization, so that a chart's coordinates and a table's figures can stand in one template.
No value is "–", never 0. Everything is plain Python over plain values: a tag makes no query.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.contrib.messages import constants as levels
from django.contrib.messages.storage.base import Message
from django.forms import BaseForm, BoundField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from communes.rules import Level
from scoring.rules import Band, Grade, State, round_half_up

register = template.Library()

Number = int | float | Decimal
Word = str | Promise
NO_DATA = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"


def _write(value: Number, least: int, most: int) -> str:
    """Write a number with `least` to `most` decimals, rounded half-up: 1234.5 -> 1.234,5; -8.5 -> −8,5."""
    rounded = round_half_up(value if isinstance(value, Decimal) else Decimal(str(value)), most)
    whole, _, fraction = f"{abs(rounded):,.{most}f}".partition(".")
    fraction = fraction.rstrip("0").ljust(least, "0")
    sign = MINUS if rounded < 0 else ""
    return sign + whole.replace(",", ".") + (f",{fraction}" if fraction else "")


@register.filter
def number(value: Number | None) -> str:
    """Write a number for a sentence, without idle zeros: 1.234; 14,5; 14."""
    return NO_DATA if value is None else _write(value, 0, 2)


@register.filter
def points(value: Number | None, places: int | None = None) -> str:
    """Write points for a table, so that columns align: 14,5; 14,0. `places` fixes the number of decimals."""
    return NO_DATA if value is None else _write(value, places or 1, places or 2)


@register.filter
def percent(value: Number | None, places: int | None = None) -> str:
    """Write a percentage (91.5 means 91,5%). Two decimals are kept, because 91,46% must not read as 91,5% met."""
    return NO_DATA if value is None else points(value, places) + "%"


@register.filter
def signed(value: Number | None) -> str:
    """Write a difference with its sign: +2,0; −8,5; 0,0."""
    return NO_DATA if value is None else ("+" if value > 0 else "") + points(value)


@register.simple_tag
def ratio(numerator: Number | None, denominator: Number | None) -> str:
    """Write what a percentage is made of: 2.569/2.800."""
    return NO_DATA if numerator is None or denominator is None else f"{number(numerator)}/{number(denominator)}"


@register.filter
def coord(value: Number | None, whole: Number = 100) -> str:
    """Return where `value` of `whole` lies on a bar, as an SVG percentage with a dot: 14.5 of 20 -> 72.5%. Never leaves the bar."""
    part = 0.0 if value is None or not whole else float(value) / float(whole) * 100
    return f"{min(max(part, 0), 100):.4g}%"


def _local(value: date) -> date:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


@register.filter
def day(value: date | None) -> str:
    """Write a day as documents do: 19/6/2018, 05/3/2018, 07/01/2019.

    Days below 10 and the months 1 and 2 get a zero, other months do not (Decree 30/2020/NĐ-CP, annex I).
    """
    if value is None:
        return NO_DATA
    value = _local(value)
    return f"{value.day:02}/{value.month:0{2 if value.month < 3 else 1}}/{value.year}"


@register.filter
def moment(value: datetime | None) -> str:
    """Write a moment for a sentence, in Vietnamese time: 14:30 ngày 07/01/2019."""
    return NO_DATA if value is None else gettext("%(time)s ngày %(day)s") % {"time": f"{_local(value):%H:%M}", "day": day(value)}


@register.filter
def stamp(value: datetime | None) -> str:
    """Write a moment for a list, in Vietnamese time: 07/01/2019 09:12."""
    return NO_DATA if value is None else f"{_local(value):%d/%m/%Y %H:%M}"


@register.filter
def inline_svg(svg: str) -> SafeString:
    """Return a picture drawn by a library as part of the page, where the content policy lets no data: image in. Never for what people send."""
    return SafeString(svg.partition("?>")[2] or svg)


@register.filter
def slugged(code: str) -> str:
    """Return the code of an indicator as the names of fields and anchors have it."""
    return code.replace(".", "-")


@register.filter
def lately(value: datetime | None) -> str:
    """Write when something was saved: the time if that was today, else the day."""
    return NO_DATA if value is None else f"{_local(value):%H:%M}" if timezone.localdate(value) == timezone.localdate() else day(value)


@register.filter
def inside(name: str) -> str:
    """Write a name that begins with its kind inside a sentence: "xã Nặm Lịch", "năm 2018"."""
    return name[:1].lower() + name[1:]


# Classes: key of the grade -> (class in the style sheet, word, how a chart fills it).
GRADES: dict[str | None, tuple[str, Word, str]] = {
    Grade.GOOD: ("tot", gettext_lazy("Tốt"), 'class="f-tot"'),
    Grade.FAIR: ("kha", gettext_lazy("Khá"), 'class="f-kha"'),
    Grade.AVERAGE: ("tb", gettext_lazy("Trung bình"), 'fill="url(#p-tb)"'),
    Grade.WEAK: ("yeu", gettext_lazy("Yếu"), 'fill="url(#p-yeu)"'),
    None: ("none", gettext_lazy("Chưa có điểm"), 'fill="url(#p-none)"'),
}


@register.simple_tag
def grade_mark(grade: str | None) -> SafeString:
    """Return the class as word and pips. Raises KeyError for a grade that nobody defined."""
    style, word, _ = GRADES[grade or None]
    return format_html('<span class="cls {}">{}</span>', style, word)


@register.simple_tag
def scale(bands: Iterable[Band]) -> SafeString:
    """Return the scale of a meter (scoring/_scale.html). Every save shows it, so it is drawn once for each scale that there is."""
    return _scale(tuple(bands), get_language())


@lru_cache(maxsize=100)
def _scale(bands: tuple[Band, ...], _language: str | None) -> SafeString:
    return render_to_string("scoring/_scale.html", {"bands": bands})


@register.filter
def grade_word(grade: str | None) -> str:
    """Write the class inside a sentence: hạng tốt, hạng trung bình."""
    return str(GRADES[grade or None][1]).lower()


@register.simple_tag
def grade_fill(grade: str | None) -> SafeString:
    """Return the attribute that fills an SVG shape with the class's colour or pattern (needs _parts/patterns.html on the page)."""
    return SafeString(GRADES[grade or None][2])


STATES: dict[str | None, tuple[str, Word]] = {
    State.DRAFT: ("is-draft", gettext_lazy("Đang nhập")),
    State.SUBMITTED: ("is-sent", gettext_lazy("Đã gửi")),
    State.RETURNED: ("is-back", gettext_lazy("Trả lại")),
    State.APPRAISED: ("is-seen", gettext_lazy("Đã thẩm định")),
    State.APPROVED: ("is-lock", gettext_lazy("Đã duyệt")),
    None: ("is-none", gettext_lazy("Chưa nhập")),
}
VERDICTS = {
    True: ("is-ok", gettext_lazy("Đạt")),
    False: ("is-bad", gettext_lazy("Chưa đạt")),
    None: ("is-none", gettext_lazy("Chưa có số liệu")),
}


def _tag(style: str, word: Word) -> SafeString:
    return format_html('<span class="tag {}">{}</span>', style, word)


@register.simple_tag
def state_tag(state: str | None) -> SafeString:
    """Return the state of an assessment as word, shape and colour; none yet is "Chưa nhập"."""
    return _tag(*STATES[state or None])


@register.simple_tag
def verdict_tag(met: bool | None) -> SafeString:
    """Return whether a target is met; None is "no data", which is neither."""
    return _tag(*VERDICTS[met])


@register.simple_tag
def title_mark() -> SafeString:
    """Return the title with its flower, which stands nowhere else but in the brand."""
    return format_html(
        '<span class="title"><svg class="ban" viewBox="0 0 32 32" aria-hidden="true"><use href="#ban"/></svg>{}</span>',
        gettext("Trong sạch, vững mạnh"),
    )


@register.simple_tag
def climb(places: int | None) -> SafeString | str:
    """Return how many ranks a unit has climbed (positive) or fallen (negative) since the year before."""
    if places is None:
        return NO_DATA
    if places == 0:
        return format_html('<span class="same">{}</span>', gettext("Giữ hạng"))
    words = ngettext("%(count)s bậc", "%(count)s bậc", abs(places)) % {"count": number(abs(places))}
    return format_html('<span class="{}">{}</span>', "up" if places > 0 else "down", words)


NOTES = {levels.SUCCESS: "is-ok", levels.WARNING: "is-warn", levels.ERROR: "is-bad"}


@register.filter
def note_class(message: Message) -> str:
    """Return how a message's note is marked; plain information has no mark."""
    return NOTES.get(message.level, "")


@register.inclusion_tag("_parts/field.html")
def field(bound: BoundField, hint: str | None = None, **attrs: str | bool) -> dict[str, object]:
    """Render a field with label, hint, input and error tied together for readers of all kinds.

    `hint` replaces the help text; `attrs` go to the input, `_` for `-` (inputmode="decimal", aria_label="...").
    Placeholders are dropped: they repeat the label and vanish on typing.
    """
    if hint is not None:
        bound.help_text = hint
    bound.field.widget.attrs.pop("placeholder", None)
    return {"field": bound, "input": bound.as_widget(attrs={name.replace("_", "-"): value for name, value in attrs.items()})}


@register.inclusion_tag("_parts/errors.html")
def errors(form: BaseForm) -> dict[str, object]:
    """Render what is wrong with a form: what concerns the whole, then each field with a way to it."""
    return {"general": form.non_field_errors(), "fields": [bound for bound in form if bound.errors]}


# The menu: level of the reader's unit -> items; a leader reads the same pages as those who work there. An item is (URL name, words, names of the arguments its URL takes).
Item = tuple[str, Word, tuple[str, ...]]
PROVINCE: tuple[Item, ...] = (
    ("dashboard", gettext_lazy("Tổng quan"), ("period",)),
    ("targets", gettext_lazy("Chỉ tiêu"), ("period",)),
    ("ranking", gettext_lazy("Xếp hạng"), ("period",)),
    ("reports", gettext_lazy("Báo cáo"), ("period",)),
    ("units", gettext_lazy("Đơn vị"), ()),
    ("duties", gettext_lazy("Nhiệm vụ"), ()),
    ("papers", gettext_lazy("Soạn văn bản"), ()),
    ("documents", gettext_lazy("Văn bản"), ()),
    ("audit", gettext_lazy("Nhật ký"), ()),
)
DISTRICT: tuple[Item, ...] = (
    ("unit", gettext_lazy("Việc của huyện"), ("code",)),
    ("appraisal", gettext_lazy("Thẩm định"), ("period", "code")),
    ("targets", gettext_lazy("Chỉ tiêu"), ("period",)),
    ("ranking", gettext_lazy("Xếp hạng"), ("period",)),
    ("registers", gettext_lazy("Số liệu"), ("code",)),
    ("report", gettext_lazy("Báo cáo"), ("period", "code")),
    ("papers", gettext_lazy("Soạn văn bản"), ()),
    ("duties", gettext_lazy("Nhiệm vụ"), ()),
    ("units", gettext_lazy("Đơn vị"), ()),
    ("audit", gettext_lazy("Nhật ký"), ()),
)
COMMUNE: tuple[Item, ...] = (
    ("unit", gettext_lazy("Việc của xã"), ("code",)),
    ("assessment", gettext_lazy("Tự chấm điểm"), ("period", "code")),
    ("registers", gettext_lazy("Số liệu"), ("code",)),
    ("duties", gettext_lazy("Nhiệm vụ"), ()),
    ("ranking", gettext_lazy("Xếp hạng"), ("period",)),
    ("audit", gettext_lazy("Nhật ký"), ()),
)
MENUS: dict[str, tuple[Item, ...]] = {Level.PROVINCE: PROVINCE, Level.DISTRICT: DISTRICT, Level.COMMUNE: COMMUNE}


def menu(level: str, arguments: Mapping[str, str | None], here: str | None, path: str) -> list[dict[str, object]]:
    """Return the menu of a level as {url, words, current}.

    `here` is the item in whose section the page lies; `current` is "page" on the item's own page, "true" elsewhere in its section.
    An item whose URL does not exist (no such page yet, or the reader has no unit) is left out.
    """
    items: list[dict[str, object]] = []
    for name, words, takes in MENUS.get(level, ()):
        try:
            url = reverse(name, kwargs={argument: arguments[argument] or "" for argument in takes})
        except NoReverseMatch:
            continue
        items.append({"url": url, "words": words, "current": "page" if url == path else "true" if name == here else ""})
    return items


@register.inclusion_tag("_parts/nav.html", takes_context=True)
def nav(context: dict[str, Any], here: str | None = None) -> dict[str, object]:
    """Render the main menu for the person who reads; `here` names the section when the page's own URL name does not.

    Costs no query: uses `request.user` with its unit as loaded. Renders nothing for a page without a signed-in reader.
    """
    request: HttpRequest | None = context.get("request")
    if request is None or not request.user.is_authenticated:
        return {}
    user = request.user
    match = request.resolver_match
    arguments = {"period": context.get("nav_period"), "code": user.unit.code}
    return {
        "items": menu(user.unit.level, arguments, here or (match.url_name if match else None), request.path),
        "user": user,
        "unread": context.get("unread"),
    }
