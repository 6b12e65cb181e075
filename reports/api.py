"""The ranking, the targets and the rollups over the API: the same rows as on the pages."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response

from accounts.access import get_district, get_unit, scope
from accounts.api import UserRequest
from communes.api import Choice, Code
from communes.rules import Level
from ledger.rules import digest
from plan2018.api import PeriodField
from plan2018.models import Period
from plan2018.rules import OPERATORS, Stage
from reports import selectors
from scoring.rules import Grade

UNCHANGED = OpenApiResponse(description=gettext_lazy("Số liệu chưa đổi từ lần trả lời có ETag ấy."))


class RankingQuery(serializers.Serializer[Any]):
    period = PeriodField()
    district = Code(required=False, help_text=gettext_lazy("Mã huyện."))
    grade = Choice(list(Grade), required=False, help_text=gettext_lazy("Hạng."))


class RankingRow(serializers.Serializer[Any]):
    rank = serializers.IntegerField(help_text=gettext_lazy("Trong toàn tỉnh; bằng điểm thì cùng hạng (1, 2, 2, 4)."))
    unit_code = serializers.CharField()
    unit_name = serializers.CharField()
    district_code = serializers.CharField()
    district_name = serializers.CharField()
    total = serializers.DecimalField(max_digits=7, decimal_places=2)
    max_total = serializers.DecimalField(max_digits=7, decimal_places=2)
    grade = serializers.ChoiceField(list(Grade))
    grade_display = serializers.CharField()
    clean_strong = serializers.BooleanField(help_text=gettext_lazy("Danh hiệu “Trong sạch, vững mạnh”."))


class RankingList(GenericAPIView[Any]):
    """The communes approved for a period, best first."""

    @extend_schema(
        operation_id="rankings",
        summary=gettext_lazy("Bảng xếp hạng"),
        parameters=[RankingQuery],
        responses={200: RankingRow(many=True), 304: UNCHANGED},
    )
    def get(self, request: UserRequest) -> HttpResponse:
        query = RankingQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        period, district, grade = (query.validated_data.get(name, "") for name in ("period", "district", "grade"))
        if district:
            get_district(request.user, district, period.ends_on)

        def answer() -> Response:
            rows = selectors.ranking(period, scope(request.user), district=district, grade=grade)
            return self.get_paginated_response(self.paginate_queryset(rows.annotate(grade_display=selectors.grade_label(period))))

        return _unless_seen(request, period, answer)


class TargetQuery(serializers.Serializer[Any]):
    period = PeriodField()
    unit = Code(required=False, help_text=gettext_lazy("Mã đơn vị; mặc định là đơn vị của người gọi."))


class TargetRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    clause = serializers.CharField(help_text=gettext_lazy("Điều khoản của kế hoạch."))
    name = serializers.CharField()
    operator = serializers.ChoiceField(list(OPERATORS))
    value = serializers.DecimalField(max_digits=9, decimal_places=2, help_text=gettext_lazy("Mức đề ra."))
    unit = serializers.CharField(help_text=gettext_lazy("Đơn vị tính."))
    numerator = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    denominator = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    actual = serializers.DecimalField(
        max_digits=14,
        decimal_places=4,
        allow_null=True,
        help_text=gettext_lazy("Theo đơn vị tính: số đếm, phần trăm, hoặc số ngày của quý thấp nhất."),
    )
    met = serializers.BooleanField(allow_null=True, help_text=gettext_lazy("null: chưa có số liệu, hoặc chỉ tiêu đặt ra cho cấp khác."))
    indicator = serializers.CharField(help_text=gettext_lazy("Mã chỉ số chứng minh chỉ tiêu, không đổi qua các năm; trống: không có."))
    share = serializers.DecimalField(
        max_digits=9, decimal_places=4, allow_null=True, help_text=gettext_lazy("Tử số trên mẫu số, phần trăm, làm tròn 4 chữ số thập phân.")
    )
    needed = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        allow_null=True,
        help_text=gettext_lazy("Cần ít nhất (hoặc nhiều nhất) bấy nhiêu đơn vị tròn: xã, người, hồ sơ, ngày."),
    )
    gap = serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=True, help_text=gettext_lazy("Đơn vị tròn so với mức: âm là còn thiếu (hoặc quá), dương là dư.")
    )
    low = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True, help_text=gettext_lazy("Phần thấp nhất trong các đơn vị."))
    parts = serializers.IntegerField(help_text=gettext_lazy("Số xã (với báo cáo: số huyện) đã có số liệu."))
    expected = serializers.IntegerField(help_text=gettext_lazy("Số xã (huyện) phải có số liệu."))
    owing = serializers.IntegerField(help_text=gettext_lazy("Số xã (huyện) còn thiếu số liệu."))
    stage = Choice([*map(str, Stage), ""], help_text=gettext_lazy("Ước thực hiện, tạm tính, chính thức; trống: chưa có số liệu."))
    declared = serializers.BooleanField(help_text=gettext_lazy("Định tính: đơn vị khai báo, hệ thống không tính."))


EXACT, WHOLE = Decimal("0.0001"), Decimal("0.01")
"""Shares are as exact as a program needs; numerator and denominator, from which they come, are exact."""


def _target_row(row: dict[str, Any], columns: list[str]) -> dict[str, Any]:
    told = {column: row[column] for column in columns}
    places = {
        "share": EXACT,
        "actual": EXACT if row["unit"].startswith("%") else WHOLE,
        **dict.fromkeys(("numerator", "denominator", "needed", "gap"), WHOLE),
    }
    return told | {column: told[column].quantize(step) for column, step in places.items() if told[column] is not None}


class TargetList(GenericAPIView[Any]):
    """The targets of the plan against the actuals of a unit: the caller's own, unless another in its area is named."""

    @extend_schema(
        operation_id="targets",
        summary=gettext_lazy("Chỉ tiêu của kế hoạch"),
        description=gettext_lazy(
            "Bốn mươi chỉ tiêu của Kế hoạch 495 với số thực hiện của một đơn vị. Tỷ lệ so bằng tử số và mẫu số, không so bằng số đã làm tròn. "
            "Dưới cấp tỉnh, chỉ tiêu đếm đơn vị của toàn tỉnh không có needed, gap, met."
        ),
        parameters=[TargetQuery],
        responses={200: TargetRow(many=True), 304: UNCHANGED},
    )
    def get(self, request: UserRequest) -> HttpResponse:
        query = TargetQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        period, code = query.validated_data["period"], query.validated_data.get("unit")
        unit = get_unit(request.user, code, period.ends_on) if code else request.user.unit
        columns = list(TargetRow().fields)

        def answer() -> Response:
            rows = self.paginate_queryset(selectors.targets(period, unit)) or []
            return self.get_paginated_response([_target_row(row, columns) for row in rows])

        return _unless_seen(request, period, answer)


