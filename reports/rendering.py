"""A Word template filled with values: values in, octets out. It knows nothing of Django, so that it can run in a process of its own.

`render` fills a template of ours. What somebody has uploaded goes through `render_apart`: the same in a process without environment, limited in memory
and time, because a template is a small program. Templates cannot reach anything but the values that they are given.
"""

import io
import json
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docxtpl.template import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY, SECONDS = 512 * 1024 * 1024, 10
"""What filling an uploaded template may take: octets of address space, seconds of processor."""
LARGEST, UNPACKED, ENTRIES = 2 * 1024 * 1024, 20 * 1024 * 1024, 200
"""Most that a template may hold: octets packed, octets unpacked, parts."""

FORBIDDEN = ("vbaproject.bin", "vbadata.xml", "/embeddings/", "/activex/", "/afchunk")
FIELDS = re.compile(rb"INCLUDETEXT|INCLUDEPICTURE|DDEAUTO|\bDDE\b|\bDATABASE\b|\bLINK\b|\bIMPORT\b")
"""Fields by which Word fetches something when a document is opened."""
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

CHART_TYPE = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
EMU = 360_000
"""Units of a drawing in a centimetre."""


class Refused(Exception):
    """A template that is not taken: `cause` is a key of `papers.CAUSES`, `detail` names what it is about."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(cause, detail)
        self.cause, self.detail = cause, detail


def inspect(content: bytes) -> None:
    """Look into a package without parsing it. Raises Refused for what no template of a document needs."""
    if len(content) > LARGEST:
        raise Refused("large")
    try:
        package = zipfile.ZipFile(io.BytesIO(content))
        entries = package.infolist()
        names = [entry.filename.lower() for entry in entries]
        if "word/document.xml" not in names or len(names) != len(set(names)):
            raise Refused("no_word")
        if sum(entry.file_size for entry in entries) > UNPACKED or len(entries) > ENTRIES:
            raise Refused("heavy")
        if any(word in f"/{name}" for name in names for word in FORBIDDEN):
            raise Refused("macro")
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels")):
                _plain(package.read(entry))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        raise Refused("no_word") from None


def _plain(text: bytes) -> None:
    if b"macroEnabled" in text:
        raise Refused("macro")
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text or b"\0" in text:
        raise Refused("no_word")
    if (
        b'TargetMode="External"' in text
        or b"TargetMode='External'" in text
        or FIELDS.search(b"".join(re.findall(rb"<w:instrText[^>]*>([^<]*)", text)))
    ):
        raise Refused("links")


def render(template: bytes, values: Mapping[str, Any]) -> bytes:
    """Fill a template. A value {"chart": ...} becomes a chart of Word's own. Raises Refused with the unknown names or the place of the error."""
    environment = ImmutableSandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    environment.globals.clear()
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    given = {name: _clean(value) for name, value in values.items()}
    if unknown := _unknown(document, environment, given):
        raise Refused("names", ", ".join(sorted(unknown)))
    charts = [name for name, value in given.items() if isinstance(value, dict) and "chart" in value]
    for number, name in enumerate(charts, start=1):
        given[name] = Drawing(document, given[name], number)
    try:
        document.render(given, environment)
    except SecurityError as error:
        raise Refused("unsafe", str(error)) from None
    except TemplateError as error:
        raise Refused("syntax", str(error)) from None
    opened: Any = document.docx
    properties = opened.core_properties
    properties.author = properties.last_modified_by = ""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _unknown(document: DocxTemplate, environment: ImmutableSandboxedEnvironment, given: Mapping[str, Any]) -> set[str]:
    """All names that a template uses and nobody gives, so that they can be told at once."""
    parts = [document.get_xml()]
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        parts += [document.get_part_xml(part) for _key, part in document.get_headers_footers(uri)]
    text = "".join(document.patch_xml(part) for part in parts)
    try:
        return set(find_undeclared_variables(environment.parse(text))) - set(given)
    except TemplateError as error:
        raise Refused("syntax", str(error)) from None


