"""The demo data: illustrative people, and forms that went through a whole year by the rules of the portal.

A form is told in memory by `Paper`, which applies the same rules and leaves the same ledger entries as `scoring.services` does, at moments of
2018 and 2019, and is then written in bulk: 260 forms, one by one through the services, would take minutes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Manager

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from communes.rules import Level
from config.invention import (
    KINH,
    ORDINARY,
    REGIONS,
    RETURNED,
    THAI,
    UNPROVEN,
    Mark,
    Region,
    marks,
    office_hour,
    person,
    reason,
    some_day,
    spread,
    totals,
)
from ledger.models import Entry
from ledger.rules import chain
from plan2018.models import Period
from reports.models import Report
from reports.rules import ReportState
from scoring import rules, selectors
from scoring.models import Answer, Assessment, Title
from scoring.rules import Act, Stage, State

CENT = Decimal("0.01")


def district_of(unit: Unit) -> Unit:
    """A commune's district; a district itself."""
    return unit if unit.level == Level.DISTRICT or unit.parent is None else unit.parent


def region_of(unit: Unit) -> Region:
    """The region of a commune or district."""
    return REGIONS.get(district_of(unit).code, ORDINARY)


@dataclass(frozen=True)
class Script:
    """What a period should come to: bands of totals (how many, from and to which percent), unfinished forms by their acts, and special cases."""

    bands: tuple[tuple[int, float, float], ...]
    unfinished: tuple[tuple[Act, ...], ...] = ()
    late: int = 5
    sent_back: int = 4
    disputed: int = 8
    reopened: int = 0
    titles: int = 0
    late_reports: int = 0
    missing_reports: int = 0


FINISHED = (Act.SUBMIT, Act.APPRAISE, Act.APPROVE)
SENT_BACK = (Act.SUBMIT, Act.RETURN, *FINISHED)
REOPENED = (*FINISHED, Act.REOPEN, Act.APPROVE)

SCRIPTS = {
    Period.HALF: Script(bands=((24, 92.5, 85), (76, 84.8, 65), (27, 64.6, 46), (3, 43.5, 38.5)), late_reports=2),
    Period.YEAR: Script(
        bands=((29, 94, 85), (71, 84.8, 65), (17, 64.8, 46), (1, 42, 42)),
        unfinished=(
            *[(Act.SUBMIT, Act.APPRAISE)] * 4,
            *[(Act.SUBMIT,)] * 3,
            *[(Act.SUBMIT, Act.RETURN)] * 2,
            (Act.SUBMIT, Act.APPRAISE, Act.RETURN),
            *[()] * 2,
        ),
        late=9,
        sent_back=6,
        disputed=14,
        reopened=1,
        titles=58,
        missing_reports=1,
    ),
}
"""By kind of period. The year: 118 of 130 approved; 29 good, 71 fair, 17 average, 1 weak and 58 titles meet some of the targets and miss others."""


@dataclass
class Journal:
    """Ledger entries in the making, chained by subject as `ledger.services.record` does."""

    entries: list[Entry] = field(default_factory=list)
    last: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict)

    def record(self, *, at: datetime, actor: User | None, act: str, kind: str, key: str, topic: str, unit: Unit, **rest: Any) -> None:
        entry = Entry(at=at, actor_id=actor.pk if actor else None, act=act, subject_kind=kind, subject_key=key, topic=topic, unit=unit, **rest)
        last, number = self.last.get((kind, key), ("", 0))
        entry.hash, entry.number = chain(last, entry.content()), number + 1
        self.last[kind, key] = entry.hash, entry.number
        self.entries.append(entry)

    def write(self) -> None:
        """Write the entries in the order in which things happened."""
        Entry.objects.bulk_create(sorted(self.entries, key=lambda entry: entry.at), batch_size=2000)


