"""The default templates of documents, laid out by Decree 30/2020/NĐ-CP, annex I: built here, so that the sizes of the decree stand in one place.

Pure. The province downloads one, edits it in Word and sends it back. Words in braces are filled in by `rendering`; `word.NAMES` explains them.
"""

from collections.abc import Callable, Sequence
from functools import cache
from io import BytesIO
from typing import Any

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

FONT = "Times New Roman"
TOP, BOTTOM, LEFT, RIGHT = Mm(20), Mm(20), Mm(30), Mm(16)
WIDTH, HEIGHT = Mm(210), Mm(297)
INDENT = Mm(12.7)
CENTRE, JUSTIFY, START = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY, WD_ALIGN_PARAGRAPH.LEFT

Column = tuple[str, str, float, bool]
"""Words of the head, what stands in a row, width in millimetres, whether it is centred."""

TARGETS: Sequence[Column] = (
    ("TT", "{{ row.order }}", 10, True),
    ("Chỉ tiêu", "{{ row.name }}", 66, False),
    ("Điều khoản của kế hoạch", "{{ row.clause }}", 34, False),
    ("Mức đề ra", "{{ row.goal }}", 30, True),
    ("Thực hiện", "{{ row.actual }}", 24, True),
    ("Tử số/mẫu số", "{{ row.ratio }}", 32, True),
    ("Kỳ trước", "{{ row.before }}", 22, True),
    ("Đánh giá", "{{ row.verdict }}", 34, True),
)
CLASSES: Sequence[Column] = (
    ("TT", "{{ row.order }}", 10, True),
    ("Huyện, thị xã, thành phố", "{{ row.name }}", 56, False),
    ("Số đơn vị cấp xã", "{{ row.communes }}", 22, True),
    ("Đã duyệt", "{{ row.approved }}", 20, True),
    ("Tốt", "{{ row.good }}", 16, True),
    ("Khá", "{{ row.fair }}", 16, True),
    ("Trung bình", "{{ row.average }}", 18, True),
    ("Yếu", "{{ row.weak }}", 16, True),
    ("Trong sạch, vững mạnh", "{{ row.title }}", 26, True),
    ("Phiếu gửi trễ", "{{ row.late }}", 20, True),
    ("Báo cáo của huyện", "{{ row.report }}", 32, True),
)
RANKING: Sequence[Column] = (
    ("Thứ hạng", "{{ row.rank }}", 18, True),
    ("Đơn vị", "{{ row.name }}", 70, False),
    ("Huyện, thị xã, thành phố", "{{ row.district }}", 62, False),
    ("Tổng điểm", "{{ row.total }}", 26, True),
    ("Thang điểm", "{{ row.max_total }}", 24, True),
    ("Xếp loại", "{{ row.grade }}", 26, True),
    ("Danh hiệu", "{{ row.title }}", 26, True),
)


