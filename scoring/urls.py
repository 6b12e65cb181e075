"""Addresses of assessments. Slugs, so that what cannot be a code is an unknown address."""

from django.urls import path

from scoring import uploads, views

urlpatterns = [
    path("assessments/<slug:period>/<slug:code>/", views.assessment, name="assessment"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/", views.criterion, name="criterion"),
    path("assessments/<slug:period>/<slug:code>/acts/<slug:act>/", views.act, name="act"),
    path("assessments/<slug:period>/<slug:code>/title/", views.title, name="title"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/", uploads.evidence, name="evidence"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/existing/", uploads.existing, name="evidence-existing"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/<int:key>/version/", uploads.version, name="evidence-version"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/<int:key>/remove/", uploads.remove, name="evidence-remove"),
    path("evidence/<int:key>/", uploads.file, name="evidence-file"),
    path("appraisals/<slug:period>/<slug:code>/", views.appraisal, name="appraisal"),
    path("appraisals/<slug:period>/<slug:code>/csv/", views.appraisal_csv, name="appraisal-csv"),
]
