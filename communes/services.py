"""What people do to the registers: enter, change, put right, end; record a document. One transaction and one ledger entry each.

A row is never changed: a change closes it and writes another. Nothing here leaves personal data in the ledger.
"""

from contextlib import nullcontext
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.contrib.auth.models import AbstractBaseUser
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from communes import merge
from communes.content import Kind, Unfit, kind_as_named
from communes.files import digest_of, kept
from communes.merge import Plan, Register
from communes.models import Dated, Document, Office, Official, Profile, Unit, Upload
from communes.parsing import say
from communes.rules import MAX_FILE, MAX_SHEET, clean_name, name_key
from communes.selectors import REGISTERS
from communes.sheets import SHOWN, Draft, in_order
from ledger import services as ledger
from ledger.models import Job

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
    """The unit already has another document of this number and day, or with this file."""

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
        if person and row is None:
            raise Stale  # ended by somebody else: whoever comes back is entered anew
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
        if upload:
            document.file_name, document.file_size, document.file_digest = clean_name(upload.name or "")[-120:], upload.size or 0, digest
        with kept("documents", kind, upload) if upload else nullcontext("") as document.file.name:
            document.save()
            data = {"document": document.pk, "kind": document.kind, "digest": digest}
            ledger.record(act="enter", kind="documents", key=key, topic=REGISTERS, actor=actor, data=data, unit=document.unit_id)
    return document, True


def attach_file(*, document: Document, upload: "UploadedFile[bytes]", actor: AbstractBaseUser) -> None:
    """Give a document that was recorded without one its file. A file that is there stays: what was shown as evidence is never exchanged.

    Raises BadFile, Stale when it has a file by now, NumberTaken when another document of the unit has this very file.
    """
    kind, digest = _checked(upload)
    key = document.unit.code if document.unit else EVERYBODY
    with transaction.atomic():
        ledger.lock(f"documents {key}")
        if there := Document.objects.filter(unit=document.unit, file_digest=digest).exclude(pk=document.pk).first():
            raise NumberTaken(there)
        with kept("documents", kind, upload) as name:
            stored = {"file": name, "file_name": clean_name(upload.name or "")[-120:], "file_size": upload.size or 0, "file_digest": digest}
            if not Document.objects.filter(pk=document.pk, file_digest="").update(**stored):
                raise Stale(document)
            data = {"document": document.pk, "kind": document.kind, "digest": digest}
            ledger.record(act="attach", kind="documents", key=key, topic=REGISTERS, actor=actor, data=data, unit=document.unit_id)


def _checked(upload: "UploadedFile[bytes]") -> tuple[Kind, str]:
    """The kind of a file by its content and its SHA-256. Raises BadFile unless its name says the same."""
    try:
        return kind_as_named(upload.file, upload.name or "", largest=MAX_FILE), digest_of(upload)  # type: ignore[arg-type]
    except Unfit as unfit:
        raise BadFile from unfit


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
    ledger.record(act=act, kind=SUBJECTS[type(row)], key=row.unit.code, topic=REGISTERS, actor=actor, data=data, unit=row.unit_id)


CHECK_TASK, TAKE_TASK = "communes.check_upload", "communes.take_upload"
"""What a worker does with a file; the key of the job is that of the upload."""

STEPS = 4
"""Of the work on a file: read, check every cell, compare with the register, write."""


def note_step(upload: Upload, step: int) -> None:
    """Say how far the work on a file is: beside the file, since what a job writes to the database is seen only when it has ended. 0: it has."""
    note = Path(f"{upload.file.path}.step")
    if step:
        note.write_text(str(step), encoding="ascii")
    else:
        note.unlink(missing_ok=True)


def receive(*, register: str, unit: Unit, since: date, name: str, content: bytes, actor: AbstractBaseUser) -> Upload:
    """Keep a file for a register of a unit, under a random name, to be checked; nothing is read yet. An older one that waits to be taken is dropped.

    The same file for the same register, unit and day leads to the upload that is there as long as it waits. Raises BadFile.
    """
    if len(content) > MAX_SHEET:
        raise BadFile
    digest = sha256(content).hexdigest()
    with transaction.atomic():
        _lock(unit)
        waiting = Upload.objects.filter(register=register, unit=unit, since=since, state__in=[Upload.QUEUED, Upload.READY])
        if same := waiting.filter(digest=digest).first():
            return same
        waiting.filter(state=Upload.READY).update(state=Upload.DROPPED, finished_at=timezone.now())
        with kept("uploads", "csv" if name.lower().endswith((".csv", ".txt")) else "xlsx", ContentFile(content)) as file:
            return Upload.objects.create(
                register=register,
                unit=unit,
                since=since,
                file=file,
                name=clean_name(name)[-120:],
                size=len(content),
                digest=digest,
                uploaded_at=timezone.now(),
                uploaded_by_id=actor.pk,
            )


def ask_check(upload: Upload, *, actor: AbstractBaseUser) -> Job:
    """Ask for the check of a file; the caller sends the job."""
    return ledger.ask(task=CHECK_TASK, key=str(upload.pk), actor=actor)


def ask_take(upload: Upload, *, actor: AbstractBaseUser) -> Job:
    """Ask that a file that is ready be taken; the caller sends the job. Raises Stale when it is not ready (any longer)."""
    if upload.state != Upload.READY:
        raise Stale(upload)
    return ledger.ask(task=TAKE_TASK, key=str(upload.pk), actor=actor)


