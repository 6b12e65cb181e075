"""The small registers: what the acts keep and refuse, what the pages say to whom, what a row costs."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.rules import Role
from ledger.models import Entry, Notice
from plan2018 import keeping, services
from plan2018.models import Apology, Complaints, Dialogue, Difficulty, Duty, Obligation, Period, Plan, WorkingRules
from plan2018.registers import REGISTERS
from plan2018.rules import DutyState
from scoring.models import Censure, Inspection, Support
from scoring.registers import REGISTERS as SCORED
from tests.factories import DocumentFactory, client_of, make_dialogue, make_user
from tests.reader import Visitor

pytestmark = pytest.mark.django_db

HELD = {"held_on": date(2018, 12, 5), "attendees": 90, "opinions": 6, "answered": 5}
SENT = {"held_on": "05/12/2018", "attendees": "90", "opinions": "6", "answered": "5", "version": "0"}


def save(line, actor, kind="dialogues", version=0, **values):
    return keeping.save_record(line=line, kind=kind, values=values or HELD, version=version, actor=actor)


def raise_difficulty(unit, actor, text="Chưa có kinh phí mua máy photo"):
    values = {"raised_on": date(2018, 5, 4), "clause": "III.5 gạch 2", "text": text}
    return keeping.save_record(line=Difficulty(unit=unit), kind="difficulties", values=values, version=0, actor=actor)


# Acts.


def test_a_new_line_leaves_an_entry_with_its_days_and_counts_but_no_words(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry, **HELD, note="Bà Lò Thị X hỏi về đất")

    entry = Entry.objects.get(subject_kind="dialogues")
    assert (entry.act, entry.subject_key, entry.topic) == ("enter", f"03124/{line.pk}", "registers")
    assert entry.data["changes"]["held_on"] == [None, "2018-12-05"]
    assert entry.data["changes"]["opinions"] == [None, 6]
    assert "Lò Thị X" not in str(entry.data)


def test_a_change_records_only_what_changed_and_moves_the_version(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry)

    save(line, cast.signatory, version=1, **HELD | {"answered": 6})

    line.refresh_from_db()
    assert (line.answered, line.version, line.recorded_by) == (6, 2, cast.signatory)
    assert Entry.objects.filter(act="change").get().data == {"changes": {"answered": [5, 6]}}


def test_saving_the_same_again_leaves_no_trace(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry)

    save(line, cast.signatory, version=1)

    assert Entry.objects.filter(subject_kind="dialogues").count() == 1


def test_whoever_saw_an_older_line_changes_nothing(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry)
    save(line, cast.entry, version=1, **HELD | {"answered": 6})

    with pytest.raises(services.Stale):
        save(line, cast.signatory, version=1, **HELD | {"answered": 1})

    assert Dialogue.objects.get().answered == 6


def test_a_second_line_of_the_same_day_is_refused_until_the_first_is_withdrawn(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry)
    with pytest.raises(keeping.Duplicate):
        save(Dialogue(unit=place.commune), cast.entry)

    keeping.withdraw_record(line=line, kind="dialogues", reason="Ghi nhầm", version=1, actor=cast.entry)
    save(Dialogue(unit=place.commune), cast.entry)

    assert Dialogue.objects.valid().count() == 1


def test_a_change_into_another_line_is_refused(place, cast):
    save(Dialogue(unit=place.commune), cast.entry)
    other = save(Dialogue(unit=place.commune), cast.entry, **HELD | {"held_on": date(2018, 12, 6)})

    with pytest.raises(keeping.Duplicate):
        save(other, cast.entry, version=1)


def test_a_withdrawn_line_stays_with_its_reason_and_is_closed(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry)

    keeping.withdraw_record(line=line, kind="dialogues", reason=" Ghi nhầm xã ", version=1, actor=cast.entry)

    assert Dialogue.objects.get().withdrawal == "Ghi nhầm xã"
    with pytest.raises(keeping.Closed):
        save(line, cast.entry, version=2, **HELD | {"answered": 6})
    with pytest.raises(keeping.Closed):
        keeping.withdraw_record(line=line, kind="dialogues", reason="Lần nữa", version=2, actor=cast.entry)


def test_nothing_is_withdrawn_without_a_reason(place, cast):
    line = save(Dialogue(unit=place.commune), cast.entry)

    with pytest.raises(ValueError, match="no reason"):
        keeping.withdraw_record(line=line, kind="dialogues", reason="  ", version=1, actor=cast.entry)


def test_the_database_knows_no_withdrawal_without_a_reason(place):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_dialogue(place.commune, withdrawn_at=timezone.now())


def test_a_line_proves_the_duty_and_its_withdrawal_takes_the_proof_back(place, cast, year):
    duty = Duty.objects.create(
        plan=year.plan, code="TK54", clause="III.8", actor="UBND xã", text="Đối thoại", due="12/2018", evidence="", proof="dialogue"
    )
    owed = Obligation.objects.create(duty=duty, unit=place.commune, occurrence="2018", due_on=date(2018, 12, 31))

    line = save(Dialogue(unit=place.commune), cast.entry)
    owed.refresh_from_db()
    assert (owed.state, owed.done_on) == (DutyState.DONE, date(2018, 12, 5))

    keeping.withdraw_record(line=line, kind="dialogues", reason="Ghi nhầm", version=1, actor=cast.entry)
    owed.refresh_from_db()
    assert owed.state == DutyState.OPEN


# Difficulties.


def test_a_difficulty_of_a_commune_goes_to_its_district_and_tells_those_who_answer(place, cast):
    line = raise_difficulty(place.commune, cast.entry)

    assert line.routed_to == place.district
    assert list(Notice.objects.values_list("person", flat=True)) == [cast.appraiser.pk]


def test_an_answer_reaches_who_raised_it(place, cast):
    line = raise_difficulty(place.commune, cast.entry)

    keeping.answer_difficulty(line=line, kind="difficulties", answer="Đã bố trí", version=1, actor=cast.appraiser)

    line.refresh_from_db()
    assert (line.answer, line.answered_on, line.answered_by) == ("Đã bố trí", timezone.localdate(), cast.appraiser)
    notice = Notice.objects.get(person=cast.entry)
    assert (notice.body, notice.link) == ("Đã bố trí", f"/records/difficulties/03124/{line.pk}/")


def test_only_the_level_to_which_it_was_routed_answers(place, cast):
    line = raise_difficulty(place.commune, cast.entry)

    for actor in (cast.entry, cast.officer, cast.leader, make_user(Role.DISTRICT_APPRAISER, place.other_district)):
        with pytest.raises(services.NotYours):
            keeping.answer_difficulty(line=line, kind="difficulties", answer="Không", version=1, actor=actor)


def test_the_district_passes_on_once_and_the_province_has_nobody_above(place, cast):
    line = raise_difficulty(place.commune, cast.entry)

    keeping.pass_on(line=line, kind="difficulties", reason="Ngoài thẩm quyền", version=1, actor=cast.appraiser)

    line.refresh_from_db()
    assert line.routed_to == place.province
    with pytest.raises(services.NotYours):
        keeping.pass_on(line=line, kind="difficulties", reason="Lên nữa", version=2, actor=cast.officer)
    with pytest.raises(services.NotYours):
        keeping.answer_difficulty(line=line, kind="difficulties", answer="Muộn", version=2, actor=cast.appraiser)


def test_an_answered_difficulty_keeps_its_words_and_is_not_passed_on(place, cast):
    line = raise_difficulty(place.commune, cast.entry)
    keeping.answer_difficulty(line=line, kind="difficulties", answer="Đã bố trí", version=1, actor=cast.appraiser)

    with pytest.raises(keeping.Closed):
        save(line, cast.entry, "difficulties", 2, text="Chuyện khác")
    with pytest.raises(keeping.Closed):
        keeping.pass_on(line=line, kind="difficulties", reason="Thôi", version=2, actor=cast.appraiser)


# Pages.


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"answered": "7"}, "answered"),
        ({"held_on": "31/2/2018"}, "held_on"),
        ({"held_on": "05/12/2017"}, "held_on"),
        ({"held_on": (timezone.localdate() + timedelta(days=1)).strftime("%d/%m/%Y")}, "held_on"),
        ({"summed_up_on": "01/12/2018"}, "summed_up_on"),
        ({"attendees": "-1"}, "attendees"),
        ({"attendees": "9" * 30}, "attendees"),
        ({"opinions": ""}, "opinions"),
        ({"document": "77"}, "document"),
        ({"note": "x" * 5000}, "note"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field(place, cast, year, typed, field):
    response = client_of(cast.entry).post("/records/dialogues/03124/new/", SENT | typed)

    assert response.status_code == 422
    assert field in response.context["form"].errors
    assert not Dialogue.objects.exists()


@pytest.mark.parametrize(
    ("slug", "typed", "field"),
    [
        ("complaints", {"period": "{period}", "kind": "complaint", "carried_over": "1", "received": "2", "settled": "4"}, "settled"),
        ("apologies", {"happened_on": "05/4/2018", "fault": "late", "subject": "Hồ sơ đất"}, "days_late"),
        ("apologies", {"happened_on": "05/4/2018", "fault": "wrong", "subject": "Hồ sơ đất", "letter_on": "04/4/2018"}, "letter_on"),
        ("working-rules", {"term": "2016"}, "term"),
        ("working-rules", {"term": "2016-2021", "outstanding": "on", "issued_on": "05/4/2017"}, "issued_on"),
    ],
)
def test_each_register_checks_its_own(place, cast, year, slug, typed, field):
    sent = {name: value.format(period=year.pk) for name, value in typed.items()}

    response = client_of(cast.entry).post(f"/records/{slug}/03124/new/", sent)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"ends_on": "10/7/2018"}, "ends_on"),
        ({"days": "23"}, "days"),
        ({"days": "0"}, "days"),
        ({"ends_on": "01/4/2018"}, "ends_on"),
        ({"criteria": "999"}, "criteria"),
    ],
)
def test_support_stays_within_a_quarter_and_its_working_days(place, cast, year, criteria_set, typed, field):
    sent = {"mode": "down", "staff": "Phòng Nội vụ", "starts_on": "02/4/2018", "ends_on": "30/4/2018", "days": "15"}

    response = client_of(cast.appraiser).post("/records/support/03124/new/", sent | typed)

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])


def test_a_finding_is_not_remedied_before_it_was_made(place, cast, year, criteria_set):
    sent = {"inspected_on": "02/4/2018", "agency": "Thanh tra huyện", "finding": "Thiếu sổ", "remedied_on": "01/4/2018"}

    response = client_of(cast.appraiser).post("/records/inspections/03124/new/", sent)

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["remedied_on"])


def test_two_people_at_one_line_see_both_values(place, cast, year):
    line = save(Dialogue(unit=place.commune), cast.entry)
    save(line, cast.signatory, version=1, **HELD | {"answered": 6})

    response = client_of(cast.entry).post(f"/records/dialogues/03124/{line.pk}/", SENT | {"answered": "4", "version": "1"})

    assert response.status_code == 409
    [row] = response.context["conflicts"]
    assert (row["mine"], row["theirs"], row["by"]) == ("4", "6", cast.signatory)


def test_the_same_line_twice_is_said_in_words(place, cast, year):
    make_dialogue(place.commune)

    response = client_of(cast.entry).post("/records/dialogues/03124/new/", SENT)

    assert response.status_code == 422
    assert "đã có dòng như thế" in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_page_that_tells_no_version_saves_nothing(place, cast, year, version):
    line = save(Dialogue(unit=place.commune), cast.entry)

    response = client_of(cast.entry).post(f"/records/dialogues/03124/{line.pk}/", SENT | {"answered": "4", "version": version})

    assert response.status_code in {409, 422}
    assert Dialogue.objects.get().answered == 5


def test_only_the_unit_itself_raises_difficulties(place, cast, year):
    def status(user, code):
        return client_of(user).get(f"/records/difficulties/{code}/new/").status_code

    assert [status(cast.entry, "03124"), status(cast.appraiser, "094")] == [200, 200]
    assert [status(cast.appraiser, "03124"), status(cast.officer, "11"), status(cast.officer, "094"), status(cast.leader, "03124")] == [403] * 4
    assert [status(cast.neighbour, "03124"), status(cast.stranger, "03124")] == [404, 404]


def test_a_difficulty_can_be_raised_with_its_clause_from_another_page(place, cast, year):
    page = client_of(cast.entry).get("/records/difficulties/03124/new/?clause=TG30")

    assert page.context["form"]["clause"].value() == "TG30"


def test_a_commune_does_not_write_its_own_support_or_inspections(place, cast, year, criteria_set):
    client = client_of(cast.entry)

    assert [client.get(f"/records/{slug}/03124/new/").status_code for slug in ("support", "inspections")] == [403, 403]
    assert [client.get(f"/records/{slug}/03124/").status_code for slug in ("support", "inspections")] == [200, 200]


def test_an_act_of_another_register_is_no_address(place, cast, year):
    line = save(Dialogue(unit=place.commune), cast.entry)

    assert client_of(cast.appraiser).post(f"/records/dialogues/03124/{line.pk}/answer/").status_code == 404
    assert client_of(cast.appraiser).get("/records/nothing/03124/").status_code == 404
    assert client_of(cast.appraiser).get(f"/records/apologies/03124/{line.pk}/").status_code == 404


def test_a_line_is_found_only_under_its_own_unit(place, cast, year):
    line = save(Dialogue(unit=place.commune), cast.entry)

    assert client_of(cast.officer).get(f"/records/dialogues/03127/{line.pk}/").status_code == 404


def fill_registers(place, year, actor, communes):
    """A line of every register for each of these communes."""
    given = {"version": 1, "recorded_at": timezone.now(), "recorded_by": actor}
    for unit in communes:
        make_dialogue(unit)
        WorkingRules.objects.create(unit=unit, outstanding=True, issued_on=date(2018, 3, 20), **given)
        Apology.objects.create(unit=unit, happened_on=date(2018, 4, 2), fault="late", subject="Hồ sơ đất", days_late=3, **given)
        Complaints.objects.create(unit=unit, period=year, kind="complaint", received=5, settled=4, **given)
        Difficulty.objects.create(unit=unit, raised_on=date(2018, 5, 2), text="Thiếu máy", routed_to=unit.parent, **given)
        days = {"starts_on": date(2018, 4, 2), "ends_on": date(2018, 4, 30), "days": 12}
        Support.objects.create(unit=unit, staff="Phòng Nội vụ", **days, **given)
        Inspection.objects.create(unit=unit, inspected_on=date(2018, 5, 2), agency="Thanh tra huyện", finding="Thiếu sổ", **given)
        Censure.objects.create(unit=unit, kind="criticised", year=2017, document=DocumentFactory(), **given)
    for line in [*Support.objects.all(), *Inspection.objects.all()]:
        line.criteria.set(line.criteria.model.objects.filter(kind="criterion"))


SLUGS = [register.slug for register in (*REGISTERS, *SCORED)]


@pytest.mark.parametrize("slug", ["", *SLUGS])
def test_a_page_costs_eight_queries_however_many_lines(place, cast, year, criteria_set, slug, django_assert_max_num_queries):
    client = client_of(cast.officer)
    address = reverse("records", args=[slug, "11"]) if slug else reverse("records-hub", args=["11"])
    fill_registers(place, year, cast.officer, place.communes[:1])
    with django_assert_max_num_queries(8) as few:
        client.get(address)
    fill_registers(place, year, cast.officer, place.communes[1:])
    with django_assert_max_num_queries(8) as many:
        response = client.get(address)

    assert len(many) == len(few)
    assert response.status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
def test_a_line_costs_eight_queries(place, cast, year, criteria_set, slug, django_assert_max_num_queries):
    fill_registers(place, year, cast.officer, place.communes)
    model = next(register.model for register in (*REGISTERS, *SCORED) if register.slug == slug)
    line = model.objects.get(unit=place.commune)

    client = client_of(cast.appraiser)

    with django_assert_max_num_queries(8):
        assert client.get(reverse("record", args=[slug, "03124", line.pk])).status_code == 200


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("code", ["11", "094", "03124"])
def test_every_register_says_something_with_and_without_lines(place, cast, year, criteria_set, slug, code):
    client = client_of(cast.leader)

    empty = client.get(f"/records/{slug}/{code}/").context["found"]
    fill_registers(place, year, cast.officer, place.communes)
    full = client.get(f"/records/{slug}/{code}/")

    assert empty.answer
    assert full.context["found"].answer != empty.answer
    assert "&lt;b&gt;" not in full.content.decode()
    assert "record-new" not in full.content.decode()


def test_withdrawn_lines_are_shown_but_counted_nowhere(place, cast, year):
    line = save(Dialogue(unit=place.commune), cast.entry)
    keeping.withdraw_record(line=line, kind="dialogues", reason="Ghi nhầm", version=1, actor=cast.entry)

    page = client_of(cast.officer).get("/records/dialogues/11/")
    file = b"".join(client_of(cast.officer).get("/records/dialogues/11/csv/").streaming_content).decode()

    assert "<b>0/4 xã</b>" in page.context["found"].answer
    assert "Đã rút" in page.content.decode()
    assert "Noong Bua" not in file


def test_the_file_of_a_register_is_no_formula(place, cast, year):
    Apology.objects.create(unit=place.commune, happened_on=date(2018, 4, 2), fault="wrong", subject="=1+1", version=1, recorded_at=timezone.now())

    file = b"".join(client_of(cast.officer).get("/records/apologies/11/csv/").streaming_content).decode()

    assert file.splitlines()[0].startswith("\ufeffĐơn vị;Thuộc;Ngày xảy ra")
    assert ";'=1+1;" in file
    assert "02/4/2018" in file


def test_a_period_shows_its_own_lines_and_the_year_what_came_later(place, cast, year, half):
    make_dialogue(place.commune, date(2018, 5, 5))
    make_dialogue(place.commune, date(2019, 1, 5))
    client = client_of(cast.officer)

    assert client.get("/records/dialogues/03124/?period=2018-H1").context["count"] == 1
    assert client.get("/records/dialogues/03124/").context["count"] == 2
    assert "<b>1/4 xã</b>" in client.get("/records/dialogues/11/").context["found"].answer


def test_what_came_later_moves_to_the_next_plan_when_it_is_there(place, cast, year):
    make_dialogue(place.commune, date(2019, 1, 5))
    client = client_of(cast.officer)
    assert client.get("/records/dialogues/03124/?period=2018-Y").context["count"] == 1

    next_plan = Plan.objects.create(
        year=2019, number="1/KH-UBND", title="Kế hoạch", issued_on=date(2019, 1, 2), issuer="UBND tỉnh", provenance="test"
    )
    given = {"kind": Period.YEAR, "starts_on": date(2019, 1, 1), "ends_on": date(2019, 12, 31), "due_on": date(2020, 1, 20), "section": "IV.2"}
    Period.objects.create(plan=next_plan, code="2019-Y", name="Năm 2019", **given)

    assert client.get("/records/dialogues/03124/?period=2018-Y").context["count"] == 0
    assert client.get("/records/dialogues/03124/?period=2019-Y").context["count"] == 1


# A walk.


def test_a_difficulty_walks_up_and_its_answer_down(place, cast, year):
    commune, district, province = (Visitor(client_of(user)) for user in (cast.entry, cast.appraiser, cast.officer))

    commune.open("/records/difficulties/03124/new/")
    said = commune.send("Ghi vào sổ", raised_on="04/5/2018", clause="III.5 gạch 2", text="Chưa có kinh phí mua máy photo")
    assert "Đang chờ Thành phố Điện Biên Phủ trả lời" in said

    address = f"/records/difficulties/03124/{Difficulty.objects.get().pk}/"
    district.open(address)
    assert "Đang chờ Tỉnh Điện Biên trả lời" in district.send("Chuyển lên tỉnh", **{"pass-on-reason": "Ngoài thẩm quyền của huyện"})

    province.open(address)
    province.send("Gửi trả lời", **{"answer-answer": "Tỉnh bố trí trong quý III"})

    read = commune.open(address)
    assert "Tỉnh bố trí trong quý III" in read
    assert "Ngoài thẩm quyền của huyện" in read
    assert "Không còn vướng mắc nào chờ trả lời" in commune.open("/records/difficulties/03124/")


def test_the_district_enters_support_from_its_own_page_and_the_province_reads(place, cast, year, criteria_set):
    district = Visitor(client_of(cast.appraiser))
    criterion = criteria_set.criteria.get(code="CC02")

    district.open("/records/support/094/new/")
    sent = {"staff": "Chuyên viên Phòng Nội vụ", "starts_on": "02/4/2018", "ends_on": "30/4/2018", "days": "16", "result": "Lập lại sổ"}
    district.send("Ghi vào sổ", unit=str(place.commune.pk), mode="down", criteria=str(criterion.pk), **sent)

    line = Support.objects.get()
    assert (line.unit, line.days, list(line.criteria.all())) == (place.commune, 16, [criterion])
    read = Visitor(client_of(cast.officer)).open("/records/support/11/")
    assert "Đủ 15 ngày ở 1/1 lượt xã được giúp trong một quý, tại 1 xã" in read
    assert criterion.number in read


def test_a_district_enters_for_its_own_communes_only(place, cast, year, criteria_set):
    sent = {"unit": str(place.stranger.pk), "mode": "down", "staff": "Phòng", "starts_on": "02/4/2018", "ends_on": "30/4/2018", "days": "16"}

    response = client_of(cast.appraiser).post("/records/support/094/new/", sent)

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["unit"])
