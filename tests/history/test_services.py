"""Every change that a service makes is a version: what the row was, by whom, why, and caused by which event."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from audit.models import AuditEntry
from certificates.services import attaching
from serials.models import Job, Path, Serial, Step
from serials.services import advancement, deferrals, endings, jobs, overrides, paths, steps
from shopplanr import clock
from shopplanr.accounts.services import update_user
from shopplanr.actor import Actor
from tests.accounts.factories import UserFactory
from tests.factories import CertificateFactory, JobFactory, PathFactory, make_serial, make_serials, steps_of
from tests.lifecycle.tables import versions_that_lag_behind

pytestmark = pytest.mark.django_db

DANA = Actor("dana", called_by="user_li", credential="session")


def kinds(record) -> str:
    """Return the kinds of a record's versions, oldest first: ``+`` created, ``~`` changed, ``-`` deleted."""
    return "".join(versions_of(record).values_list("history_type", flat=True))


def versions_of(record):
    """Return all versions of a record, oldest first."""
    return type(record).history.filter(**{record._meta.pk.attname: record.pk}).order_by("history_id")


def newest(record):
    """Return the newest version of a record."""
    return versions_of(record).last()


# --- Planning


def test_a_job_that_is_made_and_changed_has_two_versions():
    job = jobs.create({"name": "Bracket", "goalQuantity": 5}, DANA)
    jobs.update(job.id, {"goalQuantity": 8}, Actor("li"))
    first, second = Job.history.filter(id=job.id).order_by("history_id")
    assert (first.history_type, first.goal_quantity, first.history_user_id) == ("+", 5, "dana")
    assert (second.history_type, second.goal_quantity, second.history_user_id) == ("~", 8, "li")


def test_a_path_is_versioned_with_its_steps():
    path = PathFactory()
    assert [kinds(path), *map(kinds, steps_of(path))] == ["+", "+", "+", "+"]


def test_a_step_that_stays_as_it_is_gets_no_version():
    path = PathFactory(steps=("Saw", "Mill"))
    saw, mill = steps_of(path)
    items = [{"id": saw.id, "name": "Saw"}, {"id": mill.id, "name": "Mill 2"}, {"name": "Pack"}]
    paths.update(path.id, {"steps": items}, DANA)
    assert [kinds(step) for step in steps_of(path)] == ["+", "+~", "+"]
    assert newest(mill).history_user_id == "dana"


def test_steps_that_change_places_are_versioned_at_their_new_place():
    path = PathFactory(steps=("Saw", "Mill"))
    saw, mill = steps_of(path)
    paths.update(path.id, {"steps": [{"id": mill.id, "name": "Mill"}, {"id": saw.id, "name": "Saw"}]}, DANA)
    assert [(newest(step).order, kinds(step)) for step in (mill, saw)] == [(0, "+~"), (1, "+~")]
    assert versions_that_lag_behind() == []


def test_a_path_that_is_deleted_lives_on_in_its_history():
    path = PathFactory(steps=("Saw",))
    saw = steps_of(path)[0]
    paths.delete(path.id, DANA)
    for record in (path, saw):
        assert kinds(record) == "+-"
        assert newest(record).history_user_id == "dana"
    assert Path.history.get(id=path.id, history_type="-").name == path.name


def test_settings_of_a_step_and_of_a_path_are_versioned():
    path, user = PathFactory(), UserFactory()
    step = steps_of(path)[0]
    steps.configure(step.id, {"optional": True}, DANA)
    steps.assign(step.id, user.pk, DANA)
    paths.set_mode(path.id, "flexible", DANA)
    versions = Step.history.filter(id=step.id).order_by("history_id").values_list("optional", "assigned_to_id")
    assert list(versions) == [(False, None), (True, None), (True, user.pk)]
    assert newest(path).advancement_mode == "flexible"


def test_a_certificate_has_one_version_for_ever():
    certificate = CertificateFactory(metadata={"heat": "A-1"})
    assert kinds(certificate) == "+"
    assert newest(certificate).metadata == {"heat": "A-1"}


# --- Parts


def test_every_part_of_a_batch_has_its_first_version(django_assert_max_num_queries):
    path = PathFactory()
    with django_assert_max_num_queries(20):
        made = make_serials(path, 300, DANA)
    versions = Serial.history.filter(path=path.id)
    assert sorted(versions.values_list("number", flat=True)) == [part.number for part in made]
    created = AuditEntry.objects.get(action="serial_created")
    assert set(versions.values_list("history_type", "history_user_id", "audit_entry")) == {("+", "dana", created.pk)}


