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
