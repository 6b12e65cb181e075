"""Word documents of the whole illustrative province, opened again: laid out by Decree 30/2020, every figure is the edition's, templates stay harmless."""

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docxtpl import DocxTemplate

from plan2018.models import Period
from reports import editions, layout, rendering, word
from reports.rendering import Refused
from reports.sentences import figure

SOURCE = word.Source(1, False, datetime(2019, 1, 25, 7, 5, tzinfo=UTC), "0123456789abcdef" * 4)
DETAILS = word.Details(number="5", day=date(2019, 2, 5), name="Nguyễn Văn A", power="KT.")


@pytest.fixture(params=["2018-H1", "2018-Y"])
def content(request, loaded) -> dict[str, Any]:
    return editions.snapshot(Period.objects.select_related("plan").get(code=request.param))


@pytest.fixture
def year_content(loaded) -> dict[str, Any]:
    return editions.snapshot(Period.objects.select_related("plan").get(code="2018-Y"))


def opened(content: dict[str, Any], kind: str = "report", code: str = "11", **given: Any) -> Any:
    return docx.Document(io.BytesIO(word.write(kind, content, code, given.pop("details", DETAILS), SOURCE, **given)))


def lines(document: Any) -> list[str]:
    return [paragraph.text.strip() for paragraph in document.paragraphs if paragraph.text.strip()]


def cells(table: Any) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in table.rows]


def block(document: Any, words: str) -> Any:
    found = [cell for table in document.tables for row in table.rows[:1] for cell in row.cells if words in cell.text]
    return next(paragraph for paragraph in found[0].paragraphs if words in paragraph.text)


def test_page_margins_and_letters_are_those_of_the_decree(year_content):
    document = opened(year_content)

    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert Mm(20) <= section.top_margin <= Mm(25)
    assert Mm(20) <= section.bottom_margin <= Mm(25)
    assert Mm(30) <= section.left_margin <= Mm(35)
    assert Mm(15) <= section.right_margin <= Mm(20)
    assert document.styles["Normal"].font.name == "Times New Roman"


@pytest.mark.parametrize(
    ("words", "size", "bold", "italic"),
    [
        ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 12, True, False),
        ("Độc lập - Tự do - Hạnh phúc", 13, True, False),
        ("UBND TỈNH ĐIỆN BIÊN", 12, False, False),
        ("SỞ NỘI VỤ", 12, True, False),
        ("Số: 05/BC-SNV", 13, False, False),
        ("Điện Biên, ngày 05 tháng 02 năm 2019", 13, False, True),
        ("Nơi nhận:", 12, True, True),
        ("- Lưu: VT", 11, False, False),
        ("KT. GIÁM ĐỐC", 14, True, False),
        ("PHÓ GIÁM ĐỐC", 14, True, False),
        ("Nguyễn Văn A", 14, True, False),
    ],
)
def test_a_block_has_the_size_and_style_of_the_decree(year_content, words, size, bold, italic):
    paragraph = block(opened(year_content), words)

    run = next(run for run in paragraph.runs if run.text.strip())
    assert (run.font.size, bool(run.bold), bool(run.italic)) == (Pt(size), bold, italic)


def test_the_parts_of_a_report_follow_each_other_as_the_plan_has_them(content):
    text = "\n".join(lines(opened(content)))

    marks = ["BÁO CÁO", "Kính gửi: Ủy ban nhân dân tỉnh Điện Biên", "Căn cứ Kế hoạch số 495/KH-UBND ngày 05 tháng 3 năm 2018", "I. TÌNH HÌNH"]
    marks += ["II. KẾT QUẢ", "III. KẾT QUẢ", "IV. TỔ CHỨC", "V. KHÓ KHĂN", "Phụ lục I", "Phụ lục II", "Phụ lục III"]
    places = [text.index(mark) for mark in marks]
    assert places == sorted(places)


def test_the_page_number_stands_in_the_middle_of_the_top_margin_but_not_on_the_first_page(year_content):
    document = opened(year_content)

    for section in document.sections:
        assert section.different_first_page_header_footer
        assert not section.first_page_header.paragraphs[0].text
    header = document.sections[0].header.paragraphs[0]
    assert header.alignment == layout.CENTRE
    assert "PAGE" in header._p.xml
    assert {run.font.size for run in header.runs} == {Pt(13)}


def test_annexes_lie_count_their_own_pages_and_repeat_their_heads(year_content):
    document = opened(year_content)

    annexes = list(document.sections)[1:]
    assert len(annexes) == 3
    for section in annexes:
        assert section.orientation == WD_ORIENT.LANDSCAPE
        assert section.page_width > section.page_height
        assert section._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"
    for table in document.tables[2:]:
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None


