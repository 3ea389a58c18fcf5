"""Taking a list along: as it is filtered, or what was selected; safe for whoever opens it in a spreadsheet."""

import csv
import io

import pytest

from certificates.exchange import exporting
from certificates.exchange.files import read_file
from certificates.exchange.kinds import KINDS
from certificates.models import CertificationAssignment
from shopplanr.accounts.roles import Role
from tests.admin.conftest import staff
from tests.admin.desk import choose, messages, url
from tests.exchange.test_import_pages import MODELS, PRODUCT
from tests.factories import AssignmentFactory, CertificateFactory, ProductFactory, gtin_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


def rows_in(answer) -> list[list[str]]:
    """Return the rows below the headings of a file that was handed out."""
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if answer["Content-Type"].startswith("text/csv"):
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))[1:]
    return [list(row.cells) for row in read_file(content).rows]


@pytest.fixture
def three():
    return [ProductFactory(gtin=gtin_of(place), name=name) for place, name in enumerate(["Pen", "Pencil", "Ink"])]


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_the_list_is_taken_along_as_it_is_filtered(file_format, three, qc):
    answer = qc.get(url(PRODUCT, "export", file_format), {"q": "pen"})

    assert answer["Content-Disposition"].startswith('attachment; filename="products-')
    assert [row[:2] for row in rows_in(answer)] == [[gtin_of(0), "Pen"], [gtin_of(1), "Pencil"]]


def test_the_links_of_a_filtered_list_lead_to_what_it_shows(three, auditor):
    page = auditor.get(url(PRODUCT), {"q": "pen"}).content.decode()

    assert f'href="{url(PRODUCT, "export", "csv")}?q=pen"' in page
    assert f'href="{url(PRODUCT, "export", "xlsx")}?q=pen"' in page


@pytest.mark.parametrize("action", ["export_selected_as_csv", "export_selected_as_workbook"])
def test_a_selection_is_taken_along(action, three, auditor):
    answer = choose(auditor, three[1:], action)

    assert [row[1] for row in rows_in(answer)] == ["Pencil", "Ink"]


def test_no_cell_of_a_csv_file_is_a_formula(qc):
    for place, text in enumerate(("=1+1", "+1", "-1", "@SUM(A1)", "'=1")):
        ProductFactory(gtin=gtin_of(place), name=text)

    names = [row[1] for row in rows_in(qc.get(url(PRODUCT, "export", "csv")))]

    assert names == ["'=1+1", "'+1", "'-1", "'@SUM(A1)", "''=1"]


def test_dates_are_dates_in_a_workbook_and_iso_in_csv(qc):
    CertificateFactory(name="Bar", validTo="2024-02-29")
    headings = [column.heading for column in KINDS["certificates"].columns]
    place = headings.index("Valid to")
    model = MODELS["certificates"]

    assert str(rows_in(qc.get(url(model, "export", "xlsx")))[0][place]) == "2024-02-29"
    assert rows_in(qc.get(url(model, "export", "csv")))[0][place] == "2024-02-29"


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_list_is_a_file_with_headings(kind, qc):
    assert rows_in(qc.get(url(MODELS[kind], "export", "csv"))) == []


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_look_takes_nothing_along(kind, three):
    operator = staff(Role.OPERATORS)

    assert operator.get(url(MODELS[kind], "export", "csv")).status_code == 403


@pytest.mark.parametrize("query", ["nonsense=1", "type__exact=%00", "q=%00", "type__exact=birth&e=1"])
def test_filters_that_are_none_hand_out_no_stranger_file(query, qc):
    answer = qc.get(f"{url(MODELS['certificates'], 'export', 'csv')}?{query}")

    assert answer.status_code in (200, 302)
    assert qc.get(url(MODELS["certificates"], "export", "exe")).status_code == 404


def test_what_excel_cannot_keep_is_said_on_the_list(qc):
    CertificateFactory(metadata={"a": "x" * 40_000})

    answer = qc.get(url(MODELS["certificates"], "export", "xlsx"), follow=True)

    assert messages(answer) == ["A cell of Excel has at most 32,767 characters; export it as CSV."]


def test_a_file_of_many_rows_costs_what_one_of_few_costs():
    costs = []
    for number in (2, 30):
        for _ in range(number):
            AssignmentFactory()
        with counted_statements() as statements:
            lines = list(exporting.as_csv(KINDS["assignments"], CertificationAssignment.objects.all()))
        costs.append(len(statements))
    assert len(lines) == 33
    assert costs == [2, 2]
