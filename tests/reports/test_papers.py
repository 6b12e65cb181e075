"""Documents that the portal writes: asked for, kept, handed out to those who may; templates of the province's own."""

import io
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from accounts.rules import Role
from ledger.models import Entry, Job
from reports import layout, papers
from reports.editions import publish
from reports.models import Paper, Template
from reports.rendering import Refused
from tests.factories import client_of, make_user


@pytest.fixture
def edition(forms, year):
    return publish(period=year, final=False, actor=None)


def asked(cast, edition, unit, kind="report", format="docx", **details):  # noqa: A002 - the name of the column
    paper, _job = papers.ask(kind=kind, format=format, edition=edition, unit=unit, details=details, actor=cast.officer)
    return paper


def content_of(paper):
    return Path(paper.file.path).read_bytes()


def body(response):
    return b"".join(response.streaming_content)


@pytest.mark.parametrize("kind", ["report", "decision", "ranking"])
def test_a_document_is_written_once_and_kept_with_its_digest(cast, place, edition, kind):
    paper = asked(cast, edition, place.province, kind, number="7")

    assert papers.write(paper) == papers.write(Paper.objects.get(pk=paper.pk)) == "Văn bản đã viết xong."

    content = content_of(paper)
    assert (paper.size, paper.digest) == (len(content), sha256(content).hexdigest())
    assert "Số: 07/" in docx.Document(io.BytesIO(content)).tables[0].rows[0].cells[0].text
    assert [entry.act for entry in Entry.objects.about("paper", str(paper.pk))] == ["ask", "write"]


def test_the_annexes_are_written_from_the_same_edition(cast, place, edition):
    paper = asked(cast, edition, place.province, "annex", "xlsx")

    papers.write(paper)

    assert load_workbook(io.BytesIO(content_of(paper))).sheetnames[0].startswith("I.")


def test_a_document_is_not_about_a_unit_or_in_a_format_that_it_is_not_written_for(cast, place, edition):
    with pytest.raises(ValueError, match="report xlsx"):
        asked(cast, edition, place.province, "report", "xlsx")
    with pytest.raises(ValueError, match="district docx"):
        asked(cast, edition, place.province, "district")
    assert not Paper.objects.exists()
    assert not Job.objects.filter(task=papers.WRITE_TASK).exists()


def test_without_libreoffice_the_page_and_the_job_say_so(cast, place, edition, monkeypatch):
    monkeypatch.setenv("PATH", "")
    paper = asked(cast, edition, place.province, format="pdf")

    assert "chưa cài LibreOffice" in papers.write(paper)
    assert "chưa cài LibreOffice" in client_of(cast.officer).get(reverse("papers")).content.decode()
    assert not paper.written_at


@pytest.mark.live
@pytest.mark.parametrize(("kind", "format"), [("report", "pdf"), ("annex", "pdf")])
def test_libreoffice_makes_a_pdf(cast, place, edition, kind, format):  # noqa: A002
    paper = asked(cast, edition, place.province, kind, format)

    papers.write(paper)

    assert content_of(paper).startswith(b"%PDF")


def form(of, about, **given):
    return {"kind": "report", "format": "docx", "edition": of.pk, "unit": about.code, "power": "KT."} | given


@pytest.mark.embedded
@pytest.mark.django_db(transaction=True)
def test_a_person_asks_and_takes_the_document_from_the_page(cast, place, edition):
    client = client_of(cast.officer)

    page = client.post(
        reverse("papers"), form(edition, place.province, number="9", day="05/02/2019", recipients="- Như trên;\n- Lưu: VT."), follow=True
    )

    paper = Paper.objects.get()
    assert reverse("paper", args=[paper.pk]) in page.content.decode()
    answer = client.get(reverse("paper", args=[paper.pk]))
    content = body(answer)
    assert answer["Content-Disposition"].startswith("attachment")
    assert sha256(content).hexdigest() == paper.digest
    head = docx.Document(io.BytesIO(content)).tables[0].rows[0]
    assert "ngày 05 tháng 02 năm 2019" in head.cells[1].text


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "nothing"}, "nothing"),
        ({"kind": "report", "format": "xlsx"}, "Loại này chỉ có dạng"),
        ({"kind": "district"}, "chọn một huyện"),
        ({"edition": 999_999}, "Không có ấn bản này."),
        ({"edition": "x"}, "Không có ấn bản này."),
        ({"unit": "nowhere"}, "Không có đơn vị này."),
        ({"day": "31/02/2019"}, "31/02/2019"),
        ({"power": "X."}, "X."),
    ],
)
def test_what_cannot_be_written_is_said_and_nothing_is_asked(cast, place, edition, given, words):
    answer = client_of(cast.officer).post(reverse("papers"), form(edition, place.province, **given))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Paper.objects.exists()


