"""Wiring: names the rooms, is named by none."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
