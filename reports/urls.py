"""Addresses of the reports room."""

from django.urls import path

from reports import districts, published, uploads, views

urlpatterns = [
    path("", views.home, name="home"),
    path("dashboard/<slug:period>/", views.dashboard, name="dashboard"),
    path("dashboard/<slug:period>/csv/", views.dashboard_csv, name="dashboard-csv"),
    path("rollups/<slug:period>/", views.rollup, name="rollup"),
    path("jobs/<uuid:job>/", views.job, name="job"),
    path("editions/<slug:period>/", published.editions_of, name="editions"),
    path("editions/<slug:period>/<int:number>/", published.edition, name="edition"),
    path("editions/<slug:period>/<int:number>/<int:other>/", published.difference, name="edition-difference"),
    path("editions/<slug:period>/<int:number>/<int:other>/csv/", published.difference_csv, name="edition-difference-csv"),
    path("trueup/<slug:period>/", published.trueup, name="trueup"),
    path("reports/<slug:period>/<slug:code>/workbook/", uploads.workbook, name="report-workbook"),
    path("reports/<slug:period>/<slug:code>/upload/", uploads.upload, name="report-upload"),
    path("reports/<slug:period>/<slug:code>/upload/<uuid:upload>/", uploads.check, name="report-upload-check"),
    path("reports/<slug:period>/<slug:code>/upload/<uuid:upload>/take/", uploads.take, name="report-upload-take"),
    path("reports/<slug:period>/<slug:code>/upload/<uuid:upload>/marked/", uploads.marked, name="report-upload-marked"),
    path("reports/<slug:period>/csv/", districts.reports_csv, name="reports-csv"),
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
    path("targets/<slug:period>/<slug:code>/csv/", views.target_csv, name="target-csv"),
    path("compare/<slug:period>/<slug:other>/", views.compare, name="compare"),
    path("compare/<slug:period>/<slug:other>/csv/", views.compare_csv, name="compare-csv"),
    path("rankings/<slug:period>/", views.ranking, name="ranking"),
    path("rankings/<slug:period>/csv/", views.ranking_csv, name="ranking-csv"),
    path("units/", views.units, name="units"),
    path("units/<slug:code>/", views.unit, name="unit"),
    path("units/<slug:code>/csv/", views.unit_csv, name="unit-csv"),
]
