"""Pages of the registers: get the unit by the door, read the form, call one service or selector, answer."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from communes import access
from communes.access import Door


@require_safe
def registers(request: HttpRequest, code: str, door: Door) -> HttpResponse:
    """What the registers hold of a unit as of a day."""
    day = door.day()
    unit = access.get_place(door, request.user, code, day)
    return render(request, "communes/registers.html", {"unit": unit, "day": day})
