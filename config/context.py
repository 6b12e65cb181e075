"""What every page's frame needs to know, beside the request."""

from django.http import HttpRequest

from reports import selectors


def portal(request: HttpRequest) -> dict[str, object]:
    """Return what the frame shows on every page, by one query.

    `demo`: there are illustrative users, so every page must say that its figures are illustrative. `unchecked`: criteria or thresholds are not
    compared with the decision's annex, so every page that they decide must say so. `nav_period`: code of the period to which the menu leads. `unread`: how many notices are new to the reader.
    """
    code, demo, unchecked, unread = selectors.frame(getattr(getattr(request, "user", None), "pk", None))
    return {"demo": demo, "unchecked": unchecked, "nav_period": code, "unread": unread}
