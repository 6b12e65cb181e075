"""Units over the API, and the kinds of parameters that the rooms above share."""

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


class Code(serializers.RegexField):
    """A parameter that is a code of something: plain letters, digits and dashes."""

    default_error_messages = {"invalid": gettext_lazy("Mã chỉ gồm chữ số, chữ cái không dấu và dấu gạch.")}

    def __init__(self, *, max_length: int = 8, **kwargs: Any) -> None:
        super().__init__(r"^[0-9A-Za-z-]+$", max_length=max_length, **kwargs)


class Choice(serializers.ChoiceField):
    """A parameter with a few known values; the refusal of any other names them."""

    default_error_messages = {"invalid_choice": gettext_lazy("Không có giá trị “{input}”; chọn một trong: {choices}.")}

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        super().fail(key, input=str(kwargs.get("input", ""))[:40], choices=", ".join(map(str, self.choices)))


class UnitQuery(serializers.Serializer[Any]):
    on = serializers.DateField(required=False, help_text=gettext_lazy("Đơn vị có hiệu lực vào ngày này; mặc định là ngày cuối của kỳ mới nhất."))
    level = Choice(list(Level), required=False, help_text=gettext_lazy("Cấp."))
    district = Code(required=False, help_text=gettext_lazy("Mã huyện: chỉ các xã của huyện này."))


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
        query = UnitQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        in_force = self.seen_by(request.user).on(wanted.get("on") or self.default_day())
        if "district" in wanted and not in_force.districts().filter(code=wanted["district"]).exists():
            raise Http404(_("Không có huyện mã %s trong phạm vi của bạn.") % wanted["district"])
        rows = selectors.rows(in_force, level=wanted.get("level"), district=wanted.get("district"))
        return self.get_paginated_response(self.paginate_queryset(rows))
