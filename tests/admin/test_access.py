"""Who may enter the admin, what each role finds there, and that nobody deletes anything."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from audit.models import AuditEntry
from certificates.exchange import imports
from certificates.models import CertAttachment, Certificate, RecordImport
from certificates.services import attaching
from serials.models import (
    ApprovalRequest,
    Job,
    LibraryEntry,
    Note,
    NotePhoto,
    Path,
    RouteTemplate,
    Serial,
    SerialCounter,
    Step,
    StepOverride,
    StepStatus,
)
from serials.services import approvals, overrides, requirement_overrides, requirements
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.admin.conftest import at_desk, staff
from tests.admin.desk import deferred, url
from tests.factories import (
    OPERATOR,
    PLANNER,
    CertificateFactory,
    LibraryEntryFactory,
    TemplateFactory,
    make_note,
    steps_of,
)
from tests.pictures import photo

pytestmark = pytest.mark.django_db

SHOP_MODELS = (
    Job,
    Path,
    Step,
    Serial,
    StepStatus,
    StepOverride,
    ApprovalRequest,
    SerialCounter,
    Note,
    NotePhoto,
    RouteTemplate,
    LibraryEntry,
    Certificate,
    CertAttachment,
    RecordImport,
    AuditEntry,
)


def name_of(model) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


@pytest.fixture
def one_of_each():
    """A row of every kind of record."""
    (part,) = deferred()
    overrides.create(part.id, None, steps_of(part.path)[3].pk, "not on this drawing", PLANNER)
    approvals.request("waiver", part.id, steps_of(part.path)[1].pk, "not on this drawing", OPERATOR)
    attaching.attach(part.id, CertificateFactory().pk, OPERATOR)
    make_note([part], photos=[photo()])
    asked = {"certificateType": "process", "policy": "block_or_override"}
    TemplateFactory(steps=[{"name": "Saw", "requirements": [asked]}])
    requirement = requirements.set_of_step(steps_of(part.path)[3].pk, [asked], PLANNER).asked[0]
    requirement_overrides.create(part.id, {"requirementId": requirement.pk, "reason": "agreed"}, PLANNER)
    LibraryEntryFactory()
    imports.take("products", "products.csv", b"GTIN\n96385074", PLANNER)
    return [model.objects.first() for model in SHOP_MODELS]


def test_every_model_of_the_shop_is_registered():
    assert set(SHOP_MODELS) <= set(admin.site._registry)


@pytest.mark.parametrize("role", [None, *Role])
def test_without_the_staff_flag_nobody_enters(role):
    client = at_desk(UserFactory(role=role, is_staff=False))

    response = client.get(reverse("admin:index"))

    assert response.status_code == 302
    assert response.url.startswith(reverse("admin:login"))


def test_who_is_not_signed_in_is_asked_to():
    assert Client().get(url("serials_serial")).status_code == 302


@pytest.mark.parametrize("role", [Role.QC, Role.SUPERVISORS, Role.AUDITORS])
def test_readers_see_every_record_of_the_shop(role, one_of_each):
    client = staff(role)

    index = client.get(reverse("admin:index"))

    assert index.status_code == 200
    for record in one_of_each:
        name = name_of(record)
        assert url(name) in index.content.decode(), name
        assert client.get(url(name)).status_code == 200, name
        assert client.get(url(name, "change", record.pk)).status_code == 200, name


def test_staff_with_an_operators_role_see_parts_and_the_trail_only(one_of_each):
    client = staff(Role.OPERATORS)

    allowed = {name_of(model) for model in SHOP_MODELS if client.get(url(name_of(model))).status_code == 200}

    assert allowed == {"serials_serial", "audit_auditentry"}


@pytest.mark.parametrize(
    ("role", "addable"),
    [
        (Role.OPERATORS, set()),
        (Role.SUPERVISORS, {"serials_job", "serials_path", "serials_routetemplate", "serials_libraryentry"}),
        (Role.QC, {"certificates_certificate"}),
        (Role.AUDITORS, set()),
    ],
)
def test_what_each_role_may_add(role, addable):
    client = staff(role)

    assert {name_of(model) for model in SHOP_MODELS if client.get(url(name_of(model), "add")).status_code == 200} == (
        addable
    )


@pytest.mark.parametrize("role", [Role.QC, Role.AUDITORS])
def test_who_may_not_plan_changes_nothing_by_a_form(role, one_of_each):
    client = staff(role)

    for record in one_of_each:
        response = client.post(url(name_of(record), "change", record.pk), {"name": "Changed", "goal_quantity": 1})
        assert response.status_code == 403, record
        assert type(record).objects.filter(pk=record.pk).values().get() == {
            field.attname: getattr(record, field.attname) for field in record._meta.concrete_fields
        }


def test_not_even_an_administrator_deletes_a_record_of_the_shop(administrator, one_of_each):
    for record in one_of_each:
        name = name_of(record)
        assert administrator.get(url(name, "delete", record.pk)).status_code == 403, name
        assert administrator.post(url(name, "delete", record.pk), {"post": "yes"}).status_code == 403, name
        data = {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"}
        administrator.post(url(name), data)
        assert type(record).objects.filter(pk=record.pk).exists(), name


def test_no_list_offers_to_delete(administrator, one_of_each):
    for record in one_of_each:
        page = administrator.get(url(name_of(record))).content.decode()
        assert "delete_selected" not in page
        assert "deletelink" not in administrator.get(url(name_of(record), "change", record.pk)).content.decode()


def test_auditors_are_offered_no_action(auditor, one_of_each):
    for model in (Serial, StepStatus, StepOverride, ApprovalRequest):
        assert auditor.get(url(name_of(model))).context["action_form"] is None
    page = auditor.get(url("serials_serial", "change", Serial.objects.get().pk))
    assert page.context["tools"] == []
    assert "/act/" not in page.content.decode()


def test_addresses_that_name_nothing_lead_somewhere(administrator):
    for model in SHOP_MODELS:
        for wrong in ("nonsense", "\0", "9" * 40, "x" * 500):
            assert administrator.get(url(name_of(model), "change", wrong)).status_code == 302, (model, wrong)
    for wrong in ("nonsense", "\0", "9" * 40):
        assert administrator.get(url("serials_serial", "history", wrong)).status_code == 404
        assert administrator.get(url("serials_serial", "simple_history", 1, wrong)).status_code == 404
    for wrong in ("abc", "9" * 40, "\0"):
        data = {"action": "scrap", "_selected_action": [wrong]}
        assert administrator.post(url("serials_serial"), data, follow=True).status_code == 200


def test_a_part_is_reached_by_the_id_that_people_read(administrator, one_of_each):
    part = Serial.objects.get()

    assert part.id in administrator.get(f"/admin/serials/serial/{part.id}/change/").content.decode()
    assert administrator.get(f"/admin/serials/serial/{part.id}/history/").status_code == 200
