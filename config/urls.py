"""Addresses of the portal, room by room. The probes /healthz and /readyz are answered before any of these: config/views.py."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView

from accounts.access import documents, get_unit, keeps, reads_people, units
from communes.access import Door
from communes.api import UnitList
from communes.urls import addresses
from config.schema import Docs
from plan2018.api import PeriodList
from plan2018.registers import REGISTERS
from plan2018.selectors import newest_day, register_day
from plan2018.urls import records_of
from reports.api import RankingList, RollupList, TargetList
from scoring.api import AssessmentDetail, AssessmentList, CriterionList
from scoring.registers import REGISTERS as SCORED

api = [
    path("units/", UnitList.as_view(seen_by=units, default_day=newest_day), name="units"),
    path("periods/", PeriodList.as_view(), name="periods"),
    path("criteria/", CriterionList.as_view(), name="criteria"),
    path("assessments/", AssessmentList.as_view(), name="assessments"),
    path("assessments/<int:assessment_id>/", AssessmentDetail.as_view(), name="assessment"),
    path("rankings/", RankingList.as_view(), name="rankings"),
    path("targets/", TargetList.as_view(), name="targets"),
    path("rollups/", RollupList.as_view(), name="rollups"),
]

door = Door(unit=get_unit, units=units, documents=documents, reads_people=reads_people, keeps=keeps, day=register_day)

urlpatterns = [
    path("", include(addresses(door))),
    path("", include("ledger.urls")),
    path("", include("plan2018.urls")),
    path("", include(records_of((*REGISTERS, *SCORED)))),
    path("", include("scoring.urls")),
    path("", include("reports.urls")),
    path("api/v1/", include((api, "api"))),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", Docs.as_view(), name="docs"),
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("styleguide/", include("config.styleguide")),
]
