"""Documents that the portal writes from an edition: asked for, written by a job, kept; and the templates that the province puts in their place.

A document never changes once it is written: whoever wants another asks for another. PDF is made by LibreOffice where the worker has it.
"""

import shutil
import subprocess
from datetime import date
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from communes.models import Unit
from communes.rules import Level, clean_name
from ledger import services as ledger
from ledger.models import Job
from reports import annex, editions, rendering, word
from reports.models import Edition, Paper, Template

WRITE_TASK = "reports.write_paper"
SUBJECT, TEMPLATE = "paper", "template"
"""How the ledger calls a document (its key is its id) and a template (its key is its kind)."""

OFFICE_SECONDS = 120


class Kind(NamedTuple):
    """A kind of document: its name, the levels of the units that it tells of, what it is written as."""

    name: Any
    levels: frozenset[str]
    formats: tuple[str, ...]


PROVINCE, DISTRICT = frozenset({Level.PROVINCE.value}), frozenset({Level.DISTRICT.value})
KINDS: dict[str, Kind] = {
    "report": Kind(gettext_lazy("Báo cáo của Sở Nội vụ gửi UBND tỉnh"), PROVINCE, ("docx", "pdf")),
    "district": Kind(gettext_lazy("Báo cáo của huyện gửi Sở Nội vụ"), DISTRICT, ("docx", "pdf")),
    "decision": Kind(gettext_lazy("Dự thảo quyết định công nhận xếp loại, danh hiệu"), PROVINCE, ("docx", "pdf")),
    "ranking": Kind(gettext_lazy("Thông báo kết quả xếp hạng"), PROVINCE, ("docx", "pdf")),
    "annex": Kind(gettext_lazy("Phụ lục số liệu (Excel)"), PROVINCE | DISTRICT, ("xlsx", "pdf")),
}
WORD = tuple(kind for kind, of in KINDS.items() if "docx" in of.formats)
"""The kinds that have a template."""

CAUSES = {
    "no_word": gettext_lazy("Tệp không phải văn bản Word (.docx), hoặc bị hỏng. Mở bằng Word, lưu lại dạng .docx rồi gửi lại."),
    "large": gettext_lazy("Tệp lớn hơn 2 MB. Bỏ ảnh không cần thiết rồi gửi lại."),
    "heavy": gettext_lazy("Mẫu giải nén quá lớn hoặc điền quá lâu nên đã dừng. Bỏ bớt vòng lặp lồng nhau, ảnh và phần thừa."),
    "macro": gettext_lazy("Mẫu có macro hoặc đối tượng nhúng. Lưu lại dạng .docx không macro, bỏ đối tượng nhúng."),
    "links": gettext_lazy("Mẫu có liên kết ra ngoài (siêu liên kết, ảnh liên kết, trường lấy dữ liệu). Bỏ liên kết rồi gửi lại."),
    "names": gettext_lazy("Mẫu gọi tên không có: {detail}. Sửa lại theo danh sách tên bên dưới."),
    "unsafe": gettext_lazy("Mẫu gọi điều không được phép: {detail}."),
    "syntax": gettext_lazy("Mẫu viết sai chỗ điền: {detail}."),
    "no_edition": gettext_lazy("Chưa có ấn bản số liệu nào để thử mẫu. Lập ấn bản trước."),
}
"""Why a template is not taken, with the remedy."""


class NoOffice(Exception):
    """LibreOffice is not there, or it made no PDF."""


def has_office() -> bool:
    """Whether PDF can be made on this machine."""
    return shutil.which("soffice") is not None


def said(refused: rendering.Refused) -> str:
    """A refusal in words."""
    return str(CAUSES[refused.cause]).format(detail=refused.detail)


def ask(*, kind: str, format: str, edition: Edition, unit: Unit, details: dict[str, Any], actor: User) -> tuple[Paper, Job]:  # noqa: A002
    """Ask for a document; the caller sends the job. Raises ValueError for what such a document is not written as or not about."""
    if format not in KINDS[kind].formats or unit.level not in KINDS[kind].levels:
        raise ValueError(f"{kind} {format} {unit.level}")
    with transaction.atomic():
        paper = Paper.objects.create(kind=kind, format=format, edition=edition, unit=unit, details=details, asked_at=timezone.now(), asked_by=actor)
        about = {"kind": kind, "format": format, "unit": unit.code, "edition": f"{edition.period.code}/{edition.number}"}
        ledger.record(act="ask", kind=SUBJECT, key=str(paper.pk), actor=actor, data=about, unit=unit.pk)
        return paper, ledger.ask(task=WRITE_TASK, key=str(paper.pk), actor=actor)


