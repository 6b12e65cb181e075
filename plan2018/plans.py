"""The plan of another year: copied from one that there is, then edited row by row until it is in force."""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ledger import services as ledger
from plan2018 import rules
from plan2018.models import Duty, Indicator, Period, Plan, Target
from plan2018.services import Unfit

NOT_YET = "…/KH-UBND"
"""Number of a plan that is not issued yet."""

WORDS: dict[type[models.Model], tuple[str, ...]] = {
    Period: ("name",),
    Target: ("name", "due", "note", "contradiction"),
    Duty: ("text", "due", "evidence", "contradiction"),
    Indicator: ("name", "question", "definition"),
}
"""Texts of a plan that may name its year."""


def new_plan(*, year: int, source: int, number: str = "", actor: User | None = None) -> Plan:
    """Copy the plan of the year `source` to `year`: periods, indicators, targets, duties, with every day shifted by the years between. To be edited.

    Codes stay, so that the same code is the same figure in both years; a period's code gets the new year. Days in texts move where they are written as
    2018-12-31. Raises Unfit, in words, where the year has a plan already, the source has none, or a period's code is taken.
    """
    with transaction.atomic():
        ledger.lock("plan")
        original = Plan.objects.filter(year=source).first()
        if original is None:
            raise Unfit(_("Không có kế hoạch năm %d để chép.") % source)
        if year <= source or not 2011 <= year <= 2100:
            raise Unfit(_("Năm mới phải sau năm %(source)d và không quá 2100; %(year)d thì không được.") % {"source": source, "year": year})
        if Plan.objects.filter(year=year).exists():
            raise Unfit(_("Đã có kế hoạch năm %d; không chép đè lên.") % year)
        years = year - source
        plan = Plan(
            year=year,
            number=number.strip() or NOT_YET,
            title=rules.shift_words(original.title, source, years),
            issued_on=rules.shift(original.issued_on, years),
            issuer=original.issuer,
            provenance=_("chép từ kế hoạch năm %(year)d (%(number)s), chờ sửa; ngày ban hành là giả định")
            % {"year": source, "number": original.number},
            editable=True,
        )
        _check(plan)
        plan.save()
        periods = [_period_later(period, plan, source, years) for period in original.periods.all()]
        indicators = [_later(indicator, plan, source, years) for indicator in original.indicators.all()]
        for indicator in indicators:
            indicator.provenance = (_("chép từ năm %d: ") % source + indicator.provenance)[:200]
        Period.objects.bulk_create(periods)
        by_code = {indicator.code: indicator for indicator in Indicator.objects.bulk_create(indicators)}
        targets = []
        for target in original.targets.select_related("indicator"):
            code = target.indicator.code if target.indicator else ""
            targets.append(_later(target, plan, source, years))
            targets[-1].indicator = by_code.get(code)
        duties = [_later(duty, plan, source, years) for duty in original.duties.all()]
        Target.objects.bulk_create(targets)
        Duty.objects.bulk_create(duties)
        counts = {"periods": len(periods), "indicators": len(indicators), "targets": len(targets), "duties": len(duties)}
        topic = periods[-1].code if periods else ""  # one period is enough to make the figures of all periods of a plan stale
        ledger.record(act="copy", kind="plan", key=str(year), topic=topic, actor=actor, data={"source": source, **counts})
    return plan


def _period_later(period: Period, plan: Plan, source: int, years: int) -> Period:
    """The period of the same kind in the new plan. Raises Unfit."""
    later: Period = _later(period, plan, source, years)
    later.code = period.code.replace(str(source), str(plan.year)) if str(source) in period.code else f"{plan.year}-{period.kind}"
    if Period.objects.filter(code=later.code).exists():
        raise Unfit(_("Mã kỳ %s đã có ở một kế hoạch khác.") % later.code)
    return later


def _later(row: Any, plan: Plan, source: int, years: int) -> Any:
    """The row as it stands in the plan, so many years after its source: days and words shifted."""
    later = type(row)(plan=plan)
    for field in row._meta.concrete_fields:
        if field.primary_key or field.name in ("plan", "indicator"):
            continue
        value = getattr(row, field.name)
        if isinstance(value, date):
            value = rules.shift(value, years)
        elif field.name in WORDS.get(type(row), ()):
            value = rules.shift_words(value, source, years)
        setattr(later, field.name, value)
    _check(later, exclude=("plan", "indicator"))
    return later