def _clean(value: Any) -> Any:
    """The value without characters that no document may hold."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value)
    if isinstance(value, Mapping):
        return {name: _clean(one) for name, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list | tuple) else value


class Drawing:
    """A bar chart in the text: categories down, one bar of stacked parts each. Word draws it, and its figures can be edited there."""

    def __init__(self, document: DocxTemplate, chart: Mapping[str, Any], number: int) -> None:
        main: Any = document.docx
        part = Part(PackURI(f"/word/charts/chart{900 + number}.xml"), CHART_TYPE, _chart(chart).encode(), main.part.package)
        self.key = main.part.relate_to(part, RELATIONSHIP_TYPE.CHART)
        self.number, self.name = number, chart["chart"]
        self.height = int(EMU * (2.2 + 0.6 * len(chart["categories"])))

    def __html__(self) -> str:
        """The drawing as a run of its own between two halves of the run that names it."""
        name = escape(self.name, {'"': "&quot;"})
        return (
            '</w:t></w:r><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{16 * EMU}" cy="{self.height}"/><wp:docPr id="{900 + self.number}" name="{name}" descr="{name}"/>'
            '<a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/chart">'
            '<c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
            f'r:id="{self.key}"/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r><w:r><w:t xml:space="preserve">'
        )


def _chart(chart: Mapping[str, Any]) -> str:
    """The chart's own part; its figures stand in it, so it needs no workbook."""
    names = _points("c:pt", chart["categories"])
    series = "".join(
        f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx><c:v>{escape(name)}</c:v></c:tx>'
        f'<c:spPr><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill><a:ln w="6350"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></c:spPr>'
        '<c:invertIfNegative val="0"/><c:dLbls><c:numFmt formatCode="#,##0;;" sourceLinked="0"/>'
        f"<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr>{_text(1000, 'FFFFFF' if n == 0 else '000000')}"
        '<c:showLegendKey val="0"/><c:showVal val="1"/><c:showCatName val="0"/><c:showSerName val="0"/><c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls>'
        f"<c:cat><c:strLit>{names}</c:strLit></c:cat>"
        f"<c:val><c:numLit><c:formatCode>General</c:formatCode>{_points('c:pt', values)}</c:numLit></c:val></c:ser>"
        for n, (name, colour, values) in enumerate(chart["series"])
    )
    axis = '<c:scaling><c:orientation val="{}"/></c:scaling><c:delete val="{}"/><c:axPos val="{}"/>'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:roundedCorners val="0"/><c:chart><c:autoTitleDeleted val="1"/><c:plotArea><c:layout/>'
        f'<c:barChart><c:barDir val="bar"/><c:grouping val="stacked"/><c:varyColors val="0"/>{series}<c:gapWidth val="45"/><c:overlap val="100"/>'
        '<c:axId val="1001"/><c:axId val="1002"/></c:barChart>'
        f'<c:catAx><c:axId val="1001"/>{axis.format("maxMin", 0, "l")}<c:majorTickMark val="none"/><c:minorTickMark val="none"/><c:tickLblPos val="nextTo"/>'
        f'{_text(1100)}<c:crossAx val="1002"/><c:crosses val="autoZero"/></c:catAx>'
        f'<c:valAx><c:axId val="1002"/>{axis.format("minMax", 1, "b")}<c:numFmt formatCode="General" sourceLinked="0"/><c:majorTickMark val="none"/><c:minorTickMark val="none"/>'
        '<c:tickLblPos val="none"/><c:crossAx val="1001"/><c:crosses val="max"/></c:valAx></c:plotArea>'
        f'<c:legend><c:legendPos val="b"/><c:overlay val="0"/>{_text(1100)}</c:legend><c:plotVisOnly val="1"/></c:chart>'
        "<c:spPr><a:noFill/><a:ln><a:noFill/></a:ln></c:spPr></c:chartSpace>"
    )


def _points(tag: str, values: Any) -> str:
    return f'<c:ptCount val="{len(values)}"/>' + "".join(
        f'<{tag} idx="{n}"><c:v>{escape(str(value))}</c:v></{tag}>' for n, value in enumerate(values)
    )


def _text(size: int, colour: str = "000000") -> str:
    return (
        f'<c:txPr><a:bodyPr/><a:p><a:pPr><a:defRPr sz="{size}" b="0"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill>'
        '<a:latin typeface="Times New Roman"/></a:defRPr></a:pPr><a:endParaRPr lang="vi-VN"/></a:p></c:txPr>'
    )


def render_apart(template: bytes, values: Mapping[str, Any]) -> bytes:
    """Fill a template that somebody uploaded, in a limited process of its own. Raises Refused, also when that process was ended."""
    inspect(template)
    head = json.dumps(values, default=str).encode() + b"\n"
    try:
        answer = subprocess.run(
            [sys.executable, "-m", "reports.rendering"],
            input=head + template,
            capture_output=True,
            check=False,
            cwd=Path(__file__).resolve().parent.parent,
            env={},
            timeout=2 * SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Refused("heavy") from None
    if answer.returncode == 0 and answer.stdout.startswith(b"PK"):
        return answer.stdout
    try:
        cause, detail = json.loads(answer.stdout)
    except ValueError:
        raise Refused("heavy") from None
    raise Refused(cause, detail)


def main() -> None:
    """Read values (a line of JSON) and a template from standard input; write the document, or [cause, detail]."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    head, _line, template = sys.stdin.buffer.read().partition(b"\n")
    try:
        answer = render(template, json.loads(head))
        if len(answer) > UNPACKED:
            raise Refused("heavy")
    except Refused as refused:
        answer = json.dumps([refused.cause, refused.detail]).encode()
    except (MemoryError, RecursionError):
        answer = json.dumps(["heavy", ""]).encode()
    except Exception as error:  # noqa: BLE001 - whatever a broken template makes a library raise
        answer = json.dumps(["syntax", str(error)[:300]]).encode()
    sys.stdout.buffer.write(answer)


if __name__ == "__main__":
    main()
