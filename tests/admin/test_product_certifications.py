"""What products are certified for: given, changed and withdrawn by form, through the services."""

from datetime import UTC, datetime

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertificationAssignment
from certificates.services import assignments
from shopplanr import clock
from shopplanr.accounts.roles import Role
from tests.admin.conftest import staff
from tests.admin.desk import act, choose, messages, url
from tests.factories import (
    PLANNER,
    AssignmentFactory,
    CertificationFactory,
    ProductFactory,
)

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


def facts(assignment: CertificationAssignment | None = None, **typed) -> dict:
    """Return what a browser sends of an assignment's form, unchanged but for what was typed."""
    shown = dict.fromkeys(
        [
            "metadata",
            "valid_from",
            "expiration_date",
            "expiry_date",
            "certificate_number",
            "issuing_body",
            "verification_url",
            "scope",
            "certification_value",
            "audit_date",
            "initial_certification_date",
            "certificate_countries",
        ],
        "",
    ) | {"verification_status": "unverified"}
    if assignment:
        shown |= {name: getattr(assignment, name) or "" for name in shown}
        shown["metadata"] = "\n".join(f"{name}: {value}" for name, value in assignment.metadata.items())
        shown["certificate_countries"] = ", ".join(assignment.certificate_countries)
    return shown | {"initial-metadata": shown["metadata"]} | typed


