"""What the ledger says: how entries are chained, how a job lives, when a mail is tried again."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

MAX_ATTEMPTS = 3
"""A job that fails this often is given up, with a message that a person understands."""


class JobState(StrEnum):
    """Life of a job: queued -> running -> done or failed; a running job whose process died is taken again."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


def digest(content: Any) -> str:
    """SHA-256 of plain values (dicts, lists, text, numbers, None; anything else by its text) in one canonical JSON form, as 64 hex digits."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def chain(previous: str, content: dict[str, Any]) -> str:
    """Hash of an entry: over its content and the hash of the subject's entry before it (empty for the first).

    Whoever changes one entry afterwards breaks every hash behind it; subjects have chains of their own, so no two acts wait for each other.
    """
    return digest([previous, content])


@dataclass(frozen=True)
class Message:
    """Something that a person (by id) must be told, once for each key. `link` is a path of the portal."""

    person: int
    key: str
    subject: str
    body: str
    link: str = ""


PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720, 1440))
"""How long a mail that could not be sent waits after its first, second, ... try."""

MAX_MAIL_TRIES = len(PAUSES) + 1
"""A mail that fails this often is given up; the message stays in the portal."""

CLAIM_LASTS = timedelta(hours=1)
"""A mail whose sender died, so that nobody knows whether it went out, is tried again after this time, under the same Message-ID."""


class Flaw(StrEnum):
    """What is wrong at an entry that does not follow from the one before it."""

    CHANGED = "changed"
    MISSING = "missing"
    ORDER = "order"


@dataclass(frozen=True)
class Link:
    """An entry as a link of its subject's chain."""

    id: int
    number: int
    hash: str
    content: dict[str, Any]


@dataclass
class Chain:
    """The chain of one subject, read link by link in the order in which they were written; it keeps nothing but the last one and the first flaw."""

    hash: str = ""
    number: int = 0
    broken_at: int | None = None
    flaw: Flaw | None = None
    gap: int = 0

    def read(self, link: Link) -> None:
        """Take the next link. The first flaw stays; a missing entry that turns up later was only moved."""
        if self.flaw is None and (flaw := self._flaw(link)):
            self.broken_at, self.flaw, self.gap = link.id, flaw, self.number + 1
        elif self.flaw == Flaw.MISSING and link.number == self.gap:
            self.flaw = Flaw.ORDER
        self.hash, self.number = link.hash, link.number

    def _flaw(self, link: Link) -> Flaw | None:
        if link.number > self.number + 1:
            return Flaw.MISSING
        if link.number <= self.number:
            return Flaw.ORDER
        return None if link.hash == chain(self.hash, link.content) else Flaw.CHANGED


SETTLED = timedelta(minutes=10)
"""An entry this old has no older one still under way: a job lasts four minutes at most."""


class Seal:
    """A digest of the entries between two seals, of all subjects: also the last entry of a subject cannot be taken out unseen."""

    def __init__(self) -> None:
        self.count = 0
        self._digest = hashlib.sha256()

    def add(self, entry: int, hash: str) -> None:  # noqa: A002
        """Take the next entry, in the order of their ids."""
        self.count += 1
        self._digest.update(f"{entry}:{hash}\n".encode())

    def said(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        return {"count": self.count, "digest": self._digest.hexdigest()}
