"""The demo data of the registers: illustrative officials, offices, reports of communes and lines of the small registers, in two states of the year.

Totals are set (2.800 officials, 2.569 of them with an intermediate qualification, 1.428 with political theory ...), so that some targets are met, some
missed by a little, and the two clauses that disagree stand on both sides of the figure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from accounts.models import User
from communes.models import Office, Official, Profile, Unit
from communes.rules import sort_key
from communes.selectors import REGISTERS
from communes.standards import COUNTED, DECLARED, TITLES, Education, Gap, Kind, Qualification, Theory, debt_due, missing
from config.demo import Journal, district_of, region_of
from config.invention import office_hour, person, some_day
from plan2018 import duties, selectors
from plan2018.duties import DutyAct
from plan2018.models import Apology, Complaints, Dialogue, Difficulty, Indicator, Obligation, Observation, Period, Plan, WorkingRules
from plan2018.rules import Answer, DutyState
from plan2018.services import open_duties
from reports.models import Report
from scoring.models import Criterion, Inspection, Support

FIRST, AUTUMN = date(2018, 3, 30), date(2018, 9, 17)
"""The days from which the two states of the registers hold: before and after the half-year's end."""

OFFICIALS, QUALIFIED, WITH_THEORY, MEETING = 2800, 2569, 1428, 1585
PILOTS, OUTSTANDING, NOT_SOLID, TOO_SMALL, NO_COPIER, NO_FEEDBACK, NO_DIALOGUE = 14, 24, 8, 35, 9, 4, 3
CIVIL_TWICE = ("finance", "culture", "office_statistics", "justice")

REFUSALS = {
    "working_rules.kept": (2, 5),
    "coordination.kept": (0, 3),
    "discipline.kept": (7, 11),
    "renewal": (9, 22),
    "edocuments": (6, 21),
    "democracy.kept": (0, 2),
    "mobilisation": (3, 9),
}
"""Yes-or-no indicator -> how many communes say no for the year and for the half-year."""

SHORTFALLS = {
    "officials.conduct": 4,
    "officials.reception": 0,
    "officials.hours": 11,
    "officials.study": 0,
    "officials.ethics": 2,
    "officials.loyalty": 0,
    "officials.mobilising": 16,
    "procedures.posted": 31,
    "procedures.on_time": 118,
}
"""Indicator counted of people or procedures -> how many fall short in the whole province in the year; half as many again in the half-year."""

SILENT = {Period.HALF: 6, Period.YEAR: 1}
"""How many communes have not reported at all, by kind of period."""


@dataclass
class Someone:
    """An official in the making: the state of the year, and what was different in the half-year."""

    unit: Unit
    title: str
    name: str
    born_on: date
    education: Education
    qualification: Qualification
    theory: Theory
    declared: list[Gap]
    appointed_on: date
    before: dict[str, int] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        return TITLES[self.title].kind

    def lacking(self) -> tuple[Gap, ...]:
        return missing(self.kind, self.education, self.qualification, self.theory, self.declared)


def load_registers(periods: Sequence[Period], *, seed: int) -> None:
    """Write the registers of all communes, what these reported for the periods, and the lines of the small registers. The illustrative users are there."""
    random = Random(f"{seed} registers")  # noqa: S311 - reproducible, and no secret
    users = {user.username: user for user in User.objects.filter(is_demo=True)}
    units = [unit for unit in Unit.objects.communes().select_related("parent").order_by("code") if f"xa-{unit.code}" in users]
    demo = _Registers(random, units, users)
    demo.write_roster()
    demo.write_offices()
    demo.write_profiles()
    for period in periods:
        demo.write_observations(period)
        demo.write_complaints(period)
    demo.write_records()
    for plan in {period.plan for period in periods}:
        open_duties(plan)  # some duties are owed by what the registers say
        demo.write_obligations(plan)
    demo.journal.write()


