"""Criteria and assessments over the API."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.access import get_district, get_unit
from accounts.api import UserRequest
from communes.api import Choice, Code
from plan2018.api import PeriodField
from plan2018.selectors import newest_day
from scoring import access, selectors
from scoring.rules import Grade, State, round_half_up


class CriterionRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    group_code = serializers.CharField()
    max_points = serializers.DecimalField(max_digits=5, decimal_places=2)
    criteria_set = serializers.CharField(help_text=gettext_lazy("Mã bộ tiêu thức."))
    plan_section = serializers.CharField()
    responsible_title = serializers.CharField()
    guidance = serializers.CharField()
    provenance = serializers.CharField(help_text=gettext_lazy("Nguồn; khác “documented” là mẫu, chưa đối chiếu với phụ lục Quyết định 34/2011."))
    position = serializers.IntegerField()


class CriterionList(GenericAPIView[Any]):
    """The component criteria, in the order of the form."""

    @extend_schema(operation_id="criteria", summary=gettext_lazy("Tiêu thức thành phần"), responses=CriterionRow(many=True))
    def get(self, request: UserRequest) -> Response:
        rows = self.paginate_queryset(selectors.criterion_rows()) or []
        return self.get_paginated_response([_renamed(row, set_code="criteria_set") for row in rows])


class AssessmentQuery(serializers.Serializer[Any]):
    period = PeriodField(required=False)
    unit = serializers.CharField(required=False, help_text=gettext_lazy("Mã đơn vị: phiếu của xã ấy, hoặc của các xã trực thuộc."))
    district = Code(required=False, help_text=gettext_lazy("Mã huyện."))
    state = Choice(list(State), required=False, help_text=gettext_lazy("Trạng thái."))


class AssessmentRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    unit_code = serializers.CharField()
    period = serializers.CharField()
    state = serializers.ChoiceField(list(State))
    self_total = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True, help_text=gettext_lazy("Tổng các điểm xã đã nhập."))
    appraised_total = serializers.DecimalField(
        max_digits=7, decimal_places=2, allow_null=True, help_text=gettext_lazy("Tổng các điểm huyện đã nhập.")
    )
    total = serializers.DecimalField(max_digits=7, decimal_places=2, allow_null=True, help_text=gettext_lazy("Chỉ có khi đã duyệt."))
    max_total = serializers.DecimalField(max_digits=7, decimal_places=2)
    grade = serializers.ChoiceField(list(Grade), allow_null=True, help_text=gettext_lazy("Chỉ có khi đã duyệt."))


class AnswerRow(serializers.Serializer[Any]):
    criterion = serializers.CharField(help_text=gettext_lazy("Mã tiêu thức."))
    max_points = serializers.DecimalField(max_digits=5, decimal_places=2)
    self_points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    self_note = serializers.CharField()
    appraised_points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    appraised_reason = serializers.CharField()
    final_points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    final_reason = serializers.CharField()
    remark = serializers.CharField()


class AssessmentWithAnswers(AssessmentRow):
    answers = AnswerRow(many=True)


class AssessmentList(GenericAPIView[Any]):
    """The assessments that the caller may see."""

    @extend_schema(
        operation_id="assessments", summary=gettext_lazy("Phiếu chấm điểm"), parameters=[AssessmentQuery], responses=AssessmentRow(many=True)
    )
    def get(self, request: UserRequest) -> Response:
        query = AssessmentQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        period = wanted.get("period")
        day = period.ends_on if period else newest_day()
        found = access.assessments(request.user)
        if period:
            found = found.filter(period=period)
        if "state" in wanted:
            found = found.filter(state=wanted["state"])
        if "district" in wanted:
            found = found.under(get_district(request.user, wanted["district"], day))
        if "unit" in wanted:
            found = found.under(get_unit(request.user, wanted["unit"], day))
        return self.get_paginated_response(_as_told(self.paginate_queryset(selectors.assessment_rows(found)) or []))


class AssessmentDetail(APIView):
    """One assessment with its answers."""

    @extend_schema(operation_id="assessment", summary=gettext_lazy("Một phiếu, kèm điểm từng tiêu thức"), responses=AssessmentWithAnswers)
    def get(self, request: UserRequest, assessment_id: int) -> Response:
        found = _as_told(selectors.assessment_rows(access.assessments(request.user).filter(pk=assessment_id)))
        if not found:
            raise Http404(_("Không có phiếu số %d trong phạm vi của bạn.") % assessment_id)
        answers = [_renamed(answer, criterion_code="criterion") for answer in selectors.answer_rows(assessment_id)]
        return Response({**found[0], "answers": answers})


def _as_told(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Assessment rows under the names and in the form that the API gives them: no class is null, and sums have two places on both databases."""
    return [
        _renamed(
            row | {"grade": row["grade"] or None, "self_total": _points(row["self_total"]), "appraised_total": _points(row["appraised_total"])},
            period_code="period",
            max_points="max_total",
        )
        for row in rows
    ]


def _points(value: Decimal | None) -> Decimal | None:
    return None if value is None else round_half_up(value)


def _renamed(row: dict[str, Any], **names: str) -> dict[str, Any]:
    """The row with some keys renamed (old=new): a queryset may not give a computed column the name of a field."""
    return {names.get(key, key): value for key, value in row.items()}