class TestAssignments:
    """Giving, changing and withdrawing."""

    def test_qc_gives_a_product_a_certification(self, qc):
        product, certification = ProductFactory(), CertificationFactory()
        typed = facts(
            product=product.pk,
            certification=str(certification.pk),
            metadata="lot: 7\nauditor: Kim",
            certificate_countries="us, CA us",
            valid_from="2024-02-29",
            verification_status="verified",
        )

        response = qc.post(url(ASSIGNMENT, "add"), typed)

        assert response.status_code == 302, problems(response)
        assignment = CertificationAssignment.objects.get()
        assert (assignment.product, assignment.certification) == (product, certification)
        assert assignment.metadata == {"lot": "7", "auditor": "Kim"}
        assert assignment.certificate_countries == ["US", "CA"]
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.user_id, entry.credential) == (
            Action.CERTIFICATION_ASSIGNED,
            qc.user.pk,
            "session",
        )

    def test_the_link_from_a_product_brings_it_along(self, qc):
        product = ProductFactory(name="Highlighter")

        assert "Highlighter" in qc.get(url(ASSIGNMENT, "add"), {"product": product.pk}).content.decode()

    @pytest.mark.parametrize(
        ("typed", "field", "sentence"),
        [
            (
                {"valid_from": "2024-03-01", "expiration_date": "2024-02-29"},
                "expiration_date",
                "must not be before valid_from",
            ),
            ({"verification_url": "javascript:alert(1)"}, "verification_url", "must be a web address"),
            ({"certificate_countries": "UK"}, "certificate_countries", "UK is no ISO 3166-1"),
            ({"metadata": "lot"}, "metadata", "Line 1 needs a name"),
            ({"metadata": '{"lot": 7}'}, "metadata", "the value of lot must be text"),
            ({"metadata": "k" * 41 + ": x"}, "metadata", "at most 40 characters"),
        ],
    )
    def test_what_cannot_be_kept_is_said_at_its_field(self, typed, field, sentence, qc):
        assignment = AssignmentFactory()

        response = qc.post(url(ASSIGNMENT, "change", assignment.pk), facts(assignment, **typed))

        assert sentence in problems(response)[field][0]
        assert assignment.history.count() == 1

    def test_a_pair_that_exists(self, qc):
        assignment = AssignmentFactory()
        typed = facts(product=assignment.product_id, certification=str(assignment.certification_id))

        response = qc.post(url(ASSIGNMENT, "add"), typed)

        assert "is assigned to this product already" in response.content.decode()

    def test_only_what_was_changed_on_the_page_changes(self, qc):
        assignment = AssignmentFactory(metadata={"lot": "7", "auditor": "Kim"}, certificate_countries=["US", "CA"])
        typed = facts(assignment, scope="Product", metadata="auditor: Lee")
        pair = assignment.product_id, assignment.certification.short_id
        assignments.update(*pair, {"metadata": {"meanwhile": "yes"}}, PLANNER)

        response = qc.post(url(ASSIGNMENT, "change", assignment.pk), typed)

        assert response.status_code == 302, problems(response)
        assignment.refresh_from_db()
        assert assignment.metadata == {"auditor": "Lee", "meanwhile": "yes"}
        assert assignment.scope == "Product"
        entry = AuditEntry.objects.order_by("sequence").last()
        assert entry.metadata["changed"] == ["metadata", "scope"]

    def test_nothing_is_written_where_nothing_was_changed(self, qc):
        assignment = AssignmentFactory(
            metadata={"lot": "7"}, certificate_countries=["US", "CA"], valid_from="2024-01-01", scope="x"
        )

        response = qc.post(url(ASSIGNMENT, "change", assignment.pk), facts(assignment))

        assert response.status_code == 302, problems(response)
        assert assignment.history.count() == AuditEntry.objects.count() == 1

    def test_a_slip_in_the_documents_expiry_can_be_put_right_here(self, qc):
        assignment = AssignmentFactory(expiry_date="2025-01-01")

        qc.post(url(ASSIGNMENT, "change", assignment.pk), facts(assignment, expiry_date="2026-01-01"))

        assignment.refresh_from_db()
        assert assignment.expiry_date.isoformat() == "2026-01-01"

    @pytest.mark.parametrize("value", ["two\nlines", "plain", " blanks "])
    def test_metadata_that_no_line_can_hold_is_edited_as_json(self, value, qc):
        assignment = AssignmentFactory(metadata={"note": value, "a: b": "c"} if value != "plain" else {"note": value})

        form = qc.get(url(ASSIGNMENT, "change", assignment.pk)).context["adminform"].form
        shown = form["metadata"].value()

        assert shown.startswith("{") == (value != "plain")
        assert form.fields["metadata"].clean(shown) == assignment.metadata

    @pytest.mark.parametrize("chosen_in", ["list", "page"])
    def test_one_is_withdrawn_with_a_reason_and_its_history_is_kept(self, chosen_in, qc):
        assignment = AssignmentFactory(product__name="Highlighter", certification__label="CE")
        if chosen_in == "list":
            response = act(qc, [assignment], "withdraw", reason="The plant was sold")
        else:
            asked = qc.get(url(ASSIGNMENT, "act", "withdraw"), {"selected": assignment.pk})
            carried = {name: asked.context[name] for name in ("selected", "back")}
            response = qc.post(asked.context["act_url"], carried | {"reason": "The plant was sold"}, follow=True)

        assert messages(response) == ["Certification withdrawn: CE of Highlighter."]
        assert response.request["PATH_INFO"] == url(ASSIGNMENT)
        assert not CertificationAssignment.objects.exists()
        entry = AuditEntry.objects.get(action=Action.CERTIFICATION_UNASSIGNED)
        assert (entry.user_id, entry.metadata["reason"]) == (qc.user.pk, "The plant was sold")
        page = qc.get(url(ASSIGNMENT, "history", assignment.pk)).content.decode()
        assert "Deleted" in page and "The plant was sold" in page

    def test_what_is_withdrawn_is_shown_before(self, qc):
        asked = choose(qc, [AssignmentFactory(product__name="Highlighter", certification__label="CE")], "withdraw")

        page = asked.content.decode()
        assert "Highlighter" in page and "CE" in page and "Active</span>" in page

    def test_its_history_says_what_changed_field_by_field(self, qc):
        assignment = AssignmentFactory(certification__label="CE")
        pair = assignment.product_id, assignment.certification.short_id
        assignments.update(*pair, {"scope": "Product", "certificate_countries": ["US"]}, PLANNER)

        changed, made = qc.get(url(ASSIGNMENT, "history", assignment.pk)).context["page_obj"].object_list

        assert {"field": "Scope", "before": "–", "after": "Product"} in changed.changes
        assert {"field": "Countries", "before": "[]", "after": '["US"]'} in changed.changes
        assert {"field": "Certification", "value": "CE"} in made.values
        assert "Product certification updated" in str(changed.cause)

    def test_they_are_found_by_product_certification_number_and_validity(self, qc):
        product = ProductFactory(gtin="4006381333931", name="Highlighter")
        expired = AssignmentFactory(product=product, expiration_date="2024-02-28", certificate_number="NOP-1")
        ending = AssignmentFactory(certification__label="Kosher", expiration_date="2024-03-30")
        lasting = AssignmentFactory(expiration_date="2024-03-31", verification_status="verified")
        to_come = AssignmentFactory(valid_from="2024-03-01")

        def those(**parameters):
            return {each.pk for each in found(qc, ASSIGNMENT, **parameters)}

        assert those(q="4006381333931") == those(q="highl") == those(q="NOP-1") == {expired.pk}
        assert those(q="kosher") == {ending.pk}
        assert those(holds="yes") == {ending.pk, lasting.pk}
        assert those(holds="no") == {expired.pk, to_come.pk}
        assert those(holds="soon") == {ending.pk}
        assert those(holds="x") == those()
        assert those(verification_status__exact="verified") == {lasting.pk}


