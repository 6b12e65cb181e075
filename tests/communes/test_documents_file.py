"""Documents from a file: what is wrong by cell, what would be new, all or nothing, and the export that the import takes back."""

import io
from datetime import date

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from communes import merge, registers, services
from communes.forms import DocumentForm
from communes.models import Document, Upload
from ledger.models import Entry
from tests.factories import DocumentFactory, client_of
from tests.reader import Page
from tests.sheets import book, confirm, flaws, read, send

pytestmark = pytest.mark.django_db

HEADERS = [column.column_name for column in registers.DocumentsResource().columns]
PLAN = {
    "Mã đơn vị": "03124",
    "Số, ký hiệu": "12/KH-UBND",
    "Ngày ban hành": "20/03/2018",
    "Loại văn bản": "Kế hoạch",
    "Cơ quan ban hành": "UBND phường Noong Bua",
    "Trích yếu": "Kế hoạch củng cố chính quyền cơ sở",
}


def row(**cells):
    return PLAN | {key.replace("_", " ").replace("Số ký", "Số, ký"): value for key, value in cells.items()}


def filed(rows, unit, actor):
    return send(book(rows, HEADERS), unit, actor, register="documents")


def test_a_document_in_bulk_is_the_one_that_the_form_would_record(place, cast):
    assert confirm(filed([row(Thực_hiện_điều_khoản=" III.1.b ", Loại_văn_bản="kế  hoạch")], place.commune, cast.entry), cast.entry)
    bulk = Document.objects.get()
    typed = {name: getattr(bulk, name) for name in ("kind", "number", "issuer", "title", "cited_in")}
    form = DocumentForm(place.sibling, typed | {"issued_on": "20/3/2018"})
    assert form.is_valid(), form.errors
    single, _new = services.save_document(unit=place.sibling, actor=cast.neighbour, **form.values)

    different = ("id", "unit_id", "recorded_at", "recorded_by_id")
    columns = [column.attname for column in Document._meta.concrete_fields if column.attname not in different]
    assert {name: getattr(bulk, name) for name in columns} == {name: getattr(single, name) for name in columns}
    assert (bulk.cited_in, bulk.recorded_by, bulk.recorded_at is not None) == ("III.1.b", cast.entry, True)


def test_what_is_wrong_is_said_by_cell_and_nothing_is_written(place, cast):
    rows = [
        row(Loại_văn_bản="Hợp đồng"),
        row(Số_ký_hiệu="2" * 41),
        row(Số_ký_hiệu="3/KH", Ngày_ban_hành="2018"),
        row(Số_ký_hiệu="4/KH", Ngày_ban_hành="20/03/2020"),
        row(Số_ký_hiệu="5/KH", Ngày_ban_hành=None),
        row(Số_ký_hiệu="6/KH", Dùng_chung="Có"),
        row(Số_ký_hiệu="7/KH", Trích_yếu=None),
        row(),
        row(),
    ]

    upload = filed(rows, place.commune, cast.entry)

    assert sorted((cell, header) for cell, header, _why in flaws(upload)) == [
        ("C12", "Số, ký hiệu"),
        ("C5", "Số, ký hiệu"),
        ("D6", "Ngày ban hành"),
        ("D7", "Ngày ban hành"),
        ("D8", "Ngày ban hành"),
        ("E4", "Loại văn bản"),
        ("G10", "Trích yếu"),
        ("I9", "Dùng chung"),
    ]
    assert upload.state == Upload.REFUSED
    assert confirm(upload, cast.entry) is False
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("code", "name", "cell", "why"),
    [
        ("03127", None, "A4", "tệp này là của"),
        ("11", None, "A4", "là cấp trên"),
        ("99999", None, "A4", "Không có đơn vị mã này"),
        ("mã", None, "A4", "Mã đơn vị không đúng dạng."),
        ("03124", "Huyện Điện Biên", "B4", "tên ghi khác"),
    ],
)
def test_a_commune_records_only_its_own(place, cast, code, name, cell, why):
    upload = filed([row(Mã_đơn_vị=code, Tên_đơn_vị=name)], place.commune, cast.entry)

    [found] = flaws(upload)
    assert found[0] == cell
    assert why in found[2]


