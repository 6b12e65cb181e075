"""Reads of the ledger: what a person was told; who did what; whether the entries are as they were written."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F, Q, QuerySet

from ledger.models import Entry, EntryQuerySet, Notice
from ledger.prepared import Prepared, Slot
from ledger.rules import Chain, Flaw, Link, Seal

MOST = 100
"""A list of notices goes back so far."""


newest = Prepared(lambda: Entry.objects.filter(subject_kind=Slot("kind"), subject_key=Slot("key")).order_by("-pk").values_list("hash", "number")[:1])
"""Hash and number of the last entry of a subject, as every act asks."""


def notices(person: AbstractBaseUser) -> list[Notice]:
    """What a person was told: what is new to them first, then the newest."""
    return list(Notice.objects.filter(person=person.pk).order_by(F("read_at").desc(nulls_first=True), "-created_at", "-pk")[:MOST])


@dataclass(frozen=True)
class Verified:
    """A subject whose chain was read: how many entries it has, and the id of the first that does not follow, with what is wrong there."""

    kind: str
    key: str
    entries: int
    broken_at: int | None
    flaw: Flaw | None


def verify(kind: str = "", key: str = "") -> Iterator[Verified]:
    """Recompute the chains of all subjects, or of one: streamed, so it takes the memory of one entry however long the ledger is."""
    entries = Entry.objects.about(kind, key) if kind else Entry.objects.order_by("subject_kind", "subject_key", "pk")
    for subject, links in groupby(entries.iterator(chunk_size=2000), key=lambda entry: (entry.subject_kind, entry.subject_key)):
        chain, count = Chain(), 0
        for entry in links:
            chain.read(Link(entry.pk, entry.number, entry.hash, entry.content()))
            count += 1
        yield Verified(*subject, count, chain.broken_at, chain.flaw)


def search(
    entries: EntryQuerySet,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    people: "QuerySet[Any] | None" = None,
    act: str = "",
    kind: str = "",
    criterion: str = "",
    words: str = "",
) -> EntryQuerySet:
    """Entries narrowed to a stretch of time (`until` exclusive), to what these people did, to an act, a kind of subject, a criterion; newest first.

    `words` are looked for in reasons, in what was typed beside points, and in the keys of subjects.
    """
    if since:
        entries = entries.filter(at__gte=since)
    if until:
        entries = entries.filter(at__lt=until)
    if people is not None:
        entries = entries.filter(actor__in=people)
    if act:
        entries = entries.filter(act=act)
    if kind:
        entries = entries.filter(subject_kind=kind)
    if criterion:
        entries = entries.filter(Q(data__criterion=criterion) | Q(data__remarks__has_key=criterion))
    if words:
        entries = entries.filter(Q(reason__icontains=words) | Q(data__words__icontains=words) | Q(subject_key__icontains=words))
    return entries.order_by("-at", "-pk")


def page(entries: EntryQuerySet, *, before: int | None, size: int) -> tuple[list[Entry], int | None]:
    """A page of entries in their order from `search`, from the one after `before` (id) on; and the id after which the next page begins.

    By key, not by number of page: the thousandth page costs what the first does, and new entries move nothing.
    """
    if before is not None and (last := Entry.objects.filter(pk=before).values_list("at", flat=True).first()):
        entries = entries.filter(at__lte=last).exclude(at=last, pk__gte=before)
    found = list(entries[: size + 1])
    return found[:size], found[size - 1].pk if len(found) > size else None


SEAL = ("ledger", "seal")
"""Kind and key under which the ledger speaks of itself."""


def since(seal: Entry | None, through: int) -> Seal:
    """The entries after those that a seal covers, up to an id (inclusive), digested."""
    found, first = Seal(), seal.data["through"] if seal else 0
    for pk, value in Entry.objects.filter(pk__gt=first, pk__lte=through).order_by("pk").values_list("pk", "hash").iterator():
        found.add(pk, value)
    return found


def seals() -> EntryQuerySet:
    """The daily seals, oldest first."""
    return Entry.objects.about(*SEAL)


@dataclass(frozen=True)
class BrokenSeal:
    """A seal that does not hold: of which day, how many entries it covered, and how many of them there are now."""

    entry: Entry
    sealed: int
    found: int


def verify_seals() -> Iterator[BrokenSeal]:
    """The seals under which an entry was taken out, put in or exchanged since."""
    before = None
    for seal in seals():
        now = since(before, seal.data["through"])
        if now.said() != {"count": seal.data["count"], "digest": seal.data["digest"]}:
            yield BrokenSeal(seal, seal.data["count"], now.count)
        before = seal
