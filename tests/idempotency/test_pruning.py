"""Answers are kept for a day or more, and then go."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from shopplanr import clock
from shopplanr.idempotency.answers import Answer
from shopplanr.idempotency.management.commands import prune_idempotency_keys
from shopplanr.idempotency.models import KeptAnswer
from shopplanr.idempotency.service import A_FEW, once, prune
from tests.api.answers import later
from tests.infrastructure.test_environment import settings_loaded_with
from tests.live.callers import together

ANSWER, MARK = Answer(200, {}, b"{}"), "1" * 64


def keep(*keys: str, **ago) -> None:
    """Have an answer for each of the keys, kept some time ago."""
    KeptAnswer.objects.bulk_create(
        KeptAnswer(
            scope="kiosk",
            key=key,
            fingerprint=MARK,
            status=ANSWER.status,
            headers=ANSWER.headers,
            body=ANSWER.packed(),
            created_at=clock.now() - timedelta(**ago),
        )
        for key in keys
    )


def kept() -> set[str]:
    return set(KeptAnswer.objects.values_list("key", flat=True))


@pytest.mark.django_db
class TestPruning:
    def test_what_is_younger_than_a_day_stays(self):
        keep("old", hours=24, seconds=1)
        keep("young", hours=23, minutes=59)

        assert prune(100) == 1
        assert kept() == {"young"}

    def test_the_oldest_go_first_and_no_more_than_asked(self):
        for days in (2, 4, 3):
            keep(f"{days} days", days=days)

        assert prune(2) == 2
        assert kept() == {"2 days"}

    def test_a_site_may_keep_them_longer(self, settings):
        settings.IDEMPOTENCY_KEEP_HOURS = 72
        keep("two days", days=2)
        keep("four days", days=4)

        assert prune(100) == 1
        assert kept() == {"two days"}

    def test_a_few_go_whenever_a_new_one_is_kept(self):
        keep(*(f"old {number}" for number in range(A_FEW + 3)), days=2)

        once("new", "kiosk", MARK, lambda: ANSWER)
        assert len(kept()) == 3 + 1
        once("newer", "kiosk", MARK, lambda: ANSWER)
        assert kept() == {"new", "newer"}

    def test_a_key_that_was_pruned_is_a_new_one(self):
        keep("key", days=2)
        prune(100)

        assert not once("key", "kiosk", "2" * 64, lambda: ANSWER).replayed

    def test_the_command_removes_all_that_are_old_and_says_how_many(self, monkeypatch):
        monkeypatch.setattr(prune_idempotency_keys, "AT_ONCE", 2)
        said = StringIO()
        keep("a", "b", "c", "d", "e", days=3)
        keep("young", hours=1)

        call_command("prune_idempotency_keys", stdout=said)
        call_command("prune_idempotency_keys", stdout=said)

        assert said.getvalue() == "Removed 5 kept answers.\nRemoved 0 kept answers.\n"
        assert kept() == {"young"}

    def test_later_the_same_answer_is_still_given(self):
        keep("key", seconds=0)
        assert once("key", "kiosk", MARK, lambda: ANSWER).replayed

        with later(hours=23):
            assert once("key", "kiosk", MARK, lambda: ANSWER).replayed


@pytest.mark.django_db(transaction=True)
def test_it_waits_for_nobody_who_removes_the_same_rows():
    keep("held", days=4)
    keep("free", days=3)
    if connection.vendor == "sqlite":
        assert prune(100) == 2  # one transaction writes at a time: nobody else removes anything meanwhile
        return
    with transaction.atomic():
        KeptAnswer.objects.select_for_update().get(key="held")
        assert together(lambda: prune(100)) == [1]
    assert kept() == {"held"}


def test_less_than_a_day_is_refused_at_start():
    loaded = settings_loaded_with(SECRET_KEY="x" * 50, IDEMPOTENCY_KEEP_HOURS="23")

    assert loaded.returncode != 0
    assert "IDEMPOTENCY_KEEP_HOURS must be 24 to 8784, not 23." in loaded.stderr
