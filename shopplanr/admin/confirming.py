"""Actions on a selection: show what will happen, ask, then do it to all of the selection or to none of it.

A page asks first, from the list for many records and from a record's own page for one. It carries the selection along
in one field, together with the state in which each record was seen where the action depends on it. A refusal comes back
on the same page: the sentence above and next to the record that it is about, and everything that was typed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from shopplanr.accounts.actors import actor_for
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.actor import Actor
from shopplanr.admin.links import page_url
from shopplanr.refusals import Refusal
from shopplanr.watch import exchange

SHOWN_AT_MOST = 100
"""Records of a selection that the page lists; it says how many more there are."""


class RefusedAt(Refusal):
    """A service refused one record of a selection."""

    def __init__(self, row: Model, refusal: Refusal):
        super().__init__(f"{row}: {refusal.message}", code=refusal.code, errors=refusal.errors)
        self.row, self.sentence = row, refusal.message


class ConfirmedAction:
    """One thing that can be done to a selection. A subclass names it and calls the service."""

    name: str
    """In the address, and in the list's menu."""
    label: str
    """In the menu and on a record's page: ``Scrap``."""
    explanation: str = ""
    """What it means, for somebody who does it once a year."""
    done: str
    """What happened, said of how many: ``Scrapped``."""
    right: Right
    nouns: tuple[str, str] = ("part", "parts")
    form_class: type[forms.Form] = forms.Form
    final = False
    """Whether it cannot be taken back."""
    level = messages.SUCCESS
    """How what is said at the end stands out."""
    removes = False
    """Whether the records are gone afterwards, and with them the pages that would be returned to."""
    most = 500
    """Records in one go: each is a call of the service, and all of them are one transaction."""

    def form(self, rows: Sequence[Model], data: Mapping | None = None, initial: Mapping | None = None) -> forms.Form:
        """Return what has to be filled in."""
        return self.form_class(data, initial=initial)

    def concerns(self, row: Model) -> bool:
        """Tell whether to offer the action on this record's own page. The service has the last word."""
        return True

    def meaning(self, actor: Actor, who: str) -> str:
        """Return what it means when this one does it, whose name is ``who``."""
        return self.explanation

    def obstacle(self, rows: Sequence[Model]) -> str:
        """Return why the selection as such cannot be taken, ``""`` where it can."""
        return ""

    def effects(self, rows: Sequence[Model]) -> Mapping[Any, object]:
        """Return what will happen, by primary key, where that can be told beforehand."""
        return {}

    def carry_out(self, rows: Sequence[Model], values: Mapping[str, Any], actor: Actor) -> None:
        """Do it to every record in the selection's order, so that two people cannot wait for each other."""
        for row in rows:
            try:
                self.carry_out_one(row, values, actor)
            except Refusal as refusal:
                raise RefusedAt(row, refusal) from refusal

    def carry_out_one(self, row: Model, values: Mapping[str, Any], actor: Actor) -> None:
        """Do it to one record: call the service."""
        raise NotImplementedError

    def outcome(self, rows: Sequence[Model]) -> str:
        """Return what is said when it is done; HTML where it is marked as safe."""
        return f"{self.done}: {_named(rows, self)}."

    def count(self, number: int) -> str:
        """Return ``1 part`` or ``2 parts``."""
        return f"{number:,} {self.nouns[number != 1]}"


