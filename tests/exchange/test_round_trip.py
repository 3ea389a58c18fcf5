"""What goes out comes in again: into the same shop it changes nothing, into an empty one it makes the same."""

import io
from datetime import date

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.countries import CODES
from certificates.exchange import exporting, imports
from certificates.exchange.kinds import KINDS
from certificates.exchange.outcomes import State
from certificates.models import Certificate, Certification, CertificationAssignment, ImportKind, Product
from certificates.services import assignments, catalogue, certificates, products
from shopplanr.refusals import Refusal
from tests.exchange.files import QC, everything_allowed, rehearsed, taken
from tests.factories import CertificateFactory, ProductFactory, gtin_of

pytestmark = pytest.mark.django_db

TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0") | st.sampled_from("'=+-@\t\r\n,;\"_x"),
    max_size=12,
)
NAME = TEXT.map(str.strip).filter(bool)
DAY = st.none() | st.dates(date(1850, 1, 1), date(2200, 1, 1)).map(str)
JSON = st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | TEXT, lambda each: st.lists(each, max_size=2))

CERTIFICATES = st.fixed_dictionaries(
    {"type": st.sampled_from(["material", "process"]), "name": NAME},
    optional={
        "number": TEXT,
        "issuer": TEXT,
        "heatLot": TEXT,
        "en10204Type": st.sampled_from(["", "2.1", "2.2", "3.1", "3.2"]),
        "issueDate": DAY,
        "validFrom": DAY,
        "metadata": st.dictionaries(TEXT, JSON, max_size=2),
    },
)
FACTS = st.fixed_dictionaries(
    {},
    optional={
        "certificate_number": TEXT,
        "valid_from": DAY,
        "audit_date": DAY,
        "scope": TEXT,
        "verification_status": st.sampled_from(["unverified", "verified", "expired"]),
        "verification_url": st.just("https://example.com/a?b=c,d;e"),
        "certificate_countries": st.lists(st.sampled_from(sorted(CODES)), unique=True, max_size=3),
        "metadata": st.dictionaries(NAME, NAME, max_size=2),
    },
)


def csv_file(kind: str) -> bytes:
    """Return everything of a kind as CSV."""
    return "".join(exporting.as_csv(KINDS[kind], KINDS[kind].model.objects.all())).encode()


def workbook(kind: str) -> bytes:
    """Return everything of a kind as a workbook."""
    file = io.BytesIO()
    exporting.write_workbook(KINDS[kind], KINDS[kind].model.objects.all(), file)
    return file.getvalue()


def contents(kind: str) -> list[list[object]]:
    """Return what a file of everything has in its rows."""
    return list(KINDS[kind].cells(KINDS[kind].model.objects.all()))


def empty_the_shop() -> None:
    """Make it another shop, which knows nothing of these records."""
    for model in (CertificationAssignment, Certification, Product):
        model.objects.all().delete()


def all_the_same(kind: str, content: bytes) -> bool:
    report = rehearsed(kind, content)
    return {outcome.state for outcome in report.outcomes} == {State.SAME}


@settings(max_examples=settings.default.max_examples // 4)  # each makes three files, and imports them
@given(st.lists(st.tuples(NAME, TEXT), min_size=1, max_size=3), st.data())
def test_products_certifications_and_what_joins_them_come_back_in_another_shop(named, data):
    with transaction.atomic():
        for place, (name, description) in enumerate(named):
            product = products.create({"gtin": gtin_of(place), "name": name, "description": description}, QC)
            fields = {"label": f"{name} {place}", "description": description, "url": "http://x.example"}
            certification = catalogue.create(fields, QC)
            facts = data.draw(FACTS)
            assignments.assign(product.pk, facts | {"certification_id": certification.short_id}, QC)
        kinds = ("products", "certifications", "assignments")
        before = [contents(kind) for kind in kinds]
        files = [(kind, csv_file(kind)) for kind in kinds]
        assert all(all_the_same(kind, content) for kind, content in files)

        empty_the_shop()
        for kind, content in files:
            imports.carry_out(taken(kind, content).pk, QC, everything_allowed)

        assert [contents(kind) for kind in kinds] == before
        transaction.set_rollback(True)


@given(st.lists(CERTIFICATES, min_size=1, max_size=3))
def test_certificates_come_back_as_they_were(recorded):
    with transaction.atomic():
        for fields in recorded:
            try:
                certificates.create(fields, QC)
            except Refusal:  # metadata that cannot be kept is kept nowhere
                transaction.set_rollback(True)
                return
        assert all_the_same("certificates", csv_file("certificates"))
        transaction.set_rollback(True)


AWKWARD = (
    "=1+1",
    "'=x",
    "''-x",
    "+49 30",
    "@here",
    "a\r\nb\nc",
    "  x  y",
    "_x000D_",
    "日本 😀",
    "3-1",
    "007",
    "1E5",
    'a"b',
)


def test_awkward_texts_come_back_from_a_workbook_and_from_csv():
    for place, text in enumerate(AWKWARD):
        ProductFactory(gtin=gtin_of(place), name=text, description=text * 2)
        CertificateFactory(name=text, number=text, issueDate="1850-01-01", validTo="2024-02-29", metadata={text: text})
    for kind in (ImportKind.PRODUCTS, ImportKind.CERTIFICATES):
        assert all_the_same(kind, workbook(kind))
        assert all_the_same(kind, csv_file(kind))


def test_a_workbook_makes_the_same_in_another_shop():
    for place, text in enumerate(AWKWARD):
        ProductFactory(gtin=gtin_of(place), name=text, description=text)
    before, file = contents("products"), workbook("products")
    empty_the_shop()

    imports.carry_out(taken("products", file).pk, QC, everything_allowed)

    assert contents("products") == before


def test_certifications_that_share_their_label_are_told_apart_by_their_id():
    for place in range(2):
        ProductFactory(gtin=gtin_of(place))
        certification = catalogue.create({"label": "ISO"}, QC)
        assignments.assign(gtin_of(place), {"certification_id": certification.short_id}, QC)

    assert all_the_same("assignments", csv_file("assignments"))


def test_what_excel_cannot_keep_is_refused_and_not_cut_off():
    CertificateFactory(metadata={"a": "x" * exporting.CELL_MAX_LENGTH})

    with pytest.raises(exporting.TooMuchForExcel, match="at most 32,767 characters; export it as CSV"):
        workbook("certificates")
    assert len(csv_file("certificates")) > exporting.CELL_MAX_LENGTH


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_example_of_a_template_can_be_imported(kind):
    for fields in ({"label": "ISO 9001"},) if kind == ImportKind.ASSIGNMENTS else ():
        catalogue.create(fields, QC)
    file = io.BytesIO()
    exporting.write_template(KINDS[kind], file)
    for content in ("".join(exporting.template_csv(KINDS[kind])).encode(), file.getvalue()):
        (outcome,) = rehearsed(kind, content).outcomes
        assert (outcome.state, outcome.problems) == (State.NEW, [])


def test_a_certificate_is_not_lost_among_those_of_the_same_name():
    for number in range(3):
        CertificateFactory(name="Bar", number=f"A-{number}")

    assert all_the_same("certificates", csv_file("certificates"))
    assert Certificate.objects.count() == 3
