"""A district's report from the first cell to its acceptance, by people whose browsers run no scripts."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ledger.models import Entry, Notice
from plan2018.models import Observation, Period
from plan2018.rules import Answer
from reports import filings, rules
from reports.models import Figure, Report
from reports.rules import Answer as AnswerKind
from reports.rules import NotAFigure, ReportAct, ReportState
from tests.conftest import Cast
from tests.factories import client_of, make_dialogue, make_indicator
from tests.reader import Visitor
from tests.scoring.test_races import at_once

pytestmark = pytest.mark.django_db

PAGE, GRID, REVIEW = "/reports/2018-Y/094/", "/reports/2018-Y/094/grid/", "/reports/2018-Y/094/review/"
TYPED = {"number": "05/BC-UBND", "dated": "18/6/2018"}


@pytest.fixture(autouse=True)
def asked(year: Period):
    """The plan asks for one share and one yes or no."""
    return make_indicator(year.plan, "procedures.posted", answer=Answer.RATIO, position=1), make_indicator(
        year.plan, "renewal", answer=Answer.YES_NO, position=2
    )


def observe(cast: Cast, year: Period, indicator, numerator: int, denominator: int) -> Observation:
    return Observation.objects.create(
        period=year,
        unit=cast.entry.unit,
        indicator=indicator,
        numerator=numerator,
        denominator=denominator,
        as_of=date(2018, 11, 30),
        recorded_at="2018-12-01T00:00:00Z",
    )


def figures() -> dict[tuple[str, str], tuple[int, int]]:
    return {(row.unit.code, row.indicator.code): (row.numerator, row.denominator) for row in Figure.objects.select_related("unit", "indicator")}


@pytest.mark.parametrize(
    ("text", "answer", "expected"),
    [
        ("12/15", AnswerKind.RATIO, (12, 15)),
        (" 1.200 / 1.500 ", AnswerKind.RATIO, (1200, 1500)),
        ("", AnswerKind.RATIO, None),
        ("Có", AnswerKind.YES_NO, (1, 1)),
        ("c", AnswerKind.YES_NO, (1, 1)),
        ("không", AnswerKind.YES_NO, (0, 1)),
        ("K", AnswerKind.YES_NO, (0, 1)),
        ("0", AnswerKind.YES_NO, (0, 1)),
    ],
)
def test_a_figure_is_read_as_people_type_it(text: str, answer: AnswerKind, expected: tuple[int, int] | None):
    assert rules.read_figure(text, answer) == expected


@pytest.mark.parametrize(
    ("text", "answer"), [("15/12", "ratio"), ("0/0", "ratio"), ("12", "ratio"), ("12/", "ratio"), ("80%", "ratio"), ("ừ", "yes_no")]
)
def test_what_is_no_figure_is_refused(text: str, answer: str):
    with pytest.raises(ValueError):  # noqa: PT011 - NotAFigure, or NotWhole for a part
        rules.read_figure(text, AnswerKind(answer))
    assert issubclass(NotAFigure, ValueError)


def test_a_report_is_entered_filed_returned_mended_and_accepted(cast: Cast, year: Period, asked):
    observe(cast, year, asked[1], 1, 1)
    district, province = Visitor(client_of(cast.appraiser)), Visitor(client_of(cast.officer))

    district.open(GRID)
    assert "Đã lưu 2 ô." in district.send("Lưu bảng", **{"03124-procedures-posted-value": "12/15", "03127-procedures-posted-value": "7/9"})
    assert figures() == {("03124", "procedures.posted"): (12, 15), ("03127", "procedures.posted"): (7, 9)}

    text = district.open(PAGE)
    assert "Còn 1 trong 4 số liệu chưa có." in text
    district.send("Lưu lời văn", **{"section-I": "Tình hình chung ổn định."})
    text = district.send("Gửi báo cáo", expect=422, **TYPED)
    assert "Giải thích vì sao, hoặc nhập cho đủ" in text
    district.send("Gửi báo cáo", **TYPED, explanation="Xã chưa họp.")
    report = Report.objects.get()
    assert (report.state, report.number, report.explanation) == (ReportState.FILED, "05/BC-UBND", "Xã chưa họp.")
    assert report.narrative == {"I": "Tình hình chung ổn định."}
    assert figures()["03124", "renewal"] == (1, 1)  # the commune's own word is taken over
    assert Notice.objects.filter(person=cast.officer).get().link == PAGE

    province.open(REVIEW)
    assert "Ghi lý do trả lại" in province.send("Trả lại huyện", expect=422, reason="", **{"03127-procedures-posted-remark": "Tổng là 10"})
    assert "Sở Nội vụ đã trả lại" in province.send("Trả lại huyện", reason="Xem lại niêm yết.")
    assert "Tổng là 10" in district.open(PAGE)
    assert Notice.objects.filter(person=cast.appraiser).count() == 1
    assert "Tổng là 10" in district.open(GRID)
    district.send("Lưu bảng", **{"03127-procedures-posted-value": "7/10"})
    district.open(PAGE)
    district.send("Gửi lại báo cáo", number="06/BC-UBND", dated="20/6/2018")
    assert "Bản 2 khác bản 1 ở 1 số liệu." in district.open(f"{PAGE}versions/2/")
    assert "Số liệu hiện nay đúng như bản 2 đã gửi." in district.open(f"{PAGE}cover/")

    province.open(PAGE)
    assert "Đã chấp nhận báo cáo." in province.send("Chấp nhận báo cáo")
    assert "1 trong 2 huyện đã gửi, 1 trễ hạn; 1 đã chấp nhận." in province.open("/reports/2018-Y/")
    acts = list(Entry.objects.filter(subject_kind="report").order_by("pk").values_list("act", flat=True))
    assert acts == ["figures", "words", "file", "return", "figures", "file", "accept"]


def test_wrong_cells_are_said_beside_what_is_saved_and_stay_as_typed(cast: Cast):
    visitor = Visitor(client_of(cast.appraiser))
    visitor.open(GRID)

    text = visitor.send("Lưu bảng", expect=422, **{"03124-procedures-posted-value": "15/12", "03127-renewal-value": "c", "03124-renewal-value": "ừ"})

    assert "Đã lưu 1 ô khác." in text
    assert "“15/12” không đọc được" in text
    assert visitor.page.forms[-1].fields["03124-procedures-posted-value"] == "15/12"
    assert figures() == {("03127", "renewal"): (1, 1)}


def test_two_officers_at_one_cell_see_both_values_and_the_second_may_write_over(cast: Cast):
    one, two = Visitor(client_of(cast.appraiser)), Visitor(client_of(cast.appraiser))
    one.open(GRID)
    two.open(GRID)
    one.send("Lưu bảng", **{"03124-procedures-posted-value": "12/15"})

    text = two.send("Lưu bảng", expect=409, **{"03124-procedures-posted-value": "11/15", "03127-renewal-value": "k"})

    assert "vừa lưu 12/15; số của anh, chị là 11/15" in text
    assert figures() == {("03124", "procedures.posted"): (12, 15), ("03127", "renewal"): (0, 1)}
    two.send("Lưu bảng")
    assert figures()["03124", "procedures.posted"] == (11, 15)


def test_words_typed_over_somebody_elses_are_kept_and_both_are_shown(cast: Cast):
    one, two = Visitor(client_of(cast.appraiser)), Visitor(client_of(cast.appraiser))
    one.open(PAGE)
    two.open(PAGE)
    one.send("Lưu lời văn", **{"section-II": "Của người trước"})

    text = two.send("Lưu lời văn", expect=409, **{"section-II": "Của người sau"})

    assert "Của người trước" in text
    assert "Của người sau" in text
    two.send("Lưu lời văn")
    assert Report.objects.get().narrative == {"II": "Của người sau"}


def test_an_extension_stands_beside_the_late_flag(cast: Cast):
    province = Visitor(client_of(cast.officer))
    province.open(PAGE)
    assert "Ngày gia hạn phải sau hạn của kế hoạch." in province.send("Gia hạn", expect=422, until="1/1/2019", reason="Mưa lũ")
    text = province.send("Gia hạn", until="25/1/2019", reason="Mưa lũ")

    assert "đến hết 25/01/2019" in text
    assert "Quá cả gia hạn" in text
    assert Notice.objects.filter(person=cast.appraiser).exists()


def test_the_scan_must_be_a_pdf_and_becomes_a_document_of_the_district(cast: Cast, year: Period):
    browser = client_of(cast.appraiser)
    explained = {**TYPED, "explanation": "Chưa có."}

    wrong = browser.post(PAGE, {**explained, "scan": SimpleUploadedFile("quet.pdf", b"not a pdf")})
    right = browser.post(PAGE, {**explained, "scan": SimpleUploadedFile("quet.pdf", b"%PDF-1.4\n%%EOF\n")})

    assert (wrong.status_code, right.status_code) == (422, 302)
    scan = Report.objects.get().scan
    assert (scan.unit.code, scan.kind, scan.number) == ("094", "report", "05/BC-UBND")


def test_conferences_are_summed_up_from_the_register(cast: Cast, year: Period):
    make_dialogue(cast.entry.unit)
    visitor = Visitor(client_of(cast.appraiser))

    assert "Sổ ghi 1 hội nghị đối thoại, tại 1 trong 2 đơn vị" in visitor.open(f"{PAGE}dialogue/")
    visitor.send("Gửi báo cáo", **TYPED)

    assert Report.objects.get().kind == "dialogue"
    assert client_of(cast.officer).get("/reports/2018-Y/?kind=dialogue").status_code == 200
    assert client_of(cast.officer).get("/reports/2018-Y/?kind=other").status_code == 404


def test_a_half_year_has_no_summary_of_conferences(cast: Cast, half: Period):
    assert client_of(cast.appraiser).get("/reports/2018-H1/094/dialogue/").status_code == 404


@pytest.mark.parametrize("page", ["grid/", "words/"])
def test_a_filed_report_is_closed(cast: Cast, page: str):
    browser = client_of(cast.appraiser)
    browser.post(PAGE, {**TYPED, "explanation": "Chưa có."})

    response = browser.post(PAGE + page, {"03124-renewal-value": "c", "version": "1", "section-I": "x"}, follow=True)

    assert "bị khóa" in response.content.decode()
    assert not Figure.objects.exists()
    assert Report.objects.get().narrative == {}


@pytest.mark.parametrize(
    "typed", [{}, {"version": "x"}, {"version": "99999999999999999999", "act": "accept"}, {"act": "accept"}, {"version": "0", "reason": "x" * 3000}]
)
def test_nonsense_about_a_report_moves_nothing(cast: Cast, typed: dict):
    client_of(cast.appraiser).post(PAGE, {**TYPED, "explanation": "Chưa có."})

    assert client_of(cast.officer).post(REVIEW, typed).status_code in (409, 422)
    assert Report.objects.get().state == ReportState.FILED


def test_the_pages_cost_the_same_whatever_the_rows(cast: Cast, year: Period, asked, django_assert_max_num_queries):
    browser = client_of(cast.appraiser)
    for number in range(3):
        with django_assert_max_num_queries(16):
            browser.get(GRID)
        with django_assert_max_num_queries(20):
            browser.get(PAGE)
        with django_assert_max_num_queries(30):
            cells = {f"{unit}-{code}-value": f"{number}/9" for unit in ("03124", "03127") for code in ("procedures-posted", "more-0", "more-1")}
            seen = {name.replace("value", "seen"): f"own:{number - 1}/9" if number else "" for name in cells}
            browser.post(GRID, cells | seen)
        make_indicator(year.plan, f"more.{number}", answer=Answer.RATIO)


@pytest.mark.django_db(transaction=True)
def test_acceptance_against_return_one_wins_and_the_other_is_told(cast: Cast, year: Period):
    client_of(cast.appraiser).post(PAGE, {**TYPED, "explanation": "Chưa có."})
    report = Report.objects.select_related("period", "unit").get()

    def move(act: ReportAct):
        def do() -> object:
            try:
                return filings.move(report=report, act=act, actor=cast.officer, version=report.version, reason="Sai").state
            except filings.Stale as stale:
                return stale

        return do

    found = at_once(move(ReportAct.ACCEPT), move(ReportAct.RETURN))

    assert sum(isinstance(one, filings.Stale) for one in found) == 1
    assert Report.objects.get().state in found


@pytest.mark.django_db(transaction=True)
def test_two_officers_save_one_cell_at_once_and_one_is_told(cast: Cast, year: Period, asked):
    report = filings.start(period=year, unit=cast.appraiser.unit)

    def save(part: int):
        change = filings.Change(cast.entry.unit, asked[0], (part, 9), None)
        return lambda: filings.save_figures(report=report, changes=[change], actor=cast.appraiser)

    found = at_once(save(1), save(2))

    assert sorted(map(len, found)) == [0, 1]
    assert Entry.objects.filter(act="figures").count() == 1
