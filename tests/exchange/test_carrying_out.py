"""All rows or none, once, with who, when and why; and nothing at all where something stands in the way."""

from datetime import timedelta

import pytest
from django.db import transaction

from audit.models import Action, AuditEntry
from certificates.exchange import imports
from certificates.exchange.tables import Unreadable
from certificates.models import Certificate, CertificationAssignment, ImportState, Product, RecordImport
from certificates.services import products
from shopplanr import clock
from shopplanr.refusals import NotFound
from tests.exchange.files import QC, everything_allowed, imported, rehearsed, taken
from tests.factories import PLANNER, AssignmentFactory, CertificationFactory, ProductFactory, gtin_of
from tests.lifecycle.tables import snapshot, versions_that_lag_behind
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

PEN, INK = gtin_of(1), gtin_of(2)
ROWS = [["GTIN", "Name"], [PEN, "Pen"], [INK, "Ink"]]


def carry_out(record: RecordImport) -> RecordImport:
    return imports.carry_out(record.pk, QC, everything_allowed)


def test_rows_are_written_with_a_version_each_that_says_who_and_from_which_file():
    ProductFactory(gtin=PEN, name="Pencil")

    record = imported("products", ROWS, name="C:\\stock\\Q4 products.csv")

    assert dict(Product.objects.values_list("gtin", "name")) == {PEN: "Pen", INK: "Ink"}
    for gtin, kind in ((PEN, "~"), (INK, "+")):
        version = Product.history.filter(gtin=gtin).first()
        assert (version.history_type, version.history_user_id) == (kind, "marcus")
        assert version.history_change_reason == "Import of Q4 products.csv"
    assert versions_that_lag_behind() == []
    assert (record.state, record.imported_by, record.new_count, record.changed_count) == ("done", "marcus", 1, 1)
    assert (record.file_name, record.content) == ("Q4 products.csv", None)
    assert Product.objects.get(pk=PEN).updated_at > Product.objects.get(pk=PEN).created_at


def test_certificates_keep_the_order_of_the_file():
    imported("certificates", [["Type", "Name"], *(["material", f"C{number}"] for number in (2, 1, 3))])

    assert list(Certificate.objects.values_list("name", flat=True)) == ["C2", "C1", "C3"]
    assert versions_that_lag_behind() == []


def test_product_certifications_have_an_audit_entry_each_which_their_versions_name():
    held = AssignmentFactory(product=ProductFactory(gtin=PEN), certification=CertificationFactory(label="CE"))

    imported(
        "assignments",
        [["GTIN", "Product name", "Certification", "Scope"], [PEN, "", "CE", "Nibs"], [INK, "Ink", "CE", "All"]],
    )

    given, changed = AuditEntry.objects.order_by("action", "-sequence")[0], AuditEntry.objects.order_by("-action")[0]
    assert (given.action, changed.action) == (Action.CERTIFICATION_ASSIGNED, Action.CERTIFICATION_UPDATED)
    assert given.metadata | {"certificationId": ""} == {
        "gtin": INK,
        "certificationId": "",
        "certification": "CE",
        "changed": ["scope"],
        "reason": "Import of file.csv",
    }
    assert changed.metadata["gtin"] == PEN
    for entry, gtin in ((given, INK), (changed, PEN)):
        assignment = CertificationAssignment.objects.get(product=gtin)
        version = assignment.history.first()
        assert (version.audit_entry, version.history_change_reason) == (entry, "Import of file.csv")
        assert (entry.user_id, version.history_user_id) == ("marcus", "marcus")
    assert CertificationAssignment.objects.get(pk=held.pk).scope == "Nibs"
    assert Product.history.get(gtin=INK).history_change_reason == "Import of file.csv"
    assert versions_that_lag_behind() == []


def test_pressing_twice_imports_once():
    record = taken("products", ROWS)
    carry_out(record)
    before = snapshot()

    again = carry_out(record)

    assert (again.state, again.new_count) == (ImportState.DONE, 2)
    assert snapshot() == before


def test_the_dry_run_leaves_no_trace():
    AssignmentFactory(product=ProductFactory(gtin=PEN), certification=CertificationFactory(label="CE"))
    record = taken("assignments", [["GTIN", "Product name", "Certification"], [INK, "Ink", "CE"]])
    before = snapshot()

    report = imports.rehearse(record, QC, everything_allowed)

    assert report.to_write == 1
    assert snapshot() == before


def test_one_row_that_is_refused_keeps_all_of_them_out():
    record = taken("products", [*ROWS, ["4006381333932", "Wrong"]])
    before = snapshot()

    with pytest.raises(imports.RowsRefused, match="Nothing was imported: 1 row cannot be") as refused:
        carry_out(record)

    assert refused.value.report.refused == 1
    assert snapshot() == before


