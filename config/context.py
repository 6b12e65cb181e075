"""What every page's frame needs to know, beside the request."""

from django.http import HttpRequest

from plan2018.sentences import plan_in_full, plan_name
from reports import selectors


def portal(request: HttpRequest) -> dict[str, object]:
    """Return what the frame shows on every page, by one query.

    `demo`: there are illustrative users, so every page must say that its figures are illustrative. `unchecked`: criteria or thresholds are not
    compared with the decision's annex, so every page that they decide must say so. `nav_period`: code of the period to which the menu leads.
    `plan_name`, `plan_in_full`: the plan that the page is about. `unread`: how many notices are new to the reader.
    """
    named = request.resolver_match.kwargs if request.resolver_match else {}
    asked = str(named.get("period") or request.GET.get("period", ""))
    frame = selectors.frame(getattr(getattr(request, "user", None), "pk", None), asked)
    return {
        "demo": frame.demo,
        "unchecked": frame.unchecked,
        "nav_period": frame.period,
        "unread": frame.unread,
        "plan_name": plan_name(frame.plan_number, frame.plan_year),
        "plan_in_full": plan_in_full(frame.plan_number, frame.plan_year, frame.plan_issued_on),
    }