def deferred_part() -> SimpleNamespace:
    """Return a part at the third of four steps, whose second is deferred."""
    path = PathFactory(advancementMode="flexible", steps=("Saw", "Mill", "Deburr", "Inspect"))
    part = make_serial(path)
    advancement.advance_to(part.id, 2, DANA)
    return SimpleNamespace(id=part.id, part=part, route=steps_of(path))


MOVES = {
    "advance": (lambda it: advancement.advance(it.id, DANA), "serial_advanced", None),
    "advance-to": (lambda it: advancement.advance_to(it.id, 3, DANA), "serial_advanced", None),
    "scrap": (lambda it: endings.scrap(it.id, "damaged", None, DANA), "serial_scrapped", "damaged"),
    "scrap with words": (lambda it: endings.scrap(it.id, "other", "fell", DANA), "serial_scrapped", "fell"),
    "force-complete": (lambda it: endings.force_complete(it.id, None, DANA), "serial_force_completed", None),
    "force-complete with words": (
        lambda it: endings.force_complete(it.id, "customer agreed", DANA),
        "serial_force_completed",
        "customer agreed",
    ),
    "complete": (
        lambda it: (
            deferrals.complete_deferred(it.id, it.route[1].id, DANA),
            advancement.advance(it.id, DANA),
            advancement.advance(it.id, DANA),
        ),
        "serial_completed",
        None,
    ),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_move_writes_a_version_that_names_who_why_and_the_event(move):
    call, action, reason = MOVES[move]
    it = deferred_part()
    call(it)
    version = newest(it.part)
    assert (version.history_type, version.history_user_id, version.history_change_reason) == ("~", "dana", reason)
    assert version.audit_entry == AuditEntry.objects.get(sequence=version.audit_entry_id, serial_id=it.id)
    assert version.audit_entry.action == action
    assert version.audit_entry.called_by == "user_li", "who really called stands in the entry"
    assert versions_that_lag_behind() == []


IN_PLACE = {
    "attach": lambda it: attaching.attach(it.id, CertificateFactory().id, DANA),
    "override": lambda it: overrides.create(it.id, None, it.route[3].id, "no burr", DANA),
    "waive": lambda it: deferrals.waive(it.id, it.route[1].id, "customer agreed", DANA),
    "complete deferred": lambda it: deferrals.complete_deferred(it.id, it.route[1].id, DANA),
}


@pytest.mark.parametrize("call", IN_PLACE)
def test_what_does_not_touch_the_parts_row_writes_no_version_of_it(call):
    it = deferred_part()
    before = kinds(it.part)
    IN_PLACE[call](it)
    assert kinds(it.part) == before
    assert versions_that_lag_behind() == []


# --- Who and when


def test_the_user_stays_in_the_history_as_text_when_the_account_changes():
    user = UserFactory(name="Maria Lopez")
    part = make_serial()
    advancement.advance(part.id, Actor(user.pk, credential="session"))
    update_user(user.pk, {"name": "Maria Ortega", "active": False})
    version = newest(part)
    assert version.history_user_id == version.history_user == user.pk
    assert version.audit_entry.user_id == user.pk


def test_a_name_that_is_nobodys_account_is_kept_as_it_was_given():
    part = make_serial()
    advancement.advance(part.id, Actor("Maria at the saw 🪚", credential="kiosk"))
    assert newest(part).history_user == "Maria at the saw 🪚"


def test_a_version_bears_the_time_of_its_event():
    part, moment = make_serial(), datetime(2024, 1, 15, 11, tzinfo=UTC)
    with clock.told(moment):
        advancement.advance(part.id, DANA)
        jobs.update(part.job_id, {"name": "New name"}, DANA)
    assert newest(part).history_date == newest(part.job).history_date == moment


def test_a_row_can_be_seen_as_it_was():
    with clock.told(datetime(2024, 1, 15, 11, tzinfo=UTC)):
        part = make_serial()
    with clock.told(datetime(2024, 1, 16, 11, tzinfo=UTC)):
        advancement.advance(part.id, DANA)
    as_it_was = part.history.as_of(datetime(2024, 1, 15, 12, tzinfo=UTC) + timedelta(hours=1))
    assert (as_it_was.current_step_index, Serial.objects.get(pk=part.pk).current_step_index) == (0, 1)


def test_versions_of_the_same_millisecond_keep_their_order():
    with clock.told(datetime(2024, 1, 15, 11, tzinfo=UTC)):
        job = JobFactory()
        for goal in (2, 3, 4):
            jobs.update(job.id, {"goalQuantity": goal}, DANA)
    assert [version.goal_quantity for version in job.history.all()] == [4, 3, 2, 10]
