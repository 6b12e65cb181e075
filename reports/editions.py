"""Editions: the figures of a period as they were published, numbered, never changed. Documents are written from them and from nothing else.

The content of an edition is plain JSON. Exact numbers are text ("2569.00"); `thaw` makes them Decimals again.

    period        {code, name, kind ("half" | "year"), starts_on, ends_on, due_on, last_day}
    plan          {number, year, title, issued_on, issuer}
    earlier       {code, name} of the period of the plan before this one, or None
    units         [{code, level, name, full_name, parent}]: the province, its districts, their communes, each in alphabetical order
    indicators    [{code, name, combine, source, declared}] in the order of the plan
    figures       {unit code: {indicator: [numerator, denominator, value, low, high, met, parts]}}: every `Metric` of the period
    before        the same of the period before, for the province and its districts
    targets       {unit code: rows as `selectors.targets` gives them} for the province and its districts
    standings     {commune code: [rank, total, max_total, grade, clean_strong]}
    titles        {commune code: [decision number, decided on]} of the year
    reports       [{unit, state, number, dated, filed_at, late, extended_to, narrative, difficulties, digest}] of the districts
    difficulties  [{unit, clause, text, answer, answered_on}] of the register that were raised in the period
    illustrative, unchecked   whether data are invented, whether criteria are not compared with their decision
    entries       how many ledger entries the figures count
"""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from communes.models import Unit
from communes.rules import Level
from ledger import services as ledger
from ledger.rules import digest
from plan2018.models import Difficulty, Indicator, Period
from plan2018.rules import VIETNAM
from reports import selectors, services
from reports.filings import Refused
from reports.models import Edition, Metric, Report, Standing
from reports.rules import ReportKind, ReportState
from scoring.models import Title

SUBJECT = "edition"
"""How the ledger calls an edition; its key is period/number."""

Content = dict[str, Any]

EXACT = frozenset(
    {"value", "numerator", "denominator", "low", "high", "share", "actual", "needed", "gap", "before", "before_numerator", "before_denominator"}
)
"""Columns of a target's row that are exact numbers."""


def thaw(row: Mapping[str, Any]) -> dict[str, Any]:
    """A target's row with Decimals where the content has text."""
    return {name: Decimal(value) if name in EXACT and value is not None else value for name, value in row.items()}


def snapshot(period: Period) -> Content:
    """Everything that is known of a period, for the first province of the register, as plain JSON; by a number of queries that depends on the districts."""
    units = list(Unit.objects.on(period.ends_on).select_related("parent").order_by("sort_key", "code"))
    province = next(unit for unit in units if unit.level == Level.PROVINCE)
    districts = [unit for unit in units if unit.level == Level.DISTRICT and unit.parent_id == province.pk]
    places = [
        province,
        *districts,
        *(unit for district in districts for unit in units if unit.level == Level.COMMUNE and unit.parent_id == district.pk),
    ]
    codes = {unit.pk: unit.code for unit in places}
    earlier = Period.objects.filter(plan=period.plan_id, ends_on__lt=period.ends_on).order_by("-ends_on").first()
    frame = selectors.frame()
    return {
        "period": {
            **{name: getattr(period, name) for name in ("code", "name", "kind")},
            **{name: getattr(period, name).isoformat() for name in ("starts_on", "ends_on", "due_on", "last_day")},
        },
        "plan": {
            "number": period.plan.number,
            "year": period.plan.year,
            "title": period.plan.title,
            "issued_on": period.plan.issued_on.isoformat(),
            "issuer": period.plan.issuer,
        },
        "earlier": earlier and {"code": earlier.code, "name": earlier.name},
        "units": [
            {
                "code": unit.code,
                "level": unit.level,
                "name": unit.name,
                "full_name": unit.full_name,
                "parent": codes.get(unit.parent_id, "") if unit.parent_id else "",
            }
            for unit in places
        ],
        "indicators": list(
            Indicator.objects.filter(plan=period.plan_id).order_by("position", "code").values("code", "name", "combine", "source", "declared")
        ),
        "figures": _figures(period, codes),
        "before": _figures(earlier, {pk: codes[pk] for pk in (province.pk, *(district.pk for district in districts))}) if earlier else {},
        "targets": {unit.code: [_plain(row) for row in selectors.targets(period, unit)] for unit in (province, *districts)},
        "standings": {
            codes[unit]: [rank, str(total), str(max_total), grade, title]
            for unit, rank, total, max_total, grade, title in Standing.objects.filter(period=period, unit__in=codes)
            .order_by("rank", "unit__code")
            .values_list("unit_id", "rank", "total", "max_total", "grade", "clean_strong")
        },
        "titles": _titles(period, codes),
        "reports": _reports(period, districts),
        "difficulties": _difficulties(period, codes),
        "illustrative": frame.demo,
        "unchecked": frame.unchecked,
        "entries": selectors.ledger_position(period)[0],
    }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Decimal) or (name in EXACT and value is not None) else value for name, value in row.items()}


def _figures(period: Period, codes: Mapping[int, str]) -> dict[str, dict[str, list[Any]]]:
    found: dict[str, dict[str, list[Any]]] = {}
    columns = ("unit_id", "indicator", "numerator", "denominator", "value", "low", "high", "met", "parts")
    rows = Metric.objects.filter(period=period, unit__in=codes).order_by("unit__code", "indicator").values_list(*columns)
    for unit, indicator, numerator, denominator, value, low, high, met, parts in rows:
        exact = [None if number is None else str(number) for number in (numerator, denominator, value, low, high)]
        found.setdefault(codes[unit], {})[indicator] = [*exact, met, parts]
    return found


