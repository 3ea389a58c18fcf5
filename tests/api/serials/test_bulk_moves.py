"""``POST /api/serials/advance`` and ``/api/serials/advance-to``: a selection moves, all of it or none of it."""

import pytest

from serials.models import Serial
from serials.services import advancement, endings, overrides
from tests.api.answers import WRONG_TEXTS, assert_envelope, assert_refused, nothing_written
from tests.api.serials.contract import WRONG_NUMBERS, about, recorded, versions
from tests.api.serials.states import completed, flexible_path, moved_to, now, optional, physical, scrapped, statuses
from tests.factories import OPERATOR, PathFactory, make_serial, make_serials, steps_of

ADVANCE, ADVANCE_TO = "/api/serials/advance", "/api/serials/advance-to"
BOTH = pytest.mark.parametrize(("url", "more"), [(ADVANCE, {}), (ADVANCE_TO, {"targetStepIndex": 1})])


def ids_of(serials):
    return [serial.id for serial in serials]


def places(response):
    assert response.status_code == 200, response.content
    return [(each["serialId"], each["serial"]["currentStepIndex"]) for each in response.json()["results"]]


def refused(client, url, body) -> dict:
    """Make the call, which must be refused and must leave no trace in any table; return what it was told."""
    with nothing_written():
        response = client.post(url, body)
    return assert_envelope(response)


class TestAdvance:
    @pytest.mark.parametrize("slash", ["", "/"])
    def test_each_moves_one_step_on_and_is_shown_in_the_order_given(self, slash, client, told_time):
        first, second = make_serials(quantity=2)

        response = client.post(ADVANCE + slash, {"serialIds": [second.id, first.id]})

        assert response.status_code == 200
        shown = {
            "jobId": first.job_id,
            "pathId": first.path_id,
            "currentStepIndex": 1,
            "status": "in_progress",
            "forceCompleted": False,
            "createdAt": told_time,
            "updatedAt": told_time,
        }
        assert response.json() == {
            "results": [
                {"serialId": serial.id, "serial": {"id": serial.id} | shown, "bypassed": []}
                for serial in (second, first)
            ]
        }

    def test_parts_of_several_paths_and_at_several_steps_each_move_from_where_they_are(self, client):
        path = PathFactory(steps=["Saw", "Mill"])
        at_saw, at_mill, elsewhere = make_serial(path), make_serial(path), make_serial()
        advancement.advance(at_mill.id, OPERATOR)

        moved = places(client.post(ADVANCE, {"serialIds": ids_of([elsewhere, at_mill, at_saw])}))

        assert moved == [(elsewhere.id, 1), (at_mill.id, -1), (at_saw.id, 1)]
        assert statuses(at_mill) == ["completed", "completed"]
        assert statuses(at_saw) == ["completed", "in_progress"]
        assert statuses(elsewhere) == ["completed", "in_progress", "pending"]

    def test_an_id_that_is_named_twice_counts_once(self, client):
        first, second = make_serials(quantity=2)

        moved = places(client.post(ADVANCE, {"serialIds": ids_of([first, second, first])}))

        assert moved == [(first.id, 1), (second.id, 1)]
        assert now(first).current_step_index == 1

    def test_others_on_the_path_stay_where_they_are(self, client):
        first, other, third = make_serials(quantity=3)

        client.post(ADVANCE, {"serialIds": ids_of([first, third])})

        assert (now(other).current_step_index, len(versions(other))) == (0, 1)
        assert statuses(other) == ["in_progress", "pending", "pending"]


