"""``Idempotency-Key`` on the POSTs of the API: the first answer again, and no second effect."""

import json
import uuid

import pytest
from django.db import transaction

from serials.models import Job, Serial
from serials.services import advancement, jobs
from shopplanr.accounts.roles import Role
from shopplanr.api.endpoints import ENDPOINTS
from shopplanr.idempotency.models import KeptAnswer
from tests.accounts.factories import UserFactory, json_client, open_kiosk, token_client, token_for
from tests.api.answers import assert_envelope, assert_refused, nothing_written
from tests.api.shop import calls, make_shop
from tests.factories import OPERATOR, PathFactory, make_serials
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

JOBS = "/api/jobs"
BODY = {"name": "Bracket", "goalQuantity": 5}


@pytest.fixture
def program(db):
    return UserFactory(role=Role.INTEGRATIONS)


@pytest.fixture
def client(program):
    client = token_client(program)
    client.get(JOBS)  # when a token was last used is written once a minute
    return client


def keyed(key=None) -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4()) if key is None else key}


def test_every_post_of_the_table_is_answered_once(client):
    shop = make_shop()
    posts = [call for call in calls(shop) if call.verb == "POST"]
    assert len(posts) == sum("POST" in endpoint.verbs for endpoint in ENDPOINTS)
    for call in posts:
        with transaction.atomic():
            first = call.made_by(client, headers=keyed("k"))
            assert first.status_code in {200, 201}, (call.name, first.content)
            assert "Idempotency-Replayed" not in first
            with nothing_written():
                again = call.made_by(client, headers=keyed("k"))
                other = call.made_by(client, more={"another": 1}, headers=keyed("k"))
            transaction.set_rollback(True)

        assert (again.status_code, again.content) == (first.status_code, first.content), call.name
        assert again["Idempotency-Replayed"] == "true"
        assert assert_envelope(other, 409)["code"] == "idempotency_key_reused"


