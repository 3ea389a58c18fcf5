"""Whatever happened in a shop, the answer is the one that looking at every row gives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.where_used import Affected, Question, every_part, first_parts
from serials.models import SerialStatus
from tests.budgets import IS_WHOLE, share_of
from tests.where_used.brute_force import Meant
from tests.where_used.brute_force import Shop as EveryRow
from tests.where_used.histories import asked, happened, histories

pytestmark = pytest.mark.django_db

HISTORIES = settings(max_examples=max(1, share_of(settings.default.max_examples * 2 // 5)), deadline=None)

met: set[str] = set()
"""By what something was found; a test of empty answers would prove nothing."""


def told(part: Affected) -> Meant:
    return Meant(part.number, part.status, part.since, part.until, part.times, part.certificates, part.events)


def question(shop, values: dict[str, object]) -> Question:
    """Put ids in place of places in the shop's lists."""
    values = dict(values)
    if "certificate" in values:
        values["certificate"] = shop.certificates[values["certificate"]].pk
    if "step_id" in values:
        values["step_id"] = shop.steps[values["step_id"]].pk
    return Question(**values)


@HISTORIES
@given(histories, st.lists(asked(), min_size=10, max_size=20))
def test_the_answer_is_the_one_that_looking_at_every_row_gives(history, questions):
    with happened(history) as shop:
        rows = EveryRow()
        for values in questions:
            asking = question(shop, values)
            expected = rows.meant(asking)
            answer = every_part(asking)
            assert [told(part) for part in answer.parts] == expected, values
            assert answer.counts.total == len(expected)
            page = first_parts(asking, limit=2, offset=1)
            assert [told(part) for part in page.parts] == expected[1:3], values
            for status in SerialStatus.values:
                assert page.counts.of(status) == sum(part.status == status for part in expected)
            if expected:
                met.update(values)
                met.update(event for part in expected for event in part.events or [])


def test_the_histories_were_about_something():
    if not IS_WHOLE:
        pytest.skip("this engine gets a part of the histories")
    assert {"certificate", "heat", "issuer", "operator", "step_id", "step_name", "since", "before"} <= met
    assert {"at_step", "deferred_step_completed", "serial_created", "cert_attached"} <= met
