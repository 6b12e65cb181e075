"""Reads of the register."""

from datetime import date
from typing import Any

from django.db.models import F, QuerySet

from communes.models import Document, DocumentQuerySet, Unit, UnitQuerySet
from communes.rules import Level, fold

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


def documents_of(unit: Unit) -> DocumentQuerySet:
    """The documents that a unit may refer to: its own and those below it, newest first, then those of everybody."""
    return Document.objects.under(unit).order_by(F("unit").asc(nulls_last=True), F("issued_on").desc(nulls_last=True), "number")
