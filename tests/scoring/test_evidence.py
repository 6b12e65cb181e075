"""Evidence of scores: what is kept and shown, what is refused and in which words, who may see it, and that nothing sent is ever lost."""

import io
import zipfile
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from communes.content import Flaw, Unfit
from ledger.models import Entry
from scoring import evidence, selectors, services
from scoring.evidence import Full, Known, Limit
from scoring.models import Evidence, EvidenceFile
from scoring.rules import Act, Missing, Points, Stage, State, may_show, needs_evidence
from scoring.services import Incomplete, Stale, WrongState
from tests.factories import PDF, bring_to, client_of, fill_in, make_evidence, make_forms, make_period
from tests.reader import Page

PAGE, FORM = "/assessments/2018-Y/03124/criteria/CC01/evidence/", "/assessments/2018-Y/03124/"
DAY = date(2018, 6, 1)
PNG = b"\x89PNG\r\n\x1a\n....IEND\xaeB`\x82"


@pytest.fixture(autouse=True)
def _files_of_the_test(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def form(forms):
    return forms["03124"]


@pytest.fixture
def stored(tmp_path):
    """The files that are on the disk now."""
    return lambda: [path for path in tmp_path.rglob("*") if path.is_file()]


def a_file(name="bien-ban.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


def pdf(words):
    return b"%PDF-1.4\n" + words.encode() + b"\n%%EOF\n"


def package(parts):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def answer_of(form, code="CC01"):
    return form.answers.select_related("criterion").get(criterion__code=code)


def add(form, actor, *uploads, code="CC01", day=DAY, title=""):
    return evidence.add_evidence(answer=answer_of(form, code), uploads=uploads or [a_file()], stands_for=day, title=title, actor=actor)


def entries(form):
    return Entry.objects.about("assessment", form.key).exclude(act__in=["enter", *[act for act in Act if act not in ("attach", "replace", "detach")]])


def text(response):
    return response.content.decode()


# the rule


@pytest.mark.parametrize(
    ("points", "note", "files", "stage", "lacks"),
    [
        (20, "", 0, Stage.SELF, True),
        (20, "  ", 0, Stage.SELF, True),
        (20, "Đủ hồ sơ", 0, Stage.SELF, False),
        (20, "", 1, Stage.SELF, False),
        ("19.99", "", 0, Stage.SELF, False),
        (20, "", 0, Stage.APPRAISED, False),
        (20, "", 0, Stage.FINAL, False),
    ],
)
def test_full_points_need_evidence_or_an_explanation(points, note, files, stage, lacks):
    assert needs_evidence(Points("CC01", Decimal(20), self_points=Decimal(points), self_note=note, evidence=files), stage) == lacks


@pytest.mark.parametrize(
    ("state", "role", "remark", "may"),
    [
        ("draft", "commune_entry", "", True),
        ("draft", "commune_signatory", "", True),
        ("draft", "district_appraiser", "", False),
        ("returned", "commune_entry", "", False),
        ("returned", "commune_entry", "Thiếu biên bản", True),
        ("submitted", "commune_signatory", "", False),
        ("submitted", "district_appraiser", "", False),
        ("appraised", "province_officer", "", False),
        ("approved", "commune_entry", "Thiếu biên bản", False),
    ],
)
def test_evidence_changes_only_where_self_points_may(state, role, remark, may):
    assert may_show(state, role, remark) == may


def test_a_form_is_not_sent_until_full_points_are_proven(cast, form):
    fill_in(form, Stage.SELF, 20, 17, 20)
    form.refresh_from_db()
    form.answers.filter(criterion__code="CC03").update(self_note="Đủ hai kỳ họp")

    with pytest.raises(Incomplete) as refused:
        services.submit(assessment=form, version=form.version, actor=cast.signatory)
    assert refused.value.missing == [Missing("CC01", Missing.EVIDENCE)]

    add(form, cast.entry)
    form.refresh_from_db()
    services.submit(assessment=form, version=form.version, actor=cast.signatory)
    assert form.state == State.SUBMITTED
    sent = Entry.objects.about("assessment", form.key).get(act="submit")
    assert sent.data["evidence"] == {"CC01": [sha256(PDF).hexdigest()]}


def test_the_page_names_what_is_not_proven_with_the_way_there(cast, form):
    fill_in(form, Stage.SELF, 20, 17, 17)
    client = client_of(cast.signatory)

    page = text(client.get(FORM))

    assert 'href="#CC01-evidence">Thêm minh chứng hoặc giải thích cho điểm tối đa ở I.1</a>' in page
    assert 'id="CC01-evidence"' in page
    sheet = next(found.fields for found in Page(page, FORM).forms if "CC01-seen" in found.fields)
    assert client.post(reverse("act", args=["2018-Y", "03124", "submit"]), sheet).status_code == 422


# adding


def test_files_are_kept_once_with_their_digest_day_and_title_and_leave_no_name_in_the_ledger(cast, form, stored):
    first, second = add(form, cast.entry, a_file("Biên bản họp.pdf"), a_file("anh.png", PNG))

    assert (first.file.title, first.file.name, first.file.kind, first.file.stands_for) == ("Biên bản họp", "Biên bản họp.pdf", "pdf", DAY)
    assert (first.file.sha256, first.file.size) == (sha256(PDF).hexdigest(), len(PDF))
    assert sorted(path.read_bytes() for path in stored()) == sorted([PDF, PNG])
    assert not any("bien" in path.name.lower() for path in stored())
    assert [(entry.act, entry.topic, entry.actor, entry.data) for entry in entries(form)] == [
        ("attach", "2018-Y", cast.entry, {"criterion": "CC01", "sha256": one.file.sha256}) for one in (first, second)
    ]
    assert [one.evidence_count for one in selectors.form(form)] == [2, 0, 0]


def test_one_bad_file_does_not_keep_out_the_others_and_leaves_nothing(cast, form, stored):
    outcomes = add(form, cast.entry, a_file("rong.pdf", b""), a_file(), a_file("anh.pdf", PNG), a_file("x.docx", package({"a": b"x"})))

    assert [(one.name, one.why and one.why.flaw) for one in outcomes] == [
        ("rong.pdf", Flaw.EMPTY),
        ("bien-ban.pdf", None),
        ("anh.pdf", Flaw.MISNAMED),
        ("x.docx", Flaw.PACKAGE),
    ]
    assert (EvidenceFile.objects.count(), Evidence.objects.count(), len(stored()), entries(form).count()) == (1, 1, 1, 1)


def test_the_same_bytes_of_a_commune_are_kept_once_whatever_criterion_and_year(cast, form, place, criteria_set, stored):
    half = make_forms(make_period("2018-H1"))["03124"]

    outcomes = [add(form, cast.entry)[0], add(form, cast.entry, code="CC02")[0], add(half, cast.entry, a_file("ten-khac.pdf"))[0]]
    again = add(form, cast.entry)[0]

    assert [one.known for one in (*outcomes, again)] == [False, True, True, True]
    assert len({one.file.pk for one in (*outcomes, again)}) == len(stored()) == 1
    assert Evidence.objects.count() == 3
    assert entries(form).count() == 2  # the second time at the same criterion changed nothing


def test_two_communes_with_the_same_bytes_have_a_file_each(cast, forms):
    mine, theirs = add(forms["03124"], cast.entry)[0].file, add(forms["03127"], cast.neighbour)[0].file

    assert mine.sha256 == theirs.sha256
    assert mine.pk != theirs.pk


def test_a_criterion_and_a_form_take_only_so_much(cast, form, settings, stored):
    settings.EVIDENCE_FILES = 2

    *taken, third = add(form, cast.entry, *[a_file(f"{n}.pdf", pdf(str(n))) for n in range(3)])
    assert [one.why for one in taken] == [None, None]
    assert (type(third.why), third.why.limit) == (Full, Limit.CRITERION)
    assert (len(stored()), entries(form).count()) == (2, 2)

    settings.EVIDENCE_FORM_BYTES = sum(len(path.read_bytes()) for path in stored()) + 10
    [more] = add(form, cast.entry, a_file("3.pdf", pdf("3")), code="CC02")
    assert more.why.limit == Limit.FORM
    [shared] = add(form, cast.entry, a_file("0.pdf", pdf("0")), code="CC02")
    assert shared.why is None  # the same file at another criterion weighs nothing


def test_a_file_larger_than_the_settings_allow_is_refused(cast, form, settings):
    settings.EVIDENCE_FILE_BYTES = len(PDF) - 1

    [outcome] = add(form, cast.entry)

    assert isinstance(outcome.why, Unfit)
    assert outcome.why.flaw == Flaw.LARGE


def test_a_file_does_not_outlive_a_row_that_could_not_be_written(cast, form, stored):
    with pytest.raises(IntegrityError), transaction.atomic():
        add(form, cast.entry, day=None)

    assert stored() == []


@pytest.mark.parametrize("state", [State.SUBMITTED, State.APPRAISED, State.APPROVED])
def test_what_was_sent_stays_for_ever(cast, form, state, stored):
    shown = make_evidence(form)
    bring_to(form, state, 17)

    assert isinstance(add(form, cast.entry, a_file("moi.pdf", pdf("new")))[0].why, WrongState)
    for act in (
        lambda: evidence.remove(evidence=shown, actor=cast.entry),
        lambda: evidence.replace(evidence=shown, upload=a_file("moi.pdf", pdf("new")), stands_for=DAY, actor=cast.entry),
        lambda: evidence.link_existing(answer=answer_of(form, "CC02"), files=[shown.file], actor=cast.entry),
    ):
        with pytest.raises(WrongState):
            act()
    shown.refresh_from_db()
    assert (shown.removed_at, Evidence.objects.count(), len(stored())) == (None, 1, 1)


def test_a_returned_form_takes_evidence_only_where_it_was_asked_for(cast, form):
    bring_to(form, State.RETURNED, 17)  # with a remark at CC01

    assert add(form, cast.entry)[0].why is None
    assert isinstance(add(form, cast.entry, code="CC02")[0].why, WrongState)


def test_whoever_sends_a_form_sends_the_evidence_that_they_saw(cast, form):
    fill_in(form, Stage.SELF, 17)
    form.refresh_from_db()
    seen = form.version
    add(form, cast.entry)

    with pytest.raises(Stale):
        services.submit(assessment=form, version=seen, actor=cast.signatory)


# reuse, versions, removal


def test_files_of_an_earlier_period_are_shown_again_by_link(cast, form, criteria_set, stored):
    half = make_forms(make_period("2018-H1"))["03124"]
    file = add(half, cast.entry)[0].file

    assert evidence.link_existing(answer=answer_of(form), files=[file], actor=cast.entry) == 1
    assert evidence.link_existing(answer=answer_of(form), files=[file], actor=cast.entry) == 0

    assert len(stored()) == 1
    assert [one.file for one in selectors.evidence(form)["CC01"]] == [file]


def test_a_file_of_another_commune_cannot_be_linked(cast, forms):
    foreign = make_evidence(forms["03127"]).file

    with pytest.raises(ValueError, match="another unit"):
        evidence.link_existing(answer=answer_of(forms["03124"]), files=[foreign], actor=cast.entry)
    assert Evidence.objects.count() == 1


def test_a_new_version_takes_the_place_of_the_old_one_here_alone(cast, form, stored):
    shown = make_evidence(form)
    elsewhere = make_evidence(form, "CC02")

    new = evidence.replace(evidence=shown, upload=a_file("moi.pdf", pdf("new")), stands_for=date(2018, 7, 1), actor=cast.entry)

    assert (new.replaces, new.title, shown.file.succeeded_by) == (shown.file, "Biên bản", new)
    assert {code: [one.file for one in found] for code, found in selectors.evidence(form).items()} == {"CC01": [new], "CC02": [elsewhere.file]}
    [here], _others = selectors.shown_at(answer_of(form))
    assert (here.earlier, here.newest) == ([shown.file], None)
    [there], _others = selectors.shown_at(answer_of(form, "CC02"))
    assert (there.earlier, there.newest) == ([], new)
    assert len(stored()) == 2
    assert entries(form).get().data == {"criterion": "CC01", "sha256": new.sha256, "replaces": shown.file.sha256}


def test_a_version_that_is_not_new_is_refused(cast, form):
    shown, elsewhere = make_evidence(form), make_evidence(form, "CC02")
    with pytest.raises(Known):
        evidence.replace(evidence=shown, upload=a_file(), stands_for=DAY, actor=cast.entry)
    new = evidence.replace(evidence=shown, upload=a_file("moi.pdf", pdf("new")), stands_for=DAY, actor=cast.entry)

    with pytest.raises(Known) as refused:
        evidence.replace(evidence=elsewhere, upload=a_file("khac.pdf", pdf("other")), stands_for=DAY, actor=cast.entry)
    assert refused.value.file == new


def test_a_file_that_was_taken_away_is_marked_and_can_come_back(cast, form, stored):
    shown = make_evidence(form)

    assert evidence.remove(evidence=shown, actor=cast.entry)
    assert not evidence.remove(evidence=shown, actor=cast.signatory)

    shown.refresh_from_db()
    assert shown.removed_by == cast.entry
    assert (selectors.evidence(form), [one.evidence_count for one in selectors.form(form)]) == ({}, [0, 0, 0])
    assert [(entry.act, entry.data["sha256"]) for entry in entries(form)] == [("detach", shown.file.sha256)]
    assert evidence.link_existing(answer=answer_of(form), files=[shown.file], actor=cast.entry) == 1
    assert len(stored()) == 1
    with pytest.raises(Stale):
        evidence.replace(evidence=shown, upload=a_file("moi.pdf", pdf("new")), stands_for=DAY, actor=cast.entry)


def test_a_criterion_shows_a_file_once_whatever_the_code_above_does(cast, form):
    shown = make_evidence(form)

    with pytest.raises(IntegrityError), transaction.atomic():
        Evidence.objects.create(answer=shown.answer, file=shown.file, linked_at=shown.linked_at, linked_by=cast.entry)


# pages


def post(client, *uploads, page=PAGE, **fields):
    return client.post(page, {"upload": uploads or [a_file()], "stands_for": "01/06/2018", **fields})


def test_a_commune_adds_several_files_and_finds_them_at_the_criterion(cast, form):
    client = client_of(cast.entry)

    response = client.post(PAGE, {"upload": [a_file("quyet-dinh.pdf"), a_file("anh.png", PNG)], "stands_for": "1/6/2018"}, follow=True)

    assert "Đã nhận “quyet-dinh.pdf”." in text(response)
    page = text(client.get(FORM))
    assert "Minh chứng: 2 tệp" in page
    for file in EvidenceFile.objects.all():
        assert f'href="/evidence/{file.pk}/">{file.title}</a>' in page


def test_the_way_to_the_evidence_saves_what_was_typed(cast, form):
    client = client_of(cast.entry)
    sheet = next(found.fields for found in Page(text(client.get(FORM)), FORM).forms if "CC01-seen" in found.fields)

    response = client.post(FORM, sheet | {"CC01-points": "18", "evidence": "CC01"})

    assert (response.status_code, response["Location"]) == (302, PAGE)
    assert form.answers.get(criterion__code="CC01").self_points == 18
    assert client.post(FORM, sheet | {"evidence": "CC99"})["Location"] == FORM


def test_a_bad_file_among_good_ones_is_named_with_its_reason(cast, form):
    response = post(client_of(cast.entry), a_file("anh.pdf", PNG), a_file("tot.pdf"))

    assert response.status_code == 422
    assert "1 tệp không nhận" in text(response)
    assert "“anh.pdf” thật ra là ảnh PNG. Loại tệp tính theo nội dung" in text(response)
    assert "Đã nhận “tot.pdf”." in text(response)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rong.pdf", b"", "rỗng (0 byte)"),
        ("cut.pdf", b"%PDF-1.4 ...", "thiếu phần cuối"),
        ("x.docm", package({"[Content_Types].xml": b"<T/>", "word/document.xml": b"<x/>", "word/vbaProject.bin": b"x"}), "có macro"),
        ("x.xlsm", package({"[Content_Types].xml": b"<T/>", "xl/workbook.xml": b"<x/>", "xl/vbaProject.bin": b"x"}), "có macro"),
        ("x.docx", package({"a.txt": b"x"}), "là tệp nén"),
        ("x.xlsx", package({"[Content_Types].xml": b"<T/>", "xl/workbook.xml": b"0" * 30_000_000}), "bung ra lớn gấp nhiều lần"),
        ("<script>.pdf", b"MZ", "không phải là PDF, Word, Excel hay ảnh"),
    ],
)
def test_every_bad_file_is_answered_in_words_and_nothing_is_kept(cast, form, stored, name, content, words):
    response = post(client_of(cast.entry), a_file(name, content))

    assert response.status_code == 422
    assert words in text(response)
    assert "<script>." not in text(response)
    assert (EvidenceFile.objects.count(), stored()) == (0, [])


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"upload": []}, "Chưa chọn tệp"),
        ({"stands_for": ""}, "Gõ ngày/tháng/năm"),
        ({"stands_for": "31/2/2018"}, "Không đọc được ngày này"),
        ({"stands_for": "1/1/2200"}, "ở sau hôm nay"),
        ({"stands_for": "1/1/0218"}, "không thể đúng"),
        ({"title": "x" * 201}, "200"),
    ],
)
def test_what_is_missing_or_wrong_is_told_beside_its_field(cast, form, fields, words, stored):
    response = client_of(cast.entry).post(PAGE, {"upload": [a_file()], "stands_for": "01/06/2018", **fields})

    assert response.status_code == 422
    assert words in text(response)
    assert stored() == []


