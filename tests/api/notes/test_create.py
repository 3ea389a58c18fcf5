"""``POST /api/notes`` with JSON: a note about one part or several, in the documented words."""

import pytest

from audit.models import Action, AuditEntry
from serials.models import Note, NoteSerial
from serials.services import advancement, endings
from tests.accounts.factories import UserFactory
from tests.api.answers import WRONG_TEXTS, assert_envelope, assert_refused, nothing_written
from tests.api.notes.floor import TEXT, URL
from tests.factories import OPERATOR, JobFactory, PathFactory, make_serial, make_serials, steps_of
from tests.queries import counted_statements

NOWHERE = {"jobId": "job_x", "pathId": "path_x", "stepId": "step_x"}
NOUNS = {"jobId": "Job", "pathId": "Path", "stepId": "ProcessStep"}


def written(response) -> dict:
    assert response.status_code == 201, response.content
    return response.json()


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_new_note_is_shown(slash, client, program, floor, told_time):
    note = written(client.post(URL + slash, floor.body(text=f"  {TEXT}\n")))

    assert note.pop("id").startswith("note_")
    assert note == {
        "jobId": floor.path.job_id,
        "pathId": floor.path.id,
        "stepId": floor.step_id,
        "serialIds": floor.ids[:1],
        "text": TEXT,
        "createdBy": program.pk,
        "createdAt": told_time,
    }


def test_about_several_parts_each_once_ascending(client, floor):
    first, second, third = floor.ids

    note = written(client.post(URL, floor.body(serialIds=[third, first, third, second])))

    assert note["serialIds"] == [first, second, third]
    assert Note.objects.count() == 1


def test_each_parts_trail_tells_of_it(client, program, floor, told_time):
    note = written(client.post(URL, floor.body(serialIds=floor.ids[:2])))

    for serial_id in floor.ids[:2]:
        entry = client.get(f"/api/audit/serial/{serial_id}").json()[-1]
        assert entry.pop("id").startswith("aud_")
        assert entry == {
            "action": "note_created",
            "userId": program.pk,
            "timestamp": told_time,
            "serialId": serial_id,
            "jobId": floor.path.job_id,
            "pathId": floor.path.id,
            "stepId": floor.step_id,
            "metadata": {"noteId": note["id"]},
        }
    assert client.get(f"/api/audit/serial/{floor.ids[2]}").json()[-1]["action"] == "serial_created"


def test_at_any_step_of_the_path_and_about_parts_in_any_state(client, floor):
    """A note is evidence, also of what became of a part."""
    moving, done, scrapped = floor.parts
    for _ in steps_of(floor.path):
        advancement.advance(done.id, OPERATOR)
    endings.scrap(scrapped.id, "damaged", None, OPERATOR)

    for step in steps_of(floor.path):
        note = written(client.post(URL, floor.body(stepId=step.id, serialIds=floor.ids)))
        assert note["stepId"] == step.id
    moving.refresh_from_db()
    assert (moving.status, moving.current_step_index, moving.updated_at) == ("in_progress", 0, moving.created_at)


def test_a_text_of_any_language_and_of_4000_characters(client, floor):
    for text in ("部品の縁にバリ", "Grat 🔩 <b>am</b> Sitz", "x" * 4000, "a\nb"):
        assert written(client.post(URL, floor.body(text=text)))["text"] == text
    message = "text must be at most 4000 characters"
    assert_refused(client.post(URL, floor.body(text="x" * 4001)), 400, message, code="too_long", field="text")


class TestWho:
    """Who wrote it."""

    def test_a_signed_in_caller_may_write_in_somebody_elses_name(self, client, program, floor):
        operator = UserFactory()

        assert written(client.post(URL, floor.body(userId=operator.pk)))["createdBy"] == operator.pk
        entry = AuditEntry.objects.get(action=Action.NOTE_CREATED)
        assert (entry.user_id, entry.called_by) == (operator.pk, program.pk)

    def test_a_kiosk_says_who(self, kiosk, floor):
        assert written(kiosk.post(URL, floor.body(userId=" dana ")))["createdBy"] == "dana"

    @pytest.mark.parametrize("wrong", WRONG_TEXTS)
    def test_a_kiosk_has_to_say_it(self, wrong, kiosk, floor):
        with nothing_written():
            response = kiosk.post(URL, floor.body() | {"userId": wrong})

        assert_refused(response, 400, "userId is required", code="required", field="userId")