def test_the_answer_is_the_same_in_every_header_that_is_not_of_the_exchange(client):
    first, again = (client.post(JOBS, BODY, headers=keyed("k")) for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    exchange = {"X-Request-ID": "", "Idempotency-Replayed": ""}
    assert dict(first.items()) | exchange == dict(again.items()) | exchange
    assert first["X-Request-ID"] != again["X-Request-ID"]
    assert again["Content-Type"] == "application/json"


def test_another_key_is_another_call(client):
    ids = {client.post(JOBS, BODY, headers=keyed()).json()["id"] for _ in range(2)}

    assert len(ids) == Job.objects.count() == 2


class TestTheSameCall:
    """Verb, address and body, to the byte."""

    def post(self, client, body: bytes, url=JOBS, key="k"):
        return client.generic("POST", url, body, content_type="application/json", headers=keyed(key))

    def test_with_and_without_a_slash_the_address_is_the_same(self, client):
        body = json.dumps(BODY).encode()
        self.post(client, body)

        assert self.post(client, body, url=f"{JOBS}/")["Idempotency-Replayed"] == "true"

    @pytest.mark.parametrize("url", [f"{JOBS}?copy=1", "/api/certs"])
    def test_another_address_is_another_call(self, url, client):
        body = json.dumps(BODY | {"type": "material"}).encode()
        self.post(client, body)

        with nothing_written():
            refused = self.post(client, body, url=url)
        assert_refused(
            refused,
            409,
            "This Idempotency-Key came with another call before; send a new key with a new call, "
            "and the same key only with the same call again",
            code="idempotency_key_reused",
        )

    def test_a_blank_more_is_another_body(self, client):
        self.post(client, json.dumps(BODY).encode())

        assert self.post(client, json.dumps(BODY).encode() + b" ").status_code == 409

    def test_an_empty_body_is_a_body(self, client):
        (serial,) = make_serials()
        url = f"/api/serials/{serial.id}/advance"

        assert [self.post(client, b"", url).json()["currentStepIndex"] for _ in range(3)] == [1, 1, 1]
        assert self.post(client, b"{}", url).status_code == 409


class TestRefusals:
    """They are not kept: nothing has happened, and the same call may succeed later."""

    def test_of_a_rule(self, client):
        (serial,) = make_serials()
        key = keyed()

        def send():
            body = {"targetStepIndex": 2, "expectedStepIndex": 1}
            return client.post(f"/api/serials/{serial.id}/advance-to", body, headers=key)

        with nothing_written():
            assert assert_envelope(send())["code"] == "moved_meanwhile"
        advancement.advance(serial.id, OPERATOR)

        assert send().json()["serial"]["currentStepIndex"] == 2
        assert send()["Idempotency-Replayed"] == "true"

    def test_of_a_body_that_nobody_can_read(self, client):
        with nothing_written():
            for body in (b"{", b"[1,", b'{"name": "\\u0000"}'):
                response = client.generic("POST", JOBS, body, content_type="application/json", headers=keyed("k"))
                assert_envelope(response, 400)
            response = client.generic("POST", JOBS, b"a=1", content_type="text/plain", headers=keyed("k"))
            assert_envelope(response, 415)
        assert client.post(JOBS, BODY, headers=keyed("k")).status_code == 201

    def test_of_a_crash(self, client, monkeypatch):
        create = jobs.create

        def crash(*arguments):
            create(*arguments)
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr(jobs, "create", crash)
        with nothing_written():
            assert_envelope(client.post(JOBS, BODY, headers=keyed("k")), 500)
        monkeypatch.undo()

        assert client.post(JOBS, BODY, headers=keyed("k")).status_code == 201

    @pytest.mark.parametrize("wrong", ["", " ", "x" * 256, "schlüssel", "\t", "a\x7fb", "🔩"])
    def test_of_a_key_that_is_none(self, wrong, client):
        with nothing_written():
            response = client.post(JOBS, BODY, headers=keyed(wrong))
        assert_refused(
            response,
            400,
            "Idempotency-Key must be 1 to 255 printable ASCII characters",
            code="idempotency_key_invalid",
        )


class TestCallers:
    """A key is its caller's own."""

    def test_a_user_is_one_with_whatever_token_or_session(self, client, program):
        session = json_client()
        session.force_login(program)
        other_token = json_client(Authorization=f"Token {token_for(program, 'another')}")
        ids = {each.post(JOBS, BODY, headers=keyed("k")).json()["id"] for each in (client, other_token, session)}

        assert len(ids) == Job.objects.count() == 1

    def test_nobody_sees_what_another_was_answered(self, client, settings):
        callers = (client, token_client(UserFactory(role=Role.INTEGRATIONS)), open_kiosk(settings))
        answers = [each.post(JOBS, BODY, headers=keyed("k")) for each in callers]

        assert len({answer.json()["id"] for answer in answers}) == 3
        assert not any("Idempotency-Replayed" in answer for answer in answers)

    def test_a_kiosks_key_is_every_kiosks_and_what_it_says_of_itself_is_in_the_body(self, kiosk):
        path = PathFactory()
        body = {"jobId": path.job_id, "pathId": path.id, "quantity": 2, "userId": "Maria"}
        first, again = (kiosk.post("/api/serials", body, headers=keyed("k")) for _ in range(2))

        assert first.content == again.content
        assert kiosk.post("/api/serials", body | {"userId": "Bo"}, headers=keyed("k")).status_code == 409
        assert Serial.objects.count() == 2

    @pytest.fixture
    def kiosk(self, settings):
        return open_kiosk(settings)

    def test_who_has_lost_the_right_is_not_answered_again(self, client, program):
        client.post(JOBS, BODY, headers=keyed("k"))
        program.groups.clear()

        assert_envelope(client.post(JOBS, BODY, headers=keyed("k")), 403)

    def test_a_stranger_is_asked_who_it_is_first(self, client):
        client.post(JOBS, BODY, headers=keyed("k"))

        for key in ("k", "", "x" * 300):
            assert_envelope(json_client().post(JOBS, BODY, headers=keyed(key)), 401)


@pytest.mark.parametrize("verb", ["put", "patch", "delete", "get"])
def test_other_verbs_take_no_notice_of_a_key(verb, client):
    shop = make_shop()
    made = {call.verb: call for call in calls(shop) if call.path != "users/<str:id>"}
    call = made[verb.upper()]

    for key in ("k", "", "x" * 300):
        client.generic(
            call.verb, call.url(), json.dumps(call.body), content_type="application/json", headers=keyed(key)
        )
    assert not KeptAnswer.objects.exists()


def test_a_path_without_a_post_still_has_none(client):
    response = client.post("/api/audit", BODY, headers=keyed())

    assert_envelope(response, 405)


class TestStatements:
    """A call without a key costs nothing more."""

    def count(self, client, **headers):
        with counted_statements() as statements:
            assert client.post(JOBS, BODY, headers=headers).status_code == 201
        return len(statements)

    def test_without_a_key_there_is_none_more(self, client):
        with counted_statements() as statements:
            client.post(JOBS, BODY)
        assert not [sql for sql in statements.queries if "keptanswer" in sql]

    def test_with_a_key_there_are_three_more_and_a_repeated_call_takes_three(self, client):
        plain = self.count(client)

        assert self.count(client, **keyed("k")) == plain + 3
        assert self.count(client, **keyed("k")) == 3  # the caller, the key, the answer


def test_a_batch_of_thousands_is_answered_again_to_the_byte(client):
    path = PathFactory()
    body = {"jobId": path.job_id, "pathId": path.id, "quantity": 3000}
    first, again = (client.post("/api/serials", body, headers=keyed("k")) for _ in range(2))

    assert len(first.json()) == Serial.objects.count() == 3000
    assert first.content == again.content
    assert len(KeptAnswer.objects.get().body) < len(first.content) / 20
