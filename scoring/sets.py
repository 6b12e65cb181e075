"""What people do to sets of criteria: take one from a file, edit one. A set by which forms were opened, or lines judged, is never changed."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import ProtectedError

from communes.reading import read
from ledger import services as ledger
from ledger.rules import digest
from scoring import selectors, setsheets
from scoring.models import Cap, CriteriaSet, Criterion, Level, Threshold
from scoring.rules import SCALED
from scoring.setsheets import CAPS, CRITERIA, LEVELS, SET, THRESHOLDS, Draft, Problem, Reading

KIND = "criteria_set"
"""Kind of the ledger entries of a set; the key is its code."""

TOPIC = "criteria"


class Used(Exception):
    """Forms were opened with this set, or lines of a register bear on its criteria: another version is another set, with a code of its own."""


class Unfit(Exception):
    """Rows that no set can mean together."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(problems)
        self.problems = problems


def read_workbook(content: bytes) -> Reading:
    """What a workbook says, read in a process of its own. Raises communes.reading.Refused."""
    return setsheets.read(read(content))


def take(*, draft: Draft, actor: AbstractBaseUser | None) -> CriteriaSet:
    """Write a set as a file told it: a new one, or in place of one with the same code that was never used; all of it or nothing.

    Raises Unfit (a draft that `setsheets.problems` does not pass) and Used.
    """
    if problems := list(setsheets.problems(draft)):
        raise Unfit(problems)
    [about] = draft[SET]
    with transaction.atomic():
        criteria_set, _created = CriteriaSet.objects.get_or_create(code=about["code"], defaults=about)
        _refuse_used(criteria_set)
        _clear(criteria_set)
        for name, value in about.items():
            setattr(criteria_set, name, value)
        criteria_set.save()
        _write(criteria_set, draft)
        _record("import", criteria_set, draft, actor)
    return criteria_set


def revise(*, criteria_set: CriteriaSet, actor: AbstractBaseUser | None) -> None:
    """Check and record a set whose rows were edited in this transaction. Raises Unfit and Used; the caller's transaction must then be undone."""
    _refuse_used(criteria_set)
    draft = selectors.draft_of(criteria_set)
    if problems := list(setsheets.problems(draft)):
        raise Unfit(problems)
    _record("revise", criteria_set, draft, actor)


def _refuse_used(criteria_set: CriteriaSet) -> None:
    CriteriaSet.objects.select_for_update().get(pk=criteria_set.pk)  # whoever opens forms by it is done before, or waits
    if selectors.is_used(criteria_set):
        raise Used(criteria_set.code)


def _clear(criteria_set: CriteriaSet) -> None:
    """Take out the rows of a set that was never used. Raises Used when somebody used it meanwhile."""
    try:
        for rows in (criteria_set.caps, criteria_set.thresholds, criteria_set.criteria.exclude(group=None), criteria_set.criteria):
            rows.all().delete()
    except ProtectedError as error:
        raise Used(criteria_set.code) from error


def _write(criteria_set: CriteriaSet, draft: Draft) -> None:
    """The rows of a set, in the order of the file."""
    criteria: dict[str, Criterion] = {}
    ordered = [(position, row) for position, row in enumerate(draft[CRITERIA], start=1)]
    for position, row in sorted(ordered, key=lambda pair: pair[1]["group"] != ""):  # groups before what they hold
        values = row | {"group": criteria.get(row["group"]), "kind": Criterion.COMPONENT if row["group"] else Criterion.GROUP}
        criteria[row["code"]] = Criterion.objects.create(criteria_set=criteria_set, position=position, **values)
    Level.objects.bulk_create([Level(**row | {"criterion": criteria[row["criterion"]]}) for row in draft[LEVELS]])
    Threshold.objects.bulk_create([Threshold(criteria_set=criteria_set, **row) for row in draft[THRESHOLDS]])
    Cap.objects.bulk_create([Cap(criteria_set=criteria_set, **row | {"criterion": criteria.get(row["criterion"])}) for row in draft[CAPS]])


def _record(act: str, criteria_set: CriteriaSet, draft: Draft, actor: AbstractBaseUser | None) -> None:
    """The ledger entry: how much there is, the scale, and a digest of all of it."""
    scored = [row for row in draft[CRITERIA] if row["group"]]
    scale = sum(row["max_points"] for row in scored if row["scoring"] in SCALED)
    data: dict[str, Any] = {"criteria": len(scored), "scale": str(scale), "caps": len(draft[CAPS]), "digest": digest(_plain(draft))}
    ledger.record(act=act, kind=KIND, key=criteria_set.code, topic=TOPIC, actor=actor, data=data)


def _plain(draft: Draft) -> Any:
    return DjangoJSONEncoder().encode(draft)