def test_a_file_sent_by_script_gets_a_sentence(cast, form):
    client = client_of(cast.entry)
    sent = {"headers": {"HX-Request": "true"}}

    good = client.post(PAGE, {"upload": [a_file()], "stands_for": "1/6/2018"}, **sent)
    bad = client.post(PAGE, {"upload": [a_file("anh.pdf", PNG)], "stands_for": "1/6/2018"}, **sent)
    day = client.post(PAGE, {"upload": [a_file()], "stands_for": ""}, **sent)

    assert [answer.status_code for answer in (good, bad, day)] == [200, 422, 422]
    assert {answer["Content-Type"] for answer in (good, bad, day)} == {"text/plain; charset=utf-8"}
    assert text(good) == "Đã nhận “bien-ban.pdf”."
    assert "ảnh PNG" in text(bad)


def test_files_are_chosen_replaced_and_taken_away_on_the_page(cast, form, criteria_set):
    half = make_forms(make_period("2018-H1"))["03124"]
    old = make_evidence(half).file
    client = client_of(cast.entry)

    assert "Năm 2018: 1 tệp" in text(client.get(PAGE))
    assert client.post(f"{PAGE}existing/", {"file": [old.pk]}).status_code == 302
    [shown] = selectors.evidence(form)["CC01"]
    fields = {f"v{shown.pk}-upload": a_file("moi.pdf", pdf("new")), f"v{shown.pk}-stands_for": "2/6/2018"}
    assert client.post(f"{PAGE}{shown.pk}/version/", fields).status_code == 302
    assert "1 bản trước" in text(client.get(PAGE))
    [shown] = selectors.evidence(form)["CC01"]
    assert client.post(f"{PAGE}{shown.pk}/remove/", follow=True).status_code == 200
    assert selectors.evidence(form) == {}
    assert [entry.act for entry in entries(form)] == ["attach", "replace", "detach"]
    timeline = text(client.get(FORM))
    assert "Thay một tệp minh chứng bằng bản mới ở I.1" in timeline


