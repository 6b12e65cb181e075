"""The register of units, to look at: it changes by files of reference data."""

from django.contrib import admin

from communes.models import Unit
from ledger.admin import ReadOnlyAdmin


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    list_display = ["code", "full_name", "level", "parent", "valid_from", "valid_to"]
    list_filter = ["level", ("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["=code", "full_name", "search_key"]
    exclude = ["outline"]