class ConfirmedActionsMixin:
    """Gives a kind of record its confirmed actions; goes before ``RecordAdmin``."""

    confirmed_actions: Sequence[ConfirmedAction] = ()
    selection_headings: Sequence[str] = ()
    selection_order: Sequence[str] = ("pk",)
    """In which order a selection is shown and carried out: by part, lowest number first, as the services lock them."""

    def selection_cells(self, row: Model) -> Sequence[object]:
        """Return how a selected record is shown, one cell per heading."""
        raise NotImplementedError

    def seen(self, row: Model) -> str:
        """Return the state that an action relies on; it comes back as ``row.seen`` when the action is carried out."""
        return ""

    def get_urls(self):
        """Add the page that asks."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        return [path("act/<slug:name>/", self.admin_site.admin_view(self.act_view), name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict:
        """Offer in the list's menu what the user may do."""
        actions = super().get_actions(request)
        if IS_POPUP_VAR not in request.GET:
            for action in self.permitted(request):
                actions[action.name] = (_starter(action), action.name, f"{action.label}…")
        return actions

    def permitted(self, request: HttpRequest) -> list[ConfirmedAction]:
        """Return the actions that the user may do."""
        return [action for action in self.confirmed_actions if self.may(request, action)]

    def may(self, request: HttpRequest, action: ConfirmedAction) -> bool:
        """Tell whether the user has the right to an action."""
        return request.user.has_perm(action.right)

    def right_to(self, action: ConfirmedAction, row: Model) -> Right:
        """Return the right that the action takes for this record."""
        return action.right

    def _lacking(self, request: HttpRequest, action: ConfirmedAction, rows: Sequence[Model]) -> Right | None:
        """Return a right that the user would need for one of these records, None where there is none."""
        rights = dict.fromkeys(self.right_to(action, row) for row in rows)
        return next((right for right in rights if not request.user.has_perm(right)), None)

    def tools(self, request: HttpRequest, record: Model) -> list[tuple[str, str]]:
        """Offer on a record's page what the user may do with it."""
        return [
            (self.act_url(action, record.pk), f"{action.label}…")
            for action in self.permitted(request)
            if action.concerns(record) and self._lacking(request, action, [record]) is None
        ]

    def act_url(self, action: ConfirmedAction, key: object, **initial: str) -> str:
        """Return the address that asks about one record, with ``initial`` values in its form."""
        return f"{page_url(self.model, 'act', action.name)}?{urlencode({'selected': key} | initial)}"

    def start(self, request: HttpRequest, action: ConfirmedAction, queryset) -> HttpResponse | None:
        """Ask about a selection that was made in the list."""
        rows = list(queryset.order_by(*self.selection_order)[: action.most + 1])
        back = request.get_full_path()
        if len(rows) > action.most:
            self.message_user(
                request, f"{action.label}: select at most {action.count(action.most)} at a time.", messages.ERROR
            )
            return None
        if right := self._lacking(request, action, rows):
            return self._turn_away(request, action, right)
        return self._ask(request, action, rows, back)

    def act_view(self, request: HttpRequest, name: str) -> HttpResponse:
        """Ask, or carry out what was confirmed."""
        action = next((action for action in self.confirmed_actions if action.name == name), None)
        if action is None:
            raise Http404
        if not self.may(request, action):
            return self._turn_away(request, action, action.right)
        given = request.POST if request.method == "POST" else request.GET
        back = _own_page(given.get("back", ""))
        rows = self._rows(request, given.get("selected", ""), action.most)
        if rows is None:
            self.message_user(request, f"{action.label}: that selection cannot be read; choose again.", messages.ERROR)
            return HttpResponseRedirect(page_url(self.model, "changelist"))
        if right := self._lacking(request, action, rows):
            return self._turn_away(request, action, right)
        if request.method != "POST":
            if not (back or action.removes):
                back = page_url(self.model, "change", rows[0].pk)
            return self._ask(request, action, rows, back, initial=request.GET)

        form, refusal = action.form(rows, request.POST), None
        if form.is_valid():
            try:
                with transaction.atomic():
                    action.carry_out(rows, form.cleaned_data, actor_for(request, None))
            except Refusal as refused:
                refusal = refused
                exchange.refused(refusal.code)
            else:
                self.message_user(request, action.outcome(rows), action.level)
                return HttpResponseRedirect(back or page_url(self.model, "changelist"))
        return self._ask(request, action, rows, back, form=form, refusal=refusal)

    def _rows(self, request: HttpRequest, selected: str, most: int) -> list[Model] | None:
        """Return the records of a selection in order; None where it names none, too many, or a stranger."""
        seen = {}
        for token in selected.split():
            text, _, state = token.partition("@")
            seen[self.key_of(text)] = state
        if not seen or None in seen or len(seen) > most:
            return None
        rows = list(self.get_queryset(request).filter(pk__in=list(seen)).order_by(*self.selection_order))
        for row in rows:
            row.seen = seen[row.pk]
        return rows if len(rows) == len(seen) else None

    def _ask(
        self,
        request: HttpRequest,
        action: ConfirmedAction,
        rows: Sequence[Model],
        back: str,
        *,
        form: forms.Form | None = None,
        refusal: Refusal | None = None,
        initial: QueryDict | None = None,
    ) -> HttpResponse:
        if form is None and (obstacle := action.obstacle(rows)):
            self.message_user(request, obstacle, messages.ERROR)
            return HttpResponseRedirect(back or page_url(self.model, "changelist"))
        form = form or action.form(rows, initial=initial.dict() if initial else None)
        refused_row = refusal.row.pk if isinstance(refusal, RefusedAt) else None
        shown = _shown(rows, refused_row)
        effects = {} if refusal else action.effects(shown)
        context = self.admin_site.each_context(request) | {
            "title": f"{action.label}: {action.count(len(rows))}",
            "opts": self.opts,
            "action": action,
            "meaning": action.meaning(actor_for(request, None), request.user.name),
            "form": form,
            "media": self.media + form.media,
            "refusal": refusal,
            "selected": " ".join(f"{row.pk}@{getattr(row, 'seen', '') or self.seen(row)}" for row in rows),
            "back": back,
            "act_url": page_url(self.model, "act", action.name),
            "headings": [*self.selection_headings, *(["What happens"] if effects else [])],
            "rows": [
                {
                    "cells": [*self.selection_cells(row), *([effects.get(row.pk, "")] if effects else [])],
                    "refusal": refusal.sentence if row.pk == refused_row else "",
                }
                for row in shown
            ],
            "more": action.count(len(rows) - len(shown)) if len(rows) > len(shown) else "",
            "button": f"{action.label}: {action.count(len(rows))}",
        }
        return TemplateResponse(request, "admin/confirm.html", context)

    def _turn_away(self, request: HttpRequest, action: ConfirmedAction, right: Right) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": action.label,
            "opts": self.opts,
            "sentence": refusal_sentence(right),
        }
        return TemplateResponse(request, "admin/turned_away.html", context, status=403)


def _starter(action: ConfirmedAction):
    def start(model_admin: admin.ModelAdmin, request: HttpRequest, queryset) -> HttpResponse | None:
        return model_admin.start(request, action, queryset)

    return start


def _shown(rows: Sequence[Model], refused: object) -> list[Model]:
    """Return the first records of a selection, and the one that was refused before them wherever it stands."""
    first = [row for row in rows if row.pk == refused]
    return [*first, *(row for row in rows[:SHOWN_AT_MOST] if row.pk != refused)]


def _named(rows: Sequence[Model], action: ConfirmedAction) -> str:
    return str(rows[0]) if len(rows) == 1 else action.count(len(rows))


def _own_page(address: str) -> str:
    """Return the address where to go afterwards, ``""`` unless it is a page of this site."""
    return address if url_has_allowed_host_and_scheme(address, allowed_hosts=None) else ""
