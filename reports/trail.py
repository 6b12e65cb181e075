"""The audit: who changed what, when, from what to what and why, as far as the reader may see it; on a page and as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import selectors as accounts
from accounts.models import User
from communes.tables import csv_lines
from ledger import selectors as ledger
from ledger.models import Entry, EntryQuerySet
from reports import access, entries, selectors
from reports.forms import TrailForm
from reports.views import reader_of, text_of

SIZE = 50
"""Entries on a page."""


@dataclass(frozen=True)
class Line:
    """An entry as it is shown: its kind, what it says, the page of its subject, and for whom an acting officer did it."""

    entry: Entry
    kind: str
    words: str
    address: str
    principal: User | None = None


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """The newest entries that match, fifty at a time."""
    form, found = _found(request)
    before = text_of(request, "before")
    shown, after = ledger.page(found, before=int(before) if before.isascii() and before.isdigit() and len(before) < 18 else None, size=SIZE)
    numbers, acted_for = selectors.criterion_numbers(), accounts.principals()
    kinds = {kind: words for kind, words in entries.KINDS.items() if kind not in access.ACCOUNTS or access.reads_accounts(reader_of(request))}
    context = {
        "form": form,
        "lines": [_line(entry, numbers, acted_for) for entry in shown],
        "after": after,
        "before": before,
        "narrowed": any(text_of(request, name) for name in form.fields),
        "kinds": kinds,
        "acts": entries.ACTS,
        "criteria": numbers,
    }
    return render(request, "reports/audit.html", context, status=200 if form.is_valid() else 422)


@require_safe
def audit_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Everything that matches as a file, written while it is read."""
    _form, found = _found(request)
    headers = {"Content-Disposition": f'attachment; filename="nhat-ky-{timezone.localdate():%Y%m%d}.csv"'}
    return StreamingHttpResponse(
        csv_lines(_rows(found, selectors.criterion_numbers(), accounts.principals())), content_type="text/csv; charset=utf-8", headers=headers
    )


def _found(request: HttpRequest) -> tuple[TrailForm, EntryQuerySet]:
    """The form of the search as it was sent, and the entries that match; none where something in it cannot be read."""
    found = access.get_trail(reader_of(request), text_of(request, "unit"))
    form = TrailForm(request.GET)
    if not form.is_valid():
        return form, found.none()
    said = form.cleaned_data
    people = accounts.named(said["person"]) if said["person"] else None
    wanted: dict[str, Any] = {name: said[name] for name in ("act", "kind", "criterion")}
    found = ledger.search(found, since=said["begin"], until=said["end"], people=people, words=said["q"], **wanted)
    return form, found.select_related("actor__unit", "unit")


def _line(entry: Entry, numbers: dict[str, str], acted_for: dict[int, User]) -> Line:
    kind = str(entries.KINDS.get(entry.subject_kind, entry.subject_kind))
    words, address = entries.words(entry, numbers), entries.address(entry.subject_kind, entry.subject_key)
    # Who enters a delegation acts for nobody; its entry tells between whom it is.
    principal = None if entry.subject_kind == "delegation" else acted_for.get(entry.data.get("for", 0))
    return Line(entry, kind, words, address, principal)


def _rows(found: EntryQuerySet, numbers: dict[str, str], acted_for: dict[int, User]) -> Iterator[list[Any]]:
    yield [_("Dòng"), _("Lúc"), _("Người"), _("Đơn vị của người"), _("Loại"), _("Đối tượng"), _("Của đơn vị"), _("Việc"), _("Lý do"), _("Mã băm")]
    for entry in found.iterator(chunk_size=2000):
        line = _line(entry, numbers, acted_for)
        name = _("%(name)s (thay %(principal)s)") % {"name": entry.actor, "principal": line.principal} if line.principal else str(entry.actor)
        who = [name, entry.actor.unit.full_name] if entry.actor else [_("Hệ thống"), ""]
        at, unit = f"{timezone.localtime(entry.at):%d/%m/%Y %H:%M:%S}", entry.unit.full_name if entry.unit else ""
        yield [entry.pk, at, *who, line.kind, entry.subject_key, unit, line.words, entry.reason, entry.hash]
