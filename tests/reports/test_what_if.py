"""The what-if: classes, titles and targets under other thresholds and points; nothing of it is saved."""

import html
import re
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.rules import Role
from communes.models import Unit
from communes.rules import Level
from ledger.models import Entry
from reports import points
from reports.whatif import Basis, Change, Form, Scale, counts, near, suppose, supposed, titles
from scoring import services as scoring
from scoring.models import Answer, Assessment, Criterion, Title
from scoring.rules import REACHED, SCALED, Cap, CapKind, Grade, Points, Scoring, Stage, State, Threshold, tally
from scoring.selectors import grid, in_use, tally_of
from tests.factories import UnitFactory, bring_to, client_of, fill_in, make_forms, make_target, make_user
from tests.reports.test_fill import a_random_year

pytestmark = pytest.mark.django_db

URL = "/what-if/2018-Y/"
THRESHOLDS = [Threshold(grade, Decimal(low)) for grade, low in zip(Grade, (85, 65, 45, 0), strict=True)]
MAXIMA = {"A": Decimal(20), "B": Decimal(20)}
SCALE = Scale({code: Points(code, maximum) for code, maximum in MAXIMA.items()}, THRESHOLDS)

quarters = st.integers(0, 80).map(lambda n: Decimal(n) / 4)
communes = st.builds(
    Form,
    code=st.sampled_from(["1", "2", "3"]),
    name=st.just("Xã"),
    district=st.sampled_from(["x", "y"]),
    district_name=st.just("Huyện"),
    points=st.fixed_dictionaries({"A": quarters, "B": quarters}),
    honoured=st.booleans(),
)
changes = st.builds(
    Change,
    unit=st.sampled_from(["", "1", "2", "x"]),
    criterion=st.sampled_from(["", "A", "B"]),
    points=st.integers(-100, 100).map(lambda n: Decimal(n) / 4),
)


def form(*points: float | None, code: str = "1", district: str = "x", honoured: bool = False) -> Form:
    values = [None if value is None else Decimal(str(value)) for value in points]
    return Form(code, "Xã", district, "Huyện", dict(zip(MAXIMA, values, strict=True)), honoured)


# The rules


@given(st.lists(communes, max_size=5))
def test_who_supposes_nothing_changes_nothing(forms):
    outcomes = suppose(forms, SCALE, [], THRESHOLDS)

    assert not any(outcome.moves for outcome in outcomes)
    assert counts(outcomes)[0] == counts(outcomes)[1]
    assert len(set(titles(forms, outcomes))) == 1


def test_what_holds_a_class_down_holds_it_also_in_a_supposition():
    held = Scale(SCALE.criteria, THRESHOLDS, [Cap(CapKind.CRITERION_BELOW, Grade.FAIR, Decimal(10), "B", "II")])

    [outcome] = suppose([form(20, 16)], held, [Change("", "B", Decimal(-7))], THRESHOLDS)
    [lifted] = suppose([form(20, 9)], held, [Change("", "B", Decimal(5))], THRESHOLDS)

    assert (outcome.now.grade, outcome.then.grade) == (Grade.GOOD, Grade.FAIR)
    assert (lifted.now.grade, lifted.then.grade) == (Grade.FAIR, Grade.GOOD)


@given(communes, st.lists(changes, max_size=4))
def test_supposed_points_stay_on_the_scale_and_others_stay_as_they_are(one, made):
    found = supposed(one, SCALE, made)

    assert all(0 <= found[code] <= MAXIMA[code] for code in MAXIMA)
    for code in MAXIMA:
        if not any(change.unit in ("", one.code, one.district) and change.criterion in ("", code) for change in made):
            assert found[code] == one.points[code]


@given(communes, changes)
def test_more_points_never_lower_a_class_and_fewer_never_raise_it(one, change):
    [outcome] = suppose([one], SCALE, [change], THRESHOLDS)

    assert not outcome.moves or outcome.rises == (change.points > 0)


