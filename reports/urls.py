"""Addresses of the reports room."""

from django.urls import path

from reports import views

urlpatterns = [
    path("targets/<slug:period>/", views.targets, name="targets"),
    path("rankings/<slug:period>/", views.ranking, name="ranking"),
    path("rankings/<slug:period>/csv/", views.ranking_csv, name="ranking-csv"),
    path("units/", views.units, name="units"),
    path("units/<slug:code>/", views.unit, name="unit"),
]