def test_every_figure_of_the_targets_is_the_editions_in_text_and_annex(content):
    document = opened(content)

    text = "\n".join(lines(document))
    annex = cells(document.tables[2])[1:]
    rows = content["targets"]["11"]
    assert [row[1] for row in annex] == [row["name"] for row in rows]
    for row, shown in zip(rows, annex, strict=True):
        if row["actual"] is None:
            assert shown[4:6] == ["", ""]
            continue
        ratio = f"{figure(Decimal(row['numerator']))}/{figure(Decimal(row['denominator']))}"
        assert shown[5] == ratio
        assert shown[4] in text
        if row["unit"].startswith("%"):
            assert f"{shown[4]} ({ratio})" in text


def test_every_place_of_the_ranking_is_the_editions(content):
    ranking = cells(opened(content).tables[4])[1:]
    names = {unit["code"]: unit["full_name"] for unit in content["units"]}

    expected = sorted((rank, names[code], figure(Decimal(total))) for code, (rank, total, *_rest) in content["standings"].items())
    assert sorted((int(row[0]), row[1], row[3]) for row in ranking) == expected


def test_the_table_of_districts_adds_up_to_the_province(year_content):
    *districts, whole = cells(opened(year_content).tables[3])[1:]

    assert len(districts) == 10
    for column in range(2, 10):
        assert sum(int(row[column] or 0) for row in districts) == int(whole[column])


def test_values_of_the_half_year_are_called_estimates(loaded):
    content = editions.snapshot(Period.objects.select_related("plan").get(code="2018-H1"))

    text = "\n".join(lines(opened(content)))
    assert "số ước thực hiện" in text
    assert re.search(r": ước [\d.,]+", text)


def test_the_draft_says_that_data_are_invented_and_criteria_not_compared(year_content):
    text = "\n".join(lines(opened(year_content)))

    assert text.count("Số liệu minh họa") >= 2
    assert "chưa đối chiếu với phụ lục Quyết định 34/2011" in text
    assert "Số liệu minh họa" not in "\n".join(lines(opened({**year_content, "illustrative": False})))


def test_a_chart_is_words_own_and_shows_the_figures_of_the_edition(year_content):
    package = zipfile.ZipFile(io.BytesIO(word.write("report", year_content, "11", DETAILS, SOURCE)))

    charts = sorted(name for name in package.namelist() if name.startswith("word/charts/"))
    assert len(charts) == 2
    shown = re.findall(r"<c:numLit>.*?</c:numLit>", package.read(charts[1]).decode())
    good = [int(value) for value in re.findall(r"<c:v>(\d+)</c:v>", shown[0])]
    districts = [unit["code"] for unit in year_content["units"] if unit["level"] == "district"]
    assert good == [int(Decimal(year_content["figures"][code]["grade.good"][0])) for code in districts]


def test_a_district_reports_of_itself_to_the_department(year_content):
    document = opened(year_content, "district", "099", details=word.Details(power="KT."))

    text = "\n".join(lines(document))
    assert "Kính gửi: Sở Nội vụ" in text
    assert "ỦY BAN NHÂN DÂN\nHUYỆN TUẦN GIÁO" in document.tables[0].rows[0].cells[0].text
    signed = document.tables[1].rows[0].cells[1].text
    assert signed.split("\n")[:3] == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"]
    inside = {unit["full_name"] for unit in year_content["units"] if unit["parent"] == "099"}
    assert {row[1] for row in cells(document.tables[4])[1:]} <= inside


def test_the_decision_lists_every_class_and_title(year_content):
    document = opened(year_content, "decision")

    text = "\n".join(lines(document))
    standings = list(year_content["standings"].values())
    assert "DỰ THẢO" in text
    assert "CHỦ TỊCH ỦY BAN NHÂN DÂN TỈNH ĐIỆN BIÊN" in text
    assert f"của {len(standings)} xã, phường, thị trấn: {sum(one[3] == 'good' for one in standings)} đơn vị tốt" in text
    assert f"cho {sum(one[4] for one in standings)} đơn vị có tên" in text
    listed = cells(document.tables[2])[1:]
    assert len(listed) == len(standings)
    assert sum(row[6] == "Đạt" for row in listed) == sum(one[4] for one in standings)


def test_the_official_ranking_is_a_notice_with_its_list(year_content):
    document = opened(year_content, "ranking")

    assert "THÔNG BÁO" in lines(document)
    assert "Số: 05/TB-SNV" in document.tables[0].rows[0].cells[0].text
    assert len(cells(document.tables[2])) == 1 + len(year_content["standings"])