def test_a_change_is_for_all_for_a_district_or_for_a_commune_and_for_one_criterion_or_each():
    one = form(10, 10)

    def made(unit, criterion):
        return list(supposed(one, SCALE, [Change(unit, criterion, Decimal(-1))]).values())

    assert made("", "A") == [9, 10]
    assert made("", "") == [9, 9]
    assert made("x", "B") == [10, 9]
    assert made("1", "A") == [9, 10]
    assert made("y", "A") == made("2", "A") == [10, 10]


def test_points_may_be_set_and_changes_follow_one_another():
    made = [Change("", "A", Decimal(15), exact=True), Change("", "A", Decimal(-1)), Change("", "B", Decimal(99))]

    assert supposed(form(3, 12), SCALE, made) == {"A": 14, "B": 20}


def test_a_commune_without_all_its_points_has_no_class():
    assert suppose([form(10, None), form(17, 17)], SCALE, [], THRESHOLDS)[0].now.grade == Grade.GOOD


def test_what_does_not_apply_is_out_of_the_scale_whatever_is_supposed():
    one = replace(form(17, None), excluded=frozenset({"B"}))

    [outcome] = suppose([one], SCALE, [Change("", "B", Decimal(20), exact=True), Change("", "", Decimal("-0.01"))], THRESHOLDS)

    assert (outcome.now.total, outcome.now.max_total, outcome.now.grade) == (17, 20, Grade.GOOD)
    assert (outcome.then.total, outcome.then.max_total, outcome.then.grade) == (Decimal("16.99"), 20, Grade.FAIR)


KINDS = [Points(f"C{n}", Decimal(20 if kind in SCALED else 10), scoring=kind) for n, kind in enumerate([*Scoring, *Scoring])]
CAPS = [
    Cap(CapKind.CRITERION_BELOW, Grade.FAIR, Decimal(5), "C0", "I.1"),
    Cap(CapKind.CRITERION_ZERO, Grade.WEAK, None, "C1", "I.2"),
    Cap(CapKind.ANY_BELOW_PCT, Grade.AVERAGE, Decimal(20)),
    Cap(CapKind.PENALTIES_AT_LEAST, Grade.AVERAGE, Decimal(8)),
]


@given(st.tuples(*(st.none() | st.integers(0, int(one.maximum * 4)).map(lambda n: Decimal(n) / 4) for one in KINDS)), st.sets(st.sampled_from(CAPS)))
def test_a_whole_form_of_every_kind_has_the_class_of_the_plain_rules(values, caps):
    """None is a criterion that does not apply. The form that the rules take is written out here by hand, not by what is tested."""
    plain = [
        replace(one, final_points=value) if value is not None else replace(one, excluded=frozenset({Stage.FINAL}))
        for one, value in zip(KINDS, values, strict=True)
    ]
    held = Scale({one.criterion: one for one in KINDS}, THRESHOLDS, list(caps))
    given_ = {one.criterion: value for one, value in zip(KINDS, values, strict=True)}
    whole = Form("1", "Xã", "x", "Huyện", given_, excluded=frozenset(code for code, value in given_.items() if value is None))

    [outcome] = suppose([whole], held, [], THRESHOLDS)

    expected = tally(plain, Stage.FINAL, THRESHOLDS, list(caps)).result
    assert outcome.now == outcome.then
    assert (outcome.now.grade, outcome.now.total, outcome.now.max_total) == (expected.grade, expected.total, expected.max_total)
    assert set(outcome.now.caps) == set(expected.caps)


def test_thresholds_are_compared_exactly():
    higher = [Threshold(Grade.GOOD, Decimal("85.01")), *THRESHOLDS[1:]]

    [outcome] = suppose([form(17, 17)], SCALE, [], higher)

    assert (outcome.now.grade, outcome.then.grade) == (Grade.GOOD, Grade.FAIR)


def test_who_falls_to_average_loses_the_title_and_nobody_gets_one_by_points():
    forms = [form(13, 13, code="1", honoured=True), form(13, 13, code="2"), form(5, 5, code="3", honoured=True)]

    assert titles(forms, suppose(forms, SCALE, [Change("", "A", Decimal(-1))], THRESHOLDS)) == (2, 1)
    assert titles(forms, suppose(forms, SCALE, [Change("", "", Decimal(20))], THRESHOLDS)) == (2, 2)


