"""Links from one record to another."""

from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString


def page_url(model: type[Model], page: str, *arguments: object) -> str:
    """Return the address of one of a model's pages: ``changelist``, ``change``, ``history``, ``act`` …"""
    opts = model._meta
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_{page}", args=[quote(argument) for argument in arguments])


def list_url(model: type[Model], **parameters: object) -> str:
    """Return the address of a model's list, filtered."""
    return page_url(model, "changelist") + (f"?{urlencode(parameters)}" if parameters else "")


def link(url: str, text: object) -> SafeString:
    """Return a link."""
    return format_html('<a href="{}">{}</a>', url, text)


def record_link(model: type[Model], pk: object, text: object) -> SafeString:
    """Return a link to one record's page."""
    return link(page_url(model, "change", pk), text)
