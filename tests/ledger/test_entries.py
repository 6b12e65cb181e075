"""Entries are chained per subject: whoever changes one breaks every hash behind it."""

import pytest

from ledger import services
from ledger.models import Entry
from ledger.rules import chain

pytestmark = pytest.mark.django_db


def verify(kind: str, key: str) -> bool:
    """Recompute the chain of a subject."""
    previous = ""
    for entry in Entry.objects.about(kind, key):
        if entry.hash != chain(previous, entry.content()):
            return False
        previous = entry.hash
    return True


def test_a_chain_verifies_after_a_round_trip_through_the_database() -> None:
    for n in range(3):
        services.record(act="enter", kind="assessment", key="2018-Y/03124", actor=None, data={"n": n, "chữ": "Mường Ảng"})

    assert verify("assessment", "2018-Y/03124")


def test_a_changed_entry_breaks_its_chain_and_no_other() -> None:
    for key in ("a", "b"):
        for n in range(3):
            services.record(act="enter", kind="x", key=key, actor=None, data={"n": n})

    Entry.objects.filter(pk=Entry.objects.about("x", "a")[1].pk).update(reason="sửa lén")

    assert not verify("x", "a")
    assert verify("x", "b")