def test_another_districts_units_are_refused(place, cast):
    stranger, other = place.communes[-1], place.districts[1]

    upload = filed([row(Mã_đơn_vị=stranger.code), row(Mã_đơn_vị=other.code, Số_ký_hiệu="2/KH")], place.district, cast.appraiser)

    assert [(cell, "tệp này là của" in why) for cell, _header, why in flaws(upload)] == [("A4", True), ("A5", True)]


def test_units_of_every_level_are_found_by_code_without_its_zeros_or_by_name(place, cast):
    rows = [
        row(Mã_đơn_vị=3124, Số_ký_hiệu="1/KH"),
        row(Mã_đơn_vị=int(place.district.code), Số_ký_hiệu="2/KH"),
        row(Mã_đơn_vị=None, Tên_đơn_vị=place.district.full_name, Số_ký_hiệu="3/KH"),
        row(Mã_đơn_vị=11, Số_ký_hiệu="4/KH"),
        row(Mã_đơn_vị="11", Số_ký_hiệu="5/KH", Dùng_chung="Có"),
    ]

    upload = filed(rows, place.province, cast.officer)

    assert flaws(upload) == []
    assert confirm(upload, cast.officer)
    units = list(Document.objects.order_by("number").values_list("unit", flat=True))
    assert units == [place.commune.pk, place.district.pk, place.district.pk, place.province.pk, None]


def test_a_difference_from_a_recorded_document_is_a_flaw_of_its_cell(place, cast):
    there = DocumentFactory(unit=place.commune, number="12/KH-UBND", issuer=PLAN["Cơ quan ban hành"], title=PLAN["Trích yếu"])

    upload = filed([row(Trích_yếu="Trích yếu khác", Loại_văn_bản="Báo cáo"), row(Số_ký_hiệu="13/KH-UBND")], place.commune, cast.entry)

    assert flaws(upload) == [
        ("E4", "Loại văn bản", "Sổ đã có văn bản này, ô này ghi: “Kế hoạch”."),
        ("G4", "Trích yếu", f"Sổ đã có văn bản này, ô này ghi: “{there.title}”."),
    ]
    assert confirm(upload, cast.entry) is False
    assert Document.objects.get() == there


def test_a_new_document_of_everybody_has_a_day_too(place, cast):
    upload = filed([row(Mã_đơn_vị="11", Ngày_ban_hành=None, Dùng_chung="Có")], place.province, cast.officer)

    assert flaws(upload) == [("D4", "Ngày ban hành", "Ô bắt buộc: văn bản này chưa có trong sổ.")]


def test_the_same_file_twice_records_once_and_what_is_new_is_listed(place, cast):
    first = filed([row(), row(Số_ký_hiệu="13/KH-UBND")], place.commune, cast.entry)
    assert first.findings["begins"] == [[4, "12/KH-UBND"], [5, "13/KH-UBND"]]
    assert confirm(first, cast.entry)
    assert confirm(first, cast.entry), "a second click"

    again = filed([row(), row(Số_ký_hiệu="13/KH-UBND"), row(Số_ký_hiệu="14/KH-UBND")], place.commune, cast.entry)

    assert (again.findings["unchanged"], again.findings["begins"]) == (2, [[6, "14/KH-UBND"]])
    assert confirm(again, cast.entry)
    assert Document.objects.count() == 3


def test_a_document_recorded_between_check_and_confirmation_stops_the_file(place, cast):
    upload = filed([row(), row(Số_ký_hiệu="13/KH-UBND")], place.commune, cast.entry)
    DocumentFactory(unit=place.commune, number="12/KH-UBND", title="Của người khác")

    assert confirm(upload, cast.entry) is False
    upload.refresh_from_db()
    assert upload.findings["moved"] is True
    assert Document.objects.count() == 1


