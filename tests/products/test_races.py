"""Several at the same moment: no change is lost, and what there is one of stays one."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError

from audit.models import Action, AuditEntry
from certificates.models import CertificationAssignment, Product
from certificates.refusals import AlreadyAssigned, EndsBeforeItStarts, ProductExists
from certificates.services import assignments, products
from shopplanr.refusals import NotFound, Refusal
from tests.api.answers import nothing_written
from tests.at_once import at_once
from tests.factories import PLANNER, AssignmentFactory, CertificationFactory, ProductFactory, gtin_of

AT_ONCE = 8


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Threads, each with its own connection."""

    def change(self, assignment, **fields) -> Callable[[], object]:
        pair = assignment.product_id, assignment.certification.short_id
        return lambda: assignments.update(*pair, fields, PLANNER)

    def test_every_change_of_metadata_counts(self):
        assignment = AssignmentFactory(metadata={"old": "yes"})

        at_once(*(self.change(assignment, metadata={f"key {n}": str(n)}) for n in range(AT_ONCE)))

        assignment.refresh_from_db()
        assert assignment.metadata == {"old": "yes"} | {f"key {n}": str(n) for n in range(AT_ONCE)}
        assert AuditEntry.objects.filter(action=Action.CERTIFICATION_UPDATED).count() == AT_ONCE
        assert sorted(len(version.metadata) for version in assignment.history.all()) == list(range(1, AT_ONCE + 2))

    def test_a_limit_holds_for_all_of_them_together(self):
        assignment = AssignmentFactory(metadata={f"key {n}": "x" for n in range(48)})

        answers = at_once(*(self.change(assignment, metadata={f"new {n}": "x"}) for n in range(AT_ONCE)))

        assignment.refresh_from_db()
        assert len(assignment.metadata) == 50
        assert sum(isinstance(answer, Refusal) for answer in answers) == AT_ONCE - 2

    def test_changes_of_different_fields_both_count(self):
        assignment = AssignmentFactory()

        at_once(self.change(assignment, scope="Product"), self.change(assignment, issuing_body="Ecocert"))

        assignment.refresh_from_db()
        assert (assignment.scope, assignment.issuing_body) == ("Product", "Ecocert")

    def test_two_dates_that_each_would_be_right_alone(self):
        assignment = AssignmentFactory(valid_from="2024-01-01", expiration_date="2024-12-31")

        answers = at_once(
            self.change(assignment, valid_from="2024-09-01"), self.change(assignment, expiration_date="2024-06-30")
        )

        assert [type(answer) for answer in answers if isinstance(answer, Refusal)] == [EndsBeforeItStarts]

    def test_a_pair_is_made_once(self):
        product, certification = ProductFactory(), CertificationFactory()
        body = {"certification_id": certification.short_id}

        answers = at_once(*[lambda: assignments.assign(product.gtin, body, PLANNER)] * AT_ONCE)

        assert [type(answer) for answer in answers].count(AlreadyAssigned) == AT_ONCE - 1
        assert CertificationAssignment.objects.count() == AuditEntry.objects.count() == 1

    def test_a_product_is_made_once(self):
        answers = at_once(*[lambda: products.create({"gtin": gtin_of(1), "name": "x"}, PLANNER)] * AT_ONCE)

        assert [type(answer) for answer in answers].count(ProductExists) == AT_ONCE - 1
        assert Product.objects.count() == Product.history.count() == 1

    def test_one_is_withdrawn_once_and_not_changed_afterwards(self):
        assignment = AssignmentFactory()
        pair = assignment.product_id, assignment.certification.short_id

        answers = at_once(*[lambda: assignments.unassign(*pair, PLANNER)] * 3, self.change(assignment, scope="Product"))

        assert [type(answer) for answer in answers[:3]].count(NotFound) == 2
        last = CertificationAssignment.history.order_by("-history_id").first()
        assert (last.history_type, CertificationAssignment.objects.count()) == ("-", 0)


@pytest.mark.django_db
class TestLostByAHair:
    """Looked, saw nothing, and somebody else was quicker: the database refuses, in the words of the first look."""

    def test_of_a_pair(self, monkeypatch):
        there = AssignmentFactory()
        looks = iter([False, True])
        monkeypatch.setattr(assignments, "_is_assigned", lambda product, certification: next(looks))
        body = {"certification_id": there.certification.short_id}

        with nothing_written(), pytest.raises(AlreadyAssigned, match="is assigned to this product already"):
            assignments.assign(there.product_id, body, PLANNER)

    def test_what_else_the_database_refuses_is_not_explained_away(self, monkeypatch):
        monkeypatch.setattr(assignments, "_check_dates", lambda *dates: None)
        product, certification = ProductFactory(), CertificationFactory()
        dates = {"valid_from": "2024-02-01", "expiration_date": "2024-01-01"}

        with nothing_written(), pytest.raises(IntegrityError, match="assignment_covers_a_day"):
            assignments.assign(product.gtin, {"certification_id": certification.short_id} | dates, PLANNER)

    def test_of_a_number(self, monkeypatch):
        there = ProductFactory()
        find = Product.objects.filter
        looks = iter([Product.objects.none(), find(pk=there.pk)])
        monkeypatch.setattr(Product.objects, "filter", lambda **by: next(looks))

        with nothing_written(), pytest.raises(ProductExists):
            products.create({"gtin": there.gtin, "name": "Another"}, PLANNER)