def test_near_are_those_who_lack_at_most_so_many_points_the_nearest_first():
    forms = [form(16, 14, code="four"), form(17, 16, code="one"), form(17, 17, code="best"), form(16, 13.75, code="more")]

    found = near(suppose(forms, SCALE, [], THRESHOLDS), Decimal(4))

    assert [one.form.code for one in found] == ["one", "four"]


# The page


@pytest.fixture
def year_known(forms, year, cast):
    """Noong Bua good with the title, Him Lam fair, Sông Đà appraised at 45 points (fair), Na Lay not begun; targets on the classes."""
    for code, operator, value in (("TG01", ">=", 1), ("TG02", ">=", 1), ("TG03", ">", 1), ("TG04", "<", 2), ("TG05", "=", 0)):
        make_target(year.plan, code, operator, value)
    bring_to(forms["03124"], State.APPROVED, 17)
    bring_to(forms["03127"], State.APPROVED, 13)
    bring_to(forms["03148"], State.APPRAISED, 15)
    scoring.enter_title(unit=forms["03127"].unit, period=year, decision_number="9/QĐ-UBND", decided_on=year.ends_on, actor=cast.officer)
    return year


def page(user, query: str = "", status: int = 200) -> str:
    response = client_of(user).get(URL + query)
    assert response.status_code == status
    return html.unescape(response.content.decode())


