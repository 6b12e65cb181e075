"""How far the points of a period can be relied on: gaps, changes, jumps, points that registers contradict, and whom to inspect. Plain Python.

Source: Plan 495/KH-UBND sections II.2, III.4-III.9 (what registers should say) and III.8 (inspection). Levels and weights are ours: the plan names none.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from hashlib import sha256
from math import log
from pathlib import Path

from plan2018.rules import OPERATORS
from scoring.rules import State

SENT = frozenset({State.SUBMITTED, State.APPRAISED, State.APPROVED})
SEEN = frozenset({State.APPRAISED, State.APPROVED})
"""States in which a commune's own points stand, and in which those of its district stand as well."""

JUMP = Decimal(10)
"""A result jumps when it differs from the earlier one by at least this many points of a percentage of the maximum. Ours."""


@dataclass(frozen=True)
class Commune:
    """What the points of a commune say about themselves. Counts are of answers; nothing is known (None) before the stage that would tell it."""

    code: str
    name: str
    district: str
    """Code of the district."""
    district_name: str
    state: str
    max_total: Decimal
    answers: int = 0
    self_total: Decimal | None = None
    total: Decimal | None = None
    """What the province approved."""
    changed: int = 0
    """Answers to which the district gave other points than the commune."""
    lowered: int = 0
    """Answers to which the district gave fewer."""
    unproven: int = 0
    """Answers with the maximum of own points and nothing to show for it."""
    before: Decimal | None = None
    """The approved total of the earlier period, of `before_max`."""
    before_max: Decimal | None = None
    key_area: bool = False
    contradicted: int = 0
    """Answers whose maximum a register contradicts."""

    @property
    def sent(self) -> bool:
        """Whether its own points stand."""
        return self.state in SENT

    @property
    def seen(self) -> bool:
        """Whether its district has appraised it."""
        return self.state in SEEN

    @property
    def gap(self) -> Decimal | None:
        """How many points its own total lies above the approved one."""
        return None if self.total is None or self.self_total is None else self.self_total - self.total

    @property
    def jump(self) -> Decimal | None:
        """How many points of a percentage the result moved since the earlier period."""
        if self.total is None or self.before is None or not self.max_total or not self.before_max:
            return None
        return 100 * self.total / self.max_total - 100 * self.before / self.before_max

    @property
    def jumps(self) -> bool:
        """Whether it moved so much that one should know why."""
        return self.jump is not None and abs(self.jump) >= JUMP


@dataclass(frozen=True)
class Group:
    """The communes of a district, or of the province, together."""

    code: str
    name: str
    communes: Sequence[Commune]

    @property
    def gaps(self) -> list[Decimal]:
        """The gap of each approved commune."""
        return [one.gap for one in self.communes if one.gap is not None]

    @property
    def gap(self) -> Decimal | None:
        """The mean gap of the approved communes, in points."""
        return sum(self.gaps, Decimal(0)) / len(self.gaps) if self.gaps else None

    @property
    def seen(self) -> int:
        """How many communes the district has appraised."""
        return sum(one.seen for one in self.communes)

    @property
    def sent(self) -> int:
        return sum(one.sent for one in self.communes)

    @property
    def judged(self) -> int:
        """How many answers the district has appraised."""
        return sum(one.answers for one in self.communes if one.seen)

    @property
    def changed(self) -> int:
        return sum(one.changed for one in self.communes)

    @property
    def lowered(self) -> int:
        return sum(one.lowered for one in self.communes)

    @property
    def share_changed(self) -> Decimal | None:
        """Answers that the district changed, in percent of those it appraised."""
        return Decimal(100 * self.changed) / self.judged if self.judged else None

    @property
    def untouched(self) -> int:
        """Appraised communes of which the district lowered nothing."""
        return sum(one.seen and not one.lowered for one in self.communes)

    @property
    def never_lowers(self) -> bool:
        """Whether the district has appraised communes and never lowered anything."""
        return self.seen > 0 and self.untouched == self.seen

    @property
    def totals(self) -> list[Decimal]:
        return [one.total for one in self.communes if one.total is not None]

    @property
    def lowest(self) -> Decimal | None:
        return min(self.totals, default=None)

    @property
    def highest(self) -> Decimal | None:
        return max(self.totals, default=None)

    @property
    def spread(self) -> Decimal | None:
        """Standard deviation of the approved totals, in points; needs two."""
        if len(self.totals) < 2:
            return None
        mean = sum(self.totals, Decimal(0)) / len(self.totals)
        return (sum(((total - mean) ** 2 for total in self.totals), Decimal(0)) / len(self.totals)).sqrt()

    @property
    def unproven(self) -> int:
        return sum(one.unproven for one in self.communes)

    @property
    def contradicted(self) -> int:
        return sum(one.contradicted for one in self.communes)

    @property
    def compared(self) -> int:
        """How many communes have a result in both periods."""
        return sum(one.jump is not None for one in self.communes)

    @property
    def jumping(self) -> int:
        return sum(one.jumps for one in self.communes)


