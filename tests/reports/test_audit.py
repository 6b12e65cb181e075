"""The audit page: each sees what is theirs, finds it by day, person, act, kind, unit, criterion and words, and reads it in words."""

import csv
import re
from datetime import datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import services as accounts
from accounts.rules import Role
from ledger import selectors, services
from ledger.models import Entry
from plan2018.duties import DutyAct
from reports import access, entries
from reports.rules import ReportAct
from scoring.models import Censure
from scoring.people import save_censure
from scoring.rules import Act, Stage, State
from scoring.services import Change, save_points, submit
from tests.factories import DocumentFactory, bring_to, client_of, fill_in, make_delegation
from tests.helpers import by_hand

PAGE = "/audit/"


@pytest.fixture
def written(forms, place, cast, year):
    """A form that went to the province, points next door and far away, a role that changed, and something of the whole province."""
    bring_to(forms["03124"], State.APPROVED, 17)
    for code, who in (("03127", cast.neighbour), ("03148", cast.stranger)):
        save_points(assessment=forms[code], stage=Stage.SELF, changes=[Change("CC02", Decimal(12), "Đủ hồ sơ", 0)], actor=who)
    cast.entry.role = Role.COMMUNE_SIGNATORY
    accounts.save(user=cast.entry, actor=cast.admin)


def text(response):
    return response.content.decode()


def keys(user, **wanted):
    rows = csv.reader(StringIO(text_of_file(client_of(user).get("/audit/csv/", wanted))), delimiter=";")
    return {(row[4], row[5]) for row in list(rows)[1:]}


def text_of_file(response):
    return b"".join(response.streaming_content).decode("utf-8-sig")


FORM = "Phiếu chấm điểm"


@pytest.mark.parametrize(
    ("who", "forms_seen"),
    [
        ("entry", {"2018-Y/03124"}),
        ("neighbour", {"2018-Y/03127"}),
        ("appraiser", {"2018-Y/03124", "2018-Y/03127"}),
        ("officer", {"2018-Y/03124", "2018-Y/03127", "2018-Y/03148"}),
        ("leader", {"2018-Y/03124", "2018-Y/03127", "2018-Y/03148"}),
    ],
)
def test_each_sees_the_entries_of_its_own_area(written, cast, who, forms_seen):
    assert {key for kind, key in keys(getattr(cast, who)) if kind == FORM} == forms_seen


@pytest.mark.parametrize(("who", "sees"), [("entry", False), ("appraiser", False), ("officer", False), ("leader", False), ("admin", True)])
def test_what_was_done_to_accounts_is_the_administrators_to_read(written, cast, who, sees):
    user = getattr(cast, who)

    assert (("Tài khoản, vai trò", str(cast.entry.pk)) in keys(user)) is sees
    assert (b'value="user"' in client_of(user).get(PAGE).content) is sees
    assert keys(user, kind="user") == ({("Tài khoản, vai trò", str(cast.entry.pk))} if sees else set())


def test_what_an_acting_officer_did_names_for_whom(forms, place, cast):
    acting = make_delegation(place.commune, cast.entry)
    fill_in(forms["03124"], Stage.SELF, 17)
    submit(assessment=forms["03124"], version=forms["03124"].version, actor=cast.entry)
    wanted = {"kind": "assessment", "act": "submit"}
    for_whom = f"{cast.entry} (thay {acting.principal})"

    assert for_whom in text(client_of(cast.appraiser).get(PAGE, wanted))
    assert for_whom in text_of_file(client_of(cast.appraiser).get("/audit/csv/", wanted))


def test_who_was_acted_for_is_not_named_where_nobody_stood_in(forms, place, cast):
    make_delegation(place.commune, cast.entry)
    bring_to(forms["03124"], State.SUBMITTED, 17)

    assert "(thay" not in text(client_of(cast.appraiser).get(PAGE))


def test_a_change_of_role_is_read_from_what_to_what(written, cast):
    assert "Thay đổi (vai trò Xã: nhập điểm → Xã: ký gửi)" in text(client_of(cast.admin).get(PAGE, {"kind": "user"}))


def test_a_line_of_a_register_is_told_in_the_words_of_its_page(place, cast, year):
    values = {"kind": "criticised", "year": 2017, "document": DocumentFactory(number="88/QĐ-UBND")}
    save_censure(line=Censure(unit=place.commune), kind="censures", values=values, version=0, actor=cast.officer)

    page = text(client_of(cast.officer).get(PAGE, {"kind": "censures"}))
    assert "hình thức – → phê bình" in page
    assert "88/QĐ-UBND" in page
    assert "criticised" not in page.split("<tbody>")[1]


