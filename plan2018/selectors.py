"""Reads of plans, periods and obligations, and of what communes report."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, QuerySet, Subquery, Value
from django.utils import timezone

from accounts.models import User
from accounts.rules import Role
from communes.models import Document, Official, Unit
from communes.rules import Level
from communes.standards import COUNTED
from ledger.models import Entry
from plan2018 import duties, rules, sentences
from plan2018.models import Duty, Indicator, Obligation, Observation, Period, Plan, WorkingRules
from plan2018.rules import DutyState, Frequency

OBLIGATION = "obligation"
"""What the ledger calls an obligation."""

NOT_DONE = (DutyState.OPEN, DutyState.RETURNED)


def periods(*related: str) -> "list[Period]":
    """All periods with their plans, and with what `related` names, newest last."""
    return list(Period.objects.select_related("plan", *related))


def newest_period() -> Period | None:
    """The period that ends last: what pages show when nobody asked for another."""
    return Period.objects.select_related("plan").order_by("ends_on", "starts_on").last()


def newest_day() -> date:
    """The last day of the newest period: the map of communes that people mean when they name no day. Today where there is no plan yet."""
    newest = newest_period()
    return newest.ends_on if newest else timezone.localdate()


def register_day() -> date:
    """The day as of which registers are shown and kept when nobody names one: today, or the last day of the newest period once that is over."""
    return min(timezone.localdate(), newest_day())


def rows() -> list[dict[str, Any]]:
    """All periods as plain rows, oldest first, with the last day on time."""
    columns = ("code", "kind", "name", "starts_on", "ends_on", "due_on", "due_comparison")
    return [{column: getattr(period, column) for column in columns} | {"last_day_on_time": period.last_day} for period in periods()]


def times_of(plan: Plan) -> list[tuple[Duty, list[duties.Occurrence]]]:
    """The duties of a plan, each with the times that it falls due."""
    terms = [duties.Term(period.code, period.last_day) for period in plan.periods.all()]
    return [
        (
            duty,
            duties.occurrences(
                Frequency(duty.frequency), year=plan.year, signed_on=plan.issued_on, terms=terms, opens_on=duty.opens_on, due_on=duty.due_on
            ),
        )
        for duty in plan.duties.all()
    ]


def day_of(plan: Plan) -> date:
    """The day whose map of units a plan goes by: the last of its last period, or of its year."""
    return plan.periods.order_by("ends_on").values_list("ends_on", flat=True).last() or date(plan.year, 12, 31)


def owing(plan: Plan, weak: frozenset[int]) -> list[tuple[int, duties.Owing]]:
    """The units in force under a plan (by id), as far as it matters for who owes what."""
    outstanding = set(WorkingRules.objects.filter(outstanding=True, withdrawn_at=None).values_list("unit", flat=True))
    units = Unit.objects.on(day_of(plan)).values_list("pk", "level", "kind")
    return [(pk, duties.Owing(Level(level), kind, pk in outstanding, pk in weak)) for pk, level, kind in units]


@dataclass(frozen=True)
class Known:
    """An obligation that is there: its row, whether anybody has acted on it (version), its days."""

    pk: int
    version: int
    opens_on: date | None
    due_on: date | None


def opened(plan: Plan) -> dict[tuple[int, int, str], Known]:
    """The obligations of a plan that follow from its calendar, by duty, unit and occurrence; those of events follow from what happened."""
    rows = Obligation.objects.filter(duty__plan=plan).exclude(duty__frequency=Frequency.EVENT)
    columns = ("duty", "unit", "occurrence", "pk", "version", "opens_on", "due_on")
    return {(duty, unit, key): Known(*rest) for duty, unit, key, *rest in rows.values_list(*columns)}


def key_of(obligation: Obligation) -> str:
    """The ledger's name of an obligation: year of the plan, duty, unit, occurrence."""
    return f"{obligation.duty.plan.year}/{obligation.duty.code}/{obligation.unit.code}/{obligation.occurrence}"


@dataclass(frozen=True)
class Reminded:
    """An obligation of which people are reminded: of which unit (by id), under which units (itself first), and how a message names it."""

    path: tuple[int, ...]
    owed: sentences.Owed

    @property
    def unit(self) -> int:
        return self.path[0]


def to_remind(due_days: Iterable[date]) -> list[Reminded]:
    """The obligations that are not done and whose last day on time is one of these."""
    rows = Obligation.objects.filter(state__in=NOT_DONE, due_on__in=list(due_days)).order_by("due_on", "duty__code", "unit__sort_key")
    columns = ("duty__code", "duty__text", "occurrence", "due_on", "unit__full_name", "unit__level", "unit__parent__full_name")
    return [
        Reminded(
            tuple(pk for pk in (unit, parent, top) if pk),
            sentences.Owed(code, text, occurrence, due_on, name, Level(level), district or ""),
        )
        for unit, parent, top, code, text, occurrence, due_on, name, level, district in rows.values_list(
            "unit", "unit__parent", "unit__parent__parent", *columns
        )
    ]


