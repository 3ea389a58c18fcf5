"""What the page says that asks before a step is waived: who answers for it, and what happens to each part."""

import pytest

from tests.admin.desk import FLEXIBLE_STEPS, choose, deferred, deferred_records
from tests.factories import PathFactory, make_serials

pytestmark = pytest.mark.django_db


def test_who_waives_is_named_before(qc):
    page = choose(qc, deferred_records(deferred()), "waive").content.decode()

    assert f"Recorded as the approver: {qc.user.name}." in page
    assert "Deburr of SN-00001 is waived" in page


def test_where_two_people_are_wanted_it_says_what_to_do_instead(qc, settings):
    settings.TWO_PERSON_RULE = True

    page = choose(qc, deferred_records(deferred()), "waive").content.decode()

    assert "A waiver takes two people here: ask for it first, then somebody else approves it." in page
    assert "Recorded as the approver" not in page


def test_parts_without_a_deferred_step_say_so(qc):
    path = PathFactory(advancementMode="flexible", steps=FLEXIBLE_STEPS)
    (waiting,) = deferred(1, path)
    (fresh,) = make_serials(path)

    page = choose(qc, [waiting, fresh], "waive").content.decode()

    assert "Deburr is waived" in page
    assert "has no deferred step" in page
