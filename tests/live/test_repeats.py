"""The same call sent many times at once, with its key, to a server of several processes: one effect, one answer."""

from collections import Counter
from functools import partial

import pytest

from tests.live.shop import at_once

pytestmark = pytest.mark.usefixtures("whole")

CALLERS = 16


def repeated(client, path, key, *bodies):
    """Send each of the bodies as often as the others, all at the same moment and with the same key."""
    headers = {"Idempotency-Key": key}
    post = [partial(client.post, f"/api/{path}", json=body, headers=headers) for body in bodies]
    return at_once(post * (CALLERS // len(bodies)))


def replayed(answers) -> int:
    return sum(answer.headers.get("Idempotency-Replayed") == "true" for answer in answers)


def test_a_batch_is_made_once(shop, client):
    route = shop.route("Saw", "Mill")
    body = {"jobId": route.job_id, "pathId": route.id, "quantity": 200, "certId": shop.certificate(), "userId": "ann"}
    answers = repeated(client, "serials", "batch", body)

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert replayed(answers) == CALLERS - 1
    assert len(shop.get("serials", pathId=route.id)) == 200


def test_a_selection_moves_one_step_on(shop, client):
    parts = shop.parts(shop.route(*(f"Operation {number}" for number in range(20))), 50)
    answers = repeated(client, "serials/advance", "move", {"serialIds": parts, "userId": "ann"})

    assert len({answer.content for answer in answers}) == 1
    assert replayed(answers) == CALLERS - 1
    assert [result["serial"]["currentStepIndex"] for result in answers[0].json()["results"]] == [1] * len(parts)
    for part in parts[:3]:
        assert len(shop.entries(part, "serial_advanced")) == 1


def test_of_two_calls_with_one_key_one_is_carried_out_and_the_other_told_so(shop, client):
    part = shop.part(shop.route("Saw", "Mill", "Inspect"))
    bodies = [{"userId": "ann"}, {"userId": "ben"}]
    answers = repeated(client, f"serials/{part}/advance", "both", *bodies)

    assert Counter(answer.status_code for answer in answers) == {200: CALLERS // 2, 409: CALLERS // 2}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"idempotency_key_reused"}
    assert len(shop.entries(part, "serial_advanced")) == 1


def test_who_waits_for_a_call_that_is_refused_tries_it_in_turn(shop, client):
    route = shop.route("Saw")
    body = {"jobId": route.job_id, "pathId": route.id, "quantity": 3, "certId": "cert_unknown", "userId": "ann"}
    answers = repeated(client, "serials", "refused", body)

    assert Counter(answer.status_code for answer in answers) == {404: CALLERS}
    assert replayed(answers) == 0
    assert shop.get("serials", pathId=route.id) == []


def test_calls_with_keys_of_their_own_all_count(shop, client):
    part = shop.part(shop.route(*(f"Operation {number}" for number in range(20))))
    advance = [
        partial(client.post, f"/api/serials/{part}/advance", headers={"Idempotency-Key": f"own {number // 2}"})
        for number in range(CALLERS)
    ]
    answers = at_once(advance)

    places = Counter(answer.json()["currentStepIndex"] for answer in answers)
    assert places == dict.fromkeys(range(1, CALLERS // 2 + 1), 2)  # each key was sent twice
