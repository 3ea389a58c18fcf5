"""Many clients at once, over a real server with several processes: nothing is lost, doubled or left half done."""

from collections import Counter
from functools import partial

import pytest

from tests.live.shop import Shop, at_once

pytestmark = pytest.mark.usefixtures("whole")

CALLERS = 16


def statuses(responses) -> Counter:
    """Return how often each status was answered."""
    return Counter(response.status_code for response in responses)


def test_as_many_advances_of_one_serial_at_once_as_there_are_callers_give_as_many_moves(shop, client):
    callers = 24
    route = shop.route(*(f"Operation {number}" for number in range(30)))
    part = shop.part(route)
    answers = at_once([partial(client.post, f"/api/serials/{part}/advance", json={"userId": "ann"})] * callers)

    assert statuses(answers) == {200: callers}
    assert sorted(answer.json()["currentStepIndex"] for answer in answers) == list(range(1, callers + 1))
    assert shop.get(f"serials/{part}")["currentStepIndex"] == callers
    moves = [(move["fromStepId"], move["toStepId"]) for move in shop.entries(part, "serial_advanced")]
    assert moves == [(route.step(index), route.step(index + 1)) for index in range(callers)]


def test_of_callers_who_say_where_they_saw_the_part_one_moves_it(shop, client):
    part = shop.part(shop.route("Saw", "Mill", "Inspect"))
    answers = at_once([partial(client.post, f"/api/serials/{part}/advance", json={"expectedStepIndex": 0})] * CALLERS)

    assert statuses(answers) == {200: 1, 409: CALLERS - 1}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"moved_meanwhile"}
    assert shop.get(f"serials/{part}")["currentStepIndex"] == 1
    assert len(shop.entries(part, "serial_advanced")) == 1


