"""Addresses of what is reported and done for the plan."""

from collections.abc import Sequence

from django.urls import URLPattern, path

from plan2018 import records, views
from plan2018.registers import Register

urlpatterns = [
    path("observations/<slug:period>/<slug:code>/", views.observations, name="observations"),
    path("observations/<slug:period>/<slug:code>/csv/", views.observations_csv, name="observations-csv"),
    path("observations/<slug:period>/<slug:code>/<str:indicator>/", views.observation, name="observation"),
    path("duties/", views.duties, name="duties"),
    path("duties/csv/", views.duties_csv, name="duties-csv"),
    path("duties/check/", views.check_many, name="duties-check"),
    path("duties/<int:pk>/", views.obligation, name="obligation"),
    path("duties/<int:pk>/done/", views.obligation_done, name="obligation-done"),
    path("duties/<int:pk>/check/", views.obligation_check, name="obligation-check"),
    path("duties/<int:pk>/return/", views.obligation_return, name="obligation-return"),
    path("duties/<int:year>/<slug:code>/", views.duty, name="duty"),
    path("duties/<int:year>/<slug:code>/csv/", views.duty_csv, name="duty-csv"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<slug:secret>.ics", views.calendar_feed, name="calendar-feed"),
]


def records_of(registers: Sequence[Register]) -> list[URLPattern]:
    """The pages of the small registers, for this table: those of this room and of rooms above. "new" and "csv" are no numbers of lines."""
    given = {"registers": registers}
    line = "records/<slug:register>/<slug:code>/<int:line>/"
    return [
        path("records/<slug:code>/", records.hub, given, name="records-hub"),
        path("records/<slug:register>/<slug:code>/", records.records, given, name="records"),
        path("records/<slug:register>/<slug:code>/csv/", records.records_csv, given, name="records-csv"),
        path("records/<slug:register>/<slug:code>/new/", records.record_new, given, name="record-new"),
        path(line, records.record, given, name="record"),
        path(line + "<slug:act>/", records.record_act, given, name="record-act"),
    ]
