"""The stage and the cast of the tests: a small province, its people, a plan with two periods, a set of three criteria, opened forms.

    place = make_province()                            11 > 094 (03124, 03127), 095 (03148, 03151), in force since 2004
    user = make_user(Role.COMMUNE_SIGNATORY, place.commune)    signs in with PASSWORD; roles that need a second factor have one
    client = client_of(user)                           a browser in which this person is signed in
    period = make_period("2018-Y")                     or "2018-H1"; the plan of 2018 comes with it
    make_criteria_set()                                CC01, CC02, CC03 of 20 points each; classes from 51, 39, 27 and 0 of 60 points
    forms = make_forms(period)                         the opened forms by commune code, all in draft
    fill_in(forms["03124"], Stage.SELF, 17, 15, 19)    points as if entered, without a trace in the ledger
    bring_to(forms["03124"], State.APPROVED, 17)       by the acts of real people, with everything they leave in the ledger

The same as fixtures, for tests that need no variety: tests/conftest.py.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256

import factory
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import F
from django.test import Client
from django.utils import timezone
from factory.django import DjangoModelFactory, Password

from accounts.models import Delegation, User
from accounts.rules import SECOND_FACTOR_ROLES, Role
from communes.models import Document, Office, Official, Profile, Unit, Upload
from communes.rules import KINDS, Level
from communes.standards import Education, Qualification, Theory
from plan2018.models import Dialogue, Duty, Indicator, Obligation, Period, Plan, Target
from plan2018.rules import Combine, Source
from scoring import rules, services
from scoring.models import Answer, Assessment, CriteriaSet, Criterion, Evidence, EvidenceFile, Threshold
from scoring.rules import Act, Grade, Stage, State

PASSWORD = "lua-nuong-tren-doi"


class UnitFactory(DjangoModelFactory):
    """A unit by its full name ("Phường Noong Bua"): kind and name follow from it. Give `code`, `level`, `full_name` and, below the province, `parent`."""

    class Meta:
        model = Unit

    kind = factory.LazyAttribute(lambda unit: next(kind for words, kind in KINDS.items() if unit.full_name.lower().startswith(words)))
    name = factory.LazyAttribute(lambda unit: unit.full_name[len(next(words for words, kind in KINDS.items() if kind == unit.kind)) :].strip())
    valid_from = date(2004, 1, 1)


class UserFactory(DjangoModelFactory):
    """A user: give `role` and `unit`."""

    class Meta:
        model = User

    username = factory.LazyAttributeSequence(lambda user, n: f"{user.role}-{user.unit.code}-{n}".replace("_", "-"))
    email = factory.LazyAttribute(lambda user: f"{user.username}@dienbien.example")
    password = Password(PASSWORD)


class PlanFactory(DjangoModelFactory):
    """Plan 495 of 2018."""

    class Meta:
        model = Plan
        django_get_or_create = ("year",)

    year = 2018
    number = "495/KH-UBND"
    title = "Kế hoạch xây dựng, củng cố chính quyền cơ sở năm 2018"
    issued_on = date(2018, 3, 5)
    issuer = "Ủy ban nhân dân tỉnh Điện Biên"
    provenance = "documented"


class PeriodFactory(DjangoModelFactory):
    """The year 2018, or with `half=True` its first six months."""

    class Meta:
        model = Period
        django_get_or_create = ("code",)

    class Params:
        half = factory.Trait(code="2018-H1", kind=Period.HALF, name="6 tháng đầu năm 2018", ends_on=date(2018, 6, 30), due_on=date(2018, 6, 20))

    plan = factory.SubFactory(PlanFactory)
    code = "2018-Y"
    kind = Period.YEAR
    name = "Năm 2018"
    starts_on = date(2018, 1, 1)
    ends_on = date(2018, 12, 31)
    due_on = date(2019, 1, 20)
    section = "IV.2"


class CriteriaSetFactory(DjangoModelFactory):
    """The set of Decision 34/2011, empty."""

    class Meta:
        model = CriteriaSet
        django_get_or_create = ("code",)

    code = "qd-34-2011"
    decision = "Quyết định 34/2011/QĐ-UBND"
    title = "Tiêu chí đánh giá, xếp loại chính quyền cơ sở"
    valid_from = date(2011, 1, 1)
    provenance = "assumption"


class CriterionFactory(DjangoModelFactory):
    """A component criterion of 20 points. Give `criteria_set`, `group` and `position`."""

    class Meta:
        model = Criterion

    kind = Criterion.COMPONENT
    code = factory.LazyAttribute(lambda criterion: f"CC{criterion.position:02}")
    number = factory.LazyAttribute(lambda criterion: f"I.{criterion.position}")
    title = factory.LazyAttribute(lambda criterion: f"Tiêu thức thành phần {criterion.position}")
    max_points = Decimal(20)
    provenance = "derived-from-seed"


class ThresholdFactory(DjangoModelFactory):
    """A class. Give `criteria_set`, `grade`, `label` and `lower_pct`."""

    class Meta:
        model = Threshold

    provenance = "assumption"


class DatedFactory(DjangoModelFactory):
    """A row of a register that holds since the first day of 2018. Give `unit`; `until` for a row that was closed."""

    class Meta:
        abstract = True

    since = date(2018, 1, 1)
    recorded_at = datetime(2018, 1, 5, 8, tzinfo=UTC)


class OfficialFactory(DatedFactory):
    """A chair of a People's Committee who lacks nothing, each with a name and a day of birth of its own. Another `title` brings its kind."""

    class Meta:
        model = Official

    full_name = factory.Sequence(lambda n: f"Lò Văn {'ABCDEGHIKLMNOPQRSTUVXY'[n % 22]}{'aeiouy'[n // 22 % 6]}{'nmtpc'[n // 132 % 5]}")
    born_on = factory.Sequence(lambda n: date(1960, 1, 1) + timedelta(days=n * 7))
    title = "committee_chair"
    education = Education.UPPER_SECONDARY
    qualification = Qualification.UNIVERSITY
    theory = Theory.INTERMEDIATE
    appointed_on = date(2011, 6, 1)


