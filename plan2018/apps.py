from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Plan2018Config(AppConfig):
    name = "plan2018"
    verbose_name = _("Kế hoạch")
