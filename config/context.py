"""What every page's frame needs to know, beside the request."""

from django.db.models import Exists
from django.http import HttpRequest

from accounts.models import User
from plan2018.models import Period


def portal(request: HttpRequest) -> dict[str, object]:
    """Return what the frame shows on every page, by one query.

    `demo`: there are illustrative users, so every page must say that its figures are illustrative.
    `nav_period`: code of the period that ends last, which the menu leads to; empty before a plan is loaded.
    """
    newest = Period.objects.order_by("ends_on", "starts_on").values("code").annotate(demo=Exists(User.objects.filter(is_demo=True))).last()
    return {"demo": bool(newest and newest["demo"]), "nav_period": newest["code"] if newest else ""}
