"""What the ledger says: how entries are chained and how a job lives."""

import hashlib
import json
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
