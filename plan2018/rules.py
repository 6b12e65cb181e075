"""What the plan demands, as plain rules: when something is late, and whether a target is met. Source: Plan 495/KH-UBND of 5 March 2018."""

import math
import operator as op
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from itertools import combinations
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

BEFORE, UNTIL = "<", "<="
"""How a due date is read: "trước 20/6" (strictly before the day) or "chậm nhất 20/6" (the day itself still counts)."""

OPERATORS: dict[str, Callable[[Decimal, Decimal], bool]] = {">=": op.ge, ">": op.gt, "=": op.eq, "<": op.lt, "<=": op.le}


def due_moment(due_on: date, comparison: str) -> datetime:
    """The first moment that is late (exclusive bound). "Trước 20/6/2018" (section IV.2): everything from 20 June 00:00 Vietnam time is late.

    Raises ValueError for a comparison other than "<" or "<=".
    """
    if comparison not in (BEFORE, UNTIL):
        raise ValueError(f"unknown comparison {comparison!r}")
    day = due_on if comparison == BEFORE else due_on + timedelta(days=1)
    return datetime.combine(day, time.min, tzinfo=VIETNAM)


def last_day(due_on: date, comparison: str) -> date:
    """The last day on which something is on time: what people write down."""
    return due_on - timedelta(days=1) if comparison == BEFORE else due_on


def is_late(moment: datetime, due_on: date, comparison: str) -> bool:
    """Whether an act at this (aware) moment came too late. Once late, always late, also when extended."""
    return moment >= due_moment(due_on, comparison)


def met(operator: str, value: Decimal, actual: Decimal | None) -> bool | None:
    """Whether an actual meets a target; None (no data) when there is no actual. Raises KeyError for an unknown operator."""
    return None if actual is None else OPERATORS[operator](actual, value)


def edge(operator: str, value: Decimal) -> Decimal:
    """The whole number nearest to missing that still meets a count target: the least for ">=", ">" and "=", the most for "<" and "<=".

    `> 75` -> 76; `>= 62.5` -> 63; `< 30` -> 29; `= 0` -> 0. Raises KeyError for an unknown operator.
    """
    match operator:
        case ">=" | "=":
            return Decimal(math.ceil(value))
        case ">":
            return Decimal(math.floor(value) + 1)
        case "<=":
            return Decimal(math.floor(value))
        case "<":
            return Decimal(math.ceil(value) - 1)
        case _:
            raise KeyError(operator)


def gap(operator: str, value: Decimal, actual: Decimal) -> Decimal:
    """How many whole units an actual is from the edge of a count target: negative = missing or too many, zero = just met, positive = room.

    `> 75` with 71 is -5 (five more needed). Raises KeyError for an unknown operator.
    """
    room = actual - edge(operator, value)
    if operator == "=":
        return -abs(room)
    return -room if operator.startswith("<") else room


class Combine(StrEnum):
    """How the parts of a figure make the whole: added up (numerators and denominators), or the lowest of them."""

    SUM = "sum"
    LOWEST = "lowest"


COUNTS = frozenset({"communes", "districts"})
"""Units of targets that count: the actual is the numerator. Units that begin with % are shares; the others take the lowest part."""


@dataclass(frozen=True)
class Judgement:
    """A figure against a target. `actual` in the target's unit (a count, percent, days); `needed` and `gap` in whole units (communes, people, days).

    `gap` negative: so many are missing (or too many); zero: just met; positive: so many to spare.
    """

    actual: Decimal
    needed: Decimal
    gap: Decimal
    met: bool


def judge(unit: str, operator: str, value: Decimal, numerator: Decimal, denominator: Decimal, low: Decimal | None = None) -> Judgement | None:
    """Hold a figure against a target; None (no data) for a share of nothing and for a lowest part that is not known.

    A share is compared exactly, numerator x 100 against value x denominator, never by a rounded percentage: 2,569 of 2,800 is not 91.75 % + something.
    Raises KeyError for an unknown operator, ValueError for a share with "<" or "<=" (the plan has none).
    """
    if unit.startswith("%"):
        if not denominator:
            return None
        if operator.startswith("<"):
            raise ValueError(operator)
        needed = edge(operator, value * denominator / 100)
        return Judgement(100 * numerator / denominator, needed, numerator - needed, OPERATORS[operator](100 * numerator, value * denominator))
    actual = numerator if unit in COUNTS else low
    if actual is None:
        return None
    return Judgement(actual, edge(operator, value), gap(operator, value, actual), OPERATORS[operator](actual, value))


class Stage(StrEnum):
    """How firm a figure is: an estimate (half a year, section IV.2), provisional while some still owe their part, or final."""

    ESTIMATE = "estimate"
    PROVISIONAL = "provisional"
    FINAL = "final"


