"""What holds for every kind of record in the admin: its history, the effects of its actions, its list and filters."""

from html import unescape

import pytest
from django.contrib import admin
from django.core.management import call_command

from audit.admin.history import TrackedAdmin
from audit.admin.witnessed import WitnessedAdmin
from bench.desk import choices_of
from certificates.models import ImportKind, RecordImport
from certificates.services import attaching
from serials.services import approvals, overrides, requirement_overrides, requirements
from shopplanr.accounts.roles import Role
from shopplanr.admin.confirming import ConfirmedAction
from tests.admin.conftest import staff
from tests.admin.desk import cost, deferred, url
from tests.factories import (
    OPERATOR,
    PLANNER,
    AssignmentFactory,
    CertificateFactory,
    LibraryEntryFactory,
    TemplateFactory,
    make_note,
    steps_of,
)
from tests.pictures import photo
from tests.queries import counted_statements
from tests.scans.scanner import Scanner

pytestmark = pytest.mark.django_db

SHOP_APPS = ("audit", "serials", "certificates", "floor")

KINDS = [model for model in admin.site._registry if model._meta.app_label in SHOP_APPS]

MOST_STATEMENTS = 20


def name_of(model) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def fill() -> None:
    """Add a record of every kind."""
    (part,) = deferred()
    steps = steps_of(part.path)
    overrides.create(part.id, None, steps[3].pk, "Not on this drawing", PLANNER)
    approvals.request("waiver", part.id, steps[1].pk, "Flat by hand", OPERATOR)
    attaching.attach(part.id, CertificateFactory().pk, OPERATOR)
    make_note([part], photos=[photo()])
    asked = {"certificateType": "process", "policy": "block_or_override"}
    TemplateFactory(steps=[{"name": "Saw", "requirements": [asked]}])
    requirement = requirements.set_of_step(steps[3].pk, [asked], PLANNER).asked[0]
    requirement_overrides.create(part.id, {"requirementId": requirement.pk, "reason": "Agreed"}, PLANNER)
    LibraryEntryFactory()
    AssignmentFactory()
    call_command("audit_verify")
    Scanner(actor=OPERATOR).scan("SN-99999")
    RecordImport.objects.create(
        kind=ImportKind.values[0], file_name="a.csv", digest="0" * 64, uploaded_by=PLANNER.user_id, content=b""
    )


def test_every_record_says_what_happened_to_it_by_whom_and_why(administrator):
    fill()
    for model in KINDS:
        record = model.objects.order_by("-pk").first()
        response = administrator.get(url(name_of(model), "history", record.pk))
        assert response.status_code == 200, model
        model_admin, page = admin.site._registry[model], unescape(response.content.decode())
        told = response.context["page_obj" if isinstance(model_admin, TrackedAdmin) else "entries"]
        if told:
            assert "by planner" in page or "by operator" in page, model
        else:
            # Django's own log, which would stand here, knows nothing of what services do.
            assert isinstance(model_admin, WitnessedAdmin), model
            assert model_admin.untold in page, model


def test_an_entrys_history_says_why():
    """What was written when an override was made stands in the override's history, and nothing of another step."""
    fill()
    qc = staff(Role.QC)
    override = next(model for model in KINDS if model.__name__ == "StepOverride").objects.get()

    response = qc.get(url("serials_stepoverride", "history", override.pk))

    assert "Not on this drawing" in response.content.decode()
    assert {entry.step_id for entry in response.context["entries"]} == {override.step_id}


def test_history_is_for_those_who_may_see_the_record():
    fill()
    operator, auditor = staff(Role.OPERATORS), staff(Role.AUDITORS)
    for model in KINDS:
        pk = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
        history, itself = (url(name_of(model), page, pk) for page in ("history", "change"))
        assert auditor.get(history).status_code == 200, history
        assert operator.get(history).status_code == operator.get(itself).status_code, history
        assert auditor.get(url(name_of(model), "history", "nobody\0")).status_code == 404, history


def test_every_action_shows_its_effect():
    for model_admin in admin.site._registry.values():
        for action in getattr(model_admin, "confirmed_actions", ()):
            assert type(action).effects is not ConfirmedAction.effects, action.name
            assert action.explanation


def test_every_list_and_filter_costs_the_same_however_long_it_is_and_counts_nothing_to_its_end(administrator):
    """One choice of each filter; ``make bench`` measures all of them with 100,000 parts."""
    fill()
    lists = [url(name_of(model)) for model in KINDS]
    pages = {address: administrator.get(address).content.decode() for address in lists}
    wanted = lists + [address + query for address, page in pages.items() for query in choices_of(page, most=1)]

    few = {address: cost(administrator, address) for address in lists}
    fill()
    fill()
    for address in wanted:
        with counted_statements() as statements:
            assert administrator.get(address).status_code == 200, address
        # A choice asks for what its menu offers; a list that was empty, not for what its rows are shown with.
        assert len(statements) <= min(few[address.partition("?")[0]] + 2, MOST_STATEMENTS), address
        counts = [sql for sql in statements.queries if sql.startswith("SELECT COUNT(*)")]
        assert all("LIMIT" in sql for sql in counts), address
    assert len(wanted) > 2 * len(lists)
