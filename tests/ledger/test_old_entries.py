"""What the migration says of entries that were written before they had a number and a unit."""

from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from communes.rules import Level
from ledger import selectors, services
from ledger.models import Entry
from tests.factories import UnitFactory
from tests.helpers import by_hand

migration = import_module("ledger.migrations.0003_audit")


@pytest.fixture
def old(place, cast):
    """Entries of many kinds, without number and unit, and the commune whose code was used again in 2025."""
    commune = place.commune
    commune.valid_to = date(2025, 7, 1)
    commune.save()
    again = UnitFactory(code=commune.code, level=Level.COMMUNE, full_name="Phường Điện Biên Phủ", parent=place.province, valid_from=date(2025, 7, 1))
    for kind, key in (
        ("assessment", "2018-Y/03124"),
        ("assessment", "2018-Y/03124"),
        ("assessment", "2026-Y/03124"),
        ("obligation", "2018/TK64/095/2018"),
        ("report", "2018-Y/094/dialogue"),
        ("dialogues", "03127/12"),
        ("user", str(cast.appraiser.pk)),
        ("paper", "0a1b"),
        ("period", "2018-Y"),
        ("documents", "*"),
    ):
        services.record(act="x", kind=kind, key=key, actor=None, data={"unit": "095"} if kind == "paper" else {})
    with by_hand():
        Entry.objects.update(number=99, unit=None)
        migration.number(apps, SimpleNamespace(connection=connection))
        migration.attribute(apps, SimpleNamespace(connection=connection, execute=lambda _statement: None))
    return again


def test_old_entries_are_numbered_and_their_chains_still_hold(old):
    assert [entry.number for entry in Entry.objects.about("assessment", "2018-Y/03124")] == [1, 2]
    assert [found.flaw for found in selectors.verify()] == [None] * 9


def test_old_entries_get_the_unit_that_their_key_names_in_its_year(old, place, cast):
    units = {(entry.subject_kind, entry.subject_key): entry.unit for entry in Entry.objects.all()}

    assert units == {
        ("assessment", "2018-Y/03124"): place.commune,
        ("assessment", "2026-Y/03124"): old,
        ("obligation", "2018/TK64/095/2018"): place.other_district,
        ("report", "2018-Y/094/dialogue"): place.district,
        ("dialogues", "03127/12"): place.sibling,
        ("user", str(cast.appraiser.pk)): place.district,
        ("paper", "0a1b"): place.other_district,
        ("period", "2018-Y"): None,
        ("documents", "*"): None,
    }