def size(communes: Sequence[Commune]) -> int:
    """How many to inspect unless somebody asks for another number: a tenth, at least one a district. Ours: the plan names none."""
    return max(len({one.district for one in communes}), -(-len(communes) // 10))


def by_district(communes: Iterable[Commune]) -> list[Group]:
    """The communes district by district, in their order."""
    groups: dict[tuple[str, str], list[Commune]] = {}
    for one in communes:
        groups.setdefault((one.district, one.district_name), []).append(one)
    return [Group(*key, rows) for key, rows in groups.items()]


# Points that registers contradict


@dataclass(frozen=True)
class Check:
    """Whoever gives the maximum at a criterion of this section should find this in a register: a row of data/checks.csv.

    An empty section stands for the criteria that the record itself names. `measure`: "percent" of so many, or a plain "count".
    """

    section: str
    fact: str
    operator: str
    value: Decimal
    measure: str
    words: str
    page: str
    register: str
    provenance: str


@cache
def checks() -> tuple[Check, ...]:
    """What is held against the registers, with where it comes from."""
    with (Path(__file__).parent / "data" / "checks.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_check(row) for row in csv.DictReader(file))


def _check(row: Mapping[str, str]) -> Check:
    value, words = Decimal(row["value"]), (row[name] for name in ("measure", "words", "page", "register", "provenance"))
    return Check(row["section"], row["fact"], row["operator"], value, *words)


@dataclass(frozen=True)
class Maximum:
    """An answer whose points that stand are the maximum."""

    unit: str
    criterion: str
    number: str
    title: str
    points: Decimal
    sections: frozenset[str]


Facts = Mapping[tuple[str, str, str], tuple[Decimal, Decimal]]
"""(commune, fact, criterion or nothing) -> so many of so many; a plain count is of nothing."""


@dataclass(frozen=True)
class Contradiction:
    """Full points, and the record that says otherwise."""

    maximum: Maximum
    check: Check
    numerator: Decimal
    denominator: Decimal


def sections_of(plan_section: str) -> frozenset[str]:
    """The sections of the plan that a criterion rests on: "III.5; II.2 gạch 8" names two."""
    return frozenset(part.strip() for part in plan_section.split(";") if part.strip())


def holds(check: Check, numerator: Decimal, denominator: Decimal) -> bool:
    """Whether a fact is as the check asks: shares by whole numbers, never by a rounded percentage. Raises KeyError for an unknown operator."""
    if check.measure == "percent":
        return OPERATORS[check.operator](100 * numerator, check.value * denominator)
    return OPERATORS[check.operator](numerator, check.value)


def contradictions(maxima: Iterable[Maximum], facts: Facts, asked: Sequence[Check]) -> list[Contradiction]:
    """The full points that a register contradicts, in their order. What no register knows contradicts nothing."""
    found = []
    for maximum in maxima:
        for check in asked:
            if check.section in maximum.sections or not check.section:
                known = facts.get((maximum.unit, check.fact, "" if check.section else maximum.criterion))
                if known and not holds(check, *known):
                    found.append(Contradiction(maximum, check, *known))
    return found


def with_contradictions(communes: Iterable[Commune], found: Iterable[Contradiction]) -> list[Commune]:
    """The communes, each with the number of its answers that a register contradicts, however many registers do."""
    counted = Counter(unit for unit, _criterion in {(one.maximum.unit, one.maximum.criterion) for one in found})
    return [replace(one, contradicted=counted[one.code]) for one in communes]


# Whom to inspect (III.8 gạch 1-2)


@dataclass(frozen=True)
class Weight:
    """A reason to inspect: so much weight at most, reached at the level `full`; in between in proportion."""

    reason: str
    weight: int
    full: Decimal


BASE = 1
"""What every commune weighs, so that each may be drawn."""

WEIGHTS = (
    Weight("gap", 3, Decimal(5)),
    Weight("contradicted", 3, Decimal(3)),
    Weight("unproven", 2, Decimal(25)),
    Weight("jump", 2, Decimal(15)),
    Weight("key_area", 1, Decimal(1)),
)
"""Gap: percent of the maximum by which the own total lies above the result. Contradicted: answers. Unproven: percent of the answers.
Jump: points of a percentage, up or down. Key area: yes or no."""


HEAVIEST = BASE + sum(row.weight for row in WEIGHTS)


def measures(one: Commune) -> dict[str, Decimal]:
    """What a commune has of each reason; nothing where nothing is known."""
    return {
        "gap": max(Decimal(0), 100 * (one.gap or Decimal(0)) / one.max_total) if one.max_total else Decimal(0),
        "contradicted": Decimal(one.contradicted),
        "unproven": Decimal(100 * one.unproven) / one.answers if one.answers else Decimal(0),
        "jump": abs(one.jump or Decimal(0)),
        "key_area": Decimal(one.key_area),
    }


@dataclass(frozen=True)
class Pick:
    """A commune that is proposed for inspection, with what each reason weighs in it."""

    commune: Commune
    parts: Mapping[str, Decimal]
    first: bool = False
    """Drawn as the one of its district."""

    @property
    def weight(self) -> Decimal:
        return BASE + sum(self.parts.values(), Decimal(0))


def weigh(one: Commune) -> dict[str, Decimal]:
    """What each reason weighs in a commune; reasons that weigh nothing are left out."""
    known = measures(one)
    parts = {row.reason: row.weight * min(known[row.reason], row.full) / row.full for row in WEIGHTS}
    return {reason: part for reason, part in parts.items() if part}


def _place(pick: Pick, seed: str) -> tuple[float, str]:
    """When a commune is drawn: a race in which its chance to come first is its share of the weight. The same for the same seed, for ever."""
    chance = (int.from_bytes(sha256(f"{seed}|{pick.commune.code}".encode()).digest()) + 1) / (2**256 + 1)
    return -log(chance) / float(pick.weight), pick.commune.code


def sample(communes: Sequence[Commune], number: int, seed: str) -> list[Pick]:
    """So many communes by weighted chance without repetition, at least one a district, in the order of the communes.

    First each district's own, then the others as they come: never fewer than there are districts, never more than there are communes.
    """
    drawn = sorted((Pick(one, weigh(one)) for one in communes), key=lambda pick: _place(pick, seed))
    firsts: dict[str, Pick] = {}
    for pick in drawn:
        firsts.setdefault(pick.commune.district, pick)
    chosen = {pick.commune.code for pick in firsts.values()}
    rest = [pick.commune.code for pick in drawn if pick.commune.code not in chosen]
    chosen |= set(rest[: max(0, number - len(chosen))])
    known = {pick.commune.code: pick for pick in drawn}
    owed = {pick.commune.code for pick in firsts.values()}
    return [Pick(one, known[one.code].parts, first=one.code in owed) for one in communes if one.code in chosen]
