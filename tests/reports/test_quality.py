"""How far points can be relied on: counted by the database against plain loops; what registers contradict; a sample that can be drawn again."""

import csv
import html
import random
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import User
from accounts.rules import Role
from communes.models import Profile, Unit
from communes.rules import Level
from plan2018.models import Apology, Complaints, Period
from reports import points, quality, services
from reports.models import Metric
from reports.quality import Check, Commune, Maximum
from scoring.models import Answer, Assessment, Criterion, Inspection
from scoring.rules import Stage, State
from tests.factories import (
    OfficeFactory,
    OfficialFactory,
    ProfileFactory,
    UnitFactory,
    bring_to,
    client_of,
    fill_in,
    make_evidence,
    make_forms,
    make_indicator,
    make_period,
)
from tests.reports.test_fill import a_random_year

pytestmark = pytest.mark.django_db

URL = "/quality/2018-Y/"


# The rules


def commune(code: str = "1", district: str = "x", **known: object) -> Commune:
    """An approved commune of 60 points that nobody has to doubt."""
    fields = {"state": State.APPROVED, "max_total": Decimal(60), "answers": 3, "self_total": Decimal(45), "total": Decimal(45)}
    return Commune(code, f"Xã {code}", district, f"Huyện {district}", **{**fields, **known})


def test_a_gap_is_own_total_less_result_and_a_district_has_the_mean_of_those_approved():
    [group] = quality.by_district(
        [commune(self_total=Decimal(50)), commune("2", self_total=Decimal(44)), commune("3", state=State.SUBMITTED, total=None)]
    )

    assert group.gaps == [5, -1]
    assert group.gap == 2
    assert quality.Group("x", "Huyện", []).gap is None


def test_spread_is_the_standard_deviation_and_needs_two():
    assert quality.Group("x", "", [commune(total=Decimal(n)) for n in (2, 4, 4, 4, 5, 5, 7, 9)]).spread == 2
    assert quality.Group("x", "", [commune()]).spread is None


def test_who_never_lowers_anybody_is_told_apart_from_who_has_not_begun():
    assert quality.Group("x", "", [commune(changed=2)]).never_lowers
    assert not quality.Group("x", "", [commune(), commune(lowered=1)]).never_lowers
    assert not quality.Group("x", "", [commune(state=State.SUBMITTED)]).never_lowers


def test_results_are_compared_as_shares_because_the_criteria_may_be_others():
    same = commune(total=Decimal(30), before=Decimal(60), before_max=Decimal(120))
    up = commune(total=Decimal(36), before=Decimal(60), before_max=Decimal(120))
    nearly = commune(total=Decimal("35.99"), before=Decimal(60), before_max=Decimal(120))

    assert (same.jump, same.jumps) == (0, False)
    assert (up.jump, up.jumps) == (10, True)
    assert not nearly.jumps
    assert commune().jump is None


MAXIMUM = Maximum("1", "C", "I.1", "Tiêu thức", Decimal(20), frozenset({"III.5", "II.2 gạch 8"}))


def check(**fields: object) -> Check:
    return Check(
        **{
            "section": "III.5",
            "fact": "f",
            "operator": ">=",
            "value": Decimal("91.5"),
            "measure": "percent",
            **dict.fromkeys(("words", "page", "register", "provenance"), ""),
            **fields,
        }
    )


def test_full_points_are_contradicted_only_by_a_fact_of_their_section_that_is_known_and_not_so():
    def found(facts, **fields):
        return [(one.numerator, one.denominator) for one in quality.contradictions([MAXIMUM], facts, [check(**fields)])]

    assert found({("1", "f", ""): (Decimal(9), Decimal(10))}) == [(9, 10)]
    assert found({("1", "f", ""): (Decimal(915), Decimal(1000))}) == []
    assert found({("2", "f", ""): (Decimal(9), Decimal(10))}) == []
    assert found({}) == []
    assert found({("1", "f", ""): (Decimal(9), Decimal(10))}, section="II.2") == []
    assert found({("1", "f", ""): (Decimal(2), Decimal(0))}, operator="=", value=Decimal(0), measure="count") == [(2, 0)]
    assert found({("1", "f", ""): (Decimal(0), Decimal(0))}, operator="=", value=Decimal(0), measure="count") == []


