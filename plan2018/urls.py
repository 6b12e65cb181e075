"""Addresses of what is reported and done for the plan."""

from django.urls import path

from plan2018 import views

urlpatterns = [
    path("observations/<slug:period>/<slug:code>/", views.observations, name="observations"),
    path("observations/<slug:period>/<slug:code>/<str:indicator>/", views.observation, name="observation"),
]
