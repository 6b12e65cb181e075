"""manage.py load_demo and demo_logins: when they load what, and when they refuse."""

from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from accounts.models import User
from accounts.rules import Role
from communes.models import Official, Unit
from ledger.models import Entry
from ledger.rules import chain
from plan2018.models import Observation
from reports.models import Metric, Report
from scoring import selectors
from scoring.models import Answer, Assessment, Title
from scoring.rules import Stage, State
from tests import kept
from tests.environment import DEMO_PASSWORD
from tests.factories import make_user


def demo(*arguments: str) -> str:
    output = StringIO()
    call_command("load_demo", *arguments, stdout=output)
    return output.getvalue()


@pytest.fixture
def reference(db):
    kept.load_reference()


@pytest.fixture
def loaded(db, settings):
    settings.DEBUG = True
    kept.load_demo()


def rows() -> dict:
    """Everything but what differs by nature: keys, the salt of the password, entries of loading the reference data, today's times."""
    people = dict(User.objects.values_list("pk", "username"))
    return {
        "people": list(User.objects.order_by("username").values_list("username", "last_name", "first_name", "role", "unit__code")),
        "answers": list(
            Answer.objects.order_by("assessment__period__code", "assessment__unit__code", "criterion__code").values_list(
                "self_points", "self_note", "appraised_points", "appraised_reason", "final_points", "final_reason", "remark", "saved_at"
            )
        ),
        "entries": [
            (entry.at, people[entry.actor_id], entry.act, entry.subject_key, entry.data)
            for entry in Entry.objects.filter(actor__isnull=False).order_by("at", "subject_key")
        ],
        "titles": list(Title.objects.order_by("unit__code").values_list("unit__code", "decision_number", "decided_on")),
        "officials": list(Official.objects.order_by("unit__code", "full_name", "born_on", "since").values_list("full_name", "missing", "person")),
        "observations": list(Observation.objects.order_by("period", "unit__code", "indicator").values_list("numerator", "denominator")),
        "reports": list(Report.objects.order_by("period__code", "unit__code").values_list("period__code", "unit__code", "number", "filed_at")),
    }


@pytest.mark.postgres  # what the dice say does not depend on the database: once is enough
def test_the_same_seed_gives_the_same_data_and_another_seed_other_data(db, settings):
    """Also what the other tests of this process were given: the data of the default seed, kept from its first load. Without DEBUG it can be forced."""
    settings.DEBUG = True
    with transaction.atomic():
        kept.load_demo()
        first = rows()
        transaction.set_rollback(True)
    kept.load_reference()
    with transaction.atomic():
        demo("--seed", "495")
        again = rows()
        transaction.set_rollback(True)
    settings.DEBUG = False
    demo("--seed", "8", "--force")

    assert first == again
    assert first["answers"] != rows()["answers"]
    assert User.objects.filter(is_demo=True).count() == 273


def test_without_debug_it_is_refused(reference, settings):
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG is off"):
        demo()
    assert not User.objects.exists()


def test_the_illustrative_people_are_as_many_as_there_are_posts(loaded):
    assert User.objects.filter(is_demo=True).count() == 273


def test_without_a_password_or_reference_data_it_says_what_to_do(db, settings):
    settings.DEBUG = True
    with pytest.raises(CommandError, match="load_reference"):
        demo()

    settings.DEMO_PASSWORD = ""
    with pytest.raises(CommandError, match="DEMO_PASSWORD is not set"):
        demo()


def test_a_database_in_use_is_left_alone(reference, settings):
    settings.DEBUG = True
    make_user(Role.LEADER, Unit.objects.get(code="11"))
    assert "not empty" in demo("--if-empty")

    Assessment.objects.filter(unit__code="03124").update(version=1)
    with pytest.raises(CommandError, match="Points have been entered"):
        demo()
    assert User.objects.count() == 1


def test_a_second_time_changes_nothing(loaded):
    before = rows()

    assert "there already" in demo()
    assert "not empty" in demo("--if-empty")
    assert rows() == before


def test_further_provinces_for_benchmarks_have_an_approved_form_a_commune(loaded):
    units, entries = Unit.objects.count(), Entry.objects.count()

    assert "2 further provinces" in demo("--scale", "2")
    assert "0 further provinces" in demo("--scale", "2")

    year = Assessment.objects.filter(period__code="2018-Y", unit__code__startswith="A01")
    assert (Unit.objects.count() - units, Entry.objects.count() - entries) == (2 * 141, 2 * 130)
    assert Unit.objects.get(code="A0111").full_name == "Tỉnh Điện Biên A01"
    assert Unit.objects.get(code="A0103124").parent.code == "A01094"
    assert Counter(year.values_list("state", flat=True)) == {"approved": 130}
    assert Metric.objects.get(period__code="2018-Y", unit__code="A0111", indicator="grade.good").numerator == 24
    for form in year.select_related("unit", "period")[:10]:
        result = selectors.tally_of(form, selectors.form(form), Stage.FINAL).result
        assert (form.total, form.grade) == (result.total, result.grade)
        entry = Entry.objects.get(subject_key=form.key)
        assert entry.hash == chain("", entry.content())


def test_without_illustrative_users_no_logins_are_printed(reference):
    output = StringIO()
    call_command("demo_logins", stdout=output)
    assert output.getvalue() == ""


def test_the_logins_are_printed_while_there_are_illustrative_users(loaded):
    output = StringIO()
    call_command("demo_logins", stdout=output)

    *logins, password, start = output.getvalue().splitlines()
    open_form = Assessment.objects.select_related("unit__parent").get(state=State.DRAFT, unit__code=start.split("/")[3])
    code, district = open_form.unit.code, open_form.unit.parent.code
    assert [line.split()[0] for line in logins] == ["sonoivu", "quantri", "lanhdao", f"huyen-{district}", f"xa-{code}", f"xa-{code}-nhap"]
    assert DEMO_PASSWORD in password
    assert start.split()[2] == "/assessments/2018-Y/" + code + "/"
