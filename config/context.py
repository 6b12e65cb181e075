"""What every page's frame needs to know, beside the request."""

from django.db.models import Exists
from django.http import HttpRequest

from accounts.models import User
from reports.selectors import periods_to_show


def portal(request: HttpRequest) -> dict[str, object]:
    """Return what the frame shows on every page, by one query.

    `demo`: there are illustrative users, so every page must say that its figures are illustrative.
    `nav_period`: code of the newest period with figures, which the menu leads to; empty before a plan is loaded.
    """
    newest = periods_to_show().values_list("code", Exists(User.objects.filter(is_demo=True))).first()
    code, demo = newest or ("", False)
    return {"demo": demo, "nav_period": code}
