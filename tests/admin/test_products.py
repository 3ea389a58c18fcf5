"""Products and the catalogue by form, through the services; the product of a job; and the trail of it all."""

from datetime import UTC, datetime

import pytest

from audit.models import Action, AuditEntry
from certificates.models import Certification, CertificationAssignment, JobProduct, Product
from certificates.services import assignments
from serials.models import Job
from shopplanr import clock
from tests.admin.desk import url
from tests.factories import (
    PLANNER,
    AssignmentFactory,
    CertificationFactory,
    JobFactory,
    ProductFactory,
    gtin_of,
    make_serial,
)
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

PRODUCT, CERTIFICATION = "certificates_product", "certificates_certification"
ASSIGNMENT = "certificates_certificationassignment"

TODAY = datetime(2024, 2, 29, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today():
    with clock.told(TODAY):
        yield


def problems(response) -> dict:
    return response.context["adminform"].form.errors


def found(client, model, **parameters) -> list:
    response = client.get(url(model), parameters)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


class TestProducts:
    """The list and the form of products."""

    def test_qc_takes_up_a_product(self, qc):
        typed = {"gtin": "4006381333931", "name": "Highlighter", "description": ""}

        response = qc.post(url(PRODUCT, "add"), typed)

        assert response.status_code == 302, problems(response)
        product = Product.objects.get()
        assert (product.gtin, product.name) == ("04006381333931", "Highlighter")
        assert product.history.get().history_user_id == qc.user.pk

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            ({"gtin": "4006381333932"}, "gtin", "and 1 belongs there"),
            ({"gtin": "123"}, "gtin", "must be 8, 12, 13 or 14 digits"),
            ({"name": " "}, "name", "required"),
        ],
    )
    def test_what_cannot_be_taken_up_is_said_at_its_field(self, typed, field, sentence, qc):
        response = qc.post(url(PRODUCT, "add"), {"gtin": "4006381333931", "name": "Highlighter"} | typed)

        assert sentence in problems(response)[field][0]
        assert not Product.objects.exists()

    def test_a_number_is_taken_up_once(self, qc):
        product = ProductFactory()

        response = qc.post(url(PRODUCT, "add"), {"gtin": product.gtin, "name": "Another"})

        assert f"Product exists already: {product.gtin}" in response.content.decode()

    def test_a_product_is_renamed_and_keeps_its_number(self, qc):
        product = ProductFactory(gtin="96385074")

        response = qc.post(url(PRODUCT, "change", product.pk), {"gtin": gtin_of(9), "name": "Sachet"})

        assert response.status_code == 302, problems(response)
        assert list(Product.objects.values_list("gtin", "name")) == [("00000096385074", "Sachet")]

    @pytest.mark.parametrize("typed", ["4006381333931", "04006381333931", "638133393", "highl"])
    def test_a_product_is_found_by_any_form_of_its_number_and_by_name(self, typed, qc):
        product = ProductFactory(gtin="4006381333931", name="Highlighter")
        ProductFactory(name="Sachet")

        assert found(qc, PRODUCT, q=typed) == [product]

    def test_its_page_shows_what_it_is_certified_for_which_jobs_make_it_and_what_was_withdrawn(self, qc):
        kept = AssignmentFactory(certification__label="USDA Organic", expiration_date="2024-02-28")
        product = kept.product
        gone = AssignmentFactory(product=product, certification__label="Kosher")
        assignments.unassign(product.gtin, gone.certification.short_id, PLANNER)
        job = JobFactory(name="Fill pens")
        JobProduct.objects.create(job=job, product=product)

        page = qc.get(url(PRODUCT, "change", product.pk)).content.decode()

        for words in ("USDA Organic", "Expired</span>", "28 Feb 2024", "Fill pens", "Withdrawn", "Kosher"):
            assert words in page, words
        assert f"?product={product.pk}" in page
        withdrawn = CertificationAssignment.history.get(history_type="-")
        version = qc.get(url(ASSIGNMENT, "simple_history", gone.pk, withdrawn.pk))
        assert version.status_code == 200
        assert "Kosher" in version.content.decode()


