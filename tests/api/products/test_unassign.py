"""``DELETE /products/{gtin}/certifications/{certification_id}``: the histories keep it."""

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertificationAssignment
from tests.api.answers import assert_refused, nothing_written
from tests.factories import AssignmentFactory, CertificationFactory


def test_a_certification_is_withdrawn_and_the_others_stay(client, product, assignment, url, list_url):
    other = AssignmentFactory(product=product)
    same = AssignmentFactory(certification=assignment.certification)

    response = client.delete(url)

    assert (response.status_code, response.content) == (204, b"")
    assert set(CertificationAssignment.objects.all()) == {other, same}
    assert client.get(url).status_code == 404
    assert [each["id"] for each in client.get(list_url).json()] == [other.certification.short_id]


def test_the_row_history_and_the_trail_keep_it(client, program, product, certification):
    assignment = AssignmentFactory(
        product=product, certification=certification, certificate_number="NOP-1", metadata={"lot": "7"}
    )

    client.delete(f"/api/products/{product.gtin}/certifications/{certification.short_id}")

    entry = AuditEntry.objects.get(action=Action.CERTIFICATION_UNASSIGNED)
    assert entry.user_id == program.pk
    assert entry.metadata == {
        "gtin": product.gtin,
        "certificationId": certification.short_id,
        "certification": "USDA Organic",
    }
    made, gone = CertificationAssignment.history.filter(id=assignment.pk).order_by("history_id")
    assert (made.history_type, gone.history_type) == ("+", "-")
    assert (gone.history_user_id, gone.audit_entry) == (program.pk, entry)
    assert (gone.certificate_number, gone.metadata) == ("NOP-1", {"lot": "7"})


def test_what_was_withdrawn_can_be_given_again_and_begins_anew(client, assignment, url, list_url):
    client.patch(url, {"scope": "Product"})
    client.delete(url)

    response = client.post(list_url, {"certification_id": assignment.certification.short_id})

    assert (response.status_code, response.json()["scope"]) == (201, "")
    actions = AuditEntry.objects.order_by("sequence").values_list("action", flat=True)
    assert [action.removeprefix("certification_") for action in actions] == [
        "assigned",
        "updated",
        "unassigned",
        "assigned",
    ]


def test_withdrawing_twice(client, url, assignment):
    client.delete(url)

    with nothing_written():
        response = client.delete(url)
    message = f"CertificationAssignment not found: {assignment.product_id}/{assignment.certification.short_id}"
    assert_refused(response, 404, message, code="not_found")


@pytest.mark.parametrize("verb", ["delete", "get"])
class TestRefusals:
    """As for every call about one of them."""

    def test_a_number_that_is_none(self, verb, client, assignment):
        response = getattr(client, verb)(f"/api/products/123/certifications/{assignment.certification.short_id}")
        message = "gtin must be 8, 12, 13 or 14 digits"
        assert_refused(response, 400, message, code="invalid_gtin", field="gtin")

    def test_an_unknown_product(self, verb, client, assignment):
        response = getattr(client, verb)(f"/api/products/96385074/certifications/{assignment.certification.short_id}")
        assert_refused(response, 404, "Product not found: 00000096385074", code="not_found")

    def test_a_certification_that_the_product_does_not_have(self, verb, client, product, assignment):
        for written in (CertificationFactory().short_id, "x"):
            response = getattr(client, verb)(f"/api/products/{product.gtin}/certifications/{written}")
            assert_refused(response, 404, f"CertificationAssignment not found: {product.gtin}/{written}")


def test_every_form_of_both_ids(client, assignment):
    url = f"/api/products/4006381333931/certifications/{assignment.certification.pk}"

    assert client.get(url).json()["id"] == assignment.certification.short_id
    assert client.delete(url).status_code == 204
