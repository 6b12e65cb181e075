"""Door of the forms to Celery: once a day, remind those for whom a form waits."""

from celery import shared_task
from django.utils import timezone

from scoring import terms


@shared_task(name="scoring.remind")
def remind() -> None:
    """Remind of the deadlines of forms. Safe to run twice a day."""
    terms.remind(timezone.localdate())
