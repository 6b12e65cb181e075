"""Who may do what, where: every address of the portal x every method x every role x own, sibling and parent unit.

A row of the table names an address, the units it can be asked for, and the roles that may read (GET) or act (POST). The rest is law:

    nobody signed in            302 to the sign-in page; the API answers 401
    no second factor, needed    302 to the page that sets one up; the API answers 403
    a unit outside one's area   404, whatever the role
    the wrong role              403
    a method without roles      405
    else                        200 for reading (or what `found` says); an act answers 200, 302, 409 or 422: what it does is another test's business

An address without a row fails `test_every_address_has_a_row`: decide who may, and add the row.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.contrib import admin
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import User
from accounts.rules import Role
from plan2018.models import Period
from reports.editions import publish
from reports.models import Paper
from reports.services import ask_fill
from tests.factories import (
    DocumentFactory,
    OfficialFactory,
    Place,
    UploadFactory,
    client_of,
    make_criteria_set,
    make_delegation,
    make_dialogue,
    make_duty,
    make_evidence,
    make_forms,
    make_indicator,
    make_obligation,
    make_period,
    make_province,
    make_target,
    make_user,
)

pytestmark = pytest.mark.embedded  # who may what does not depend on the database: once is enough

LOGIN, SETUP = "302 sign in", "302 set up a second factor"
PAST_THE_DOOR = {200, 302, 409, 422}

EVERYBODY = set(Role)
ENTRY, SIGNATORY = Role.COMMUNE_ENTRY, Role.COMMUNE_SIGNATORY
APPRAISER = Role.DISTRICT_APPRAISER
OFFICERS = {Role.PROVINCE_OFFICER, Role.PROVINCE_ADMIN}
WRITERS = {ENTRY, SIGNATORY, APPRAISER, *OFFICERS}
PERSONS = EVERYBODY - {Role.API_CLIENT}
LOOKERS = {APPRAISER, *OFFICERS, Role.LEADER}

COMMUNES = ("03124", "03127", "03148")  # the communes' own, one next door, one in the other district
DISTRICTS = ("094", "095")
UNITS = ("11", *DISTRICTS, *COMMUNES)
PERIOD = {"period": "{period}"}
UNIT = {"code": "{code}"}
LINE = UNIT | {"line": "{line}"}
ABOVE = {APPRAISER, *OFFICERS}
FORM = PERIOD | UNIT
CRITERION = FORM | {"criterion": "CC01"}
AREA = {"11": set(UNITS), "094": {"094", "03124", "03127"}, "03124": {"03124"}}


@dataclass(frozen=True)
class Row:
    """An address: its name, the units it is asked for, who may read and who may act inside their area.

    The arguments and the query may name {code} and {form} (of each unit) and what the `world` has.
    """

    name: str
    units: tuple[str, ...] = ()
    get: AbstractSet[Role] = frozenset()
    post: AbstractSet[Role] = frozenset()
    arguments: dict[str, str] = field(default_factory=dict)
    query: str = ""
    found: int = 200

    def __str__(self) -> str:
        return " ".join([self.name, *self.arguments.values()]) + self.query

    def address(self, **names: object) -> str:
        return reverse(self.name, kwargs={key: value.format(**names) for key, value in self.arguments.items()}) + self.query.format(**names)


TABLE = [
    # name, units, who reads, who acts
    Row("account_change_password", get=EVERYBODY, post=EVERYBODY),
    Row("mfa_index", get=EVERYBODY),
    # assessments
    Row("assessment", COMMUNES, get=EVERYBODY, post=WRITERS, arguments=FORM),
    Row("criterion", COMMUNES, post=WRITERS, arguments=FORM | {"criterion": "CC01"}),
    Row("act", COMMUNES, post={SIGNATORY}, arguments=FORM | {"act": "submit"}),
    Row("act", COMMUNES, post={APPRAISER}, arguments=FORM | {"act": "appraise"}),
    Row("act", COMMUNES, post={APPRAISER, *OFFICERS}, arguments=FORM | {"act": "return"}),
    Row("act", COMMUNES, post=OFFICERS, arguments=FORM | {"act": "approve"}),
    Row("act", COMMUNES, post=OFFICERS, arguments=FORM | {"act": "reopen"}),
    Row("act", COMMUNES, post={APPRAISER, *OFFICERS}, arguments=FORM | {"act": "copy"}),
    Row("explain", COMMUNES, post={ENTRY, SIGNATORY}, arguments=FORM),
    Row("extension", COMMUNES, post=OFFICERS, arguments=FORM),
    Row("deadlines", get=PERSONS, post=OFFICERS, arguments=PERIOD),
    Row("audit", get=PERSONS),
    Row("audit", UNITS, get=PERSONS, query="?unit={code}"),
    Row("audit-csv", get=PERSONS),
    Row("audit-csv", UNITS, get=PERSONS, query="?unit={code}"),
    Row("title", COMMUNES, post=OFFICERS, arguments=FORM),
    Row("assessment-print", COMMUNES, get=EVERYBODY, arguments=FORM),
    Row("assessment-workbook", COMMUNES, get=EVERYBODY, arguments=FORM),
    Row("assessment-upload", COMMUNES, get={ENTRY, SIGNATORY}, post={ENTRY, SIGNATORY}, arguments=FORM),
    Row("assessment-upload-check", ("03124",), get={ENTRY, SIGNATORY}, arguments=FORM | {"upload": "{form_file}"}),
    Row("assessment-upload-marked", ("03124",), get={ENTRY, SIGNATORY}, arguments=FORM | {"upload": "{form_file}"}, found=404),  # not checked yet
    Row("assessment-upload-take", ("03124",), post={ENTRY, SIGNATORY}, arguments=FORM | {"upload": "{form_file}"}),
    Row("evidence", COMMUNES, get=PERSONS, post={ENTRY, SIGNATORY}, arguments=CRITERION),
    Row("evidence-existing", COMMUNES, post={ENTRY, SIGNATORY}, arguments=CRITERION),
    Row("evidence-version", COMMUNES, post={ENTRY, SIGNATORY}, arguments=CRITERION | {"key": "{evidence}"}),
    Row("evidence-remove", COMMUNES, post={ENTRY, SIGNATORY}, arguments=CRITERION | {"key": "{evidence}"}),
    Row("evidence-file", COMMUNES, get=PERSONS, arguments={"key": "{shown}"}),
    Row("appraisal", DISTRICTS, get=EVERYBODY, post={APPRAISER, *OFFICERS}, arguments=FORM),
    Row("appraisal-accept", DISTRICTS, get={APPRAISER, *OFFICERS}, post={APPRAISER, *OFFICERS}, arguments=FORM),
    Row("shares", DISTRICTS, get=ABOVE | {Role.LEADER}, post={APPRAISER}, arguments=FORM),
    Row("shares", ("11",), get=OFFICERS | {Role.LEADER}, post=OFFICERS, arguments=FORM),
    Row("appraisal-csv", DISTRICTS, get=EVERYBODY, arguments=FORM),
    Row("home", get=EVERYBODY, found=302),
    # people: who is responsible, who acts for whom, what points leave to officials, who is barred from awards
    Row("responsibilities", COMMUNES, get=WRITERS, post={SIGNATORY}, arguments=FORM),
    Row("consequences", COMMUNES, get={SIGNATORY, *ABOVE}, arguments=FORM),
    Row("award-check", get=ABOVE, post=ABOVE, arguments=PERIOD),
    Row("delegations", COMMUNES, get=PERSONS, post={SIGNATORY, *OFFICERS}, arguments=UNIT),
    Row("delegations", DISTRICTS, get=PERSONS, post=ABOVE, arguments=UNIT),
    Row("delegations", ("11",), get=PERSONS, post=OFFICERS, arguments=UNIT),
    Row("delegation-end", COMMUNES, post={SIGNATORY, *OFFICERS}, arguments=UNIT | {"pk": "{delegation}"}),
    Row("delegation-end", DISTRICTS, post=ABOVE, arguments=UNIT | {"pk": "{delegation}"}),
    # what communes report
    Row("observations", UNITS, get=EVERYBODY - {Role.API_CLIENT}, post={ENTRY, SIGNATORY}, arguments=FORM),
    Row("observations-csv", UNITS, get=PERSONS, arguments=FORM),
    Row("observation", COMMUNES, post={ENTRY, SIGNATORY}, arguments=FORM | {"indicator": "renewal"}),
    # the province's board
    Row("dashboard", ("11",), get=OFFICERS | {Role.LEADER}, arguments=PERIOD),
    Row("dashboard-csv", ("11",), get=OFFICERS | {Role.LEADER}, arguments=PERIOD),
    Row("rollup", post=OFFICERS, arguments=PERIOD),
    Row("job", ("11",), get=OFFICERS | {Role.LEADER}, arguments={"job": "{job}"}),
    Row("figure", COMMUNES, get=PERSONS, arguments=FORM | {"indicator": "renewal"}, found=404),  # no report speaks of it yet
    # what was published
    # documents that the portal writes
    Row("papers", get=OFFICERS | {Role.LEADER, APPRAISER}, post=OFFICERS | {APPRAISER}),
    Row("paper", ("094",), get=OFFICERS | {Role.LEADER, APPRAISER}, arguments={"paper": "{paper}"}, found=404),  # not written yet
    Row("templates", get=OFFICERS),
    Row("template", get=OFFICERS, post=OFFICERS, arguments={"kind": "report"}),
    Row("editions", get=PERSONS, post=OFFICERS, arguments=PERIOD),
    Row("edition", get=PERSONS, arguments=PERIOD | {"number": "{edition}"}),
    Row("edition-difference-csv", get=PERSONS, arguments=PERIOD | {"number": "{edition}", "other": "{edition}"}),
    Row("edition-difference", get=PERSONS, arguments=PERIOD | {"number": "{edition}", "other": "{edition}"}),
    Row("trueup", get=PERSONS, arguments=PERIOD),
    Row("trueup-csv", get=PERSONS, arguments=PERIOD),
    Row("reports-csv", ("11",), get=OFFICERS | {Role.LEADER}, arguments=PERIOD),
    Row("reports", ("11",), get=OFFICERS | {Role.LEADER}, arguments=PERIOD),
    *(Row(name, DISTRICTS, get=PERSONS, post={APPRAISER}, arguments=FORM) for name in ("report", "report-dialogue", "report-grid")),
    Row("report-words", DISTRICTS, post={APPRAISER}, arguments=FORM),
    Row("report-review", DISTRICTS, get=OFFICERS, post=OFFICERS, arguments=FORM),
    Row("report-extend", DISTRICTS, post=OFFICERS, arguments=FORM),
    Row("report-grid-csv", DISTRICTS, get=PERSONS, arguments=FORM),
    Row("report-cover", DISTRICTS, get=PERSONS, arguments=FORM),
    Row("report-version", DISTRICTS, get=PERSONS, arguments=FORM | {"number": "1"}, found=404),  # nothing was filed yet
    Row("report-workbook", DISTRICTS, get={APPRAISER}, arguments=PERIOD | UNIT),
    Row("report-upload", DISTRICTS, get={APPRAISER}, post={APPRAISER}, arguments=PERIOD | UNIT),
    Row("report-upload-check", ("094",), get={APPRAISER}, arguments=PERIOD | UNIT | {"upload": "{workbook}"}),
    Row("report-upload-marked", ("094",), get={APPRAISER}, arguments=PERIOD | UNIT | {"upload": "{workbook}"}, found=404),  # not checked yet
    Row("report-upload-take", ("094",), post={APPRAISER}, arguments=PERIOD | UNIT | {"upload": "{workbook}"}),
    # registers
    Row("registers", UNITS, get=EVERYBODY, arguments=UNIT),
    Row("roster", UNITS, get=WRITERS, arguments=UNIT),
    Row("official-new", COMMUNES, get=WRITERS, post=WRITERS, arguments=UNIT),
    Row("official", COMMUNES, get=WRITERS, post=WRITERS, arguments=UNIT | {"person": "{person}"}),
    Row("official-end", COMMUNES, post=WRITERS, arguments=UNIT | {"person": "{person}"}),
    Row("office", COMMUNES, get=EVERYBODY, post=WRITERS, arguments=UNIT),
    Row("profile", COMMUNES, get=EVERYBODY, post=WRITERS, arguments=UNIT),
    *(
        Row("upload", UNITS, get=WRITERS, post=WRITERS, arguments=UNIT | {"register": register})
        for register in ("roster", "offices", "profiles", "documents")
    ),
    Row("upload-check", ("03124",), get=WRITERS, arguments={"upload": "{upload}"}),
    Row("upload-marked", ("03124",), get=WRITERS, arguments={"upload": "{upload}"}, found=404),  # not checked yet: nothing to mark
    Row("upload-take", ("03124",), post=WRITERS, arguments={"upload": "{upload}"}),
    Row("register-export", UNITS, get=WRITERS, arguments=UNIT | {"register": "roster"}),
    *(Row("register-export", UNITS, get=EVERYBODY, arguments=UNIT | {"register": register}) for register in ("offices", "profiles", "documents")),
    Row("documents", get=EVERYBODY),
    Row("documents-export", get=EVERYBODY),
    Row("document-new", get=WRITERS, post=WRITERS),
    Row("document-new", UNITS, get=WRITERS, post=WRITERS, query="?unit={code}"),
    Row("document", get=EVERYBODY, post=OFFICERS, arguments={"document": "{document}"}),
    Row("document-file", get=EVERYBODY, arguments={"document": "{document}"}, found=404),  # it has none
    # duties
    Row("duties", get=PERSONS),
    Row("duties", UNITS, get=PERSONS, query="?unit={code}"),
    Row("duties-csv", get=PERSONS),
    Row("duties-csv", UNITS, get=PERSONS, query="?unit={code}"),
    Row("duties-check", post={APPRAISER, *OFFICERS}),
    Row("duty", get=PERSONS, post={ENTRY, SIGNATORY, APPRAISER}, arguments={"year": "2018", "code": "TK64"}),
    Row("duty-csv", get=PERSONS, arguments={"year": "2018", "code": "TK64"}),
    Row("obligation", UNITS, get=PERSONS, arguments={"pk": "{obligation}"}),
    Row("obligation-done", COMMUNES, post={ENTRY, SIGNATORY}, arguments={"pk": "{obligation}"}),
    Row("obligation-done", DISTRICTS, post={APPRAISER}, arguments={"pk": "{obligation}"}),
    Row("obligation-done", ("11",), post=OFFICERS, arguments={"pk": "{obligation}"}),
    Row("obligation-check", COMMUNES, post={APPRAISER}, arguments={"pk": "{obligation}"}),
    Row("obligation-check", DISTRICTS, post=OFFICERS, arguments={"pk": "{obligation}"}),
    Row("obligation-return", COMMUNES, post={APPRAISER}, arguments={"pk": "{obligation}"}),
    Row("obligation-return", DISTRICTS, post=OFFICERS, arguments={"pk": "{obligation}"}),
    Row("calendar", get=PERSONS, post=PERSONS),
    Row("notices", get=EVERYBODY, post=EVERYBODY),
    # small registers
    Row("records-hub", UNITS, get=PERSONS, arguments=UNIT),
    *(
        Row(name, UNITS, get=PERSONS, arguments=UNIT | {"register": slug})
        for name in ("records", "records-csv")
        for slug in ("working-rules", "dialogues", "apologies", "complaints", "difficulties", "support", "inspections", "censures")
    ),
    *(
        Row("record-new", UNITS, get=WRITERS, post=WRITERS, arguments=UNIT | {"register": slug})
        for slug in ("working-rules", "apologies", "complaints")
    ),
    *(Row("record-new", UNITS, get=ABOVE, post=ABOVE, arguments=UNIT | {"register": slug}) for slug in ("support", "inspections")),
    Row("record-new", UNITS, get=OFFICERS, post=OFFICERS, arguments=UNIT | {"register": "censures"}),
    Row("record", COMMUNES, get=PERSONS, post=WRITERS, arguments=LINE | {"register": "dialogues"}),
    Row("record-act", COMMUNES, post=WRITERS, arguments=LINE | {"register": "dialogues", "act": "withdraw"}),
    # figures
    Row("units", get=EVERYBODY),
    Row("unit", (*DISTRICTS, *COMMUNES), get=EVERYBODY, arguments=UNIT),
    Row("unit", ("11",), get=EVERYBODY, arguments=UNIT, found=302),  # to its board
    Row("unit-csv", (*DISTRICTS, *COMMUNES), get=EVERYBODY, arguments=UNIT),
    Row("unit-csv", ("11",), get=EVERYBODY, arguments=UNIT, found=302),  # to that of its board
    Row("targets", get=EVERYBODY, arguments=PERIOD),
    Row("targets", UNITS, get=EVERYBODY, arguments=PERIOD, query="?unit={code}"),
    Row("targets-csv", UNITS, get=EVERYBODY, arguments=PERIOD, query="?unit={code}"),
    Row("target", UNITS, get=EVERYBODY, arguments=PERIOD | {"code": "{target}"}, query="?unit={code}"),
    Row("target-csv", UNITS, get=EVERYBODY, arguments=PERIOD | {"code": "{target}"}, query="?unit={code}"),
    Row("compare-csv", get=EVERYBODY, arguments=PERIOD | {"other": "2018-H1"}),
    Row("compare", get=EVERYBODY, arguments=PERIOD | {"other": "2018-H1"}),
    Row("ranking", get=EVERYBODY, arguments=PERIOD),
    Row("ranking-csv", get=EVERYBODY, arguments=PERIOD),
    # behind the figures
    *(
        Row(name, units, get=LOOKERS, arguments=PERIOD, query=query)
        for name in ("what-if", "what-if-csv", "quality", "quality-csv", "quality-answers")
        for units, query in (((), ""), (UNITS, "?unit={code}"))
    ),
    Row("quality-sample", ("11",), get=OFFICERS | {Role.LEADER}, arguments=PERIOD),
    Row("quality-sample-csv", ("11",), get=OFFICERS | {Role.LEADER}, arguments=PERIOD),
    # sets of criteria
    Row("criteria-sets", get=EVERYBODY),
    *(Row(name, get=EVERYBODY, arguments={"code": "qd-34-2011"}) for name in ("criteria-set", "criteria-set-workbook")),
    Row("criteria-import", get=OFFICERS, post=OFFICERS),
    Row("criteria-take", post=OFFICERS),
    # the API
    Row("api:units", get=EVERYBODY),
    Row("api:units", DISTRICTS, get=EVERYBODY, query="?district={code}"),
    Row("api:periods", get=EVERYBODY),
    Row("api:criteria", get=EVERYBODY),
    Row("api:assessments", get=EVERYBODY),
    Row("api:assessments", UNITS, get=EVERYBODY, query="?unit={code}"),
    Row("api:assessments", DISTRICTS, get=EVERYBODY, query="?district={code}"),
    Row("api:assessment", COMMUNES, get=EVERYBODY, arguments={"assessment_id": "{form}"}),
    Row("api:rankings", get=EVERYBODY, query="?period={period}"),
    Row("api:rankings", DISTRICTS, get=EVERYBODY, query="?period={period}&district={code}"),
    Row("api:targets", get=EVERYBODY, query="?period={period}"),
    Row("api:targets", UNITS, get=EVERYBODY, query="?period={period}&unit={code}"),
    Row("api:rollups", UNITS, get=EVERYBODY, query="?period={period}&unit={code}"),
]

OPEN = {
    # What is there without signing in: name -> what nobody and what somebody signed in gets.
    "schema": (200, 200),
    "docs": (200, 200),
    "account_login": (200, 302),
    "account_logout": (302, 200),
    "account_signup": (302, 302),  # there is none: leads to the sign-in page
    "account_inactive": (200, 200),
    "account_reset_password": (200, 200),
    "account_reset_password_done": (200, 200),
    "account_reset_password_from_key": (200, 200),
    "account_reset_password_from_key_done": (200, 200),
    "mfa_authenticate": (302, 302),
    "calendar-feed": (404, 404),  # behind a private address of its own: tests/plan2018/test_calendar.py
}

OWN = {
    # One's own password and second factor. What a page answers depends on whether one has one: tests/accounts/test_second_factor.py.
    "account_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
}


def addresses(patterns: list[URLPattern | URLResolver] | None = None, route: str = "/", namespace: str = "") -> Iterator[tuple[str, str]]:
    """The name (or the pattern, where it has none) and the route of every address of the portal."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, route + str(pattern.pattern), f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield namespace + (pattern.name or str(pattern.pattern)), route + str(pattern.pattern)


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    """People, and what the arguments of addresses refer to: made once for all tests of this module, because none of them leaves anything behind."""
    with django_db_blocker.unblock(), transaction.atomic():
        place = make_province()
        make_criteria_set()
        there = people_of(place)
        yield there, world_of(there, place, make_period("2018-Y"))
        transaction.set_rollback(True)


