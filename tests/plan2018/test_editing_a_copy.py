"""A copied plan is edited in the administration; a plan of the reference files is not."""

import pytest
from django.urls import reverse

from ledger.models import Entry
from plan2018.models import Period, Target
from reports import selectors, services
from tests.conftest import Cast
from tests.factories import client_of, make_target

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(year: Period) -> Target:
    return make_target(year.plan, "TG02", ">=", 25, source="classification", population="130 xã", due="2018-12-31")


def edit(client, target: Target, **changed: object):
    names = ("clause", "name", "operator", "value", "unit", "population", "level", "source", "due")
    data = {name: getattr(target, name) for name in names} | {"name_en": "", "term": "", "contradiction": "", "note": ""}
    return client.post(reverse("admin:plan2018_target_change", args=[target.pk]), data | changed)


def test_the_administrator_edits_a_copy_and_leaves_an_entry(cast: Cast, target: Target, forms: dict, year: Period) -> None:
    year.plan.editable = True
    year.plan.save()
    services.fill(year)

    answer = edit(client_of(cast.admin), target, value="30", code="TG99")

    target.refresh_from_db()
    assert (answer.status_code, target.value, target.code) == (302, 30, "TG02")
    entry = Entry.objects.get(act="edit")
    assert (entry.actor, entry.subject_key, entry.data["to"]) == (cast.admin, "2018/TG02", {"value": "30"})
    assert year in selectors.stale_periods()


def test_a_plan_of_the_reference_files_is_not_edited(cast: Cast, target: Target) -> None:
    answer = edit(client_of(cast.admin), target, value="30")

    target.refresh_from_db()
    assert (answer.status_code, target.value) == (403, 25)


def test_what_makes_no_plan_is_said_and_not_saved(cast: Cast, target: Target) -> None:
    target.plan.editable = True
    target.plan.save()

    answer = edit(client_of(cast.admin), target, unit="% communes", value="130")

    target.refresh_from_db()
    assert answer.status_code == 200
    assert "errornote" in answer.content.decode()
    assert target.value == 25
