"""Rows of products, known by their GTIN: new ones are taken up, those that are there are changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from django.db.models import QuerySet

from certificates.exchange import cells
from certificates.exchange.columns import Change, Column, Given, Problem, changes_of, judged, number_of, shown
from certificates.exchange.outcomes import Outcome, State
from certificates.gtin import GTIN_LENGTH
from certificates.models import Product
from certificates.services import products
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor

GTIN = Column(
    *("gtin", "GTIN", attrgetter("gtin"), "09521234101031", "8, 12, 13 or 14 digits."),
    read=cells.gtin,
    required=True,
    stand_in="0" * GTIN_LENGTH,
)
COLUMNS = (
    GTIN,
    Column("name", "Name", attrgetter("name"), "Valve body VB-8814-2", "What it is sold as.", stand_in="?"),
    Column("description", "Description", attrgetter("description"), "Body of a needle valve."),
)


class ProductRows:
    """Judges and writes the rows of a file of products."""

    def __init__(self, givens: Sequence[Given], columns: Iterable[Column], may: Callable[[Right], bool]):
        numbers = {number_of(given) for given in givens} - {None}
        locked = Product.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
        self._stored = {product.pk: product for product in locked}
        self._rows: dict[str, int] = {}
        self._new: list[Product] = []
        self._changed: list[tuple[Product, Mapping[str, object]]] = []

    def judge(self, given: Given) -> Outcome:
        """Return what becomes of the row."""
        number = number_of(given)
        stored = self._stored.get(number)
        title = " · ".join(
            filter(None, (number or given.text("gtin"), given.text("name") or getattr(stored, "name", "")))
        )
        if number in self._rows:
            given.problems["gtin"] = Problem(f"Row {self._rows[number]} has this product already.", GTIN.heading)
        if number:
            self._rows.setdefault(number, given.number)
        if stored:
            changes = judged(given, COLUMNS, lambda fields: products.changes(stored, _without_number(fields)))
            if not changes:
                return Outcome.of(given, State.REFUSED if given.problems else State.SAME, title)
            self._changed.append((stored, changes))
            return Outcome.of(given, State.CHANGED, title, changes_of(stored, changes, COLUMNS))
        product = judged(given, COLUMNS, products.prepared)
        if product is None:
            return Outcome.of(given, State.REFUSED, title)
        self._new.append(product)
        facts = [Change("Description", "", shown(product.description))] if product.description else []
        return Outcome.of(given, State.NEW, title, facts)

    def write(self, actor: Actor, reason: str) -> None:
        """Take up the new ones and change the others."""
        products.write_all(self._new, self._changed, actor, reason)


def in_order(rows: QuerySet[Product]) -> QuerySet[Product]:
    """Return products as a file has them: by number."""
    return rows.order_by("gtin")


def _without_number(fields: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in fields.items() if name != GTIN.field}
