"""Addresses of the registers, for whoever brings the door to them."""

from django.urls import URLPattern, path

from communes import uploads, views
from communes.access import Door


def addresses(door: Door) -> list[URLPattern]:
    """The pages of the registers, each with this door."""
    given = {"door": door}
    return [
        path("registers/<slug:code>/", views.registers, given, name="registers"),
        path("registers/<slug:code>/officials/", views.roster, given, name="roster"),
        path("registers/<slug:code>/officials/new/", views.official_new, given, name="official-new"),
        path("registers/<slug:code>/officials/<uuid:person>/", views.official, given, name="official"),
        path("registers/<slug:code>/officials/<uuid:person>/end/", views.official_end, given, name="official-end"),
        path("registers/<slug:code>/office/", views.office, given, name="office"),
        path("registers/<slug:code>/profile/", views.profile, given, name="profile"),
        path("registers/<slug:code>/<slug:register>/upload/", uploads.upload, given, name="upload"),
        path("registers/<slug:code>/<slug:register>/export/", uploads.export, given, name="register-export"),
        path("uploads/<uuid:upload>/", uploads.check, given, name="upload-check"),
        path("uploads/<uuid:upload>/marked/", uploads.marked, given, name="upload-marked"),
        path("uploads/<uuid:upload>/take/", uploads.take, given, name="upload-take"),
        path("documents/", views.documents, given, name="documents"),
        path("documents/export/", views.documents_csv, given, name="documents-export"),
        path("documents/new/", views.document_new, given, name="document-new"),
        path("documents/<int:document>/", views.document, given, name="document"),
        path("documents/<int:document>/file/", views.document_file, given, name="document-file"),
    ]
