"""Reads of plans, periods and obligations, and of what communes report."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.rules import Role
from accounts.selectors import acted_for, hat
from communes.models import Document, Official, Unit, UnitQuerySet
from communes.rules import Level
from communes.standards import COUNTED
from ledger.models import Entry
from plan2018 import board, duties, feed, rules, sentences
from plan2018.duties import DutyAct
from plan2018.models import CalendarFeed, Difficulty, Duty, Indicator, Obligation, Observation, Period, Plan, Record, WorkingRules
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
    """The day whose map of units a plan goes by: the last of its year."""
    return date(plan.year, 12, 31)


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


def is_own_work(obligation: Obligation, user: User) -> bool:
    """Whether the user, or whom they act for, reported it done, or somebody did for one of them: whoever acts for another is bound by the work of both."""
    people = hat(user).people(user)
    if obligation.done_by_id in people:
        return True
    reports = Entry.objects.about(OBLIGATION, key_of(obligation)).filter(act__in=[DutyAct.REPORT, DutyAct.PROVE])
    last = reports.values_list("data", flat=True).last() or {}
    return last.get("for") in people


@dataclass(frozen=True)
class Step:
    """An entry of an obligation's history, with what it says, and for whom an acting officer did it."""

    entry: Entry
    principal: User | None

    @property
    def words(self) -> str:
        return sentences.of_obligation(self.entry.act, self.entry.before, self.entry.reason, self.entry.data)


def history(obligation: Obligation) -> list[Step]:
    """Who did what to an obligation, newest first."""
    found = list(Entry.objects.about(OBLIGATION, key_of(obligation)).select_related("actor__unit").reverse())
    principals = acted_for(found)
    return [Step(entry, principals.get(entry.data.get("for", 0))) for entry in found]


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
    known: Mapping[tuple[int, int], tuple[int, int]]
    """(commune, indicator) that have a report -> so many of so many."""

    @property
    def expected(self) -> int:
        """How many reports make the whole."""
        return len(self.communes) * len(self.indicators)


def coverage(period: Period, scope: Unit) -> Coverage:
    """What is reported and what is owed under a district or province, by three queries whatever their number."""
    communes = list(Unit.objects.under(scope).communes().on(period.ends_on).select_related("parent").order_by("parent__sort_key", "sort_key"))
    indicators, _roster = asked(period)
    inside, wanted = {unit.pk for unit in communes}, {one.indicator.pk for one in indicators}
    rows = Observation.objects.filter(period=period).under(scope).values_list("unit_id", "indicator_id", "numerator", "denominator")
    known = {(unit, indicator): (part, whole) for unit, indicator, part, whole in rows if unit in inside and indicator in wanted}
    return Coverage(indicators, communes, known)


# Pages and calendars of duties.


def status_of(obligation: Obligation, today: date) -> duties.Status:
    """How an obligation stands on a day."""
    return duties.status(DutyState(obligation.state), late=obligation.late, due_on=obligation.due_on, today=today)


def last_day_of(proof: str, unit: Unit, plan: Plan) -> date | None:
    """The last day on time of what a unit owes under a plan that this kind of record proves; None when it owes no such thing."""
    owed = Obligation.objects.filter(duty__plan=plan, duty__proof=proof, unit=unit, due_on__isnull=False)
    return owed.order_by("-due_on").values_list("due_on", flat=True).first()


def duties_of_plans() -> list[Duty]:
    """All duties with their plans, the newest plan first."""
    return list(Duty.objects.select_related("plan").order_by("-plan__year", "code"))


def items(obligations: Any) -> list[board.Item]:
    """Obligations (a queryset) as lists show them, by one query."""
    columns = (
        *("pk", "version", "duty", "duty__code", "duty__text", "duty__clause", "occurrence", "opens_on", "due_on", "duty__due_assumed"),
        *("state", "late", "done_on", "done_by", "unit__code", "unit__full_name", "unit__level", "unit__parent__full_name", "note"),
    )
    return [board.Item(*row) for row in obligations.values_list(*columns)]


def own(plan: Plan, unit: Unit) -> list[board.Item]:
    """What a unit itself owes under a plan."""
    return items(Obligation.objects.filter(duty__plan=plan, unit=unit))


def of_duty(duty: Duty, unit: Unit) -> list[board.Item]:
    """A duty of the unit and of those below it, by district and name."""
    rows = Obligation.objects.filter(duty=duty).under(unit)
    return items(rows.order_by("-unit__level", "unit__parent__sort_key", "unit__sort_key", "due_on", "pk"))


def below(
    plan: Plan, unit: Unit, *, level: str, only: str, state: str, duties_wanted: Collection[int] | None, today: date, start: int, count: int | None
) -> list[board.Item]:
    """What the units of a level below a unit owe, narrowed, from `start` on, at most so many (None: all); the first due first.

    `only`: the code of a unit below, whose own and whose units' work is meant; `duties_wanted`: ids, None for all.
    """
    rows = Obligation.objects.filter(duty__plan=plan, unit__level=level).under(unit)
    if only:
        rows = rows.filter(Q(unit__code=only) | Q(unit__parent__code=only))
    if duties_wanted is not None:
        rows = rows.filter(duty__in=duties_wanted)
    match state:
        case board.TODO:
            rows = rows.filter(state__in=NOT_DONE)
        case board.OVERDUE:
            rows = rows.overdue(today)
        case board.SOON:
            rows = rows.filter(state__in=NOT_DONE, due_on__range=(today, today + duties.SOON))
        case board.ALL:
            pass
        case _:
            rows = rows.filter(state=state)
    return items(
        rows.order_by(F("due_on").asc(nulls_last=True), "duty__code", "occurrence", "unit__sort_key", "pk")[
            start : None if count is None else start + count
        ]
    )