def check(*, upload: Upload, draft: Draft) -> Plan:
    """Say what is wrong with a file and what it would change; nothing is written but the findings."""
    register = merge.REGISTERS[upload.register]
    plan = merge.compare(register, draft.lines, upload.since, draft.flaws, draft.warnings)
    _find(upload, draft, register, plan)
    return plan


def take(*, upload: Upload, draft: Draft, actor: AbstractBaseUser | None) -> bool:
    """Write what a file says, all of it or nothing: it is checked again against the rows as they are now.

    False when that finds something wrong, or other changes than the person confirmed: the findings say what, nothing else is written.
    """
    with transaction.atomic():
        now = Upload.objects.select_for_update(of=["self"]).get(pk=upload.pk)
        if now.state != Upload.READY:
            return now.state == Upload.TAKEN
        register = merge.REGISTERS[upload.register]
        if not register.dated:
            _lock_documents({line.key[0] for line in draft.lines})
        plan = merge.compare(register, draft.lines, upload.since, draft.flaws, draft.warnings, lock=True)
        if draft.refused or draft.flaws.count or plan.digest != now.findings.get("plan"):
            _find(upload, draft, register, plan)
            upload.findings["moved"] = True
            upload.save(update_fields=["findings"])
            return False
        moment, by = timezone.now(), actor.pk if actor else None
        documents: list[Document] = []
        if register.dated:
            merge.write(register, plan, upload.since, moment, by)
        else:
            documents = merge.record(register, plan, moment, by)
        _record_each(upload, plan, documents, actor)
        upload.state, upload.finished_at = Upload.TAKEN, timezone.now()
        upload.findings = now.findings | {"moved": False}
        upload.save(update_fields=["state", "finished_at", "findings"])
    return True


def _lock_documents(units: set[int | None]) -> None:
    """Let acts on the documents of these units (None: of everybody) come one after the other, here and in `save_document`."""
    keys = {EVERYBODY} if None in units else set()
    keys |= set(Unit.objects.filter(pk__in=[unit for unit in units if unit]).values_list("code", flat=True))
    for key in sorted(keys):
        ledger.lock(f"documents {key}")


def _record_each(upload: Upload, plan: Plan, documents: list[Document], actor: AbstractBaseUser | None) -> None:
    """One entry for each unit that something changed in, with counts, which documents were recorded and the digest of the file."""
    counts: dict[int | None, dict[str, Any]] = {}
    for kind, steps in (("new", plan.new), ("changed", plan.changed), ("ended", plan.ended)):
        for step in steps:
            said = counts.setdefault(step.line.key[0], {"new": 0, "changed": 0, "ended": 0})
            said[kind] += 1
    for document in documents:
        counts[document.unit_id].setdefault("documents", []).append(document.pk)
    rest = {"since": upload.since.isoformat(), "file": upload.digest}
    codes: dict[int | None, str] = dict(Unit.objects.filter(pk__in=[unit for unit in counts if unit]).order_by("pk").values_list("pk", "code"))
    if None in counts:
        codes[None] = EVERYBODY
    data = {code: counts[pk] | rest for pk, code in codes.items()}
    units = {code: pk for pk, code in codes.items()}
    ledger.record_each(act="import", kind=upload.register, topic=REGISTERS, actor=actor, data=data, units=units)


def _find(upload: Upload, draft: Draft, register: Register, plan: Plan) -> None:
    """Keep what a check found: true counts, and lists as long as a person reads."""
    wrong, doubtful = draft.flaws.cells, draft.warnings.cells - draft.flaws.cells
    changes = [
        [step.line.sheet, step.line.row, step.line.who, name, say(name, old), say(name, new)]
        for step in plan.changed
        for name, old, new in zip(register.values, step.before or (), step.line.values, strict=True)
        if old != new
    ]
    upload.findings = {
        "refused": draft.refused,
        "rows": len(draft.lines),
        "units": len(plan.units),
        "sheets": [[sheet, cells, _in(doubtful, sheet), _in(wrong, sheet)] for sheet, cells in draft.cells.items()],
        "flaw_count": draft.flaws.count,
        "flaws": sorted(draft.flaws.kept, key=in_order),
        "warning_count": draft.warnings.count,
        "warnings": sorted(draft.warnings.kept, key=in_order),
        "new": len(plan.new),
        "changed": len(plan.changed),
        "ended": len(plan.ended),
        "unchanged": plan.unchanged,
        "absent": plan.absent,
        "changes": changes[:SHOWN],
        "change_count": len(changes),
        "begins": [[step.line.row, step.line.who] for step in plan.new[:SHOWN]],
        "ends": [[step.line.row, step.line.who, say("ends_on", step.line.ends)] for step in plan.ended[:SHOWN]],
        "plan": plan.digest,
    }
    upload.state = Upload.REFUSED if draft.refused or draft.flaws.count else Upload.READY
    upload.finished_at = timezone.now()
    upload.save(update_fields=["findings", "state", "finished_at"])


def _in(cells: set[tuple[str, int, str]], sheet: str) -> int:
    return sum(1 for cell in cells if cell[0] == sheet)
