"""The demo's products: sold under real numbers, certified in every state that QC has to tell apart."""

from datetime import timedelta

import pytest

from certificates.gtin import normalized
from certificates.models import CertificationAssignment, Product, VerificationStatus
from certificates.validity import covers
from shopplanr import clock
from shopplanr.accounts.roles import Role
from shopplanr.demo.jobs import JOBS
from tests.accounts.factories import UserFactory, token_client
from tests.demo.story import tell
from tests.demo.test_shop import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def demo_shop():
    tell((), NOW)
    with clock.told(NOW):
        yield


def test_numbers_are_those_that_gs1_keeps_for_demonstrations():
    assert Product.objects.count() == 4
    assert all(gtin.startswith("0952") for gtin in Product.objects.values_list("gtin", flat=True))


def test_certifications_that_hold_that_ended_and_that_end_soon():
    held = list(CertificationAssignment.objects.all())
    today = NOW.date()

    active = [each for each in held if covers(each.valid_from, each.expiration_date, today)]
    soon = [each for each in active if each.expiration_date and each.expiration_date <= today + timedelta(days=30)]
    assert 0 < len(soon) < len(active) < len(held)
    assert {each.verification_status for each in held} == set(VerificationStatus.values)


def test_what_was_given_by_mistake_was_withdrawn_with_a_reason():
    (gone,) = CertificationAssignment.history.filter(history_type="-")
    assert "wrong product" in gone.history_change_reason


def test_integrators_find_them():
    client = token_client(UserFactory(role=Role.AUDITORS))

    (valve,) = client.get("/api/products", {"search": "valve"}).json()
    active = client.get(f"/api/products/{valve['gtin']}/certifications", {"is_active": "true"}).json()

    assert {each["code"] for each in active} == {"CE_PED", "NACE_MR0175"}


def test_jobs_say_which_of_them_they_make():
    made = {plan.product for plan in JOBS if plan.product}

    assert {normalized(gtin) for gtin in made} == set(Product.objects.values_list("gtin", flat=True))
    assert any(not plan.product for plan in JOBS), "and some make what is sold under no number"
