"""Addresses of the registers, for whoever brings the door to them."""

from django.urls import URLPattern, path

from communes import views
from communes.access import Door


def addresses(door: Door) -> list[URLPattern]:
    """The pages of the registers, each with this door."""
    given = {"door": door}
    return [
        path("registers/<slug:code>/", views.registers, given, name="registers"),
    ]