class TestAdvanceTo:
    def test_each_goes_to_the_same_place_and_says_what_it_passed(self, client):
        path = flexible_path("Saw", optional("Deburr"), "Mill", "Inspect")
        _, deburr, mill, _ = steps_of(path)
        at_saw, at_deburr = make_serials(path, 2)
        advancement.advance(at_deburr.id, OPERATOR)

        results = client.post(ADVANCE_TO, {"serialIds": ids_of([at_saw, at_deburr]), "targetStepIndex": 3}).json()

        skipped = {"stepId": deburr.id, "stepName": "Deburr", "classification": "skipped"}
        deferred = {"stepId": mill.id, "stepName": "Mill", "classification": "deferred"}
        assert [each["bypassed"] for each in results["results"]] == [[skipped, deferred], [deferred]]
        assert statuses(at_saw) == ["completed", "skipped", "deferred", "in_progress"]
        assert statuses(at_deburr) == ["completed", "completed", "deferred", "in_progress"]

    def test_what_a_step_becomes_is_each_parts_own_affair(self, client):
        path = flexible_path("Saw", "Mill", "Inspect")
        plain, overridden = make_serials(path, 2)
        overrides.create(overridden.id, None, steps_of(path)[1].id, "Done at the supplier's", OPERATOR)

        client.post(ADVANCE_TO, {"serialIds": ids_of([plain, overridden]), "targetStepIndex": 2})

        assert [statuses(plain)[1], statuses(overridden)[1]] == ["deferred", "skipped"]

    def test_the_number_of_steps_completes_those_on_a_path_of_that_length(self, client):
        short, long = make_serial(flexible_path("Saw", optional("Deburr"))), make_serial(flexible_path())

        moved = places(client.post(ADVANCE_TO, {"serialIds": ids_of([short, long]), "targetStepIndex": 2}))

        assert moved == [(short.id, -1), (long.id, 2)]
        assert [now(short).status, now(long).status] == ["completed", "in_progress"]

    @pytest.mark.parametrize("target", [*WRONG_NUMBERS, 0.5])
    def test_a_target_is_required(self, target, client):
        told = refused(client, ADVANCE_TO, {"serialIds": [make_serial().id], "targetStepIndex": target})

        assert told["code"] == ("not_whole" if target == 0.5 else "required")
        assert list(told["errors"]) == ["targetStepIndex"]


class TestRecord:
    def test_every_part_has_its_entries_and_a_version_caused_by_the_last_of_them(self, client, program):
        path = flexible_path("Saw", optional("Deburr"), "Mill", "Inspect")
        saw, deburr, mill, inspect = steps_of(path)
        serials = make_serials(path, 2)

        with recorded() as entries:
            client.post(ADVANCE_TO, {"serialIds": ids_of(serials[::-1]), "targetStepIndex": 3})

        assert entries == [
            about(serial) | {"userId": program.pk} | entry
            for serial in serials[::-1]
            for entry in (
                {"action": "step_skipped", "stepId": deburr.id},
                {"action": "step_deferred", "stepId": mill.id},
                {"action": "serial_advanced", "fromStepId": saw.id, "toStepId": inspect.id},
            )
        ]
        for serial in serials:
            assert versions(serial) == [
                ("+", OPERATOR.user_id, None, "serial_created"),
                ("~", program.pk, None, "serial_advanced"),
            ]
            assert now(serial).history.latest("history_id").audit_entry.serial_id == serial.id

    def test_the_end_is_recorded(self, client, program):
        path = PathFactory(steps=["Saw"])
        first, second = make_serials(path, 2)

        with recorded() as entries:
            client.post(ADVANCE, {"serialIds": ids_of([first, second])})

        assert entries == [
            about(serial) | {"action": "serial_completed", "userId": program.pk, "fromStepId": steps_of(path)[0].id}
            for serial in (first, second)
        ]
        assert versions(second)[-1] == ("~", program.pk, None, "serial_completed")

    def test_a_kiosks_word_is_taken(self, kiosk):
        serials = make_serials(quantity=2)

        with recorded() as entries:
            assert kiosk.post(ADVANCE, {"serialIds": ids_of(serials), "userId": " Maria "}).status_code == 200

        assert [entry["userId"] for entry in entries] == ["Maria", "Maria"]


