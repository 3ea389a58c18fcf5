"""Two at the same moment: the second waits, and gets the first's answer, or does it where the first did not."""

from threading import Event

import pytest
from django.db import connection

from serials.models import Job
from serials.services import jobs
from shopplanr.idempotency.answers import Answer
from shopplanr.idempotency.service import once
from shopplanr.refusals import Refusal
from tests.factories import PLANNER
from tests.live.callers import together, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

MARK = "1" * 64


class Pair:
    """Two callers with one key: the first is at work until the second asks for the key."""

    def __init__(self, *, first_refuses: bool):
        self.first_refuses = first_refuses
        self.at_work, self.asked = Event(), Event()

    def first(self) -> Answer:
        """Work, slowly."""

        def act() -> Answer:
            job = jobs.create({"name": "first", "goalQuantity": 1}, PLANNER)
            self.at_work.set()
            wait_for(self.asked)
            if self.first_refuses:
                raise Refusal("The saw is broken")
            return Answer(201, {}, job.id.encode())

        return once("key", "kiosk", MARK, act)

    def second(self) -> Answer:
        """Ask while the first is at work."""
        wait_for(self.at_work)

        def watch(execute, statement, params, many, context):
            if statement.startswith("BEGIN IMMEDIATE") or "INSERT INTO idempotency_keptanswer" in statement:
                self.asked.set()
            return execute(statement, params, many, context)

        def act() -> Answer:
            return Answer(201, {}, jobs.create({"name": "second", "goalQuantity": 1}, PLANNER).id.encode())

        with connection.execute_wrapper(watch):
            return once("key", "kiosk", MARK, act)


def test_the_second_waits_and_gets_the_answer_of_the_first():
    pair = Pair(first_refuses=False)
    first, second = together(pair.first, pair.second)

    assert (first.replayed, second.replayed) == (False, True)
    assert first.body == second.body == Job.objects.get(name="first").id.encode()


def test_where_the_first_is_refused_the_second_does_it():
    pair = Pair(first_refuses=True)
    first, second = together(pair.first, pair.second)

    assert isinstance(first, Refusal)
    assert not second.replayed
    assert second.body == Job.objects.get().id.encode()
    assert Job.objects.get().name == "second"
