"""Kinds of records that go in and out by file: their columns, the right to import them, and what judges their rows."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from certificates.exchange import assignment_rows, certificate_rows, certification_rows, product_rows
from certificates.exchange.columns import Column
from certificates.models import Certificate, Certification, CertificationAssignment, ImportKind, Product
from shopplanr.accounts.roles import Right

CHUNK_ROWS = 2000


def _as_they_are(rows: QuerySet) -> Iterator[Model]:
    return rows.iterator(chunk_size=CHUNK_ROWS)


def _with_words(rows: QuerySet) -> Iterator[Model]:
    """Give each assignment the words by which a file names its certification; one query more for all of them."""
    catalogue = certification_rows.Catalogue()
    for assignment in rows.iterator(chunk_size=CHUNK_ROWS):
        assignment.certification_words = catalogue.words_for(assignment.certification)
        yield assignment


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of record that goes in and out by file."""

    kind: ImportKind
    model: type[Model]
    nouns: tuple[str, str]
    right: Right
    columns: Sequence[Column]
    judge: type
    in_order: Callable[[QuerySet], QuerySet]
    records: Callable[[QuerySet], Iterator[Model]] = _as_they_are

    def count(self, number: int) -> str:
        """Return ``1 product`` or ``2 products``."""
        return f"{number:,} {self.nouns[number != 1]}"

    def cells(self, rows: QuerySet) -> Iterator[list[object]]:
        """Return what a file has in its rows."""
        for record in self.records(self.in_order(rows)):
            yield [column.of(record) for column in self.columns]


KINDS = {
    each.kind: each
    for each in (
        Kind(
            ImportKind.CERTIFICATES,
            Certificate,
            ("certificate", "certificates"),
            Right.CERTIFY,
            certificate_rows.COLUMNS,
            certificate_rows.CertificateRows,
            certificate_rows.in_order,
        ),
        Kind(
            ImportKind.PRODUCTS,
            Product,
            ("product", "products"),
            Right.KEEP_CATALOGUE,
            product_rows.COLUMNS,
            product_rows.ProductRows,
            product_rows.in_order,
        ),
        Kind(
            ImportKind.CERTIFICATIONS,
            Certification,
            ("certification", "certifications"),
            Right.KEEP_CATALOGUE,
            certification_rows.COLUMNS,
            certification_rows.CertificationRows,
            certification_rows.in_order,
        ),
        Kind(
            ImportKind.ASSIGNMENTS,
            CertificationAssignment,
            ("product certification", "product certifications"),
            Right.CERTIFY_PRODUCTS,
            assignment_rows.COLUMNS,
            assignment_rows.AssignmentRows,
            assignment_rows.in_order,
            _with_words,
        ),
    )
}
