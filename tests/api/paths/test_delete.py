"""``DELETE /paths/:id``."""

import pytest

from serials.models import Path, Step
from serials.services import endings
from tests.api.answers import assert_refused, nothing_written, versions_of
from tests.factories import OPERATOR, PathFactory, make_serial, steps_of


@pytest.fixture
def path(db):
    return PathFactory(name="Milling")


@pytest.fixture
def url(path):
    return f"/api/paths/{path.id}"


def test_a_path_that_no_part_was_made_on_goes_with_its_steps(client, path, url):
    other = PathFactory(job=path.job)

    response = client.delete(url)

    assert response.status_code == 200
    assert response.content == b'{"success":true}'
    assert list(Path.objects.all()) == [other]
    assert set(Step.objects.values_list("path", flat=True)) == {other.id}
    assert client.get(url).status_code == 404
    assert_refused(client.delete(url), 404, f"Path not found: {path.id}")


@pytest.mark.parametrize("scrapped", [False, True])
def test_a_path_with_parts_stays(scrapped, client, path, url):
    serial = make_serial(path)
    if scrapped:
        endings.scrap(serial.id, "damaged", None, OPERATOR)

    with nothing_written():
        response = client.delete(url)

    assert_refused(response, 400, "Cannot delete path with serial numbers attached", code="path_has_serials")


def test_an_unknown_path(client):
    assert_refused(client.delete("/api/paths/path_x"), 404, "Path not found: path_x", code="not_found")


def test_the_row_history_outlives_it(client, program, path, url):
    steps = steps_of(path)

    client.delete(url)

    for record in (path, *steps):
        made, deleted = versions_of(record)
        assert (made.history_type, deleted.history_type) == ("+", "-")
        assert deleted.history_user_id == program.pk
        assert deleted.name == record.name
