"""``PATCH /paths/:id/advancement-mode``."""

import pytest

from tests.api.answers import assert_refused, later, nothing_written, versions_of
from tests.factories import PathFactory, make_serial


@pytest.fixture
def path(db):
    return PathFactory(name="Milling", advancementMode="strict")


@pytest.fixture
def url(path):
    return f"/api/paths/{path.id}/advancement-mode"


@pytest.mark.parametrize("mode", ["strict", "flexible", "per_step"])
def test_the_mode_is_set(mode, client, path, url):
    make_serial(path)

    response = client.patch(url, {"advancementMode": mode, "name": "ignored", "goalQuantity": 0})

    assert response.status_code == 200
    body = response.json()
    assert (body["id"], body["advancementMode"], body["name"]) == (path.id, mode, "Milling")
    assert "distribution" not in body
    assert [step["name"] for step in body["steps"]] == ["Saw", "Mill", "Inspect"]
    assert client.get(f"/api/paths/{path.id}").json()["advancementMode"] == mode


@pytest.mark.parametrize("body", [{}, *({"advancementMode": mode} for mode in (None, "", "zigzag", "STRICT", 5, []))])
def test_an_unknown_mode_is_refused(body, client, url):
    with nothing_written():
        response = client.patch(url, body)
    assert_refused(
        response,
        400,
        "advancementMode must be one of: strict, flexible, per_step",
        code="unknown_choice",
        field="advancementMode",
    )


@pytest.mark.parametrize("body", [{"advancementMode": "flexible"}, {}])
def test_an_unknown_path(body, client):
    assert_refused(client.patch("/api/paths/path_x/advancement-mode", body), 404, "Path not found: path_x")


def test_the_row_history_shows_it(client, program, path, url):
    with later():
        client.patch(url, {"advancementMode": "flexible"})

    made, changed = versions_of(path)

    assert (made.advancement_mode, changed.advancement_mode) == ("strict", "flexible")
    assert changed.history_user_id == program.pk
