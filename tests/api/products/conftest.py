"""A product, a certification, and the addresses under which they are found."""

import pytest

from tests.factories import AssignmentFactory, CertificationFactory, ProductFactory


@pytest.fixture
def product(db):
    return ProductFactory(gtin="4006381333931", name="Highlighter")


@pytest.fixture
def certification(db):
    return CertificationFactory(
        label="USDA Organic",
        code="USDA_ORGANIC",
        description="Grown without synthetic fertiliser.",
        url="https://www.ams.usda.gov/organic",
    )


@pytest.fixture
def assignment(product, certification):
    return AssignmentFactory(product=product, certification=certification)


@pytest.fixture
def list_url(product):
    """Where the certifications of the product are."""
    return f"/api/products/{product.gtin}/certifications"


@pytest.fixture
def url(list_url, assignment):
    """Where the one that it has is."""
    return f"{list_url}/{assignment.certification.short_id}"