@pytest.fixture
def people(built, db) -> dict[str, User | None]:
    """The people, in the transaction of one test."""
    return dict(built[0])


@pytest.fixture
def world(built, db) -> SimpleNamespace:
    """The world, in the transaction of one test."""
    return built[1]


def people_of(place: Place) -> dict[str, User | None]:
    """Nobody; one person of each role; leaders and clients at lower units; an officer who has not set up a second factor."""
    return {
        "nobody": None,
        "entry": make_user(ENTRY, place.commune),
        "signatory": make_user(SIGNATORY, place.commune),
        "appraiser": make_user(APPRAISER, place.district),
        "officer": make_user(Role.PROVINCE_OFFICER, place.province),
        "admin": make_user(Role.PROVINCE_ADMIN, place.province),
        "leader": make_user(Role.LEADER, place.province),
        "leader of the district": make_user(Role.LEADER, place.district),
        "leader of the commune": make_user(Role.LEADER, place.commune),
        "client": make_user(Role.API_CLIENT, place.province),
        "client of the district": make_user(Role.API_CLIENT, place.district),
        "officer without a second factor": make_user(Role.PROVINCE_OFFICER, place.province, second_factor=False),
    }


def world_of(people: dict[str, User | None], place: Place, year: Period) -> SimpleNamespace:
    """What the arguments of addresses refer to."""
    make_duty("TK64", levels="district,commune", frequency="event")
    make_indicator(year.plan, "renewal", answer="yes_no", question="Có đổi mới không?")
    make_period("2018-H1")
    forms = {code: form.pk for code, form in make_forms(year).items()}
    job, target = ask_fill(year), make_target(year.plan, "TG02", ">=", 25)
    person = uuid4()
    for commune in place.communes:
        OfficialFactory(unit=commune, person=person, until=date(2018, 2, 1))  # who has served everywhere and serves nowhere
    lines = {unit.code: make_dialogue(unit).pk for unit in place.communes}
    evidence = {code: make_evidence(form) for code, form in make_forms(year).items()}
    edition = publish(period=year, final=False, actor=None)
    return SimpleNamespace(
        lines=lines,
        evidences={code: one.pk for code, one in evidence.items()},
        files={code: one.file_id for code, one in evidence.items()},
        period=year.code,
        job=job.pk,
        edition=edition.number,
        paper=Paper.objects.create(
            kind="district", format="docx", edition=edition, unit=place.district, asked_at=timezone.now(), asked_by=people["appraiser"]
        ).pk,
        target=target.code,
        person=person,
        document=DocumentFactory().pk,
        upload=UploadFactory(unit=place.commune, uploaded_by=people["entry"]).pk,
        forms=forms,
        form_file=UploadFactory(register="assessment", unit=place.commune, since=year.ends_on, uploaded_by=people["entry"]).pk,
        workbook=UploadFactory(register="report", unit=place.district, since=year.ends_on, uploaded_by=people["appraiser"]).pk,
        delegations={unit.code: make_delegation(unit).pk for unit in (*place.districts, *place.communes)},
        obligations={unit.code: make_obligation(unit).pk for unit in (place.province, *place.districts, *place.communes)},
    )


