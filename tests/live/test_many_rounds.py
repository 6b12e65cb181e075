"""Two hundred rounds of an approval against a change of points, on PostgreSQL: one winner each time, the other told, no deadlock, one effect."""

from collections import Counter

import pytest

from ledger.models import Entry
from scoring import services
from scoring.models import Assessment
from scoring.rules import Stage, State
from scoring.services import Refused
from tests.conftest import Cast
from tests.factories import bring_to, fill_in
from tests.scoring.test_races import at_once, chain_holds, save

pytestmark = [pytest.mark.live, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 200


def fresh(pk: int) -> Assessment:
    return Assessment.objects.select_related("period", "unit__parent", "criteria_set").get(pk=pk)


def test_an_approval_and_a_change_of_points_two_hundred_times(forms: dict[str, Assessment], cast: Cast) -> None:
    form = bring_to(forms["03124"], State.APPRAISED, 17)
    outcomes: Counter[str] = Counter()
    for _round in range(ROUNDS):
        fill_in(form, Stage.FINAL, 17)
        now, version = fresh(form.pk), form.answers.get(criterion__code="CC01").version
        approve = lambda now=now: services.approve(assessment=fresh(now.pk), version=now.version, actor=cast.officer)  # noqa: E731

        approved, saved = at_once(approve, save(now, Stage.FINAL, 3, version, cast.admin))

        after = fresh(form.pk)
        points = sum(answer.final_points for answer in form.answers.all())
        assert isinstance(approved, Refused) != isinstance(saved, Refused), (approved, saved)
        if approved is None:
            assert (after.state, after.total, points) == (State.APPROVED, 51, 51)
            services.reopen(assessment=after, version=after.version, reason="Vòng sau", actor=cast.admin)
        else:
            assert (after.state, after.total, points) == (State.APPRAISED, None, 37)
        outcomes["approved" if approved is None else "saved"] += 1

    entries = Counter(Entry.objects.about("assessment", form.key).values_list("act", flat=True))
    assert (entries["approve"], entries["enter"]) == (outcomes["approved"], outcomes["saved"])
    assert outcomes.total() == ROUNDS
    assert chain_holds(form)
