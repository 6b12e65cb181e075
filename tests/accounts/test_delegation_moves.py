"""Delegations that were kept in the room of scoring are the same rows, with the same constraints, in the room of accounts."""

import pytest
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor

from accounts.models import Delegation
from tests.factories import make_delegation, make_province

BEFORE = [("accounts", "0003_cache_table"), ("scoring", "0009_share")]
AFTER = [("accounts", "0004_delegation"), ("scoring", "0010_delegation_moves")]


def migrate(targets):
    """Bring the database to these migrations; the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def tables():
    return {name for name in connection.introspection.table_names() if name.endswith("_delegation")}


@pytest.fixture
def moved_back(transactional_db):
    """The database as it is now once more after the test, whatever became of it."""
    yield
    migrate(AFTER)


@pytest.mark.both
def test_rows_constraints_and_index_move_along(moved_back):
    place = make_province()
    made = [make_delegation(place.commune), make_delegation(place.district)]
    rows = list(Delegation.objects.order_by("pk").values())

    before = migrate(BEFORE)
    assert tables() == {"scoring_delegation"}
    assert list(before.get_model("scoring", "Delegation").objects.order_by("pk").values()) == rows
    with pytest.raises(LookupError):
        before.get_model("accounts", "Delegation")

    after = migrate(AFTER)
    assert tables() == {"accounts_delegation"}
    assert list(after.get_model("accounts", "Delegation").objects.order_by("pk").values()) == rows
    with pytest.raises(LookupError):
        after.get_model("scoring", "Delegation")

    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "accounts_delegation")
    assert {"delegation_ends_after_start", "delegation_to_another", "delegation_of_deputy"} <= found.keys()
    assert {tuple(one["columns"]): one["foreign_key"] for one in found.values() if one["foreign_key"]} == {
        ("deputy_id",): ("accounts_user", "id"),
        ("principal_id",): ("accounts_user", "id"),
        ("recorded_by_id",): ("accounts_user", "id"),
        ("document_id",): ("communes_document", "id"),
    }
    with pytest.raises(IntegrityError):
        Delegation.objects.filter(pk=made[0].pk).update(deputy=made[0].principal)
    assert make_delegation(place.commune).pk not in {one.pk for one in made}


@pytest.mark.both
def test_an_empty_table_moves_too(moved_back):
    migrate(BEFORE)
    migrate(AFTER)

    assert tables() == {"accounts_delegation"}
    assert not Delegation.objects.exists()