@BOTH
class TestRefusals:
    """In the order of the contract."""

    @pytest.mark.parametrize("serial_ids", [None, [], "", "SN-00001", 5, True, {}, {"0": "SN-00001"}])
    def test_serials_are_required(self, serial_ids, url, more, kiosk):
        with nothing_written():
            response = kiosk.post(url, {"serialIds": serial_ids} | more)
        assert_refused(response, 400, "serialIds must have at least one item", code="empty", field="serialIds")

    @pytest.mark.parametrize("user_id", WRONG_TEXTS)
    def test_a_kiosk_says_who_it_is(self, user_id, url, more, kiosk):
        with nothing_written():
            response = kiosk.post(url, {"serialIds": ["SN-99999"], "userId": user_id} | more)
        assert_refused(response, 400, "userId is required", code="required", field="userId")

    def test_one_unknown_serial_refuses_all(self, url, more, client):
        serial = make_serial()

        with nothing_written():
            response = client.post(url, {"serialIds": [serial.id, "SN-99999", "SN-77777"]} | more)
        assert_refused(response, 404, "SerialNumber not found: SN-99999", code="not_found")

    def test_what_is_no_text_is_no_id(self, url, more, client):
        for wrong in (None, 1, [], {}, True):
            told = refused(client, url, {"serialIds": [make_serial().id, wrong]} | more)
            assert told["code"] == "not_an_id"

    def test_there_is_an_end_to_a_selection(self, url, more, client):
        told = refused(client, url, {"serialIds": ["SN-00001"] * 10_001} | more)
        assert told["message"] == "serialIds must have at most 10000 items"

    def test_every_serial_that_refuses_is_told_in_the_order_given(self, url, more, client):
        fine, gone, done = make_serial(), scrapped(), completed(PathFactory(steps=["Saw"]))

        told = refused(client, url, {"serialIds": ids_of([fine, done, gone])} | more)

        ended = "Serial number is already completed" if url == ADVANCE else "Cannot advance a completed serial"
        assert told == {
            "statusCode": 400,
            "code": "serial_completed",
            "message": f"{done.id}: {ended}",
            "errors": {"serialIds": [f"{done.id}: {ended}", f"{gone.id}: Cannot advance a scrapped serial"]},
        }


class TestRulesOfRouting:
    """They are those of a single part, and each sentence begins with the part's id."""

    def test_completion_is_blocked_by_deferred_steps(self, client):
        blocked, fine = moved_to(2), make_serial()

        told = refused(client, ADVANCE, {"serialIds": ids_of([fine, blocked])})

        sentence = f"{blocked.id}: Cannot complete {blocked.id}: required steps still deferred: Mill"
        assert (told["code"], told["errors"]) == ("completion_blocked", {"serialIds": [sentence]})

    def test_a_jump_is_refused_for_each_parts_own_reason(self, client):
        strict = make_serial()
        past, far = moved_to(2, flexible_path()), make_serial(flexible_path("Saw"))
        stuck = make_serial(flexible_path("Saw", physical("Mill"), "Inspect", mode="per_step"))

        told = refused(client, ADVANCE_TO, {"serialIds": ids_of([strict, past, far, stuck]), "targetStepIndex": 2})

        assert told["code"] == "strict_mode"
        assert told["errors"]["serialIds"] == [
            f"{strict.id}: Path is in strict mode — can only advance to the next sequential step",
            f"{past.id}: Cannot advance to a step at or before the current position",
            f"{far.id}: Target step index is out of range",
            f"{stuck.id}: Cannot skip step with physical dependency",
        ]


