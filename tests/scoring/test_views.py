"""The pages of an assessment: who sees what, what is saved, what is refused and in which words. By HTTP, as a browser without script sends it."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.rules import Role
from ledger.models import Entry
from scoring.models import Title
from scoring.rules import Grade, Stage, State
from tests.factories import UnitFactory, bring_to, client_of, fill_in, make_forms, make_user
from tests.reader import Page

PAGE = "/assessments/2018-Y/03124/"
GRID = "/appraisals/2018-Y/094/"
READERS = ["entry", "signatory", "appraiser", "officer", "admin", "leader"]


def address(act):
    return reverse("act", args=["2018-Y", "03124", act])


def fields(response):
    """What a browser would send from the form with the points; nothing where nothing can be written."""
    return next((form.fields for form in Page(text(response), PAGE).forms if any(name.endswith("-seen") for name in form.fields)), {})


def send(client, url=PAGE, page=PAGE, **typed):
    """Open the page, type over it (CC01_points="8,5"), press the button that leads to `url`."""
    sheet = fields(client.get(page)) | {name.replace("_", "-"): text for name, text in typed.items()}
    return client.post(url, sheet)


def points(form, stage=Stage.SELF):
    return [getattr(answer, f"{stage}_points") for answer in form.answers.order_by("criterion__position")]


def text(response):
    return response.content.decode()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("who", READERS)
def test_everybody_in_the_area_sees_the_form_in_every_state(cast, forms, state, who):
    bring_to(forms["03124"], state, 17)

    response = client_of(getattr(cast, who)).get(PAGE)

    assert response.status_code == 200
    assert "chưa đối chiếu với phụ lục Quyết định 34/2011" in text(response)


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
def test_a_form_outside_the_area_does_not_exist(cast, forms, who):
    assert client_of(getattr(cast, who)).get(PAGE).status_code == 404


@pytest.mark.parametrize(
    "url",
    ["/assessments/2018-Y/99999/", "/assessments/2019-Y/03124/", "/assessments/2018-Y/%00/", "/appraisals/2018-Y/03124/", "/appraisals/2018-Y/11/"],
)
def test_an_unknown_unit_or_period_does_not_exist(cast, forms, url):
    assert client_of(cast.officer).get(url).status_code == 404


def test_nobody_signed_in_is_asked_to(forms):
    assert client_of(None).get(PAGE).status_code == 302


def test_what_is_typed_anywhere_is_saved_by_any_button(cast, forms):
    response = send(client_of(cast.entry), CC01_points="8,5", CC01_words="Đủ hồ sơ", CC03_points=" 20 ")

    assert response.status_code == 302
    assert points(forms["03124"]) == [Decimal("8.5"), None, Decimal(20)]
    assert forms["03124"].answers.get(criterion__code="CC01").self_note == "Đủ hồ sơ"
    written = Entry.objects.about("assessment", "2018-Y/03124")
    assert [(entry.data["criterion"], entry.data["to"], entry.actor) for entry in written] == [
        ("CC01", "8.50", cast.entry),
        ("CC03", "20.00", cast.entry),
    ]


def test_a_signatory_takes_a_form_from_empty_to_the_district(cast, forms):
    client = client_of(cast.signatory)

    response = send(client, address("submit"), CC01_points="17", CC02_points="16,5", CC03_points="18,25")

    assert response.status_code == 302
    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, points(forms["03124"])) == (State.SUBMITTED, [Decimal(17), Decimal("16.5"), Decimal("18.25")])
    assert "Đã gửi phiếu lên huyện." in text(client.get(PAGE))


def test_only_the_signatory_sends(cast, forms):
    fill_in(forms["03124"], Stage.SELF, 17)
    client = client_of(cast.entry)

    assert "Chỉ người ký của xã gửi được phiếu." in text(client.get(PAGE))
    assert send(client, address("submit")).status_code == 403


def test_an_incomplete_form_is_not_sent_and_says_where_to_go(cast, forms):
    response = send(client_of(cast.signatory), address("submit"), CC02_points="12,5")

    assert response.status_code == 422
    assert "Phiếu chưa đủ: còn thiếu ở 2 tiêu thức" in text(response)
    assert 'href="#CC01-points"' in text(response)
    assert 'href="#CC03-points"' in text(response)
    assert points(forms["03124"]) == [None, Decimal("12.5"), None]
    forms["03124"].refresh_from_db()
    assert forms["03124"].state == State.DRAFT


@pytest.mark.parametrize("typed", ["8,5,5", "abc", "1e2", "NaN", "Infinity", "8,125", "-1", "20,01", "8 5", "--5", "٨٫٥", "8,5\x00", "x" * 100_000])
def test_what_is_no_point_is_shown_again_and_the_rest_is_saved(cast, forms, typed):
    response = send(client_of(cast.entry), CC01_points=typed, CC01_words="Giữ lại", CC02_points="9")

    assert response.status_code == 422
    assert 'aria-invalid="true"' in text(response)
    sheet = fields(response)
    assert (sheet["CC01-points"].replace("\ufffd", "\x00"), sheet["CC01-words"]) == (typed, "Giữ lại")
    assert "Đã lưu 1 tiêu thức khác." in text(response)
    assert points(forms["03124"]) == [None, Decimal(9), None]


def test_the_error_says_what_to_type(cast, forms):
    response = send(client_of(cast.entry), CC01_points="8,5,5", CC02_points="21")

    assert "“8,5,5”: Không phải là số điểm. Gõ một số từ 0 đến 20, nhiều nhất hai chữ số sau dấu phẩy, ví dụ 0,5." in text(response)
    assert "“21”: Nằm ngoài thang điểm, từ 0 đến 20. Gõ một số từ 0 đến 20" in text(response)


def test_a_note_that_is_too_long_is_kept_on_the_page_and_not_saved(cast, forms):
    note = "Một đoạn dài. " * 8000

    response = send(client_of(cast.entry), CC01_points="9", CC01_words=note)

    assert response.status_code == 422
    assert "nhiều nhất 4000. Viết gọn lại rồi lưu." in text(response)
    assert fields(response)["CC01-words"] == note
    assert points(forms["03124"]) == [None] * 3


def test_words_are_stored_clean(cast, forms):
    send(client_of(cast.entry), CC01_points="9", CC01_words=" Hồ sơ\r\n\x07đủ\u202e \u200b")

    assert forms["03124"].answers.get(criterion__code="CC01").self_note == "Hồ sơ\nđủ"


def test_markup_in_a_note_stays_words(cast, forms):
    client = client_of(cast.entry)

    send(client, CC01_points="9", CC01_words="</textarea><script>alert(1)</script>")

    assert "<script>alert(1)" not in text(client.get(PAGE))
    assert fields(client.get(PAGE))["CC01-words"] == "</textarea><script>alert(1)</script>"


def test_who_saves_a_criterion_second_sees_both_values_and_can_overwrite(cast, forms):
    mine, theirs = client_of(cast.entry), client_of(cast.signatory)
    sheet = fields(mine.get(PAGE))
    send(theirs, CC01_points="13", CC01_words="Theo biên bản")

    response = mine.post(PAGE, sheet | {"CC01-points": "14,5", "CC02-points": "9"})

    assert response.status_code == 409
    assert f"{cast.signatory} lưu 13,0 lúc" in text(response)
    assert "Số của anh, chị là 14,5." in text(response)
    assert "“Theo biên bản”" in text(response)
    assert points(forms["03124"]) == [Decimal(13), Decimal(9), None]

    again = mine.post(PAGE, fields(response))
    assert again.status_code == 302
    assert points(forms["03124"]) == [Decimal("14.5"), Decimal(9), None]


def test_what_others_saved_meanwhile_is_left_alone_when_it_was_not_touched(cast, forms):
    mine, theirs = client_of(cast.entry), client_of(cast.signatory)
    sheet = fields(mine.get(PAGE))
    send(theirs, CC01_points="13")

    response = mine.post(PAGE, sheet | {"CC02-points": "9"})

    assert response.status_code == 302
    assert points(forms["03124"]) == [Decimal(13), Decimal(9), None]


def test_a_request_that_does_not_tell_what_it_saw_overwrites_nothing(cast, forms):
    send(client_of(cast.signatory), CC01_points="13")

    response = client_of(cast.entry).post(PAGE, {"CC01-points": "1"})

    assert response.status_code == 409
    assert points(forms["03124"])[0] == Decimal(13)


@pytest.mark.parametrize("seen", ["x", ";;", "0", "99999999999999999999;8,0;0", "0;;;0", "\x00", "٣;;0"])
def test_a_forged_token_breaks_nothing(cast, forms, seen):
    response = client_of(cast.entry).post(PAGE, {"CC01-points": "1", "CC01-seen": seen})

    assert response.status_code in (302, 409)


def test_a_second_click_on_submit_is_no_error(cast, forms):
    client = client_of(cast.signatory)
    sheet = fields(client.get(PAGE)) | {"CC01-points": "17", "CC02-points": "17", "CC03-points": "17"}

    first, second = client.post(address("submit"), sheet), client.post(address("submit"), sheet)

    assert (first.status_code, second.status_code) == (302, 302)
    assert "Đã gửi rồi, không phải gửi lại." in text(client.get(PAGE))
    assert Entry.objects.about("assessment", "2018-Y/03124").filter(act="submit").count() == 1


def test_typing_into_a_form_that_was_sent_meanwhile_loses_no_word(cast, forms):
    client = client_of(cast.entry)
    sheet = fields(client.get(PAGE))
    bring_to(forms["03124"], State.SUBMITTED, 17)

    response = client.post(PAGE, sheet | {"CC01-points": "12,5", "CC01-words": "Chưa kịp lưu"})

    assert response.status_code == 409
    assert "Phiếu đã gửi lên huyện, đang chờ thẩm định." in text(response)
    assert "<b>12,5</b> “Chưa kịp lưu”" in text(response)
    assert points(forms["03124"]) == [Decimal(17)] * 3


def test_a_move_from_a_page_that_is_out_of_date_is_made_on_what_is_seen(cast, forms):
    client = client_of(cast.signatory)
    fill_in(forms["03124"], Stage.SELF, 17)
    sheet = fields(client.get(PAGE))
    send(client_of(cast.entry), CC01_points="3")

    response = client.post(address("submit"), sheet)
    assert response.status_code == 409
    assert "Chưa làm: phiếu vừa có thay đổi" in text(response)

    assert client.post(address("submit"), fields(response)).status_code == 302


def test_a_returned_form_opens_what_has_a_remark_and_says_why_the_rest_is_locked(cast, forms):
    bring_to(forms["03124"], State.RETURNED, 17)
    client = client_of(cast.signatory)

    response = client.get(PAGE)

    assert {name for name in fields(response) if name.endswith("-points")} == {"CC01-points"}
    assert "“Xem lại điểm này”" in text(response)
    assert "“Chưa khớp hồ sơ”" in text(response)
    assert text(response).count("xã chỉ sửa được tiêu thức có ý kiến") == 2
    forged = client.post(PAGE, {"CC02-points": "20", "CC02-seen": "0;17,0;0"})
    assert forged.status_code == 409
    assert points(forms["03124"])[1] == Decimal(17)
    assert send(client, address("submit"), CC01_points="16").status_code == 302


@pytest.mark.parametrize(
    ("state", "who", "words"),
    [
        (State.DRAFT, "appraiser", "Chưa chấm được vì xã đang nhập."),
        (State.SUBMITTED, "signatory", "Chỉ huyện trả lại được, phải ghi ý kiến."),
        (State.RETURNED, "appraiser", "đang chờ xã bổ sung và gửi lại."),
        (State.APPRAISED, "appraiser", "Chỉ tỉnh trả lại được, phải ghi ý kiến."),
        (State.APPROVED, "signatory", "Chỉ tỉnh mở lại được, phải ghi lý do."),
        (State.APPROVED, "officer", "Kết quả đã khóa vì đã duyệt lúc"),
        (State.SUBMITTED, "leader", "Tài khoản lãnh đạo chỉ xem."),
    ],
)
def test_a_locked_page_says_what_locks_it_and_who_opens_it(cast, forms, state, who, words):
    bring_to(forms["03124"], state, 17)

    response = client_of(getattr(cast, who)).get(PAGE)

    assert words in text(response)
    assert not any(name.endswith("-points") for name in fields(response))


def test_a_late_form_says_so_for_ever(cast, forms):
    client = client_of(cast.signatory)
    assert "Quá hạn từ hết ngày 19/01/2019" in text(client.get(PAGE))

    bring_to(forms["03124"], State.APPROVED, 17)

    assert "Trễ hạn: hạn cuối là hết ngày 19/01/2019" in text(client.get(PAGE))


def test_the_district_appraises_with_reasons(cast, forms):
    bring_to(forms["03124"], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)

    response = send(client, address("appraise"), CC01_points="17", CC02_points="15,5", CC03_points="17")
    assert response.status_code == 422
    assert 'href="#CC02-words"' in text(response)
    assert "Chưa ghi lý do chấm khác." in text(response)

    response = send(client, address("appraise"), CC02_words="Thiếu biên bản")
    assert response.status_code == 302
    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, points(forms["03124"], Stage.APPRAISED)) == (State.APPRAISED, [Decimal(17), Decimal("15.5"), Decimal(17)])
    assert forms["03124"].answers.get(criterion__code="CC02").appraised_reason == "Thiếu biên bản"


def test_copying_keeps_what_is_typed_and_fills_the_rest(cast, forms):
    bring_to(forms["03124"], State.SUBMITTED, 17, 16, 15)

    response = send(client_of(cast.appraiser), address("copy"), CC02_points="12", CC02_words="Thiếu hồ sơ")

    assert response.status_code == 302
    assert points(forms["03124"], Stage.APPRAISED) == [Decimal(17), Decimal(12), Decimal(15)]


@pytest.mark.parametrize("who", ["entry", "signatory", "leader"])
def test_communes_and_leaders_copy_nothing(cast, forms, who):
    assert client_of(getattr(cast, who)).post(address("copy")).status_code == 403


def test_a_form_goes_back_with_the_criteria_that_were_chosen(cast, forms):
    bring_to(forms["03124"], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)

    refused = send(client, address("return"), CC01_points="16,5", CC01_words="Thiếu")
    assert refused.status_code == 422
    assert "Chưa chọn tiêu thức nào." in text(refused)
    assert "Chưa ghi ý kiến." in text(refused)
    assert points(forms["03124"], Stage.APPRAISED)[0] == Decimal("16.5")

    sheet = fields(client.get(PAGE)) | {"return-reason": "Bổ sung hồ sơ", "return-CC01": "on", "return-CC03-remark": "Thiếu ảnh"}
    assert client.post(address("return"), sheet).status_code == 302
    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, forms["03124"].returns) == (State.RETURNED, 1)
    assert [answer.remark for answer in forms["03124"].answers.order_by("criterion__position")] == ["Bổ sung hồ sơ", "", "Thiếu ảnh"]
    assert "Trả lại I.1, I.3" in text(client.get(PAGE))


def test_the_province_approves_and_the_class_has_its_reasons(cast, forms):
    bring_to(forms["03124"], State.APPRAISED, 17)
    client = client_of(cast.officer)

    assert send(client, address("copy")).status_code == 302
    assert send(client, address("approve")).status_code == 302

    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, forms["03124"].total, forms["03124"].grade) == (State.APPROVED, Decimal(51), Grade.GOOD)
    assert "51/60 điểm bằng 85%, từ 85% trở lên: hạng tốt." in text(client_of(cast.entry).get(PAGE))


@pytest.mark.parametrize(
    ("final", "words"),
    [
        (16, "48/60 điểm bằng 80%, từ 65% đến dưới 85%: hạng khá."),
        (8, "24/60 điểm bằng 40%, dưới 45%: hạng yếu."),
        (0, "0/60 điểm bằng 0%, dưới 45%: hạng yếu."),
    ],
)
def test_reasons_read_well_for_every_class(cast, forms, final, words):
    bring_to(forms["03124"], State.APPROVED, final)

    assert words in text(client_of(cast.leader).get(PAGE))


def test_reopening_needs_its_reason(cast, forms):
    bring_to(forms["03124"], State.APPROVED, 17)
    client = client_of(cast.officer)
    version = str(forms["03124"].version)

    refused = client.post(address("reopen"), {"version": version, "reopen-reason": "  "})
    assert refused.status_code == 422
    assert "Chưa ghi lý do." in text(refused)

    assert client.post(address("reopen"), {"version": version, "reopen-reason": "Nhầm điểm I.2"}).status_code == 302
    forms["03124"].refresh_from_db()
    assert (forms["03124"].state, forms["03124"].total) == (State.APPRAISED, None)
    assert "Mở lại kết quả: “Nhầm điểm I.2”" in " ".join(text(client.get(PAGE)).split())

    assert client.post(address("reopen"), {"version": version, "reopen-reason": "Nhầm điểm I.2"}).status_code == 302
    assert "Đã mở lại rồi, không phải làm lại." in text(client.get(PAGE))


ACTS = {"submit": "signatory", "appraise": "appraiser", "return": "appraiser officer admin", "approve": "officer admin", "reopen": "officer admin"}


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("act", ACTS)
def test_a_move_by_the_wrong_role_is_refused(cast, forms, act, who):
    response = client_of(getattr(cast, who)).post(address(act), {"version": "0"})

    assert (response.status_code == 403) == (who not in ACTS[act].split())


@pytest.mark.parametrize(("act", "who"), [(act, who) for act, people in ACTS.items() for who in people.split()])
@pytest.mark.parametrize("state", State)
def test_no_move_from_no_state_is_an_error_of_ours(cast, forms, state, act, who):
    bring_to(forms["03124"], state, 17)

    response = client_of(getattr(cast, who)).post(
        address(act), {"version": str(forms["03124"].version), "reopen-reason": "x", "return-reason": "x", "return-CC01": "on"}
    )

    assert response.status_code in (302, 409, 422)


def test_an_unknown_act_or_criterion_does_not_exist(cast, forms):
    client = client_of(cast.signatory)

    assert client.post(address("enter")).status_code == 404
    assert client.post(address("delete")).status_code == 404
    assert client.post(f"{PAGE}criteria/CC99/").status_code == 404
    assert client.get(address("submit")).status_code == 405


def test_who_entered_points_cannot_appraise_them(cast, forms):
    send(client_of(cast.entry), CC01_points="17", CC02_points="17", CC03_points="17")
    forms["03124"].refresh_from_db()
    send(client_of(cast.signatory), address("submit"))
    fill_in(forms["03124"], Stage.APPRAISED, 17)
    cast.entry.role, cast.entry.unit = Role.DISTRICT_APPRAISER, forms["03124"].unit.parent
    cast.entry.save()
    cast.appraiser.authenticator_set.update(user=cast.entry)

    response = send(client_of(cast.entry), address("appraise"))

    assert response.status_code == 403
    assert "Không ai được thẩm định, duyệt điểm do chính mình nhập" in text(response)


# The title


TITLE = f"{PAGE}title/"


def test_the_province_enters_corrects_and_withdraws_a_title(cast, forms):
    client = client_of(cast.officer)

    client.post(TITLE, {"title-decision_number": " 45/QĐ-UBND ", "title-decided_on": "20/1/2019"})
    assert "Quyết định 45/QĐ-UBND ngày 20/01/2019." in text(client.get(PAGE))
    client.post(TITLE, {"title-decision_number": "46/QĐ-UBND", "title-decided_on": "21/01/2019"})
    assert Title.objects.get().decision_number == "46/QĐ-UBND"

    assert client.post(TITLE, {"withdraw": "1", "withdraw-reason": ""}).status_code == 422
    assert client.post(TITLE, {"withdraw": "1", "withdraw-reason": "Nhầm xã"}).status_code == 302
    assert client.post(TITLE, {"withdraw": "1", "withdraw-reason": "Nhầm xã"}).status_code == 302
    assert not Title.objects.exists()


@pytest.mark.parametrize(
    ("number", "day", "words"),
    [
        ("", "20/1/2019", "Chưa ghi số quyết định."),
        ("\x07\u200b", "20/1/2019", "Chưa ghi số quyết định."),
        ("4" * 41, "20/1/2019", "nhiều nhất 40"),
        ("45/QĐ-UBND", "", "Chưa ghi ngày quyết định."),
        ("45/QĐ-UBND", "31/2/2019", "Không đọc được ngày này."),
        ("45/QĐ-UBND", "1/20/2019", "Không đọc được ngày này."),
        ("45/QĐ-UBND", "31/12/2017", "Ngày này trước khi năm 2018 bắt đầu."),
        ("45/QĐ-UBND", "1/1/2999", "Ngày này chưa đến."),
    ],
)
def test_a_title_that_cannot_be_is_refused_with_what_was_typed(cast, forms, number, day, words):
    response = client_of(cast.officer).post(TITLE, {"title-decision_number": number, "title-decided_on": day})

    assert response.status_code == 422
    assert words in text(response)
    assert f'value="{day}"' in text(response) or not day
    assert not Title.objects.exists()


@pytest.mark.parametrize("who", ["signatory", "appraiser", "leader"])
def test_nobody_else_enters_titles(cast, forms, who):
    assert client_of(getattr(cast, who)).post(TITLE, {}).status_code == 403


def test_a_half_year_has_no_title(cast, half):
    make_forms(half)

    assert client_of(cast.officer).post("/assessments/2018-H1/03124/title/", {}).status_code == 404


@pytest.mark.parametrize(("state", "stage"), [(State.SUBMITTED, Stage.APPRAISED), (State.RETURNED, Stage.APPRAISED), (State.APPRAISED, Stage.FINAL)])
def test_points_that_others_have_begun_to_enter_are_added_up_for_readers(cast, forms, state, stage):
    form = bring_to(forms["03124"], state, 17)
    fill_in(form, stage, 15)

    total = text(client_of(cast.leader).get(PAGE)).partition('id="total"')[2].partition("</tr>")[0]

    assert "51,0" in total  # of the commune, or of the district
    assert "45,0" in total


# One criterion, as HTMX sends it


def one(client, code="CC01", page=PAGE, prefix="", **typed):
    """Leave a criterion: send it alone."""
    sheet = {name: text for name, text in fields(client.get(page)).items() if name.startswith(f"{prefix}{code}-")}
    unit = prefix.removesuffix("-") or "03124"
    extra = {"grid": "1"} if prefix else {}
    return client.post(
        f"/assessments/2018-Y/{unit}/criteria/{code}/", sheet | extra | {f"{prefix}{code}-{name}": text for name, text in typed.items()}
    )


def test_one_criterion_answers_what_it_changed(cast, forms):
    client = client_of(cast.signatory)

    response = one(client, points="8,5")

    assert response.status_code == 200
    assert points(forms["03124"]) == [Decimal("8.5"), None, None]
    for piece in ("CC01-state", "CC01-sum", "CC01-seen", "CC01-points-error", "answer", "standing", "bar", "version"):
        assert f'id="{piece}"' in text(response)
    assert "Đã chấm <b>1 trong 3</b> tiêu thức: <b>8,5 điểm</b>" in text(response)
    assert fields(client.get(PAGE))["CC01-seen"] in text(response)


def test_one_wrong_criterion_is_422_and_a_stale_one_409(cast, forms):
    client = client_of(cast.entry)
    sheet = fields(client.get(PAGE))
    assert one(client, points="8,5,5").status_code == 422
    send(client_of(cast.signatory), CC01_points="13")

    response = client.post(f"{PAGE}criteria/CC01/", {"CC01-points": "9", "CC01-seen": sheet["CC01-seen"]})

    assert response.status_code == 409
    assert f"{cast.signatory} lưu 13,0 lúc" in text(response)
    assert "Số của anh, chị là 9." in text(response)


def test_one_criterion_of_a_locked_form_is_409_in_words(cast, forms):
    bring_to(forms["03124"], State.SUBMITTED, 17)

    response = client_of(cast.entry).post(f"{PAGE}criteria/CC01/", {"CC01-points": "9", "CC01-seen": "0;;0"})

    assert response.status_code == 409
    assert "Phiếu đã gửi lên huyện, đang chờ thẩm định." in text(response)
    assert 'id="CC01-news"' in text(response)


# Several criteria, as HTMX sends what waited for the line


def together(client, sheet, **typed):
    return client.post(PAGE, sheet | {name.replace("_", "-"): text for name, text in typed.items()}, headers={"HX-Request": "true"})


def sheet_of(client, *codes):
    """What the page has of these criteria."""
    return {name: text for name, text in fields(client.get(PAGE)).items() if name.split("-")[0] in codes}


def test_several_criteria_answer_what_they_changed_and_nothing_of_the_others(cast, forms, django_assert_num_queries):
    client = client_of(cast.entry)
    sheet = sheet_of(client, "CC01", "CC02")

    with django_assert_num_queries(15):  # three more for a second criterion: its points, and its entry after the one before
        response = together(client, sheet, CC01_points="8,5", CC02_points="9")

    assert response.status_code == 200
    assert points(forms["03124"]) == [Decimal("8.5"), Decimal(9), None]
    for piece in ("CC01-state", "CC02-state", "CC01-seen", "CC02-seen", "answer", "standing", "bar", "version"):
        assert text(response).count(f'id="{piece}"') == 1
    assert 'id="CC03-' not in text(response)
    assert "Đã chấm <b>2 trong 3</b> tiêu thức: <b>17,5 điểm</b>" in text(response)


def test_of_several_criteria_a_wrong_one_and_a_stale_one_keep_none_of_the_others_back(cast, forms):
    client = client_of(cast.entry)
    sheet = sheet_of(client, "CC01", "CC02", "CC03")
    send(client_of(cast.signatory), CC01_points="13")

    response = together(client, sheet, CC01_points="9", CC02_points="mười", CC03_points="7")

    assert response.status_code == 409
    assert points(forms["03124"]) == [Decimal(13), None, Decimal(7)]
    assert f"{cast.signatory} lưu 13,0 lúc" in text(response)
    assert "“mười”: Không phải là số điểm." in text(response)
    assert together(client, sheet, CC02_points="mười").status_code == 422


def test_several_criteria_of_a_locked_form_are_refused_in_words_beside_each(cast, forms):
    client = client_of(cast.entry)
    sheet = sheet_of(client, "CC01", "CC02")
    bring_to(forms["03124"], State.SUBMITTED, 17)

    response = together(client, sheet, CC01_points="9", CC02_points="9")

    assert response.status_code == 409
    assert points(forms["03124"]) == [Decimal(17)] * 3
    assert [f'id="{code}-news"' in text(response) for code in ("CC01", "CC02", "CC03")] == [True, True, False]
    assert "Phiếu đã gửi lên huyện, đang chờ thẩm định." in text(response)


def test_one_criterion_by_a_reader_is_refused(cast, forms):
    assert client_of(cast.leader).post(f"{PAGE}criteria/CC01/", {"CC01-points": "9"}).status_code == 403
    assert client_of(cast.neighbour).post(f"{PAGE}criteria/CC01/", {"CC01-points": "9"}).status_code == 404


# The grid of a district


def test_the_grid_takes_points_and_reasons_of_many_communes(cast, forms):
    for code in ("03124", "03127"):
        bring_to(forms[code], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)

    response = send(client, GRID, GRID, **{"03124_CC01_points": "16", "03127_CC02_points": "17", "03127_CC03_points": "15"})
    assert response.status_code == 302
    assert points(forms["03124"], Stage.APPRAISED) == [Decimal(16), None, None]
    assert points(forms["03127"], Stage.APPRAISED) == [None, Decimal(17), Decimal(15)]
    page = text(client.get(GRID))
    assert "Có <b>2 ô</b> huyện chấm khác xã, <b>2 ô</b> chưa ghi lý do" in page

    response = send(client, GRID, GRID, **{"03124_CC01_words": "Thiếu hồ sơ", "accept": "1"})
    assert response["Location"] == f"{GRID}accept/"
    assert client.post(f"{GRID}accept/", {"seen": client.get(f"{GRID}accept/").context["seen"]}).status_code == 302
    assert points(forms["03124"], Stage.APPRAISED) == [Decimal(16), Decimal(17), Decimal(17)]
    assert "<b>1 ô</b> chưa ghi lý do" in text(client.get(GRID))


def test_the_grid_saves_what_it_can_and_says_what_it_could_not(cast, forms):
    for code in ("03124", "03127"):
        bring_to(forms[code], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)
    sheet = fields(client.get(GRID))
    other = client_of(make_user(Role.DISTRICT_APPRAISER, forms["03124"].unit.parent))
    send(other, GRID, GRID, **{"03124_CC01_points": "13"})

    typed = {"03124-CC01-points": "14", "03124-CC02-points": "abc", "03127-CC01-points": "16"}
    response = client.post(GRID, sheet | typed)

    assert response.status_code == 409
    assert "đã lưu 13,0 lúc" in text(response)
    assert "“abc”: Không phải là số điểm." in text(response)
    assert {name: fields(response)[name] for name in typed} == typed | {"03127-CC01-points": "16,0"}
    assert points(forms["03124"], Stage.APPRAISED) == [Decimal(13), None, None]
    assert points(forms["03127"], Stage.APPRAISED) == [Decimal(16), None, None]


def test_the_grid_tells_of_a_commune_that_was_finished_meanwhile(cast, forms):
    for code in ("03124", "03127"):
        bring_to(forms[code], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)
    sheet = fields(client.get(GRID))
    bring_to_next = make_user(Role.DISTRICT_APPRAISER, forms["03124"].unit.parent)
    send(client_of(bring_to_next), address("copy"))
    send(client_of(bring_to_next), address("appraise"))

    response = client.post(GRID, sheet | {"03124-CC01-points": "3", "03127-CC01-points": "16"})

    assert response.status_code == 409
    assert "Huyện đã thẩm định xong, phiếu đang chờ tỉnh duyệt." in text(response)
    assert "I.1 = 3" in text(response)
    assert points(forms["03124"], Stage.APPRAISED) == [Decimal(17)] * 3
    assert points(forms["03127"], Stage.APPRAISED) == [Decimal(16), None, None]


def test_one_cell_answers_its_row_its_reason_and_the_counts(cast, forms):
    bring_to(forms["03124"], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)

    response = one(client, page=GRID, prefix="03124-", points="16")

    assert response.status_code == 200
    for piece in ("03124-CC01-seen", "03124-CC01-news", "03124-own", "03124-CC01-reason", "answer", "bar", "reasons-title"):
        assert f'id="{piece}"' in text(response)
    assert 'data-diff="diff"' in text(response)
    assert one(client, page=GRID, prefix="03124-", words="Thiếu hồ sơ").status_code == 200
    assert forms["03124"].answers.get(criterion__code="CC01").appraised_reason == "Thiếu hồ sơ"
    assert one(client, page=GRID, prefix="03124-", points="99").status_code == 422


def test_the_province_writes_results_into_the_same_grid(cast, forms):
    bring_to(forms["03124"], State.APPRAISED, 17)
    client = client_of(cast.officer)

    assert send(client, GRID, GRID, **{"03124_CC01_points": "16", "03124_CC01_words": "", "accept": "1"}).status_code == 302
    assert client.post(f"{GRID}accept/", {"seen": client.get(f"{GRID}accept/").context["seen"]}).status_code == 302

    assert points(forms["03124"], Stage.FINAL) == [Decimal(16), Decimal(17), Decimal(17)]
    assert "Có <b>1 ô</b> kết quả khác điểm huyện, <b>1 ô</b> chưa ghi lý do" in text(client.get(GRID))


def test_leaders_read_the_grid_and_communes_do_not(cast, forms):
    leader = client_of(cast.leader)

    assert leader.get(GRID).status_code == 200
    assert leader.post(GRID, {}).status_code == 403
    assert client_of(cast.signatory).get(GRID).status_code == 404
    assert client_of(cast.appraiser).get("/appraisals/2018-Y/095/").status_code == 404


def test_a_grid_without_forms_says_so(cast, year):
    assert "Kỳ này chưa mở phiếu cho đơn vị nào." in text(client_of(cast.appraiser).get(GRID))


@pytest.mark.parametrize("communes", [1, 30])
def test_the_grid_costs_the_same_whatever_its_rows(cast, place, criteria_set, year, django_assert_num_queries, communes):
    for n in range(communes - 2):
        UnitFactory(code=f"1{n:04}", level="commune", full_name=f"Xã Số {n}", parent=place.district)
    forms = make_forms(year)
    mine = [form for form in forms.values() if form.unit.parent == place.district]
    if communes == 1:
        mine.pop().delete()
    for form in mine:
        fill_in(form, Stage.SELF, 17)
        fill_in(form, Stage.APPRAISED, 16)
    type(mine[0]).objects.filter(pk__in=[form.pk for form in mine]).update(state=State.SUBMITTED, first_submitted_at=timezone.now(), late=True)
    client = client_of(cast.appraiser)
    client.get(GRID)  # the process knows the set of criteria from now on

    with django_assert_num_queries(9):
        response = client.get(GRID)

    assert text(response).count('class="self"') == 3 * communes


def test_saving_a_criterion_costs_the_same_whatever_the_forms_size(cast, forms, django_assert_num_queries):
    client, here = client_of(cast.entry), "/assessments/2018-Y/03124/"
    for turn, code in enumerate(("CC01", "CC02", "CC03")):
        seen = fields(client.get(here))[f"{code}-seen"]
        sent = {f"{code}-points": str(10 + turn), f"{code}-words": "Đủ", f"{code}-seen": seen}
        # With a savepoint, which is a transaction outside of tests; when nothing is missing, two more ask whether the time is over.
        with django_assert_num_queries(14 if code == "CC03" else 12):
            assert client.post(f"{here}criteria/{code}/", sent, headers={"HX-Request": "true"}).status_code == 200


def test_a_return_that_is_too_late_keeps_its_words(cast, forms):
    form = bring_to(forms["03124"], State.SUBMITTED, 17)
    client = client_of(cast.appraiser)
    sheet = fields(client.get(PAGE))
    send(client_of(make_user(Role.DISTRICT_APPRAISER, form.unit.parent)), CC01_points="15", CC01_words="Thiếu biên bản")

    response = client.post(address("return"), sheet | {"return-CC02": "on", "return-reason": "Bổ sung biên bản tháng 7."})

    assert response.status_code == 409
    again = fields(response)
    assert (again["return-reason"], again["return-CC02"]) == ("Bổ sung biên bản tháng 7.", "on")