def test_what_concerns_the_whole_province_is_read_there_alone(written, cast):
    assert ("Kỳ báo cáo", "2018-Y") in keys(cast.officer)
    assert ("Kỳ báo cáo", "2018-Y") not in keys(cast.appraiser)


def test_a_line_is_said_as_on_the_page_of_the_form_and_leads_there(written, cast):
    page = text(client_of(cast.officer).get(PAGE))

    for words in ("Xã nhập điểm I.2: – → 12, “Đủ hồ sơ”", "Gửi phiếu tự chấm", "Thẩm định xong", "Duyệt kết quả: 51 điểm, hạng tốt"):
        assert words in page
    assert '<a href="/assessments/2018-Y/03124/">Phiếu chấm điểm</a>' in page
    assert "Duyệt kết quả: 51 điểm, hạng tốt" in text(client_of(cast.officer).get("/assessments/2018-Y/03124/"))


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"act": "approve"}, {"2018-Y/03124"}),
        ({"criterion": "CC02"}, {"2018-Y/03127", "2018-Y/03148"}),
        ({"criterion": "CC01"}, set()),
        ({"q": "hồ sơ"}, {"2018-Y/03127", "2018-Y/03148"}),
        ({"q": "03148"}, {"2018-Y/03148"}),
        ({"unit": "095"}, {"2018-Y/03148"}),
        ({"unit": "03127"}, {"2018-Y/03127"}),
        ({"act": "enter", "unit": "094"}, {"2018-Y/03127"}),
        ({"kind": "nobody"}, set()),
        ({"since": "1/1/2018", "until": "31/12/2018"}, set()),
    ],
)
def test_what_is_asked_for_is_found(written, cast, wanted, found):
    assert {key for kind, key in keys(cast.officer, **wanted) if kind == FORM} == found


def test_entries_are_found_by_who_made_them(written, cast):
    assert keys(cast.officer, person=cast.stranger.username) == {(FORM, "2018-Y/03148")}
    assert keys(cast.officer, person="không ai tên thế") == set()


def test_a_day_is_found_whole_and_the_next_is_not(written, cast):
    midnight = timezone.make_aware(datetime(2018, 6, 20))  # noqa: DTZ001
    first, second, third = Entry.objects.filter(subject_kind="assessment").order_by("pk")[:3]
    with by_hand():
        for entry, at in ((first, midnight - timedelta(microseconds=1)), (second, midnight), (third, midnight + timedelta(hours=24))):
            Entry.objects.filter(pk=entry.pk).update(at=at)

    lines = text_of_file(client_of(cast.officer).get("/audit/csv/", {"since": "20/6/2018", "until": "20/6/2018"})).splitlines()

    assert [line.split(";")[0] for line in lines[1:]] == [str(second.pk)]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"since": "hôm qua"}, 422),
        ({"since": "2/6/2018", "until": "1/6/2018"}, 422),
        ({"until": "31/12/9999"}, 422),
        ({"since": "1/1/0001"}, 422),
        ({"before": "²"}, 200),
        ({"before": "99999999999999999999999"}, 200),
        ({"q": "\0%_'\""}, 422),
        ({"act": "x" * 99}, 422),
        ({"unit": "khong-co"}, 404),
    ],
)
def test_bad_input_is_answered_in_words(written, cast, wanted, status):
    assert client_of(cast.officer).get(PAGE, wanted).status_code == status


def test_pages_go_back_in_time_without_a_gap_and_new_entries_move_nothing(place, cast, forms):
    for n in range(120):
        services.record(act="enter", kind="x", key=f"k{n:03}", actor=None, unit=place.commune.pk)
    mine = selectors.search(access.get_trail(cast.entry, ""))
    seen, before = [], None
    while True:
        page, before = selectors.page(mine, before=before, size=50)
        seen += [entry.subject_key for entry in page]
        services.record(act="enter", kind="x", key="new", actor=None, unit=place.commune.pk)
        if before is None:
            break

    assert seen == [f"k{n:03}" for n in reversed(range(120))]


def test_entries_of_one_moment_are_all_shown(place, cast):
    for n in range(5):
        services.record(act="enter", kind="x", key=f"k{n}", actor=None, unit=place.commune.pk)
    with by_hand():
        Entry.objects.update(at=timezone.now())
    mine = selectors.search(access.get_trail(cast.entry, ""))

    first, after = selectors.page(mine, before=None, size=3)
    second, end = selectors.page(mine, before=after, size=3)

    assert [entry.subject_key for entry in (*first, *second)] == ["k4", "k3", "k2", "k1", "k0"]
    assert end is None


