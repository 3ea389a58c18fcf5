"""How versions are written: whole, for single rows and for thousands, also past the services."""

from uuid import uuid4

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.models import F

from audit import history, trail
from audit.models import Action, AuditEntry
from certificates.models import Certificate, Certification, CertificationAssignment, JobProduct, Product
from certificates.services import products_of_jobs
from serials.models import (
    Job,
    LibraryEntry,
    Path,
    RouteTemplate,
    Serial,
    Step,
    StepRequirement,
    TemplateRequirement,
    TemplateStep,
)
from shopplanr import clock
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.api.certs.test_create import FACTS as CERTIFICATE_FACTS
from tests.api.products.test_assign import FACTS
from tests.factories import (
    AssignmentFactory,
    CertificateFactory,
    CertificationFactory,
    JobFactory,
    LibraryEntryFactory,
    PathFactory,
    ProductFactory,
    TemplateFactory,
    make_serial,
    make_serials,
    put_right,
    steps_of,
)
from tests.lifecycle.tables import our_models, versions_that_lag_behind

pytestmark = pytest.mark.django_db

TRACKED = [
    *(Job, Path, Step, LibraryEntry, Serial, RouteTemplate, TemplateStep),
    *(StepRequirement, TemplateRequirement),
    *(Certificate, Product, Certification, CertificationAssignment, JobProduct),
]

BESIDE = {"history_id", "history_date", "history_type", "history_user_id", "history_change_reason", "audit_entry_id"}
"""What a version has beside the columns of its row."""

DANA = Actor("dana")


def make_full(model: type[models.Model]) -> models.Model:
    """Return a row in which every column that can be filled is filled, and differs from its default."""
    if model is Certificate:
        first = CertificateFactory(name="Anodizing")
        return put_right(first, type="process", metadata={"lot": "7"}, **CERTIFICATE_FACTS)
    if model is JobProduct:
        product = ProductFactory(description="of steel")
        products_of_jobs.create({"name": "Bracket", "goalQuantity": 5, "productGtin": product.gtin}, DANA)
        return JobProduct.objects.get()
    if model is LibraryEntry:
        return LibraryEntryFactory(kind="location", name="Bay 4")
    asked = {"certificateType": "process", "quantity": 2, "en10204Minimum": "3.1", "policy": "warn"}
    if model is StepRequirement:
        (row,) = steps_of(PathFactory(steps=[{"name": "Saw", "requirements": [asked]}]))[0].asked
        StepRequirement.objects.filter(pk=row.pk).update(retired_at=clock.now())
        return StepRequirement.objects.get(pk=row.pk)
    if model is TemplateRequirement:
        TemplateFactory(steps=[{"name": "Saw", "requirements": [asked]}])
        return TemplateRequirement.objects.get()
    if model in (RouteTemplate, TemplateStep):
        step = {"name": "Mill", "location": "Bay 4", "optional": True, "dependencyType": "physical"}
        template = TemplateFactory(advancementMode="per_step", steps=("Saw", step))
        return template if model is RouteTemplate else template.steps.get(order=1)
    if model in (Product, Certification, CertificationAssignment):
        held = AssignmentFactory(
            product=ProductFactory(description="of steel"),
            certification=CertificationFactory(
                code="CE", description="x", url="http://x.example", logo_url="http://y.example"
            ),
            **FACTS,
        )
        return {Product: held.product, Certification: held.certification}.get(model, held)
    path = PathFactory(
        job=JobFactory(
            dueDate="2024-03-01",
            customer="Aldine",
            purchaseOrder="4500",
            partNumber="LG-4",
            partRevision="F",
            priority=1,
            tags=["titanium", "first article"],
            jiraTicketKey="PI-7",
            jiraTicketSummary="Bracket",
            jiraPartNumber="1234-A",
            jiraPriority="High",
            jiraEpicLink="PI-1",
            jiraLabels=["rush"],
            goalQuantity=77,
        ),
        advancementMode="per_step",
        steps=[{"name": "Saw"}, {"name": "Mill", "location": "Bay 4", "optional": True, "dependencyType": "physical"}],
    )
    step = steps_of(path)[1]
    Step.objects.filter(pk=step.pk).update(assigned_to=UserFactory())
    part = make_serial(path)
    Serial.objects.filter(pk=part.pk).update(
        current_step_index=1,
        status="scrapped",
        scrap_reason="other",
        scrap_explanation="fell",
        scrap_step=step,
        scrapped_at=clock.now(),
        scrapped_by="li",
    )
    return model.objects.get(pk={Job: path.job_id, Path: path.id, Step: step.id, Serial: part.pk}[model])