def stage(*, half: bool, owing: int) -> Stage:
    """How firm a figure is: `half` a year is an estimate whatever came in; `owing` is how many have not reported."""
    if half:
        return Stage.ESTIMATE
    return Stage.PROVISIONAL if owing else Stage.FINAL


class Source(StrEnum):
    """The record that proves an indicator."""

    CLASSIFICATION = "classification"
    COMMUNE_REPORT = "commune report"
    ROSTER = "official roster"
    OFFICES = "office inventory"
    PROFILE = "commune profile"
    RECORD = "own register"
    FILING = "district report"


class Answer(StrEnum):
    """What a commune reports for an indicator: yes or no; so many of so many. Empty: nothing, it is counted from a register."""

    NONE = ""
    YES_NO = "yes_no"
    RATIO = "ratio"


class Frequency(StrEnum):
    """How often a duty is due."""

    ONCE = "once"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    PERIOD = "period"
    EVENT = "event"


CONDITIONS = ("outstanding_rules", "urban", "weak")
"""Communes to which a duty is limited: those whose working rules were outstanding; wards and townships; those classed average or weak."""

PROOFS = ("report", "working_rules", "dialogue", "dialogue_summary")
"""Records that show a duty done by themselves: the district's report of the period, and lines of the small registers."""


class DutyState(StrEnum):
    """Life of an obligation: open -> done -> checked; the level above may hand it back (returned), which opens it again."""

    OPEN = "open"
    DONE = "done"
    RETURNED = "returned"
    CHECKED = "checked"


TARGET_GROUPS: dict[str, tuple[str, ...]] = {
    "results": ("TG01", "TG02", "TG03", "TG04", "TG05"),
    "discipline": ("TG06", "TG07", "TG08", "TG13", "TG23", "TG24"),
    "procedures": ("TG14", "TG15", "TG36"),
    "democracy": ("TG16", "TG17", "TG25", "TG38"),
    "officials": ("TG09", "TG10", "TG11", "TG12", "TG18", "TG19", "TG28", "TG20", "TG29", "TG21", "TG22", "TG26", "TG27", "TG37"),
    "offices": ("TG30", "TG31", "TG32", "TG33", "TG34", "TG35"),
    "reports": ("TG39", "TG40"),
}
"""The targets of Plan 495 by field of work, those that contradict each other side by side."""


def contradictions(targets: Iterable[tuple[str, str, Decimal, str]]) -> list[tuple[str, str]]:
    """The pairs of targets (code, operator, value, words about contradictions) that name each other and ask for different things.

    Two that name each other and ask for the same are only said twice.
    """
    asked = {code: (operator, value, set(re.findall(r"TG\d+", words))) for code, operator, value, words in targets}
    return [
        (one, other)
        for one, (operator, value, named) in asked.items()
        for other in sorted(named)
        if one < other and other in asked and one in asked[other][2] and (operator, value) != asked[other][:2]
    ]


@dataclass(frozen=True)
class Claim:
    """What a target asks of one part of a whole that is divided into parts: at least `least`, at most `most`; `fixed` are in the part already and stay."""

    least: int
    most: int
    fixed: int = 0

    @property
    def floor(self) -> int:
        """The smallest that the part can still be and meet the claim."""
        return max(self.least, self.fixed)


def claim(operator: str, value: Decimal, whole: int, fixed: int = 0) -> Claim:
    """The claim of a count target on its part of `whole`: `> 75` of 130 is 76 to 130, `< 30` is 0 to 29.

    A claim that no whole number meets has `most` below `least`. Raises KeyError for an unknown operator.
    """
    low, high = math.ceil(value), math.floor(value)
    least, most = {">=": (low, whole), ">": (high + 1, whole), "=": (low, high), "<=": (0, high), "<": (0, low - 1)}[operator]
    return Claim(least, min(most, whole), fixed)


def rooms(claims: Mapping[str, Claim], whole: int) -> dict[str, tuple[int, int]] | None:
    """The smallest and the largest that each part of a divided whole can be if every claim is met; None if they cannot all be met.

    The parts add up to the whole: one part is at most what the smallest others leave, and at least what the largest others leave.
    """
    floors, tops = sum(one.floor for one in claims.values()), sum(one.most for one in claims.values())
    if any(one.floor > one.most for one in claims.values()) or not floors <= whole <= tops:
        return None
    return {key: (max(one.floor, whole - (tops - one.most)), min(one.most, whole - (floors - one.floor))) for key, one in claims.items()}


def freed(claims: Mapping[str, Claim], keys: Iterable[str], whole: int) -> dict[str, Claim]:
    """The claims, these of them dropped: their parts may be of any size, but for what is fixed."""
    return {**claims, **{key: Claim(0, whole, claims[key].fixed) for key in keys}}


