"""``POST /api/serials/:id/scrap``: a serial is taken out of production."""

import pytest

from serials.services import advancement
from tests.api.answers import WRONG_TEXTS
from tests.api.serials.contract import (
    BLANK_TEXTS,
    SCRAP_KEYS,
    SERIAL_KEYS,
    TEXT_MAX_LENGTH,
    WRONG_OPTIONAL_TEXTS,
    Refusal,
    about,
    missing,
    not_found,
    not_text,
    odd_ids,
    recorded,
    refusal,
    too_long,
    url,
    versions,
)
from tests.api.serials.states import completed, force_completed, moved_to, scrapped, statuses
from tests.factories import OPERATOR, make_serial, steps_of

REASONS = ["out_of_tolerance", "process_defect", "damaged", "operator_error"]

ALREADY_SCRAPPED = Refusal(400, "Serial is already scrapped", "serial_scrapped")
COMPLETED = Refusal(400, "Cannot scrap a completed serial", "serial_completed")
REASON_MISSING = Refusal(400, "Scrap reason is required", "required", ("reason",))
REASON_UNKNOWN = Refusal(
    400, f"Scrap reason must be one of: {', '.join([*REASONS, 'other'])}", "unknown_choice", ("reason",)
)
EXPLANATION_MISSING = Refusal(400, 'Explanation is required when scrap reason is "other"', "required", ("explanation",))


def scrap(client, serial, **body):
    return client.post(url(serial, "scrap"), body)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_serial_is_shown_with_why_where_and_by_whom(slash, client, program, told_time):
    serial = make_serial()
    advancement.advance(serial.id, OPERATOR)
    _, mill, _ = steps_of(serial.path)

    response = client.post(url(serial, "scrap") + slash, {"reason": "damaged", "explanation": " Dropped "})

    assert response.status_code == 200
    assert response.json() == {
        "id": serial.id,
        "jobId": serial.job_id,
        "pathId": serial.path_id,
        "currentStepIndex": 1,
        "status": "scrapped",
        "scrapReason": "damaged",
        "scrapExplanation": "Dropped",
        "scrapStepId": mill.id,
        "scrappedAt": told_time,
        "scrappedBy": program.pk,
        "forceCompleted": False,
        "createdAt": told_time,
        "updatedAt": told_time,
    }


@pytest.mark.parametrize("reason", REASONS)
def test_an_explanation_may_be_left_out(reason, client):
    result = scrap(client, make_serial(), reason=reason).json()

    assert set(result) == SERIAL_KEYS | SCRAP_KEYS
    assert result["scrapReason"] == reason


@pytest.mark.parametrize("blank", BLANK_TEXTS, ids=repr)
def test_a_blank_explanation_counts_as_left_out(blank, client):
    assert "scrapExplanation" not in scrap(client, make_serial(), reason="damaged", explanation=blank).json()


def test_another_reason_is_explained(client):
    result = scrap(client, make_serial(), reason="other", explanation="Used as a door stop").json()

    assert (result["scrapReason"], result["scrapExplanation"]) == ("other", "Used as a door stop")


def test_the_step_records_stay_as_they_are(client):
    serial = moved_to(2)

    scrap(client, serial, reason="damaged")

    assert statuses(serial) == ["completed", "deferred", "in_progress"]


class TestRecord:
    def test_where_and_why_are_recorded(self, client, program):
        serial = make_serial()
        saw, *_ = steps_of(serial.path)

        with recorded() as entries:
            scrap(client, serial, reason="other", explanation="Used as a door stop")

        assert entries == [
            about(serial)
            | {
                "action": "serial_scrapped",
                "userId": program.pk,
                "stepId": saw.id,
                "metadata": {"reason": "other", "explanation": "Used as a door stop"},
            }
        ]
        assert versions(serial)[1:] == [("~", program.pk, "Used as a door stop", "serial_scrapped")]

    def test_an_explanation_that_nobody_gave_is_not_recorded(self, client, program):
        serial = make_serial()

        with recorded() as entries:
            scrap(client, serial, reason="damaged")

        assert [entry["metadata"] for entry in entries] == [{"reason": "damaged"}]
        assert versions(serial)[1:] == [("~", program.pk, "damaged", "serial_scrapped")]

    def test_the_kiosks_text_is_on_the_serial_and_on_its_version(self, kiosk):
        serial = make_serial()

        assert scrap(kiosk, serial, reason="damaged", userId="Maria").json()["scrappedBy"] == "Maria"
        assert versions(serial)[-1][1] == "Maria"


class TestRefusals:
    def test_no_such_serial(self, client):
        for odd in odd_ids(make_serial()):
            assert refusal(scrap, client, odd, reason="damaged") == not_found("Serial", odd)

    @pytest.mark.parametrize(
        ("state", "expected"), [(scrapped, ALREADY_SCRAPPED), (completed, COMPLETED), (force_completed, COMPLETED)]
    )
    def test_both_ends_are_final(self, state, expected, client):
        assert refusal(scrap, client, state(), reason="damaged") == expected

    def test_a_reason_is_required(self, client):
        serial = make_serial()

        assert refusal(client.post, url(serial, "scrap")) == REASON_MISSING
        for wrong in WRONG_TEXTS:
            assert refusal(scrap, client, serial, reason=wrong) == REASON_MISSING

    def test_a_reason_is_one_of_the_known_ones(self, client):
        serial = make_serial()

        for reason in ("lost", "Damaged", "damaged ", "out-of-tolerance", "x" * 5000, "🔩"):
            assert refusal(scrap, client, serial, reason=reason) == REASON_UNKNOWN

    def test_another_reason_must_be_explained(self, client):
        serial = make_serial()

        assert refusal(scrap, client, serial, reason="other") == EXPLANATION_MISSING
        for wrong in WRONG_TEXTS:
            assert refusal(scrap, client, serial, reason="other", explanation=wrong) == EXPLANATION_MISSING

    def test_an_explanation_is_text(self, client):
        serial = make_serial()

        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(scrap, client, serial, reason="damaged", explanation=wrong) == not_text("explanation")

    @pytest.mark.parametrize("reason", ["damaged", "other"])
    def test_an_explanation_has_an_end(self, reason, client):
        explanation = "x" * (TEXT_MAX_LENGTH + 1)

        assert refusal(scrap, client, make_serial(), reason=reason, explanation=explanation) == too_long("explanation")


@pytest.mark.parametrize(
    ("state", "body", "expected"),
    [
        (scrapped, {}, ALREADY_SCRAPPED),
        (completed, {}, COMPLETED),
        (make_serial, {"explanation": 7}, REASON_MISSING),
        (make_serial, {"reason": "lost", "explanation": 7}, REASON_UNKNOWN),
        (make_serial, {"reason": "other"}, EXPLANATION_MISSING),
        (make_serial, {"reason": "damaged"}, missing("userId")),
    ],
    ids=["scrapped", "completed", "no reason", "unknown reason", "no explanation", "nobody"],
)
def test_the_first_of_several_faults_is_named(state, body, expected, kiosk):
    assert refusal(scrap, kiosk, state(), **body) == expected
