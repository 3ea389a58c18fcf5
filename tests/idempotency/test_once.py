"""``once``: what is asked for with one key is done once, and answered the same each time."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from serials.models import Job
from serials.services import jobs
from shopplanr.idempotency import service
from shopplanr.idempotency.answers import Answer
from shopplanr.idempotency.keys import KeyReused
from shopplanr.idempotency.models import KeptAnswer
from shopplanr.idempotency.service import once
from shopplanr.refusals import Refusal
from tests.api.answers import nothing_written
from tests.factories import PLANNER
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

MARK, OTHER_MARK = "1" * 64, "2" * 64
ODD_BODY = bytes(range(256)) * 3


def make_job(name="Bracket", status=201, body=ODD_BODY) -> Answer:
    """Do something that can be counted, and answer."""
    jobs.create({"name": name, "goalQuantity": 1}, PLANNER)
    return Answer(status, {"Content-Type": "application/octet-stream", "Location": f"/jobs/{name}"}, body)


def test_it_is_done_and_answered():
    assert once("key", "scope", MARK, make_job) == make_job()
    assert Job.objects.count() == 2


def test_a_second_time_it_is_answered_only():
    first = once("key", "scope", MARK, make_job)

    with nothing_written():
        again = once("key", "scope", MARK, make_job)

    assert (again.status, again.headers, again.body) == (first.status, first.headers, first.body)
    assert (first.replayed, again.replayed) == (False, True)


def test_a_response_says_what_the_answer_says():
    once("key", "scope", MARK, make_job)

    response = once("key", "scope", MARK, make_job).response()

    assert (response.status_code, response.content) == (201, ODD_BODY)
    assert dict(response.items()) == {
        "Content-Type": "application/octet-stream",
        "Location": "/jobs/Bracket",
        "Idempotency-Replayed": "true",
    }


def test_a_key_of_another_scope_is_another_key():
    once("key", "scope", MARK, make_job)

    assert not once("key", "other", MARK, make_job).replayed
    assert Job.objects.count() == 2


def test_another_call_with_the_key_is_refused_and_the_first_stays():
    once("key", "scope", MARK, make_job)

    with nothing_written(), pytest.raises(KeyReused) as refusal:
        once("key", "scope", OTHER_MARK, make_job)

    assert (refusal.value.status, refusal.value.code) == (409, "idempotency_key_reused")
    assert once("key", "scope", MARK, make_job).replayed


class TestWhatIsRefused:
    """It is undone and not kept: the same call may succeed later."""

    def test_by_raising(self):
        def refuse():
            make_job()
            raise Refusal("The saw is broken")

        with nothing_written(), pytest.raises(Refusal, match="The saw is broken"):
            once("key", "scope", MARK, refuse)
        assert not once("key", "scope", MARK, make_job).replayed

    @pytest.mark.parametrize("status", [400, 409, 422, 500])
    def test_by_its_answer(self, status):
        with nothing_written():
            answer = once("key", "scope", MARK, lambda: make_job(status=status))
        assert (answer.status, answer.body) == (status, ODD_BODY)
        assert not once("key", "scope", OTHER_MARK, make_job).replayed

    def test_by_the_database(self):
        def collide():
            make_job()
            Job.objects.update(name="")

        with nothing_written(), pytest.raises(IntegrityError):
            once("key", "scope", MARK, collide)

    @pytest.mark.parametrize("status", [200, 201, 204, 303])
    def test_everything_else_is_kept(self, status):
        once("key", "scope", MARK, lambda: make_job(status=status, body=b""))
        assert once("key", "scope", MARK, make_job).status == status


def test_a_key_that_is_pruned_while_it_is_looked_for_is_free_again(monkeypatch):
    claim, seen = service._claim, []

    def first_lost(*call):
        seen.append(call)
        return None if len(seen) == 1 else claim(*call)

    monkeypatch.setattr(service, "_claim", first_lost)

    assert not once("key", "scope", MARK, make_job).replayed
    assert (len(seen), Job.objects.count()) == (2, 1)


def test_it_costs_three_statements_and_two_when_it_is_there():
    with counted_statements() as plain:
        make_job()
    with counted_statements() as first:
        once("key", "scope", MARK, make_job)
    with counted_statements() as again:
        once("key", "scope", MARK, make_job)

    assert (len(first) - len(plain), len(again)) == (3, 2)


def test_a_large_answer_takes_little_room():
    serials = b"[" + b",".join(b'{"id":"SN-%05d","status":"in_progress"}' % number for number in range(20_000)) + b"]"
    once("key", "scope", MARK, lambda: make_job(body=serials))

    assert len(KeptAnswer.objects.get().body) < len(serials) / 8
    assert once("key", "scope", MARK, make_job).body == serials


# --- The table

ROW = {"scope": "user:x", "key": "k", "fingerprint": MARK, "status": 200, "headers": {}, "body": b"x"}
BROKEN = [
    ("kept_answer_whole", {"status": None}),
    ("kept_answer_whole", {"headers": None}),
    ("kept_answer_whole", {"body": None}),
    ("kept_answer_is_a_success", {"status": 199}),
    ("kept_answer_is_a_success", {"status": 400}),
    ("kept_answer_is_a_success", {"status": 500}),
]


@pytest.mark.parametrize(("constraint", "flaw"), BROKEN, ids=[str(flaw) for _, flaw in BROKEN])
def test_the_database_takes_no_half_answer_and_no_refusal(constraint, flaw):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        KeptAnswer.objects.create(**ROW | flaw)


def test_the_database_takes_a_key_once():
    KeptAnswer.objects.create(**ROW)
    KeptAnswer.objects.create(**ROW | {"scope": "user:y"})
    name = r"keptanswer\.scope.*keptanswer\.key" if connection.vendor == "sqlite" else "kept_answer_once_per_key"
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        KeptAnswer.objects.create(**ROW | {"fingerprint": OTHER_MARK})


def test_every_constraint_is_tried_here():
    names = {
        known.name for model in apps.get_app_config("idempotency").get_models() for known in model._meta.constraints
    }
    assert names == {name for name, _ in BROKEN} | {"kept_answer_once_per_key"}


# --- Whatever is sent, in whatever order

keys = st.sampled_from(["k1", "k2", "k3"])
scopes = st.sampled_from(["user:a", "kiosk"])
requests = st.tuples(keys, scopes, st.sampled_from([MARK, OTHER_MARK]), st.sampled_from(["done", "done", "refused"]))


@settings(max_examples=max(1, settings.default.max_examples // 2))
@given(st.lists(requests, max_size=12))
def test_any_sequence_of_calls_has_the_effect_of_the_first_of_each(sequence):
    """A model of it: a dictionary of what was answered first."""
    answered: dict[tuple[str, str], tuple[str, bytes]] = {}
    with transaction.atomic():
        for number, (key, scope, mark, becomes) in enumerate(sequence):
            name = f"Job {number}"

            def act(name=name, becomes=becomes):
                answer = make_job(name, body=name.encode())
                if becomes == "refused":
                    raise Refusal("no")
                return answer

            known = answered.get((scope, key))
            if known and known[0] != mark:
                with pytest.raises(KeyReused):
                    once(key, scope, mark, act)
            elif known:
                answer = once(key, scope, mark, act)
                assert (answer.body, answer.replayed) == (known[1], True)
            elif becomes == "refused":
                with pytest.raises(Refusal, match="no"):
                    once(key, scope, mark, act)
            else:
                assert not once(key, scope, mark, act).replayed
                answered[scope, key] = mark, name.encode()
        assert sorted(Job.objects.values_list("name", flat=True)) == sorted(
            body.decode() for _, body in answered.values()
        )
        assert KeptAnswer.objects.count() == len(answered)
        transaction.set_rollback(True)