def test_of_callers_who_say_which_version_they_saw_one_changes_it(shop, client):
    job = shop.get("paths/" + shop.route("Saw", "Mill").id)["jobId"]
    seen = client.get(f"/api/jobs/{job}").headers["ETag"]
    change = partial(client.put, f"/api/jobs/{job}", headers={"If-Match": seen})
    answers = at_once([partial(change, json={"goalQuantity": 100 + number}) for number in range(CALLERS)])

    assert statuses(answers) == {200: 1, 412: CALLERS - 1}
    (changed,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert shop.get(f"jobs/{job}")["goalQuantity"] == changed["goalQuantity"]


def test_selections_that_overlap_move_each_part_as_often_as_it_is_named(shop):
    parts = shop.parts(shop.route(*(f"Operation {number}" for number in range(20))), 40)
    selections = [order[start:] for order in (parts, parts[::-1]) for start in (0, 5, 10, 20)]
    advance = [partial(shop.post, "serials/advance", serialIds=chosen, userId="ann") for chosen in selections]
    jump = [
        partial(shop.post, "serials/advance-to", serialIds=[part], targetStepIndex=19, userId="ben")
        for part in shop.parts(shop.route(*["Turn"] * 20, mode="flexible"), 4)
    ]
    answers = at_once([*advance, *jump])[: len(advance)]

    for chosen, answer in zip(selections, answers, strict=True):
        assert [result["serialId"] for result in answer["results"]] == chosen
    named = Counter(part for chosen in selections for part in chosen)
    for part in parts:
        # each call showed a place of its own, and none was lost or shown twice
        shown = [
            result["serial"]["currentStepIndex"]
            for answer in answers
            for result in answer["results"]
            if result["serialId"] == part
        ]
        assert sorted(shown) == list(range(1, named[part] + 1))
        assert len(shop.entries(part, "serial_advanced")) == named[part]


def test_of_callers_who_say_where_they_saw_a_selection_one_moves_it_and_the_others_nothing(shop, client):
    parts = shop.parts(shop.route("Saw", "Mill", "Inspect"), 30)
    selections = [parts, parts[::-1], parts[:20], parts[10:]] * (CALLERS // 4)
    answers = at_once(
        [
            partial(
                client.post,
                "/api/serials/advance",
                json={"serialIds": chosen, "expectedStepIndex": dict.fromkeys(chosen, 0), "userId": "ann"},
            )
            for chosen in selections
        ]
    )

    # all of them have parts 10 to 19 in common
    assert statuses(answers) == {200: 1, 409: CALLERS - 1}
    (moved,) = (chosen for chosen, answer in zip(selections, answers, strict=True) if answer.status_code == 200)
    places = {row["id"]: row["currentStepIndex"] for row in shop.get("serials") if row["id"] in parts}
    assert places == {part: int(part in moved) for part in parts}
    for chosen, answer in zip(selections, answers, strict=True):
        if answer.status_code == 409:
            told = {sentence.split()[0] for sentence in answer.json()["errors"]["serialIds"]}
            assert told == set(chosen) & set(moved)


def test_batches_at_once_get_ids_without_a_gap_each_batch_in_one_piece(shop):
    route = shop.route("Saw", "Mill")
    before = int(shop.part(route).removeprefix("SN-"))
    sizes = range(1, CALLERS + 1)
    batches = at_once([partial(shop.parts, route, size) for size in sizes])

    numbers = [[int(serial_id.removeprefix("SN-")) for serial_id in batch] for batch in batches]
    assert [len(batch) for batch in numbers] == list(sizes)
    assert all(batch == list(range(batch[0], batch[0] + len(batch))) for batch in numbers)
    assert sorted(number for batch in numbers for number in batch) == list(range(before + 1, before + 1 + sum(sizes)))


def test_a_batch_that_is_refused_among_others_leaves_no_gap(shop, client):
    route = shop.route("Saw")
    body = {"jobId": route.job_id, "pathId": route.id, "quantity": 3}
    bodies = [body, body | {"certId": "cert_unknown"}] * (CALLERS // 2)
    answers = at_once([partial(client.post, "/api/serials", json=each) for each in bodies])

    assert statuses(answers) == {201: CALLERS // 2, 404: CALLERS // 2}
    numbers = sorted(int(serial["id"][3:]) for answer in answers[::2] for serial in answer.json())
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def test_one_certificate_attached_many_times_at_once_is_there_once(shop):
    part, certificate = shop.part(shop.route("Saw", "Mill")), shop.certificate()
    attach = partial(shop.post, f"serials/{part}/attach-cert", certId=certificate, userId="ann")
    answers = at_once([attach] * CALLERS)

    assert len({answer["id"] for answer in answers}) == 1
    assert len(shop.get(f"serials/{part}/cert-attachments")) == 1
    assert len(shop.entries(part, "cert_attached")) == 1


def test_selections_that_overlap_in_opposite_order_do_not_wait_for_each_other_for_ever(shop):
    parts = shop.parts(shop.route("Saw", "Mill"), 60)
    certificates = [shop.certificate() for _ in range(2)]
    attach = [
        partial(shop.post, "certs/batch-attach", certId=certificate, serialIds=order[start:], userId="ann")
        for order in (parts, parts[::-1])
        for certificate in certificates
        for start in (0, 10, 20, 30)
    ]
    answers = at_once(attach)

    for call, answer in zip(attach, answers, strict=True):
        assert [attachment["serialId"] for attachment in answer] == call.keywords["serialIds"]
    for certificate in certificates:
        attached = shop.get(f"certs/{certificate}/attachments")
        assert sorted(attachment["serialId"] for attachment in attached) == parts


def test_of_several_endings_at_once_a_part_gets_one(shop, client):
    route = shop.route("Saw", {"name": "Deburr", "optional": True}, mode="flexible")
    endings = {
        "advance-to": {"targetStepIndex": 2, "userId": "ann"},
        "scrap": {"reason": "damaged", "userId": "ben"},
        "force-complete": {"reason": "rush", "userId": "cid"},
    }
    told = set()
    for part in shop.parts(route, 8):
        answers = at_once(
            [partial(client.post, f"/api/serials/{part}/{way}", json=body) for way, body in endings.items()] * 4
        )
        assert statuses(answers) == {200: 1, 400: len(answers) - 1}
        ended = shop.entries(part, "serial_completed", "serial_scrapped", "serial_force_completed")
        assert len(ended) == 1
        told.add(ended[0]["action"])
        assert shop.get(f"serials/{part}")["status"] in ("completed", "scrapped")
    assert told  # which of them came first is nobody's business


def test_overrides_made_at_once_leave_one_active(shop):
    route = shop.route("Saw", "Mill", "Inspect", mode="flexible")
    parts = shop.parts(route, 12)
    make = partial(shop.post, f"serials/{parts[0]}/overrides", stepId=route.step(1), reason="not needed", userId="ann")
    answers = at_once([partial(make, serialIds=order) for order in (parts, parts[::-1])] * (CALLERS // 2))

    assert sorted(override["serialId"] for answer in answers for override in answer) == parts
    for part in parts:
        assert [override["active"] for override in shop.get(f"serials/{part}/overrides")] == [True]
        assert len(shop.entries(part, "step_override_created")) == 1


def test_an_override_that_is_reversed_and_made_at_once_is_never_there_twice(shop, client):
    route = shop.route("Saw", "Mill", mode="flexible")
    part, step = shop.part(route), route.step(1)
    make = partial(
        client.post, f"/api/serials/{part}/overrides", json={"stepId": step, "reason": "why not", "userId": "ann"}
    )
    reverse = partial(client.request, "DELETE", f"/api/serials/{part}/overrides/{step}", json={"userId": "ben"})
    answers = at_once([make, reverse] * (CALLERS // 2))

    assert set(statuses(answers)) <= {200, 400}
    assert sum(override["active"] for override in shop.get(f"serials/{part}/overrides")) <= 1


def append_steps(shop: Shop, path_id: str, names: list[str]) -> None:
    """Append steps to a path one after the other, each in a call of its own."""
    for name in names:
        steps = [*shop.get(f"paths/{path_id}")["steps"], {"name": name}]
        response = shop.client.put(f"/api/paths/{path_id}", json={"steps": steps})
        assert response.status_code == 200, response.text


def test_steps_appended_while_parts_complete_and_others_start_are_on_every_part_that_is_on_its_way(shop):
    route = shop.route("Saw", "Mill")
    parts = shop.parts(route, CALLERS)
    for part in parts:
        shop.post(f"serials/{part}/advance")
    at_once(
        [
            partial(append_steps, shop, route.id, ["Wash", "Mark", "Pack"]),
            *(partial(shop.post, f"serials/{part}/advance") for part in parts),
            *[partial(shop.parts, route, 5)] * 4,
        ]
    )

    steps = [step["name"] for step in shop.get(f"paths/{route.id}")["steps"]]
    assert steps == ["Saw", "Mill", "Wash", "Mark", "Pack"]
    for row in shop.get("serials", pathId=route.id):
        records = shop.get(f"serials/{row['id']}/step-statuses")
        if row["status"] == "completed":
            assert {record["status"] for record in records} == {"completed"}
        else:
            assert [record["stepName"] for record in records] == steps


def test_certificates_attached_while_parts_move_are_at_the_step_where_each_part_was(shop):
    route = shop.route("Saw", "Mill", "Turn", "Inspect")
    parts, certificate = shop.parts(route, 20), shop.certificate()
    attach = partial(shop.post, "certs/batch-attach", certId=certificate, serialIds=parts, userId="ann")
    advances = [partial(shop.post, f"serials/{part}/advance") for part in parts[:8]]
    at_once([attach, *advances, attach, *advances, attach])

    for part in parts[:8]:
        # `whole` compares them with the moves around them; here, that nothing was attached out of turn
        places = [
            route.steps.index(next(step for step in route.steps if step["id"] == attachment["stepId"]))
            for attachment in shop.get(f"serials/{part}/cert-attachments")
        ]
        assert places == sorted(set(places))
