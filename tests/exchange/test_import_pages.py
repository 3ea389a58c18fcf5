"""Importing at the quality desk: upload, look, confirm; who may, what is said, and that nothing is written before."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.exchange import imports
from certificates.exchange.kinds import KINDS
from certificates.exchange.tables import FILE_MAX_BYTES
from certificates.models import Certificate, Product, RecordImport
from shopplanr.accounts.roles import Right, Role, refusal_sentence
from shopplanr.actor import Actor
from tests.admin.conftest import staff
from tests.admin.desk import cost, messages, url
from tests.exchange.files import csv_of, taken, workbook_of
from tests.factories import CertificationFactory, ProductFactory, gtin_of
from tests.lifecycle.tables import snapshot

pytestmark = pytest.mark.django_db

MODELS = {kind: f"certificates_{each.model._meta.model_name}" for kind, each in KINDS.items()}
PRODUCT = MODELS["products"]
PEN, INK = gtin_of(1), gtin_of(2)
ROWS = [["GTIN", "Name"], [PEN, "Pen"], [INK, "Ink & <i>"]]


def upload(client, content: bytes, model: str = PRODUCT, name: str = "Stock list.csv", **more):
    """Send the file; return the page that it leads to."""
    return client.post(url(model, "import"), {"file": SimpleUploadedFile(name, content)}, follow=True, **more)


def page_of(record: RecordImport) -> str:
    return url(MODELS[record.kind], "import_file", record.pk)


@pytest.mark.parametrize("content", [csv_of(ROWS, ";"), workbook_of(ROWS)], ids=["csv", "workbook"])
def test_a_file_is_uploaded_looked_at_and_imported(content, qc):
    ProductFactory(gtin=PEN, name="Pencil")

    shown = upload(qc, content)

    page = shown.content.decode()
    for words in ("Import Stock list.csv", "Pencil", "becomes", "Ink &amp; &lt;i&gt;", "Import 2 products"):
        assert words in page, words
    assert [(outcome.number, outcome.title) for outcome, _ in shown.context["rows"]] == [
        (2, f"{PEN} · Pen"),
        (3, f"{INK} · Ink & <i>"),
    ]
    assert Product.objects.get().name == "Pencil"

    done = qc.post(shown.request["PATH_INFO"], follow=True)

    assert messages(done) == ["Imported Stock list.csv: 1 new, 1 changed."]
    assert qc.user.name in done.content.decode()
    assert set(Product.objects.values_list("name", flat=True)) == {"Pen", "Ink & <i>"}
    assert {version.history_user_id for version in Product.history.filter(name__in=["Pen", "Ink & <i>"])} == {
        qc.user.pk
    }


def test_rows_that_cannot_be_imported_come_first_and_there_is_no_button(qc):
    shown = upload(qc, csv_of([*ROWS, ["4006381333932", "Wrong"]]))

    page = shown.content.decode()
    assert "1 row cannot be imported, so none is." in page
    assert "gtin has a wrong check digit: 4006381333932 ends in 2, and 1 belongs there" in page
    assert shown.context["rows"][0][0].number == 4
    assert 'value="Import ' not in page


def test_who_presses_all_the_same_is_shown_why_not_and_nothing_is_written(qc):
    record = taken("products", [*ROWS, ["123456", "Wrong"]])
    before = snapshot()

    answer = qc.post(page_of(record))

    assert answer.status_code == 400
    assert "Nothing was imported: 1 row cannot be." in answer.content.decode()
    assert snapshot() == before


def test_a_double_click_imports_once(qc):
    record = taken("products", ROWS)
    qc.post(page_of(record))
    versions = Product.history.count()

    again = qc.post(page_of(record), follow=True)

    assert again.status_code == 200
    assert Product.history.count() == versions


def test_everything_that_is_wrong_with_the_columns_is_listed(qc):
    answer = upload(qc, csv_of([["Name", "Colour"], ["Pen", "blue"]]))

    assert answer.status_code == 400
    for sentence in ("Column B, Colour, is unknown.", "Column GTIN is missing."):
        assert f"<li>{sentence}</li>" in answer.content.decode()
    assert not RecordImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "neither CSV nor an Excel workbook"),
        (b"PK\x03\x04", "The workbook is broken, or none."),
        (b"GTIN\r\n" + b"x" * FILE_MAX_BYTES, "The file is larger than 10 MB."),
    ],
    ids=["empty", "picture", "broken", "large"],
)
def test_a_file_that_cannot_be_read_is_refused_on_the_page(content, sentence, qc):
    answer = upload(qc, content, name="products.xlsx")

    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_without_a_file_there_is_a_sentence(qc):
    answer = qc.post(url(PRODUCT, "import"))

    assert answer.status_code == 404
    assert "Choose a file first." in answer.content.decode()


def test_a_long_file_is_shown_in_pages(qc):
    record = taken("products", [["GTIN", "Name"], *([gtin_of(place), f"P{place}"] for place in range(150))])

    first, second = (qc.get(page_of(record), {"page": page}) for page in ("1", "2"))

    assert [len(page.context["rows"]) for page in (first, second)] == [100, 50]
    assert qc.get(page_of(record), {"page": "x" * 50}).status_code == 200


def test_a_page_asks_as_much_of_the_database_for_many_rows_as_for_few(qc):
    few, many = (
        taken("products", [["GTIN", "Name"], *([gtin_of(place), "P"] for place in range(number))])
        for number in (2, 120)
    )
    assert cost(qc, page_of(many)) == cost(qc, page_of(few)) <= 12


RIGHTS = {
    "certificates": Right.CERTIFY,
    "products": Right.KEEP_CATALOGUE,
    "certifications": Right.KEEP_CATALOGUE,
    "assignments": Right.CERTIFY_PRODUCTS,
}
FILES = {
    "certificates": [["Type", "Name"], ["material", "Bar"]],
    "products": ROWS,
    "certifications": [["Label"], ["CE"]],
    "assignments": [["GTIN", "Product name", "Certification"], [PEN, "Pen", "CE"]],
}


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_is_told_whom_to_ask_and_nothing_is_looked_at(kind, supervisor):
    CertificationFactory(label="CE")
    record, model = taken(kind, FILES[kind]), MODELS[kind]
    before = snapshot()

    answers = [
        supervisor.get(url(model, "import")),
        upload(supervisor, csv_of(FILES[kind]), model),
        supervisor.get(page_of(record)),
        supervisor.post(page_of(record)),
    ]

    for answer in answers:
        assert answer.status_code == 403
        assert refusal_sentence(RIGHTS[kind]) in answer.content.decode()
    after = snapshot()
    assert before == after
    assert "Import…" not in supervisor.get(url(model)).content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_qc_imports_every_kind(kind, qc):
    CertificationFactory(label="CE") if kind == "assignments" else None
    assert "Import…" in qc.get(url(MODELS[kind])).content.decode()
    assert qc.get(url(MODELS[kind], "import")).status_code == 200

    shown = upload(qc, csv_of(FILES[kind]), MODELS[kind])
    done = qc.post(shown.request["PATH_INFO"], follow=True)

    assert messages(done)[0].startswith("Imported Stock list.csv: ")


def test_an_import_is_found_at_its_own_kind_only(qc):
    record = taken("products", ROWS)

    for address in (url(MODELS["certificates"], "import_file", record.pk), url(PRODUCT, "import_file", "imp_nobody")):
        assert qc.get(address).status_code == 404
        assert qc.post(address).status_code == 404


@pytest.mark.parametrize("key", ["x" * 500, "a%00b", "%F0%9F%98%80"])
def test_no_address_is_more_than_unknown(key, qc):
    assert qc.get(url(PRODUCT, "import") + f"{key}/").status_code == 404


def test_a_file_that_was_let_go_says_so(qc):
    record = taken("products", ROWS)
    RecordImport.objects.update(state="expired", content=None)

    for answer in (qc.get(page_of(record)), qc.post(page_of(record))):
        assert answer.status_code == 409
        assert "upload it again" in answer.content.decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_there_are_templates_that_the_page_reads(kind, file_format, qc):
    CertificationFactory(label="ISO 9001") if kind == "assignments" else None
    template = qc.get(url(MODELS[kind], "import_template", file_format))
    assert template["Content-Disposition"].endswith(f'{kind}.{file_format}"')

    shown = upload(qc, b"".join(template.streaming_content), MODELS[kind])

    assert shown.context["report"].to_write == 1
    assert not Certificate.objects.exists()


def test_there_are_no_other_templates(qc):
    assert qc.get(url(PRODUCT, "import_template", "exe")).status_code == 404


def test_imports_are_kept_as_a_record(auditor, qc):
    waiting, done = taken("products", ROWS), taken("certifications", [["Label"], ["CE"]])
    imports.carry_out(done.pk, Actor(qc.user.pk), qc.user.has_perm)

    page = auditor.get(url("certificates_recordimport")).content.decode()

    for words in ("Not confirmed yet", "Imported", "1 new", qc.user.name, "file.csv"):
        assert words in page, words
    record_page = url("certificates_recordimport", "change", waiting.pk)
    assert "Look at its rows" not in auditor.get(record_page).content.decode()
    assert page_of(waiting) in qc.get(record_page).content.decode()
    assert qc.get(url("certificates_recordimport", "change", done.pk)).status_code == 200
    assert qc.post(record_page, {"state": "done"}).status_code == 403


def test_operators_find_no_imports():
    assert staff(Role.OPERATORS).get(url("certificates_recordimport")).status_code == 403


def test_the_content_decides_and_not_the_name(qc):
    shown = upload(qc, csv_of(ROWS), name="stock.xlsx")

    assert shown.status_code == 200
    assert len(shown.context["rows"]) == 2
    assert upload(qc, workbook_of(ROWS), name="stock.csv").status_code == 200
