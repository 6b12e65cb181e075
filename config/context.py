"""What every page's frame needs to know, beside the request."""

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, object]:
    """Return what the frame shows on every page.

    `demo`: the figures are illustrative and every page must say so.
    `nav_period`: code of the period that the menu leads to.
    """
    return {"demo": settings.DEBUG, "nav_period": "2018-Y"}