def test_a_check_without_section_is_for_the_criterion_that_the_record_names():
    facts = {("1", "f", "C"): (Decimal(1), Decimal(0))}
    about = check(section="", operator="=", value=Decimal(0), measure="count")

    assert len(quality.contradictions([MAXIMUM], facts, [about])) == 1
    assert quality.contradictions([replace(MAXIMUM, criterion="D")], facts, [about]) == []


def test_every_check_says_where_it_comes_from_and_names_a_section_of_a_criterion_and_a_fact():
    def column(path: str, name: str) -> set[str]:
        with (settings.BASE_DIR / path).open(encoding="utf-8", newline="") as file:
            return {row[name] for row in csv.DictReader(file)}

    sections = set().union(*(quality.sections_of(one) for one in column("scoring/data/criteria.csv", "plan_section")))
    facts = column("plan2018/data/indicators.csv", "code") | {"complaints.pending", "apologies.owed", "inspections.open"}

    for one in quality.checks():
        assert one.provenance
        assert one.words
        assert not one.section or one.section in sections, one
        assert one.fact in facts, one


communes = st.lists(
    st.builds(
        commune,
        code=st.integers(0, 999).map(str),
        district=st.sampled_from("xyz"),
        self_total=st.integers(0, 60).map(Decimal),
        unproven=st.integers(0, 3),
        contradicted=st.integers(0, 3),
        key_area=st.booleans(),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one.code,
)


@given(communes, st.integers(0, 15), st.text(max_size=3))
def test_a_sample_has_the_number_asked_for_and_one_a_district_and_is_the_same_for_the_same_words(rows, number, seed):
    drawn = quality.sample(rows, number, seed)
    districts = {one.district for one in rows}

    assert len(drawn) == min(len(rows), max(number, len(districts)))
    assert {pick.commune.district for pick in drawn} == districts
    assert sorted(pick.commune.district for pick in drawn if pick.first) == sorted(districts)
    assert quality.sample(list(reversed(rows)), number, seed)[::-1] == drawn
    assert len({pick.commune.code for pick in quality.sample(rows, number + 1, seed)} - {pick.commune.code for pick in drawn}) <= 1


def test_what_weighs_more_is_drawn_more_often_and_nobody_never():
    rows = [commune(str(n), contradicted=3, self_total=Decimal(48)) if n < 2 else commune(str(n)) for n in range(10)]
    times = dict.fromkeys((one.code for one in rows), 0)
    for seed in range(400):
        for pick in quality.sample(rows, 2, str(seed)):
            times[pick.commune.code] += 1

    assert min(times["0"], times["1"]) > 2 * max(times[str(n)] for n in range(2, 10))
    assert min(times.values()) > 0


def test_a_weight_is_what_its_reasons_add():
    [pick] = quality.sample([commune(self_total=Decimal("46.5"), contradicted=1, unproven=3, key_area=True)], 1, "")

    assert pick.parts == {"gap": Decimal("1.5"), "contradicted": Decimal(1), "unproven": Decimal(2), "key_area": Decimal(1)}
    assert pick.weight == Decimal("6.5")
    assert quality.sample([commune(self_total=Decimal(0))], 1, "")[0].weight == quality.BASE  # who gave itself less is no reason


# Counted by the database, and by plain loops


def a_random_past(seed: int) -> Period:
    """A random year with points of every stage, notes, a half-year with results, and a register."""
    year, dice = a_random_year(seed), random.Random(seed)
    half = make_period("2018-H1")
    make_forms(half)
    make_indicator(year.plan, "office.solid")
    Criterion.objects.filter(code="CC02").update(plan_section="III.5; II.2 gạch 8")
    for answer in Answer.objects.all():
        answer.self_points = Decimal(dice.choice([80, 80, dice.randint(0, 80)])) / 4
        answer.appraised_points = dice.choice([answer.self_points, Decimal(dice.randint(0, 80)) / 4])
        answer.final_points = dice.choice([answer.appraised_points, Decimal(20)])
        answer.self_note = dice.choice(["", "Theo báo cáo"])
        answer.save()
    for form in Assessment.objects.all():
        if form.period == half and dice.random() < 0.8:
            form.state, form.grade, form.approved_at = State.APPROVED, "fair", half.due_moment
        if form.state == State.APPROVED:
            form.total = sum(answer.final_points for answer in form.answers.all())
        form.save()
    for unit in Unit.objects.filter(level=Level.COMMUNE):
        if dice.random() < 0.8:
            OfficeFactory(unit=unit, construction=dice.choice(["solid", "temporary"]))
        if dice.random() < 0.5:
            ProfileFactory(unit=unit, key_area=dice.random() < 0.5, until=date(2018, 6, 1) if dice.random() < 0.3 else None)
    services.fill(year)
    return year


def counted(year: Period, scope: Unit) -> dict[str, Commune]:
    before = points.earlier(year, list(Period.objects.select_related("plan").exclude(pk=year.pk)))
    rows = quality.with_contradictions(points.communes(year, scope, before), points.contradictions(year, scope))
    return {one.code: one for one in rows}


def recomputed(year: Period, scope: Unit) -> dict[str, Commune]:
    """The same by loops over rows, slowly and plainly."""
    found = {}
    for form in Assessment.objects.filter(period=year).select_related("unit__parent__parent"):
        unit, answers = form.unit, list(form.answers.select_related("criterion"))
        if scope not in (unit, unit.parent, unit.parent.parent):
            continue
        sent, seen = form.state not in (State.DRAFT, State.RETURNED), form.state in (State.APPRAISED, State.APPROVED)
        past = Assessment.objects.filter(period__code="2018-H1", unit=unit, state=State.APPROVED).first()
        profile = Profile.objects.filter(unit=unit, until=None).first()
        temporary = any(office.construction != "solid" for office in unit.offices.all())
        contradicted = 0
        for answer in answers:
            stands = {State.APPROVED: answer.final_points, State.APPRAISED: answer.appraised_points}.get(form.state, answer.self_points)
            if sent and answer.criterion.code == "CC02" and stands == 20 and temporary:
                contradicted += 1
        found[unit.code] = Commune(
            code=unit.code,
            name=unit.full_name,
            district=unit.parent.code,
            district_name=unit.parent.full_name,
            state=form.state,
            max_total=Decimal(60),
            answers=len(answers),
            self_total=sum(answer.self_points for answer in answers),
            total=sum(answer.final_points for answer in answers) if form.state == State.APPROVED else None,
            changed=sum(answer.appraised_points != answer.self_points for answer in answers) if seen else 0,
            lowered=sum(answer.appraised_points < answer.self_points for answer in answers) if seen else 0,
            unproven=sum(answer.self_points == 20 and not answer.self_note for answer in answers) if sent else 0,
            before=past and past.total,
            before_max=past and Decimal(60),
            key_area=bool(profile and profile.key_area),
            contradicted=contradicted,
        )
    return found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_communes_are_counted_as_plain_loops_count_them(seed):
    year = a_random_past(seed)

    for scope in (Unit.objects.get(code="11"), Unit.objects.get(code="094"), Unit.objects.get(code="03124")):
        assert counted(year, scope) == recomputed(year, scope)


def test_what_a_figure_is_made_of_is_as_many_answers_as_it_says():
    year = a_random_past(4)
    province = Unit.objects.get(code="11")
    group = quality.Group("11", "", list(counted(year, province).values()))
    rows = points.answers(year, province, None)

    for kind in ("changed", "lowered", "unproven"):
        assert rows.filter(**{f"is_{kind}": True}).count() == getattr(group, kind)
    gaps = sum(row["self_points"] - row["final_points"] for row in rows.filter(is_gap=True))
    assert gaps == sum(group.gaps)


def test_the_page_costs_the_same_for_few_communes_and_for_many():
    year = a_random_past(5)
    client = client_of(User.objects.get(role=Role.PROVINCE_OFFICER))
    addresses = (URL, URL + "?unit=094", URL + "answers/?kind=changed", URL + "sample/", URL + "csv/")
    client.get(URL)

    def costs() -> dict[str, int]:
        found = {}
        for address in addresses:
            with CaptureQueriesContext(connection) as asked:
                response = client.get(address)
                assert response.status_code == 200
                b"".join(response)
            found[address] = len(asked)
        return found

    few = costs()
    for district in Unit.objects.filter(level=Level.DISTRICT):
        for n in range(9):
            UnitFactory(code=f"{district.code}{n:02}", level=Level.COMMUNE, full_name=f"Xã Thêm {n}", parent=district)
    for form in make_forms(year).values():
        if form.state == State.DRAFT:
            fill_in(form, Stage.SELF, 20)
            Assessment.objects.filter(pk=form.pk).update(state=State.SUBMITTED, first_submitted_at=timezone.now(), late=False)

    assert costs() == few
    assert max(few.values()) <= 14


# Registers


def test_small_registers_contradict_as_well(forms, year, place, cast):
    Criterion.objects.filter(code="CC01").update(plan_section="III.8")
    Criterion.objects.filter(code="CC02").update(plan_section="III.4; III.9")
    bring_to(forms["03124"], State.SUBMITTED, 20)
    bring_to(forms["03127"], State.SUBMITTED, 19)
    for unit in (place.commune, place.sibling):
        told = {"unit": unit, "recorded_at": timezone.now()}
        Complaints.objects.create(period=year, kind="complaint", received=3, settled=1, **told)
        Apology.objects.create(happened_on=date(2018, 5, 1), fault="late", subject="Trả hồ sơ chậm", **told)
        Apology.objects.create(happened_on=date(2018, 5, 1), fault="late", subject="Đã xin lỗi", letter_on=date(2018, 5, 9), **told)
        Apology.objects.create(happened_on=date(2017, 5, 1), fault="late", subject="Năm trước", **told)
        finding = Inspection.objects.create(inspected_on=date(2018, 9, 1), agency="Sở Nội vụ", finding="Thiếu sổ", **told)
        finding.criteria.set(Criterion.objects.filter(code="CC03"))
        withdrawn = Inspection.objects.create(
            inspected_on=date(2018, 9, 1), agency="Sở Nội vụ", finding="Nhầm", withdrawn_at=timezone.now(), withdrawal="Nhầm xã", **told
        )
        withdrawn.criteria.set(Criterion.objects.filter(code="CC02"))

    found = points.contradictions(year, place.province)

    assert [(one.maximum.unit, one.maximum.criterion, one.check.fact, one.numerator) for one in found] == [
        ("03124", "CC01", "complaints.pending", 2),
        ("03124", "CC02", "apologies.owed", 1),
        ("03124", "CC03", "inspections.open", 1),
    ]


def test_points_that_the_district_took_back_are_contradicted_no_more(forms, year, place):
    Criterion.objects.filter(code="CC01").update(plan_section="III.5; II.2 gạch 8")
    Metric.objects.create(period=year, unit=place.commune, indicator="office.solid", numerator=0, denominator=1, value=0)
    bring_to(forms["03124"], State.SUBMITTED, 20)
    assert len(points.contradictions(year, place.province)) == 1

    Assessment.objects.filter(unit=place.commune).update(state=State.APPRAISED)
    fill_in(forms["03124"], Stage.APPRAISED, 19)

    assert points.contradictions(year, place.province) == []


# The pages


@pytest.fixture
def looked(forms, year, place, half):
    """Noong Bua gave itself 60 and got 54; Him Lam 45 of 45; Sông Đà has sent 45; Na Lay has not begun. Offices of the first two are known."""
    for one in make_forms(half).values():
        if one.unit in place.communes[:2]:
            bring_to(one, State.APPROVED, 15)
    Criterion.objects.filter(code="CC02").update(plan_section="III.5; II.2 gạch 8")
    make_indicator(year.plan, "office.solid")
    bring_to(forms["03127"], State.APPROVED, 15)
    bring_to(forms["03148"], State.SUBMITTED, 15)
    bring_to(forms["03124"], State.APPROVED, 20)
    Answer.objects.filter(assessment=forms["03124"]).update(self_note="")
    Answer.objects.filter(assessment=forms["03124"], criterion__code="CC01").update(self_note="Đủ sổ sách", appraised_reason="Thiếu biên bản")
    for code, value in (("CC01", 15), ("CC03", 19)):
        Answer.objects.filter(assessment=forms["03124"], criterion__code=code).update(appraised_points=value, final_points=value)
    Assessment.objects.filter(pk=forms["03124"].pk).update(total=54)
    OfficeFactory(unit=place.commune, construction="temporary")
    OfficeFactory(unit=place.sibling, construction="temporary")
    OfficialFactory(unit=place.commune)
    services.fill(year)
    return year


def page(user, address: str = URL, status: int = 200) -> str:
    response = client_of(user).get(address)
    assert response.status_code == status
    return html.unescape(response.content.decode())


def rows(text: str, section: str) -> list[list[str]]:
    """The rows of the first table after a heading, in words."""
    table = re.search(rf'id="{section}".*?<tbody>(.*?)</table>', text, re.DOTALL).group(1)
    return [
        [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)
    ]


def test_the_province_sees_each_district_and_the_whole(looked, cast):
    text = page(cast.officer)

    assert (
        "Xã tự chấm cao hơn kết quả bình quân <b>3 điểm</b>; huyện đổi <b>2 trong 6 điểm</b>; <b>2</b> điểm tối đa không có minh chứng, giải thích, <b>1</b> trái với sổ."
        in text
    )
    assert rows(text, "h-huyen") == [
        ["Thành phố Điện Biên Phủ", "", "+3,0", "33,3% 2/6", "1/2", "4,5 45–54", "1/2", "2", "1"],
        ["Thị xã Mường Lay", "", "–", "–", "–", "–", "–", "0", "0"],
        ["Tỉnh Điện Biên", "", "+3,0", "33,3% 2/6", "1/2", "4,5 45–54", "1/2", "2", "1"],
    ]


def test_a_district_sees_its_communes_and_nobody_elses(looked, cast):
    text = page(cast.appraiser)

    assert rows(text, "h-xa") == [
        ["Phường Him Lam", "", "0,0", "0/3", "0", "0,0", "0", "0", "Đã duyệt"],
        ["Phường Noong Bua", "", "+6,0", "2/3", "2", "+15,0 nhảy vọt", "2", "1", "Đã duyệt"],
    ]
    assert "Sông Đà" not in text


def test_every_figure_opens_into_the_answers_that_make_it(looked, cast):
    text = page(cast.officer)
    for address in set(re.findall(r'href="(/quality/2018-Y/answers/[^"]*)"', text)):
        page(cast.officer, html.unescape(address))

    def shown(kind):
        return [row[0] for row in rows(page(cast.officer, f"{URL}answers/?unit=094&kind={kind}"), "h-diem")]

    assert (
        shown("changed")
        == shown("lowered")
        == shown("gap")
        == ["I.1 Tiêu thức thành phần 1 Phường Noong Bua", "I.3 Tiêu thức thành phần 3 Phường Noong Bua"]
    )
    assert shown("unproven") == ["I.2 Tiêu thức thành phần 2 Phường Noong Bua", "I.3 Tiêu thức thành phần 3 Phường Noong Bua"]
    assert shown("contradicted") == ["I.2 Tiêu thức thành phần 2 Phường Noong Bua"]
    assert shown("jump") == ["I.2 Tiêu thức thành phần 2 Phường Noong Bua", "I.3 Tiêu thức thành phần 3 Phường Noong Bua"]


def test_a_commune_is_told_answer_by_answer_with_both_values_and_ways_to_both(looked, cast, place):
    text = page(cast.officer, f"{URL}?unit=03124")
    found = {row[0]: row[1:] for row in rows(text, "h-diem")}

    assert "Xã tự chấm cao hơn kết quả <b>6 điểm</b>" in text
    assert found["I.1 Tiêu thức thành phần 1"] == [
        "20",
        "20,0",
        "15,0",
        "15,0",
        "15/20",
        "Huyện chấm thấp hơn 5 điểm Lý do của huyện: Thiếu biên bản",
    ]
    assert found["I.2 Tiêu thức thành phần 2"][
        -1
    ] == "Tự chấm tối đa, không có minh chứng, giải thích Trái sổ trụ sở kiên cố: sổ ghi không ( TG30 (II.2 gạch 8))".replace("( ", "(")
    assert 'href="/assessments/2018-Y/03124/#CC02"' in text
    assert 'href="/registers/03124/office/"' in text


def test_an_unknown_kind_does_not_exist(looked, cast):
    page(cast.officer, f"{URL}answers/?kind=everything", 404)


def lines(user, address: str) -> list[str]:
    response = client_of(user).get(address)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


def test_the_tables_are_fetched_as_files(looked, cast):
    province, district = lines(cast.officer, URL + "csv/"), lines(cast.appraiser, URL + "csv/")

    assert province[1] == "Thành phố Điện Biên Phủ;2;2;3;2;6;33,33;1;2;4,5;45;54;1;2;2;1"
    assert province[3].startswith("Tỉnh Điện Biên;4;2;3;")
    assert district[2] == "Phường Noong Bua;Thành phố Điện Biên Phủ;đã duyệt;60;54;6;2;2;3;15;2;1;"


def test_the_sample_says_whom_and_why_and_can_be_drawn_again(looked, cast):
    text = page(cast.officer, f"{URL}sample/?number=4&seed=thang-9")
    found = {row[0]: row for row in rows(text, "h-rut")}

    assert "Đề xuất kiểm tra <b>4 xã</b>, rút theo trọng số từ chuỗi “thang-9”" in text
    noong_bua = found["Phường Noong Bua Thành phố Điện Biên Phủ"]
    assert noong_bua[1] == "9,0"
    for reason in (
        "tự chấm cao hơn kết quả 6 điểm",
        "1 điểm tối đa trái với sổ",
        "2 điểm tối đa không có minh chứng, giải thích",
        "kết quả tăng 15 điểm phần trăm so với 6 tháng đầu năm 2018",
    ):
        assert reason in noong_bua[3]
    assert "chưa gửi phiếu nên chưa có gì để đối chiếu" in found["Phường Na Lay Thị xã Mường Lay"][3]
    assert lines(cast.leader, f"{URL}sample/csv/?number=4&seed=thang-9")[1].startswith("Phường Him Lam;Thành phố Điện Biên Phủ;1;")
    assert len(rows(text, "h-trong")) == len(quality.WEIGHTS)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("number=1", "Ít nhất 2: mỗi huyện một xã."),
        ("number=5", "Nhiều nhất 4: chỉ có bấy nhiêu xã."),
        ("number=nhiều", "Số xã là một số nguyên, ví dụ 13."),
        ("number=", "Gõ số xã, ví dụ 13."),
        ("seed=", "Gõ một chuỗi bất kỳ, ví dụ 2018-Y."),
        ("seed=" + "x" * 41, "Chuỗi dài quá 40 ký tự. Gõ ngắn hơn."),
    ],
)
def test_a_sample_that_cannot_be_drawn_says_why(looked, cast, query, words):
    assert words in page(cast.officer, f"{URL}sample/?{query}", 422)
    page(cast.officer, f"{URL}sample/csv/?{query}", 404)


