from django.apps import AppConfig
from django.contrib.admin import apps

from config.celery import app


class PortalConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        """Make every process know every task, not only the workers: who asks for a job sends it by its name."""
        app.autodiscover_tasks(force=True)


class AdminConfig(apps.AdminConfig):
    default = False  # named in INSTALLED_APPS instead
    default_site = "config.admin.Site"
