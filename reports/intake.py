"""Acts on a workbook that a district sends: it is received, checked, taken whole or not at all."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from communes import registers
from communes import selectors as places
from communes import services as uploads
from communes.models import Unit, Upload
from communes.reading import Sheet
from communes.sheets import SHOWN, Places, in_order
from ledger import services as ledger
from ledger.models import Job
from plan2018.models import Period
from reports import filings, reported, rules, sheets
from reports.models import Report
from reports.sheets import Form, Known, Reading

REGISTER = "report"
"""How an `Upload` says that it is a district's report."""

CHECK_TASK, TAKE_TASK = "reports.check_upload", "reports.take_upload"
"""What a worker does with a file; the key of the job is that of the upload."""


class Unexplained(filings.Refused):
    """What the check doubts needs a word of explanation."""


def is_open(period: Period, unit: Unit) -> bool:
    """Whether the district may still change its report."""
    state = Report.objects.filter(period=period, unit=unit, kind=rules.ReportKind.PERIOD).values_list("state", flat=True).first()
    return state is None or state in rules.REPORT_OPEN


def material(period: Period, unit: Unit) -> tuple[Form, Known, Places]:
    """What a workbook of a district and a period is made of and held against."""
    around = places.places(unit, period.ends_on)
    form = reported.form_of(period, unit, around)
    return form, reported.known(period, form, unit), Places(around, registers.variants(), unit.full_name)


def receive(*, period: Period, unit: Unit, name: str, content: bytes, actor: User) -> Upload:
    """Keep a file to be checked; the same file twice is one. Raises communes.services.BadFile."""
    return uploads.receive(register=REGISTER, unit=unit, since=period.ends_on, name=name, content=content, actor=actor)


def ask_check(upload: Upload, *, actor: User) -> Job:
    """Ask for the check of a file; the caller sends the job."""
    return ledger.ask(task=CHECK_TASK, key=str(upload.pk), actor=actor)


def ask_take(upload: Upload, *, explanation: str, actor: User) -> Job:
    """Ask that a file that is ready be taken; the caller sends the job. Raises communes.services.Stale when it is not ready, Unexplained."""
    with transaction.atomic():
        held = Upload.objects.select_for_update(of=["self"]).get(pk=upload.pk)
        if held.state != Upload.READY:
            raise uploads.Stale(held)
        if held.findings["warning_count"] and not explanation.strip():
            raise Unexplained
        held.findings["explanation"] = explanation.strip()
        held.save(update_fields=["findings"])
        return ledger.ask(task=TAKE_TASK, key=str(upload.pk), actor=actor)


def check(*, upload: Upload, found: list[Sheet] | str) -> Reading:
    """Say what is wrong with a file and what it would change; nothing is written but the findings. `found`: its sheets, or why it is not read."""
    reading = _reading(upload, _period(upload), found)
    _find(upload, reading)
    return reading


def take(*, upload: Upload, found: list[Sheet] | str, actor: User | None) -> bool:
    """Write what a file says, all of it or nothing: it is checked again against the report as it is now.

    False when the report is closed by now, or when the check finds something wrong or other changes than the person confirmed.
    """
    with transaction.atomic():
        now = Upload.objects.select_for_update(of=["self"]).get(pk=upload.pk)
        if now.state != Upload.READY:
            return now.state == Upload.TAKEN
        period = _period(upload)
        report = Report.objects.select_for_update(of=["self"]).get(pk=filings.start(period=period, unit=upload.unit).pk)
        if report.state not in rules.REPORT_OPEN:
            Upload.objects.filter(pk=upload.pk).update(state=Upload.DROPPED, finished_at=timezone.now(), findings=now.findings | {"closed": True})
            return False
        reading = _reading(upload, period, found)
        if reading.refused or reading.flaws.count or reading.digest != now.findings.get("plan"):
            _find(upload, reading, moved=True, explanation=now.findings.get("explanation", ""))
            return False
        filings.take_figures(
            report=report,
            figures=reading.figures,
            narrative=reading.narrative,
            difficulties=reading.difficulties,
            explanation=now.findings.get("explanation", ""),
            source=upload,
            actor=actor,
        )
        Upload.objects.filter(pk=upload.pk).update(state=Upload.TAKEN, finished_at=timezone.now(), findings=now.findings | {"moved": False})
    return True


def _period(upload: Upload) -> Period:
    return Period.objects.select_related("plan").get(ends_on=upload.since)


def _reading(upload: Upload, period: Period, found: list[Sheet] | str) -> Reading:
    return Reading(refused=found) if isinstance(found, str) else sheets.read(found, *material(period, upload.unit))


def _find(upload: Upload, reading: Reading, **said: Any) -> None:
    """Keep what a check found: true counts, and lists as long as a person reads."""
    wrong, doubtful = reading.flaws.cells, reading.warnings.cells - reading.flaws.cells
    upload.findings = {
        "refused": reading.refused,
        "about": _name(reading) if reading.about else "",
        "sheets": [[name, cells, _in(doubtful, name), _in(wrong, name)] for name, cells in reading.cells.items()],
        "flaw_count": reading.flaws.count,
        "flaws": sorted(reading.flaws.kept, key=in_order),
        "warning_count": reading.warnings.count,
        "warnings": sorted(reading.warnings.kept, key=in_order),
        "figures": len(reading.figures),
        "fresh": reading.fresh,
        "changes": reading.changes[:SHOWN],
        "change_count": len(reading.changes),
        "plan": reading.digest,
        **said,
    }
    upload.state = Upload.REFUSED if reading.refused or reading.flaws.count else Upload.READY
    upload.finished_at = timezone.now()
    upload.save(update_fields=["findings", "state", "finished_at"])


def _in(cells: set[tuple[str, int, str]], sheet: str) -> int:
    return sum(1 for cell in cells if cell[0] == sheet)


def _name(reading: Reading) -> str:
    """What a refused file is about, by name."""
    if reading.refused == "other_period":
        return Period.objects.filter(code=reading.about).values_list("name", flat=True).first() or reading.about
    return Unit.objects.filter(code=reading.about).values_list("full_name", flat=True).first() or reading.about
