"""The URL names that the menu leads to, without the pages behind them."""

from django.http import HttpResponse
from django.urls import path


def page(request, **kwargs):
    """Answer with nothing."""
    return HttpResponse()


urlpatterns = [
    path("", page, name="home"),
    path("dashboard/<period>/", page, name="dashboard"),
    path("targets/<period>/", page, name="targets"),
    path("rankings/<period>/", page, name="ranking"),
    path("units/", page, name="units"),
    path("units/<code>/", page, name="unit"),
    path("assessments/<period>/<code>/", page, name="assessment"),
    path("appraisals/<period>/<code>/", page, name="appraisal"),
]
