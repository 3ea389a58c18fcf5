"""The products of the catalogue, by their numbers."""

from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from audit import history
from certificates.gtin import normalized
from certificates.models import NAME_MAX_LENGTH, Product
from certificates.refusals import ProductExists
from certificates.services import changing
from shopplanr.actor import Actor
from shopplanr.lookup import get_or_refuse
from shopplanr.values import changed_name, given_text, only_known, required_text
from shopplanr.versions import ANY, Expected

CHANGEABLE = ("name", "description")
"""Fields of ``PATCH /products/{gtin}``. The number is what a product is known by, so it stays."""


def find(gtin: object) -> Product:
    """Return the product with this number, in whichever of its forms.

    Raises InvalidGtin for what can be no product's number, and ``Product not found`` for one that is nobody's.
    """
    return get_or_refuse(Product.objects.all(), normalized(gtin), "Product")


@transaction.atomic
def create(fields: Mapping[str, object], actor: Actor) -> Product:
    """Take up a product from the fields of ``POST /products``; return it.

    Raises ``Unknown field``, ``gtin is required``, InvalidGtin, ``name is required``, ProductExists.
    """
    product = prepared(fields)
    if Product.objects.filter(pk=product.pk).exists():
        raise ProductExists(product.pk)
    try:
        with transaction.atomic():
            history.attribute(product, actor).save(force_insert=True)
    except IntegrityError:  # somebody else was quicker, by less than it took to look
        if not Product.objects.filter(pk=product.pk).exists():
            raise
        raise ProductExists(product.pk) from None
    return product


@transaction.atomic
def update(gtin: object, fields: Mapping[str, object], actor: Actor, *, expected: Expected = ANY) -> Product:
    """Change a product's name or description, where given; return it. What is as it was leaves no version.

    Raises InvalidGtin, ``Product not found``, ``Stale``, ``Unknown field``, ``name cannot be empty``.
    """
    product = get_or_refuse(Product.objects.select_for_update(no_key=True), normalized(gtin), "Product")
    expected.check(product)
    changing.save(product, changes(product, fields), actor)
    return product


def prepared(fields: Mapping[str, object]) -> Product:
    """Return a product from the fields of ``POST /products``, not written yet.

    Raises ``Unknown field``, ``gtin is required``, InvalidGtin, ``name is required``.
    """
    only_known(fields, ("gtin", *CHANGEABLE))
    product = Product(
        gtin=normalized(required_text(fields.get("gtin"), "gtin")),
        name=required_text(fields.get("name"), "name", NAME_MAX_LENGTH),
        description=given_text(fields.get("description"), "description"),
    )
    product.updated_at = product.created_at
    return product


def changes(product: Product, fields: Mapping[str, object]) -> dict[str, object]:
    """Return what would be different afterwards, by column. Raises ``Unknown field``, ``name cannot be empty``."""
    only_known(fields, CHANGEABLE)
    values = {}
    if "name" in fields:
        values["name"] = changed_name(fields["name"], max_length=NAME_MAX_LENGTH)
    if "description" in fields:
        values["description"] = given_text(fields["description"], "description")
    return changing.differing(product, values)


@transaction.atomic
def write_all(
    new: Sequence[Product],
    changed: Sequence[tuple[Product, Mapping[str, object]]],
    actor: Actor,
    reason: str | None = None,
) -> None:
    """Take up what was ``prepared``, and write the ``changes`` of locked products, in a constant number of statements.

    Raises IntegrityError where somebody else took one of the new ones up meanwhile.
    """
    changing.create_all(new, actor, reason)
    changing.save_all(changed, actor, reason)
