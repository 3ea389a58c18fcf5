"""Nothing that a client can put into a body gives a 5xx: every endpoint that takes one, every field of it."""

import json

import pytest
from django.db import transaction

from shopplanr.api.endpoints import ENDPOINTS
from shopplanr.api.schema import openapi_schema
from tests.accounts.factories import token_client
from tests.api.answers import assert_envelope
from tests.api.shop import calls

WRITES = [f"{verb} {endpoint.path}" for endpoint in ENDPOINTS for verb in endpoint.verbs if verb != "GET"]

NOT_JSON = {
    "nothing but a brace": b"{",
    "nonsense": b"nonsense",
    "half of it": b'{"userId": "x"',
    "single quotes": b"{'userId': 'x'}",
    "a comma too many": b'{"userId": "x",}',
    "no quotes": b"{userId: 1}",
    "two of them": b"{}{}",
    "a comment": b"{} // x",
    "white space": b" \n",
    "invalid UTF-8": b'{"userId": "\xff"}',
    "half a character in UTF-8": b'{"userId": "\xed\xa0\x80"}',
    "UTF-16": '{"userId": "x"}'.encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a raw NUL": b'{"userId": "\x00"}',
    "a raw line break": b'{"userId": "\n"}',
    "zeros in front": b'{"quantity": 007}',
    "a hexadecimal number": b'{"quantity": 0x1F}',
    "other digits": '{"quantity": ٣}'.encode(),
    "only brackets": b"[" * 100_000,
    "only braces": b'{"a":' * 100_000,
    "an unknown escape": rb'{"userId": "\q"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}
NO_OBJECT = ("[]", "[{}]", "null", '"text"', '""', "5", "-1.5", "true", "false")

UNSTORABLE = [
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '{"\\u0000": 1}',
    '["\\ud83d"]',
    "1e999",
    "-1e999",
    "NaN",
    "Infinity",
    "-Infinity",
    str(2**63),
    str(-(2**63) - 1),
    "1" * 5000,
    "[" * 70 + "]" * 70,
    "[" * 5000 + "]" * 5000,
]
"""Values that no field takes, wherever they stand."""

ODD = [
    "null",
    "true",
    "false",
    '""',
    '"x"',
    '"1e999"',
    '"🔩\\u202e\\u0001"',
    json.dumps("x" * 5000),
    "0",
    "1",
    "-1",
    "1.5",
    "1e308",
    str(2**63 - 1),
    str(-(2**63)),
    "0." + "1" * 5000,
    "[]",
    "[null]",
    "[true, 1, 1.5]",
    '[{"name": {}}]',
    "{}",
    '{"a": [{"b": null}]}',
]
"""Values of every type that JSON has; some fields take some of them."""


@pytest.fixture
def call(request, shop):
    """The call of this row of the table."""
    return next(call for call in calls(shop) if call.name == request.param)


@pytest.fixture
def send(client, call):
    """Make the call with this body, or with its own, and undo what it did."""

    def send(body: bytes | str | None = None):
        with transaction.atomic():
            if body is None:
                response = call.made_by(client)
            else:
                response = client.generic(call.verb, call.url(), body, content_type="application/json")
            transaction.set_rollback(True)
        return response

    return send


every_write = pytest.mark.parametrize("call", WRITES, indirect=True)


def reads_its_body(call) -> bool:
    """Tell whether the endpoint has a body in JSON at all: deleting a path has none."""
    return call.body is not None


def text_of(fields: dict[str, str]) -> str:
    """Return a body of these fields, whose values are JSON already."""
    return "{" + ",".join(f"{json.dumps(name)}:{value}" for name, value in fields.items()) + "}"


def given(body: dict) -> dict[str, str]:
    return {name: json.dumps(value) for name, value in body.items()}


def variants(body: dict, value: str):
    """Yield the body once for every field, with this value in its place; fields of its items and members as well."""
    for name, was in body.items():
        yield text_of(given(body) | {name: value})
        if isinstance(was, list) and isinstance(was[0], dict):
            for inner in variants(was[0] | {"id": "step_x"}, value):
                yield text_of(given(body) | {name: f"[{inner}]"})
        elif isinstance(was, list):
            yield text_of(given(body) | {name: f"[{json.dumps(was[0])},{value}]"})
        elif isinstance(was, dict):
            yield text_of(given(body) | {name: f'{{"a":{{"b":[{value}]}}}}'})


def test_every_write_has_its_example_and_every_field_is_in_it(shop):
    by_name = {call.name: call for call in calls(shop)}
    assert set(by_name) == {f"{verb} {endpoint.path}" for endpoint in ENDPOINTS for verb in endpoint.verbs}
    schema = openapi_schema()
    for name in WRITES:
        call = by_name[name]
        operation = schema["paths"][call.url(**{each: f"{{{each}}}" for each in call.ids})][call.verb.lower()]
        documented = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        component = documented["$ref"].rpartition("/")[2] if documented else None
        fields = schema["components"]["schemas"][component]["properties"] if component else {}
        assert set(call.body or {}) == set(fields), name


@pytest.mark.without_database  # nothing of the body is read that could come to the database
@every_write
def test_what_is_no_json_object_is_refused(call, send):
    assert send().status_code in {200, 201, 204}  # as it should be, it succeeds
    if reads_its_body(call):
        for name, body in NOT_JSON.items():
            assert assert_envelope(send(body), 400)["code"] == "malformed_json", name
        for body in NO_OBJECT:
            assert assert_envelope(send(body), 400)["code"] == "not_an_object", body


@every_write
def test_what_cannot_be_stored_is_refused(call, send):
    if reads_its_body(call):
        for value in UNSTORABLE:
            assert_envelope(send(text_of(given(call.body) | {"nobody knows this": value})), 400)
        for body in variants(call.body, UNSTORABLE[0]):
            assert_envelope(send(body), 400)


@every_write
def test_odd_values_of_every_type_are_taken_or_refused(call, send):
    for value in ODD if reads_its_body(call) else ():
        for body in variants(call.body, value):
            assert_taken_or_refused(send(body), body)


@every_write
def test_fields_may_be_missing_twice_and_unknown(call, send):
    body = given(call.body or {})
    for name in body:
        without = {other: value for other, value in body.items() if other != name}
        for text in (
            text_of(without),
            text_of(body)[:-1] + f",{json.dumps(name)}:[]}}",
            f"{{{json.dumps(name)}:{{}}," + text_of(body)[1:],
            text_of(body | {name.upper(): "[]", f"{name}[]": "1", "__proto__": "{}", "": "null"}),
        ):
            assert_taken_or_refused(send(text), text)


def assert_taken_or_refused(response, body: str) -> None:
    if response.status_code not in {200, 201, 204}:
        assert_envelope(response)
        assert response.status_code in {400, 403, 404, 409}, (body[:500], response.content)


@pytest.mark.without_database
def test_a_body_is_not_read_where_none_is_documented(client, shop):
    for call in calls(shop):
        if call.verb == "GET":
            for body in (b"{", b"\xff", b"[" * 1000):
                response = client.generic("GET", call.url(), body, content_type="application/json")
                assert response.status_code == 200, call.name


@pytest.mark.without_database
def test_at_a_kiosk_it_is_no_different(kiosk, shop):
    for call in calls(shop):
        for body in ("{", "[]", '{"userId": "\\u0000"}', '{"userId": 1e999}'):
            if call.body is not None:
                response = kiosk.generic(call.verb, call.url(), body, content_type="application/json")
                assert_envelope(response, 400)


def test_a_caller_who_may_not_learns_nothing_of_the_body(shop):
    auditor = token_client(shop.operator)
    for call in calls(shop):
        if call.name in {"POST jobs", "POST certs", "POST users"}:
            assert_envelope(auditor.generic(call.verb, call.url(), "{", content_type="application/json"), 403)