def cells(text: str, section: str) -> list[list[str]]:
    """The rows of the table of a section, in words."""
    body = re.search(rf'id="{section}".*?<tbody>(.*?)</tbody>', text, re.DOTALL).group(1)
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [[" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)] for row in rows]


def test_the_page_begins_with_what_stands(year_known, cast):
    text = page(cast.officer)

    assert "Chưa giả định gì: theo điểm đang chọn có <b>1 tốt</b>, <b>2 khá</b>." in text
    assert "1 đơn vị chưa có đủ điểm theo cách tính này" in text
    assert "Không đơn vị nào đổi hạng" in text


def test_a_point_less_for_all_shows_who_falls_and_which_targets_turn(year_known, cast):
    text = page(cast.officer, "?c0-criterion=CC01&c0-points=−1")

    assert "<b>2 đơn vị</b> đổi hạng: 0 lên, 2 xuống" in text
    assert "không còn đạt chỉ tiêu <b>tG01, tG02</b>" in text
    assert cells(text, "h-doi") == [
        ["Phường Him Lam Thành phố Điện Biên Phủ", "Khá", "xuống Trung bình", "39,0 65,0%", "38,0 63,33%"],
        ["Phường Noong Bua Thành phố Điện Biên Phủ", "Tốt", "xuống Khá", "51,0 85,0%", "50,0 83,33%"],
    ]
    assert [row[2:] for row in cells(text, "h-hang")] == [
        ["1 Đạt", "0 Chưa đạt Thiếu 1 đơn vị", "−1"],
        ["1 Đạt", "0 Chưa đạt Thiếu 1 đơn vị", "−1"],
        ["2 Đạt", "2 Đạt Vừa đủ", "–"],
        ["0 Đạt", "1 Đạt Vừa đủ", "+1"],
        ["0 Đạt", "0 Đạt Vừa đủ", "–"],
    ]


def test_thresholds_and_points_of_one_commune_are_supposed_together(year_known, cast):
    text = page(cast.officer, "?fair=60&c0-unit=03148&c0-criterion=CC02&c0-exact=1&c0-points=20&c3-unit=095&c3-points=0,5&near=0,5")

    assert "Với giả định này <b>1 đơn vị</b> đổi hạng: 1 lên, 0 xuống" in text
    assert cells(text, "h-doi")[0][3:] == ["45,0 75,0%", "51,0 85,0%"]


@pytest.mark.parametrize(("basis", "counted"), [("reached", 3), ("self", 3), ("appraised", 3), ("final", 2)])
def test_the_basis_says_whose_points_are_the_beginning(year_known, cast, basis, counted):
    text = page(cast.officer, f"?basis={basis}")

    assert f"{4 - counted} đơn vị chưa có đủ điểm" in text


def test_points_that_stand_are_those_of_the_stage_that_the_form_has_reached(year_known, cast):
    form = Assessment.objects.get(unit__code="03148")
    fill_in(form, Stage.APPRAISED, 20)
    fill_in(form, Stage.FINAL, 1)  # the province is still entering

    assert "<b>2 tốt</b>, <b>1 khá</b>" in page(cast.officer)
    assert "<b>1 tốt</b>, <b>2 khá</b>" in page(cast.officer, "?basis=self")


def test_whether_the_targets_on_classes_can_hold_together_is_said(year_known, cast):
    text = page(cast.officer, "?c0-points=-20")

    assert "Mức hạng tốt không đạt, dù 1 đơn vị chưa đủ điểm xếp hạng nào." not in text  # the one that is open may still be good
    assert "Mức hạng yếu không đạt, dù 1 đơn vị chưa đủ điểm xếp hạng nào." in text
    assert "Tốt và khá cộng lại: nay 3, giả định 0; hai mức cộng lại cần ít nhất 3." in text


def test_a_district_sees_its_own_communes_without_verdicts(year_known, cast):
    text = page(cast.appraiser, "?c0-criterion=CC01&c0-points=-1")

    assert "Phường Noong Bua" in text
    assert "Phường Sông Đà" not in text
    assert [row[2:] for row in cells(text, "h-hang")][1] == ["1", "0", "−1"]
    assert "Mức hạng" not in text


def test_nothing_is_saved_and_the_address_says_all(year_known, cast, place):
    before = list(Answer.objects.order_by("pk").values()), list(Assessment.objects.order_by("pk").values()), Entry.objects.count()
    query = "?good=90&c0-points=-3"

    first = page(cast.officer, query).split('<main id="noi-dung">')[1]

    assert page(make_user(Role.LEADER, place.province), query).split('<main id="noi-dung">')[1] == first
    assert (list(Answer.objects.order_by("pk").values()), list(Assessment.objects.order_by("pk").values()), Entry.objects.count()) == before


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?good=abc", "Không đọc được “abc”. Gõ một số từ 0,01 đến 100"),
        ("?good=120", "“120” ngoài khoảng. Gõ một số từ 0,01 đến 100."),
        ("?good=60", "Ngưỡng hạng tốt phải cao hơn ngưỡng hạng khá."),
        ("?good=", "Gõ tỷ lệ phần trăm, ví dụ 85."),
        ("?near=", "Gõ số điểm, ví dụ 4."),
        ("?basis=none", "Chọn một trong các cách tính."),
        ("?c0-points=NaN", "Không đọc được “NaN”."),
        ("?c0-points=-1&c0-unit=99999", "Không có đơn vị này ở đây. Chọn lại."),
        ("?c0-points=-1&c0-criterion=X", "Không có tiêu thức này. Chọn lại."),
        ("?c0-points=-1&c0-exact=1", "Đặt bằng thì gõ số điểm từ 0 trở lên."),
        ("?c0-points=1%00", ""),
    ],
)
def test_what_cannot_be_read_is_said_beside_its_field(year_known, cast, query, words):
    text = page(cast.officer, query, status=422 if words else 200)

    assert words in text
    assert ("Có chỗ chưa đọc được, nên chưa tính." in text) == bool(words)
    assert ("Chưa đọc được những chỗ sau." in text) == bool(words)
    assert "Thông báo (" not in text  # nobody has news of it


def test_every_commune_now_and_then_is_fetched_as_a_file(year_known, cast):
    client = client_of(cast.officer)

    lines = b"".join(client.get(URL + "csv/?c0-unit=03124&c0-points=-1")).decode("utf-8-sig").splitlines()

    assert lines[1] == "Phường Him Lam;Thành phố Điện Biên Phủ;39;khá;39;khá;;12"
    assert lines[2] == "Phường Noong Bua;Thành phố Điện Biên Phủ;51;tốt;48;khá;Xuống;3"
    assert client.get(URL + "csv/?good=x").status_code == 404


