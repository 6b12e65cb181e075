"""Statements that are put together once do what the querysets do that they were made of."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import F
from django.utils import timezone

from accounts import selectors as accounts
from accounts.models import User
from accounts.rules import Role
from ledger.models import Entry
from ledger.prepared import Prepared, PreparedInsert, PreparedUpdate, Slot
from scoring.models import Answer
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.both]

answers = Prepared(
    lambda: Answer.objects.filter(assessment=Slot("form")).with_evidence().select_related("criterion__group").order_by("-criterion__code")
)


def test_rows_are_what_the_queryset_gives_with_joins_annotations_and_order(forms, django_assert_num_queries):
    for form in forms.values():
        wanted = list(Answer.objects.filter(assessment=form).with_evidence().select_related("criterion__group").order_by("-criterion__code"))

        with django_assert_num_queries(1):
            found = answers(form=form.pk)
            groups = [answer.criterion.group for answer in found]

        assert found == wanted
        assert groups == [answer.criterion.group for answer in wanted]
        assert [(one.evidence_count, one.max_points, one.criterion.title) for one in found] == [
            (one.evidence_count, one.max_points, one.criterion.title) for one in wanted
        ]


def test_every_value_is_a_parameter(place):
    named = Prepared(lambda: User.objects.filter(username=Slot("name")))
    person = make_user(Role.LEADER, place.province, username="o'brien")

    assert named(name="o'brien") == [person]
    assert named(name="' OR 1=1 --") == []
    assert named.first(name="%s") is None


def test_a_person_comes_with_unit_and_parents_in_one_query(cast, django_assert_num_queries):
    with django_assert_num_queries(1):
        found = accounts.person.first(pk=cast.entry.pk)
        assert found.unit.parent.parent.full_name == cast.entry.unit.parent.parent.full_name
    assert found.has_second_factor is accounts.people().get(pk=cast.entry.pk).has_second_factor


def test_days_and_moments_are_told_as_the_database_keeps_them(year):
    period = type(year)
    on = Prepared(lambda: period.objects.filter(starts_on__lte=Slot("day"), ends_on__gte=Slot("day")))
    since = Prepared(lambda: Entry.objects.filter(at__gt=Slot("moment")))

    assert [on(day=day) for day in (date(2017, 12, 31), date(2018, 1, 1), date(2018, 12, 31), date(2019, 1, 1))] == [[], [year], [year], []]
    assert since(moment=timezone.now() + timedelta(days=1)) == []


def test_tuples_come_as_tuples_and_a_missing_value_is_an_error(year):
    period = type(year)
    codes = Prepared(lambda: period.objects.filter(pk=Slot("pk")).values_list("code", "kind"))

    assert codes(pk=year.pk) == [("2018-Y", year.kind)]
    with pytest.raises(KeyError, match="pk"):
        codes()


def test_an_update_changes_and_tells_what_its_filter_finds(forms):
    form, other = forms["03124"], forms["03127"]
    raised = PreparedUpdate(
        lambda: Answer.objects.filter(assessment=Slot("form"), version=Slot("seen")), "version", version=F("version") + 1, self_points=Slot("points")
    )

    told = raised(form=form.pk, seen=0, points=Decimal("8.25"))

    assert sorted(told) == sorted((answer.pk, 1) for answer in form.answers.all())
    assert raised(form=form.pk, seen=0, points=None) == []
    assert set(form.answers.values_list("self_points", "version")) == {(Decimal("8.25"), 1)}
    assert set(other.answers.values_list("self_points", "version")) == {(None, 0)}
    assert raised(form=form.pk, seen=1, points=None)
    assert set(form.answers.values_list("self_points", flat=True)) == {None}


def test_an_inserted_row_reads_back_as_it_was_written(place):
    append = PreparedInsert(Entry)
    entry = Entry(
        at=timezone.now(),
        actor=None,
        act="try",
        subject_kind="thing",
        subject_key="1",
        data={"chữ": ["Đ", 1, None]},
        hash="h",
        number=1,
        unit=place.district,
    )

    append(entry)

    stored = Entry.objects.get(pk=entry.pk)
    assert {field.attname: getattr(stored, field.attname) for field in Entry._meta.fields} == {
        field.attname: getattr(entry, field.attname) for field in Entry._meta.fields
    }
