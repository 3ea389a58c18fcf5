"""Row history: every version with what changed, who did it, why, and the entry that caused it. To look at only."""

import pytest
from django.contrib.admin.utils import quote

from audit.models import AuditEntry
from serials.models import Job, Serial
from serials.services import advancement, endings, jobs, overrides, paths, steps
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.admin.conftest import staff
from tests.admin.desk import everything, url
from tests.factories import PLANNER, CertificateFactory, JobFactory, PathFactory, make_serials, steps_of

pytestmark = pytest.mark.django_db


def test_a_parts_history_says_what_changed_who_did_it_why_and_what_caused_it(qc):
    maria = UserFactory(name="Maria Lopez")
    (part,) = make_serials()
    advancement.advance(part.id, Actor(maria.pk))
    endings.scrap(part.id, "other", "Fell off the cart", Actor("Line 3", credential="kiosk"))

    response = qc.get(url("serials_serial", "history", part.pk))
    page = response.content.decode()

    scrapped, advanced, created = response.context["page_obj"].object_list
    assert [version.kind for version in (scrapped, advanced, created)] == ["Changed", "Changed", "Created"]
    assert advanced.changes == [{"field": "Current step index", "before": "1 Saw", "after": "2 Mill"}]
    assert {"field": "Status", "before": "In progress", "after": "Scrapped"} in scrapped.changes
    assert {"field": "Scrap step", "before": "–", "after": "Mill"} in scrapped.changes
    assert scrapped.history_change_reason == "Fell off the cart"
    assert "Maria Lopez" in str(advanced.who)
    assert scrapped.who == "Line 3"
    assert url("audit_auditentry", "change", AuditEntry.objects.get(action="serial_scrapped").pk) in page
    assert "Batch created" in page
    assert not any(change["field"] == "Updated at" for change in scrapped.changes)


def test_every_tracked_record_has_a_history_that_renders(qc):
    path = PathFactory()
    step = steps_of(path)[1]
    jobs.update(path.job_id, {"goalQuantity": 12, "dueDate": "2027-01-15"}, PLANNER)
    paths.update(path.pk, {"name": "Another name"}, PLANNER)
    steps.assign(step.pk, UserFactory(name="Maria Lopez").pk, PLANNER)
    steps.configure(step.pk, {"optional": True}, PLANNER)

    def page(model, pk):
        response = qc.get(url(model, "history", pk))
        assert response.status_code == 200
        return response.content.decode()

    assert "15 Jan 2027" in page("serials_job", path.job_id)
    assert "Another name" in page("serials_path", path.pk)
    assert "Maria Lopez" in page("serials_step", step.pk)
    assert "heat" in page("certificates_certificate", CertificateFactory(metadata={"heat": "4711"}).pk)


def test_the_last_version_of_a_page_is_compared_with_the_first_of_the_next(qc, monkeypatch):
    monkeypatch.setattr("audit.admin.history.TrackedAdmin.history_list_per_page", 2)
    job = JobFactory(goalQuantity=1)
    for goal in (2, 3, 4):
        jobs.update(job.pk, {"goalQuantity": goal}, PLANNER)

    response = qc.get(url("serials_job", "history", job.pk))
    _, second = response.context["page_obj"].object_list
    older, first = qc.get(url("serials_job", "history", job.pk), {"p": 2}).context["page_obj"].object_list

    assert second.changes == [{"field": "Goal quantity", "before": "2", "after": "3"}]
    assert older.changes == [{"field": "Goal quantity", "before": "1", "after": "2"}]
    assert first.kind == "Created"
    assert first.values


def test_a_step_that_is_gone_leaves_its_history_readable(qc):
    path = PathFactory()
    gone = steps_of(path)[2]
    paths.update(path.pk, {"steps": [{"name": "Saw"}]}, PLANNER)

    response = qc.get(url("serials_step", "history", gone.pk))

    assert response.status_code == 200
    assert response.context["page_obj"].object_list[0].kind == "Deleted"


def test_one_version_is_shown_as_it_was_and_nothing_is_put_back(administrator):
    (part,) = make_serials()
    advancement.advance(part.id, PLANNER)
    first = Serial.history.order_by("history_id").first()
    address = url("serials_serial", "simple_history", part.pk, first.pk)

    page = administrator.get(address)
    before = everything()

    assert {"field": "Current step index", "value": "1 Saw"} in page.context["fields"]
    assert "Revert" not in page.content.decode()
    assert administrator.post(address, {"status": "completed"}).status_code == 405
    assert administrator.get(url("serials_serial", "simple_history", part.pk, 10**9)).status_code == 404
    assert everything() == before


def test_a_version_of_another_record_is_not_shown_under_this_one(qc):
    one, other = JobFactory(), JobFactory()
    version = other.history.get()

    assert qc.get(url("serials_job", "simple_history", other.pk, version.pk)).status_code == 200
    assert qc.get(url("serials_job", "simple_history", one.pk, version.pk)).status_code == 404


def test_history_is_for_those_who_may_see_the_record(qc, auditor):
    job = JobFactory()
    operator = staff(Role.OPERATORS)

    assert auditor.get(url("serials_job", "history", job.pk)).status_code == 200
    for page, arguments in (("history", [job.pk]), ("simple_history", [job.pk, job.history.get().pk])):
        assert operator.get(url("serials_job", page, *arguments)).status_code == 403


def test_ids_that_look_like_escapes_survive_the_address(qc):
    # The admin writes "_" in an address as "_5F", and would read this id as "job/Xq3".
    job = Job.objects.create(id="job_2FXq3", name="Awkward", goal_quantity=1, priority=1)

    assert quote(job.pk) == "job_5F2FXq3"
    assert qc.get(url("serials_job", "history", job.pk)).context["object"] == job
    assert qc.get(url("serials_job", "change", job.pk)).context["original"] == job


def test_an_override_shows_on_its_part_with_who_made_it(qc):
    (part,) = make_serials()
    maria = UserFactory(name="Maria Lopez")
    overrides.create(part.id, None, steps_of(part.path)[2].pk, "Sampled lot", Actor(maria.pk))

    page = qc.get(url("serials_serial", "change", part.pk)).content.decode()

    assert "Sampled lot" in page
    assert "Maria Lopez" in page
    assert "overridden" in page
