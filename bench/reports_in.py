"""A district's workbook: reading and checking it against bare openpyxl on the same bytes, taking it against a bare bulk upsert of ready rows."""

import io
import subprocess
import sys
import time
from collections.abc import Callable

from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from bench.figure import Figure, in_turn
from bench.roster import undone
from communes.models import Unit, Upload
from communes.reading import read
from communes.sheets import Place, Places
from plan2018.models import Indicator, Period
from reports import filings, sheets
from reports.models import Figure as Reported
from reports.models import Report
from reports.sheets import Form, Known, Question
from reports.workbook import workbook

SHARES, CHOICES = 17, 23
"""Forty indicators in 57 columns."""

COMMUNES, NATION, PIECE = 130, 10_600, 5_300
"""The reader takes at most 10,000 rows of a sheet, so the nation's come in two files."""


def a_form(communes: int) -> Form:
    """The form of a district of so many communes."""
    shares = [Question(n, f"share.{n}", f"Tỷ lệ {n}", "", True, "Số đạt", "Tổng số") for n in range(SHARES)]
    choices = [Question(100 + n, f"choice.{n}", f"Có việc {n}", "", False) for n in range(CHOICES)]
    places = [Place(n, f"{n:05}", f"Xã Bản {n}", "commune", "Huyện", True) for n in range(1, communes + 1)]
    return Form(("099", "Huyện"), ("2018-Y", "Năm 2018"), [*shares, *choices], places)


def a_file(form: Form) -> tuple[bytes, Known, Places]:
    """The workbook, full; what the portal has: what communes reported, and a last period that differs nowhere."""
    all_ = {(place.pk, q.pk): (place.pk % 20 + 1, 22) if q.ratio else (1, 1) for place in form.communes for q in form.questions}
    known = Known(own={}, reported=all_, earlier=all_, narrative=dict.fromkeys(sheets.SECTIONS, "Đã làm."))
    return workbook(form, known), known, Places(form.communes, [], "Huyện")


def of_reading(communes: int, pieces: int) -> Figure:
    """So many files of so many communes, one after the other, by both."""
    form = a_form(communes)
    content, known, places = a_file(form)

    def ours() -> None:
        for _piece in range(pieces):
            reading = sheets.read(read(content, sheets.LONGEST), form, known, places)
            assert (reading.refused, reading.flaws.count, len(reading.figures)) == ("", 0, communes * (SHARES + CHOICES))

    def bare() -> None:
        for _piece in range(pieces):
            for sheet in load_workbook(io.BytesIO(content)).worksheets:
                list(sheet.iter_rows(values_only=True))

    floor, whole = in_turn(bare, ours) if pieces == 1 else (_once(bare), _once(ours))
    child = _peak(content)
    rows = communes * pieces
    how = f"{rows} communes x {SHARES + CHOICES} indicators: {whole * 1000:.0f} ms, bare {floor * 1000:.0f} ms; child at most {child:.0f} MB"
    return Figure(f"reading and checking a workbook of {rows} / bare openpyxl", whole / floor, 1.5, how)


def _peak(content: bytes) -> float:
    """Most memory that the process of the reader takes, in MB; measured from a small one, because a child counts what its parent had."""
    small = "import resource, subprocess, sys; subprocess.run([sys.executable, '-S', '-m', 'communes.xlsx', '1000'], stdout=subprocess.DEVNULL); "
    small += "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)"
    return float(subprocess.run([sys.executable, "-S", "-c", small], input=content, capture_output=True, check=True).stdout)


def _once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def of_saving() -> Figure:
    """Every commune of the province x every indicator that communes report, into one report."""
    period, actor = Period.objects.get(code="2018-Y"), User.objects.get(username="sonoivu")
    province = Unit.objects.get(code="11")
    indicators = list(Indicator.objects.filter(plan=period.plan).values_list("pk", flat=True))
    communes = list(Unit.objects.communes().on(period.ends_on).filter(parent__parent=province).values_list("pk", flat=True))
    report = Report.objects.create(period=period, unit=province)
    rest = {"name": "-", "size": 0, "digest": "-", "uploaded_at": timezone.now(), "uploaded_by": actor}
    upload = Upload.objects.create(register="report", unit=province, since=period.ends_on, **rest)
    figures = {(unit, indicator): (8, 10, "Số liệu!C6") for unit in communes for indicator in indicators}
    said = {"narrative": {}, "difficulties": [], "explanation": "", "source": upload, "actor": actor}

    def bare() -> None:
        now = timezone.now()
        rows = [
            Reported(
                report=report, unit_id=u, indicator_id=i, numerator=n, denominator=d, source=upload, cell=cell, recorded_at=now, recorded_by=actor
            )
            for (u, i), (n, d, cell) in figures.items()
        ]
        values = ["numerator", "denominator", "source", "cell", "recorded_at", "recorded_by"]
        Reported.objects.bulk_create(rows, update_conflicts=True, unique_fields=["report", "unit", "indicator"], update_fields=values)

    floor, whole = in_turn(undone(bare), undone(lambda: filings.take_figures(report=report, figures=figures, **said)))
    Upload.objects.filter(pk=upload.pk).delete()
    report.delete()
    how = f"{len(figures)} figures with version and entry: {whole * 1000:.0f} ms, bare {floor * 1000:.0f} ms"
    return Figure("taking a workbook / bare bulk upsert", whole / floor, 3, how)


def figures() -> list[Figure]:
    """Reading at both sizes, then saving."""
    return [of_reading(COMMUNES, 1), of_reading(PIECE, NATION // PIECE), of_saving()]