@pytest.mark.parametrize("text", ["=1+1", "+84 215", "-2", "@x", "<w:p/> & \"'", "{{ body }}", "{% for %}", "một\x00\x0b hai"])
def test_what_people_wrote_stays_text(year_content, text):
    difficulties = [{"unit": "11", "clause": "", "text": text, "answer": "", "answered_on": None}]

    document = opened({**year_content, "difficulties": difficulties})

    clean = re.sub("[\x00\x0b]", "", text)
    assert any(clean in line for line in lines(document))


def test_nothing_chosen_leaves_room_to_write_by_hand(year_content):
    document = opened(year_content, details=word.Details())

    head = document.tables[0].rows[0]
    assert re.search(r"Số:\s+/BC-SNV", head.cells[0].text)
    assert re.search(r"Điện Biên, ngày\s+tháng\s+năm 2019", head.cells[1].text)


@pytest.mark.parametrize(
    ("day", "words"),
    [(date(2018, 3, 5), "05 tháng 3"), (date(2019, 1, 25), "25 tháng 01"), (date(2018, 2, 9), "09 tháng 02"), (date(2018, 10, 31), "31 tháng 10")],
)
def test_days_and_months_get_their_zeros(day, words):
    assert word.place_and_day("Điện Biên", day, 2018) == f"Điện Biên, ngày {words} năm {day.year}"


def test_an_edited_template_is_filled_in_a_process_of_its_own(year_content):
    assert "Kính gửi: Ủy ban nhân dân tỉnh Điện Biên" in lines(opened(year_content, template=layout.default("report")))


@pytest.mark.parametrize("kind", layout.BUILDERS)
def test_the_default_templates_name_only_what_is_explained(kind):
    assert DocxTemplate(io.BytesIO(layout.default(kind))).get_undeclared_template_variables() <= set(word.NAMES)


# Templates that mean harm


def template(*texts: str) -> bytes:
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            new.writestr(entry.filename, old.read(entry))
        for name, text in parts.items():
            new.writestr(name, text)
    return file.getvalue()


LOOP = "{%p for a in rows %}", "{%p for b in rows %}", "{%p for c in rows %}", "{%p for d in rows %}", "x", *["{%p endfor %}"] * 4


@pytest.mark.parametrize(
    ("texts", "cause", "detail"),
    [
        (["{{ ''.__class__ }}"], "unsafe", "__class__"),
        (["{{ rows.__init__.__globals__ }}"], "unsafe", "__init__"),
        (["{{ foo }} {{ bar }}"], "names", "bar, foo"),
        (["{{ range(9) }}"], "names", "range"),
        (["{{ body.nothing }}"], "syntax", "nothing"),
        (["{% for x in rows %}"], "syntax", ""),
        (["{{ body"], "syntax", ""),
        (["{{ 'x' * 99999999999 }}"], "heavy", ""),
        (["{% include 'secret' %}"], "syntax", ""),
        (LOOP, "heavy", ""),
    ],
)
def test_a_template_that_means_harm_or_is_wrong_is_refused_by_name(texts, cause, detail):
    with pytest.raises(Refused) as refused:
        rendering.render_apart(template(*texts), {"body": "SỞ NỘI VỤ", "rows": list(range(400))})

    assert refused.value.cause == cause
    assert detail in refused.value.detail


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "no_word"),
        (b"%PDF-1.4", "no_word"),
        (b"PK\x03\x04 broken", "no_word"),
        (template("x")[:2000], "no_word"),
        (b"x" * (rendering.LARGEST + 1), "large"),
        (repacked(template("x"), **{"word/media/bomb.xml": b"0" * 25_000_000}), "heavy"),
        (repacked(template("x"), **{"word/vbaProject.bin": b"x"}), "macro"),
        (repacked(template("x"), **{"word/embeddings/oleObject1.bin": b"x"}), "macro"),
        (repacked(template("x"), **{"word/more.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "no_word"),
        (repacked(template("x"), **{"word/_rels/more.xml.rels": b'<a TargetMode="External"/>'}), "links"),
        (repacked(template("x"), **{"word/more.xml": b"<w:instrText>INCLUDETEXT /etc/passwd</w:instrText>"}), "links"),
    ],
    ids=["empty", "pdf", "broken", "cut", "large", "bomb", "macro", "ole", "entity", "link", "field"],
)
def test_a_file_that_is_no_plain_word_document_is_refused_before_it_is_parsed(content, cause):
    with pytest.raises(Refused) as refused:
        rendering.inspect(content)

    assert refused.value.cause == cause