def to_tell(units: Collection[int]) -> list[User]:
    """The people of these units who work there: leaders only read, software is no person."""
    return list(User.objects.filter(unit__in=units, is_active=True).exclude(role__in=[Role.LEADER, Role.API_CLIENT]).order_by("pk"))


def history(obligation: Obligation) -> list[Entry]:
    """Who did what to an obligation, newest first."""
    return list(Entry.objects.about(OBLIGATION, key_of(obligation)).select_related("actor__unit").reverse())


# What communes report.


class Goal(NamedTuple):
    """What a target asks of an indicator."""

    code: str
    clause: str
    operator: str
    value: Decimal
    unit: str

    @property
    def asked(self) -> str:
        """The level asked, in words."""
        return sentences.level(self.operator, self.value, self.unit)


@dataclass(frozen=True)
class Asked:
    """An indicator that communes report, and the targets that it feeds."""

    indicator: Indicator
    goals: Sequence[Goal]

    @property
    def group(self) -> str:
        """The field of work."""
        return rules.group_of(goal.code for goal in self.goals)


@dataclass(frozen=True)
class Reported(Asked):
    """What a commune has reported of it."""

    own: Observation | None
    before: Sequence[Observation]
    """Of the two periods before this one that have it, the newest first; also of an earlier plan, by the same code."""


@dataclass(frozen=True)
class Sheet:
    """All that a commune reports for a period."""

    rows: Sequence[Reported]
    roster: int
    """Cadres and civil servants on the roster on the last day of the period; 0 also where there is no roster."""
    documents: Sequence[Document]
    """What the commune has issued, to be named as evidence; the newest first."""


def asked(period: Period, officials: "QuerySet[Any, Any] | None" = None) -> tuple[list[Asked], int]:
    """The indicators that every commune reports for a period, in the plan's order, with their targets; beside it a count of officials, by one query."""
    counted: Any = Value(None, IntegerField())
    if officials is not None:
        counted = Subquery(officials.order_by().values("unit").annotate(count=Count("pk")).values("count"))
    goals = {f"goal_{name}": F(f"targets__{name}") for name in Goal._fields}
    rows = Indicator.objects.filter(plan=period.plan_id).exclude(answer="").annotate(officials=counted, **goals)
    found: dict[str, tuple[Indicator, list[Goal]]] = {}
    roster = 0
    for row in rows.order_by("position", "code", "targets__code"):
        goal = Goal(*(getattr(row, name) for name in goals))
        found.setdefault(row.code, (row, []))[1].extend([goal] if goal.code else [])
        roster = row.officials or 0
    return [Asked(indicator, fed) for indicator, fed in found.values()], roster


def sheet(period: Period, unit: Unit) -> Sheet:
    """What a commune has reported for a period, indicator by indicator, by three queries."""
    officials = Official.objects.on(period.ends_on).filter(unit=unit.pk, kind__in=COUNTED)
    indicators, roster = asked(period, officials)
    known: dict[str, list[Observation]] = {}
    rows = Observation.objects.filter(unit=unit, period__ends_on__lte=period.ends_on, indicator__code__in=[one.indicator.code for one in indicators])
    for row in rows.select_related("period", "indicator", "recorded_by", "document").order_by("-period__ends_on", "-period__starts_on"):
        known.setdefault(row.indicator.code, []).append(row)
    found = []
    for one in indicators:
        history = known.get(one.indicator.code, [])
        own = next((row for row in history if row.period_id == period.pk), None)
        before = [row for row in history if row.period.ends_on < period.ends_on]
        found.append(Reported(one.indicator, one.goals, own, before[:2]))
    return Sheet(found, roster, list(Document.objects.filter(unit=unit.pk)))


@dataclass(frozen=True)
class Coverage:
    """Which communes of an area have reported which indicators of a period."""

    indicators: Sequence[Asked]
    communes: Sequence[Unit]
    """In force on the last day of the period, by district and name; with their district loaded."""
    known: frozenset[tuple[int, int]]
    """(commune, indicator) that have a report."""

    @property
    def expected(self) -> int:
        """How many reports make the whole."""
        return len(self.communes) * len(self.indicators)


def coverage(period: Period, scope: Unit) -> Coverage:
    """What is reported and what is owed under a district or province, by three queries whatever their number."""
    communes = list(Unit.objects.under(scope).communes().on(period.ends_on).select_related("parent").order_by("parent__sort_key", "sort_key"))
    indicators, _roster = asked(period)
    inside, wanted = {unit.pk for unit in communes}, {one.indicator.pk for one in indicators}
    rows = Observation.objects.filter(period=period).under(scope).values_list("unit_id", "indicator_id")
    return Coverage(indicators, communes, frozenset(row for row in rows if row[0] in inside and row[1] in wanted))