def _titles(period: Period, codes: Mapping[int, str]) -> dict[str, list[str]]:
    if period.kind != Period.YEAR:
        return {}
    rows = Title.objects.filter(year=period.plan.year, unit__in=codes).order_by("unit__code").values_list("unit_id", "decision_number", "decided_on")
    return {codes[unit]: [number, decided_on.isoformat()] for unit, number, decided_on in rows}


def _reports(period: Period, districts: list[Unit]) -> list[dict[str, Any]]:
    filed = {
        report.unit_id: report
        for report in Report.objects.filter(period=period, kind=ReportKind.PERIOD, unit__in=districts).prefetch_related("versions")
    }
    return [_report(unit, filed.get(unit.pk)) for unit in districts]


def _report(unit: Unit, report: Report | None) -> dict[str, Any]:
    if report is None:
        report = Report(state=ReportState.DRAFT)
    told = report.state in (ReportState.FILED, ReportState.ACCEPTED)
    newest = max(report.versions.all(), key=lambda version: version.number, default=None) if report.pk else None
    return {
        "unit": unit.code,
        "state": report.state,
        "number": report.number,
        "dated": _iso(report.dated),
        "filed_at": _iso(report.filed_at),
        "late": report.late,
        "extended_to": _iso(report.extended_to),
        "narrative": report.narrative if told else {},
        "difficulties": report.difficulties if told else [],
        "digest": newest.digest if newest else "",
    }


def _iso(day: date | datetime | None) -> str | None:
    return day and (day.astimezone(VIETNAM) if isinstance(day, datetime) else day).isoformat()


def _difficulties(period: Period, codes: Mapping[int, str]) -> list[dict[str, Any]]:
    rows = Difficulty.objects.filter(withdrawn_at=None, raised_on__range=(period.starts_on, period.ends_on), unit__in=codes).order_by(
        "raised_on", "pk"
    )
    return [
        {"unit": codes[row.unit_id], "clause": row.clause, "text": row.text, "answer": row.answer, "answered_on": _iso(row.answered_on)}
        for row in rows
    ]


def publish(*, period: Period, final: bool, note: str = "", actor: User | None) -> Edition:
    """Fill the period, then keep its figures as its next edition. The same figures again lead to the edition that has them.

    A final edition while something is missing (forms not approved, reports not accepted) needs a note that says why. Raises Refused without one.
    """
    with transaction.atomic():
        ledger.lock(f"edition:{period.code}")
        services.fill(period)
        content = snapshot(period)
        if final and not note.strip() and (owed := missing(content)):
            raise Refused(_("Số liệu còn thiếu: %s. Muốn chốt chính thức thì ghi rõ lý do.") % "; ".join(owed))
        value = digest({name: said for name, said in content.items() if name != "entries"})
        last = Edition.objects.filter(period=period).order_by("-number").first()
        if last and last.digest == value and last.final == final:
            return last
        number = (last.number if last else 0) + 1
        edition = Edition.objects.create(
            period=period, number=number, final=final, note=note, content=content, digest=value, made_at=timezone.now(), made_by=actor
        )
        ledger.record(
            act="publish",
            kind=SUBJECT,
            key=f"{period.code}/{number}",
            actor=actor,
            after="final" if final else "provisional",
            reason=note,
            data={"digest": value},
        )
    return edition


def missing(content: Content) -> list[str]:
    """What is still owed to an edition, in words; nothing when all forms are approved and all reports accepted."""
    province = content["units"][0]["code"]
    owed = []
    approved = content["figures"].get(province, {}).get("state.approved")
    if approved is None or approved[0] != approved[1]:
        done, whole = (int(Decimal(number)) for number in approved[:2]) if approved else (0, 0)
        owed.append(_("%(n)d xã chưa có kết quả được duyệt") % {"n": whole - done} if whole else _("chưa mở phiếu chấm điểm"))
    waiting = sum(report["state"] != ReportState.ACCEPTED for report in content["reports"])
    if waiting:
        owed.append(_("%(n)d huyện chưa có báo cáo được chấp nhận") % {"n": waiting})
    return owed


def scoped(content: Content, unit: Unit) -> Content:
    """What an edition tells those who see one unit and what lies below it."""
    if unit.level == Level.PROVINCE:
        return content
    inside = {place["code"] for place in content["units"] if unit.code in (place["code"], place["parent"])}
    keep = ("figures", "before", "targets", "standings", "titles")
    return {
        **content,
        "units": [place for place in content["units"] if place["code"] in inside],
        **{name: {code: said for code, said in content[name].items() if code in inside} for name in keep},
        **{name: [row for row in content[name] if row["unit"] in inside] for name in ("reports", "difficulties")},
    }


def differences(one: Content, other: Content) -> list[dict[str, Any]]:
    """What differs between two editions, figure by figure: unit, indicator, both values (numerator, denominator), None for no data; places in the ranking too."""
    names = {place["code"]: place["full_name"] for content in (one, other) for place in content["units"]}
    words = {row["code"]: row["name"] for content in (one, other) for row in content["indicators"]}
    found = []
    for code, unit in names.items():
        figures = [content["figures"].get(code, {}) for content in (one, other)]
        for key in sorted(figures[0].keys() | figures[1].keys()):
            pair = [tuple(given[key][:2]) if key in given else None for given in figures]
            if pair[0] != pair[1]:
                found.append({"code": code, "unit": unit, "key": key, "name": words.get(key, key), "before": pair[0], "after": pair[1]})
        ranks = [content["standings"].get(code) for content in (one, other)]
        if ranks[0] != ranks[1]:
            pair = [tuple(rank[:2]) if rank else None for rank in ranks]
            found.append({"code": code, "unit": unit, "key": "rank", "name": _("thứ hạng, tổng điểm"), "before": pair[0], "after": pair[1]})
    return found