@dataclass
class Paper:
    """A form in the making. `enter` and `move` do in memory what save_points and the acts of `scoring.services` do in the database."""

    form: Assessment
    answers: dict[str, Answer]
    thresholds: Sequence[rules.Threshold]
    journal: Journal

    def points(self) -> list[rules.Points]:
        return [answer.points() for answer in self.answers.values()]

    def enter(self, stage: Stage, code: str, points: Decimal, words: str, *, actor: User, at: datetime) -> None:
        """Save one criterion. Raises ValueError where the rules refuse."""
        answer, form = self.answers[code], self.form
        if rules.stage_for(State(form.state), Role(actor.role)) != stage or (form.state == State.RETURNED and not answer.remark):
            raise ValueError(f"{actor.role} may not enter {stage} points of a form that is {form.state}")
        before, after = answer.points().at(stage), points.quantize(CENT)
        setattr(answer, f"{stage}_points", after)
        setattr(answer, "self_note" if stage == Stage.SELF else f"{stage}_reason", words)
        answer.version += 1
        answer.saved_at = at
        form.version += 1
        data = {"criterion": code, "stage": stage, "from": rules.as_text(before), "to": rules.as_text(after), "words": words}
        self._record(Act.ENTER, actor=actor, at=at, data=data)

    def move(self, act: Act, *, actor: User, at: datetime, why: str = "", remarks: Mapping[str, str] | None = None) -> None:
        """Make a move of the workflow. Raises ValueError where the rules refuse."""
        form, move = self.form, rules.MOVES[State(self.form.state), act]
        stage = rules.STAGE_OF_ACT.get(act)
        if actor.role not in move.roles or (stage and rules.missing(self.points(), stage)) or move.needs_reason != bool(why):
            raise ValueError(f"{actor.role} may not {act} a form that is {form.state}")
        data: dict[str, Any] = {"points": rules.points_digest(self.points())}
        if act == Act.SUBMIT and form.first_submitted_at is None:
            form.first_submitted_at, form.late = at, form.period.is_late(at)
        if remarks:
            data["remarks"] = dict(remarks)
            form.returns += 1
            for code, answer in self.answers.items():
                answer.remark = remarks.get(code, "")
        if act == Act.APPROVE:
            data |= approve(form, self.points(), self.thresholds, at)
        if act == Act.REOPEN:
            form.total, form.grade, form.reasons, form.approved_at = None, "", [], None
        before, form.state = form.state, move.to
        form.version += 1
        self._record(act, actor=actor, at=at, before=before, after=move.to, reason=why, data=data)

    def _record(self, act: Act, **rest: Any) -> None:
        self.journal.record(act=act, kind=selectors.SUBJECT, key=self.form.key, topic=self.form.period.code, unit=self.form.unit, **rest)


def approve(form: Assessment, points: Iterable[rules.Points], thresholds: Sequence[rules.Threshold], at: datetime) -> dict[str, Any]:
    """Store the result in the form; give back what the ledger says about it."""
    result = rules.classify(thresholds, rules.total(points, Stage.FINAL), form.max_points)
    form.total, form.grade, form.reasons, form.approved_at = result.total, result.grade, result.reasons(), at
    return result.record()


@dataclass
class Clock:
    """The moments of one form, one after another."""

    random: Random
    now: datetime

    def tick(self) -> datetime:
        """A few minutes later."""
        self.now += timedelta(minutes=self.random.randint(2, 11), seconds=self.random.randrange(60))
        return self.now

    def on(self, day: date) -> datetime:
        """In office hours of this day, or a few minutes later if that has passed."""
        self.now = max(office_hour(self.random, day), self.tick())
        return self.now

    def after(self, earliest: int, latest: int) -> datetime:
        """Some days later."""
        return self.on(some_day(self.random, self.now.date(), earliest, latest))


@dataclass(frozen=True)
class Crew:
    """Who handles one form."""

    entry: User
    signatory: User
    appraiser: User
    officer: User

    def who(self, state: State, act: Act) -> User:
        """Who makes this move."""
        return next(user for user in (self.signatory, self.appraiser, self.officer) if user.role in rules.MOVES[state, act].roles)

    def writer(self, stage: Stage) -> User:
        """Who enters these points."""
        return {Stage.SELF: self.entry, Stage.APPRAISED: self.appraiser, Stage.FINAL: self.officer}[stage]


@dataclass(frozen=True)
class Tale:
    """How one form came to where it stands: its points, its acts and when they began. `slips` are criteria put right after a return or reopening."""

    marks: Mapping[str, Mark]
    acts: Sequence[Act]
    slips: Sequence[str]
    submitted_on: date
    approved_on: date
    filled: int

    def wanted(self, stage: Stage, code: str, ahead: Sequence[Act]) -> tuple[Decimal, str]:
        """The points and words of a stage while these acts are still ahead."""
        mark = self.marks[code]
        if code in self.slips and stage == Stage.FINAL and Act.REOPEN in ahead:
            low = max(mark.final - 1, Decimal(0))
            return low, reason(mark.appraised, low)
        if code in self.slips and stage != Stage.FINAL and Act.RETURN in ahead:  # the district lets pass what the province returns
            points = min(mark.self_points + 1, mark.maximum)
            return points, mark.words(points) if stage == Stage.SELF else ""
        return {
            Stage.SELF: (mark.self_points, mark.words(mark.self_points)),
            Stage.APPRAISED: (mark.appraised, mark.appraised_reason),
            Stage.FINAL: (mark.final, mark.final_reason),
        }[stage]