def write(paper: Paper) -> str:
    """Write a document that was asked for and keep it; what is to be told to who asked. Safe to call twice."""
    if paper.written_at:
        return _("Văn bản đã viết xong.")
    try:
        content = _content(paper)
    except rendering.Refused as refused:
        return said(refused)
    except NoOffice:
        return _("Không tạo được PDF: máy xử lý chưa cài LibreOffice. Tải bản Word hoặc Excel thay thế.")
    name = default_storage.save(f"papers/{uuid4().hex}.{paper.format}", ContentFile(content))
    try:
        paper.file.name, paper.size, paper.digest = name, len(content), sha256(content).hexdigest()
        paper.written_at = timezone.now()
        paper.save(update_fields=["file", "size", "digest", "written_at"])
        ledger.record(act="write", kind=SUBJECT, key=str(paper.pk), actor=None, data={"digest": paper.digest}, unit=paper.unit_id)
    except BaseException:
        default_storage.delete(name)
        raise
    return _("Văn bản đã viết xong.")


def _content(paper: Paper) -> bytes:
    """The octets of a document."""
    edition, unit = paper.edition, paper.unit
    content = editions.scoped(edition.content, unit)
    if paper.kind == "annex":
        agency = {"above": _("UBND TỈNH ĐIỆN BIÊN"), "agency": _("SỞ NỘI VỤ")}
        if unit.level == Level.DISTRICT:
            agency = {"above": _("ỦY BAN NHÂN DÂN"), "agency": unit.full_name.upper()}
        cover = annex.Cover(number=edition.number, final=edition.final, made_at=edition.made_at, digest=edition.digest, **agency)
        written, ending = annex.write(annex.read(content), cover), "xlsx"
    else:
        source = word.Source(edition.number, edition.final, timezone.localtime(edition.made_at), edition.digest)
        # A district's own report names the province that it belongs to, so it reads the whole content and tells of the district.
        written, ending = word.write(paper.kind, edition.content, unit.code, details_of(paper.details), source, template_of(paper.kind)), "docx"
    return to_pdf(written, ending) if paper.format == "pdf" else written


def details_of(said: dict[str, Any]) -> word.Details:
    """What somebody chose for a document, from JSON."""
    day = said.get("day")
    words = {name: str(said.get(name) or "") for name in ("number", "place", "power", "post", "name")}
    return word.Details(day=date.fromisoformat(day) if day else None, recipients=said.get("recipients") or (), **words)


def to_pdf(content: bytes, ending: str) -> bytes:
    """The same document as PDF, by LibreOffice with a profile of its own. Raises NoOffice: it may end well without having written anything."""
    office = shutil.which("soffice")
    if office is None:
        raise NoOffice
    with TemporaryDirectory(prefix="portal-pdf-") as name:
        place = Path(name)
        source = place / f"paper.{ending}"
        source.write_bytes(content)
        command = [office, "--headless", "--norestore", f"-env:UserInstallation={(place / 'profile').as_uri()}", "--convert-to", "pdf"]
        try:
            subprocess.run(  # noqa: S603 - the names are ours
                [*command, "--outdir", name, str(source)],
                check=False,
                capture_output=True,
                timeout=OFFICE_SECONDS,
                env={"HOME": name, "PATH": "/usr/local/bin:/usr/bin:/bin"},
            )
        except subprocess.TimeoutExpired:
            raise NoOffice from None
        made = place / "paper.pdf"
        written = made.read_bytes() if made.exists() else b""
    if not written.startswith(b"%PDF"):
        raise NoOffice
    return written


# Templates


def template_of(kind: str) -> bytes | None:
    """The uploaded template that documents of this kind are written with; None: the portal's own."""
    found = Template.objects.filter(kind=kind).first()
    if found is None:
        return None
    with found.file.open("rb") as file:
        return bytes(file.read())


def take_template(*, kind: str, name: str, content: bytes, actor: User) -> Template:
    """Put a template in use, once it has been filled with the newest edition. Raises rendering.Refused; then nothing is kept."""
    rendering.inspect(content)
    edition = Edition.objects.order_by("-made_at").first()
    if edition is None:
        raise rendering.Refused("no_edition")
    level = next(iter(KINDS[kind].levels))
    code = next(unit["code"] for unit in edition.content["units"] if unit["level"] == level)
    source = word.Source(edition.number, edition.final, edition.made_at, edition.digest)
    word.write(kind, edition.content, code, word.Details(), source, content)
    kept = default_storage.save(f"templates/{uuid4().hex}.docx", ContentFile(content))
    try:
        with transaction.atomic():
            digest = sha256(content).hexdigest()
            made = Template.objects.create(kind=kind, file=kept, name=clean_name(name)[-120:], digest=digest, made_at=timezone.now(), made_by=actor)
            ledger.record(act="template", kind=TEMPLATE, key=kind, actor=actor, data={"digest": digest})
    except BaseException:
        default_storage.delete(kept)
        raise
    return made


def drop_templates(*, kind: str, actor: User) -> None:
    """Go back to the portal's own template."""
    with transaction.atomic():
        found = list(Template.objects.select_for_update().filter(kind=kind))
        if not found:
            return
        Template.objects.filter(pk__in=[one.pk for one in found]).delete()
        ledger.record(act="default", kind=TEMPLATE, key=kind, actor=actor, data={"dropped": [one.digest for one in found]})
    for one in found:
        default_storage.delete(str(one.file.name))
