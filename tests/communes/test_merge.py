"""What a file changes in a register: compared with a recount in plain loops; all or nothing, once, with its trace in the ledger."""

from datetime import date
from random import Random

import pytest
from django.db import connection

from communes import services
from communes.models import Official, Upload
from communes.rules import name_key
from ledger.models import Entry
from ledger.rules import chain
from tests.sheets import OFFICE, OFFICES, PROFILE, PROFILES, book, confirm, flaws, person, read, send

pytestmark = pytest.mark.django_db

FAMILIES, MIDDLES, GIVEN = ("Lò", "Quàng", "Giàng"), ("Văn", "Thị", "A"), ("An", "Bình", "Chung", "Đôi", "Êm")
TITLES = ("Chủ tịch UBND", "Kế toán", "Không chuyên trách", "Văn hóa - xã hội")
LEVELS = ("Chưa qua đào tạo", "Trung cấp", "Đại học")
COMMUNES = ("03124", "03127")


def naive(state: dict, rows: list[dict], since: date) -> None:
    """A recount of what a file does, row by row: {(commune, name, born): [(since, until, title, level)]}."""
    for row in rows:
        key = (row["Mã xã"], name_key(row["Họ và tên"]), row["Ngày sinh"])
        history = state.setdefault(key, [])
        if end := row.get("Thôi giữ chức từ ngày"):
            history[-1] = (history[-1][0], date(int(end[6:]), int(end[3:5]), int(end[:2])), *history[-1][2:])
            continue
        says = (row["Chức danh"], row["Trình độ chuyên môn"])
        if history and history[-1][1] is None:
            if history[-1][2:] == says:
                continue
            history[-1] = (history[-1][0], since, *history[-1][2:])
        history.append((since, None, *says))


def stored() -> dict:
    found: dict = {}
    for row in Official.objects.select_related("unit").order_by("pk"):
        says = (row.since, row.until, row.title, row.qualification)
        found.setdefault((row.unit.code, row.name_key, f"{row.born_on:%d/%m/%Y}"), []).append(says)
    return found


def in_words(state: dict) -> dict:
    slugs = dict(zip(TITLES, ("committee_chair", "finance", "part_time", "culture"), strict=True))
    levels = dict(zip(LEVELS, (0, 2, 4), strict=True))
    return {key: [(since, until, slugs[title], levels[level]) for since, until, title, level in rows] for key, rows in state.items()}


@pytest.mark.parametrize("seed", range(6))
def test_files_one_after_another_come_to_what_a_recount_in_plain_loops_says(place, cast, seed):
    chance, state = Random(seed), {}
    for since in (date(2018, 3, 1), date(2018, 3, 1), date(2018, 6, 30), date(2018, 12, 31)):
        rows = {}
        for _turn in range(25):
            name = " ".join(chance.choice(words) for words in (FAMILIES, MIDDLES, GIVEN))
            row = person(
                Họ_và_tên=name, Mã_xã=chance.choice(COMMUNES), Tên_xã=None, Chức_danh=chance.choice(TITLES), Trình_độ_chuyên_môn=chance.choice(LEVELS)
            )
            history = state.get((row["Mã xã"], name_key(name), row["Ngày sinh"]))
            if history and history[-1][1] is not None and history[-1][1] > since:
                continue
            if history and history[-1][1] is None and chance.random() < 0.2:
                row["Thôi giữ chức từ ngày"] = f"{since:%d/%m/%Y}"
            rows[row["Mã xã"], name] = row
        upload = send(book(list(rows.values())), place.district, cast.appraiser, since=since)
        assert flaws(upload) == []
        assert confirm(upload, cast.appraiser)
        naive(state, list(rows.values()), since)

    assert stored() == in_words(state)
    people = list(Official.objects.values_list("unit", "name_key", "person").distinct())
    assert len(people) == len({row[:2] for row in people}), "one identity a person"


