"""Import and export by CSV and Excel, from the lists of the records: a file is looked at first, then imported."""

import tempfile
from collections.abc import Callable, Mapping

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path

from certificates.exchange import exporting, imports
from certificates.exchange.files import too_large
from certificates.exchange.kinds import KINDS, Kind
from certificates.exchange.outcomes import Report, State
from certificates.exchange.tables import FILE_MAX_BYTES, ROWS_MAX
from certificates.models import ImportKind, ImportState, RecordImport
from shopplanr import clock, csv_lines
from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import refusal_sentence
from shopplanr.admin.links import page_url
from shopplanr.admin.marks import Mark
from shopplanr.admin.people import names_of, person
from shopplanr.refusals import NotFound, Refusal

PAGE_ROWS = 100
"""Rows that a page of the dry run shows."""

STATE_MARKS = {
    State.REFUSED: Mark("Cannot be imported", "scrapped", "bad"),
    State.CHANGED: Mark("Changes", "deferred", "warn"),
    State.NEW: Mark("New", "completed", "good"),
    State.SAME: Mark("Already there", "pending", "quiet"),
}

FORMATS = {"csv": "CSV", "xlsx": "Excel"}


class ExchangeMixin:
    """Gives a kind of record its way in and out by file; goes before ``RecordAdmin``."""

    exchange_kind: ImportKind
    change_list_template = "admin/exchange/list.html"
    actions = ("export_selected_as_csv", "export_selected_as_workbook")

    @property
    def exchanged(self) -> Kind:
        """Return the kind of record."""
        return KINDS[self.exchange_kind]

    def get_urls(self):
        """Add the pages of import and export."""
        views = {
            "import": ("import/", self.upload_view),
            "import_template": ("import/template.<slug:file_format>", self.template_view),
            "import_file": ("import/<str:import_id>/", self.import_view),
            "export": ("export.<slug:file_format>", self.export_view),
        }
        named = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(address, self.admin_site.admin_view(view), name=f"{named}_{name}")
            for name, (address, view) in views.items()
        ]
        return [*own, *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """Offer above the list what can be done by file."""
        tools = [] if IS_POPUP_VAR in request.GET else self._list_tools(request)
        return super().changelist_view(request, {"list_tools": tools} | (extra_context or {}))

    def _list_tools(self, request: HttpRequest) -> list[tuple[str, str]]:
        filters = f"?{request.GET.urlencode()}" if request.GET else ""
        ways_out = [
            (page_url(self.model, "export", file_format) + filters, f"Export {name}")
            for file_format, name in FORMATS.items()
        ]
        may = request.user.has_perm(self.exchanged.right)
        return [*([(page_url(self.model, "import"), "Import…")] if may else []), *ways_out]

    # --- out

    def export_view(self, request: HttpRequest, file_format: str) -> HttpResponse:
        """Hand out the list as it is filtered, all pages of it."""
        if file_format not in FORMATS:
            raise Http404
        if not self.has_view_permission(request):
            return self._turned_away(request, "You may not look at these records. Ask an administrator.", "Export")
        if any("\0" in value for _, values in request.GET.lists() for value in values):
            return HttpResponseRedirect(page_url(self.model, "changelist"))
        try:
            rows = self.get_changelist_instance(request).get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseRedirect(page_url(self.model, "changelist"))
        return self._file(request, rows, file_format) or HttpResponseRedirect(page_url(self.model, "changelist"))

    @admin.action(description="Export as CSV", permissions=["view"])
    def export_selected_as_csv(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Hand out the selection."""
        return self._file(request, queryset, "csv")

    @admin.action(description="Export as Excel workbook", permissions=["view"])
    def export_selected_as_workbook(self, request: HttpRequest, queryset: QuerySet) -> HttpResponse | None:
        """Hand out the selection."""
        return self._file(request, queryset, "xlsx")

    def _file(self, request: HttpRequest, rows: QuerySet, file_format: str) -> HttpResponse | None:
        """Return the file, None where it cannot be, which the next page says."""
        name = f"{self.exchange_kind}-{clock.today():%Y-%m-%d}.{file_format}"
        rows = self.model.objects.filter(pk__in=rows.order_by().values("pk"))
        if file_format == "csv":
            return csv_lines.answer(exporting.as_csv(self.exchanged, rows), name)
        try:
            return _workbook(lambda file: exporting.write_workbook(self.exchanged, rows, file), name)
        except Refusal as refusal:
            self.message_user(request, f"{refusal.message}.", messages.ERROR)
            return None

    # --- in

    def upload_view(self, request: HttpRequest) -> HttpResponse:
        """Ask for a file, and look at it."""
        if not request.user.has_perm(self.exchanged.right):
            return self._turned_away(request, refusal_sentence(self.exchanged.right), "Import")
        refusal = None
        if request.method == "POST":
            try:
                record = self._take(request)
            except Refusal as refused:
                refusal = refused
            else:
                return HttpResponseRedirect(page_url(self.model, "import_file", record.pk))
        context = {
            "title": f"Import {self.opts.verbose_name_plural}",
            "refusal": refusal,
            "columns": self.exchanged.columns,
            "templates": [(page_url(self.model, "import_template", each), name) for each, name in FORMATS.items()],
            "rows_max": f"{ROWS_MAX:,}",
            "megabytes_max": FILE_MAX_BYTES // 1024**2,
        }
        return self._page(request, "upload", context, refusal.status if refusal else 200)

    def _take(self, request: HttpRequest) -> RecordImport:
        file = request.FILES.get("file")
        if file is None:
            raise NotFound("Choose a file first", code="no_file")
        if file.size > FILE_MAX_BYTES:
            raise too_large()
        return imports.take(self.exchange_kind, file.name, file.read(), actor_for(request, None))

    def template_view(self, request: HttpRequest, file_format: str) -> HttpResponse:
        """Hand out an empty file with the headings and one example."""
        if file_format not in FORMATS:
            raise Http404
        name = f"{self.exchange_kind}.{file_format}"
        if file_format == "csv":
            return csv_lines.answer(exporting.template_csv(self.exchanged), name)
        return _workbook(lambda file: exporting.write_template(self.exchanged, file), name)

    def import_view(self, request: HttpRequest, import_id: str) -> HttpResponse:
        """Show what would become of every row, and import them when that is confirmed; then what became of them."""
        if not request.user.has_perm(self.exchanged.right):
            return self._turned_away(request, refusal_sentence(self.exchanged.right), "Import")
        try:
            record = imports.find(unquote(import_id), RecordImport.objects.filter(kind=self.exchange_kind))
        except NotFound as unknown:
            raise Http404(unknown.message) from None
        actor, refusal, report = actor_for(request, None), None, None
        try:
            if request.method == "POST":
                done = imports.carry_out(record.pk, actor, request.user.has_perm)
                self.message_user(request, f"Imported {done.file_name}: {done.counted()}.", messages.SUCCESS)
                return HttpResponseRedirect(request.path)
            if record.state != ImportState.DONE:
                report = imports.rehearse(record, actor, request.user.has_perm)
        except imports.RowsRefused as refused:
            refusal, report = refused, refused.report
        except Refusal as refused:
            refusal = refused
        context = {
            "title": f"Import {record.file_name}",
            "record": record,
            "refusal": refusal,
            "people": _people(record),
            **(self._listed(request, report) if report else {}),
        }
        return self._page(request, "import", context, refusal.status if refusal else 200)

    def _listed(self, request: HttpRequest, report: Report) -> dict[str, object]:
        pages = Paginator(report.in_order_of_interest(), PAGE_ROWS)
        page = pages.get_page(request.GET.get("page"))
        return {
            "report": report,
            "summary": [(STATE_MARKS[state], f"{report.counts[state]:,}") for state in State],
            "page": page,
            "page_range": pages.get_elided_page_range(page.number),
            "rows": [(outcome, STATE_MARKS[outcome.state]) for outcome in page],
            "button": f"Import {self.exchanged.count(report.to_write)}",
        }

    def _page(self, request: HttpRequest, name: str, context: Mapping[str, object], status: int = 200) -> HttpResponse:
        whole = self.admin_site.each_context(request) | {"opts": self.opts, "exchanged": self.exchanged} | context
        return TemplateResponse(request, f"admin/exchange/{name}.html", whole, status=status)

    def _turned_away(self, request: HttpRequest, sentence: str, title: str) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"title": title, "opts": self.opts, "sentence": sentence}
        return TemplateResponse(request, "admin/turned_away.html", context, status=403)


def _workbook(write: Callable, name: str) -> HttpResponse:
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        write(file)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=name)


def _people(record: RecordImport) -> dict[str, object]:
    names = names_of((record.uploaded_by, record.imported_by))
    return {
        role: person(user_id, names.get(user_id))
        for role, user_id in (("uploaded", record.uploaded_by), ("imported", record.imported_by))
    }