def expected(row: Row, method: str, user: User | None, code: str | None, *, api: bool) -> object:
    """What the law says."""
    roles = {"GET": row.get, "POST": row.post}.get(method, frozenset())
    if user is None:
        return 401 if api else LOGIN
    if user.needs_second_factor and not user.authenticator_set.exists():
        return 403 if api else SETUP
    if not roles:
        return 405
    if code and code not in AREA[user.unit.code]:
        return 404
    if user.role not in roles:
        return 403
    return row.found if method == "GET" else PAST_THE_DOOR


def answer(client: Client, method: str, address: str) -> object:
    """What the portal says; nothing that it does lasts."""
    with transaction.atomic():
        response: HttpResponse = client.generic(method, address)
        if response.streaming:
            b"".join(response.streaming_content)  # an answer with a file holds it open until it is read
        transaction.set_rollback(True)
    if response.status_code == 302 and response.url.startswith((reverse("account_login"), reverse("admin:login"))):
        return LOGIN
    if response.status_code == 302 and response.url == reverse("mfa_activate_totp"):
        return SETUP
    return response.status_code


def test_every_address_has_a_row():
    known = {row.name for row in TABLE} | set(OPEN) | OWN
    found = {name for name, _route in addresses() if not name.startswith("admin:")}

    assert found - known == set(), "new addresses: who may?"
    assert known - found == set(), "rows without an address"


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_the_law_holds_everywhere(row, world, people):
    clients = {who: client_of(user) for who, user in people.items()}
    should, does = {}, {}
    for code in row.units or (None,):
        of_unit = {
            "form": world.forms,
            "line": world.lines,
            "obligation": world.obligations,
            "evidence": world.evidences,
            "shown": world.files,
            "delegation": world.delegations,
        }
        address = row.address(code=code, **{name: found.get(code) for name, found in of_unit.items()}, **vars(world))
        for who, user in people.items():
            for method in ("GET", "POST", "DELETE") if who in ("nobody", "entry", "officer") else ("GET", "POST"):
                key = (who, method, address)
                should[key] = expected(row, method, user, code, api=address.startswith("/api/"))
                does[key] = answer(clients[who], method, address)

    wrong = {
        key: f"{does[key]}, not {should[key]}"
        for key in should
        if does[key] not in ([*should[key]] if isinstance(should[key], set) else [should[key]])
    }
    assert wrong == {}