def test_a_row_in_bulk_is_the_row_that_the_form_would_write(place, cast):
    cells = {"Chức_danh": "Kế toán", "Trình_độ_văn_hóa": "9/12", "Tiêu_chuẩn_tuyển_dụng_còn_nợ": "Tin học", "Lý_luận_chính_trị": "Chưa bồi dưỡng"}
    confirm(send(book([person(**cells)]), place.commune, cast.entry), cast.entry)
    bulk = Official.objects.get()
    fields = {name: getattr(bulk, name) for name in services.FIELDS[Official]} | {"missing_until": None}

    typed = services.save_official(unit=place.sibling, since=bulk.since, actor=cast.neighbour, **fields)

    different = ("id", "unit_id", "person", "recorded_at", "recorded_by_id")
    columns = [column.attname for column in Official._meta.concrete_fields if column.attname not in different]
    assert {name: getattr(bulk, name) for name in columns} == {name: getattr(typed, name) for name in columns}
    assert bulk.missing == "education,computing"
    assert bulk.missing_until == date(2021, 7, 1)
    assert (bulk.recorded_by, bulk.recorded_at is not None) == (cast.entry, True)


@pytest.mark.parametrize(
    ("register", "row", "headers", "change"),
    [("offices", OFFICE, OFFICES, {"Máy in": 6}), ("profiles", PROFILE, PROFILES, {"Xã biên giới": "không"})],
)
def test_offices_and_profiles_change_too(place, cast, register, row, headers, change):
    first = send(book([row], headers), place.commune, cast.entry, register=register, since=date(2018, 3, 1))
    assert confirm(first, cast.entry)
    second = send(book([row | change], headers), place.commune, cast.entry, register=register)

    assert second.findings["change_count"] == 1
    assert confirm(second, cast.entry)
    model = services.merge.REGISTERS[register].model
    assert list(model.objects.order_by("pk").values_list("since", "until")) == [(date(2018, 3, 1), date(2018, 12, 31)), (date(2018, 12, 31), None)]


def test_a_file_that_says_what_the_register_says_changes_nothing(place, cast):
    confirm(send(book([person()]), place.commune, cast.entry), cast.entry)

    again = send(book([person(Ngày_sinh=date(1975, 5, 12))]), place.commune, cast.entry)

    assert (again.findings["unchanged"], again.findings["new"], again.findings["changed"]) == (1, 0, 0)
    assert confirm(again, cast.entry)
    assert Official.objects.count() == 1
    assert Entry.objects.filter(act="import").count() == 1


def test_differences_are_shown_old_and_new_and_who_is_left_out_is_counted(place, cast):
    confirm(send(book([person(), person(Họ_và_tên="Lò Văn Ba")]), place.commune, cast.entry), cast.entry)

    upload = send(book([person(Trình_độ_chuyên_môn="Thạc sĩ")]), place.commune, cast.entry)

    assert upload.findings["changes"] == [["Danh sách", 4, "Lò Văn An", "qualification", "Đại học", "Sau đại học"]]
    assert upload.findings["absent"] == 1


def test_a_change_older_than_what_is_in_force_is_refused_in_words(place, cast):
    confirm(send(book([person()]), place.commune, cast.entry), cast.entry)

    upload = send(book([person(Chức_danh="Chủ tịch HĐND")]), place.commune, cast.entry, since=date(2018, 6, 30))

    assert flaws(upload) == [("4", "", "Sổ đang có số liệu mới hơn, từ ngày 31/12/2018.")]


def test_somebody_in_force_elsewhere_is_a_warning(place, cast):
    confirm(send(book([person(Mã_xã="03127", Tên_xã=None)]), place.sibling, cast.neighbour), cast.neighbour)

    upload = send(book([person()]), place.commune, cast.entry)

    assert [warning[5] for warning in upload.findings["warnings"]] == ["Cùng họ tên, ngày sinh với một người đang có trong sổ của Phường Him Lam."]