def test_a_district_reads_its_own_documents_only(cast, place, edition):
    own, other = asked(cast, edition, place.district, "district"), asked(cast, edition, place.districts[1], "district")
    client = client_of(cast.appraiser)
    for paper in (own, other):
        papers.write(paper)

    assert body(client.get(reverse("paper", args=[own.pk]))).startswith(b"PK")
    assert client.get(reverse("paper", args=[other.pk])).status_code == 404
    assert client.get(reverse("paper", args=[uuid4()])).status_code == 404
    assert client.post(reverse("papers"), form(edition, place.province)).status_code == 422
    assert client.post(reverse("papers"), form(edition, place.districts[1], kind="district")).status_code == 422


def test_the_list_costs_the_same_whatever_its_length(cast, place, edition, django_assert_max_num_queries):
    client = client_of(cast.officer)
    for _number in range(12):
        asked(cast, edition, place.province)

    with django_assert_max_num_queries(6):
        client.get(reverse("papers"), headers={"HX-Request": "true"})


# Templates


def test_the_province_takes_a_template_edits_it_and_puts_it_in_use(cast, place, edition):
    client = client_of(cast.officer)
    document = docx.Document(io.BytesIO(client.get(reverse("template", args=["report"])).content))
    document.paragraphs[0].insert_paragraph_before("Mẫu của tỉnh")
    file = io.BytesIO()
    document.save(file)

    answer = client.post(reverse("template", args=["report"]), {"report-file": SimpleUploadedFile("mẫu mới.docx", file.getvalue())})

    assert answer.status_code == 302
    assert Template.objects.get().name == "mẫu mới.docx"
    paper = asked(cast, edition, place.province)
    papers.write(paper)
    assert "Mẫu của tỉnh" in [line.text for line in docx.Document(io.BytesIO(content_of(paper))).paragraphs]

    client.post(reverse("template", args=["report"]), {"act": "default"})
    assert not Template.objects.exists()
    assert [entry.act for entry in Entry.objects.about("template", "report")] == ["template", "default"]


@pytest.mark.parametrize(("name", "content"), [("x.docx", b"x"), ("x.docx", b""), ("x.pdf", b"%PDF-1.4")])
def test_a_file_that_is_no_template_is_refused_in_words(cast, edition, name, content):
    answer = client_of(cast.officer).post(reverse("template", args=["report"]), {"report-file": SimpleUploadedFile(name, content)})

    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert not Template.objects.exists()


def test_a_template_that_cannot_be_filled_tells_every_unknown_name(cast, edition):
    document = docx.Document()
    document.add_paragraph("{{ subject }} {{ khong_co }} {{ cung_khong }}")
    file = io.BytesIO()
    document.save(file)

    answer = client_of(cast.admin).post(reverse("template", args=["ranking"]), {"ranking-file": SimpleUploadedFile("x.docx", file.getvalue())})

    assert answer.status_code == 422
    assert "cung_khong, khong_co" in answer.content.decode()
    assert not Template.objects.exists()


def test_without_an_edition_no_template_is_taken(cast, db):
    with pytest.raises(Refused, match="no_edition"):
        papers.take_template(kind="report", name="x.docx", content=layout.default("report"), actor=cast.officer)


def test_only_the_province_keeps_templates(cast, place, edition):
    reader = make_user(Role.LEADER, place.province)

    assert client_of(cast.appraiser).get(reverse("templates")).status_code == 403
    assert client_of(reader).post(reverse("template", args=["report"])).status_code == 403
    assert client_of(cast.officer).get(reverse("template", args=["annex"])).status_code == 404
