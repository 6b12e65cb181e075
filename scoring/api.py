"""Criteria and assessments over the API."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.urls import reverse
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
from communes.content import Kind
from plan2018.api import PeriodField
from plan2018.selectors import newest_day
from scoring import access, selectors
from scoring.rules import CapKind, Grade, Scoring, State, round_half_up


class LevelRow(serializers.Serializer[Any]):
    points = serializers.DecimalField(max_digits=5, decimal_places=2)
    text = serializers.CharField()


KINDS, CONDITIONS = list(Scoring), list(CapKind)
"""Values of two fields named `kind`; settings.SPECTACULAR_SETTINGS names their lists in the schema."""

KIND = gettext_lazy("Cách chấm: theo điểm, theo mức, theo tỷ lệ, điểm thưởng, điểm trừ (ghi số dương).")
LEVELS = gettext_lazy("Các mức của tiêu thức chấm theo mức; tiêu thức khác thì rỗng.")


class CriterionRow(serializers.Serializer[Any]):
    code = serializers.CharField()
    number = serializers.CharField()
    title = serializers.CharField()
    group_code = serializers.CharField()
    kind = serializers.ChoiceField(KINDS, help_text=KIND)
    max_points = serializers.DecimalField(max_digits=5, decimal_places=2)
    full_pct = serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        allow_null=True,
        help_text=gettext_lazy("Từ bao nhiêu phần trăm thì đạt điểm tối đa; chỉ khi chấm theo tỷ lệ."),
    )
    may_not_apply = serializers.BooleanField(help_text=gettext_lazy("Được ghi không áp dụng."))
    levels = LevelRow(many=True, help_text=LEVELS)
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
        levels = selectors.level_rows(row["pk"] for row in rows)
        return self.get_paginated_response([_criterion(row, levels.get(row.pop("pk"), [])) for row in rows])


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


class EvidenceRow(serializers.Serializer[Any]):
    name = serializers.CharField(help_text=gettext_lazy("Tên tệp."))
    title = serializers.CharField(help_text=gettext_lazy("Nội dung."))
    sha256 = serializers.CharField()
    size = serializers.IntegerField(help_text=gettext_lazy("Số byte."))
    type = serializers.ChoiceField(list(Kind))
    stands_for = serializers.DateField(help_text=gettext_lazy("Ngày của văn bản."))
    address = serializers.URLField(help_text=gettext_lazy("Nơi tải tệp."))


class CapRow(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(CONDITIONS, help_text=gettext_lazy("Điều kiện."))
    criterion = serializers.CharField(allow_null=True, help_text=gettext_lazy("Mã tiêu thức, khi điều kiện nói về một tiêu thức."))
    value = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True, help_text=gettext_lazy("Mức của điều kiện."))
    grade = serializers.ChoiceField(list(Grade), help_text=gettext_lazy("Hạng cao nhất khi điều kiện xảy ra."))


class AnswerRow(serializers.Serializer[Any]):
    criterion = serializers.CharField(help_text=gettext_lazy("Mã tiêu thức."))
    kind = serializers.ChoiceField(KINDS, help_text=KIND)
    max_points = serializers.DecimalField(max_digits=5, decimal_places=2)
    levels = LevelRow(many=True, help_text=LEVELS)
    self_points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    self_na = serializers.BooleanField(help_text=gettext_lazy("Xã ghi không áp dụng."))
    numerator = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True, help_text=gettext_lazy("Số đạt, khi chấm theo tỷ lệ."))
    denominator = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True, help_text=gettext_lazy("Trên tổng số."))
    self_note = serializers.CharField()
    appraised_points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    appraised_na = serializers.BooleanField(help_text=gettext_lazy("Huyện ghi không áp dụng."))
    appraised_reason = serializers.CharField()
    final_points = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    final_na = serializers.BooleanField(help_text=gettext_lazy("Kết quả: không áp dụng."))
    final_reason = serializers.CharField()
    explanation = serializers.CharField(help_text=gettext_lazy("Giải trình của xã khi huyện hạ điểm."))
    remark = serializers.CharField()
    evidence = EvidenceRow(many=True, allow_null=True, help_text=gettext_lazy("Minh chứng đang dùng; null khi tài khoản không được đọc minh chứng."))


class AssessmentWithAnswers(AssessmentRow):
    caps = CapRow(many=True, help_text=gettext_lazy("Điều kiện giữ hạng của bộ tiêu thức."))
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
        caps = [_renamed(cap, criterion_code="criterion") for cap in selectors.cap_rows(assessment_id)]
        return Response({**found[0], "caps": caps, "answers": _answers(request, assessment_id)})


def _answers(request: UserRequest, assessment_id: int) -> list[dict[str, Any]]:
    """The answers of a form, each with the levels of its criterion and with its evidence, which not everybody may see."""
    rows = list(selectors.answer_rows(assessment_id))
    levels = selectors.level_rows(row["criterion_pk"] for row in rows)
    shown = selectors.evidence_rows(assessment_id) if access.reads_evidence(request.user) else None
    told = []
    for row in rows:
        key = row.pop("criterion_pk")
        evidence = None if shown is None else [_file(request, file) for file in shown.get(key, [])]
        told.append(_renamed(row, criterion_code="criterion", scoring="kind") | {"levels": levels.get(key, []), "evidence": evidence})
    return told


def _file(request: UserRequest, row: dict[str, Any]) -> dict[str, Any]:
    """A file of evidence with the address of its page instead of its key."""
    address = reverse("evidence-file", args=[row.pop("key")])
    return row | {"address": request.build_absolute_uri(address)}


def _criterion(row: dict[str, Any], levels: list[dict[str, Any]]) -> dict[str, Any]:
    """A criterion with its levels, and what belongs to another kind than its own left empty."""
    full = row["full_pct"] if row["scoring"] == Scoring.RATIO else None
    return _renamed(row | {"full_pct": full, "levels": levels}, scoring="kind", set_code="criteria_set")


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
