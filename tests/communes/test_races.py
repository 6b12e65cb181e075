"""Several people at the same register at the same moment, and many changes one after the other: a day never has two answers."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from communes import services
from communes.models import Document, Office, Official
from communes.services import Backdated, Duplicate, Refused
from ledger.models import Entry
from ledger.rules import chain
from tests.communes.test_services import FACTS, PERSON, ROOMS

ROUNDS = 8
START = date(2018, 1, 1)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Do the acts at the same moment, each on a connection of its own; what each gave back, or the refusal it met."""
    start = Barrier(len(acts))

    def do(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        except Refused as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))


def chain_holds(kind: str, key: str) -> bool:
    previous = ""
    for entry in Entry.objects.about(kind, key):
        if entry.hash != chain(previous, entry.content()):
            return False
        previous = entry.hash
    return True


@pytest.mark.django_db(transaction=True)
def test_two_who_change_the_office_at_once_are_one_change_and_one_refusal(place, cast):
    def save(printers: int, seen: int | None, since: date) -> Callable[[], object]:
        return lambda: services.save_office(unit=place.commune, since=since, seen=seen, actor=cast.entry, **ROOMS | {"printers": printers})

    for n in range(ROUNDS):
        row = Office.objects.filter(until=None).first()
        since = START + timedelta(days=n)
        seen = row.pk if row else None
        results = at_once(save(2 * n + 10, seen, since), save(2 * n + 11, seen, since))

        assert sorted(type(result).__name__ for result in results) == ["Office", "Stale"]
    assert Office.objects.filter(until=None).count() == 1
    assert Office.objects.count() == Entry.objects.about("offices", "03124").count() == ROUNDS
    assert chain_holds("offices", "03124")


@pytest.mark.django_db(transaction=True)
def test_two_who_enter_the_same_person_at_once_enter_one(place, cast):
    def enter() -> object:
        return services.save_official(unit=place.commune, since=START, actor=cast.entry, **PERSON)

    results = at_once(enter, enter, enter)

    assert sorted(isinstance(result, Duplicate) for result in results) == [False, True, True]
    assert Official.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_twice_at_once_is_kept_once(place, cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    def send() -> object:
        upload = SimpleUploadedFile("ke-hoach.pdf", b"%PDF-1.4 plan %%EOF")
        return services.save_document(unit=place.commune, actor=cast.entry, upload=upload, **FACTS)

    results = at_once(send, send)

    assert sorted(new for _document, new in results) == [False, True]
    assert Document.objects.count() == len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("seed", range(5))
def test_after_any_changes_each_day_has_one_row_and_it_is_the_last_that_was_written_for_it(place, cast, seed):
    dice = random.Random(seed)
    told: dict[date, int] = {}  # day -> printers, as one would note in a plain calendar
    days = [START + timedelta(days=n) for n in range(40)]
    row = None
    for printers in range(1, 30):
        since = dice.choice(days)
        try:
            row = services.save_office(
                unit=place.commune, since=since, seen=row.pk if row else None, actor=cast.entry, **ROOMS | {"printers": printers}
            )
        except Backdated:
            continue  # nothing is written
        told |= {day: printers for day in days if day >= since}

    found = {day: list(Office.objects.on(day).values_list("printers", flat=True)) for day in days}

    assert found == {day: [told[day]] if day in told else [] for day in days}
