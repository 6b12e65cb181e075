"""The ledger and the jobs, to look at; and what every room's pages in the administration have in common when there is nothing to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ledger.models import Entry, Job


class ReadOnlyAdmin(admin.ModelAdmin):
    """Rows that come from elsewhere (an act, a file of reference data): shown, never added, changed or deleted here."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):
    """The rows below a read-only row."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    list_display = ["at", "actor", "act", "subject_kind", "subject_key", "before", "after", "reason"]
    list_filter = ["act", "subject_kind", "topic"]
    list_select_related = ["actor"]
    search_fields = ["subject_key", "actor__username", "reason"]
    ordering = ["-id"]
    show_full_result_count = False


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "task", "key", "state", "attempts", "done", "total", "message", "finished_at"]
    list_filter = ["state", "task"]
    list_select_related = ["requested_by"]
    ordering = ["-created_at"]