def test_one_entry_a_commune_chained_and_without_personal_data(place, cast):
    rows = [person(), person(Họ_và_tên="Lò Văn Ba"), person(Mã_xã="03127", Tên_xã=None, Họ_và_tên="Lò Văn Tư")]
    confirm(send(book(rows), place.district, cast.appraiser), cast.appraiser)
    upload = send(
        book([person(Chức_danh="Chủ tịch HĐND"), person(Họ_và_tên="Lò Văn Ba", Thôi_giữ_chức_từ_ngày="02/01/2019")]), place.commune, cast.entry
    )
    confirm(upload, cast.entry)

    entries = list(Entry.objects.filter(subject_kind="roster").order_by("pk"))

    assert [(entry.act, entry.subject_key, entry.topic) for entry in entries] == [
        ("import", code, "registers") for code in ("03124", "03127", "03124")
    ]
    assert entries[2].data == {"new": 0, "changed": 1, "ended": 1, "since": "2018-12-31", "file": upload.digest}
    assert entries[2].hash == chain(entries[0].hash, entries[2].content())
    assert "Lò" not in str([entry.content() for entry in entries])


def test_a_form_saved_between_check_and_confirmation_stops_the_file_and_shows_it(place, cast):
    confirm(send(book([person()]), place.commune, cast.entry), cast.entry)
    upload = send(book([person(Chức_danh="Chủ tịch HĐND")]), place.commune, cast.entry)
    row = Official.objects.get()
    fields = {name: getattr(row, name) for name in services.FIELDS[Official]} | {"title": "council_vice"}
    services.save_official(unit=place.commune, since=row.since, actor=cast.signatory, person=row.person, seen=row.pk, **fields)

    assert confirm(upload, cast.entry) is False

    upload.refresh_from_db()
    assert (upload.state, upload.findings["moved"]) == (Upload.READY, True)
    assert upload.findings["changes"][0][4:] == ["Phó Chủ tịch HĐND", "Chủ tịch HĐND"]
    assert Official.objects.get(until=None).title == "council_vice"
    assert confirm(upload, cast.entry) is True
    assert confirm(upload, cast.entry) is True, "a second time does nothing"
    assert Official.objects.get(until=None).title == "council_chair"
    assert Official.objects.count() == 3


def test_a_failure_in_the_middle_leaves_nothing(place, cast, monkeypatch):
    upload = send(book([person()]), place.commune, cast.entry)
    draft = read(upload)
    draft.lines[0] = draft.lines[0]._replace(derived=("x", "no kind", "", True))

    with pytest.raises(Exception, match="official_kind_known"):
        services.take(upload=upload, draft=draft, actor=cast.entry)


def test_the_same_file_twice_is_one_upload_and_another_replaces_the_one_that_waits(place, cast):
    first = send(book([person()]), place.commune, cast.entry)
    with first.file.open() as file:
        content = file.read()

    assert services.receive(register="roster", unit=place.commune, since=first.since, name="b.xlsx", content=content, actor=cast.signatory) == first
    second = send(book([person(Chức_danh="Chủ tịch HĐND")]), place.commune, cast.entry)
    first.refresh_from_db()
    assert (first.state, second.state) == (Upload.DROPPED, Upload.READY)
    assert confirm(first, cast.entry) is False


def test_a_merge_takes_the_same_number_of_statements_for_one_and_for_many(place, cast, django_assert_max_num_queries):
    many = [person(Họ_và_tên=f"Lò Văn {letter}{other}") for letter in "ABCDEGHIK" for other in "abcdeghik"]
    counts = []
    for rows in ([person()], many):
        upload = send(book(rows), place.commune, cast.entry)
        draft = read(upload)
        with django_assert_max_num_queries(40) as captured:
            services.take(upload=upload, draft=draft, actor=cast.entry)
        counts.append(
            len(
                [
                    query
                    for query in captured.captured_queries
                    if "communes_incoming" not in query["sql"] or "INSERT INTO communes_incoming" not in query["sql"]
                ]
            )
        )

    assert counts[0] == counts[1], connection.vendor