class TestExpectedStepIndex:
    """Whoever says where the parts were seen moves them once, however often the call is sent."""

    @pytest.mark.parametrize("by_part", [False, True])
    def test_the_same_call_again_moves_nothing_and_names_them_all(self, by_part, client):
        serials = make_serials(quantity=2)
        expected = {serial.id: 0 for serial in serials} if by_part else 0
        body = {"serialIds": ids_of(serials), "expectedStepIndex": expected}
        assert client.post(ADVANCE, body).status_code == 200

        told = refused(client, ADVANCE, body)

        sentences = [f"{serial.id} is at step index 1, not at 0; look again before advancing it" for serial in serials]
        assert (told["statusCode"], told["code"], told["message"]) == (409, "moved_meanwhile", sentences[0])
        assert told["errors"] == {"serialIds": sentences}

    def test_so_with_a_jump(self, client):
        serials = make_serials(flexible_path("Saw", "Mill", "Inspect", "Pack"), 2)
        body = {"serialIds": ids_of(serials), "targetStepIndex": 2, "expectedStepIndex": 0}
        assert client.post(ADVANCE_TO, body).status_code == 200

        assert refused(client, ADVANCE_TO, body | {"targetStepIndex": 3})["code"] == "moved_meanwhile"

    def test_one_that_moved_meanwhile_keeps_the_others_where_they_are(self, client):
        still, moved = make_serials(quantity=2)
        advancement.advance(moved.id, OPERATOR)

        told = refused(client, ADVANCE, {"serialIds": ids_of([still, moved]), "expectedStepIndex": 0})

        assert told["errors"]["serialIds"] == [
            f"{moved.id} is at step index 1, not at 0; look again before advancing it"
        ]

    def test_each_may_have_been_seen_elsewhere_and_some_not_at_all(self, client):
        first, second, unseen = make_serials(quantity=3)
        advancement.advance(second.id, OPERATOR)
        expected = {first.id: 0, second.id: 1}

        response = client.post(ADVANCE, {"serialIds": ids_of([first, second, unseen]), "expectedStepIndex": expected})

        assert [place for _, place in places(response)] == [1, 2, 1]

    def test_scrapped_comes_before_moved_and_moved_before_completed(self, client):
        gone, done = scrapped(), completed(PathFactory(steps=["Saw"]))

        told = refused(client, ADVANCE, {"serialIds": ids_of([gone, done]), "expectedStepIndex": 5})

        assert (told["statusCode"], told["code"]) == (400, "serial_scrapped")
        assert told["errors"]["serialIds"][1].startswith(f"{done.id} is at step index -1")

    @BOTH
    def test_it_must_be_a_whole_number_or_say_one_for_each(self, url, more, client):
        serial = make_serial()

        for wrong in ("0", 0.5, True, [], [0], {serial.id: "0"}, {serial.id: {}}):
            told = refused(client, url, {"serialIds": [serial.id], "expectedStepIndex": wrong} | more)
            assert (told["message"], told["code"]) == ("expectedStepIndex must be a whole number", "not_whole")

    def test_it_names_no_other_serial(self, client):
        serial, other = make_serials(quantity=2)

        for stranger in (other.id, "SN-1", "", "x" * 500):
            body = {"serialIds": [serial.id], "expectedStepIndex": {serial.id: 0, stranger: 0}}
            told = refused(client, ADVANCE, body)
            assert told["message"] == f"expectedStepIndex names a serial that is not in serialIds: {stranger}"
            assert (told["code"], list(told["errors"])) == ("serial_not_named", ["expectedStepIndex"])

    @pytest.mark.parametrize("nothing", [None, {}])
    def test_it_may_be_left_out(self, nothing, client):
        serial = make_serial()

        assert places(client.post(ADVANCE, {"serialIds": [serial.id], "expectedStepIndex": nothing})) == [
            (serial.id, 1)
        ]


def test_a_large_selection_moves_whole(client):
    path = flexible_path("Saw", optional("Deburr"), "Mill", "Inspect")
    serials = make_serials(path, 300)
    endings.scrap(serials[150].id, "damaged", None, OPERATOR)
    chosen = ids_of(serials[:150] + serials[151:])

    assert client.post(ADVANCE_TO, {"serialIds": chosen, "targetStepIndex": 3}).status_code == 200

    assert Serial.objects.filter(current_step_index=3).count() == len(chosen)
    assert set(Serial.history.filter(history_type="~", current_step_index=3).values_list("audit_entry__action")) == {
        ("serial_advanced",)
    }