class RollupQuery(serializers.Serializer[Any]):
    period = PeriodField()
    unit = Code(required=False, help_text=gettext_lazy("Mã đơn vị; mặc định là đơn vị của người gọi."))


class RollupRow(serializers.Serializer[Any]):
    period = serializers.CharField()
    unit_code = serializers.CharField()
    indicator = serializers.CharField()
    numerator = serializers.DecimalField(max_digits=14, decimal_places=2)
    denominator = serializers.DecimalField(max_digits=14, decimal_places=2)
    value = serializers.DecimalField(max_digits=14, decimal_places=4)
    low = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    high = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    met = serializers.BooleanField(allow_null=True)
    parts = serializers.IntegerField(help_text=gettext_lazy("Số xã (với báo cáo: số huyện) đã có số liệu."))


class RollupList(GenericAPIView[Any]):
    """All figures of one unit in a period."""

    @extend_schema(
        operation_id="rollups",
        summary=gettext_lazy("Số liệu tổng hợp"),
        parameters=[RollupQuery],
        responses={200: RollupRow(many=True), 304: UNCHANGED},
    )
    def get(self, request: UserRequest) -> HttpResponse:
        query = RollupQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        period, code = query.validated_data["period"], query.validated_data.get("unit")
        unit = get_unit(request.user, code, period.ends_on) if code else request.user.unit

        def answer() -> Response:
            rows = self.paginate_queryset(selectors.rollup_rows(period, unit)) or []
            return self.get_paginated_response([{"period": period.code, "unit_code": unit.code, **row} for row in rows])

        # A commune's rows are read from its form as it stands now: the key of the last fill would keep an old answer alive.
        return answer() if unit.level == Level.COMMUNE else _unless_seen(request, period, answer)


def _unless_seen(request: UserRequest, period: Period, answer: Callable[[], Response]) -> HttpResponse:
    """The answer, or 304 where the caller holds it already.

    The key names the last fill, who looks and what was asked: figures change with a fill and with nothing else. No fill, no key.
    """
    fill = selectors.last_fill(period)
    if fill is None:
        return answer()
    key = f'"{digest([*fill, request.user.unit_id, request.user.is_superuser, request.get_full_path()])}"'
    held = get_conditional_response(request, etag=key)
    response = held or answer()
    response.headers["ETag"] = key
    return response
