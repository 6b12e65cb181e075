"""Addresses of assessments. Slugs, so that what cannot be a code is an unknown address."""

from django.urls import path

from scoring import appraisals, criteria, paperwork, personnel, timetable, uploads, views

urlpatterns = [
    path("assessments/<slug:period>/<slug:code>/", views.assessment, name="assessment"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/", views.criterion, name="criterion"),
    path("assessments/<slug:period>/<slug:code>/acts/<slug:act>/", views.act, name="act"),
    path("assessments/<slug:period>/<slug:code>/explain/", views.explain, name="explain"),
    path("assessments/<slug:period>/<slug:code>/title/", views.title, name="title"),
    path("assessments/<slug:period>/<slug:code>/print/", paperwork.paper, name="assessment-print"),
    path("assessments/<slug:period>/<slug:code>/excel/", paperwork.workbook, name="assessment-workbook"),
    path("assessments/<slug:period>/<slug:code>/excel/upload/", paperwork.upload, name="assessment-upload"),
    path("assessments/<slug:period>/<slug:code>/excel/upload/<uuid:upload>/", paperwork.check, name="assessment-upload-check"),
    path("assessments/<slug:period>/<slug:code>/excel/upload/<uuid:upload>/take/", paperwork.take, name="assessment-upload-take"),
    path("assessments/<slug:period>/<slug:code>/excel/upload/<uuid:upload>/marked/", paperwork.marked, name="assessment-upload-marked"),
    path("assessments/<slug:period>/<slug:code>/extension/", views.extension, name="extension"),
    path("deadlines/<slug:period>/", timetable.deadlines, name="deadlines"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/", uploads.evidence, name="evidence"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/existing/", uploads.existing, name="evidence-existing"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/<int:key>/version/", uploads.version, name="evidence-version"),
    path("assessments/<slug:period>/<slug:code>/criteria/<slug:criterion>/evidence/<int:key>/remove/", uploads.remove, name="evidence-remove"),
    path("evidence/<int:key>/", uploads.file, name="evidence-file"),
    path("appraisals/<slug:period>/<slug:code>/", views.appraisal, name="appraisal"),
    path("appraisals/<slug:period>/<slug:code>/accept/", appraisals.accept, name="appraisal-accept"),
    path("appraisals/<slug:period>/<slug:code>/shares/", appraisals.shares, name="shares"),
    path("appraisals/<slug:period>/<slug:code>/csv/", views.appraisal_csv, name="appraisal-csv"),
    path("responsibilities/<slug:period>/<slug:code>/", personnel.responsibilities, name="responsibilities"),
    path("delegations/<slug:code>/", personnel.delegations, name="delegations"),
    path("delegations/<slug:code>/<int:pk>/end/", personnel.delegation_end, name="delegation-end"),
    path("consequences/<slug:period>/<slug:code>/", personnel.ceilings, name="consequences"),
    path("award-check/<slug:period>/", personnel.award_check, name="award-check"),
    path("criteria/", criteria.index, name="criteria-sets"),
    path("criteria/<slug:code>/", criteria.show, name="criteria-set"),
    path("criteria/<slug:code>/workbook/", criteria.workbook, name="criteria-set-workbook"),
    path("criteria-import/", criteria.send, name="criteria-import"),
    path("criteria-import/take/", criteria.take, name="criteria-take"),
]
