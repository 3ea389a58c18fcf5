"""``GET /board``."""

from datetime import UTC, datetime, timedelta

from serials.services import advancement, endings
from shopplanr import clock
from tests.api.answers import assert_refused
from tests.factories import OPERATOR, PathFactory, make_serials

URL = "/api/board"
NOON = datetime(2024, 1, 15, 12, 0, tzinfo=UTC)


def test_the_board_is_shown_as_documented(client, settings):
    settings.TIME_ZONE = "America/New_York"
    with clock.told(NOON - timedelta(hours=1)):
        done, scrapped, moving, *_ = make_serials(PathFactory(steps=("Saw", "Mill")), 5)
        advancement.advance(done.id, OPERATOR)
        advancement.advance(done.id, OPERATOR)
        endings.scrap(scrapped.id, "damaged", None, OPERATOR)
    with clock.told(NOON):
        advancement.advance(moving.id, OPERATOR)
        body = client.get(URL).json()

    assert body == {
        "asOf": "2024-01-15T12:00:00.000Z",
        "day": "2024-01-15",
        "partsInProgress": 3,
        "stations": [
            {"stepName": "Saw", "partCount": 2, "isBottleneck": True},
            {"stepName": "Mill", "partCount": 1, "isBottleneck": False},
        ],
        "finishedToday": 1,
        "scrappedToday": 1,
        "hours": [{"hour": hour, "finished": int(hour == 6), "scrapped": int(hour == 6)} for hour in range(24)],
    }


def test_it_knows_no_parameters(client):
    assert_refused(client.get(URL, {"limit": 1}), 400, "Unknown filter: limit", code="unknown_filter", field="limit")