def test_exactly_the_models_that_the_decisions_name_are_tracked():
    assert {model for model in our_models() if hasattr(model, "history")} == set(TRACKED)


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_a_version_has_every_column_of_its_row_and_the_facts(model):
    """A new fact that ``record_versions`` does not write would show up here; so would a column that is not tracked."""
    columns = {field.attname for field in model._meta.concrete_fields}
    assert {field.attname for field in model.history.model._meta.concrete_fields} == columns | BESIDE


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_a_bulk_version_is_the_row_in_every_column(model):
    row = make_full(model)
    before = model.history.count()
    entry = AuditEntry.objects.create(action="note_created", user_id="dana")
    count = history.record_versions(
        model.objects.filter(pk=row.pk), history.CHANGED, DANA, reason="because", entry=entry
    )
    assert (count, model.history.count()) == (1, before + 1)
    version = model.history.order_by("history_id").last()
    for field in model._meta.concrete_fields:
        assert getattr(version, field.attname) == getattr(row, field.attname), field.name
    assert (version.history_type, version.history_user_id, version.history_change_reason) == ("~", "dana", "because")
    assert version.audit_entry == entry
    assert version.history_date <= clock.now()


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_single_and_bulk_versions_are_alike(model):
    """``save`` goes through simple-history, ``record_versions`` through one statement: nobody can tell which was it."""
    row = make_full(model)
    if model is Certificate:  # cannot be saved again
        single = row.history.get()
    else:
        history.attribute(row, DANA).save()
        single = model.history.order_by("history_id").last()
    history.record_versions(
        model.objects.filter(pk=row.pk),
        single.history_type,
        Actor(single.history_user_id),
        reason=single.history_change_reason,
        entry=single.audit_entry,
    )
    bulk = model.history.order_by("history_id").last()
    for field in model.history.model._meta.concrete_fields:
        if field.attname not in ("history_id", "history_date"):
            assert getattr(bulk, field.attname) == getattr(single, field.attname), field.name


@pytest.mark.parametrize("model", TRACKED, ids=lambda model: model.__name__)
def test_of_no_rows_no_versions_are_written(model):
    nobody = uuid4() if isinstance(model._meta.pk, models.UUIDField) else -1
    for nothing in (model.objects.none(), model.objects.filter(pk__in=[]), model.objects.filter(pk=nobody)):
        assert history.record_versions(nothing, history.CHANGED, DANA) == 0


def test_of_no_rows_no_entries_are_written():
    written = trail.record_for_rows(Action.CERT_ATTACHED, DANA, Serial.objects.none(), job_id=F("job_id"))
    assert (written, AuditEntry.objects.count()) == (0, 0)


def test_only_the_rows_in_question_get_a_version_each_in_one_statement(django_assert_num_queries):
    path = PathFactory()
    some = make_serials(path, 40)[10:20]
    before = Serial.history.count()
    rows = Serial.objects.filter(pk__in=[part.pk for part in some])
    with django_assert_num_queries(1):
        assert history.record_versions(rows, history.CHANGED, DANA) == len(some)
    versions = Serial.history.order_by("history_id")[before:]
    assert [version.number for version in versions] == [part.number for part in some]


def test_nobody_is_an_empty_text():
    job = JobFactory()
    history.record_versions(Job.objects.all(), history.CHANGED, Actor(None))
    version = job.history.order_by("history_id").last()
    assert (version.history_user_id, version.history_user, version.history_change_reason) == ("", None, None)


# --- Past the services


def test_a_row_that_is_saved_past_the_services_is_versioned_too():
    job = Job.objects.create(name="Bracket", goal_quantity=5, priority=1)
    job.name = "Bracket, left"
    job.save()
    Job.objects.get(pk=job.pk).delete()
    versions = Job.history.filter(id=job.pk).order_by("history_id")
    assert [(version.history_type, version.name) for version in versions] == [
        ("+", "Bracket"),
        ("~", "Bracket, left"),
        ("-", "Bracket, left"),
    ]
    assert {version.history_user_id for version in versions} == {""}
    assert {version.audit_entry for version in versions} == {None}


def test_a_part_that_is_saved_past_the_services_is_versioned_too():
    part = make_serial()
    part.current_step_index = 1
    part.save(update_fields=["current_step_index"])
    assert versions_that_lag_behind() == []
    assert part.history.count() == 2


def test_what_was_said_of_one_save_is_said_anew_of_the_next():
    job = JobFactory()
    history.attribute(job, DANA, reason="typo").save()
    history.attribute(job, Actor("li")).save()
    newest, before = Job.history.order_by("-history_id")[:2]
    assert (before.history_user_id, before.history_change_reason) == ("dana", "typo")
    assert (newest.history_user_id, newest.history_change_reason) == ("li", None)


def test_an_update_past_the_services_is_what_these_tests_would_notice():
    """``update()`` leaves no version: whoever uses it calls ``record_versions``. The generated histories look."""
    job = JobFactory()
    Job.objects.filter(pk=job.pk).update(name="Changed in passing")
    assert versions_that_lag_behind() == [f"serials.Job {job.pk}"]


# --- The tables themselves


def test_every_number_that_the_engine_gives_out_has_64_bits():
    """Versions are the most numerous rows; 32 bits would last for weeks at a thousand advances per second."""
    counting = (models.AutoField, models.SmallAutoField)
    for config in apps.get_app_configs():
        if config.label in ("audit", "serials", "certificates"):
            for model in config.get_models():
                assert not isinstance(model._meta.pk, counting) or isinstance(model._meta.pk, models.BigAutoField), (
                    model
                )


def test_a_records_versions_are_found_by_an_index():
    with connection.cursor() as cursor:
        for model in TRACKED:
            table, key = model.history.model._meta.db_table, model._meta.pk.column
            there = connection.introspection.get_constraints(cursor, table).values()
            assert any(known["index"] and known["columns"][:1] == [key] for known in there), table