class TestCatalogue:
    """The list and the form of certifications."""

    TYPED = {"label": "CE", "code": "CE", "description": "", "url": "https://ce.example", "logo_url": ""}

    def test_qc_takes_up_a_certification_and_changes_it(self, qc):
        assert qc.post(url(CERTIFICATION, "add"), self.TYPED).status_code == 302
        certification = Certification.objects.get()

        response = qc.post(url(CERTIFICATION, "change", certification.pk), self.TYPED | {"label": "CE marking"})

        assert response.status_code == 302, problems(response)
        certification.refresh_from_db()
        assert (certification.label, certification.url) == ("CE marking", "https://ce.example")
        assert certification.history.count() == 2
        assert certification.short_id in qc.get(url(CERTIFICATION, "change", certification.pk)).content.decode()

    def test_an_address_that_is_script_is_refused_at_its_field(self, qc):
        response = qc.post(url(CERTIFICATION, "add"), self.TYPED | {"url": "javascript:alert(1)"})

        assert "must be a web address" in problems(response)["url"][0]
        assert not Certification.objects.exists()

    def test_one_is_found_by_words_and_by_the_id_that_the_api_shows(self, qc):
        certification = CertificationFactory(label="USDA Organic", code="USDA_ORGANIC")
        CertificationFactory(label="CE")

        for typed in ("organic", "USDA_", certification.short_id, str(certification.pk)):
            assert found(qc, CERTIFICATION, q=typed) == [certification]

    def test_its_page_shows_who_holds_it(self, qc):
        assignment = AssignmentFactory(product__name="Highlighter")

        page = qc.get(url(CERTIFICATION, "change", assignment.certification_id)).content.decode()

        assert "Highlighter" in page
        assert "Active</span>" in page


class TestJobs:
    """A job names its product."""

    def test_it_is_chosen_changed_and_taken_away(self, supervisor):
        product, other = ProductFactory(), ProductFactory()
        typed = {"name": "Bracket", "goal_quantity": "5"}
        assert supervisor.post(url("serials_job", "add"), typed | {"product": product.pk}).status_code == 302
        job = Job.objects.get()
        address = url("serials_job", "change", job.pk)

        for chosen, expected in ((product, product), (other, other), (None, None), (None, None)):
            assert supervisor.post(address, typed | {"product": chosen.pk if chosen else ""}).status_code == 302
            assert JobProduct.objects.filter(product=expected).exists() == bool(expected)
        assert list(JobProduct.history.order_by("history_id").values_list("history_type", flat=True)) == ["+", "~", "-"]

    def test_who_only_looks_sees_it(self, auditor, supervisor):
        product, job = ProductFactory(name="Highlighter"), JobFactory()
        JobProduct.objects.create(job=job, product=product)

        assert "Highlighter" in auditor.get(url("serials_job", "change", job.pk)).content.decode()
        assert "Highlighter" in supervisor.get(url("serials_job", "change", job.pk)).content.decode()
        assert auditor.get(url("serials_job", "change", JobFactory().pk)).status_code == 200


def test_the_trail_names_product_and_certification(qc):
    assignment = AssignmentFactory(product__name="Highlighter", certification__label="USDA Organic", scope="x")
    make_serial()

    page = qc.get(url("audit_auditentry")).content.decode()
    entry = AuditEntry.objects.get(action=Action.CERTIFICATION_ASSIGNED)
    one = qc.get(url("audit_auditentry", "change", entry.pk)).content.decode()

    for words in ("Highlighter", "USDA Organic", "Product certification assigned", "SN-00001"):
        assert words in page, words
    assert url(PRODUCT, "change", assignment.product_id) in one
    assert "changed: scope" in one


@pytest.mark.parametrize("model", [PRODUCT, CERTIFICATION, ASSIGNMENT, "audit_auditentry"])
def test_a_list_costs_the_same_however_long_it_is(qc, model):
    AssignmentFactory()
    with counted_statements() as few:
        found(qc, model)
    AssignmentFactory.create_batch(12)
    with counted_statements() as many:
        found(qc, model)

    assert len(many) == len(few) <= 8


def test_pages_cost_the_same_however_much_there_is(qc):
    product, certification = ProductFactory(), CertificationFactory()
    one = AssignmentFactory(product=product, certification=certification)
    pages = [
        url(PRODUCT, "change", product.pk),
        url(CERTIFICATION, "change", certification.pk),
        url(ASSIGNMENT, "change", one.pk),
        url(ASSIGNMENT, "history", one.pk),
    ]

    def costs() -> list[int]:
        counted = []
        for page in pages:
            with counted_statements() as statements:
                assert qc.get(page).status_code == 200
            counted.append(len(statements))
        return counted

    costs()  # Django remembers content types once it has asked for them
    few = costs()
    for number in range(8):
        AssignmentFactory(product=product)
        AssignmentFactory(certification=certification)
        assignments.update(product.gtin, certification.short_id, {"scope": str(number)}, PLANNER)

    assert costs() == few
    assert max(few) <= 15
