"""What people do to the registers: enter, change, put right, end; record a document. One transaction and one ledger entry each.

A row is never changed: a change closes it and writes another. Nothing here leaves personal data in the ledger.
"""

from datetime import date
from hashlib import sha256
from typing import Any, BinaryIO, TypeVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from communes.models import Dated, Document, Office, Official, Profile, Unit
from communes.rules import MAX_FILE, clean_name, file_kind, name_key
from communes.selectors import REGISTERS
from ledger import services as ledger

Row = TypeVar("Row", bound=Dated)

EVERYBODY = "all"
"""The key under which the ledger speaks of documents of no unit."""

SUBJECTS: dict[type[Dated], str] = {Official: "roster", Office: "offices", Profile: "profiles"}
"""Register -> the kind of subject under which the ledger speaks of it; the key is the code of the unit."""

FIELDS: dict[type[Dated], tuple[str, ...]] = {
    Official: (
        "full_name",
        "born_on",
        "title",
        "concurrent_title",
        "education",
        "qualification",
        "theory",
        "appointed_on",
        "retires_on",
        "declared_gaps",
        "missing_until",
    ),
    Office: ("construction", "floor_area", "norm_area", "internet_computers", "printers", "copiers", "telephone"),
    Profile: (
        "ntm_pilot",
        "key_area",
        "border",
        "villages",
        "village_heads",
        "concurrent_posts",
        "suggestion_box",
        "feedback_telephone",
        "reception_schedule",
    ),
}
"""What a person enters of a row, in the order of the forms."""


class Refused(Exception):
    """An act that the registers refuse; nothing was saved. Views put it into words."""


class Stale(Refused):
    """The row that the person saw is no longer the open one. `row` is what holds now; None when it was ended."""

    def __init__(self, row: Any = None) -> None:
        super().__init__(row)
        self.row = row


class Backdated(Refused):
    """The change is dated before the day from which the row in force holds."""

    def __init__(self, since: date) -> None:
        super().__init__(since)
        self.since = since


class Duplicate(Refused):
    """The person (same name, same day of birth) already has a row in this commune."""

    def __init__(self, row: Official) -> None:
        super().__init__(row)
        self.row = row


class BadFile(Refused):
    """A file that is too large or not of a kind that documents come as."""


class NumberTaken(Refused):
    """The unit already has another document of this number and day."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.document = document


def save_official(
    *, unit: Unit, since: date, actor: AbstractBaseUser, person: UUID | None = None, seen: int | None = None, **fields: Any
) -> Official:
    """Enter a person (no `person`), or change or put right what the register says of one; `fields` as FIELDS has them.

    `seen` is the row that the person who types was looking at. A person who held a title here before keeps its identity. Raises Refused.
    """
    with transaction.atomic():
        _lock(unit)
        now = Official.objects.filter(unit=unit, until=None)
        row = now.filter(person=person).first() if person else None
        twin = now.filter(name_key=name_key(fields["full_name"]), born_on=fields["born_on"]).first()
        if twin and twin.person != person:
            raise Duplicate(twin)
        if person is None:
            person, before = _known(unit, fields["full_name"], fields["born_on"])
            if before and since < before:
                raise Backdated(before)
        return _save(Official(unit=unit, person=person, since=since, **fields), row, seen=seen, actor=actor)


def end_official(*, unit: Unit, person: UUID, seen: int | None, on: date, actor: AbstractBaseUser) -> None:
    """Write that a person no longer holds a title here from this day. Raises Stale, Backdated."""
    with transaction.atomic():
        _lock(unit)
        row = Official.objects.filter(unit=unit, person=person, until=None).first()
        if row is None or row.pk != seen:
            raise Stale(row)
        if on < row.since:
            raise Backdated(row.since)
        _close(row, on)
        _record("end", row, actor, {"row": row.pk, "until": on.isoformat()})


def save_office(*, unit: Unit, since: date, actor: AbstractBaseUser, seen: int | None = None, **fields: Any) -> Office:
    """Enter, change or put right what the register says of the commune's office and equipment. Raises Stale, Backdated."""
    with transaction.atomic():
        _lock(unit)
        return _save(Office(unit=unit, since=since, **fields), Office.objects.filter(unit=unit, until=None).first(), seen=seen, actor=actor)


def save_profile(*, unit: Unit, since: date, actor: AbstractBaseUser, seen: int | None = None, **fields: Any) -> Profile:
    """Enter, change or put right what the register says the commune is like. Raises Stale, Backdated."""
    with transaction.atomic():
        _lock(unit)
        return _save(Profile(unit=unit, since=since, **fields), Profile.objects.filter(unit=unit, until=None).first(), seen=seen, actor=actor)


