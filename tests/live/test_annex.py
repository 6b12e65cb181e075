"""The annexes as LibreOffice reads them: calculated again from nothing, every formula gives what the edition says."""

import subprocess
from io import BytesIO

import pytest
from openpyxl import load_workbook

from plan2018.models import Period
from reports import annex, editions
from tests.reports.test_annex import COVER, HOSTILE, Place, formulas, opened, result, told
from tests.reports.test_annex_of_edition import written

pytestmark = pytest.mark.live


def converted(content: bytes, folder, kind: str = "xlsx") -> bytes:
    """The workbook as LibreOffice saves it."""
    (folder / "annex.xlsx").write_bytes(content)
    command = ["soffice", "--headless", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--convert-to", kind, "--outdir", folder / "out"]
    subprocess.run([*command, folder / "annex.xlsx"], check=True, capture_output=True, timeout=120)
    return (folder / "out" / f"annex.{kind}").read_bytes()


def without_values(content: bytes) -> bytes:
    """The workbook with its formulas, but nothing stored beside them: openpyxl keeps no values."""
    file = BytesIO()
    load_workbook(BytesIO(content)).save(file)
    return file.getvalue()


def test_libreoffice_calculates_the_figures_of_the_edition(tmp_path):
    content = annex.write(told(), COVER)
    formula, value = opened(content)

    calculated = load_workbook(BytesIO(converted(without_values(content), tmp_path)), data_only=True)

    found = list(formulas(formula))
    assert len(found) > 60
    for sheet, name in found:
        assert calculated[sheet][name].value == pytest.approx(value[sheet][name].value, rel=1e-12), (sheet, name)


def test_hostile_names_come_back_from_libreoffice_as_they_were(tmp_path):
    base = told()
    names = [name for name in HOSTILE if name.isprintable() and len(name) < 100]
    communes = [Place(name, name, base.districts[0].communes[0].figures, **result(1, "200", "good", False)) for name in names]
    districts = [Place(name, name, base.districts[0].figures, communes=communes) for name in names]

    book = load_workbook(BytesIO(converted(annex.write(told(districts=districts), COVER), tmp_path)))

    for sheet in book.sheetnames[4:]:
        listed = {cell.value: cell.data_type for cell in book[sheet]["B"]}
        assert {name: listed.get(name) for name in names} == dict.fromkeys(names, "s")


@pytest.mark.parametrize("code", ["2018-H1", "2018-Y"])
def test_libreoffice_calculates_the_whole_province(code, loaded, tmp_path):
    content = written(editions.snapshot(Period.objects.select_related("plan").get(code=code)))
    formula, value = opened(content)

    calculated = load_workbook(BytesIO(converted(without_values(content), tmp_path)), data_only=True)

    for sheet, name in formulas(formula):
        assert calculated[sheet][name].value == pytest.approx(value[sheet][name].value, rel=1e-12), (sheet, name)


def test_every_page_is_printed_once(loaded, tmp_path):
    """Two pages of targets, five of the ranking, one of classes, five of all districts, six of each district: no page is too wide."""
    content = written(editions.snapshot(Period.objects.select_related("plan").get(code="2018-Y")))

    pages = converted(content, tmp_path, "pdf").count(b"/Type/Page/")

    assert pages == 2 + 5 + 1 + 5 + 10 * 6
