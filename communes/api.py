"""Units over the API, and the field that every room's parameters share."""

from collections.abc import Callable
from datetime import date
from typing import Any, NoReturn

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from communes import selectors
from communes.models import Unit, UnitQuerySet
from communes.rules import Level

CODE_LENGTH = 8


class Choice(serializers.ChoiceField):
    """A parameter with a few known values; the refusal of any other names them."""

    default_error_messages = {"invalid_choice": gettext_lazy("không có giá trị “{input}”; chọn một trong: {choices}.")}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        super().fail(key, input=str(kwargs.get("input", ""))[:40], choices=", ".join(map(str, self.choices)))


class UnitQuery(serializers.Serializer[Any]):
    on = serializers.DateField(required=False, help_text=gettext_lazy("Đơn vị có hiệu lực vào ngày này; mặc định là ngày cuối của kỳ mới nhất."))
    level = Choice(list(Level), required=False, help_text=gettext_lazy("Cấp."))
    district = serializers.CharField(required=False, max_length=CODE_LENGTH, help_text=gettext_lazy("Mã huyện: chỉ các xã của huyện này."))


class UnitRow(serializers.Serializer[Any]):
    code = serializers.CharField(help_text=gettext_lazy("Mã của Tổng cục Thống kê, giữ số 0 ở đầu."))
    name = serializers.CharField()
    full_name = serializers.CharField()
    level = serializers.ChoiceField(list(Level))
    parent_code = serializers.CharField(allow_null=True)


class UnitList(GenericAPIView[Any]):
    """Units in force on a day.

    The room knows neither users nor plans: whoever gives the view its address says which units a user sees and which day is meant when none is named.
    Unless told, nobody sees any and the day is today.
    """

    seen_by: Callable[[Any], UnitQuerySet] = staticmethod(lambda _user: Unit.objects.none())
    default_day: Callable[[], date] = staticmethod(timezone.localdate)

    @extend_schema(operation_id="units", summary=gettext_lazy("Đơn vị hành chính"), parameters=[UnitQuery], responses=UnitRow(many=True))
    def get(self, request: Request) -> Response:
        query = UnitQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        in_force = self.seen_by(request.user).on(wanted.get("on") or self.default_day())
        if "district" in wanted and not in_force.districts().filter(code=wanted["district"]).exists():
            raise Http404(_("Không có huyện mã %s trong phạm vi của bạn.") % wanted["district"])
        rows = selectors.rows(in_force, level=wanted.get("level"), district=wanted.get("district"))
        return self.get_paginated_response(self.paginate_queryset(rows))