def old_words(plan: Plan) -> list[tuple[str, str]]:
    """What the rows of a plan still say of earlier years: (code, the year as written), for whoever edits a copy."""
    rows = [(target.code, (target.name, target.due)) for target in plan.targets.all()]
    rows += [(duty.code, (duty.text, duty.due)) for duty in plan.duties.all()]
    return [(code, old) for code, texts in rows for old in dict.fromkeys(old for text in texts for old in rules.old_years(text, plan.year))]


# Editing a plan.


def revise(*, row: Plan | Period | Indicator | Target | Duty, actor: User) -> list[str]:
    """Save an edited row of a plan that may be edited (`Plan.editable`); the names of the fields that changed, none if nothing did.

    Raises Unfit for a plan of the reference files, ValidationError for what makes no plan.
    """
    plan = row if isinstance(row, Plan) else row.plan
    with transaction.atomic():
        before = type(row).objects.select_for_update().get(pk=row.pk)
        if not Plan.objects.filter(pk=plan.pk, editable=True).exists():
            raise Unfit(_("Kế hoạch năm %d nạp từ tệp tham chiếu nên không sửa ở đây.") % plan.year)
        fields = [field.name for field in row._meta.concrete_fields if getattr(before, field.attname) != getattr(row, field.attname)]
        if fixed := {"id", "code", "kind", "year", "plan", "editable"} & set(fields):
            raise Unfit(_("Không đổi được: %s. Các năm so với nhau theo những mã này.") % ", ".join(sorted(fixed)))
        if not fields:
            return []
        _check(row)
        make_sense(row)
        row.save(update_fields=fields)
        topic = row.code if isinstance(row, Period) else plan.periods.values_list("code", flat=True).first() or ""
        ledger.record(
            act="edit",
            kind=row._meta.model_name or "",
            key=f"{plan.year}/{getattr(row, 'code', '')}".rstrip("/"),
            topic=topic,
            actor=actor,
            data={"from": {name: _plain(before, name) for name in fields}, "to": {name: _plain(row, name) for name in fields}},
        )
    return fields


def _check(row: models.Model, exclude: tuple[str, ...] = ()) -> None:
    """Raise ValidationError where a row breaks its own fields or constraints."""
    row.full_clean(exclude=exclude, validate_unique=not exclude, validate_constraints=not exclude)


def make_sense(row: models.Model) -> None:
    """Raise ValidationError for what the columns alone allow and no plan can mean."""
    match row:
        case Target():
            wrong = _wrong_target(row)
        case Period():
            wrong = {} if row.due_on > row.starts_on else {"due_on": _("Hạn báo cáo phải sau ngày đầu kỳ.")}
        case Indicator():
            wrong = _wrong_indicator(row)
        case Duty():
            backward = row.opens_on and row.due_on and row.due_on < row.opens_on
            wrong = {"due_on": _("Hạn phải từ ngày bắt đầu trở đi.")} if backward else {}
        case _:
            wrong = {}
    if wrong:
        raise ValidationError(wrong)


def _wrong_target(row: Target) -> dict[str, str]:
    wrong = {}
    share = row.unit.startswith("%")
    if row.value < 0 or (share and row.value > 100):
        wrong["value"] = _("Mức đề ra từ 0 trở lên; tỷ lệ không quá 100.")
    if share and row.operator.startswith("<"):
        wrong["operator"] = _("Chỉ tiêu tỷ lệ chỉ đặt mức tối thiểu (>=, >) hoặc đúng bằng (=).")
    if row.indicator and row.indicator.plan_id != row.plan_id:
        wrong["indicator"] = _("Chỉ số này thuộc kế hoạch năm khác.")
    return wrong


def _wrong_indicator(row: Indicator) -> dict[str, str]:
    wrong = {}
    if row.answer and not row.question:
        wrong["question"] = _("Xã phải trả lời thì cần có câu hỏi.")
    if row.answer == rules.Answer.RATIO and not (row.numerator_label and row.denominator_label):
        wrong["numerator_label"] = _("Trả lời bằng tử số, mẫu số thì phải nói rõ mỗi số là gì.")
    return wrong


def _plain(row: models.Model, name: str) -> str:
    """A value as the ledger writes it."""
    value = row.serializable_value(name)
    return "" if value is None else str(value)
