"""Acts on the registers: rows are closed, never changed; what is refused leaves nothing; the ledger learns no names."""

import io
import zipfile
from datetime import date
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError

from communes import services
from communes.models import Document, Office, Official, Profile
from ledger.models import Entry
from tests.factories import DocumentFactory, OfficialFactory

JANUARY, JUNE, JULY = date(2018, 1, 1), date(2018, 6, 1), date(2018, 7, 1)
PERSON = {
    "full_name": "Lò  Văn Hợp",
    "born_on": date(1975, 3, 5),
    "title": "justice",
    "concurrent_title": "",
    "education": 3,
    "qualification": 1,
    "theory": 0,
    "appointed_on": date(2014, 2, 1),
    "retires_on": None,
    "declared_gaps": "",
    "missing_until": None,
}
ROOMS = {
    "construction": Office.SOLID,
    "floor_area": 300,
    "norm_area": 350,
    "internet_computers": 10,
    "printers": 5,
    "copiers": 1,
    "telephone": "",
}


def enter(place, cast, **changes) -> Official:
    return services.save_official(unit=place.commune, since=JANUARY, actor=cast.entry, **PERSON | changes)


def change(row, cast, since, **changes) -> Official:
    return services.save_official(unit=row.unit, person=row.person, seen=row.pk, since=since, actor=cast.entry, **PERSON | changes)


def levels(place, day) -> list[int]:
    return list(Official.objects.on(day).filter(unit=place.commune).values_list("qualification", flat=True))


def test_a_new_official_is_stored_with_what_follows_from_the_levels(place, cast):
    row = enter(place, cast)

    assert (row.full_name, row.name_key, row.kind) == ("Lò Văn Hợp", "lò văn hợp", "civil_servant")
    assert (row.missing, row.meets_standards, row.missing_until) == ("qualification", False, date(2019, 2, 1))


def test_a_change_closes_the_row_and_the_register_of_the_day_before_stays(place, cast):
    change(enter(place, cast), cast, JUNE, qualification=2)

    assert levels(place, date(2018, 5, 31)) == [1]
    assert levels(place, JUNE) == [2]
    assert Official.objects.get(until=None).missing == ""


def test_putting_right_on_the_same_day_leaves_an_empty_row_as_history(place, cast):
    first = enter(place, cast)

    change(first, cast, JANUARY, qualification=2)

    first.refresh_from_db()
    assert first.until == first.since == JANUARY
    assert levels(place, JANUARY) == levels(place, JULY) == [2]
    assert [entry.act for entry in Entry.objects.about("roster", "03124")] == ["enter", "correct"]


def test_a_change_dated_before_the_row_in_force_is_refused(place, cast):
    row = change(enter(place, cast), cast, JULY, qualification=2)

    with pytest.raises(services.Backdated) as refused:
        change(row, cast, JUNE, qualification=4)

    assert refused.value.since == JULY
    assert levels(place, JULY) == [2]


def test_whoever_saw_an_older_row_is_refused_and_sees_the_one_in_force(place, cast):
    first = enter(place, cast)
    now = change(first, cast, JUNE, qualification=2)

    with pytest.raises(services.Stale) as refused:
        change(first, cast, JULY, qualification=4)

    assert refused.value.row == now
    assert Official.objects.count() == 2


def test_pressing_save_twice_writes_once(place, cast):
    first = enter(place, cast)

    assert change(first, cast, JUNE, qualification=2) == change(first, cast, JUNE, qualification=2)

    assert Official.objects.count() == 2


def test_saving_what_is_there_already_leaves_no_trace(place, cast):
    row = enter(place, cast)

    assert change(row, cast, JUNE) == row

    assert Entry.objects.count() == 1


def test_a_person_is_entered_once_in_a_commune_whatever_the_spaces_and_capitals(place, cast):
    row = enter(place, cast)

    with pytest.raises(services.Duplicate) as refused:
        enter(place, cast, full_name="LÒ VĂN  HỢP")

    assert refused.value.row == row


def test_nobody_becomes_somebody_else_by_a_change(place, cast):
    row = enter(place, cast)
    other = OfficialFactory(unit=place.commune)

    with pytest.raises(services.Duplicate):
        change(row, cast, JUNE, full_name=other.full_name, born_on=other.born_on)


def test_a_person_who_comes_back_is_the_same_person(place, cast):
    row = enter(place, cast)
    services.end_official(unit=place.commune, person=row.person, seen=row.pk, on=JUNE, actor=cast.entry)

    with pytest.raises(services.Backdated):
        enter(place, cast)
    again = services.save_official(unit=place.commune, since=JULY, actor=cast.entry, **PERSON)

    assert again.person == row.person
    assert (levels(place, date(2018, 5, 31)), levels(place, JUNE), levels(place, JULY)) == ([1], [], [1])


def test_ending_needs_the_row_in_force_and_a_day_not_before_it(place, cast):
    row = enter(place, cast)

    with pytest.raises(services.Backdated):
        services.end_official(unit=place.commune, person=row.person, seen=row.pk, on=date(2017, 12, 31), actor=cast.entry)
    with pytest.raises(services.Stale):
        services.end_official(unit=place.commune, person=uuid4(), seen=row.pk, on=JUNE, actor=cast.entry)

    assert levels(place, JULY) == [1]


