"""Row history on a record's page: what changed, field by field, who did it, why, and the entry that caused it.

Read-only. django-simple-history can put a version back; that would go past the services, so it is not offered here,
and its page answers no POST.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.admin.utils import display_for_field, quote, unquote
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from simple_history.admin import SimpleHistoryAdmin

from audit.models import AuditEntry
from shopplanr.admin.links import page_url, record_link
from shopplanr.admin.people import names_of, person
from shopplanr.admin.records import RecordAdmin, key_or_none

Labels = Mapping[str, Mapping[object, str]]

KINDS = {"+": "Created", "~": "Changed", "-": "Deleted"}

NOISE = frozenset({"updated_at"})
"""Fields that change with every version and so say nothing."""


class TrackedAdmin(SimpleHistoryAdmin, RecordAdmin):
    """A kind of record whose every version is kept."""

    object_history_template = "admin/versions.html"
    history_list_per_page = 50

    def revert_disabled(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """History is looked at."""
        return True

    def save_model(self, request: HttpRequest, obj: models.Model, form, change: bool) -> None:
        """Refuse: a kind of record that is changed here says by which service."""
        raise NotImplementedError(f"{type(self).__name__} writes through a service")

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """Show the versions of one record, the newest first."""
        return super().history_view(request, quote(self._key(object_id)), extra_context)

    def get_history_queryset(self, request, history_manager, pk_name: str, object_id: Any) -> models.QuerySet:
        """Order by what cannot be set back, and bring along what a version is shown with."""
        rows = super().get_history_queryset(request, history_manager, pk_name, object_id)
        return rows.select_related("audit_entry").order_by("-history_id")

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs: bool = True) -> None:
        """Put on every version of a page what it changed, and everything else that the page says of it."""
        versions = list(historical_records)
        self._describe([*versions, *self._before(request, versions)], shown=len(versions))

    def value_labels(self, versions: Sequence) -> Labels:
        """Return what bare values of these versions mean, by field: for a place in a path, the step's name."""
        return {}

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: dict | None = None
    ) -> HttpResponse:
        """Show the record as it was in one version."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        history, key = self.model.history, self._key(object_id)
        rows = self.get_history_queryset(request, history, self.opts.pk.attname, key)
        version_key = key_or_none(history.model, version_id)
        version = None if version_key is None else rows.filter(pk=version_key).first()
        if version is None:
            raise Http404
        if not self.has_view_history_or_change_history_permission(request, version.instance):
            raise PermissionDenied
        labels = self._describe([version, *self._before(request, [version])], shown=1)
        context = self.admin_site.each_context(request) | {
            "title": f"{self.opts.verbose_name.capitalize()} as it was",
            "subtitle": str(version.instance),
            "opts": self.opts,
            "version": version,
            "fields": _values(version, labels),
            "change_url": page_url(self.model, "change", key),
            "history_url": page_url(self.model, "history", key),
        }
        return TemplateResponse(request, "admin/version.html", context | (extra_context or {}))

    def _key(self, object_id: str) -> str:
        key = self.key_of(unquote(object_id))
        if key is None:
            raise Http404
        return str(key)

    def _before(self, request: HttpRequest, versions: Sequence) -> list:
        """Return the version before the oldest of these, if there is one: what they are compared with."""
        if not versions:
            return []
        oldest = versions[-1]
        name = self.opts.pk.attname
        rows = self.get_history_queryset(request, self.model.history, name, getattr(oldest, name))
        return list(rows.filter(history_id__lt=oldest.history_id)[:1])

    def _describe(self, versions: Sequence, shown: int) -> Labels:
        """Put on the first ``shown`` versions what a page says of them; the next one is what it is compared with."""
        people = names_of(version.history_user_id for version in versions)
        labels = self.value_labels(versions)
        for index, version in enumerate(versions[:shown]):
            before = versions[index + 1] if index + 1 < len(versions) else None
            entry = version.audit_entry
            version.kind = KINDS[version.history_type]
            version.who = person(version.history_user_id, people.get(version.history_user_id)) or "nobody named"
            version.cause = record_link(AuditEntry, entry.pk, entry.get_action_display()) if entry else ""
            version.changes = _changes(before, version, labels) if before else []
            version.values = [] if before else _values(version, labels)
            version.url = page_url(
                self.model, "simple_history", getattr(version, self.opts.pk.attname), version.history_id
            )
        return labels


def _changes(before, after, labels: Labels) -> list[dict[str, object]]:
    return [
        {
            "field": capfirst(field.verbose_name),
            "before": _shown(before, field, labels),
            "after": _shown(after, field, labels),
        }
        for field in after.tracked_fields
        if field.name not in NOISE and getattr(before, field.attname) != getattr(after, field.attname)
    ]


def _values(version, labels: Labels) -> list[dict[str, object]]:
    """Return every field of a version that holds something."""
    return [
        {"field": capfirst(field.verbose_name), "value": _shown(version, field, labels)}
        for field in version.tracked_fields
        if getattr(version, field.attname) not in (None, "")
    ]


def _shown(version, field: models.Field, labels: Labels) -> object:
    value = getattr(version, field.attname)
    if value is None or value == "":
        return "–"
    if field.name in labels:
        return labels[field.name].get(value, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(field, models.ForeignKey):
        try:
            return str(getattr(version, field.name))
        except ObjectDoesNotExist:  # a step that was taken off its path before any part was made
            return value
    return display_for_field(value, field, "–")
