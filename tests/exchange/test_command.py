"""``manage.py import_records``: the same code, for whoever has the file on the server."""

import io

import pytest
from django.core.management import CommandError, call_command

from certificates.models import Product, RecordImport
from shopplanr.accounts.roles import Right, Role, refusal_sentence
from tests.accounts.factories import UserFactory
from tests.exchange.files import csv_of
from tests.factories import ProductFactory, gtin_of
from tests.lifecycle.tables import snapshot

pytestmark = pytest.mark.django_db

PEN = gtin_of(1)
ROWS = [["GTIN", "Name"], [PEN, "Pen"], [gtin_of(2), "Ink"]]


@pytest.fixture
def marcus():
    return UserFactory(username="marcus", role=Role.QC)


@pytest.fixture
def file(tmp_path):
    def write(rows) -> str:
        path = tmp_path / "stock.csv"
        path.write_bytes(rows if isinstance(rows, bytes) else csv_of(rows))
        return str(path)

    return write


def run(*arguments: str) -> tuple[str, str]:
    """Return what the command wrote to the standard output and to the standard error."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_records", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        return out.getvalue(), f"{err.getvalue()}{error}"
    return out.getvalue(), err.getvalue()


def test_a_file_is_imported_in_somebodys_name(marcus, file):
    out, err = run("products", file(ROWS), "--user", "marcus")

    assert "2 rows: 0 refused, 0 changed, 2 new, 0 same" in out
    assert err == ""
    record = RecordImport.objects.get()
    assert f"Imported stock.csv as {record.pk}" in out
    assert (record.imported_by, Product.history.get(gtin=PEN).history_user_id) == (marcus.pk, marcus.pk)


def test_a_dry_run_shows_every_row_and_keeps_nothing(marcus, file):
    ProductFactory(gtin=PEN, name="Pencil")
    name = file(ROWS)
    before = snapshot()

    out, _ = run("products", name, "--user", marcus.pk, "--dry-run")

    assert f"row 2 changed, {PEN} · Pen: Name: Pencil → Pen" in out
    assert f"row 3 new, {gtin_of(2)} · Ink" in out
    assert snapshot() == before


def test_rows_that_cannot_be_imported_are_told_and_nothing_is_kept(marcus, file):
    name = file([*ROWS, ["123456", ""]])
    before = snapshot()

    _, err = run("products", name, "--user", "marcus")

    assert "row 4 refused, 123456: GTIN: gtin must be 8, 12, 13 or 14 digits; Name: name is required" in err
    assert "Nothing was imported: 1 row cannot be" in err
    assert snapshot() == before


@pytest.mark.parametrize(
    ("rows", "user", "sentence"),
    [
        (ROWS, "nobody", "User not found or inactive: nobody"),
        (b"", "marcus", "The file is empty."),
        ([["GTIN", "Colour"], ["1", "2"]], "marcus", "Column B, Colour, is unknown."),
    ],
)
def test_what_is_wrong_is_said(rows, user, sentence, marcus, file):
    assert sentence in run("products", file(rows), "--user", user)[1]


def test_a_file_that_is_not_there_is_said(marcus, tmp_path):
    assert "cannot be read: No such file" in run("products", str(tmp_path / "none.csv"), "--user", "marcus")[1]


def test_the_right_is_asked_for_here_too(file):
    owen = UserFactory(username="owen", name="Owen", role=Role.OPERATORS)

    assert run("products", file(ROWS), "--user", "owen")[1] == refusal_sentence(Right.KEEP_CATALOGUE, who="Owen")
    assert owen.name == "Owen"
    assert not Product.objects.exists()