def tallies(plan: Plan, unit: Unit, today: date) -> list[board.Tally]:
    """How the units directly below a unit stand (a district with its communes), counted by the database, in alphabetical order."""
    done, waiting = Q(state__in=[DutyState.DONE, DutyState.CHECKED]), Q(state__in=NOT_DONE)
    rows = Obligation.objects.filter(duty__plan=plan).under(unit).exclude(unit=unit)

    def of_child(name: str) -> Case | F:
        """A field of the unit directly below: the commune's district, seen from the province."""
        if unit.level != Level.PROVINCE:
            return F(f"unit__{name}")
        return Case(When(unit__level=Level.COMMUNE, then=F(f"unit__parent__{name}")), default=F(f"unit__{name}"))

    grouped = rows.values(child_code=of_child("code"), child=of_child("full_name"), key=of_child("sort_key")).annotate(
        done_on_time=Count("pk", filter=done & ~Q(late=True) | done & Q(late=None)),
        done_late=Count("pk", filter=done & Q(late=True)),
        not_due=Count("pk", filter=waiting & (Q(due_on=None) | Q(due_on__gte=today))),
        past_due=Count("pk", filter=waiting & Q(due_on__lt=today)),
        to_check=Count("pk", filter=Q(state=DutyState.DONE, unit__parent=unit.pk)),
    )
    columns = ("child_code", "child", "done_on_time", "done_late", "not_due", "past_due", "to_check")
    return [board.Tally(*row) for row in grouped.order_by("key").values_list(*columns)]


def calendar_of(user: User) -> CalendarFeed | None:
    """A person's calendar address, as far as it is kept."""
    return CalendarFeed.objects.filter(user=user).first()


def calendar(unit: Unit, absolute: Callable[[str], str]) -> list[feed.Due]:
    """What a unit's calendar holds: each of its own obligations that is not done, and for each day one event of the units directly below it.

    `absolute` makes an address of the portal out of a path.
    """
    open_ = Obligation.objects.filter(state__in=NOT_DONE, due_on__isnull=False)
    own = open_.filter(unit=unit).select_related("duty__plan", "unit").order_by("due_on", "duty__code", "occurrence")
    events = [
        feed.Due(
            key=key_of(one),
            day=one.due_on,
            summary=f"{one.duty.code} {one.duty.text}",
            description="\n".join(sentences.of_event(one.occurrence, one.duty.clause, one.duty.evidence, assumed=one.duty.due_assumed)),
            address=absolute(reverse("obligation", args=[one.pk])),
            version=one.version,
        )
        for one in own
        if one.due_on
    ]
    below = open_.filter(unit__parent=unit).order_by("due_on").values("due_on").annotate(count=Count("pk"), units=Count("unit", distinct=True))
    level = Level.COMMUNE if unit.level == Level.DISTRICT else Level.DISTRICT
    for row in below:
        words = _("%(count)d việc của %(units)d đơn vị cấp dưới đến hạn") % {"count": row["count"], "units": row["units"]}
        address = absolute(f"{reverse('duties')}?level={level}")
        day: Any = row["due_on"]
        events.append(feed.Due(f"{unit.code}/{day}/below", day, words, words, address, row["count"]))
    return events


# Small registers.


def line_key(line: Record) -> str:
    """The key of a line's ledger entries; the kind is the register's slug."""
    return f"{line.unit.code}/{line.pk}"


def line_history(kind: str, line: Record) -> list[Entry]:
    """Who did what to a line, newest first."""
    return list(Entry.objects.about(kind, line_key(line)).select_related("actor__unit").reverse())


def address(line: Difficulty) -> str:
    """The page of a difficulty."""
    return reverse("record", args=["difficulties", line.unit.code, line.pk])


def lines(model: type[Record], place: Unit, period: Period, day: str) -> "QuerySet[Any, Any]":
    """The lines of a place and below, withdrawn ones too, that belong to a period by the field `day`; by district and name.

    The year also has what came after its last day while no plan is there for that day, so that no line is out of sight.
    """
    rows = cast(Any, model).objects
    found = rows.under(place).select_related("unit__parent__parent", "document").order_by("unit__parent__sort_key", "unit__sort_key")
    if day == "period":
        return cast("QuerySet[Any, Any]", found.filter(period=period))
    if day:
        within = Q(**{f"{day}__lte": period.ends_on})
        if period.kind == Period.YEAR:
            later = Period.objects.filter(kind=Period.YEAR, starts_on__gt=period.ends_on, starts_on__lte=OuterRef(day))
            within |= Q(~Exists(later))
        found = found.filter(within, **{f"{day}__gte": period.starts_on})
    return cast("QuerySet[Any, Any]", found)


def communes_of(place: Unit, period: Period) -> UnitQuerySet:
    """The communes of a place on the last day of a period, by district and name."""
    communes = Unit.objects.under(place).communes().on(period.ends_on)
    return communes.select_related("parent").order_by("parent__sort_key", "sort_key")


def counts(querysets: "Sequence[QuerySet[Any, Any]]") -> list[int]:
    """How many valid lines each of these has, by one statement."""
    asked = [
        rows.filter(withdrawn_at=None).order_by().annotate(number=Value(number, IntegerField())).values("number").annotate(count=Count("pk"))
        for number, rows in enumerate(querysets)
    ]
    found = {row["number"]: row["count"] for row in (asked[0].union(*asked[1:], all=True) if asked else ())}
    return [found.get(number, 0) for number in range(len(querysets))]
