"""What is the same for every call that changes a serial: who acts, and requests that make no sense."""

import json

import pytest

from serials.models import Serial
from tests.accounts.factories import UserFactory
from tests.api.answers import WRONG_TEXTS
from tests.api.serials import calls
from tests.api.serials.contract import (
    BLANK_TEXTS,
    NAME_MAX_LENGTH,
    UNKNOWN_ENDPOINT,
    UNKNOWN_USER,
    WRONG_OPTIONAL_TEXTS,
    Refusal,
    missing,
    not_text,
    recorded,
    refusal,
    too_long,
)

UNSTORABLE = {
    r'{"userId": "\u0000"}': ("The body holds a character that cannot be stored", "unusable_character"),
    r'{"userId": "\ud800"}': ("The body holds a character that cannot be stored", "unusable_character"),
    f'{{"userId": {2**63}}}': ("The body holds a number that does not fit in 64 bits", "number_out_of_range"),
    '{"userId": 1e999}': ("The body holds a number that does not fit in 64 bits", "number_out_of_range"),
}
"""NUL, half a character, a number past 64 bits, a number past every number; and what is said of each."""


@pytest.fixture
def call(request, db):
    """The call of that name."""
    return calls.CHANGING[request.param]()


def each_call(*names):
    return pytest.mark.parametrize("call", sorted(names), indirect=True)


naming_a_user = each_call(*calls.NAMING_A_USER)
naming_a_user_or_not = each_call(*calls.NAMING_A_USER_OR_NOT)
with_user_id = each_call(*calls.NAMING_A_USER, *calls.NAMING_A_USER_OR_NOT)
every_call = each_call(*calls.CHANGING)


def who_acted(entries):
    return {(entry["userId"], entry.get("calledBy")) for entry in entries}


class TestUserIdAtAKiosk:
    @with_user_id
    def test_it_is_free_text(self, call, kiosk):
        with recorded() as entries:
            assert call.by(kiosk, userId="  Maria, second shift ").status_code in {200, 201}

        assert who_acted(entries) == {("Maria, second shift", None)}

    @naming_a_user
    def test_it_is_required(self, call, kiosk):
        assert refusal(call.by, kiosk) == missing("userId")

    @naming_a_user
    def test_what_is_no_text_counts_as_missing(self, call, kiosk):
        for wrong in WRONG_TEXTS:
            assert refusal(call.by, kiosk, userId=wrong) == missing("userId")

    @naming_a_user_or_not
    @pytest.mark.parametrize("body", [{}, *({"userId": blank} for blank in BLANK_TEXTS)], ids=repr)
    def test_where_it_is_optional_nobody_is_anonymous(self, call, body, kiosk):
        with recorded() as entries:
            assert call.by(kiosk, **body).status_code in {200, 201}

        assert who_acted(entries) == {("anonymous", None)}

    @naming_a_user_or_not
    def test_where_it_is_optional_it_must_be_text(self, call, kiosk):
        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(call.by, kiosk, userId=wrong) == not_text("userId")

    @with_user_id
    def test_it_has_an_end(self, call, kiosk):
        assert refusal(call.by, kiosk, userId="x" * (NAME_MAX_LENGTH + 1)) == too_long("userId", NAME_MAX_LENGTH)


class TestUserIdOfAProgram:
    @with_user_id
    def test_left_out_it_is_the_callers_own(self, call, client, program):
        with recorded() as entries:
            assert call.by(client).status_code in {200, 201}

        assert who_acted(entries) == {(program.pk, None)}

    @with_user_id
    def test_naming_somebody_else_keeps_both(self, call, client, program):
        maria = UserFactory()

        with recorded() as entries:
            assert call.by(client, userId=maria.pk).status_code in {200, 201}

        assert who_acted(entries) == {(maria.pk, program.pk)}

    @with_user_id
    def test_it_is_an_active_users_id(self, call, client):
        gone = UserFactory(is_active=False)

        for nobody in (gone.pk, "user_x", "Maria", "x" * NAME_MAX_LENGTH):
            assert refusal(call.by, client, userId=nobody) == UNKNOWN_USER

    @with_user_id
    def test_it_must_be_text(self, call, client):
        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(call.by, client, userId=wrong) == not_text("userId")


@every_call
class TestRequest:
    def test_an_object_is_required(self, call, client):
        no_object = Refusal(400, "The body must be a JSON object", "not_an_object")

        for body in ([], [{}], "text", 7, 1.5, True, None):
            assert refusal(call.sending, client, json.dumps(body)) == no_object

    def test_malformed_json_is_refused(self, call, client):
        malformed = Refusal(400, "The body is not valid JSON", "malformed_json")

        for body in (b"{", b"{'a': 1}", b'{"a": NaN}', b'{"a": 1,}', b"{} {}", b'{"\xff": 1}'):
            assert refusal(call.sending, client, body) == malformed

    def test_what_no_database_could_keep_is_refused(self, call, client):
        for body, (message, code) in UNSTORABLE.items():
            assert refusal(call.sending, client, body) == Refusal(400, message, code)

    def test_other_content_types_are_refused(self, call, client):
        answer = refusal(call.sending, client, "reason=damaged", content_type="application/x-www-form-urlencoded")

        assert (answer.status, answer.code) == (415, "unsupported_media_type")

    def test_fields_that_nobody_knows_are_ignored(self, call, client, program):
        nonsense = {"id": "SN-00099", "status": "completed", "currentStepIndex": 7, "nonsense": [None, {}]}
        named = {"approverId": program.pk} if "waive-step" in call.url else {}

        assert call.by(client, **nonsense, **named).status_code in {200, 201}
        assert not Serial.objects.filter(number=99).exists()


@each_call(*calls.CHANGING.keys() - calls.WITHOUT_AN_ID)
def test_a_slash_in_an_id_is_another_address(call, client):
    answer = refusal(getattr(client, call.verb), call.url.replace("/SN-", "/SN%2F"), call.body)

    assert (answer.status, answer.code) == (404, UNKNOWN_ENDPOINT)
