"""The door to a period: periods are everybody's, unknown ones do not exist."""

from django.http import Http404
from django.utils.translation import gettext as _

from plan2018.models import Period


def get_period(code: str) -> Period:
    """The period of this code, with its plan; else Http404."""
    try:
        return Period.objects.select_related("plan").get(code=code)
    except Period.DoesNotExist as error:
        raise Http404(_("Không có kỳ %s.") % code) from error
