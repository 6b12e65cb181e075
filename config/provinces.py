"""Further provinces like ours, for benchmarks: units and approved forms of one period, without people."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from communes.models import Unit
from communes.rules import Level, fold, sort_key
from config.demo import CENT, SCRIPTS, Journal, approve
from config.invention import PROVEN, office_hour, some_day, spread, totals
from plan2018.models import Period
from scoring import rules, selectors
from scoring.models import Answer, Assessment, CriteriaSet
from scoring.rules import Act, State


def load_provinces(period: Period, *, count: int, seed: int) -> int:
    """Write so many provinces, each in a transaction of its own; those of an earlier call stay. How many were new."""
    ours = Unit.objects.filter(level=Level.PROVINCE).earliest("pk")
    pattern = [ours, *Unit.objects.under(ours).districts().order_by("code"), *Unit.objects.under(ours).communes().order_by("code")]
    criteria_set = selectors.criteria_set_for(period)
    new = [prefix for prefix in map(_prefix, range(count)) if not Unit.objects.filter(code=prefix + ours.code).exists()]
    for prefix in new:
        random = Random(f"{seed} {prefix}")  # noqa: S311 - reproducible, and no secret
        with transaction.atomic():
            _write_forms(period, criteria_set, _write_units(pattern, prefix), random)
    return len(new)


def _prefix(place: int) -> str:
    """A00, A01, ...: no code of the register begins with a letter, and a commune's code of five digits still fits."""
    return f"{chr(ord('A') + place // 100)}{place % 100:02}"


def _write_units(pattern: list[Unit], prefix: str) -> list[Unit]:
    """Copy the units, parents first; give back the communes."""
    copies: dict[int, Unit] = {}
    for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        of_level = {unit.pk: _copy(unit, prefix, copies) for unit in pattern if unit.level == level}
        Unit.objects.bulk_create(of_level.values())
        copies |= of_level
    return list(of_level.values())


def _copy(unit: Unit, prefix: str, copies: dict[int, Unit]) -> Unit:
    name, full_name = f"{unit.name} {prefix}", f"{unit.full_name} {prefix}"
    return Unit(
        code=prefix + unit.code,
        level=unit.level,
        kind=unit.kind,
        name=name,
        full_name=full_name,
        parent=copies.get(unit.parent_id or 0),
        valid_from=unit.valid_from,
        valid_to=unit.valid_to,
        provenance="Số liệu minh họa để đo tốc độ",
        # bulk_create does not call save(), which sets these
        sort_key=sort_key(name),
        search_key=fold(full_name),
    )


def _write_forms(period: Period, criteria_set: CriteriaSet, communes: list[Unit], random: Random) -> None:
    """Write an approved form for each commune, with one ledger entry."""
    criteria = {criterion.code: criterion for criterion in criteria_set.criteria.filter(kind="criterion")}
    thresholds = [threshold.rule() for threshold in criteria_set.thresholds.all()]
    maxima = {code: criterion.max_points for code, criterion in criteria.items()}
    maximum = sum(maxima.values(), Decimal(0))
    bands = SCRIPTS[Period.HALF].bands  # the one that grades every commune
    results = totals(random, bands, maximum)
    journal = Journal()
    forms: list[Assessment] = []
    answers: list[Answer] = []
    for unit, total in zip(random.sample(communes, len(communes)), results, strict=True):
        submitted_at = office_hour(random, some_day(random, period.due_on, -17, -3))
        form = Assessment(
            period=period,
            unit=unit,
            criteria_set=criteria_set,
            state=State.APPROVED,
            version=1,
            max_points=maximum,
            first_submitted_at=submitted_at,
            late=period.is_late(submitted_at),
        )
        points = {code: value.quantize(CENT) for code, value in spread(random, total, maxima).items()}
        page = {
            code: Answer(
                assessment=form,
                criterion=criteria[code],
                max_points=maxima[code],
                self_points=value,
                self_note=PROVEN if value == maxima[code] else "",
                appraised_points=value,
                final_points=value,
                saved_at=submitted_at,
            )
            for code, value in points.items()
        }
        approved_at = submitted_at + timedelta(days=28)
        sheet = [answer.points() for answer in page.values()]
        result = approve(form, sheet, thresholds, approved_at)
        journal.record(
            at=approved_at,
            actor=None,
            act=Act.APPROVE,
            kind=selectors.SUBJECT,
            key=form.key,
            topic=period.code,
            before=State.APPRAISED,
            after=State.APPROVED,
            data={"points": rules.points_digest(sheet), **result},
            unit=form.unit,
        )
        forms.append(form)
        answers.extend(page.values())
    Assessment.objects.bulk_create(forms)
    for answer in answers:
        answer.assessment = answer.assessment  # takes over the key that the form has now
    Answer.objects.bulk_create(answers, batch_size=2000)
    journal.write()
