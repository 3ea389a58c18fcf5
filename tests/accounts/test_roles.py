"""The table of rights, against the words of decision 6, and the sentences that come from it."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission

from shopplanr.accounts.roles import ROLE_RIGHTS, Right, Role, refusal_sentence

DECIDED = {
    Role.OPERATORS: "READ READ_AUDIT CREATE_SERIALS ADVANCE SCRAP ATTACH NOTE ASK",
    Role.SUPERVISORS: "READ READ_AUDIT CREATE_SERIALS ADVANCE SCRAP ATTACH NOTE ASK OVERRIDE WAIVE FORCE_COMPLETE PLAN",
    Role.QC: "READ READ_AUDIT ATTACH ATTACH_LATE NOTE ASK CERTIFY REVOKE WAIVE KEEP_CATALOGUE CERTIFY_PRODUCTS",
    Role.AUDITORS: "READ READ_AUDIT",
    Role.INTEGRATIONS: " ".join(right.name for right in Right),
}


@pytest.mark.parametrize("role", Role)
def test_each_role_has_the_rights_that_were_decided(role):
    assert {right.name for right in ROLE_RIGHTS[role]} == set(DECIDED[role].split())


@pytest.mark.django_db
@pytest.mark.parametrize("right", Right)
def test_each_right_is_a_permission_of_the_database(right):
    app_label, codename = right.split(".")

    assert Permission.objects.filter(content_type__app_label=app_label, codename=codename).count() == 1


def test_the_settings_know_the_same_roles():
    assert tuple(settings.ROLE_NAMES) == tuple(role.value for role in Role)


@pytest.mark.parametrize(
    ("right", "sentence"),
    [
        (Right.SCRAP, "You may not scrap parts. Ask an operator, a supervisor or an administrator."),
        (Right.OVERRIDE, "You may not override steps. Ask a supervisor or an administrator."),
        (Right.WAIVE, "You may not waive steps. Ask a supervisor, QC or an administrator."),
        (Right.CERTIFY, "You may not record certificates. Ask QC or an administrator."),
        (Right.REVOKE, "You may not revoke certificates and put them right. Ask QC or an administrator."),
        (Right.CERTIFY_PRODUCTS, "You may not certify products. Ask QC or an administrator."),
        (Right.NOTE, "You may not write notes. Ask an administrator."),
        (Right.MANAGE_USERS, "You may not manage people's accounts. Ask an administrator."),
        (Right.READ, "You may not look at jobs and parts. Ask an administrator."),
    ],
)
def test_a_refusal_says_what_and_whom_to_ask(right, sentence):
    assert refusal_sentence(right) == sentence