@pytest.mark.parametrize(
    ("path", "fields", "status", "words"),
    [
        ("existing/", {}, 422, "Chưa chọn tệp nào"),
        ("existing/", {"file": ["999999"]}, 422, "Có tệp không còn trong danh sách này"),
        ("existing/", {"file": ["x\x00"]}, 422, "Có tệp không còn trong danh sách này"),
        ("{key}/version/", {}, 422, "Chưa chọn tệp"),
        ("999999/remove/", {}, 404, ""),
    ],
)
def test_bad_requests_are_answered_in_words(cast, form, path, fields, status, words):
    shown = make_evidence(form)

    response = client_of(cast.entry).post(PAGE + path.format(key=shown.pk), fields)

    assert response.status_code == status
    assert words in text(response)


def test_a_locked_form_says_so_and_offers_nothing(cast, form):
    make_evidence(form)
    bring_to(form, State.SUBMITTED, 17)
    client = client_of(cast.entry)

    page = text(client.get(PAGE))
    assert "Minh chứng đã khóa cùng với điểm tự chấm vì phiếu đã gửi." in page
    assert "Gỡ khỏi tiêu thức này" not in page
    response = post(client)
    assert response.status_code == 409
    assert "Phiếu đã gửi lên huyện, đang chờ thẩm định." in text(response)