def test_a_period_without_forms_says_so(place, cast, criteria_set, half):
    response = client_of(cast.officer).get("/what-if/2018-H1/")

    assert response.status_code == 200
    assert "Chưa xã nào có đủ điểm theo cách tính này." in response.content.decode()


def test_the_whole_province_is_answered_in_one_grouped_query():
    """The points come in one statement, and the page costs as many for forty communes as for four."""
    year = a_random_year(3, communes=4)
    client = client_of(User.objects.get(role=Role.PROVINCE_OFFICER))
    client.get(URL)
    with CaptureQueriesContext(connection) as few:
        client.get(URL + "?c0-points=-1")
    grouped = [query["sql"] for query in few if "scoring_answer" in query["sql"]]
    for district in Unit.objects.filter(level=Level.DISTRICT):
        for n in range(9):
            UnitFactory(code=f"{district.code}{n:02}", level=Level.COMMUNE, full_name=f"Xã Thêm {n}", parent=district)
    make_forms(year)

    with CaptureQueriesContext(connection) as many:
        assert "Xã Thêm 3" in client.get(URL + "?c0-points=-1").content.decode()

    assert len(grouped) == 1
    assert "GROUP BY" in grouped[0]
    assert len(many) == len(few) <= 10


@pytest.mark.parametrize("seed", [1, 8])
def test_classes_now_are_those_that_were_approved(seed):
    year = a_random_year(seed)
    approved = Counter(Assessment.objects.filter(state=State.APPROVED).values_list("grade", flat=True))
    Assessment.objects.exclude(state=State.APPROVED).delete()
    province = Unit.objects.get(level=Level.PROVINCE)
    thresholds, components = points.scale(year)

    forms = points.forms(year, province, Basis.REACHED, components)
    now, then = counts(suppose(forms, Scale({one.code: one.blank() for one in components}, thresholds), [], thresholds))

    assert now == then == {grade: approved[grade] for grade in Grade}
    assert titles(forms, []) == (Title.objects.count(),) * 2


@pytest.mark.parametrize("seed", range(3))
def test_forms_of_every_kind_come_from_the_query_as_the_rules_read_them(forms, year, criteria_set, place, seed):
    """Random whole forms (bonus, penalty, not applicable, a cap) by every basis: the class of the what-if is that of the form's own page."""
    dice = Random(seed)
    for form_ in forms.values():
        bring_to(form_, dice.choice([State.DRAFT, State.SUBMITTED, State.APPRAISED, State.APPROVED]), 10)
    for criterion, kind in zip(criteria_set.criteria.filter(kind="criterion").order_by("position"), dice.sample(list(Scoring), 3), strict=True):
        Criterion.objects.filter(pk=criterion.pk).update(scoring=kind, may_not_apply=True)
    criteria_set.caps.create(kind=CapKind.PENALTIES_AT_LEAST, value=5, grade=Grade.FAIR, provenance="test")
    in_use.cache_clear()  # nobody else edits a set by which forms were opened
    for answer in Answer.objects.filter(assessment__period=year):
        for stage in Stage:
            na = dice.random() < 0.3
            setattr(answer, f"{stage}_na", na)
            setattr(answer, f"{stage}_points", None if na else Decimal(dice.randrange(0, 81)) / 4)
        answer.save()
    thresholds, components = points.scale(year)
    scale = Scale({one.code: one.blank() for one in components}, thresholds, points.caps(year))

    for basis in Basis:
        outcomes = suppose(points.forms(year, place.province, basis, components), scale, [], thresholds)
        found = {one.form.code: (one.now.grade, one.now.total, one.now.max_total) for one in outcomes}
        expected = {}
        for form_ in grid(year, place.province):
            stage = REACHED[State(form_.state)] if basis == Basis.REACHED else Stage(basis)
            result = tally_of(form_, form_.form, stage).result
            expected[form_.unit.code] = (result.grade, result.total, result.max_total)
        assert found == expected
