"""Periods over the API, and the parameter by which every list of figures is asked for."""

from typing import Any, NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from communes.api import Code
from plan2018 import rules, selectors
from plan2018.access import get_period
from plan2018.models import Period


class PeriodField(Code):
    """A parameter that names a period: gives the Period. None named is a refusal (400) that lists the known ones; an unknown one is Http404."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=12, help_text=gettext_lazy("Mã kỳ, ví dụ 2018-Y."), **kwargs)

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        if key in {"required", "blank"}:
            known = ", ".join(period.code for period in selectors.periods())
            raise serializers.ValidationError(_("Hãy nêu kỳ, một trong: %s.") % known, code=key)
        super().fail(key, **kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Period:
        return get_period(super().run_validation(data))


KINDS = [Period.HALF, Period.YEAR]


class PeriodRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    kind = serializers.ChoiceField(KINDS)
    name = serializers.CharField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    due_on = serializers.DateField(help_text=gettext_lazy("Ngày ghi trong kế hoạch."))
    due_comparison = serializers.ChoiceField([rules.BEFORE, rules.UNTIL], help_text=gettext_lazy("“<”: trước ngày ấy; “<=”: chậm nhất ngày ấy."))
    last_day_on_time = serializers.DateField()


class PeriodList(GenericAPIView[Any]):
    """All periods, oldest first."""

    @extend_schema(operation_id="periods", summary=gettext_lazy("Kỳ báo cáo"), responses=PeriodRow(many=True))
    def get(self, request: Request) -> Response:
        return self.get_paginated_response(self.paginate_queryset(selectors.rows()))
