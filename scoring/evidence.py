"""What a commune does with evidence: add files, show those it has, replace by a new version, take away. One transaction and one ledger entry a file.

The ledger keeps the criterion and the digest of the file, never its name or content.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.rules import COMMUNE_ROLES
from accounts.selectors import hat
from communes.content import Unfit, kind_as_named
from communes.files import digest_of, kept
from communes.rules import clean_name
from ledger import services as ledger
from scoring import rules, selectors
from scoring.models import Answer, Evidence, EvidenceFile
from scoring.rules import Act, Stage
from scoring.services import Refused, Stale, WrongState, begin_to_explain, begin_to_write


class Limit(StrEnum):
    """What evidence may be too much for."""

    CRITERION = "criterion"
    FORM = "form"


class Full(Refused):
    """A criterion or a form would show more than the settings allow."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit)
        self.limit = limit


class Known(Refused):
    """The new version is not new: the commune has this very file, or the old version was replaced by this file."""

    def __init__(self, file: EvidenceFile) -> None:
        super().__init__(file)
        self.file = file


@dataclass(frozen=True)
class Outcome:
    """What became of one file that was sent: the file that the criterion shows now and whether it was there before, or why it was not taken."""

    name: str
    file: EvidenceFile | None = None
    known: bool = False
    why: Unfit | Refused | None = None


def add_evidence(*, answer: Answer, uploads: "Iterable[UploadedFile[bytes]]", stands_for: date, title: str = "", actor: User) -> list[Outcome]:
    """Show files at a criterion, each by itself: what is wrong with one does not keep out the others. Bytes that the commune has are not kept again.

    `stands_for` is the day of the documents; `title` what they are, else the name of each without its ending.
    """
    outcomes = []
    for upload in uploads:
        name = _name(upload)
        try:
            file, known = _add(answer, upload, stands_for, title or name.rsplit(".", 1)[0], actor)
            outcomes.append(Outcome(name, file, known))
        except (Unfit, Refused) as why:
            outcomes.append(Outcome(name, why=why))
    return outcomes


def link_existing(*, answer: Answer, files: Iterable[EvidenceFile], actor: User) -> int:
    """Show files of the commune at this criterion, all or none; how many were not shown before. Raises Refused, ValueError for a file of another unit."""
    with transaction.atomic():
        _begin(answer, actor, adds=True)
        return sum(_link(answer, file, actor) for file in files)


def replace(*, evidence: Evidence, upload: "UploadedFile[bytes]", stands_for: date, title: str = "", actor: User) -> EvidenceFile:
    """Show a new version instead of a file, which is kept and stays where else it is shown. Raises Unfit, Refused."""
    answer, old = evidence.answer, evidence.file
    kind, digest = _look(upload)
    with transaction.atomic():
        _begin(answer, actor)
        if there := EvidenceFile.objects.filter(replaces=old).first() or _there(answer, digest):
            raise Known(there)
        if not _remove(evidence, actor):
            raise Stale
        with kept("evidence", kind, upload) as stored:
            new = _keep(answer, upload, kind, digest, stored, stands_for, title or old.title, actor, replaces=old)
            _link(answer, new, actor, act=Act.REPLACE, replaces=old.sha256)
    return new


def remove(*, evidence: Evidence, actor: User) -> bool:
    """Take a file away from a criterion; the file itself stays. False when it was gone already. Raises Refused: what was sent stays for ever."""
    with transaction.atomic():
        _begin(evidence.answer, actor)
        removed = _remove(evidence, actor)
        if removed:
            _record(Act.DETACH, evidence.answer, evidence.file, actor)
    return removed


def _add(answer: Answer, upload: "UploadedFile[bytes]", stands_for: date, title: str, actor: User) -> tuple[EvidenceFile, bool]:
    """The file that the criterion shows now, and whether the commune had it before. Raises Unfit, Refused."""
    kind, digest = _look(upload)
    with transaction.atomic():
        _begin(answer, actor, adds=True)
        if there := _there(answer, digest):
            _link(answer, there, actor)
            return there, True
        with kept("evidence", kind, upload) as stored:
            file = _keep(answer, upload, kind, digest, stored, stands_for, title, actor)
            _link(answer, file, actor)
    return file, False


def _begin(answer: Answer, actor: User, *, adds: bool = False) -> None:
    """Hold the files of the commune, then its form, if the evidence of this criterion may change now. Raises WrongState, ExplainedBefore.

    Where the district lowered the point, files may be added as long as the commune may explain; what was sent before stays.
    """
    form, role = answer.assessment, hat(actor).role
    ledger.lock(f"evidence {form.unit.code}")
    if adds and role in COMMUNE_ROLES and selectors.is_explained_now(answer):
        begin_to_explain(form)
        return
    state = begin_to_write(form, Stage.SELF, role)
    answer.refresh_from_db(fields=["remark"])
    if not rules.may_show(state, role, answer.remark):
        raise WrongState(state)


def _look(upload: "UploadedFile[bytes]") -> tuple[str, str]:
    """What a file is and its SHA-256. Raises Unfit."""
    kind = kind_as_named(upload.file, upload.name or "", largest=settings.EVIDENCE_FILE_BYTES)  # type: ignore[arg-type]
    return kind, digest_of(upload)


def _there(answer: Answer, digest: str) -> EvidenceFile | None:
    return EvidenceFile.objects.filter(unit=answer.assessment.unit_id, sha256=digest).first()


def _keep(
    answer: Answer, upload: "UploadedFile[bytes]", kind: str, digest: str, stored: str, stands_for: date, title: str, actor: User, **more: Any
) -> EvidenceFile:
    return EvidenceFile.objects.create(
        unit_id=answer.assessment.unit_id,
        sha256=digest,
        size=upload.size or 0,
        kind=kind,
        name=_name(upload),
        title=title[:200],
        stands_for=stands_for,
        file=stored,
        uploaded_at=timezone.now(),
        uploaded_by=actor,
        **more,
    )


def _link(answer: Answer, file: EvidenceFile, actor: User, *, act: Act = Act.ATTACH, **said: str) -> bool:
    """Show a file at a criterion; whether it was not there before. Raises Full, and ValueError for a file of another unit."""
    if file.unit_id != answer.assessment.unit_id:
        raise ValueError("file of another unit")
    if answer.evidence.filter(file=file, removed_at=None).exists():
        return False
    Evidence.objects.create(answer=answer, file=file, linked_at=timezone.now(), linked_by=actor)
    count, size = selectors.evidence_load(answer)
    if count > settings.EVIDENCE_FILES:
        raise Full(Limit.CRITERION)
    if size > settings.EVIDENCE_FORM_BYTES:
        raise Full(Limit.FORM)
    _record(act, answer, file, actor, **said)
    return True


def _remove(evidence: Evidence, actor: User) -> bool:
    return bool(Evidence.objects.filter(pk=evidence.pk, removed_at=None).update(removed_at=timezone.now(), removed_by=actor))


def _record(act: Act, answer: Answer, file: EvidenceFile, actor: User, **said: str) -> None:
    form, data = answer.assessment, {"criterion": answer.criterion.code, "sha256": file.sha256, **said}
    ledger.record(act=act, kind=selectors.SUBJECT, key=form.key, topic=form.period.code, actor=actor, data=data, unit=form.unit_id)


def _name(upload: "UploadedFile[bytes]") -> str:
    return clean_name(upload.name or "")[-120:]
