"""``/api/products`` and ``/api/certifications``: what is sold, and what it can be certified for."""

from django.db.models import Q
from django_filters import FilterSet, filters

from certificates.api.product_shapes import (
    CertificationBody,
    CertificationChangeBody,
    CertificationShape,
    ProductBody,
    ProductChangeBody,
    ProductShape,
)
from certificates.gtin import normalized
from certificates.models import Certification, Product
from certificates.services import catalogue, products
from shopplanr.accounts.actors import actor_for
from shopplanr.api.listing import Listing, shaped
from shopplanr.api.parsing import body
from shopplanr.api.schema import documented
from shopplanr.api.viewsets import ApiViewSet
from shopplanr.versions import version_of


class ProductFilters(FilterSet):
    """Products."""

    search = filters.CharFilter(method="find", label="Words in the name or the description, or digits of the GTIN.")
    gtin = filters.CharFilter(method="numbered", label="The product of this GTIN, in any of its forms.")
    name = filters.CharFilter(lookup_expr="icontains", label="Part of the name.")

    class Meta:
        model = Product
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look in what people know a product by."""
        return rows.filter(Q(name__icontains=value) | Q(description__icontains=value) | Q(gtin__contains=value))

    def numbered(self, rows, name, value):
        """Take the number in any of its forms."""
        return rows.filter(gtin=normalized(value, name))


class ProductViewSet(ApiViewSet):
    """Products."""

    versioned = frozenset({"create", "retrieve", "partial_update"})
    listings = {
        "list": Listing(
            filterset=ProductFilters,
            orderings={"gtin": "gtin", "name": "name"},
            default=("gtin",),
            writer=shaped(ProductShape),
        )
    }

    @documented("List products", answer=ProductShape, many=True)
    def list(self, request):
        """By number."""
        return self.listings["list"].answer(request, Product.objects.all())

    @documented("Take up a product", body=ProductBody, answer=ProductShape, code=201)
    def create(self, request):
        """A shorter GTIN is padded with zeros on the left."""
        product = products.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(ProductShape.of(product), version_of(product))

    @documented("Get a product", answer=ProductShape)
    def retrieve(self, request, gtin):
        """By its number, in any of its forms."""
        product = products.find(gtin)
        return self.shown_as(version_of(product), ProductShape.of(product))

    @documented("Change a product", body=ProductChangeBody, answer=ProductShape)
    def partial_update(self, request, gtin):
        """What is left out stays."""
        actor = actor_for(request, None, anonymous=True)
        product = products.update(gtin, body(request), actor, expected=self.expected(request))
        return self.shown_as(version_of(product), ProductShape.of(product))


class CertificationFilters(FilterSet):
    """Certifications."""

    search = filters.CharFilter(method="find", label="Words in the label, the code or the description.")
    label = filters.CharFilter(lookup_expr="icontains", label="Part of the label.")
    code = filters.CharFilter(label="The code, to the letter.")

    class Meta:
        model = Certification
        fields: list[str] = []

    def find(self, rows, name, value):
        """Look in what people know a certification by."""
        return rows.filter(Q(label__icontains=value) | Q(code__icontains=value) | Q(description__icontains=value))


class CertificationViewSet(ApiViewSet):
    """The catalogue of certifications."""

    versioned = frozenset({"create", "retrieve", "partial_update"})
    listings = {
        "list": Listing(
            filterset=CertificationFilters,
            orderings={"label": "label", "code": "code"},
            default=("label",),
            writer=shaped(CertificationShape),
        )
    }

    @documented("List certifications", answer=CertificationShape, many=True)
    def list(self, request):
        """By label."""
        return self.listings["list"].answer(request, Certification.objects.all())

    @documented("Take up a certification", body=CertificationBody, answer=CertificationShape, code=201)
    def create(self, request):
        """From then on it can be assigned to products."""
        certification = catalogue.create(body(request), actor_for(request, None, anonymous=True))
        return self.created(CertificationShape.of(certification), version_of(certification))

    @documented("Get a certification", answer=CertificationShape)
    def retrieve(self, request, id):
        """By its id, in either of its forms."""
        certification = catalogue.find(id)
        return self.shown_as(version_of(certification), CertificationShape.of(certification))

    @documented("Change a certification", body=CertificationChangeBody, answer=CertificationShape)
    def partial_update(self, request, id):
        """What is left out stays. Every product that holds it shows the change."""
        actor = actor_for(request, None, anonymous=True)
        certification = catalogue.update(id, body(request), actor, expected=self.expected(request))
        return self.shown_as(version_of(certification), CertificationShape.of(certification))
