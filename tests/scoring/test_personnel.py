"""The pages of people, as those who use them see them: assignments, acting officers, ceilings, nominees for awards."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import Workbook

from accounts.models import Delegation
from accounts.rules import Role
from communes.models import Official
from communes.sheets import Place, Places
from ledger.models import Entry
from scoring import nominees, selectors
from scoring.consequences import Rating
from scoring.models import Responsibility
from scoring.nominees import Class
from scoring.personnel import rating
from scoring.rules import Grade, Stage, State
from tests.factories import DocumentFactory, OfficialFactory, PeriodFactory, bring_to, client_of, fill_in, make_delegation, make_user


def responsible(unit, criterion, person, since=date(2018, 1, 1), **fields):
    return Responsibility.objects.create(unit=unit, criterion=criterion, person=person, since=since, recorded_at=timezone.now(), **fields)


def write(value):
    return f"{value:%d/%m/%Y}"


# Assignments.


@pytest.fixture
def criteria(criteria_set):
    return list(criteria_set.criteria.filter(kind="criterion").order_by("position"))


@pytest.fixture
def official(place):
    return OfficialFactory(unit=place.commune, full_name="Lò Văn Pâng", title="finance")


ASSIGN = ["2018-Y", "03124"]


def test_the_signatory_assigns_a_criterion_to_an_official_with_an_account(cast, forms, criteria, official, place):
    sent = {"since": "01/03/2018", "seen": "", "CC01-person": official.person, "CC01-account": cast.entry.pk}

    answer = client_of(cast.signatory).post(reverse("responsibilities", args=ASSIGN), sent)

    assert answer.status_code == 302
    [row] = Responsibility.objects.all()
    assert (row.unit, row.criterion, row.person, row.account, row.since) == (
        place.commune,
        criteria[0],
        official.person,
        cast.entry,
        date(2018, 3, 1),
    )


def test_the_page_shows_names_to_who_keeps_registers_alone(cast, forms, criteria, official, place):
    responsible(place.commune, criteria[0], official.person)

    pages = {user: client_of(user).get(reverse("responsibilities", args=ASSIGN)) for user in (cast.entry, cast.appraiser, cast.officer)}

    assert {page.status_code for page in pages.values()} == {200}
    assert all("Lò Văn Pâng" in page.content.decode() for page in pages.values())
    assert client_of(cast.leader).get(reverse("responsibilities", args=ASSIGN)).status_code == 403


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"since": "31/02/2018"}, 422, "ngày"),
        ({"CC01-person": "nobody"}, 422, "nobody"),
        ({"CC01-person": "", "CC01-account": "{account}"}, 422, "Chọn người phụ trách trước"),
        ({"CC01-account": "999999"}, 422, "999999"),
        ({"seen": "999999"}, 409, "vừa có người khác sửa phân công"),
        ({"since": "01/01/2017"}, 422, "đang phân công từ ngày 01/01/2018"),
    ],
)
def test_a_bad_assignment_is_refused_in_words_and_nothing_is_saved(cast, forms, criteria, official, place, changed, status, said):
    held = responsible(place.commune, criteria[0], uuid4())
    changed = {name: value.format(account=cast.entry.pk) for name, value in changed.items()}
    sent = {"since": "01/03/2018", "seen": str(held.pk), "CC01-person": str(official.person)} | changed

    answer = client_of(cast.signatory).post(reverse("responsibilities", args=ASSIGN), sent)

    assert answer.status_code == status
    assert said in answer.content.decode()
    assert list(Responsibility.objects.values_list("pk", "until")) == [(held.pk, None)]


def test_assignments_cost_the_same_for_one_and_for_all_criteria(cast, forms, criteria, official, place, django_assert_max_num_queries):
    client = client_of(cast.signatory)
    responsible(place.commune, criteria[0], official.person)
    with django_assert_max_num_queries(12) as one:
        client.get(reverse("responsibilities", args=ASSIGN))
    for criterion in criteria[1:]:
        responsible(place.commune, criterion, OfficialFactory(unit=place.commune).person)
    with django_assert_max_num_queries(12) as all_of_them:
        client.get(reverse("responsibilities", args=ASSIGN))

    assert len(one) == len(all_of_them)


# Acting officers.


def test_the_signatory_delegates_with_a_document(cast, year, place):
    document = DocumentFactory(unit=place.commune)
    today = timezone.localdate()
    sent = {
        "principal": cast.signatory.pk,
        "deputy": cast.entry.pk,
        "starts_on": write(today),
        "ends_on": write(today + timedelta(days=9)),
        "document": document.pk,
    }

    answer = client_of(cast.signatory).post(reverse("delegations", args=["03124"]), sent)

    assert answer.status_code == 302
    [made] = Delegation.objects.all()
    assert (made.principal, made.deputy, made.document, made.recorded_by) == (cast.signatory, cast.entry, document, cast.signatory)
    assert Entry.objects.get(act="delegate").data["for"] == cast.signatory.pk


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"document": ""}, "Chọn một văn bản"),
        ({"deputy": ""}, "Chọn người làm thay"),
        ({"ends_on": "01/01/2018"}, "Ngày cuối trước ngày đầu"),
        ({"starts_on": "01/01/2018", "ends_on": "02/01/2018"}, "Ủy quyền không ghi lùi"),
        ({"deputy": "{signatory}"}, "hai người khác nhau"),
        ({"principal": "{entry}"}, "không"),
    ],
)
def test_a_bad_delegation_is_refused_in_words(cast, year, place, changed, said):
    today = write(timezone.localdate())
    sent = {"principal": cast.signatory.pk, "deputy": cast.entry.pk, "starts_on": today, "ends_on": today, "document": DocumentFactory().pk}
    sent |= {name: value.format(signatory=cast.signatory.pk, entry=cast.entry.pk) for name, value in changed.items()}

    answer = client_of(cast.signatory).post(reverse("delegations", args=["03124"]), sent)

    assert (answer.status_code, Delegation.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_an_acting_signatory_sees_the_button_and_uses_it(cast, forms, place):
    fill_in(forms["03124"], Stage.SELF, 15)
    make_delegation(place.commune, cast.entry)
    client, address = client_of(cast.entry), reverse("assessment", args=ASSIGN)
    version = forms["03124"].version

    assert reverse("act", args=[*ASSIGN, "submit"]) in client.get(address).content.decode()
    assert client.post(reverse("act", args=[*ASSIGN, "submit"]), {"version": version}).status_code == 302

    forms["03124"].refresh_from_db()
    assert forms["03124"].state == State.SUBMITTED


def test_a_leader_who_acts_for_nobody_has_no_button(cast, forms, place):
    leader = make_user(Role.LEADER, place.commune)
    fill_in(forms["03124"], Stage.SELF, 15)

    assert client_of(leader).post(reverse("act", args=[*ASSIGN, "submit"]), {"version": 0}).status_code == 403


def test_a_delegation_is_ended_on_its_page(cast, year, place):
    made = make_delegation(place.commune, cast.entry)

    answer = client_of(cast.signatory).post(reverse("delegation-end", args=["03124", made.pk]))

    made.refresh_from_db()
    assert (answer.status_code, made.ended_at is not None) == (302, True)
    assert "Đã thôi" in client_of(cast.signatory).get(reverse("delegations", args=["03124"])).content.decode()
    assert client_of(cast.signatory).post(reverse("delegation-end", args=["03124", made.pk + 1])).status_code == 404


# Ceilings.


@pytest.fixture
def approved(place, forms, criteria, official):
    """The first commune with 17, 12.99 and 20 points; one official for the first two criteria, one for the third."""
    form = bring_to(forms["03124"], State.APPROVED, 17, 12.99, 20)
    other = OfficialFactory(unit=place.commune, full_name="Quàng Thị Ánh", title="committee_chair")
    for criterion, person in zip(criteria, (official.person, official.person, other.person), strict=True):
        responsible(place.commune, criterion, person)
    return form


def test_the_lowest_of_several_criteria_is_the_ceiling(approved, official):
    rated = selectors.rated(approved, selectors.form(approved))

    assert [(one.official.full_name, one.ceiling.rating) for one in rated] == [("Quàng Thị Ánh", Rating.EXCELLENT), ("Lò Văn Pâng", Rating.LIMITED)]


def test_who_is_responsible_on_the_last_day_of_the_period_counts(approved, criteria, official, place):
    Responsibility.objects.filter(criterion=criteria[1]).update(until=date(2018, 12, 31))

    rated = {one.official.full_name: one.ceiling.rating for one in selectors.rated(approved, selectors.form(approved))}

    assert rated == {"Quàng Thị Ánh": Rating.EXCELLENT, "Lò Văn Pâng": Rating.EXCELLENT}


def test_an_official_who_left_the_roster_keeps_the_name(approved, official):
    Official.objects.filter(pk=official.pk).update(until=date(2018, 11, 1))

    assert "Lò Văn Pâng" in {one.official.full_name for one in selectors.rated(approved, selectors.form(approved))}


def test_the_list_of_ceilings_says_whose_and_why(cast, approved):
    page = client_of(cast.signatory).get(reverse("consequences", args=ASSIGN))

    text = page.content.decode()
    assert all(
        words in text for words in ("Lò Văn Pâng", "12,99", "Hoàn thành nhiệm vụ nhưng còn hạn chế về năng lực", "Hoàn thành xuất sắc nhiệm vụ")
    )
    assert "no-store" in page["Cache-Control"]


def test_leaders_are_shown_the_class_of_their_government_and_no_rating_of_it(cast, approved, place):
    OfficialFactory(unit=place.commune, full_name="Vàng A Sử", title="party_secretary", concurrent_title="council_chair")
    OfficialFactory(unit=place.commune, full_name="Giàng A Lử", title="front_chair")

    page = client_of(cast.officer).get(reverse("consequences", args=ASSIGN))

    assert {one.full_name for one in page.context["leaders"]} == {"Quàng Thị Ánh", "Vàng A Sử"}
    assert "hạng khá của chính quyền là căn cứ quan trọng" in page.content.decode()


def test_before_approval_there_is_no_ceiling(cast, forms):
    text = client_of(cast.appraiser).get(reverse("consequences", args=ASSIGN)).content.decode()

    assert "Chưa có mức trần" in text


def test_ceilings_are_for_the_district_the_province_and_the_signatory(cast, approved):
    found = {
        name: client_of(getattr(cast, name)).get(reverse("consequences", args=ASSIGN)).status_code
        for name in ("entry", "signatory", "appraiser", "officer", "leader", "neighbour", "stranger")
    }

    assert found == {"entry": 403, "signatory": 200, "appraiser": 200, "officer": 200, "leader": 403, "neighbour": 404, "stranger": 404}


def test_the_list_costs_the_same_for_one_official_and_for_three(cast, approved, criteria, place, django_assert_max_num_queries):
    client = client_of(cast.officer)
    with django_assert_max_num_queries(13) as two:
        client.get(reverse("consequences", args=ASSIGN))
    Responsibility.objects.filter(criterion=criteria[1]).update(person=OfficialFactory(unit=place.commune).person)
    with django_assert_max_num_queries(13) as three:
        client.get(reverse("consequences", args=ASSIGN))

    assert len(two) == len(three)


@pytest.mark.parametrize(("ends_on", "words"), [(date(2020, 6, 30), "còn hạn chế"), (date(2020, 7, 1), "Hoàn thành nhiệm vụ")])
def test_the_third_grade_has_a_shorter_name_since_july_2020(ends_on, words):
    name = rating(Rating.LIMITED, PeriodFactory.build(ends_on=ends_on))

    assert words in name
    assert ("hạn chế" in name) == (ends_on < date(2020, 7, 1))


# Nominees: the list.

NOONG_BUA, HIM_LAM = (
    Place(1, "03124", "Phường Noong Bua", "phuong", "Thành phố Điện Biên Phủ", True),
    Place(2, "03127", "Phường Him Lam", "phuong", None, True),
)
TWIN_ONE, TWIN_TWO = Place(3, "03200", "Xã Mường Lói", "xa", "Huyện A", True), Place(4, "03201", "Xã Mường Lói", "xa", "Huyện B", True)
AROUND = [NOONG_BUA, HIM_LAM, TWIN_ONE, TWIN_TWO]
CLASSES = {1: Class(Grade.WEAK, date(2019, 1, 9)), 2: Class(Grade.GOOD, date(2019, 1, 9)), 4: Class(Grade.AVERAGE, date(2019, 1, 9))}


def answered(text):
    found = nominees.answers(nominees.pasted(text), Places(AROUND, [], "Tỉnh Điện Biên"), CLASSES)
    return [(one.number, one.nominee, str(one.answer)) for one in found]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Lò Thị Sươi\tPhường Noong Bua", [(1, "Lò Thị Sươi", "barred")]),
        ("Phường Noong Bua\tLò Thị Sươi\tCông chức", [(1, "Lò Thị Sươi, Công chức", "barred")]),
        ("Lò Thị Sươi; noong bua", [(1, "Lò Thị Sươi", "barred")]),
        ("Phường Noong Bua", [(1, "", "barred")]),  # the unit itself, as its people (RL11)
        ("Phường Him Lam", [(1, "", "clear")]),
        ("03127", [(1, "", "clear")]),
        ("Lò Thị Sươi\t3127", [(1, "Lò Thị Sươi", "clear")]),
        ("Họ và tên\tĐơn vị\nLò Thị Sươi\tPhường Him Lam", [(2, "Lò Thị Sươi", "clear")]),
        ("A\tPhường Him Lam\n\nB\tXã Nơi Khác", [(1, "A", "clear"), (2, "B", "unknown")]),
        ("A\tXã Mường Lói", [(1, "A", "ambiguous")]),
        ("A\tXã Mường Lói\t03201", [(1, "A", "barred")]),
        ("A\tXã Mường Lói\t03200", [(1, "A", "open")]),
        ("A\tPhường Him Lam\nB\t", [(1, "A", "clear"), (2, "B", "unknown")]),
        ("A\tPhường Him Lam\t03124", [(1, "A", "unknown")]),
        ("", []),
    ],
)
def test_each_row_of_a_list_is_answered(text, result):
    assert answered(text) == result


# Nominees: the page.


@pytest.fixture
def classes(forms):
    """The first commune good, the second average; the others without a class."""
    bring_to(forms["03124"], State.APPROVED, 20)
    bring_to(forms["03127"], State.APPROVED, 10)


AWARDS = "/award-check/2018-Y/"
LIST = "Lò Thị Sươi\tPhường Him Lam\nQuàng Văn Ốn\tPhường Noong Bua\nCà Thị E\tPhường Sông Đà\nTòng Văn G\tXã Không Có"


def test_who_is_barred_is_said_with_the_reason(cast, classes):
    page = client_of(cast.officer).post(AWARDS, {"text": LIST})

    assert [(one.nominee, str(one.answer)) for one, *_rest in page.context["rows"]] == [
        ("Lò Thị Sươi", "barred"),
        ("Quàng Văn Ốn", "clear"),
        ("Cà Thị E", "open"),
        ("Tòng Văn G", "unknown"),
    ]
    text = page.content.decode()
    assert "Trong 4 hàng, <b>1 hàng</b> không được khen thưởng, 2 hàng cần xem lại" in text
    assert "xếp hạng trung bình" in text
    assert "mục III.7" in text


def test_the_list_is_kept_nowhere(cast, classes, caplog):
    before = Entry.objects.count()

    page = client_of(cast.officer).post(AWARDS, {"text": LIST})

    assert Entry.objects.count() == before
    assert "Sươi" not in caplog.text
    assert "no-store" in page["Cache-Control"]


def test_the_answers_come_as_a_file_too(cast, classes):
    answer = client_of(cast.officer).post(AWARDS, {"text": LIST, "csv": "1"})

    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert lines[1].startswith("1;Lò Thị Sươi;Phường Him Lam;Phường Him Lam;Không khen thưởng;")
    assert len(lines) == 5


def test_a_workbook_is_read_as_a_pasted_list_is(cast, classes):
    workbook = Workbook()
    for row in (["Họ tên", "Xã"], ["Lò Thị Sươi", "Phường Him Lam"], ["Quàng Văn Ốn", 3124]):
        workbook.active.append(row)
    content = BytesIO()
    workbook.save(content)

    page = client_of(cast.officer).post(AWARDS, {"text": "", "file": SimpleUploadedFile("danh-sach.xlsx", content.getvalue())})

    assert page.status_code == 200
    assert page.context["again"] == "Họ tên\tXã\nLò Thị Sươi\tPhường Him Lam\nQuàng Văn Ốn\t3124"
    assert str(page.context["rows"][0][0].answer) == "barred"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "  \n\t"}, "Chưa có hàng nào"),
        ({"text": "", "file": SimpleUploadedFile("x.xlsx", b"%PDF-1.4 ...")}, "PDF"),
        ({"text": "A\tB\n" * 2001}, "nhiều nhất 2000"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_in_words(cast, classes, sent, said):
    answer = client_of(cast.officer).post(AWARDS, sent)

    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_district_is_told_of_its_own_communes_alone(cast, classes, place):
    other = make_user(Role.DISTRICT_APPRAISER, place.other_district)

    page = client_of(other).post(AWARDS, {"text": LIST})

    assert [str(one.answer) for one, *_rest in page.context["rows"]] == ["unknown", "unknown", "open", "unknown"]


def test_a_list_costs_the_same_for_one_row_and_for_many(cast, classes, django_assert_max_num_queries):
    client = client_of(cast.officer)
    with django_assert_max_num_queries(8) as one:
        client.post(AWARDS, {"text": "A\tPhường Him Lam"})
    with django_assert_max_num_queries(8) as many:
        client.post(AWARDS, {"text": LIST * 40})

    assert len(one) == len(many)
