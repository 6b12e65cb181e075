"""Addresses of the reports room."""

from django.urls import path

from reports import districts, views

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/<slug:period>/", views.dashboard, name="dashboard"),
    path("rollups/<slug:period>/", views.rollup, name="rollup"),
    path("jobs/<uuid:job>/", views.job, name="job"),
    path("reports/<slug:period>/", districts.reports, name="reports"),
    path("reports/<slug:period>/<slug:code>/", districts.report, name="report"),
    path("reports/<slug:period>/<slug:code>/dialogue/", districts.report, {"kind": "dialogue"}, name="report-dialogue"),
    path("reports/<slug:period>/<slug:code>/grid/", districts.grid, name="report-grid"),
    path("reports/<slug:period>/<slug:code>/words/", districts.words, name="report-words"),
    path("reports/<slug:period>/<slug:code>/review/", districts.review, name="report-review"),
    path("reports/<slug:period>/<slug:code>/extend/", districts.extend, name="report-extend"),
    path("reports/<slug:period>/<slug:code>/cover/", districts.cover, name="report-cover"),
    path("reports/<slug:period>/<slug:code>/versions/<int:number>/", districts.version, name="report-version"),
    path("targets/<slug:period>/", views.targets, name="targets"),
    path("targets/<slug:period>/csv/", views.targets_csv, name="targets-csv"),
    path("targets/<slug:period>/<slug:code>/", views.target, name="target"),
    path("compare/<slug:period>/<slug:other>/", views.compare, name="compare"),
    path("rankings/<slug:period>/", views.ranking, name="ranking"),
    path("rankings/<slug:period>/csv/", views.ranking_csv, name="ranking-csv"),
    path("units/", views.units, name="units"),
    path("units/<slug:code>/", views.unit, name="unit"),
]