def test_the_ledger_learns_neither_names_nor_births(place, cast):
    row = change(enter(place, cast), cast, JUNE, qualification=2)
    services.end_official(unit=place.commune, person=row.person, seen=row.pk, on=JULY, actor=cast.entry)

    entries = list(Entry.objects.about("roster", "03124").values_list("act", "topic", "data"))

    assert [(act, topic) for act, topic, _data in entries] == [("enter", "registers"), ("change", "registers"), ("end", "registers")]
    assert entries[1][2]["fields"] == ["qualification", "missing_until"]
    assert not any(word in str(entries) for word in ("Hợp", "hợp", "1975"))


def test_office_and_profile_have_one_row_at_a_time(place, cast):
    office = services.save_office(unit=place.commune, since=JANUARY, actor=cast.entry, **ROOMS)
    services.save_office(unit=place.commune, since=JUNE, seen=office.pk, actor=cast.entry, **ROOMS | {"printers": 6})
    services.save_profile(unit=place.commune, since=JANUARY, actor=cast.entry, villages=8, village_heads=7, concurrent_posts=0)

    assert list(Office.objects.order_by("pk").values_list("printers", "since", "until")) == [(5, JANUARY, JUNE), (6, JUNE, None)]
    assert Profile.objects.get().village_heads == 7
    with pytest.raises(services.Stale):
        services.save_profile(unit=place.commune, since=JUNE, actor=cast.entry, villages=8, village_heads=8, concurrent_posts=0)


# Documents

FACTS = {"kind": Document.PLAN, "number": "12/KH-UBND", "issued_on": date(2018, 3, 21), "issuer": "UBND phường", "title": "Kế hoạch", "cited_in": ""}


def a_file(name="ke-hoach.pdf", content=b"%PDF-1.4 plan %%EOF") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def record(place, cast, upload=None, **changes) -> tuple[Document, bool]:
    return services.save_document(unit=place.commune, actor=cast.entry, upload=upload, **FACTS | changes)


def test_a_document_keeps_its_file_under_a_random_name_with_its_digest(place, cast):
    document, new = record(place, cast, a_file())

    assert new
    assert (document.file_name, document.file_size, len(document.file_digest)) == ("ke-hoach.pdf", 19, 64)
    assert document.file.name.startswith("documents/")
    assert "ke-hoach" not in document.file.name
    with document.file.open() as kept:
        assert kept.read() == b"%PDF-1.4 plan %%EOF"


def test_the_same_file_of_the_same_unit_leads_to_the_document_that_is_there(place, cast):
    there, _new = record(place, cast, a_file())

    assert record(place, cast, a_file("khac.pdf"), number="13/KH-UBND") == (there, False)
    elsewhere, new = services.save_document(unit=place.sibling, actor=cast.neighbour, upload=a_file(), **FACTS)
    assert new
    assert elsewhere != there
    assert len(default_storage.listdir("documents")[1]) == 2


def test_a_number_is_taken_once_a_unit_and_nothing_is_stored(place, cast):
    there, _new = record(place, cast)

    with pytest.raises(services.NumberTaken) as refused:
        record(place, cast, a_file())

    assert refused.value.document == there
    assert not default_storage.exists("documents")


def test_a_document_of_everybody_is_known_by_number_and_issuer(place, cast):
    there = DocumentFactory()

    with pytest.raises(services.NumberTaken):
        services.save_document(unit=None, actor=cast.officer, **FACTS | {"number": there.number, "issuer": there.issuer})


def package(*parts: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", b"MZ\x90 program"),
        ("a.exe", b"MZ\x90 program"),
        ("a.jpg", b"%PDF-1.4 %%EOF"),
        ("a.pdf", b"%PDF-1.4"),
        ("a.docx", package("xl/workbook.xml")),
        ("a.docx", package("word/document.xml", "word/vbaProject.bin")),
        ("a.xlsx", b"PK\x03\x04 broken"),
        ("a", b"%PDF-1.4 %%EOF"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.html", b"<script>1</script>"),
    ],
)
def test_only_files_that_are_what_they_say_are_kept(place, cast, name, content):
    with pytest.raises(services.BadFile):
        record(place, cast, a_file(name, content))

    assert Document.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.JPEG", b"\xff\xd8\xff\xe0"),
        ("a.png", b"\x89PNG\r\n\x1a\n..IEND\xaeB`\x82"),
        ("a.docx", package("[Content_Types].xml", "word/document.xml")),
        ("a.xlsx", package("[Content_Types].xml", "xl/workbook.xml")),
    ],
)
def test_the_other_kinds_of_files_are_kept(place, cast, name, content):
    assert record(place, cast, a_file(name, content))[1]


def test_a_file_that_is_too_large_is_refused(place, cast):
    with pytest.raises(services.BadFile):
        record(place, cast, a_file(content=b"%PDF-" + b"x" * (10 * 1024 * 1024)))


def test_a_file_does_not_outlive_a_document_that_could_not_be_written(place, cast):
    with pytest.raises(IntegrityError):
        record(place, cast, a_file(), title=None)

    assert default_storage.listdir("documents")[1] == []