@pytest.mark.parametrize("count", [3, 60])
def test_a_page_costs_the_same_however_many_entries_there_are(place, cast, forms, count, django_assert_num_queries):
    for n in range(count):
        services.record(act="enter", kind="x", key=f"k{n}", actor=cast.signatory, unit=place.commune.pk)
    client = client_of(cast.appraiser)
    client.get(PAGE)

    with django_assert_num_queries(7):  # session, user, frame, units, entries, criteria, people for whom others act
        client.get(PAGE)


def test_the_file_has_who_when_what_and_why_and_a_formula_stays_text(place, cast, year):
    services.record(act="enter", kind="x", key="k", actor=cast.signatory, reason="=1+1", unit=place.commune.pk)

    [head, row] = list(csv.reader(StringIO(text_of_file(client_of(cast.entry).get("/audit/csv/"))), delimiter=";"))

    entry = Entry.objects.get(subject_kind="x")
    assert dict(zip(head, row, strict=True)) == {
        "Dòng": str(entry.pk),
        "Lúc": f"{timezone.localtime(entry.at):%d/%m/%Y %H:%M:%S}",
        "Người": str(cast.signatory),
        "Đơn vị của người": "Phường Noong Bua",
        "Loại": "x",
        "Đối tượng": "k",
        "Của đơn vị": "Phường Noong Bua",
        "Việc": "Nhập, ghi mới, “=1+1”",
        "Lý do": "'=1+1",
        "Mã băm": entry.hash,
    }


@pytest.mark.parametrize(
    ("kind", "key", "address"),
    [
        ("assessment", "2018-Y/03127", "/assessments/2018-Y/03127/"),
        ("report", "2018-Y/095/dialogue", "/reports/2018-Y/095/"),
        ("observation", "2018-Y/03127/procedures.posted", "/observations/2018-Y/03127/"),
        ("obligation", "2018/TK64/03127/2018", "/duties/2018/TK64/"),
        ("title", "2018/03127", "/assessments/2018-Y/03127/"),
        ("roster", "03127", "/registers/03127/"),
        ("dialogues", "03127/12", "/records/dialogues/03127/12/"),
        ("deadline", "2018-Y/submit", "/deadlines/2018-Y/"),
        ("user", "7", "/admin/accounts/user/7/change/"),
        ("paper", "3b0c", ""),
        ("assessment", "broken", ""),
    ],
)
def test_a_subject_leads_to_its_page(kind, key, address):
    assert entries.address(kind, key) == address


@pytest.mark.postgres
def test_a_big_ledger_is_searched_by_index(place, cast):
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO ledger_entry (at, act, subject_kind, subject_key, topic, before, after, reason, data, hash, number, unit_id)
            SELECT timestamptz '2018-01-01' + n * interval '1 minute', 'enter', 'x', 'k' || n, '', '', '', '', '{}', '', 1,
                   (ARRAY[%s, %s, %s, %s])[1 + n %% 4]
            FROM generate_series(1, 200000) n
            """,
            [unit.pk for unit in place.communes],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ANALYZE ledger_entry")

    def plan(user, **wanted):
        return selectors.search(access.get_trail(user, ""), **wanted)[:51].explain()

    old = {"since": timezone.make_aware(datetime(2018, 2, 1)), "until": timezone.make_aware(datetime(2018, 2, 3))}  # noqa: DTZ001
    assert "entry_of_unit" in plan(cast.entry)
    assert "entry_of_unit" in plan(cast.entry, **old)
    for found in (plan(cast.officer), plan(cast.officer, **old), plan(cast.appraiser), plan(cast.appraiser, **old)):
        assert "entry_by_time" in found or "entry_of_unit" in found
        assert "Seq Scan on ledger_entry" not in found


def test_every_act_and_every_kind_that_the_code_records_has_its_words():
    """Walks the sources: what somebody adds to the ledger must be told in words, not by its code."""
    acts, kinds = set(), set()
    for room in ("accounts", "communes", "ledger", "plan2018", "scoring", "reports"):
        for path in (settings.BASE_DIR / room).glob("*.py"):
            text = path.read_text()
            acts |= set(re.findall(r'record(?:_each)?\(\s*act="(\w+)"', text)) | set(re.findall(r'_record\("(\w+)"', text))
            kinds |= set(re.findall(r'kind="([\w-]+)", key=', text))
    acts |= {act.value for act in (*Act, *DutyAct, *ReportAct)}

    assert len(acts) > 30
    assert (acts - set(entries.ACTS), kinds - set(entries.KINDS)) == (set(), set())