class OfficeFactory(DatedFactory):
    """A solid office within the norm, with equipment."""

    class Meta:
        model = Office

    construction = Office.SOLID
    floor_area = Decimal(400)
    norm_area = Decimal(350)
    internet_computers = 20
    printers = 10
    copiers = 1
    telephone = "0215 3825 000"


class ProfileFactory(DatedFactory):
    """A commune of ten villages, each with a head."""

    class Meta:
        model = Profile

    villages = 10
    village_heads = 10
    suggestion_box = True
    feedback_telephone = "0215 3825 001"
    reception_schedule = "Thứ năm hằng tuần"


class UploadFactory(DjangoModelFactory):
    """A file sent to the roster and not yet checked. Give `unit` and `uploaded_by`."""

    class Meta:
        model = Upload

    register = "roster"
    since = date(2018, 12, 31)
    name = "bieu.xlsx"
    size = 9000
    digest = factory.Sequence(lambda n: f"{n:064x}")
    uploaded_at = datetime(2019, 1, 7, 7, tzinfo=UTC)


class DocumentFactory(DjangoModelFactory):
    """A plan without a file: of everybody, unless `unit` is given."""

    class Meta:
        model = Document

    unit = None
    kind = Document.PLAN
    number = factory.Sequence(lambda n: f"{n + 1}/KH-UBND")
    issued_on = date(2018, 3, 20)
    issuer = factory.LazyAttribute(lambda document: f"UBND {document.unit.full_name}" if document.unit else "UBND tỉnh Điện Biên")
    title = "Kế hoạch củng cố chính quyền cơ sở năm 2018"
    recorded_at = datetime(2018, 3, 21, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Place:
    """A small province. `commune` is the first of four; `sibling` lies in the same district, `stranger` in the other one."""

    province: Unit
    districts: tuple[Unit, Unit]
    communes: tuple[Unit, Unit, Unit, Unit]

    @property
    def district(self) -> Unit:
        return self.districts[0]

    @property
    def other_district(self) -> Unit:
        return self.districts[1]

    @property
    def commune(self) -> Unit:
        return self.communes[0]

    @property
    def sibling(self) -> Unit:
        return self.communes[1]

    @property
    def stranger(self) -> Unit:
        return self.communes[2]


def make_province() -> Place:
    """Make the province 11 with the districts 094 and 095 of two communes each: 03124 and 03127, 03148 and 03151."""
    province = UnitFactory(code="11", level=Level.PROVINCE, full_name="Tỉnh Điện Biên")
    city = UnitFactory(code="094", level=Level.DISTRICT, full_name="Thành phố Điện Biên Phủ", parent=province)
    town = UnitFactory(code="095", level=Level.DISTRICT, full_name="Thị xã Mường Lay", parent=province)
    communes = (
        UnitFactory(code="03124", level=Level.COMMUNE, full_name="Phường Noong Bua", parent=city),
        UnitFactory(code="03127", level=Level.COMMUNE, full_name="Phường Him Lam", parent=city),
        UnitFactory(code="03148", level=Level.COMMUNE, full_name="Phường Sông Đà", parent=town),
        UnitFactory(code="03151", level=Level.COMMUNE, full_name="Phường Na Lay", parent=town),
    )
    return Place(province, (city, town), communes)


def make_user(role: Role, unit: Unit, *, second_factor: bool | None = None, **fields: object) -> User:
    """Make a person or API client of this role at this unit. With a second factor where the role needs one, unless told otherwise."""
    user = UserFactory(role=role, unit=unit, **fields)
    if role in SECOND_FACTOR_ROLES if second_factor is None else second_factor:
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    return user


def client_of(user: User | None) -> Client:
    """Open a browser in which this person is signed in; None: nobody is."""
    client = Client()
    if user:
        client.force_login(user)
    return client


def make_period(code: str = "2018-Y") -> Period:
    """Make, or find, the period "2018-Y" or "2018-H1", with the plan of 2018."""
    return PeriodFactory(half=code == "2018-H1", code=code)


INDICATOR_OF = {
    "TG01": "title",
    "TG02": "grade.good",
    "TG03": "grade.fair",
    "TG04": "grade.average",
    "TG05": "grade.weak",
    "TG17": "mobilisation",
    "TG18": "officials.ethics",
    "TG19": "roster.qualified",
    "TG30": "office.solid",
    "TG39": "report.on_time",
    "TG40": "report.on_time",
}
"""Targets that tests speak of -> the indicators that prove them, as plan2018/data/targets.csv has it."""


def make_indicator(plan: Plan, code: str, **fields: object) -> Indicator:
    """Make, or find, an indicator. Its source follows from the code unless told."""
    by_code = {
        "title": Source.CLASSIFICATION,
        "grade": Source.CLASSIFICATION,
        "roster": Source.ROSTER,
        "office": Source.OFFICES,
        "report": Source.FILING,
    }
    by_code |= {"feedback": Source.PROFILE, "dialogue": Source.RECORD, "support": Source.RECORD}
    source = by_code.get(code.split(".", maxsplit=1)[0], Source.COMMUNE_REPORT)
    if code in {"working_rules.issued", "support.days", "roster.standards_pilot"}:
        fields = {"everyone": False, **fields}
    if code == "working_rules.issued":
        source = Source.RECORD
    if code == "support.days":
        fields = {"combine": Combine.LOWEST, **fields}
    defaults = {"name": code, "source": source, "definition": code, "population": "130 xã", "provenance": "test", **fields}
    return Indicator.objects.get_or_create(plan=plan, code=code, defaults=defaults)[0]


def make_target(plan: Plan, code: str, operator: str, value: object, unit: str = "communes", indicator: str = "", **fields: object) -> Target:
    """Make a target; its indicator follows from the code (INDICATOR_OF) unless told."""
    found = indicator or INDICATOR_OF.get(code, "")
    return Target.objects.create(
        plan=plan,
        code=code,
        operator=operator,
        value=Decimal(str(value)),
        unit=unit,
        indicator=make_indicator(plan, found) if found else None,
        **{"clause": "II.2", "name": code, "level": "province", "term": {"TG39": "half", "TG40": "year"}.get(code, ""), **fields},
    )


def make_duty(code: str = "TK03", **fields: object) -> Duty:
    """Make a duty of the plan of 2018, of communes and once, unless told otherwise."""
    words = {"clause": "I.2", "actor": "UBND xã", "text": f"Nhiệm vụ {code}", "due": "không ghi hạn", "evidence": "Văn bản"}
    return Duty.objects.create(**{"plan": fields.pop("plan", None) or PlanFactory(), "code": code, **words, **fields})


def make_obligation(unit: Unit, *, code: str = "TK03", occurrence: str = "2018", due_on: date | None = None, **fields: object) -> Obligation:
    """Make an obligation of a unit; its duty (of the unit's level) is made when there is none of this code."""
    of_duty = {name: fields.pop(name) for name in ("proof", "frequency", "text", "due_assumed", "contradiction") if name in fields}
    duty = Duty.objects.filter(code=code).first() or make_duty(code, levels=unit.level, **of_duty)
    return Obligation.objects.create(duty=duty, unit=unit, occurrence=occurrence, due_on=due_on, **fields)


def make_criteria_set() -> CriteriaSet:
    """Make the set of three criteria (CC01 to CC03 of 20 points in the group CG1) with the thresholds 85, 65, 45 and 0 percent."""
    criteria_set = CriteriaSetFactory()
    group = CriterionFactory(
        criteria_set=criteria_set, kind=Criterion.GROUP, code="CG1", number="I", title="Nhóm tiêu thức", max_points=Decimal(60), position=0
    )
    for position in (1, 2, 3):
        CriterionFactory(criteria_set=criteria_set, group=group, position=position)
    for grade, label, lower_pct in ((Grade.GOOD, "Tốt", 85), (Grade.FAIR, "Khá", 65), (Grade.AVERAGE, "Trung bình", 45), (Grade.WEAK, "Yếu", 0)):
        ThresholdFactory(criteria_set=criteria_set, grade=grade, label=label, lower_pct=Decimal(lower_pct))
    return criteria_set


def make_forms(period: Period) -> dict[str, Assessment]:
    """Open the period: the blank forms of all communes by code. Makes the criteria set when there is none."""
    if not CriteriaSet.objects.exists():
        make_criteria_set()
    services.open_period(period)
    return {
        form.unit.code: form for form in Assessment.objects.filter(period=period).select_related("unit__parent__parent", "period", "criteria_set")
    }


def fill_in(form: Assessment, stage: Stage, *points: float) -> None:
    """Write points of one stage, in the order of the form (one number: the same for every criterion), beside the ledger."""
    answers = list(form.answers.order_by("criterion__position"))
    for answer, value in zip(answers, points * len(answers) if len(points) == 1 else points, strict=True):
        setattr(answer, f"{stage}_points", Decimal(str(value)))
    Answer.objects.bulk_update(answers, [f"{stage}_points"])


def bring_to(form: Assessment, state: State, *points: float) -> Assessment:
    """Bring a blank form to this state: a signatory, an appraiser and an officer (made for it) agree on these points and do their acts."""
    commune, district = form.unit, form.unit.parent
    people = {
        Act.SUBMIT: (Role.COMMUNE_SIGNATORY, commune, Stage.SELF),
        Act.APPRAISE: (Role.DISTRICT_APPRAISER, district, Stage.APPRAISED),
        Act.APPROVE: (Role.PROVINCE_OFFICER, district.parent, Stage.FINAL),
    }
    for act, (role, unit, stage) in people.items():
        form.refresh_from_db()
        if form.state == state:
            break
        actor = make_user(role, unit)
        if act == Act.APPRAISE and state == State.RETURNED:
            services.return_(assessment=form, version=form.version, remarks={"CC01": "Xem lại điểm này"}, reason="Chưa khớp hồ sơ", actor=actor)
            continue
        fill_in(form, stage, *points)
        form.answers.filter(self_points=F("max_points"), self_note="").update(self_note="Theo hồ sơ của xã.")  # full points are explained
        getattr(services, act)(assessment=form, version=form.version, actor=actor)
    form.refresh_from_db()
    assert form.state == rules.State(state)
    return form


PDF = b"%PDF-1.4\n1 0 obj\nendobj\n%%EOF\n"


def make_evidence(form: Assessment, criterion: str = "CC01", *, content: bytes = PDF, **fields: object) -> Evidence:
    """Show a file (a small PDF, unless told otherwise) at a criterion of a form, beside the rules and the ledger."""
    answer = form.answers.get(criterion__code=criterion)
    by, digest = User.objects.filter(unit=form.unit).first() or make_user(Role.COMMUNE_ENTRY, form.unit), sha256(content).hexdigest()
    given = {"kind": "pdf", "name": "bien-ban.pdf", "title": "Biên bản", "stands_for": date(2018, 6, 1), **fields}
    file = EvidenceFile.objects.filter(unit=form.unit, sha256=digest).first() or EvidenceFile.objects.create(
        unit=form.unit,
        sha256=digest,
        size=len(content),
        file=default_storage.save("evidence/file.pdf", ContentFile(content)),
        uploaded_at=timezone.now(),
        uploaded_by=by,
        **given,
    )
    return Evidence.objects.create(answer=answer, file=file, linked_at=timezone.now(), linked_by=by)


def make_dialogue(unit: Unit, held_on: date = date(2018, 12, 5), **fields: object) -> Dialogue:
    """Make a dialogue conference in the register of a commune, beside the ledger."""
    return Dialogue.objects.create(
        unit=unit, held_on=held_on, **{"attendees": 90, "opinions": 6, "answered": 5, "version": 1, "recorded_at": timezone.now(), **fields}
    )


def make_delegation(unit: Unit, deputy: User | None = None, *, days: int = 1, role: Role | None = None) -> Delegation:
    """Make an acting officer of a unit, from today on, for somebody made for it, beside the ledger. The deputy is a leader unless given."""
    signs = {Level.COMMUNE: Role.COMMUNE_SIGNATORY, Level.DISTRICT: Role.DISTRICT_APPRAISER, Level.PROVINCE: Role.PROVINCE_OFFICER}
    principal, today = make_user(role or signs[Level(unit.level)], unit), timezone.localdate()
    return Delegation.objects.create(
        principal=principal,
        deputy=deputy or make_user(Role.LEADER, unit),
        starts_on=today,
        ends_on=today + timedelta(days=days),
        document=DocumentFactory(unit=unit),
        recorded_at=timezone.now(),
        recorded_by=principal,
    )
