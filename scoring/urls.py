"""Addresses of assessments. Slugs, so that what cannot be a code is an unknown address."""

from django.urls import path

from scoring import timetable, views

urlpatterns = [
    path("assessments/<slug:period>/<slug:code>/", views.assessment, name="assessment"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/", views.criterion, name="criterion"),
    path("assessments/<slug:period>/<slug:code>/acts/<slug:act>/", views.act, name="act"),
    path("assessments/<slug:period>/<slug:code>/title/", views.title, name="title"),
    path("assessments/<slug:period>/<slug:code>/extension/", views.extension, name="extension"),
    path("deadlines/<slug:period>/", timetable.deadlines, name="deadlines"),
    path("appraisals/<slug:period>/<slug:code>/", views.appraisal, name="appraisal"),
    path("appraisals/<slug:period>/<slug:code>/csv/", views.appraisal_csv, name="appraisal-csv"),
]