class TestRefused:
    """What cannot be written, in the documented order."""

    @pytest.mark.parametrize("field", ["jobId", "pathId", "stepId", "text"])
    def test_a_text_that_is_missing(self, field, client, floor):
        for wrong in WRONG_TEXTS:
            with nothing_written():
                response = client.post(URL, floor.body() | {field: wrong})
            assert_refused(response, 400, f"{field} is required", code="required", field=field)
        assert_refused(client.post(URL, floor.body(**{field: None})), 400, f"{field} is required", field=field)

    @pytest.mark.parametrize("wrong", [None, [], "", "SN-00001", 1, True, {}, {"0": "SN-00001"}])
    def test_parts_that_are_missing(self, wrong, client, floor):
        with nothing_written():
            response = client.post(URL, floor.body() | {"serialIds": wrong})

        assert_refused(response, 400, "serialIds is required", code="required", field="serialIds")

    def test_parts_that_are_none(self, client, floor):
        for wrong in ([1], [None], [["SN-00001"]], [floor.ids[0], {}]):
            response = client.post(URL, floor.body(serialIds=wrong))
            assert_refused(response, 400, "serialIds must be a list of serial ids", field="serialIds")
        response = client.post(URL, floor.body(serialIds=floor.ids[:1] * 10_001))
        assert_refused(response, 400, "serialIds must have at most 10000 items", code="too_many", field="serialIds")

    @pytest.mark.parametrize("field", NOWHERE)
    def test_a_place_that_does_not_exist(self, field, client, floor):
        for unknown in (NOWHERE[field], "a\0b", "x" * 4000):
            with nothing_written():
                response = client.post(URL, floor.body(**{field: unknown}))
            if "\0" in unknown:
                assert_envelope(response, 400)
            else:
                assert_refused(response, 404, f"{NOUNS[field]} not found: {unknown}", code="not_found")

    @pytest.mark.parametrize("unknown", ["SN-00099", "SN-1", "sn-00001", "", "SN-" + "9" * 18, "SN-" + "9" * 40])
    def test_a_part_that_does_not_exist(self, unknown, client, floor):
        with nothing_written():
            response = client.post(URL, floor.body(serialIds=[floor.ids[0], unknown, "SN-00098"]))

        assert_refused(response, 404, f"SerialNumber not found: {unknown}", code="not_found")

    def test_a_path_of_another_job(self, client, floor):
        job = JobFactory()
        with nothing_written():
            response = client.post(URL, floor.body(jobId=job.id))

        message = f"Path {floor.path.id} does not belong to job {job.id}"
        assert_refused(response, 400, message, code="path_of_another_job")

    def test_a_step_of_another_path(self, client, floor):
        step = steps_of(PathFactory(job=floor.path.job))[0]
        with nothing_written():
            response = client.post(URL, floor.body(stepId=step.id))

        message = f"ProcessStep {step.id} does not belong to path {floor.path.id}"
        assert_refused(response, 400, message, code="step_of_another_path")

    def test_a_part_on_another_path_is_named(self, client, floor):
        stray = make_serial(PathFactory(job=floor.path.job))
        with nothing_written():
            response = client.post(URL, floor.body(serialIds=[*floor.ids, stray.id]))

        message = f"Serial {stray.id} is not on path {floor.path.id}"
        assert_refused(response, 400, message, code="serial_on_another_path")

    def test_one_thing_after_the_other(self, kiosk, floor):
        """Of several faults the first in this order is told."""
        other = PathFactory()
        body = NOWHERE | {"serialIds": ["SN-99999"], "text": TEXT, "userId": "dana"}
        right = floor.body()
        mends = [
            ({}, "jobId is required"),
            ({"jobId": "job_x"}, "pathId is required"),
            ({"pathId": "path_x"}, "stepId is required"),
            ({"stepId": "step_x"}, "serialIds is required"),
            ({"serialIds": ["SN-99999"]}, "text is required"),
            ({"text": TEXT}, "userId is required"),
            ({"userId": "dana"}, "Job not found: job_x"),
            ({"jobId": other.job_id}, "Path not found: path_x"),
            ({"pathId": right["pathId"]}, "ProcessStep not found: step_x"),
            ({"stepId": steps_of(other)[0].id}, "SerialNumber not found: SN-99999"),
            ({"serialIds": [make_serial(other).id]}, f"Path {right['pathId']} does not belong to job {other.job_id}"),
            ({"jobId": right["jobId"]}, "does not belong to path"),
            ({"stepId": right["stepId"]}, "is not on path"),
        ]
        body = {}
        for mend, message in mends:
            body |= mend
            assert message in assert_envelope(kiosk.post(URL, body))["message"]
        written(kiosk.post(URL, body | {"serialIds": floor.ids}))

    def test_a_note_cannot_be_changed_or_removed(self, client, floor):
        note = written(client.post(URL, floor.body()))
        for verb in ("PUT", "PATCH", "DELETE"):
            for path in (f"{URL}/{note['id']}", f"{URL}/serial/{note['id']}"):
                assert client.generic(verb, path).status_code in {404, 405}


def test_the_number_of_statements_does_not_grow_with_the_parts(client):
    path = PathFactory()
    parts = make_serials(path, 1500)
    place = {"jobId": path.job_id, "pathId": path.id, "stepId": steps_of(path)[0].id, "text": TEXT}

    def statements_for(number: int) -> int:
        with counted_statements() as statements:
            written(client.post(URL, place | {"serialIds": [part.id for part in parts[:number]]}))
        return len(statements)

    statements_for(1)  # from here on everything is asked for that is asked for once
    assert statements_for(1) == statements_for(1500) <= 14
    assert NoteSerial.objects.count() == AuditEntry.objects.filter(action=Action.NOTE_CREATED).count() == 1502
