"""Doors of the plan to Celery: once a day, open what the plan now asks for and remind those who owe something."""

from celery import shared_task
from django.utils import timezone

from plan2018 import services
from plan2018.models import Plan


@shared_task(name="plan2018.remind")
def remind() -> None:
    """Look again at who owes what, then remind. Safe to run twice a day."""
    today = timezone.localdate()
    for plan in Plan.objects.filter(year__gte=today.year - 1):
        services.open_duties(plan)
    services.remind(today)
