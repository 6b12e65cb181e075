"""Reads of the register."""

from datetime import date

from communes.models import Unit, UnitQuerySet
from communes.rules import fold


def search(units: UnitQuerySet, words: str) -> UnitQuerySet:
    """Units whose full name holds these words, typed with or without diacritics, or whose code is these words."""
    return units.filter(search_key__contains=fold(words)) | units.filter(code=words.strip())


def by_code(units: UnitQuerySet, code: str, day: date) -> Unit:
    """The unit that had this code on this day. Raises Unit.DoesNotExist."""
    return units.on(day).select_related("parent__parent").get(code=code)
