"""Ten districts report both periods at a browser: fetch the workbook, fill it, save it by LibreOffice, send it, mend what is wrong, file; the province accepts.

Then everything is added up once more from the workbooks themselves, by plain loops, and held against the figures of the portal and of its documents.
"""

import io
import re
import subprocess
from collections import defaultdict
from datetime import date
from decimal import Decimal

import docx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, expect

from accounts.rules import Role
from communes.models import Unit
from plan2018.models import Indicator, Period, Target
from reports.models import Edition, Figure, Metric, Paper, Report, ReportVersion
from reports.rules import ReportState
from reports.sentences import figure
from reports.sheets import CODE_ROW, FIGURES, WORDS
from tests import kept
from tests.live.conftest import ARTIFACTS, DESK, Desk, serve

pytestmark = [pytest.mark.live, pytest.mark.browser, pytest.mark.embedded]

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


class District:
    """An officer of a district at a browser: fetches the workbook, sends it filled, files the report."""

    def __init__(self, browser: Browser, address: str, unit: Unit) -> None:
        self.desk, self.code = Desk(browser, address, Role.DISTRICT_APPRAISER, unit.code, DESK), unit.code
        self.page, self.report = self.desk.page, ""

    def fetch(self, period: str) -> bytes:
        self.report = f"/reports/{period}/{self.code}/"
        self.page.goto(self.report)
        with self.page.expect_download() as download:
            self.page.get_by_role("link", name="Tải tệp Excel của huyện").click()
        return download.value.path().read_bytes()

    def send(self, content: bytes) -> None:
        self.page.goto(f"{self.report}upload/")
        self.page.locator("input[type=file]").set_input_files({"name": "bao-cao.xlsx", "mimeType": "application/octet-stream", "buffer": content})
        self.page.get_by_role("button", name="Kiểm tra thử").click()
        expect(self.page.locator("h1")).to_contain_text("kiểm tra thử", timeout=60_000)

    def take(self) -> None:
        explanation = self.page.locator("#explanation")
        if explanation.count():
            explanation.fill("Huyện đã kiểm tra từng xã.")
        self.page.get_by_role("button", name="Xác nhận và ghi").click()
        expect(self.page.locator("h1")).to_contain_text("đã ghi từ tệp", timeout=60_000)

    def file(self) -> None:
        self.page.goto(self.report)
        self.page.get_by_label("Số, ký hiệu").fill("05/BC-UBND")
        self.page.get_by_label("Ngày văn bản").fill(f"{FILED:%d/%m/%Y}")
        if (explanation := self.page.locator("[name=explanation]")).count():
            explanation.fill("Đủ.")
        self.page.get_by_role("button", name="Gửi báo cáo").click()
        expect(self.page.locator("#gui")).to_contain_text("Văn bản đã gửi")


