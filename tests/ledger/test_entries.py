"""Entries are chained per subject and kept by the database; whoever changes, moves or takes out one all the same is found out."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from ledger import rules, selectors, services
from ledger.models import Entry
from ledger.rules import Flaw
from ledger.tasks import seal
from tests.helpers import by_hand

pytestmark = pytest.mark.django_db


@pytest.fixture
def written():
    """Two subjects of three entries each, written in turns."""
    for n in range(3):
        for key in ("a", "b"):
            services.record(act="enter", kind="x", key=key, actor=None, data={"n": n, "chữ": "Mường Ảng"})


@pytest.fixture
def later(monkeypatch):
    """It is later than any entry that is still under way."""
    monkeypatch.setattr("ledger.services.SETTLED", timedelta(0))


def of(key):
    return list(Entry.objects.about("x", key))


def broken():
    return {found.key: (found.broken_at, found.flaw) for found in selectors.verify() if found.flaw}


def verify_audit(*args):
    out = StringIO()
    try:
        call_command("verify_audit", *args, stdout=out)
    except CommandError as error:
        return [*out.getvalue().splitlines(), str(error)], error.returncode
    return out.getvalue().splitlines(), 0


def test_a_chain_verifies_after_a_round_trip_through_the_database(written) -> None:
    assert [entry.number for entry in of("a")] == [1, 2, 3]
    assert broken() == {}
    assert verify_audit() == (["2 subjects, 6 entries"], 0)


def test_an_act_on_many_subjects_continues_their_chains(written) -> None:
    services.record_each(act="import", kind="x", actor=None, data={"a": {"new": 1}, "c": {"new": 2}}, units={"a": None, "c": None})

    assert [entry.number for entry in (*of("a"), *of("c"))] == [1, 2, 3, 4, 1]
    assert broken() == {}


@pytest.mark.parametrize(
    "act",
    [
        lambda: Entry.objects.update(reason="sửa lén"),
        lambda: Entry.objects.filter(number=2).delete(),
        lambda: Entry.objects.first().save(),
        pytest.param(lambda: connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE ledger_entry"), marks=pytest.mark.postgres),
    ],
    ids=["update", "delete", "save again", "truncate"],
)
def test_the_database_refuses_to_change_an_entry(written, act) -> None:
    with pytest.raises(Error, match="nhật ký chỉ ghi thêm"), transaction.atomic():
        act()

    assert broken() == {}
    assert Entry.objects.count() == 6


def test_a_changed_entry_breaks_its_chain_and_no_other(written) -> None:
    with by_hand():
        Entry.objects.filter(pk=of("a")[1].pk).update(reason="sửa lén")

    assert broken() == {"a": (of("a")[1].pk, Flaw.CHANGED)}


def test_whoever_mends_the_hash_as_well_breaks_the_next_link(written) -> None:
    first, second, third = of("a")
    second.reason = "sửa lén"
    with by_hand():
        Entry.objects.filter(pk=second.pk).update(reason=second.reason, hash=rules.chain(first.hash, second.content()))

    assert broken() == {"a": (third.pk, Flaw.CHANGED)}


def test_a_missing_entry_is_told_by_the_one_after_it(written) -> None:
    with by_hand():
        Entry.objects.filter(pk=of("a")[1].pk).delete()

    assert broken() == {"a": (of("a")[1].pk, Flaw.MISSING)}
    assert of("a")[1].number == 3


def test_entries_in_the_wrong_order_are_told_apart_from_missing_ones(written) -> None:
    last = Entry.objects.latest("pk").pk
    second = of("a")[1]
    with by_hand():
        Entry.objects.filter(pk=second.pk).update(id=last + 10)

    assert broken() == {"a": (of("a")[1].pk, Flaw.ORDER)}


def test_the_last_entries_of_a_subject_are_missed_by_the_seal(written, later) -> None:
    services.seal()
    with by_hand():
        of("a")[2].delete()

    lines, status = verify_audit()

    assert broken() == {}
    assert lines[0].endswith("covered 6 entries, 5 are there")
    assert status == 1


def test_a_whole_chain_written_anew_is_missed_by_the_seal(written, later) -> None:
    services.seal()
    services.record(act="enter", kind="x", key="b", actor=None)
    services.seal()
    with by_hand():
        last = ""
        for entry in of("a"):
            entry.reason = "viết lại"
            last = entry.hash = rules.chain(last, entry.content())
            entry.save()

    assert broken() == {}
    assert [(seal.sealed, seal.found) for seal in selectors.verify_seals()] == [(6, 6)]


def test_a_seal_covers_what_came_since_the_last_one_and_no_seal_is_written_for_nothing(written, later) -> None:
    seal()
    seal()
    services.record(act="enter", kind="x", key="a", actor=None)
    seal()

    assert [entry.data["count"] for entry in selectors.seals()] == [6, 2]  # the first seal and the new entry
    assert verify_audit() == (["3 subjects, 9 entries"], 0)


def test_an_entry_that_may_have_older_ones_under_way_waits_for_the_next_seal(written) -> None:
    assert services.seal() is None

    with by_hand():
        Entry.objects.filter(pk=of("a")[0].pk).update(at=timezone.now() - 2 * rules.SETTLED)
    services.seal()

    assert [entry.data["count"] for entry in selectors.seals()] == [1]


def test_one_subject_is_verified_alone(written) -> None:
    with by_hand():
        Entry.objects.filter(pk=of("a")[0].pk).update(reason="sửa lén")
    entry = of("a")[0].pk

    assert verify_audit("--subject", "x", "b") == (["1 subjects, 3 entries"], 0)
    lines, status = verify_audit("--subject", "x", "a")
    assert lines[0] == f"BROKEN x a: entry {entry}: its content is not what was written"
    assert status == 1
    assert verify_audit("--subject", "x", "c") == (["There is no subject x c."], 1)


def test_verifying_takes_one_statement_for_all_chains(written, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        list(selectors.verify())