@pytest.mark.parametrize("who", ["appraiser", "officer", "leader"])
def test_who_appraises_sees_how_much_there_is_and_opens_it(cast, form, who):
    shown = make_evidence(form)
    bring_to(form, State.APPRAISED, 17)
    client = client_of(getattr(cast, who))

    page = text(client.get(FORM))

    assert "1 tệp minh chứng" in page
    assert f'href="/evidence/{shown.file_id}/"' in page
    response = client.get(f"/evidence/{shown.file_id}/")
    assert b"".join(response.streaming_content) == PDF
    grid = text(client.get("/appraisals/2018-Y/094/"))
    assert grid.count(f'href="{PAGE}">1 tệp<') == 1


def test_a_file_is_handed_out_so_that_no_browser_runs_it(cast, form):
    client = client_of(cast.entry)
    saved = client.get(f"/evidence/{make_evidence(form).file_id}/")
    shown = client.get(f"/evidence/{make_evidence(form, content=PNG, kind='png', name='anh.png').file_id}/")

    assert (saved["Content-Type"], saved["Content-Disposition"]) == ("application/octet-stream", 'attachment; filename="bien-ban.pdf"')
    assert (shown["Content-Type"], shown["Content-Disposition"]) == ("image/png", 'inline; filename="anh.png"')
    for response in (saved, shown):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Cache-Control"].startswith("private")
        assert "sandbox" in response["Content-Security-Policy"]
        assert b"".join(response.streaming_content) in {PDF, PNG}


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
def test_evidence_outside_the_area_does_not_exist(cast, form, who):
    shown, client = make_evidence(form), client_of(getattr(cast, who))

    assert client.get(f"/evidence/{shown.file_id}/").status_code == 404
    assert client.get(PAGE).status_code == 404
    assert client.post(f"{PAGE}{shown.pk}/remove/").status_code == 404


def test_a_file_that_is_gone_from_the_disk_is_not_an_error_page(cast, form, stored):
    shown = make_evidence(form)
    stored()[0].unlink()

    assert client_of(cast.entry).get(f"/evidence/{shown.file_id}/").status_code == 404


@pytest.mark.parametrize("files", [1, 9])
@pytest.mark.parametrize(
    ("who", "page"), [("entry", FORM), ("appraiser", FORM), ("appraiser", "/appraisals/2018-Y/094/"), ("entry", PAGE), ("leader", PAGE)]
)
def test_pages_cost_the_same_whatever_the_files(cast, form, place, who, page, files, django_assert_max_num_queries):
    for n in range(files):
        make_evidence(form, f"CC0{n % 3 + 1}", content=pdf(str(n)))
    client = client_of(getattr(cast, who))
    client.get(page)  # the process knows the set of criteria from now on

    with django_assert_max_num_queries(15 if page == FORM else 9):
        assert client.get(page).status_code == 200
