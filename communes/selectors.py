"""Reads of the register."""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, FilteredRelation, ManyToOneRel, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from communes.models import Dated, Document, DocumentQuerySet, Official, Unit, UnitQuerySet, Upload
from communes.rules import Level, fold
from communes.sheets import Place
from communes.standards import COUNTED, STUDY_YEARS, Kind, Qualification, Theory, years_later
from ledger.models import Job

REGISTERS = "registers"
"""Topic of the ledger entries about registers. They are dated, so a change may concern the figures of any period."""


def search(units: UnitQuerySet, words: str) -> UnitQuerySet:
    """Units whose full name holds these words, typed with or without diacritics, or whose code is these words."""
    return units.filter(search_key__contains=fold(words)) | units.filter(code=words.strip())


def by_code(units: UnitQuerySet, code: str, day: date) -> Unit:
    """The unit that had this code on this day. Raises Unit.DoesNotExist."""
    return units.on(day).select_related("parent__parent").get(code=code)


def rows(units: UnitQuerySet, *, level: Level | None = None, district: str | None = None) -> "QuerySet[Unit, Any]":
    """Units as plain rows: the province, its districts, then the communes by district and name in Vietnamese order.

    `district` is a code and leaves only the communes of that district.
    """
    if level:
        units = units.filter(level=level)
    if district:
        units = units.filter(parent__code=district, level=Level.COMMUNE)
    # The names of the levels happen to sort from commune to province.
    ordered = units.order_by("-level", "parent__sort_key", "sort_key")
    return ordered.values("code", "name", "full_name", "level", parent_code=F("parent__code"))


SHEET = {
    "offices": ("construction", "floor_area", "norm_area", "internet_computers", "printers", "copiers", "telephone"),
    "profiles": (
        "ntm_pilot",
        "key_area",
        "border",
        "villages",
        "village_heads",
        "concurrent_posts",
        "suggestion_box",
        "feedback_telephone",
        "reception_schedule",
    ),
}
"""Register with one row a commune -> what a sheet takes from it."""


def sheets(unit: Unit, day: date) -> list[dict[str, Any]]:
    """The communes of a unit (or the commune itself) by district and name, each with what its registers say on a day, by one query.

    Without an office row `construction` is None, without a profile `villages` is. Officials are counted by `headcounts`.
    """
    units = Unit.objects.under(unit).communes().on(day)
    columns: dict[str, Any] = {}
    for register, names in SHEET.items():
        holds = Q(**{f"{register}__since__lte": day}) & (Q(**{f"{register}__until": None}) | Q(**{f"{register}__until__gt": day}))
        units = units.annotate(**{f"{register}_now": FilteredRelation(register, condition=holds)})
        columns |= {name: F(f"{register}_now__{name}") for name in names}
    documents = Document.objects.filter(unit=OuterRef("pk")).order_by().values("unit").annotate(n=Count("pk")).values("n")
    columns |= {"parent_code": F("parent__code"), "parent_name": F("parent__full_name"), "documents_count": Coalesce(Subquery(documents), 0)}
    rows: QuerySet[Unit, Any] = units.order_by("parent__sort_key", "sort_key", "pk").values("pk", "code", "full_name", **columns)
    return list(rows)


def headcounts(unit: Unit, day: date) -> dict[int, dict[str, int]]:
    """The officials of each commune of a unit, counted as of a day, by the commune's key; a commune without any is left out. One query."""
    counted = Q(kind__in=COUNTED)
    counts = {
        "officials": counted,
        **{kind.value: Q(kind=kind) for kind in Kind},
        "qualified": counted & Q(qualification__gte=Qualification.INTERMEDIATE),
        "theory": counted & Q(theory__gte=Theory.ELEMENTARY),
        "standards": counted & Q(meets_standards=True),
        "overdue": Q(meets_standards=False, missing_until__lte=day),
        "study": Q(kind=Kind.CADRE, meets_standards=False, retires_on__gt=years_later(day, STUDY_YEARS)),
    }
    # Levels are counted under other names than the columns they look at.
    rows = (
        Official.objects.on(day)
        .under(unit)
        .order_by()
        .values("unit")
        .annotate(**{f"{name}_count": Count("pk", filter=condition) for name, condition in counts.items()})
    )
    return {row["unit"]: {name: row[f"{name}_count"] for name in counts} for row in rows}


def roster(unit: Unit, day: date) -> "QuerySet[Official]":
    """The officials of a commune on a day, by given name."""
    return Official.objects.on(day).filter(unit=unit).order_by("sort_key", "born_on", "pk")  # type: ignore[return-value]


