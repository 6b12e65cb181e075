"""The stage and the cast that most tests need: see tests/factories.py for other ones."""

from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from accounts.models import User
from accounts.rules import Role
from plan2018.models import Period
from scoring import selectors
from scoring.models import Assessment, CriteriaSet
from tests import kept
from tests.factories import Place, make_criteria_set, make_forms, make_period, make_province, make_user
from tests.helpers import LEDGER_OPEN, LEDGER_SHUT


@pytest.fixture(scope="session", autouse=True)
def emptied_after_transactions():
    """Tests that commit are followed by `flush`; the ledger, which refuses to be emptied, is opened for it."""
    ops = connection.ops
    flush = ops.sql_flush
    ops.sql_flush = lambda *args, **kwargs: [*LEDGER_OPEN[connection.vendor], *flush(*args, **kwargs), *LEDGER_SHUT[connection.vendor]]
    yield
    ops.sql_flush = flush


@pytest.fixture(autouse=True)
def nothing_known_before():
    """What a process keeps of a set in use belongs to one database, and each test has its own."""
    selectors.in_use.cache_clear()


@dataclass(frozen=True)
class Cast:
    """One person of each role, at the first commune, its district or the province; and a signatory next door and one far away."""

    entry: User
    signatory: User
    appraiser: User
    officer: User
    admin: User
    leader: User
    api_client: User
    neighbour: User
    stranger: User


@pytest.fixture
def place(db: None) -> Place:
    """A province with two districts of two communes each."""
    return make_province()


@pytest.fixture
def cast(place: Place) -> Cast:
    """One person of each role."""
    return Cast(
        entry=make_user(Role.COMMUNE_ENTRY, place.commune),
        signatory=make_user(Role.COMMUNE_SIGNATORY, place.commune),
        appraiser=make_user(Role.DISTRICT_APPRAISER, place.district),
        officer=make_user(Role.PROVINCE_OFFICER, place.province),
        admin=make_user(Role.PROVINCE_ADMIN, place.province),
        leader=make_user(Role.LEADER, place.province),
        api_client=make_user(Role.API_CLIENT, place.province),
        neighbour=make_user(Role.COMMUNE_SIGNATORY, place.sibling),
        stranger=make_user(Role.COMMUNE_SIGNATORY, place.stranger),
    )


@pytest.fixture
def criteria_set(db: None) -> CriteriaSet:
    """Three criteria of 20 points."""
    return make_criteria_set()


@pytest.fixture
def year(db: None) -> Period:
    """The period 2018-Y."""
    return make_period("2018-Y")


@pytest.fixture
def half(db: None) -> Period:
    """The period 2018-H1."""
    return make_period("2018-H1")


@pytest.fixture
def forms(place: Place, criteria_set: CriteriaSet, year: Period) -> dict[str, Assessment]:
    """The opened forms of 2018-Y by commune code, all in draft."""
    return make_forms(year)


@pytest.fixture(scope="module")
def written(django_db_setup, django_db_blocker):
    """The reference and demo data, loaded once for all tests of this module and taken back after the last."""
    with django_db_blocker.unblock(), transaction.atomic():
        kept.load_demo()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(written, db):
    """The same in the transaction of one test."""
