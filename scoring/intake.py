"""Acts on a commune's form that comes back as a workbook: it is received, checked, taken whole or not at all."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.selectors import hat
from communes import selectors as files
from communes import services as uploads
from communes.models import Unit, Upload
from communes.reading import Sheet
from communes.sheets import in_order
from ledger import services as ledger
from ledger.models import Job
from plan2018.models import Period
from scoring import rules, selectors, services, sheets
from scoring.models import Answer, Assessment, Criterion
from scoring.rules import Scoring, Stage, State
from scoring.services import Change
from scoring.sheets import Form, Reading, Row, Said, Step

REGISTER = "assessment"
"""How an `Upload` says that it is a commune's form."""

CHECK_TASK = "scoring.check_upload"
"""What a worker does with a file; the key of the job is that of the upload."""

FILE, PAGE = "file", "page"
"""What a person decides where file and page differ."""


class Moved(services.Refused):
    """The form, or the file's place in it, is no longer as the person was shown; nothing was saved."""


class Undecided(services.Refused):
    """Criteria that were changed on the page too are waiting for a decision."""

    def __init__(self, criteria: list[str]) -> None:
        super().__init__(criteria)
        self.criteria = criteria


def form_of(assessment: Assessment) -> Form:
    """What a workbook of a form is made of and held against: the form as it is now. A group stands above its criteria."""
    state, unit, period, used = State(assessment.state), assessment.unit, assessment.period, assessment.criteria_set
    may_enter = (state, Stage.SELF) in rules.ENTRY
    rows: list[Row] = []
    groups: set[int] = set()
    for answer in selectors.form(assessment):
        group = answer.criterion.group
        if group and group.pk not in groups:
            groups.add(group.pk)
            rows.append(Row(group.code, group.number, group.title, group.max_points, group=True))
        rows.append(_row(answer, may_enter=may_enter and rules.is_open(state, answer.remark)))
    return Form((unit.code, unit.full_name), (period.code, period.name), (used.code, used.decision), assessment.version, rows)


def _row(answer: Answer, *, may_enter: bool) -> Row:
    criterion: Criterion = answer.criterion
    return Row(
        criterion.code,
        criterion.number,
        criterion.title,
        answer.max_points,
        guidance=criterion.guidance,
        points=answer.self_points,
        words=answer.self_note,
        version=answer.version,
        open=may_enter and criterion.scoring != Scoring.RATIO,  # a ratio is given on the page alone
        remark=answer.remark,
        levels=tuple((level.points, level.text) for level in criterion.levels.all()),
        na=answer.self_na,
        may_not_apply=criterion.may_not_apply,
        scoring=Scoring(criterion.scoring),
    )


def upload_of(assessment: Assessment, key: Any) -> Upload | None:
    """A file that was sent for this form."""
    found = files.upload(key)
    there = (REGISTER, assessment.unit_id, assessment.period.ends_on)
    return found if found and (found.register, found.unit_id, found.since) == there else None


def receive(*, assessment: Assessment, name: str, content: bytes, actor: User) -> Upload:
    """Keep a file to be checked; the same file twice is one. Raises communes.services.BadFile."""
    unit, day = assessment.unit, assessment.period.ends_on
    return uploads.receive(register=REGISTER, unit=unit, since=day, name=name, content=content, actor=actor)


def ask_check(upload: Upload, *, actor: User) -> Job:
    """Ask for the check of a file; the caller sends the job."""
    return ledger.ask(task=CHECK_TASK, key=str(upload.pk), actor=actor)


def check(*, upload: Upload, found: list[Sheet] | str) -> Reading:
    """Say what is wrong with a file and what it says; nothing is written but the findings. `found`: its sheets, or why it is not read."""
    form = Assessment.objects.select_related("unit", "period", "criteria_set").get(unit=upload.unit_id, period__ends_on=upload.since)
    reading = Reading(refused=found) if isinstance(found, str) else sheets.read(found, form_of(form))
    wrong, doubtful = (len({cell for cell in log.cells if cell[1]}) for log in (reading.flaws, reading.warnings))
    upload.findings = {
        "refused": reading.refused,
        "about": _name(reading) if reading.about else "",
        "sheets": [[sheets.FORM, reading.cells, doubtful, wrong]],
        "flaw_count": reading.flaws.count,
        "flaws": sorted(reading.flaws.kept, key=in_order),
        "warning_count": reading.warnings.count,
        "warnings": sorted(reading.warnings.kept, key=in_order),
        "said": reading.said,
    }
    upload.state = Upload.REFUSED if reading.refused or reading.flaws.count else Upload.READY
    upload.finished_at = timezone.now()
    upload.save(update_fields=["findings", "state", "finished_at"])
    return reading


def _name(reading: Reading) -> str:
    """What a refused file is about, by name."""
    if reading.refused == "other_period":
        return Period.objects.filter(code=reading.about).values_list("name", flat=True).first() or reading.about
    return Unit.objects.filter(code=reading.about).values_list("full_name", flat=True).first() or reading.about


def steps(upload: Upload, assessment: Assessment) -> list[Step]:
    """What a checked file would change in the form as it is now."""
    said = {code: Said(*line) for code, line in upload.findings.get("said", {}).items()}
    return list(sheets.steps(said, form_of(assessment)))


def take_form(*, upload: Upload, assessment: Assessment, seen: str, decided: Mapping[str, str], actor: User) -> int:
    """Write what a file says by the act that the page uses too, all of it or nothing; how many criteria it changed.

    `seen`: the digest of what the person was shown (`sheets.seen`); `decided`: criterion -> FILE or PAGE, for those changed on the page meanwhile.
    Raises communes.services.Stale when the file waits no longer, Undecided, Moved, and WrongState as `save_points` does.
    """
    with transaction.atomic():
        held = Upload.objects.select_for_update(of=["self"]).get(pk=upload.pk)
        if held.state != Upload.READY:
            raise uploads.Stale(held)
        form = Assessment.objects.select_for_update(of=["self"]).select_related("unit", "period", "criteria_set").get(pk=assessment.pk)
        if not rules.stage_for(State(form.state), hat(actor).role):
            raise services.WrongState(State(form.state))
        found = steps(held, form)
        if sheets.seen(found) != seen or any(step.locked for step in found):
            raise Moved
        if open_ := [step.row.code for step in found if step.clash and decided.get(step.row.code) not in (FILE, PAGE)]:
            raise Undecided(open_)
        taken = [step for step in found if not step.clash or decided[step.row.code] == FILE]
        changes = [Change(step.row.code, step.said.value, step.said.words, step.row.version, step.said.na) for step in taken]
        if services.save_points(assessment=form, stage=Stage.SELF, changes=changes, actor=actor):
            raise Moved
        held.state, held.finished_at = Upload.TAKEN, timezone.now()
        held.findings["taken"] = [[step.row.number, step.row.title, step.lines()] for step in taken]
        held.save(update_fields=["state", "finished_at", "findings"])
    return len(taken)