def serving_elsewhere(official: Official) -> UnitQuerySet:
    """Other communes whose roster has somebody of the same name and day of birth: most likely the same person, not yet ended there."""
    twins = Official.objects.filter(name_key=official.name_key, born_on=official.born_on, until=None).exclude(unit=official.unit)
    return Unit.objects.filter(pk__in=twins.values("unit"))


def person_rows(unit: Unit, person: UUID) -> list[Official]:
    """All that a commune's roster ever said of a person, oldest first."""
    return list(Official.objects.filter(unit=unit, person=person).select_related("recorded_by").order_by("since", "pk"))


def rows_of(register: type[Dated], unit: Unit) -> list[Any]:
    """All rows of a register with one row a commune, oldest first."""
    return list(register.objects.filter(unit=unit).select_related("recorded_by").order_by("since", "pk"))


def open_row(rows: Iterable[Any]) -> Any:
    """The row without an end, if there is one."""
    return next((row for row in rows if row.until is None), None)


def documents(seen: DocumentQuerySet, *, kind: str = "", words: str = "") -> list[Document]:
    """Documents by day, newest first, of a kind and holding these words (with or without diacritics) in number, title or issuer."""
    if kind:
        seen = seen.filter(kind=kind)
    found = seen.select_related("unit").order_by(F("issued_on").desc(nulls_last=True), "number", "pk")
    wanted = fold(words).split()
    return [one for one in found if all(word in fold(f"{one.number} {one.title} {one.issuer}") for word in wanted)] if wanted else list(found)


def uses(document: Document) -> list[tuple[str, int]]:
    """Where a document is referred to, counted, by one query: the rows of whatever register points at documents, in this room or above it."""
    counts = []
    for relation in Document._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel):
            rows = relation.related_model.objects.filter(**{relation.field.name: document}).order_by()  # type: ignore[attr-defined]
            name = relation.related_model._meta.verbose_name
            counts.append(rows.values(what=Value(str(name), CharField())).annotate(n=Count("pk")).values_list("what", "n"))
    return sorted((what, n) for what, n in counts[0].union(*counts[1:], all=True) if n)


def documents_of(unit: Unit) -> DocumentQuerySet:
    """The documents that a unit may refer to: its own and those below it, newest first, then those of everybody."""
    return Document.objects.under(unit).order_by(F("unit").asc(nulls_last=True), F("issued_on").desc(nulls_last=True), "number")


def recorded(seen: DocumentQuerySet, unit: Unit) -> list[Any]:
    """The documents that a file about a unit may speak of, by issuer and day: of it and those below, for a province also those of everybody.

    Those are of everybody because the province recorded them: in a file they are its, marked `for_all`.
    """
    if unit.level != Level.PROVINCE:
        seen = seen.exclude(unit=None)
    by = (F("unit__level").desc(nulls_last=True), "unit__parent__sort_key", "unit__sort_key", F("issued_on").asc(nulls_last=True), "number", "pk")
    found: list[Any] = list(seen.under(unit).select_related("unit").order_by(*by))
    for document in found:
        document.for_all = document.unit_id is None
        document.unit = document.unit or unit
    return found


def places(unit: Unit, day: date, *, every: bool = False) -> list[Place]:
    """The communes (or units of `every` level) in force on a day, those of the unit marked, for a file about the unit."""
    units = (Unit.objects.all() if every else Unit.objects.communes()).on(day).order_by("parent__sort_key", "sort_key")
    rows = units.values_list("pk", "code", "full_name", "kind", "parent__full_name", "parent_id", "parent__parent_id")
    return [Place(pk, code, name, kind, parent, unit.pk in (pk, *above)) for pk, code, name, kind, parent, *above in rows]


def of_day(model: type[Dated], unit: Unit, day: date) -> "QuerySet[Any]":
    """The rows of a register that hold on a day, of a unit and everything below it, as people list them."""
    people = ("sort_key",) if model is Official else ()
    return model.objects.under(unit).on(day).select_related("unit").order_by("unit__parent__sort_key", "unit__sort_key", *people)


def upload(key: UUID) -> Upload | None:
    """A file that was sent, with whom and what it is about."""
    return Upload.objects.select_related("unit__parent", "uploaded_by").filter(pk=key).first()


def uploads(unit: Unit, register: str) -> "QuerySet[Upload]":
    """The files sent for a register of a unit, newest first."""
    return Upload.objects.filter(unit=unit, register=register).select_related("uploaded_by").defer("findings").order_by("-uploaded_at")


def job_of(sent: Upload) -> Job | None:
    """The last work asked for on a file."""
    return Job.objects.filter(key=str(sent.pk)).order_by("-created_at").first()


def step(sent: Upload) -> int:
    """How far the work on a file is; 0 before it begins. See services.note_step."""
    try:
        return int(Path(f"{sent.file.path}.step").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0
