"""``/api/jobs``, with the product that a job makes. Products know jobs, and not the other way round."""

from dataclasses import replace

from django_filters import filters
from drf_spectacular.utils import OpenApiParameter, extend_schema_serializer, extend_schema_view
from rest_framework.response import Response

from certificates import job_coverage
from certificates.api.coverage_shapes import JobCoverageShape
from certificates.gtin import normalized
from certificates.services import products_of_jobs
from serials.api import bodies, shapes
from serials.api.filters import JobFilters
from serials.api.jobs import JobViewSet, job_writer
from shopplanr.api.listing import PAGING, page_number, refuse_filters
from shopplanr.api.schema import WHOLE, documented
from shopplanr.api.shapes import Text
from shopplanr.refusals import Invalid

LISTED = 100
"""Parts of a job's coverage that are listed where the caller does not say how many."""

COVERAGE_PARAMETERS = [
    OpenApiParameter("gapsOnly", bool, description="Only serials that lack something that is asked for now."),
    OpenApiParameter("limit", WHOLE, description=f"At most so many serials; {LISTED} unless it is given."),
    OpenApiParameter("offset", WHOLE, description="Leave out the first so many serials."),
]

GTIN_HELP = "GTIN of the product that the job makes."


@extend_schema_serializer(component_name="Job")
class ProductJobShape(shapes.JobShape):
    """A production order."""

    productGtin = Text(source="product_gtin", required=False, help_text=GTIN_HELP)


@extend_schema_serializer(component_name="JobDetail")
class ProductJobDetailShape(shapes.JobDetailShape, ProductJobShape):
    """A job with its paths and its progress."""


@extend_schema_serializer(component_name="JobBody")
class ProductJobBody(bodies.JobBody):
    """A new job."""

    productGtin = bodies.Remark(help_text=GTIN_HELP)


@extend_schema_serializer(component_name="JobChangeBody")
class ProductJobChangeBody(bodies.JobChangeBody):
    """What of a job can change; what is left out stays."""

    productGtin = bodies.Remark(help_text=f"{GTIN_HELP} null takes it away.")


class ProductJobFilters(JobFilters):
    """Jobs, also by their product."""

    productGtin = filters.CharFilter(method="making", label="Jobs that make the product of this GTIN.")

    def making(self, rows, name, value):
        """Take the number in any of its forms."""
        return rows.filter(product_link__product=normalized(value, name))


@extend_schema_view(
    list=documented("List jobs", answer=ProductJobShape, many=True),
    create=documented("Make a job", body=ProductJobBody, answer=ProductJobShape, code=201),
    retrieve=documented("Get a job with its paths and progress", answer=ProductJobDetailShape),
    update=documented("Change a job", body=ProductJobChangeBody, answer=ProductJobShape),
)
class ProductJobViewSet(JobViewSet):
    """Production orders, and which product each makes."""

    shape = ProductJobShape
    services = products_of_jobs
    listings = {
        "list": replace(
            JobViewSet.listings["list"].filtered_by(ProductJobFilters),
            writer=job_writer(ProductJobShape),
        )
    }

    def rows(self):
        """Return every job with its product."""
        return products_of_jobs.with_product(super().rows())

    # drf-spectacular's decorator of the class knows the usual actions only
    @documented("Put jobs in the order of work", body=bodies.PrioritiesBody, answer=ProductJobShape, many=True)
    def reorder(self, request):
        """The jobs take the places that they have together, in the order given; all others stay where they are."""
        return super().reorder(request)

    @documented(
        "Tell how a job's serials stand to the certificates that its steps ask for",
        answer=JobCoverageShape,
        parameters=COVERAGE_PARAMETERS,
    )
    def coverage(self, request, id):
        """Serials with gaps first. Numbers are of all serials, whichever of them are listed."""
        refuse_filters(request, ("gapsOnly", *PAGING))
        given = request.query_params
        limit, offset = (page_number(given.get(name), name) for name in PAGING)
        gaps_only = given.get("gapsOnly", "false")
        if gaps_only not in ("true", "false"):
            raise Invalid.field("gapsOnly", "gapsOnly must be true or false", code="invalid_filter")
        found = job_coverage.of_job(id).listed(
            offset or 0, LISTED if limit is None else limit, gaps_only=gaps_only == "true"
        )
        return Response(JobCoverageShape.of(found))