def conflicts(claims: Mapping[str, Claim], whole: int) -> list[tuple[str, ...]]:
    """The smallest sets of claims that cannot be met together, in the order of the claims; none where all can.

    A set of one cannot be met at all: too many are fixed in its part, or too many elsewhere.
    """
    found: list[tuple[str, ...]] = []
    for size in range(1, len(claims) + 1):
        for keys in combinations(claims, size):
            if not any(set(smaller) <= set(keys) for smaller in found) and rooms(freed(claims, claims.keys() - set(keys), whole), whole) is None:
                found.append(keys)
    return found


def secret_digest(secret: str) -> str:
    """What is kept of a secret that was shown once: SHA-256 as 64 hex digits. The secret is long and random, so it needs no salt."""
    return sha256(secret.encode()).hexdigest()


def parse_decimal(text: str, places: int = 2) -> Decimal:
    """Read a number as people here type it: "8,5", "8.5", " 8,50 ", full-width digits; one separator, no thousands, no exponent.

    Raises ValueError for anything else (empty, NaN, infinity, several separators, more than `places` decimals): never a guess, never zero.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace(",", ".")
    if not re.fullmatch(rf"-?\d{{1,12}}(\.\d{{1,{places}}})?", plain, re.ASCII):
        raise ValueError(text)
    return Decimal(plain).quantize(Decimal(1).scaleb(-places))


class NotWhole(ValueError):
    """A text that is no whole number; `why` says what it is instead."""

    def __init__(self, why: "Unread") -> None:
        super().__init__(why)
        self.why = why


class Unread(StrEnum):
    """Why a text was not read as a whole number."""

    SHARE = "share"
    """A percentage or a decimal: "91,5%", "91,5", "0.915"."""
    DOUBTFUL = "doubtful"
    """Three digits after a comma, "1,234": a thousand to some, a decimal to others."""
    TOO_LARGE = "too large"
    NO_NUMBER = "no number"


MAX_COUNT = 999_999_999
"""Largest number of anything that a commune reports."""


def parse_whole(text: str) -> int:
    """Read a count as people here type it: "1234", " 1.234 " (dots group by three), full-width digits.

    Raises NotWhole for everything else, with the reason: a share is not a count, and "1,234" could be two numbers.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d+|[1-9]\d{0,2}(\.\d{3})+", plain, re.ASCII):
        digits = plain.replace(".", "").lstrip("0") or "0"
        if len(digits) > len(str(MAX_COUNT)):
            raise NotWhole(Unread.TOO_LARGE)
        return int(digits)
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", plain, re.ASCII):
        raise NotWhole(Unread.DOUBTFUL)
    if re.fullmatch(r"\d+([.,]\d+)?\s*%?", plain, re.ASCII):
        raise NotWhole(Unread.SHARE)
    raise NotWhole(Unread.NO_NUMBER)


def group_of(codes: Iterable[str]) -> str:
    """The field of work of an indicator that proves these targets: that of the first target in the order of the work; empty where none has one."""
    codes = set(codes)
    return next((group for group, targets in TARGET_GROUPS.items() if codes & set(targets)), "")


def shift(day: date, years: int) -> date:
    """The same day so many years later (negative: earlier), for the plan of another year.

    The last day of February stays the last of February: what is due on 28/2/2019 may be done until 29/2/2020, and back. Raises ValueError beyond the
    years 1 to 9999.
    """
    if day.month == 2 and day.day == monthrange(day.year, 2)[1]:
        return date(day.year + years, 2, monthrange(day.year + years, 2)[1])
    return day.replace(year=day.year + years)


def shift_words(words: str, source: int, years: int) -> str:
    """Words of a plan of the year `source`, so many years later: days such as 2018-12-31 are shifted, "năm 2018" becomes "năm 2019".

    Nothing else is touched: "2016-2020", "kết quả 2017" and numbers of documents are the plan's own words, for people to edit (`old_years` finds them).
    """

    def later(found: re.Match[str]) -> str:
        try:
            return shift(date.fromisoformat(found[0]), years).isoformat()
        except ValueError:  # no such day: left as it is written
            return found[0]

    words = re.sub(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)", later, words)
    return re.sub(rf"\b(năm|Năm) {source}\b(?!-\d)", rf"\1 {source + years}", words)


def old_years(words: str, year: int) -> list[str]:
    """The years before this one that a text of the plan of `year` still speaks of, as they are written: "2017", "2016-2020"."""
    spans = re.findall(r"(?<![\d/])(?:20\d\d-)?20\d\d(?![\d/]|-\d\d-)", re.sub(r"\d{4}-\d{2}-\d{2}", "", words))
    return [span for span in spans if int(span[:4]) < year]
