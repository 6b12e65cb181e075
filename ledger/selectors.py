"""Reads of the ledger: what a person was told."""

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import F

from ledger.models import Notice

MOST = 100
"""A list of notices goes back so far."""


def notices(person: AbstractBaseUser) -> list[Notice]:
    """What a person was told: what is new to them first, then the newest."""
    return list(Notice.objects.filter(person=person.pk).order_by(F("read_at").desc(nulls_first=True), "-created_at", "-pk")[:MOST])