def test_before_anything_is_sent_and_before_forms_are_opened_the_pages_say_so(place, cast, criteria_set, year):
    assert "Chưa xã nào gửi phiếu nên chưa có gì để xem." in page(cast.officer)
    assert "Kỳ này chưa mở phiếu nên chưa có xã để rút." in page(cast.officer, URL + "sample/")
    make_forms(year)
    assert "Chưa xã nào gửi phiếu nên chưa có gì để xem." in page(cast.officer)


def test_results_are_compared_with_the_same_part_of_the_year_before_or_the_last_period(year, half):
    later = Period(code="2019-H1", kind=Period.HALF, plan=type(year.plan)(year=2019), starts_on=date(2019, 1, 1), ends_on=date(2019, 6, 30))

    assert points.earlier(later, [year, half]) == half
    assert points.earlier(year, [half, later]) == half
    assert points.earlier(half, [year, later]) is None


def test_a_file_is_evidence_as_well_as_a_word(looked, forms, cast):
    before = points.communes(looked, cast.officer.unit, None)
    make_evidence(forms["03124"], "CC02")
    after = points.communes(looked, cast.officer.unit, None)

    assert [one.unproven for one in before if one.code == "03124"] == [2]
    assert [one.unproven for one in after if one.code == "03124"] == [1]