class Sheet:
    """A document being laid out."""

    def __init__(self) -> None:
        self.document: Document = docx.Document()
        body = self.document.element.body
        for element in list(body)[:-1]:
            body.remove(element)
        style: Any = self.document.styles["Normal"]
        style.font.name, style.font.size = FONT, Pt(14)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
            fonts.set(qn(script), FONT)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
        style.paragraph_format.line_spacing = 1.0
        section = self.document.sections[0]
        section.page_width, section.page_height = WIDTH, HEIGHT
        self._edges(section)
        self._page_number(section)

    def _edges(self, section: Any) -> None:
        section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = TOP, BOTTOM, LEFT, RIGHT
        section.header_distance = section.footer_distance = Mm(10)
        section.different_first_page_header_footer = True

    def _page_number(self, section: Any) -> None:
        """Arabic, size 13, centred in the top margin; the first page has a header of its own, which is empty."""
        section.first_page_header.is_linked_to_previous = False
        section.header.is_linked_to_previous = False
        paragraph = section.header.paragraphs[0]
        paragraph.style = self.document.styles["Normal"]
        paragraph.alignment = CENTRE
        for kind in ("begin", "PAGE", "separate", "2", "end"):
            run = paragraph.add_run()
            run.font.size = Pt(13)
            if kind == "2":
                run.text = kind
                continue
            element = OxmlElement("w:instrText" if kind == "PAGE" else "w:fldChar")
            if kind == "PAGE":
                element.text = kind
            else:
                element.set(qn("w:fldCharType"), kind)
            run._r.append(element)

    def line(
        self,
        words: str,
        *,
        size: float = 14,
        bold: bool = False,
        italic: bool = False,
        align: Any = JUSTIFY,
        indent: bool = False,
        after: float = 6,
        before: float = 0,
        place: Any = None,
        together: bool = False,
    ) -> Paragraph:
        """A paragraph of one kind of letters."""
        paragraph: Paragraph = (place or self.document).add_paragraph()
        run = paragraph.add_run(words)
        run.bold, run.italic, run.font.size = bold, italic, Pt(size)
        shape = paragraph.paragraph_format
        shape.alignment, shape.space_after, shape.space_before = align, Pt(after), Pt(before)
        shape.first_line_indent = INDENT if indent else None
        shape.keep_with_next = together
        return paragraph

    def rule(self, width: float, of: float, place: Any) -> None:
        """A line of so many millimetres in the middle of a block `of` so many."""
        paragraph = self.line("", size=2, align=CENTRE, after=0, before=3, place=place)
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Mm((of - width) / 2)
        borders = OxmlElement("w:pBdr")
        top = OxmlElement("w:top")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
            top.set(qn(f"w:{name}"), value)
        borders.append(top)
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr")

    def each(self, name: str, of: str, write: Callable[[], object]) -> None:
        """A loop of paragraphs."""
        self.line(f"{{%p for {name} in {of} %}}", after=0)
        write()
        self.line("{%p endfor %}", after=0)

    def when(self, condition: str, write: Callable[[], object]) -> None:
        """Paragraphs that stand there only under a condition."""
        self.line(f"{{%p if {condition} %}}", after=0)
        write()
        self.line("{%p endif %}", after=0)

    def blocks(self, left: float, right: float) -> tuple[_Cell, _Cell]:
        """Two blocks beside each other, without lines."""
        table = self.document.add_table(1, 2)
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        _fixed(table, (left, right))
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # nobody signs on the next page
        for cell in table.rows[0].cells:
            cell._tc.remove(cell.paragraphs[0]._p)
        return table.rows[0].cells[0], table.rows[0].cells[1]

    def head(self) -> None:
        """The issuing body and the national title, the number and the day."""
        left, right = self.blocks(65, 99)
        self.line("{%p if parent_body %}", after=0, place=left)
        self.line("{{ parent_body }}", size=12, align=CENTRE, after=0, place=left)
        self.line("{%p endif %}", after=0, place=left)
        self.line("{{ body }}", size=12, bold=True, align=CENTRE, after=0, place=left)
        self.rule(26, 63, left)
        self.line("Số: {{ number }}", size=13, align=CENTRE, after=0, before=6, place=left)
        self.line("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", size=12, bold=True, align=CENTRE, after=0, place=right)
        self.line("Độc lập - Tự do - Hạnh phúc", size=13, bold=True, align=CENTRE, after=0, place=right)
        self.rule(58, 96, right)
        self.line("{{ place_and_day }}", size=13, italic=True, align=CENTRE, after=0, before=6, place=right)
        self.when("draft", lambda: self.line("{{ draft }}", size=13, bold=True, align=START, after=0, before=6))

    def title(self) -> None:
        """The kind of document and what it is about."""
        self.line("{{ kind }}", bold=True, align=CENTRE, after=0, before=14, together=True)
        self.line("{{ subject }}", bold=True, align=CENTRE, after=2, together=True)
        self.rule(50, 164, None)
        self.line("", size=6, after=0)

    def paragraphs(self, name: str) -> None:
        """A list of paragraphs."""
        self.each("line", name, lambda: self.line("{{ line }}", indent=True))

    def heading(self, words: str) -> None:
        """A heading of a section: capitals, bold."""
        self.line(words, bold=True, indent=True, before=6, together=True)

    def foot(self) -> None:
        """The recipients and the signature block."""
        self.line("", size=6, after=0)
        left, right = self.blocks(80, 85)
        self.line("Nơi nhận:", size=12, bold=True, italic=True, align=START, after=0, place=left)
        self.line("{%p for line in recipients %}", after=0, place=left)
        self.line("{{ line }}", size=11, align=START, after=0, place=left)
        self.line("{%p endfor %}", after=0, place=left)
        for name in ("power", "post"):
            self.line("{%p for line in " + name + " %}", after=0, place=right)
            self.line("{{ line }}", bold=True, align=CENTRE, after=0, place=right, together=True)
            self.line("{%p endfor %}", after=0, place=right)
        for _blank in range(4):
            self.line("", align=CENTRE, after=0, place=right, together=True)
        self.line("{{ name }}", bold=True, align=CENTRE, after=0, place=right)

    def annex(self, number: str, title: str, columns: Sequence[Column], rows: str, *, last: bool = True) -> None:
        """A table of its own, lying, with pages of its own and a head that is repeated."""
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, HEIGHT, WIDTH
        self._edges(section)
        start = OxmlElement("w:pgNumType")
        start.set(qn("w:start"), "1")
        section._sectPr.insert_element_before(start, "w:cols", "w:titlePg", "w:docGrid")
        if number:
            self.line(number, bold=True, align=CENTRE, after=0)
        self.line(title, bold=True, align=CENTRE, after=0)
        self.line("{{ attached_to }}", italic=True, align=CENTRE, after=2)
        self.rule(50, 251, None)
        self.line("", size=6, after=0)
        self._table(columns, rows)
        if last:
            self.each("line", "notes", lambda: self.line("{{ line }}", size=12, italic=True, after=2, before=2))

    def _table(self, columns: Sequence[Column], rows: str) -> None:
        table = self.document.add_table(4, len(columns), "Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        _fixed(table, [width for _head, _words, width, _centred in columns])
        for row in (table.rows[0], table.rows[2]):  # a row stays on one page
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for column, (words, value, _width, centred) in enumerate(columns):
            self._cell(table.rows[0].cells[column], words, bold=True, centred=True)
            self._cell(table.rows[2].cells[column], value, centred=centred)
        self._cell(table.rows[1].cells[0], f"{{%tr for row in {rows} %}}")
        self._cell(table.rows[3].cells[0], "{%tr endfor %}")

    def _cell(self, cell: _Cell, words: str, *, bold: bool = False, centred: bool = False) -> None:
        cell._tc.remove(cell.paragraphs[0]._p)
        self.line(words, size=12, bold=bold, align=CENTRE if centred else START, after=1, before=1, place=cell)

    def save(self) -> bytes:
        """The finished document."""
        file = BytesIO()
        self.document.save(file)
        return file.getvalue()


def _fixed(table: Any, widths: Sequence[float]) -> None:
    """Give a table columns of these widths in millimetres, whatever stands in them."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def report() -> bytes:
    """The report of Sở Nội vụ, or of a district: sections I to IV of the plan, difficulties, annexes."""
    sheet = Sheet()
    sheet.head()
    sheet.title()
    sheet.line("Kính gửi: {{ addressee }}", align=CENTRE, after=10)
    sheet.each("line", "grounds", lambda: sheet.line("{{ line }}", italic=True, indent=True))
    sheet.paragraphs("opening")
    sheet.heading("I. TÌNH HÌNH CHUNG VÀ CÔNG TÁC CHỈ ĐẠO")
    sheet.paragraphs("general")
    sheet.heading("II. KẾT QUẢ THỰC HIỆN MỤC TIÊU, CHỈ TIÊU")
    sheet.paragraphs("summary")
    sheet.when("verdicts_chart", lambda: _chart(sheet, "verdicts_chart", "Biểu 1. Số chỉ tiêu theo lĩnh vực và kết quả"))

    def group() -> None:
        sheet.line("{{ group.title }}", bold=True, indent=True, before=4, together=True)
        sheet.each("line", "group.lines", lambda: sheet.line("{{ line }}", indent=True))

    sheet.each("group", "objectives", group)
    sheet.heading("III. KẾT QUẢ THỰC HIỆN NHIỆM VỤ, GIẢI PHÁP")
    sheet.each("group", "measures", group)
    sheet.when("classes_chart", lambda: _chart(sheet, "classes_chart", "Biểu 2. Kết quả xếp loại theo huyện (số đơn vị cấp xã)"))
    sheet.heading("IV. TỔ CHỨC THỰC HIỆN, PHƯƠNG HƯỚNG KỲ SAU")
    sheet.paragraphs("organisation")
    sheet.paragraphs("direction")
    sheet.heading("V. KHÓ KHĂN, VƯỚNG MẮC VÀ ĐỀ NGHỊ")
    sheet.paragraphs("difficulties")
    sheet.each("line", "notes", lambda: sheet.line("{{ line }}", italic=True, indent=True))
    sheet.paragraphs("closing")
    sheet.foot()
    sheet.annex("Phụ lục I", "KẾT QUẢ THỰC HIỆN CÁC CHỈ TIÊU", TARGETS, "targets", last=False)
    sheet.annex("Phụ lục II", "KẾT QUẢ XẾP LOẠI THEO HUYỆN, THỊ XÃ, THÀNH PHỐ", CLASSES, "districts", last=False)
    sheet.annex("Phụ lục III", "XẾP HẠNG CHÍNH QUYỀN CƠ SỞ", RANKING, "ranking")
    return sheet.save()


def _chart(sheet: Sheet, name: str, words: str) -> None:
    sheet.line("{{ " + name + " }}", align=CENTRE, after=0, together=True)
    sheet.line(words, size=13, italic=True, align=CENTRE, after=8)


def decision() -> bytes:
    """The draft of a decision that recognises classes and titles, with its list."""
    sheet = Sheet()
    sheet.head()
    sheet.title()
    sheet.line("{{ issuer }}", bold=True, align=CENTRE, after=10, before=4)
    sheet.each("line", "grounds", lambda: sheet.line("{{ line }}", italic=True, indent=True))
    sheet.line("QUYẾT ĐỊNH:", bold=True, align=CENTRE, after=8, before=8)

    def article() -> None:
        paragraph = sheet.line("{{ article.title }} ", bold=True, indent=True)
        paragraph.add_run("{{ article.text }}").font.size = Pt(14)

    sheet.each("article", "articles", article)
    sheet.foot()
    sheet.annex("", "DANH SÁCH XẾP LOẠI CHÍNH QUYỀN CƠ SỞ VÀ DANH HIỆU “TRONG SẠCH, VỮNG MẠNH”", RANKING, "ranking")
    return sheet.save()


def ranking() -> bytes:
    """The official ranking: a notice with its list."""
    sheet = Sheet()
    sheet.head()
    sheet.title()
    sheet.each("line", "grounds", lambda: sheet.line("{{ line }}", italic=True, indent=True))
    sheet.paragraphs("opening")
    sheet.paragraphs("summary")
    sheet.when("classes_chart", lambda: _chart(sheet, "classes_chart", "Biểu. Kết quả xếp loại theo huyện (số đơn vị cấp xã)"))
    sheet.paragraphs("closing")
    sheet.foot()
    sheet.annex("Phụ lục", "BẢNG XẾP HẠNG CHÍNH QUYỀN CƠ SỞ", RANKING, "ranking")
    return sheet.save()


BUILDERS: dict[str, Callable[[], bytes]] = {"report": report, "district": report, "decision": decision, "ranking": ranking}


@cache
def default(kind: str) -> bytes:
    """The default template of a kind of document."""
    return BUILDERS[kind]()