@pytest.mark.parametrize("name", OPEN)
def test_open_doors_are_open(name, people):
    takes = {"account_reset_password_from_key": {"uidb36": "1", "key": "key"}, "calendar-feed": {"secret": "nobodys"}}
    address = reverse(name, kwargs=takes.get(name, {}))
    del people["officer without a second factor"]

    found = {who: client_of(user).get(address).status_code for who, user in people.items()}

    nobody, somebody = OPEN[name]
    assert found == {who: nobody if user is None else somebody for who, user in people.items()}


@pytest.mark.parametrize("name", sorted(OWN))
def test_what_is_ones_own_is_for_whoever_is_signed_in(name, people):
    found = {who: answer(client_of(user), "GET", reverse(name)) for who, user in people.items()}

    assert found.pop("nobody") == LOGIN
    assert found.pop("officer without a second factor") in {SETUP, 200, 302}
    assert {status for status in found.values() if status not in {200, 302, 404}} == set()


def test_the_administration_is_for_the_administrator_alone(people):
    """Every address of it, so that a new page is behind the same door without a row."""
    routes = {route for name, route in addresses() if name.startswith("admin:") and name != "admin:login"}
    plain = {re.sub(r"\(\?P<\w+>\W*(\w*).*?\)|<.+?>", r"\g<1>1", route).strip("^$").replace("^", "") for route in routes}
    law = {"nobody": LOGIN, "officer without a second factor": SETUP}
    del people["admin"]

    clients = {who: client_of(user) for who, user in people.items()}
    found = {
        (who, method, address): answer(client, method, address)
        for address in plain
        for who, client in clients.items()
        for method in (("GET", "POST") if who in ("nobody", "officer") else ("GET",))
    }

    assert {key: status for key, status in found.items() if status != law.get(key[0], 403)} == {}
    assert client_of(None).get(reverse("admin:login")).url.startswith(reverse("account_login"))


def test_the_administrator_changes_accounts_and_looks_at_the_rest(people):
    client = client_of(people["admin"])
    models = [(model._meta.app_label, model._meta.model_name) for model in admin.site._registry]

    lists = {model: answer(client, "GET", reverse("admin:{}_{}_changelist".format(*model))) for model in models}
    forms = {model: answer(client, "GET", reverse("admin:{}_{}_add".format(*model))) for model in models}

    assert answer(client, "GET", "/admin/") == 200
    assert lists == dict.fromkeys(models, 200)
    assert forms == dict.fromkeys(models, 403) | {("accounts", "user"): 200}


@pytest.mark.parametrize("probe", ["/healthz", "/readyz"])
def test_probes_answer_everybody(probe, people):
    assert {client_of(user).get(probe).status_code for user in people.values()} == {200}
