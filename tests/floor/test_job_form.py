"""Planning a new job and changing one, in a form."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.services import products_of_jobs
from serials.models import Job
from serials.services import jobs
from shopplanr.accounts.roles import Role
from shopplanr.floor import given as typed
from tests.api.answers import nothing_written, versions_of
from tests.factories import PLANNER, JobFactory, ProductFactory
from tests.floor.visitors import in_order, main, said, visitor

FORM = {
    "name": "Bracket",
    "goalQuantity": "24",
    "customer": "Aldine",
    "purchaseOrder": "4500",
    "partNumber": "LG-4",
    "partRevision": "F",
    "dueDate": "2024-03-01",
    "tags": "titanium, rush,, titanium ",
    "productGtin": "",
}


@pytest.fixture
def planner(db):
    return visitor(Role.SUPERVISORS)


def fields_of(client, address: str) -> dict[str, str]:
    """Return what the form would send if nothing was typed."""
    context = client.get(address).context
    return context["values"] | {f"was-{name}": value for name, value in context["was"].items()}


class TestNew:
    def test_all_facts_at_once(self, planner):
        product = ProductFactory()

        response = planner.post("/jobs/new", FORM | {"productGtin": product.gtin}, follow=True)

        job = products_of_jobs.with_product(Job.objects.all()).get()
        assert (job.name, job.goal_quantity, job.customer, job.purchase_order) == ("Bracket", 24, "Aldine", "4500")
        assert (job.part_number, job.part_revision, job.due_date) == ("LG-4", "F", date(2024, 3, 1))
        assert (job.tags, job.product_gtin) == (["titanium", "rush"], product.gtin)
        assert response.redirect_chain == [(f"/jobs/{job.pk}", 303)]
        assert said(response) == ["Bracket is planned. It needs a route next."]

    def test_a_name_and_a_quantity_are_enough(self, planner):
        planner.post("/jobs/new", dict.fromkeys(FORM, "") | {"name": "Bracket", "goalQuantity": "1,200"})

        job = Job.objects.get()
        assert (job.goal_quantity, job.due_date, job.tags, job.ranked) == (1200, None, None, False)

    @pytest.mark.parametrize(
        ("field", "text", "sentence"),
        [
            ("name", " ", "name is required"),
            ("name", "\0", "name holds a character that cannot be stored"),
            ("goalQuantity", "", "goalQuantity is required"),
            ("goalQuantity", "a few", "goalQuantity must be a number"),
            ("goalQuantity", "0", "goalQuantity must be greater than 0"),
            ("goalQuantity", "9" * 99, "goalQuantity must be at most 1000000"),
            ("goalQuantity", "9" * 9999, "goalQuantity must be a number"),
            ("dueDate", "tomorrow", "dueDate must be a date, YYYY-MM-DD"),
            ("customer", "x" * 256, "customer must be at most 255 characters"),
            ("tags", "x" * 51, "tags must be at most 50 characters each"),
            ("productGtin", "12", "GTIN"),
            ("productGtin", "09521234000013", "Product not found"),
        ],
    )
    def test_a_refusal_keeps_what_was_typed(self, field, text, sentence, planner):
        form = FORM | {field: text}

        with nothing_written():
            response = planner.post("/jobs/new", form)

        assert response.status_code in {400, 404}
        assert sentence in main(response)
        assert response.context["values"] == form
        if response.status_code == 400:
            assert 'aria-invalid="true" aria-describedby="refusal-job"' in response.content.decode()

    def test_operators_are_told_whom_to_ask(self, planner):
        operator = visitor(Role.OPERATORS)

        for response in (operator.get("/jobs/new"), operator.post("/jobs/new", FORM)):
            assert response.status_code == 403
            assert "You may not plan jobs and paths. Ask a supervisor or an administrator." in main(response)
        assert not Job.objects.exists()

    def test_customers_and_products_are_suggested(self, planner):
        JobFactory(customer="Aldine")
        ProductFactory(name="Bracket, left")

        html = planner.get("/jobs/new").content.decode()

        assert '<option value="Aldine">' in html and "Bracket, left" in html


class TestEdit:
    @pytest.fixture
    def job(self, planner):
        return JobFactory(name="Bracket", goalQuantity=24, customer="Aldine", tags=["rush"], dueDate="2024-03-01")

    def test_the_form_has_what_is_known(self, job, planner):
        form = fields_of(planner, f"/jobs/{job.pk}/edit")

        assert (form["name"], form["goalQuantity"], form["customer"]) == ("Bracket", "24", "Aldine")
        assert (form["tags"], form["dueDate"], form["partNumber"]) == ("rush", "2024-03-01", "")

    def test_what_is_changed_changes_and_what_is_emptied_goes(self, job, planner):
        form = fields_of(planner, f"/jobs/{job.pk}/edit")

        response = planner.post(
            f"/jobs/{job.pk}/edit", form | {"goalQuantity": "30", "tags": "", "dueDate": ""}, follow=True
        )

        job.refresh_from_db()
        assert (job.goal_quantity, job.tags, job.due_date, job.customer) == (30, None, None, "Aldine")
        assert said(response) == ["Bracket is changed."]

    def test_two_at_once_both_succeed(self, job, planner):
        form = fields_of(planner, f"/jobs/{job.pk}/edit")
        jobs.update(job.pk, {"customer": "Brackwell"}, PLANNER)

        planner.post(f"/jobs/{job.pk}/edit", form | {"name": "Bracket, left"})

        job.refresh_from_db()
        assert (job.name, job.customer) == ("Bracket, left", "Brackwell")

    def test_what_is_as_it_was_leaves_no_version(self, job, planner):
        form = fields_of(planner, f"/jobs/{job.pk}/edit")
        before = len(versions_of(job))

        response = planner.post(f"/jobs/{job.pk}/edit", form, follow=True)

        assert said(response) == ["Nothing was changed."]
        assert len(versions_of(job)) == before

    def test_a_refusal_keeps_what_was_typed_and_what_was_seen(self, job, planner):
        form = fields_of(planner, f"/jobs/{job.pk}/edit") | {"name": "", "customer": "Brackwell"}

        response = planner.post(f"/jobs/{job.pk}/edit", form)

        assert response.status_code == 400
        assert in_order(main(response), "Edit the job", "name cannot be empty")
        assert response.context["values"]["customer"] == "Brackwell"
        assert response.context["was"]["customer"] == "Aldine"

    def test_only_planners_may(self, job):
        assert visitor(Role.OPERATORS).get(f"/jobs/{job.pk}/edit").status_code == 403

    @pytest.mark.parametrize("name", ["job_x", "%00", "x" * 300])
    def test_an_unknown_one_is_a_page_that_says_so(self, name, planner):
        assert planner.get(f"/jobs/{name}/edit").status_code == 404
        assert planner.post(f"/jobs/{name}/edit", FORM).status_code == 404


class TestTypedNumbers:
    @pytest.mark.parametrize(
        ("text", "number"),
        [
            ("24", 24),
            (" 1,200 ", 1200),
            ("1 200 000", 1200000),
            ("1,2", "1,2"),
            ("-3", -3),
            ("2.5", 2.5),
            ("", None),
            ("  ", None),
            ("२४", "२४"),
            ("1e9", "1e9"),
            ("0x10", "0x10"),
        ],
    )
    def test_as_people_write_them(self, text, number):
        assert typed.number(text) == number

    @given(st.integers(-(10**50), 10**50))
    def test_any_whole_number_comes_back(self, number):
        assert typed.number(str(number)) == number

    @given(st.text("0123456789 ,.+-ex\0\n"))
    def test_any_text_is_taken(self, text):
        assert typed.number(text) is None or typed.number(text) == text or isinstance(typed.number(text), int | float)