def test_what_changed_since_the_dry_run_is_judged_anew():
    """Between the two the product got another name, so the row is another product's."""
    CertificationFactory(label="CE")
    rows = [["GTIN", "Product name", "Certification"], [PEN, "Pen", "CE"]]
    record = taken("assignments", rows)
    assert not imports.rehearse(record, QC, everything_allowed).refused
    products.create({"gtin": PEN, "name": "Pencil"}, PLANNER)
    before = snapshot()

    with pytest.raises(imports.RowsRefused) as refused:
        carry_out(record)

    assert refused.value.report.outcomes[0].problems[0].sentence == f"{PEN} is Pencil here. Is the GTIN right?"
    assert snapshot() == before


def test_who_was_quicker_by_less_than_it_took_to_look_is_noticed(monkeypatch):
    record = taken("products", ROWS)
    write = products.write_all

    def write_behind_another(*args):
        products.create({"gtin": INK, "name": "Another's"}, PLANNER)
        write(*args)

    monkeypatch.setattr(products, "write_all", write_behind_another)
    before = snapshot()

    with pytest.raises(imports.WrittenMeanwhile), transaction.atomic():
        carry_out(record)

    assert snapshot() == before


def test_a_file_that_cannot_be_read_is_kept_nowhere():
    with pytest.raises(Unreadable):
        taken("products", [["GTIN", "Colour"], [PEN, "blue"]])

    assert not RecordImport.objects.exists()


def test_a_file_that_nobody_confirms_is_let_go_after_a_day():
    with clock.told(clock.now() - timedelta(hours=25)):
        forgotten = taken("products", ROWS)
        done = imported("products", [["GTIN", "Name"], [gtin_of(3), "Nib"]])
    for act in (carry_out, lambda record: imports.rehearse(record, QC, everything_allowed)):
        with pytest.raises(imports.ImportExpired, match="upload it again"):
            act(forgotten)

    taken("products", ROWS)

    forgotten.refresh_from_db()
    done.refresh_from_db()
    assert (forgotten.state, forgotten.content, done.state) == (ImportState.EXPIRED, None, ImportState.DONE)
    with pytest.raises(imports.ImportExpired):
        carry_out(forgotten)


@pytest.mark.parametrize("key", ["imp_nobody", "", "x" * 500, "a\0b", None, 7])
def test_an_import_that_is_none_is_not_found(key):
    with pytest.raises(NotFound):
        imports.carry_out(key, QC, everything_allowed)


@pytest.mark.parametrize("name", ["", "../..", "a/b/", "\0\n", "x" * 400])
def test_a_file_has_some_name_whatever_it_was_called(name):
    assert 0 < len(taken("products", ROWS, name=name).file_name) <= 255


def rows_of(kind: str, number: int, word: str) -> list[list[str]]:
    headings = {
        "certificates": ["Type", "Name", "Number"],
        "products": ["GTIN", "Name"],
        "certifications": ["Code", "Label"],
        "assignments": ["GTIN", "Certification", "Scope", "Product name"],
    }
    make = {
        "certificates": lambda place: ["material", f"{word}", f"{place}"],
        "products": lambda place: [gtin_of(place), f"{word} {place}"],
        "certifications": lambda place: [f"C{place}", f"{word} {place}"],
        "assignments": lambda place: [gtin_of(place), "CE", word, f"Product {place}"],
    }
    return [headings[kind], *(make[kind](place) for place in range(number))]


@pytest.mark.parametrize("kind", ["certificates", "products", "certifications", "assignments"])
def test_the_number_of_statements_does_not_grow_with_the_rows(kind):
    CertificationFactory(label="CE")
    costs = []
    for number in (2, 40):
        records = [taken(kind, rows_of(kind, number, word)) for word in (f"new {number}", f"changed {number}")]
        for record in records:
            with counted_statements() as statements:
                carry_out(record)
            costs.append(len(statements))
        assert RecordImport.objects.get(pk=records[1].pk).same_count == 0

    # of the second lot, two rows are there already and thirty-eight are new
    assert max(costs[2:]) <= max(costs[:2]) + 5, costs
    assert max(costs) <= 16


def test_the_dry_run_of_a_long_file_asks_little_of_the_database():
    CertificationFactory(label="CE")
    with counted_statements() as statements:
        report = rehearsed("assignments", rows_of("assignments", 200, "x"))
    assert report.to_write == 200
    assert len(statements) <= 13