class TestWhoMay:
    """QC writes, readers look."""

    @pytest.fixture
    def assignment(self):
        return AssignmentFactory(metadata={"lot": "7"})

    @pytest.mark.parametrize("role", [Role.SUPERVISORS, Role.AUDITORS])
    def test_readers_look_and_change_nothing(self, role, assignment):
        client = staff(role)
        for model, record in (
            (PRODUCT, assignment.product),
            (CERTIFICATION, assignment.certification),
            (ASSIGNMENT, assignment),
        ):
            page = client.get(url(model, "change", record.pk))
            assert page.status_code == client.get(url(model)).status_code == 200
            assert 'name="_save"' not in page.content.decode()
            assert client.get(url(model, "add")).status_code == 403
            assert (
                client.post(url(model, "change", record.pk), facts(assignment, name="x", label="x")).status_code == 403
            )
        assert client.get(url(ASSIGNMENT, "act", "withdraw"), {"selected": assignment.pk}).status_code == 403
        assert "<th>lot</th><td>7</td>" in client.get(url(ASSIGNMENT, "change", assignment.pk)).content.decode()

    def test_operators_find_nothing_here(self, assignment):
        client = staff(Role.OPERATORS)
        assert {client.get(url(model)).status_code for model in (PRODUCT, CERTIFICATION, ASSIGNMENT)} == {403}

    def test_nobody_deletes_past_the_service(self, administrator, assignment):
        for model, record in (
            (PRODUCT, assignment.product),
            (CERTIFICATION, assignment.certification),
            (ASSIGNMENT, assignment),
        ):
            assert administrator.post(url(model, "delete", record.pk), {"post": "yes"}).status_code == 403
            assert "delete_selected" not in administrator.get(url(model)).content.decode()

    def test_addresses_that_name_nothing_lead_somewhere(self, administrator):
        for model in (PRODUCT, CERTIFICATION, ASSIGNMENT):
            for wrong in ("nonsense", "\0", "9" * 40, "x" * 500):
                assert administrator.get(url(model, "change", wrong)).status_code == 302, (model, wrong)
                assert administrator.get(url(model, "history", wrong)).status_code == 404, (model, wrong)
            assert administrator.get(url(model), {"q": "\0"}, follow=True).status_code == 200
