"""``/api/products/{gtin}/certifications``: which certifications a product holds, as of today or of another day."""

from dataclasses import replace
from datetime import date

import orjson
from django.db.models import Value
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django_filters import FilterSet, filters
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from certificates import expressions
from certificates.api import jsonld
from certificates.api.product_shapes import (
    OnDay,
    ProductCertificationBody,
    ProductCertificationChangeBody,
    ProductCertificationShape,
)
from certificates.models import CertificationAssignment, VerificationStatus
from certificates.services import assignments, products
from shopplanr import clock
from shopplanr.accounts.actors import actor_for
from shopplanr.api.filters import DayFilter, TrueFalseFilter
from shopplanr.api.listing import Listing, refuse_filters
from shopplanr.api.parsing import body
from shopplanr.api.schema import DAY, documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.refusals import Invalid
from shopplanr.values import calendar_date
from shopplanr.versions import version_of

AS_OF = OpenApiParameter("as_of", DAY, description="The day on which is_active is judged; today unless given.")


def asked_day(request: Request) -> date:
    """Return the day that ``as_of`` names, else today in the site's time zone. Raises ``as_of must be a date …``."""
    given = request.query_params.get("as_of")
    if given is not None and not given.strip():  # a variable that was never set must not mean today
        raise Invalid.field("as_of", "as_of must not be empty", code="empty_filter")
    return calendar_date(given, "as_of") or clock.today()


class AssignmentFilters(FilterSet):
    """Certifications of one product."""

    verification_status = filters.ChoiceFilter(
        choices=VerificationStatus.choices, label="Whether somebody verified it."
    )
    is_active = TrueFalseFilter(method="covering", label="Whether the day lies within its dates.")
    as_of = DayFilter(method="as_they_are", label=AS_OF.description)
    format = filters.ChoiceFilter(
        method="as_they_are",
        choices=[("json", "JSON"), ("jsonld", "JSON-LD")],
        label="json unless given; jsonld for the words of the GS1 Web Vocabulary.",
    )

    class Meta:
        model = CertificationAssignment
        fields: list[str] = []

    def covering(self, rows, name, value):
        """Judge by the day that the request asks for."""
        day = asked_day(self.request)
        return rows.filter(expressions.covering(day) if value == "true" else expressions.not_covering(day))

    def as_they_are(self, rows, name, value):
        """Leave nothing out: these say how the rows are judged and written."""
        return rows


class AssignmentViewSet(ApiViewSet):
    """Certifications of products."""

    versioned = frozenset({"assign", "certification", "change_certification", "unassign"})
    listings = {
        "certifications": Listing(
            filterset=AssignmentFilters,
            orderings={"label": "certification__label", "expiry_date": "last_day"},
            default=("certification__label",),
            writer=lambda rows, first, complete: None,  # replaced for each request: it depends on the day
        )
    }

    @documented(
        "List a product's certifications",
        answer=ProductCertificationShape,
        many=True,
        also={jsonld.MEDIA_TYPE: jsonld.SCHEMA},
    )
    def certifications(self, request, gtin):
        """By label. Ordered by expiry_date, those that never expire are the last."""
        product, day = products.find(gtin), asked_day(request)
        rows = product.assignments.select_related("certification").annotate(
            last_day=Coalesce("expiry_date", "expiration_date", Value(date.max))
        )
        listing = replace(self.listings["certifications"], writer=lambda *_: lambda chunk: _on_day(chunk, day))
        if request.query_params.get("format") != "jsonld":
            return listing.answer(request, rows)
        rows, headers = listing.select(request, rows)
        document = jsonld.document(product, [OnDay(row, day) for row in rows])
        return HttpResponse(orjson.dumps(document), content_type=jsonld.MEDIA_TYPE, headers=headers)

    @documented(
        "Give a product a certification", body=ProductCertificationBody, answer=ProductCertificationShape, code=201
    )
    def assign(self, request, gtin):
        """Once: the facts of one that it has are changed."""
        assignment = assignments.assign(gtin, body(request), actor_for(request, None, anonymous=True))
        return self.created(_shown(assignment, clock.today()), version_of(assignment))

    @documented("Get a product's certification", answer=ProductCertificationShape, parameters=[AS_OF])
    def certification(self, request, gtin, certification_id):
        """With the facts of the certificate."""
        assignment = assignments.find(gtin, certification_id)
        refuse_filters(request, except_for=(AS_OF.name,))  # a slip in the name would be answered with today
        return self.shown_as(version_of(assignment), _shown(assignment, asked_day(request)))

    @documented(
        "Change a product's certification", body=ProductCertificationChangeBody, answer=ProductCertificationShape
    )
    def change_certification(self, request, gtin, certification_id):
        """What is left out stays; metadata merges."""
        actor = actor_for(request, None, anonymous=True)
        assignment = assignments.update(gtin, certification_id, body(request), actor, expected=self.expected(request))
        return self.shown_as(version_of(assignment), _shown(assignment, clock.today()))

    @documented("Withdraw a certification from a product", answer=None, code=204)
    def unassign(self, request, gtin, certification_id):
        """The row history and the audit trail keep it."""
        actor = actor_for(request, None, anonymous=True)
        assignments.unassign(gtin, certification_id, actor, expected=self.expected(request))
        return Response(status=204)


def _shown(assignment: CertificationAssignment, day: date) -> dict[str, object]:
    return ProductCertificationShape.of(OnDay(assignment, day))


def _on_day(rows, day: date) -> list[dict[str, object]]:
    return [_shown(row, day) for row in rows]
