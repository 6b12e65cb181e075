"""Addresses of what is reported and done for the plan."""

from django.urls import path

from plan2018 import views

urlpatterns = [
    path("observations/<slug:period>/<slug:code>/", views.observations, name="observations"),
    path("observations/<slug:period>/<slug:code>/<str:indicator>/", views.observation, name="observation"),
    path("duties/", views.duties, name="duties"),
    path("duties/check/", views.check_many, name="duties-check"),
    path("duties/<int:pk>/", views.obligation, name="obligation"),
    path("duties/<int:pk>/done/", views.obligation_done, name="obligation-done"),
    path("duties/<int:pk>/check/", views.obligation_check, name="obligation-check"),
    path("duties/<int:pk>/return/", views.obligation_return, name="obligation-return"),
    path("duties/<int:year>/<slug:code>/", views.duty, name="duty"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/<slug:secret>.ics", views.calendar_feed, name="calendar-feed"),
]