@dataclass
class _Registers:
    random: Random
    units: list[Unit]
    users: Mapping[str, User]
    journal: Journal = field(default_factory=Journal)
    pilots: set[int] = field(default_factory=set)
    staff: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ranked = sorted(self.units, key=lambda unit: region_of(unit).level + self.random.gauss(0, 0.8))
        self.weak = ranked[:17]
        self.pilots = {unit.pk for unit in self.random.sample(ranked[40:], PILOTS)}

    def clerk(self, unit: Unit) -> User:
        return self.users[f"xa-{unit.code}-nhap"]

    def moment(self, day: date) -> datetime:
        return office_hour(self.random, some_day(self.random, day, 0, 9))

    def note(self, unit: Unit, act: str, kind: str, at: datetime, topic: str = REGISTERS, key: str = "", **data: object) -> None:
        """Leave the ledger entry of an act."""
        self.journal.record(at=at, actor=self.clerk(unit), act=act, kind=kind, key=key or unit.code, topic=topic, data=data, unit=unit)

    # Officials

    def write_roster(self) -> None:
        people = [someone for unit in self.units for someone in self._people(unit)]
        counted = [someone for someone in people if someone.kind in COUNTED]
        self._adjust(counted)
        self._look_back(counted)
        rows = []
        for unit in self.units:
            own = [someone for someone in people if someone.unit is unit]
            self.staff[unit.pk] = sum(someone.kind in COUNTED for someone in own)
            first, later = self.moment(FIRST), self.moment(AUTUMN)
            for someone in own:
                rows += self._rows(someone, first, later)
            self.note(unit, "import", "roster", first, new=len(own))
            if changed := sum(bool(someone.before) for someone in own):
                self.note(unit, "import", "roster", later, changed=changed)
        Official.objects.bulk_create(rows, batch_size=1000)

    def _people(self, unit: Unit) -> list[Someone]:
        place = self.units.index(unit)
        cadres = [title for title, one in TITLES.items() if one.kind == Kind.CADRE]
        land = "land_rural" if unit.kind == "xa" else "land_urban"
        civil = [title for title, one in TITLES.items() if one.kind == Kind.CIVIL_SERVANT and not title.startswith("land")] + [land]
        size = OFFICIALS // len(self.units) + (place < OFFICIALS % len(self.units))
        twice = [*CIVIL_TWICE, land][: size - len(cadres) - len(civil)]
        seen: set[tuple[str, date]] = set()
        return [self._someone(unit, title, seen) for title in [*cadres, *civil, *twice, *["part_time"] * self.random.randint(4, 7)]]

    def _someone(self, unit: Unit, title: str, seen: set[tuple[str, date]]) -> Someone:
        while True:
            family, given = person(self.random, region_of(unit).peoples)
            name, born_on = f"{family} {given}", date(1961, 1, 1) + timedelta(days=self.random.randrange(33 * 365))
            if (name, born_on) not in seen:
                seen.add((name, born_on))
                break
        kind, pilot = TITLES[title].kind, unit.pk in self.pilots
        spare = kind == Kind.PART_TIME
        return Someone(
            unit=unit,
            title=title,
            name=name,
            born_on=born_on,
            education=Education.LOWER_SECONDARY if spare and self.random.random() < 0.5 else Education.UPPER_SECONDARY,
            qualification=self.random.choice(
                (Qualification.INTERMEDIATE, Qualification.INTERMEDIATE, Qualification.COLLEGE, Qualification.UNIVERSITY)
            ),
            theory=Theory.NONE
            if spare
            else self.random.choice((Theory.ELEMENTARY, Theory.INTERMEDIATE))
            if pilot or kind == Kind.CADRE
            else Theory.NONE,
            declared=[] if spare or kind != Kind.CIVIL_SERVANT or pilot else self.random.sample(DECLARED, self.random.choice((0, 1, 1, 2))),
            appointed_on=max(date(2011 if kind == Kind.CADRE else 2008, 7, 1), born_on + timedelta(days=22 * 365))
            + timedelta(days=self.random.randrange(700)),
        )

    def _adjust(self, people: list[Someone]) -> None:
        """Take levels from some until the totals are as set: first where there is no pilot, more in the highlands."""
        ordinary = sorted(
            (someone for someone in people if someone.unit.pk not in self.pilots),
            key=lambda someone: region_of(someone.unit).level + self.random.gauss(0, 1),
        )
        for someone in ordinary[: OFFICIALS - QUALIFIED]:
            someone.qualification = self.random.choice((Qualification.NONE, Qualification.ELEMENTARY))
        self.random.shuffle(ordinary)
        self._level(ordinary, people, WITH_THEORY)
        meeting = sum(not someone.lacking() for someone in people)
        for someone in ordinary:
            if meeting < MEETING and someone.declared:
                before, someone.declared = someone.lacking(), []
                meeting += bool(before) and not someone.lacking()
            elif meeting > MEETING and someone.kind == Kind.CIVIL_SERVANT and not someone.lacking():
                someone.declared = [self.random.choice(DECLARED)]
                meeting -= 1

    def _level(self, ordinary: list[Someone], people: list[Someone], wanted: int) -> None:
        """Give or take political theory until so many have it."""
        have = sum(someone.theory >= Theory.ELEMENTARY for someone in people)
        for someone in ordinary:
            if have > wanted and someone.theory:
                someone.theory, have = Theory.NONE, have - 1
            elif have < wanted and not someone.theory:
                someone.theory, have = Theory.ELEMENTARY, have + 1

    def _look_back(self, people: list[Someone]) -> None:
        """Who learnt something in the second half of the year."""
        for someone in self.random.sample([one for one in people if one.qualification >= Qualification.INTERMEDIATE], 44):
            someone.before["qualification"] = Qualification.ELEMENTARY
        for someone in self.random.sample([one for one in people if one.theory >= Theory.ELEMENTARY], 67):
            someone.before["theory"] = Theory.NONE

    def _rows(self, someone: Someone, first: datetime, later: datetime) -> list[Official]:
        identity = UUID(int=self.random.getrandbits(128), version=4)
        state = {"qualification": someone.qualification, "theory": someone.theory}
        if not someone.before:
            return [self._row(someone, identity, FIRST, None, first, state)]
        return [
            self._row(someone, identity, FIRST, AUTUMN, first, state | someone.before),
            self._row(someone, identity, AUTUMN, None, later, state),
        ]

    def _row(self, someone: Someone, identity: UUID, since: date, until: date | None, at: datetime, state: Mapping[str, int]) -> Official:
        lacking = missing(someone.kind, someone.education, Qualification(state["qualification"]), Theory(state["theory"]), someone.declared)
        *rest, given = someone.name.split()
        return Official(
            unit=someone.unit,
            since=since,
            until=until,
            recorded_at=at,
            recorded_by=self.clerk(someone.unit),
            person=identity,
            full_name=someone.name,
            name_key=someone.name.lower(),
            sort_key=sort_key(" ".join([given, *rest])),
            born_on=someone.born_on,
            title=someone.title,
            kind=someone.kind,
            education=someone.education,
            **state,
            appointed_on=someone.appointed_on,
            retires_on=date(someone.born_on.year + 60, someone.born_on.month, 1),
            declared_gaps=",".join(gap for gap in DECLARED if gap in someone.declared),
            missing=",".join(lacking),
            missing_until=debt_due(someone.kind, someone.appointed_on) if lacking else None,
            meets_standards=not lacking,
        )

    # Offices and profiles

    def write_offices(self) -> None:
        poorest = sorted(self.units, key=lambda unit: region_of(unit).level + self.random.gauss(0, 0.6))
        shaky, small, uncopied = (
            set(poorest[:NOT_SOLID]),
            set(self.random.sample(poorest[:70], TOO_SMALL)),
            set(self.random.sample(poorest, NO_COPIER)),
        )
        rebuilt = set(poorest[NOT_SOLID : NOT_SOLID + 3])
        rows = []
        for unit in self.units:
            norm = 10 * self.random.randint(36, 52)
            floor = norm * self.random.uniform(0.55, 0.97) if unit in small else norm * self.random.uniform(1, 1.4)
            state = {
                "construction": Office.SEMI_SOLID if unit in shaky else Office.SOLID,
                "floor_area": round(floor),
                "norm_area": norm,
                "internet_computers": self.random.randint(2, 12) if unit is not poorest[0] else 0,
                "printers": self.random.randint(1, 6),
                "copiers": 0 if unit in uncopied else 1,
                "telephone": f"0215 3{self.random.randrange(10**6):06}",
            }
            first = self.moment(FIRST)
            if unit in rebuilt:
                rows.append(self._office(unit, FIRST, AUTUMN, first, state | {"construction": Office.TEMPORARY}))
                rows.append(self._office(unit, AUTUMN, None, self.moment(AUTUMN), state))
            else:
                rows.append(self._office(unit, FIRST, None, first, state))
            self.note(unit, "save", "offices", first, new=1)
        Office.objects.bulk_create(rows)

    def _office(self, unit: Unit, since: date, until: date | None, at: datetime, state: Mapping[str, object]) -> Office:
        return Office(unit=unit, since=since, until=until, recorded_at=at, recorded_by=self.clerk(unit), **state)

    def write_profiles(self) -> None:
        silent = set(self.random.sample(self.units, NO_FEEDBACK))
        rows = []
        for unit in self.units:
            villages = self.random.randint(6, 24)
            at = self.moment(FIRST)
            rows.append(
                Profile(
                    unit=unit,
                    since=FIRST,
                    recorded_at=at,
                    recorded_by=self.clerk(unit),
                    ntm_pilot=unit.pk in self.pilots,
                    key_area=unit in self.weak[:9],
                    border=district_of(unit).code in {"096", "103", "100"} and self.random.random() < 0.4,
                    villages=villages,
                    village_heads=villages - (self.random.random() < 0.15),
                    concurrent_posts=self.random.randint(0, villages // 2),
                    suggestion_box=True,
                    feedback_telephone="" if unit in silent else f"0215 3{self.random.randrange(10**6):06}",
                    reception_schedule="Thứ năm hằng tuần",
                )
            )
            self.note(unit, "save", "profiles", at, new=1)
        Profile.objects.bulk_create(rows)

    # What communes reported

    def write_observations(self, period: Period) -> None:
        indicators = list(Indicator.objects.filter(plan=period.plan_id).exclude(answer=Answer.NONE))
        silent = set(self.random.sample(self.units, SILENT[period.kind]))
        units = [unit for unit in self.units if unit not in silent]
        moments = {unit.pk: office_hour(self.random, some_day(self.random, period.due_on, -12, -2)) for unit in units}
        rows = []
        for indicator in indicators:
            for unit, (numerator, denominator) in zip(units, self._answers(indicator, units, half=period.kind == Period.HALF), strict=True):
                rows.append(
                    Observation(
                        indicator=indicator,
                        period=period,
                        unit=unit,
                        numerator=numerator,
                        denominator=denominator,
                        as_of=min(period.ends_on, moments[unit.pk].date()),
                        evidence="Báo cáo của UBND xã (minh họa)",
                        version=1,
                        recorded_at=moments[unit.pk],
                        recorded_by=self.clerk(unit),
                    )
                )
        Observation.objects.bulk_create(rows, batch_size=1000)
        for unit in units:
            self.note(unit, "observe", "observation", moments[unit.pk], period.code, f"{period.code}/{unit.code}", indicators=len(indicators))

    def _answers(self, indicator: Indicator, units: list[Unit], *, half: bool) -> list[tuple[int, int]]:
        if indicator.answer == Answer.YES_NO:
            no = set(self.random.sample(units, REFUSALS[indicator.code][half]))
            return [(int(unit not in no), 1) for unit in units]
        short = dict.fromkeys((unit.pk for unit in units), 0)
        for unit in self.random.choices(units, k=SHORTFALLS[indicator.code] * (3 if half else 2) // 2):
            short[unit.pk] += 1
        whole = {
            unit.pk: self.staff[unit.pk]
            if indicator.code.startswith("officials.")
            else self.random.randint(112, 131)
            if indicator.code == "procedures.posted"
            else self.random.randint(60, 420) // (1 + half)
            for unit in units
        }
        return [(max(whole[unit.pk] - short[unit.pk], 0), whole[unit.pk]) for unit in units]

    # Small registers

    def write_complaints(self, period: Period) -> None:
        rows = []
        for unit in self.units:
            received = self.random.choice((0, 1, 2, 2, 3, 5))
            at = office_hour(self.random, some_day(self.random, period.due_on, -12, -2))
            settled = max(received - self.random.choice((0, 0, 0, 1)), 0)
            rows.append(
                Complaints(
                    unit=unit,
                    period=period,
                    kind=Complaints.PETITION,
                    received=received,
                    settled=settled,
                    version=1,
                    recorded_at=at,
                    recorded_by=self.clerk(unit),
                )
            )
        Complaints.objects.bulk_create(rows)

    def write_records(self) -> None:
        self._write_working_rules()
        self._write_dialogues()
        self._write_support()
        self._write_inspections()
        self._write_apologies_and_difficulties()

    def _write_working_rules(self) -> None:
        outstanding = self.random.sample(self.units, OUTSTANDING)
        late, never = outstanding[0], outstanding[1]
        rows = []
        for unit in self.units:
            issued_on = some_day(self.random, date(2016, 9, 1), 0, 200)
            if unit in outstanding:
                issued_on = date(2018, 4, 12) if unit is late else some_day(self.random, date(2018, 3, 12), 0, 18)
            at = office_hour(self.random, date(2018, 4, 16))
            issued = None if unit is never else issued_on
            rows.append(
                WorkingRules(unit=unit, outstanding=unit in outstanding, issued_on=issued, version=1, recorded_at=at, recorded_by=self.clerk(unit))
            )
            self.note(unit, "save", "working-rules", at)
        WorkingRules.objects.bulk_create(rows)

    def _write_dialogues(self) -> None:
        without = set(self.random.sample(self.units, NO_DIALOGUE))
        rows = []
        for unit in self.units:
            if unit in without:
                continue
            held_on, opinions = some_day(self.random, date(2018, 12, 3), 0, 25), self.random.randint(4, 30)
            at = office_hour(self.random, held_on + timedelta(days=2))
            rows.append(
                Dialogue(
                    unit=unit,
                    held_on=held_on,
                    attendees=self.random.randint(60, 220),
                    opinions=opinions,
                    answered=opinions - self.random.choice((0, 0, 1, 2)),
                    summed_up_on=None if self.random.random() < 0.06 else some_day(self.random, date(2019, 2, 11), 0, 14),
                    version=1,
                    recorded_at=at,
                    recorded_by=self.clerk(unit),
                )
            )
            self.note(unit, "save", "dialogues", at)
        Dialogue.objects.bulk_create(rows)

    def _write_support(self) -> None:
        components = list(Criterion.objects.filter(kind=Criterion.COMPONENT))
        rows, links = [], []
        for place, unit in enumerate(self.weak[:14]):
            officer = self.users[f"huyen-{district_of(unit).code}"]
            for quarter, start in ((2, date(2018, 4, 9)), (3, date(2018, 7, 9)), (4, date(2018, 10, 8))):
                days = 12 if (place, quarter) in {(3, 3), (8, 4)} else self.random.randint(15, 20)
                at = office_hour(self.random, start + timedelta(days=40))
                rows.append(
                    Support(
                        unit=unit,
                        staff="Chuyên viên Phòng Nội vụ",
                        starts_on=start,
                        ends_on=start + timedelta(days=30),
                        days=days,
                        result="Cùng công chức xã soát hồ sơ, lập lại sổ theo dõi.",
                        version=1,
                        recorded_at=at,
                        recorded_by=officer,
                    )
                )
                links.append(self.random.sample(components, 2))
                self.note(unit, "save", "support", at)
        for support, criteria in zip(Support.objects.bulk_create(rows), links, strict=True):
            support.criteria.set(criteria)

    def _write_inspections(self) -> None:
        components = list(Criterion.objects.filter(kind=Criterion.COMPONENT))
        for unit in self.random.sample(self.units, 18):
            day = some_day(self.random, date(2018, 5, 7), 0, 170)
            finding = Inspection.objects.create(
                unit=unit,
                inspected_on=day,
                agency="Thanh tra huyện",
                finding="Sổ tiếp công dân ghi thiếu; một số hồ sơ chưa đúng thành phần.",
                remedy_by=day + timedelta(days=45),
                remedied_on=day + timedelta(days=self.random.randint(20, 44)) if self.random.random() < 0.8 else None,
                version=1,
                recorded_at=office_hour(self.random, day + timedelta(days=3)),
                recorded_by=self.users[f"huyen-{district_of(unit).code}"],
            )
            finding.criteria.set(self.random.sample(components, 1))

    def _write_apologies_and_difficulties(self) -> None:
        for unit in self.random.sample(self.units, 9):
            day, late = some_day(self.random, date(2018, 4, 2), 0, 220), self.random.randint(3, 30)
            done = self.random.random() < 0.7
            Apology.objects.create(
                unit=unit,
                happened_on=day,
                fault=Apology.LATE,
                subject="Trả kết quả hồ sơ đất đai chậm",
                days_late=late,
                letter_on=day + timedelta(days=5) if done else None,
                visited_on=day + timedelta(days=8) if done else None,
                version=1,
                recorded_at=office_hour(self.random, day + timedelta(days=9)),
                recorded_by=self.clerk(unit),
            )
        for place, unit in enumerate(self.random.sample(self.units, 12)):
            day = some_day(self.random, date(2018, 4, 16), 0, 200)
            district = district_of(unit)
            answered = place % 3 != 0
            Difficulty.objects.create(
                unit=unit,
                raised_on=day,
                clause=("III.4 gạch 1", "III.5 gạch 2", "III.6 gạch 5")[place % 3],
                text=(
                    "Chưa có lớp trung cấp mở tại huyện để cử đi học.",
                    "Máy photo hỏng, chưa bố trí được kinh phí.",
                    "Đường truyền yếu, TD Office thường mất kết nối.",
                )[place % 3],
                routed_to=district,
                answer="Huyện đã ghi nhận, đưa vào kế hoạch quý sau." if answered else "",
                answered_on=day + timedelta(days=12) if answered else None,
                answered_by=self.users[f"huyen-{district.code}"] if answered else None,
                version=1,
                recorded_at=office_hour(self.random, day),
                recorded_by=self.clerk(unit),
            )

    # Duties

    def write_obligations(self, plan: Plan) -> None:
        """Let most duties be done in time and checked, some late, some handed back, some not at all; what a record shows is done on its day."""
        shown = self._shown_by_records(plan)
        rows = list(Obligation.objects.filter(duty__plan=plan).select_related("duty__plan", "unit__parent__parent").order_by("pk"))
        lazy = {unit.pk for unit in self.random.sample(self.units, 26)}
        acted = [row for row in rows if self._act(row, shown, lazy)]
        columns = ["state", "done_on", "late", "note", "done_by", "remark", "checked_at", "checked_by", "version"]
        Obligation.objects.bulk_create(acted, update_conflicts=True, unique_fields=["pk"], update_fields=columns, batch_size=1000)

    def _shown_by_records(self, plan: Plan) -> dict[tuple[str, int, date], date | None]:
        """(proof, unit, last day on time) -> the day that a record shows."""
        shown: dict[tuple[str, int, date], date | None] = {
            ("report", row.unit_id, row.period.last_day): row.filed_at.date()
            for row in Report.objects.filed().filter(period__plan=plan).select_related("period")
            if row.filed_at
        }
        shown |= {("working_rules", row.unit_id, date(2018, 3, 31)): row.issued_on for row in WorkingRules.objects.exclude(issued_on=None)}
        shown |= {("dialogue", row.unit_id, date(2018, 12, 31)): row.held_on for row in Dialogue.objects.all()}
        return shown | {("dialogue_summary", row.unit_id, date(2019, 2, 28)): row.summed_up_on for row in Dialogue.objects.exclude(summed_up_on=None)}

    def _act(self, row: Obligation, shown: Mapping[tuple[str, int, date], date | None], lazy: set[int]) -> bool:
        """Let one obligation go its way; whether anything was done about it."""
        proof = row.duty.proof
        if proof:
            if row.due_on is None or (done_on := shown.get((proof, row.unit_id, row.due_on))) is None:
                return False
            self._done(row, done_on, DutyAct.PROVE)
            return True
        if self.random.random() < (0.3 if row.unit_id in lazy else 0.04):
            return False
        due = row.due_on or date(2018, 11, 30)
        late = row.due_on is not None and self.random.random() < 0.07
        self._done(row, due + timedelta(days=self.random.randint(1, 20) if late else -self.random.randint(1, 9)), DutyAct.REPORT)
        if self.random.random() < 0.85:
            self._checked(row)
        return True

    def _done(self, row: Obligation, done_on: date, act: DutyAct) -> None:
        row.done_on = max(done_on, row.opens_on) if row.opens_on else done_on
        row.late, row.state, row.version = duties.is_late(row.done_on, row.due_on), DutyState.DONE, 1
        row.note = "" if act == DutyAct.PROVE else "Đã làm, có văn bản lưu tại đơn vị (minh họa)."
        row.done_by = self.users[{"commune": f"xa-{row.unit.code}", "district": f"huyen-{row.unit.code}", "province": "sonoivu"}[row.unit.level]]
        self._obliged(
            row, act, row.done_by, office_hour(self.random, row.done_on), DutyState.OPEN, {"done_on": row.done_on.isoformat(), "late": row.late}
        )

    def _checked(self, row: Obligation) -> None:
        parent = row.unit.parent
        row.checked_by = self.users["quantri" if parent is None else "sonoivu" if parent.parent is None else f"huyen-{parent.code}"]
        row.checked_at = office_hour(self.random, some_day(self.random, row.done_on or FIRST, 4, 14))
        back = self.random.random() < 0.02
        row.state, row.version = (DutyState.RETURNED if back else DutyState.CHECKED), 2
        row.remark = "Chưa nêu số văn bản, đề nghị bổ sung." if back else ""
        self._obliged(row, DutyAct.HAND_BACK if back else DutyAct.CHECK, row.checked_by, row.checked_at, DutyState.DONE, {}, row.remark)

    def _obliged(
        self, row: Obligation, act: DutyAct, actor: User, at: datetime, before: DutyState, data: dict[str, object], reason: str = ""
    ) -> None:
        key = selectors.key_of(row)
        said: dict[str, Any] = {"before": before, "after": row.state, "data": data, "reason": reason}
        self.journal.record(at=at, actor=actor, act=act, kind=selectors.OBLIGATION, key=key, topic="", unit=row.unit, **said)