class Province:
    """An officer of the department: accepts reports, makes an edition, asks for documents."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.desk = Desk(browser, address, Role.PROVINCE_OFFICER, "11", DESK)
        self.page = self.desk.page

    def accept(self, period: str, district: str) -> None:
        self.page.goto(f"/reports/{period}/{district}/")
        self.page.get_by_role("button", name="Chấp nhận báo cáo").click()
        expect(self.page.locator("#gui .facts")).to_contain_text("Đã chấp nhận")

    def publish(self, period: str) -> None:
        self.page.goto(f"/editions/{period}/")
        self.page.get_by_role("button", name="Lập ấn bản").click()
        expect(self.page.locator("main")).to_contain_text("Ấn bản", timeout=60_000)

    def document(self, kind: str, format_: str, edition: Edition) -> bytes:
        self.page.goto("/papers/")
        self.page.locator("[name=kind]").select_option(kind)
        self.page.locator("[name=format]").select_option(format_)
        self.page.locator("[name=edition]").select_option(str(edition.pk))
        self.page.get_by_role("button", name="Viết văn bản").click()
        link = self.page.locator("#papers tbody tr").first.get_by_role("link", name="Tải về")
        expect(link).to_be_visible(timeout=120_000)
        with self.page.expect_download() as download:
            link.click()
        return download.value.path().read_bytes()


def of_excel(content: bytes) -> dict[tuple[str, str], tuple[int, int]]:
    """(place, indicator) -> numerator and denominator as the annexes have them: sheets of districts by commune, sheet IV by district."""
    found = {}
    names = dict(Indicator.objects.filter(plan__year=2018).values_list("name", "code"))
    for sheet in load_workbook(io.BytesIO(content), data_only=True):
        if not sheet.title.startswith(("V.", "IV.")):
            continue
        heads = next(row for row in sheet.iter_rows() if any(cell.value in names for cell in row))
        for head in heads:
            if head.value in names:
                for row in sheet.iter_rows(min_row=head.row + 2):
                    over, under = row[head.column - 1].value, row[head.column].value
                    if row[1].value and over is not None:
                        where = sheet.title if row[1].value == "Cộng" else row[1].value
                        found[where, names[head.value]] = (int(over), int(under))
    return found


def of_word(content: bytes) -> dict[str, str]:
    """Name of a target -> so many of so many, as the first annex of the report has it."""
    document = docx.Document(io.BytesIO(content))
    return {row.cells[1].text: row.cells[5].text for row in document.tables[2].rows[1:]}


def pictures(pdf: bytes, name: str, folder) -> list[int]:
    """Render the pages of a PDF into tests/artifacts/, to be looked at; the share of ink of each, in thousandths."""
    (folder / f"{name}.pdf").write_bytes(pdf)
    subprocess.run(["pdftoppm", "-r", "60", "-gray", folder / f"{name}.pdf", folder / name], check=True, capture_output=True)
    shares = []
    for page in sorted(folder.glob(f"{name}-*.pgm")):
        pixels = page.read_bytes().split(b"\n", 3)[3]
        shares.append(1000 * sum(pixel < 128 for pixel in pixels) // len(pixels))
    ARTIFACTS.mkdir(exist_ok=True)
    subprocess.run(["pdftoppm", "-r", "60", "-png", folder / f"{name}.pdf", ARTIFACTS / name], check=True, capture_output=True)
    return shares


@pytest.mark.django_db(transaction=True)
def test_ten_districts_report_both_periods_by_workbooks(browser, tmp_path):
    kept.load_demo()
    Paper.objects.all().delete()
    ReportVersion.objects.all().delete()
    Report.objects.all().delete()
    units = list(Unit.objects.districts().on(date(2018, 12, 31)).order_by("code"))
    with serve(REDIS_URL="", MEDIA_ROOT=str(tmp_path / "media")) as address:
        province = Province(browser, address)
        districts = {unit.code: District(browser, address, unit) for unit in units}
        for seed, code in enumerate(("2018-H1", "2018-Y"), start=1):
            period = Period.objects.select_related("plan").get(code=code)
            folder = tmp_path / code
            folder.mkdir()
            fetched = {district: officer.fetch(code) for district, officer in districts.items()}
            bad = resaved({f"{district}-sai": fill(content, seed, wrong=True) for district, content in list(fetched.items())[:3]}, folder)
            good = resaved({district: fill(content, seed, wrong=False) for district, content in fetched.items()}, folder)

            for name, content in bad.items():
                officer = districts[name.removesuffix("-sai")]
                officer.send(content)
                expect(officer.page.locator("main")).to_contain_text(re.compile(r"[Ôô] [A-Z]+6\b"))
                expect(officer.page.locator("main")).to_contain_text("Lớn hơn")
                expect(officer.page.locator(".answer")).to_contain_text("1 lỗi")
                assert not Figure.objects.filter(report__unit__code=name.removesuffix("-sai"), report__period=period).exists()
            for district, content in good.items():
                officer = districts[district]
                officer.send(content)
                officer.take()
                officer.file()
                province.accept(code, district)
                assert officer.desk.complaints == []
            province.publish(code)

            expected = recount(good)
            reported = set(Indicator.objects.filter(plan=period.plan, answer__gt="").values_list("code", flat=True))
            metrics = metrics_of(period, "district", reported)
            assert metrics == {key: pair for key, pair in expected.items() if key[1] in reported}
            assert len(metrics) == len(units) * len(reported)
            whole = metrics_of(period, "province", reported)
            for indicator in reported:
                assert whole["11", indicator] == tuple(sum(metrics[unit.code, indicator][part] for unit in units) for part in (0, 1))

            edition = Edition.objects.filter(period=period).latest("number")
            for (district, indicator), pair in metrics.items():
                assert [int(Decimal(number)) for number in edition.content["figures"][district][indicator][:2]] == list(pair)
            names = {unit.full_name: unit.code for unit in Unit.objects.on(period.ends_on)}
            excel = of_excel(province.document("annex", "xlsx", edition))
            for (district, indicator), pair in metrics.items():
                assert excel[next(name for name, unit_code in names.items() if unit_code == district), indicator] == pair
            for (commune, indicator), pair in metrics_of(period, "commune", reported).items():
                assert excel[next(name for name, unit_code in names.items() if unit_code == commune), indicator] == pair
            assert {key: excel["IV. Các huyện", key] for key in reported} == {key: whole["11", key] for key in reported}
            word = of_word(province.document("report", "docx", edition))
            targets = Metric.objects.filter(period=period, unit__code="11", indicator__startswith="target.")
            told = {name: f"{figure(n)}/{figure(d)}" for name, n, d in named(targets, period) if d is not None}
            assert {name: pair for name, pair in word.items() if pair} == told
            inked = pictures(province.document("report", "pdf", edition), f"report-{code}", folder)
            assert len(inked) > 8
            assert min(inked) > 0
        assert province.desk.complaints == []
    assert set(Report.objects.values_list("state", flat=True)) == {ReportState.ACCEPTED}


def metrics_of(period: Period, level: str, indicators: set[str]) -> dict[tuple[str, str], tuple[int, int]]:
    """(unit, indicator) -> numerator and denominator as the portal has them."""
    rows = Metric.objects.filter(period=period, unit__level=level, indicator__in=indicators)
    return {(unit, code): (int(n), int(d)) for unit, code, n, d in rows.values_list("unit__code", "indicator", "numerator", "denominator")}


def named(targets, period: Period) -> list[tuple[str, Decimal, Decimal | None]]:
    """The metrics of targets with the names of the targets."""
    names = dict(Target.objects.filter(plan=period.plan).values_list("code", "name"))
    return [(names[code.removeprefix("target.")], n, d) for code, n, d in targets.values_list("indicator", "numerator", "denominator")]