def tell(paper: Paper, tale: Tale, crew: Crew, clock: Clock) -> None:
    """Let a form go its way: before each act the points that it needs, then the act."""
    for code in list(tale.marks)[: tale.filled]:
        paper.enter(Stage.SELF, code, *tale.wanted(Stage.SELF, code, tale.acts), actor=crew.entry, at=clock.tick())
    for place, act in enumerate(tale.acts):
        if stage := rules.STAGE_OF_ACT.get(act):
            clock.after(0, 3)
            for code, answer in paper.answers.items():
                points, words = tale.wanted(stage, code, tale.acts[place:])
                if answer.points().at(stage) != points:
                    paper.enter(stage, code, points, words, actor=crew.writer(stage), at=clock.tick())
        at = clock.on(tale.submitted_on) if place == 0 else clock.on(tale.approved_on) if act == Act.APPROVE else clock.after(1, 4)
        remarks = dict.fromkeys(tale.slips, UNPROVEN) if act == Act.RETURN else {}
        why = RETURNED if remarks else "Xã kiến nghị, đã đối chiếu lại hồ sơ." if act == Act.REOPEN else ""
        paper.move(act, actor=crew.who(State(paper.form.state), act), at=at, why=why, remarks=remarks)


@dataclass
class Demo:
    """The demo data of one province in the making."""

    random: Random
    users: dict[str, User]
    communes: list[Unit]
    districts: list[Unit]
    levels: dict[int, float]
    journal: Journal = field(default_factory=Journal)

    @property
    def officer(self) -> User:
        return self.users["sonoivu"]

    def crew(self, commune: Unit) -> Crew:
        code = f"xa-{commune.code}"
        return Crew(self.users[f"{code}-nhap"], self.users[code], self.users[f"huyen-{district_of(commune).code}"], self.officer)

    def play(self, period: Period) -> None:
        """Make everything that happened in a period, and write it."""
        script = SCRIPTS[period.kind]
        papers = read_papers(period, self.journal)
        ranked = sorted(self.communes, key=lambda unit: self.levels[unit.pk] + self.random.gauss(0, 0.15), reverse=True)
        acts = self._acts(ranked, script)
        finished = [unit for unit in ranked if Act.APPROVE in acts[unit]]
        late = set(self.random.sample([unit for unit in ranked if acts[unit]], script.late))
        disputed = set(self.random.sample(finished, script.disputed))
        maximum = papers[ranked[0].pk].form.max_points
        results = dict(zip(finished, totals(self.random, script.bands, maximum), strict=True))
        for unit in ranked:
            paper = papers[unit.pk]
            maxima = {code: answer.max_points for code, answer in paper.answers.items()}
            final = spread(self.random, results.get(unit, Decimal(int(maximum * 7 / 10))), maxima)
            tale = Tale(
                marks=marks(self.random, final, maxima, flattery=region_of(unit).flattery, disputed=unit in disputed),
                acts=acts[unit],
                slips=self.random.sample(sorted(maxima), 2),
                submitted_on=some_day(self.random, period.due_on, *((1, 8) if unit in late else (-17, -3))),
                approved_on=some_day(self.random, period.due_on, 14, 30),
                filled=len(maxima) if acts[unit] else self.random.choice((0, 7)),
            )
            clock = Clock(self.random, office_hour(self.random, some_day(self.random, tale.submitted_on, -9, -4)))
            tell(paper, tale, self.crew(unit), clock)
        write_papers(papers.values())
        self._grant_titles(period, finished[: script.titles * 5 // 4], script.titles)
        self._file_reports(period, script)

    def _acts(self, ranked: list[Unit], script: Script) -> dict[Unit, tuple[Act, ...]]:
        """What is done to each commune's form. Unfinished ones are not among the best third."""
        unfinished = self.random.sample(ranked[len(ranked) // 3 :], len(script.unfinished))
        finished = [unit for unit in ranked if unit not in unfinished]
        special = self.random.sample(finished, script.sent_back + script.reopened)
        return (
            dict(zip(unfinished, script.unfinished, strict=True))
            | dict.fromkeys(finished, FINISHED)
            | dict.fromkeys(special[: script.sent_back], SENT_BACK)
            | dict.fromkeys(special[script.sent_back :], REOPENED)
        )

    def _grant_titles(self, period: Period, candidates: list[Unit], count: int) -> None:
        """Titles of the year, by two decisions after the approvals."""
        titles = []
        for place, unit in enumerate(sorted(self.random.sample(candidates, count), key=lambda unit: unit.code)):
            number, after = ("187/QĐ-UBND", 38) if place % 6 else ("231/QĐ-UBND", 51)
            decided_on = period.due_on + timedelta(days=after)
            titles.append(Title(unit=unit, year=period.plan.year, decision_number=number, decided_on=decided_on, entered_by=self.officer))
            self.journal.record(
                at=office_hour(self.random, some_day(self.random, decided_on, 1, 4)),
                actor=self.officer,
                act="grant",
                kind="title",
                key=f"{period.plan.year}/{unit.code}",
                topic=period.code,
                data={"decision": number, "decided_on": decided_on.isoformat()},
                unit=unit,
            )
        Title.objects.bulk_create(titles)

    def _file_reports(self, period: Period, script: Script) -> None:
        """The districts' reports: most in time, some late, some not at all. `demo_reports` tells what they say and leaves their entries."""
        slow = self.random.sample(self.districts, script.late_reports + script.missing_reports)
        reports = []
        for unit in self.districts:
            if unit in slow[script.late_reports :]:
                continue
            at = office_hour(self.random, some_day(self.random, period.due_on, *((1, 4) if unit in slow else (-8, -3))))
            dated = at.date()
            report = Report(
                period=period,
                unit=unit,
                number=f"{self.random.randint(35, 190)}/BC-UBND",
                dated=dated,
                filed_at=at,
                filed_by=self.users[f"huyen-{unit.code}"],
                late=period.is_late(at),
                state=ReportState.FILED,
            )
            reports.append(report)
        Report.objects.bulk_create(reports)


def load(periods: Iterable[Period], *, seed: int, password: str) -> None:
    """Write illustrative users, and what they did in these periods, whose forms are opened and blank. The same seed gives the same data."""
    random = Random(seed)  # noqa: S311 - reproducible, and no secret
    province = Unit.objects.get(level=Level.PROVINCE)
    below = Unit.objects.under(province).select_related("parent__parent").order_by("code")
    communes, districts = list(below.communes()), list(below.districts())
    levels = {unit.pk: region_of(unit).level + random.gauss(0, 0.7) for unit in communes}
    with transaction.atomic():
        demo = Demo(random, make_people(random, province, districts, communes, password), communes, districts, levels)
        for period in periods:
            demo.play(period)
        demo.journal.write()


def make_people(random: Random, province: Unit, districts: list[Unit], communes: list[Unit], password: str) -> dict[str, User]:
    """Users by name: three of the province, one of each district, two of each commune. They share one hash, since hashing is slow on purpose."""
    secret = make_password(password)
    users = []

    def add(username: str, role: Role, unit: Unit, peoples: Sequence[str], **rest: Any) -> None:
        family, given = person(random, peoples)
        users.append(
            User(
                username=username,
                email=f"{username}@dienbien.example",
                password=secret,
                last_name=family,
                first_name=given,
                role=role,
                unit=unit,
                is_demo=True,
                date_joined=datetime(2018, 3, 5, 1, 0, tzinfo=UTC),
                **rest,
            )
        )

    add("sonoivu", Role.PROVINCE_OFFICER, province, (KINH,))
    add("quantri", Role.PROVINCE_ADMIN, province, (KINH,), is_staff=True)
    add("lanhdao", Role.LEADER, province, (THAI,))
    for unit in districts:
        add(f"huyen-{unit.code}", Role.DISTRICT_APPRAISER, unit, region_of(unit).peoples)
    for unit in communes:
        add(f"xa-{unit.code}", Role.COMMUNE_SIGNATORY, unit, region_of(unit).peoples)
        add(f"xa-{unit.code}-nhap", Role.COMMUNE_ENTRY, unit, region_of(unit).peoples)
    return {user.username: user for user in User.objects.bulk_create(users)}


def read_papers(period: Period, journal: Journal) -> dict[int, Paper]:
    """The opened forms of a period by unit, ready to be told."""
    forms = Assessment.objects.filter(period=period).select_related("unit", "criteria_set")
    thresholds = [threshold.rule() for threshold in selectors.criteria_set_for(period).thresholds.all()]
    papers = {form.pk: Paper(form, {}, thresholds, journal) for form in forms}
    for answer in Answer.objects.filter(assessment__period=period).select_related("criterion").order_by("criterion__position"):
        papers[answer.assessment_id].answers[answer.criterion.code] = answer
    for paper in papers.values():
        paper.form.period = period
    return {paper.form.unit_id: paper for paper in papers.values()}


def write_papers(papers: Iterable[Paper]) -> None:
    """Write forms and answers over the blank ones: an upsert by key, since a bulk update would build one CASE for each row and column."""
    papers = list(papers)
    _overwrite(Assessment.objects, [paper.form for paper in papers])
    _overwrite(Answer.objects, [answer for paper in papers for answer in paper.answers.values()])


def _overwrite(manager: Manager[Any], rows: list[Any]) -> None:
    columns = [column.name for column in manager.model._meta.concrete_fields if not column.primary_key]
    manager.bulk_create(rows, update_conflicts=True, unique_fields=["pk"], update_fields=columns, batch_size=2000)
