"""Rows of product certifications: which product holds which, and the facts of the certificate.

A row may bring its product along: where the GTIN is nobody's yet and the product has a name there, it is taken up.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from django.db.models import QuerySet

from certificates.assignment_metadata import leading_to
from certificates.exchange import cells
from certificates.exchange.certification_rows import Catalogue
from certificates.exchange.columns import Change, Column, Given, Problem, changes_of, judged, number_of, shown
from certificates.exchange.outcomes import Outcome, State
from certificates.exchange.product_rows import GTIN
from certificates.models import Certification, CertificationAssignment, Product
from certificates.services import assignments, products
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid, NotFound, Refusal

PRODUCT_NAME = Column(
    *("product_name", "Product name", attrgetter("product.name"), "Valve body VB-8814-2"),
    help="The product's own; a new product is taken up by it.",
    also=("Product",),
)
CERTIFICATION = Column(
    *("certification_id", "Certification", attrgetter("certification_words"), "ISO 9001"),
    help="Its label, code or id.",
    required=True,
)


def _fact(field: str, heading: str, example: object = None, help: str = "", **more) -> Column:
    return Column(field, heading, attrgetter(field), example, help, **more)


COLUMNS = (
    Column("gtin", "GTIN", attrgetter("product_id"), GTIN.example, GTIN.help, GTIN.read, required=True),
    PRODUCT_NAME,
    CERTIFICATION,
    _fact("certificate_number", "Certificate number", "QM-2024-118"),
    _fact("issuing_body", "Issuing body", "Northgate Certification"),
    _fact("valid_from", "Valid from", "2024-01-01", "The first day.", read=cells.day),
    _fact("expiration_date", "Valid to", "2026-12-31", "The last day.", read=cells.day, also=("Last day",)),
    _fact("expiry_date", "Expiry of the document", None, "As printed, where it is another day.", read=cells.day),
    _fact("verification_status", "Verification", "verified", "unverified, verified or expired.", read=cells.word),
    _fact("verification_url", "Address to verify it", "https://example.com/118", "http or https.", also=("Verify at",)),
    _fact("scope", "Scope", "Turning and milling", "What is certified."),
    _fact("certification_value", "Level or result", "Grade A", also=("Value",)),
    _fact("audit_date", "Audited on", "2023-11-20", "A day.", read=cells.day),
    _fact("initial_certification_date", "First granted on", "2018-01-01", "A day.", read=cells.day),
    _fact("certificate_countries", "Countries", "US, CA", "Two letters each.", read=cells.words),
    Column(
        *("metadata", "Metadata", lambda assignment: assignment.metadata or None, '{"line": "2"}'),
        help="A JSON object of texts.",
        read=cells.json_object,
    ),
)


class AssignmentRows:
    """Judges and writes the rows of a file of product certifications."""

    def __init__(self, givens: Sequence[Given], columns: Iterable[Column], may: Callable[[Right], bool]):
        self._may_keep_catalogue = may(Right.KEEP_CATALOGUE)
        numbers = {number_of(given) for given in givens} - {None}
        self._products = {product.pk: product for product in Product.objects.filter(pk__in=numbers)}
        self._catalogue = Catalogue(given.text("certification_id") for given in givens)
        locked = CertificationAssignment.objects.select_for_update(of=("self",)).select_related("certification")
        stored = locked.filter(product__in=list(self._products)).order_by("pk")
        self._stored = {(each.product_id, each.certification_id): each for each in stored}
        self._rows: dict[tuple, int] = {}
        self._new_products: list[Product] = []
        self._new: list[tuple[CertificationAssignment, Sequence[str]]] = []
        self._changed: list[tuple[CertificationAssignment, Mapping[str, object]]] = []

    def judge(self, given: Given) -> Outcome:
        """Return what becomes of the row."""
        number, words = number_of(given), given.text("certification_id")
        product, certification = self._product(given, number), self._certification(given, words)
        title = " · ".join(filter(None, (product.name if product else number or given.text("gtin"), words))) or "?"
        pair = (product.pk, certification.pk) if product and certification else None
        if pair in self._rows:
            given.problems.setdefault(
                "", Problem(f"Row {self._rows[pair]} has this product and certification already.")
            )
        elif pair:
            self._rows[pair] = given.number
        if stored := self._stored.get(pair):
            changes = judged(
                given,
                COLUMNS,
                lambda fields: assignments.changes(stored, _facts(fields, stored.metadata), assignments.FACTS),
            )
            if not changes:
                return Outcome.of(given, State.REFUSED if given.problems else State.SAME, title)
            self._changed.append((stored, changes))
            return Outcome.of(given, State.CHANGED, title, changes_of(stored, changes, COLUMNS))
        prepared = judged(
            given,
            COLUMNS,
            lambda fields: assignments.prepared(product or Product(), certification or Certification(), _facts(fields)),
        )
        if prepared is None:
            return Outcome.of(given, State.REFUSED, title)
        if product.pk not in self._products:
            self._products[product.pk] = product
            self._new_products.append(product)
            given.notes.append(f"The product is new: {product.pk} is taken up as {product.name}.")
        self._new.append(prepared)
        facts = [(column.heading, shown(column.of(prepared[0]))) for column in COLUMNS[3:]]
        return Outcome.of(given, State.NEW, title, [Change(heading, "", value) for heading, value in facts if value])

    def write(self, actor: Actor, reason: str) -> None:
        """Take up products that are new, give the new certifications and change the others."""
        products.write_all(self._new_products, [], actor, reason)
        assignments.write_all(self._new, self._changed, actor, reason)

    def _product(self, given: Given, number: str | None) -> Product | None:
        """Return the product that the row names, taken up by it where it is nobody's yet."""
        name = given.text(PRODUCT_NAME.field)
        try:
            if number is None:
                products.prepared({"gtin": given.fields.get("gtin"), "name": "?"})
                return None
            if stored := self._products.get(number):
                if name and name != stored.name:
                    sentence = f"{number} is {stored.name} here. Is the GTIN right?"
                    given.problems[PRODUCT_NAME.field] = Problem(sentence, PRODUCT_NAME.heading)
                return stored
            if not name:
                raise Invalid.field("gtin", NotFound.of("Product", number).message)
            if not self._may_keep_catalogue:
                raise Invalid.field(
                    "gtin", f"{NotFound.of('Product', number)} {refusal_sentence(Right.KEEP_CATALOGUE)}"
                )
            return products.prepared({"gtin": number, "name": name})
        except Refusal as refusal:
            for field, sentences in (refusal.errors or {"": [refusal.message]}).items():
                column = {"gtin": GTIN, "name": PRODUCT_NAME}.get(field)
                given.problems.setdefault(field, Problem(sentences[0], column.heading if column else ""))
            return None

    def _certification(self, given: Given, words: str) -> Certification | None:
        """Return the certification that the words name."""
        found = self._catalogue.named(words)
        if len(found) == 1:
            return found[0]
        if not words:
            sentence = Invalid.required(CERTIFICATION.field).message
        elif found:
            ids = ", ".join(certification.short_id for certification in found)
            sentence = f"{words} is the label or code of {len(found)} certifications. Write the id of one: {ids}."
        else:
            sentence = NotFound.of("Certification", words).message
        given.problems.setdefault(CERTIFICATION.field, Problem(sentence, CERTIFICATION.heading))
        return None


def _facts(fields: Mapping[str, object], stored: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return what the service takes. What a file has in ``metadata`` is all of it, where the service merges."""
    facts = {field: fields[field] for field in assignments.FACTS if field in fields}
    if not facts.get("verification_status", True):  # an empty cell says nothing: there is always one of the three
        del facts["verification_status"]
    wanted = facts.get("metadata")
    if stored and wanted and isinstance(wanted, Mapping):
        del facts["metadata"]
        if merge := leading_to(stored, wanted):
            facts["metadata"] = merge
    return facts


def in_order(rows: QuerySet[CertificationAssignment]) -> QuerySet[CertificationAssignment]:
    """Return product certifications as a file has them, with what is written of them: by product."""
    return rows.select_related("product", "certification").order_by("product", "certification__label", "pk")
