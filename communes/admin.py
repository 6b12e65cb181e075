"""The register of units and the registers of communes, to look at: they change by files of reference data and by the pages of the portal."""

from django.contrib import admin

from communes.models import Document, Office, Official, Profile, Unit
from ledger.admin import ReadOnlyAdmin


@admin.register(Unit)
class UnitAdmin(ReadOnlyAdmin):
    list_display = ["code", "full_name", "level", "parent", "valid_from", "valid_to"]
    list_filter = ["level", ("parent", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["parent"]
    search_fields = ["=code", "full_name", "search_key"]
    exclude = ["outline"]


class DatedAdmin(ReadOnlyAdmin):
    """A dated register: its rows as they were written, the newest first."""

    list_select_related = ["unit"]
    search_fields = ["=unit__code", "unit__search_key"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Official)
class OfficialAdmin(DatedAdmin):
    """Without names or births in the list; one row shows them to whoever must look."""

    list_display = ["id", "unit", "title", "kind", "meets_standards", "missing", "missing_until", "since", "until", "recorded_at"]
    list_filter = ["kind", "meets_standards", "title"]


@admin.register(Office)
class OfficeAdmin(DatedAdmin):
    list_display = ["unit", "construction", "floor_area", "norm_area", "internet_computers", "printers", "copiers", "since", "until", "recorded_at"]
    list_filter = ["construction"]


@admin.register(Profile)
class ProfileAdmin(DatedAdmin):
    list_display = ["unit", "villages", "village_heads", "suggestion_box", "ntm_pilot", "key_area", "border", "since", "until", "recorded_at"]
    list_filter = ["ntm_pilot", "key_area", "border"]


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Without a way to the files: they are read through the page of the document, which checks who asks."""

    list_display = ["number", "kind", "issued_on", "issuer", "unit", "cited_in", "file_size", "recorded_at"]
    list_filter = ["kind"]
    list_select_related = ["unit"]
    search_fields = ["number", "title", "=unit__code"]
    exclude = ["file"]