def save_document(
    *, unit: Unit | None, actor: AbstractBaseUser | None, upload: "UploadedFile[bytes] | None" = None, **fields: Any
) -> tuple[Document, bool]:
    """Record a document of a unit, or of everybody (no unit), with its file if there is one; the document, and whether it is new.

    The same file of the same unit a second time leads to the document that has it. `fields`: kind, number, issued_on, issuer, title, cited_in.
    The file is kept under a random name, whatever it was called. Raises BadFile, NumberTaken.
    """
    kind = digest = ""
    if upload:
        kind, digest = _checked(upload)
    with transaction.atomic():
        key = unit.code if unit else EVERYBODY
        ledger.lock(f"documents {key}")
        mine = Document.objects.filter(unit=unit)
        if digest and (there := mine.filter(file_digest=digest).first()):
            return there, False
        same = {"number": fields["number"]} | ({"issued_on": fields["issued_on"]} if unit else {"issuer": fields["issuer"]})
        if taken := mine.filter(**same).first():
            raise NumberTaken(taken)
        document = Document(unit=unit, recorded_at=timezone.now(), recorded_by_id=actor.pk if actor else None, **fields)
        name = ""
        if upload:
            document.file_name, document.file_size, document.file_digest = clean_name(upload.name or "")[-120:], upload.size or 0, digest
            name = document.file.name = default_storage.save(f"documents/{uuid4().hex}.{kind}", upload)
        try:
            document.save()
            data = {"document": document.pk, "kind": document.kind, "digest": digest}
            ledger.record(act="enter", kind="documents", key=key, topic=REGISTERS, actor=actor, data=data)
        except BaseException:
            if name:
                default_storage.delete(name)
            raise
    return document, True


def _checked(upload: "UploadedFile[bytes]") -> tuple[str, str]:
    """The kind of a file by its content and its SHA-256. Raises BadFile unless its name says the same."""
    content: BinaryIO = upload.file  # type: ignore[assignment]
    kind = file_kind(content)
    ending = (upload.name or "").rsplit(".", 1)[-1].lower().replace("jpeg", "jpg")
    if kind is None or kind != ending or (upload.size or 0) > MAX_FILE:
        raise BadFile
    digest = sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return kind, digest.hexdigest()


def _lock(unit: Unit) -> None:
    """Let acts on the registers of a unit come one after the other."""
    list(Unit.objects.select_for_update(no_key=True).filter(pk=unit.pk).values_list("pk"))


def _known(unit: Unit, full_name: str, born_on: date) -> tuple[UUID, date | None]:
    """The identity of somebody who held a title here before and the day on which that ended; a new identity for anybody else."""
    last = Official.objects.filter(unit=unit, name_key=name_key(full_name), born_on=born_on).order_by("until", "pk").last()
    return (last.person, last.until) if last else (uuid4(), None)


def _save(fresh: Row, row: Row | None, *, seen: int | None, actor: AbstractBaseUser) -> Row:
    """Write a row that nobody may have changed since it was seen; the row in force, which is the old one where nothing is new."""
    if isinstance(fresh, Official):
        fresh.derive()
    changed = [field for field in FIELDS[type(fresh)] if row is None or getattr(row, field) != getattr(fresh, field)]
    if row and not changed and row.since <= fresh.since:
        return row  # also a second click on the same button
    if (row.pk if row else None) != seen:
        raise Stale(row)
    if row and fresh.since < row.since:
        raise Backdated(row.since)
    if row:
        _close(row, fresh.since)
    fresh.recorded_at, fresh.recorded_by_id = timezone.now(), actor.pk
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
    except IntegrityError as error:  # a file was taken at the same moment
        raise Stale(type(fresh).objects.filter(unit=fresh.unit, until=None).first() if not isinstance(fresh, Official) else None) from error
    act = "enter" if row is None else "correct" if row.since == fresh.since else "change"
    _record(act, fresh, actor, {"row": fresh.pk, "since": fresh.since.isoformat(), "fields": changed if row else []})
    return fresh


def _close(row: Dated, day: date) -> None:
    if not type(row).objects.filter(pk=row.pk, until=None).update(until=day):
        raise Stale


def _record(act: str, row: Dated, actor: AbstractBaseUser, data: dict[str, Any]) -> None:
    ledger.record(act=act, kind=SUBJECTS[type(row)], key=row.unit.code, topic=REGISTERS, actor=actor, data=data)