def test_a_failure_in_the_middle_leaves_nothing(place, cast, monkeypatch):
    upload = filed([row()], place.commune, cast.entry)

    def fail(*_args, **_given):
        raise RuntimeError

    monkeypatch.setattr("communes.services.ledger.record_each", fail)
    with pytest.raises(RuntimeError):
        confirm(upload, cast.entry)
    upload.refresh_from_db()
    assert (Document.objects.count(), upload.state) == (0, Upload.READY)


def test_one_entry_a_unit_names_the_documents(place, cast):
    upload = filed([row(Mã_đơn_vị="11", Dùng_chung="Có"), row(), row(Số_ký_hiệu="13/KH-UBND")], place.province, cast.officer)
    assert confirm(upload, cast.officer)

    entries = {entry.subject_key: entry.data for entry in Entry.objects.filter(act="import", subject_kind="documents")}
    assert set(entries) == {"all", "03124"}
    assert entries["03124"]["new"] == 2
    assert sorted(entries["03124"]["documents"]) == sorted(Document.objects.filter(unit=place.commune).values_list("pk", flat=True))
    assert entries["all"]["file"] == upload.digest


def test_a_file_takes_the_same_number_of_statements_for_one_row_and_for_many(place, cast, django_assert_num_queries):
    register = merge.REGISTERS["documents"]
    for count in (1, 60):
        draft = read(filed([row(Số_ký_hiệu=f"{count}-{n}/KH") for n in range(count)], place.commune, cast.entry))
        with django_assert_num_queries(1):
            plan = merge.compare(register, draft.lines, date(2018, 12, 31), draft.flaws, draft.warnings)
        assert len(plan.new) == count


@pytest.mark.parametrize("area", ["province", "district", "commune"])
def test_the_export_comes_back_unchanged(place, cast, area):
    unit, actor = getattr(place, area), {"province": cast.officer, "district": cast.appraiser, "commune": cast.entry}[area]
    for number, owner in enumerate((place.province, place.district, place.commune, place.communes[-1], None)):
        DocumentFactory(unit=owner, number=f"{number}/KH-UBND", kind=list(dict(Document._meta.get_field("kind").flatchoices))[number])
    DocumentFactory(unit=None, number="06/2012/TT-BNV", issued_on=None, cited_in="III.4")

    content = client_of(actor).get(reverse("register-export", args=[unit.code, "documents"])).content
    upload = send(content, unit, actor, register="documents")

    assert flaws(upload) == []
    assert (upload.findings["unchanged"], upload.findings["new"]) == ({"province": 6, "district": 2, "commune": 1}[area], 0)


def test_software_gets_only_documents_of_everybody(place, cast):
    DocumentFactory(unit=place.commune, number="1/KH-UBND")
    DocumentFactory(unit=None, number="2/KH-UBND")
    everybody = client_of(cast.officer).get(reverse("register-export", args=["11", "documents"])).content
    software = client_of(cast.api_client).get(reverse("register-export", args=["11", "documents"])).content

    assert [cell.value for cell in load_workbook(io.BytesIO(everybody)).worksheets[0]["C"]] == ["Số, ký hiệu", "1/KH-UBND", "2/KH-UBND"]
    assert [cell.value for cell in load_workbook(io.BytesIO(software)).worksheets[0]["C"]] == ["Số, ký hiệu", "2/KH-UBND"]


def test_form_and_file_hold_the_same_limits(place):
    given = {"kind": "plan", "number": "1/KH", "issuer": "UBND", "title": "Kế hoạch", "cited_in": "", "issued_on": "20/03/1018"}
    assert "Năm 1018" in str(DocumentForm(place.commune, given).errors["issued_on"])


def test_the_page_of_the_file_asks_for_no_day(place, cast):
    response = client_of(cast.entry).get(reverse("upload", args=["03124", "documents"]))
    said = Page(response.content.decode(), response.request["PATH_INFO"]).text
    assert "Số liệu từ ngày" not in said
    assert "Dùng chung" in said
