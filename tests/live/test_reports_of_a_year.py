"""Ten districts report both periods as officers do: fetch the workbook, fill it, save it by LibreOffice, send it, mend what is wrong, file; the province accepts.

Then everything is added up once more from the workbooks themselves, by plain loops, and held against the figures of the portal.
"""

import io
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from openpyxl import load_workbook

from accounts.models import User
from communes.models import Unit, Upload
from plan2018.models import Indicator, Period
from reports import editions, filings, services
from reports.models import Figure, Metric, Report, ReportVersion
from reports.rules import ReportAct, ReportState
from reports.sheets import CODE_ROW, FIGURES, WORDS
from tests.factories import client_of

pytestmark = [pytest.mark.live, pytest.mark.embedded]

FILED = date(2018, 12, 31)


def resaved(files: dict[str, bytes], folder) -> dict[str, bytes]:
    """The workbooks as LibreOffice writes them, all in one go."""
    for name, content in files.items():
        (folder / f"{name}.xlsx").write_bytes(content)
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", "xlsx", "--outdir", folder / "out"]
    subprocess.run([*command, *(folder / f"{name}.xlsx" for name in files)], check=True, capture_output=True, timeout=300)
    return {name: (folder / "out" / f"{name}.xlsx").read_bytes() for name in files}


def columns(sheet) -> dict[str, int]:
    """The code under each column's header -> its number."""
    return {str(cell.value): cell.column for cell in sheet[CODE_ROW] if cell.value}


def fill(content: bytes, seed: int, *, wrong: bool) -> bytes:
    """The workbook with figures of this seed where a district has to type; with `wrong`, one numerator is above its denominator."""
    book = load_workbook(io.BytesIO(content))
    sheet = book[FIGURES]
    places = columns(sheet)
    parts = [code.removesuffix(":n") for code in places if code.endswith(":n") and not sheet.cell(CODE_ROW + 1, places[code]).protection.locked]
    choices = [
        code for code in places if ":" not in code and code not in ("code", "name") and not sheet.cell(CODE_ROW + 1, places[code]).protection.locked
    ]
    for row in range(CODE_ROW + 1, sheet.max_row + 1):
        if not sheet.cell(row, places["code"]).value:
            continue
        for number, code in enumerate(parts):
            whole = 20 + (row + seed) % 7
            sheet.cell(row, places[f"{code}:n"]).value = whole - (row * 3 + number + seed) % 4
            sheet.cell(row, places[f"{code}:d"]).value = whole
        for number, code in enumerate(choices):
            sheet.cell(row, places[code]).value = "Có" if (row + number + seed) % 5 else "Không"
    if wrong:
        sheet.cell(CODE_ROW + 1, places[f"{parts[0]}:n"]).value = 999
    for row in range(4, 8):
        book[WORDS].cell(row, 3).value = f"Nội dung {row}."
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def recount(files: dict[str, bytes]) -> dict[tuple[str, str], tuple[int, int]]:
    """(district, indicator) -> numerator and denominator, added up from the cells that districts typed."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for district, content in files.items():
        sheet = load_workbook(io.BytesIO(content), data_only=True)[FIGURES]
        places = columns(sheet)
        for row in range(CODE_ROW + 1, sheet.max_row + 1):
            if not sheet.cell(row, places["code"]).value:
                continue
            for code, place in places.items():
                value = sheet.cell(row, place).value
                if code in ("code", "name") or code.endswith(":d") or value is None:
                    continue
                pair = (int(value), int(sheet.cell(row, place + 1).value)) if code.endswith(":n") else (int(value == "Có"), 1)
                total = found[district, code.removesuffix(":n")]
                total[0], total[1] = total[0] + pair[0], total[1] + pair[1]
    return {key: (total[0], total[1]) for key, total in found.items()}


def send(client, period: str, district: str, content: bytes) -> Upload:
    client.post(f"/reports/{period}/{district}/upload/", {"file": SimpleUploadedFile("bao-cao.xlsx", content)})
    return Upload.objects.filter(register="report").latest("uploaded_at")


@pytest.mark.django_db(transaction=True)
def test_ten_districts_report_both_periods_by_workbooks(settings, tmp_path):
    settings.MFA_REQUIRED, settings.MEDIA_ROOT = False, tmp_path / "media"
    call_command("load_reference", stdout=io.StringIO())
    call_command("load_demo", "--force", stdout=io.StringIO())
    ReportVersion.objects.all().delete()
    Report.objects.all().delete()
    districts = list(Unit.objects.districts().on(date(2018, 12, 31)).order_by("code"))
    officer = User.objects.get(username="sonoivu")
    for seed, code in enumerate(("2018-H1", "2018-Y"), start=1):
        period = Period.objects.select_related("plan").get(code=code)
        clients = {unit.code: client_of(User.objects.get(username=f"huyen-{unit.code}")) for unit in districts}
        fetched = {district: client.get(f"/reports/{code}/{district}/workbook/").content for district, client in clients.items()}
        folder = tmp_path / code
        folder.mkdir()
        bad = resaved({f"{district}-sai": fill(content, seed, wrong=True) for district, content in list(fetched.items())[:3]}, folder)
        good = resaved({district: fill(content, seed, wrong=False) for district, content in fetched.items()}, folder)

        for name, content in bad.items():
            district = name.removesuffix("-sai")
            refused = send(clients[district], code, district, content)
            assert (refused.state, refused.findings["flaw_count"]) == (Upload.REFUSED, 1), refused.findings["flaws"]
            assert not Figure.objects.filter(report__unit__code=district, report__period=period).exists()
        for district, content in good.items():
            upload = send(clients[district], code, district, content)
            assert upload.state == Upload.READY, (district, upload.findings)
            clients[district].post(f"/reports/{code}/{district}/upload/{upload.pk}/take/", {"explanation": "Huyện đã kiểm tra từng xã."})
            upload.refresh_from_db()
            assert upload.state == Upload.TAKEN, (district, upload.findings)
            filed = clients[district].post(
                f"/reports/{code}/{district}/", {"number": "05/BC-UBND", "dated": f"{FILED:%d/%m/%Y}", "explanation": "Đủ."}
            )
            assert filed.status_code == 302, filed.content.decode()[-3000:]
        for report in Report.objects.filter(period=period).select_related("period", "unit"):
            filings.move(report=report, act=ReportAct.ACCEPT, actor=officer, version=report.version)
        services.fill(period)

        expected = recount(good)
        reported = set(Indicator.objects.filter(plan=period.plan, answer__gt="").values_list("code", flat=True))
        metrics = {
            (district, indicator): (int(n), int(d))
            for district, indicator, n, d in Metric.objects.filter(period=period, unit__level="district", indicator__in=reported).values_list(
                "unit__code", "indicator", "numerator", "denominator"
            )
        }
        assert metrics == {key: pair for key, pair in expected.items() if key[1] in reported}
        assert len(metrics) == len(districts) * len(reported)
        for indicator in reported:
            whole = Metric.objects.get(period=period, unit__level="province", indicator=indicator)
            sums = [sum(metrics[unit.code, indicator][part] for unit in districts) for part in (0, 1)]
            assert [whole.numerator, whole.denominator] == [Decimal(total) for total in sums]
        edition = editions.publish(period=period, final=False, actor=officer)
        for (district, indicator), pair in metrics.items():
            assert [int(Decimal(number)) for number in edition.content["figures"][district][indicator][:2]] == list(pair)
        states = set(Report.objects.filter(period=period).values_list("state", flat=True))
        assert states == {ReportState.ACCEPTED}
