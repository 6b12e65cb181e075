"""Editions: numbered copies of a period's figures that never change, told to each reader as far as that reader sees, compared figure by figure."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ledger.models import Entry
from reports import editions, filings
from reports.models import Edition
from scoring.rules import State
from tests.factories import bring_to, client_of


@pytest.fixture
def first(forms, year, cast):
    """The first edition: one commune approved."""
    bring_to(forms["03124"], State.APPROVED, 17)
    return editions.publish(period=year, final=False, actor=cast.officer)


def test_the_same_figures_are_one_edition_and_a_change_makes_the_next(first, forms, year, cast):
    again = editions.publish(period=year, final=False, actor=cast.admin)
    bring_to(forms["03127"], State.APPROVED, 15)
    second = editions.publish(period=year, final=False, actor=cast.officer)

    assert (again.pk, first.number, second.number) == (first.pk, 1, 2)
    assert Edition.objects.get(pk=first.pk).digest == first.digest != second.digest
    assert [entry.subject_key for entry in Entry.objects.filter(subject_kind="edition").order_by("pk")] == ["2018-Y/1", "2018-Y/2"]


def test_what_differs_is_said_figure_by_figure(first, forms, year, cast):
    bring_to(forms["03127"], State.APPROVED, 15)
    second = editions.publish(period=year, final=False, actor=cast.officer)

    rows = {(row["code"], row["key"]): (row["before"], row["after"]) for row in editions.differences(first.content, second.content)}

    assert editions.differences(first.content, first.content) == []
    assert rows["11", "state.approved"] == (("1.00", "4.00"), ("2.00", "4.00"))
    assert rows["03127", "rank"] == (None, (2, "45.00"))
    assert ("095", "state.approved") not in rows


def test_what_is_missing_must_be_explained_before_figures_are_final(first, year, cast):
    with pytest.raises(filings.Refused, match="3 xã chưa có kết quả được duyệt; 2 huyện chưa có báo cáo được chấp nhận"):
        editions.publish(period=year, final=True, actor=cast.officer)

    assert editions.publish(period=year, final=True, note="Tỉnh chốt theo số hiện có.", actor=cast.officer).final


def test_a_reader_is_told_of_what_lies_below_alone(first, place):
    district, commune = (editions.scoped(first.content, unit) for unit in (place.district, place.commune))

    assert {unit["code"] for unit in district["units"]} == {"094", "03124", "03127"}
    assert set(district["figures"]) <= {"094", "03124", "03127"}
    assert {report["unit"] for report in district["reports"]} == {"094"}
    assert {unit["code"] for unit in commune["units"]} == {"03124"}
    assert set(commune["standings"]) <= {"03124"}


@pytest.mark.parametrize(
    ("who", "code", "status"), [("officer", "03148", 200), ("appraiser", "03127", 200), ("appraiser", "03148", 404), ("entry", "094", 404)]
)
def test_an_edition_opens_for_units_of_ones_area(first, cast, who, code, status):
    assert client_of(getattr(cast, who)).get(f"/editions/2018-Y/1/?unit={code}").status_code == status


def test_pages_of_editions_take_at_most_eight_queries(first, half, cast, django_assert_max_num_queries):
    client = client_of(cast.officer)
    for address in ("/editions/2018-Y/", "/editions/2018-Y/1/", "/editions/2018-Y/1/1/"):
        client.get(address)
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200


def test_commands_publish_and_compare(first, forms):
    bring_to(forms["03127"], State.APPROVED, 15)
    said = StringIO()
    call_command("edition", "2018-Y", stdout=said)
    call_command("edition_diff", "2018-Y", "1", "2", stdout=said)

    assert "2018-Y: ấn bản lần 2, tạm tính" in said.getvalue()
    assert "số liệu khác nhau" in said.getvalue()
    for wrong in (["edition", "2030-Y"], ["edition", "2018-Y", "--final"], ["edition_diff", "2018-Y", "1", "9"]):
        with pytest.raises(CommandError):
            call_command(*wrong, stdout=said)
