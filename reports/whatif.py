"""What would follow if points or thresholds were others: classes, titles, and what the targets on them ask for. Plain Python; nothing of it is saved.

Source: Plan 495/KH-UBND sections II.2 gạch 1 (63 titles, 25 good, 75 fair, 30 average, 0 weak) and III.7 (average and weak communes are not honoured).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from scoring.rules import Cap, Classification, Grade, Points, Stage, Threshold, tally


class Basis(StrEnum):
    """Whose points are the beginning: those that stand (final where approved, else appraised, else self), or those of one stage alone."""

    REACHED = "reached"
    SELF = "self"
    APPRAISED = "appraised"
    FINAL = "final"


@dataclass(frozen=True)
class Form:
    """A commune with its points by criterion, None where there are none; `honoured`: it holds the title of the year.

    `excluded`: the criteria that do not apply to it. They have no points and are out of its scale, whatever is supposed.
    """

    code: str
    name: str
    district: str
    """Code of the district."""
    district_name: str
    points: Mapping[str, Decimal | None]
    honoured: bool = False
    excluded: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether every criterion has points or does not apply: only then there is a class."""
        return all(value is not None or criterion in self.excluded for criterion, value in self.points.items())


@dataclass(frozen=True)
class Change:
    """A supposition: the points of a commune, of the communes of a district or of all (`unit` empty), at one criterion or at each (`criterion` empty).

    So many points more (negative: fewer), or with `exact` just so many. Never below nothing and never above the maximum.
    """

    unit: str
    criterion: str
    points: Decimal
    exact: bool = False

    def concerns(self, form: Form, criterion: str) -> bool:
        """Whether this criterion of this commune is meant."""
        return self.unit in ("", form.code, form.district) and self.criterion in ("", criterion)


@dataclass(frozen=True)
class Outcome:
    """A commune's class as it stands, and as it would be."""

    form: Form
    now: Classification
    then: Classification

    @property
    def moves(self) -> bool:
        """Whether the class changes."""
        return self.now.grade != self.then.grade

    @property
    def rises(self) -> bool:
        """Whether the class changes for the better."""
        return list(Grade).index(self.then.grade) < list(Grade).index(self.now.grade)


@dataclass(frozen=True)
class Scale:
    """By what a period is scored: its criteria without points, by code; its classes, and what holds a class down."""

    criteria: Mapping[str, Points]
    thresholds: Sequence[Threshold]
    caps: Sequence[Cap] = ()


def supposed(form: Form, scale: Scale, changes: Sequence[Change]) -> dict[str, Decimal]:
    """The points of a complete form after the changes, made one after the other, each kept within the scale of its criterion; none where it does not apply."""
    points: dict[str, Decimal] = {}
    for criterion, value in form.points.items():
        if criterion in form.excluded:
            continue
        result = value or Decimal(0)
        for change in changes:
            if change.concerns(form, criterion):
                result = min(max(change.points if change.exact else result + change.points, Decimal(0)), scale.criteria[criterion].maximum)
        points[criterion] = result
    return points


def _class_of(form: Form, scale: Scale, thresholds: Sequence[Threshold], changes: Sequence[Change] = ()) -> Classification:
    """The one place where a supposition asks the rules that also approve."""
    scored = [replace(scale.criteria[criterion], final_points=value) for criterion, value in supposed(form, scale, changes).items()]
    return tally(scored, Stage.FINAL, thresholds, scale.caps).result


def suppose(forms: Iterable[Form], scale: Scale, changes: Sequence[Change], asked: Sequence[Threshold]) -> list[Outcome]:
    """The class of every complete form by the thresholds and points that stand, and by those that are `asked` about, in the order of the forms.

    Raises ValueError where no threshold reaches down to a total, as `classify` does.
    """
    return [Outcome(form, _class_of(form, scale, scale.thresholds), _class_of(form, scale, asked, changes)) for form in forms if form.complete]


def counts(outcomes: Iterable[Outcome]) -> tuple[dict[Grade, int], dict[Grade, int]]:
    """How many communes are in each class, now and then, best first."""
    pairs = [(outcome.now.grade, outcome.then.grade) for outcome in outcomes]
    now, then = (Counter(grades) for grades in zip(*pairs, strict=True)) if pairs else (Counter[Grade](), Counter[Grade]())
    return {grade: now[grade] for grade in Grade}, {grade: then[grade] for grade in Grade}


HONOURED = frozenset({Grade.GOOD, Grade.FAIR})
"""Classes in which a commune may be honoured (III.7)."""


def titles(forms: Iterable[Form], outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """How many communes hold the title now, and then: who falls to average or weak loses it, nobody gets one (it is granted by decision, not computed)."""
    held = sum(form.honoured for form in forms)
    lost = sum(one.form.honoured and one.now.grade in HONOURED and one.then.grade not in HONOURED for one in outcomes)
    return held, held - lost


def near(outcomes: Iterable[Outcome], within: Decimal) -> list[Outcome]:
    """The communes that would lack at most so many points to the next class, the nearest first."""
    found = [(one.then.points_to_next, one) for one in outcomes]
    return [one for missing, one in sorted(((m, o) for m, o in found if m is not None and m <= within), key=lambda pair: pair[0])]
