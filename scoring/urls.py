"""Addresses of assessments. Slugs, so that what cannot be a code is an unknown address."""

from django.urls import path

from scoring import criteria, views

urlpatterns = [
    path("assessments/<slug:period>/<slug:code>/", views.assessment, name="assessment"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/", views.criterion, name="criterion"),
    path("assessments/<slug:period>/<slug:code>/acts/<slug:act>/", views.act, name="act"),
    path("assessments/<slug:period>/<slug:code>/title/", views.title, name="title"),
    path("appraisals/<slug:period>/<slug:code>/", views.appraisal, name="appraisal"),
    path("appraisals/<slug:period>/<slug:code>/csv/", views.appraisal_csv, name="appraisal-csv"),
    path("criteria/", criteria.index, name="criteria-sets"),
    path("criteria/<slug:code>/", criteria.show, name="criteria-set"),
    path("criteria/<slug:code>/workbook/", criteria.workbook, name="criteria-set-workbook"),
    path("criteria-import/", criteria.send, name="criteria-import"),
    path("criteria-import/take/", criteria.take, name="criteria-take"),
]
