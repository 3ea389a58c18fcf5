"""Filters that know of certificates: of parts by what they carry and lack, of certificates by when they end."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from certificates.held_back import held_back
from certificates.models import CertAttachment
from serials.models import RequirementOverride
from shopplanr import clock

NEAR_DAYS = 30
"""How far ahead, and how far back, "near" is."""


class ByCertificates(admin.SimpleListFilter):
    """Parts by their certificates."""

    title = "certificates"
    parameter_name = "certificates"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer what stands out."""
        return [
            ("blocked", "Blocked without one"),
            ("late", "One came late"),
            ("overridden", "Goes on without one"),
            ("none", "None attached"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Take such parts. Whether a part is blocked is a rule that no engine knows: it is asked first."""
        match self.value():
            case "blocked":
                return queryset.filter(pk__in=[each.part.pk for each in held_back().parts])
            case "late":
                return queryset.filter(pk__in=CertAttachment.objects.filter(late=True).values("serial"))
            case "overridden":
                return queryset.filter(pk__in=RequirementOverride.objects.order_by().values("serial"))
            case "none":
                return queryset.filter(~Exists(CertAttachment.objects.filter(serial=OuterRef("pk"))))
        return queryset


class ByExpiry(admin.SimpleListFilter):
    """When a certificate ends; of those that still count."""

    title = "last day"
    parameter_name = "expires"

    def lookups(self, request: HttpRequest, model_admin):
        """Offer what needs somebody."""
        return [
            ("near", f"Within {NEAR_DAYS} days, or just past"),
            ("soon", f"Within {NEAR_DAYS} days"),
            ("past", "Past"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Judge by the site's day. What was revoked or superseded is nobody's to renew."""
        today, near = clock.today(), timedelta(days=NEAR_DAYS)
        between = {"near": (today - near, today + near), "soon": (today, today + near)}
        standing = queryset.filter(superseded_by=None, revocation=None)
        if self.value() == "past":
            return standing.filter(valid_to__lt=today)
        return standing.filter(valid_to__range=between[self.value()]) if self.value() in between else queryset
