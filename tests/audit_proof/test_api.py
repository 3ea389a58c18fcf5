"""``GET /audit/verify``: is the trail what it was, as JSON."""

import json

import pytest

from audit.proof import verifying
from audit.proof.keys import current, public_file
from tests.accounts.factories import UserFactory, token_client
from tests.api.answers import assert_refused
from tests.audit_proof.conftest import seal_and_keep, write
from tests.queries import counted_statements

URL = "/api/audit/verify"


@pytest.fixture
def client(db):
    return token_client(UserFactory())


def whole(response) -> dict:
    """Return the answer to ``full=true``, which comes in pieces."""
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    return json.loads(b"".join(response.streaming_content))


def test_a_trail_that_is_in_order(log, client):
    expected = {
        "valid": True,
        "complete": False,
        "entries": 10,
        "sealed": 8,
        "verified": 8,
        "unsealed": 2,
        "oldestUnsealedAt": f"{log[8].timestamp:%Y-%m-%dT%H:%M:%S}.{log[8].timestamp.microsecond // 1000:03}Z",
        "checkpoints": 2,
        "keptOutside": 2,
        "writtenLate": 0,
    }
    answer = client.get(URL).json()
    last = answer.pop("lastCheckpoint")
    assert answer == expected
    assert (last["number"], last["size"], last["key"], len(last["head"])) == (2, 8, current().id, 64)
    assert client.get(URL, {"full": "false"}).json().pop("complete") is False
    answer = whole(client.get(URL, {"full": "true"}))
    assert answer == expected | {"complete": True, "lastCheckpoint": last}


def test_one_that_is_not(log, client, sql):
    sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[5].sequence)
    for answer in (client.get(URL).json(), whole(client.get(URL, {"full": "true"}))):
        assert answer["valid"] is False
        assert answer["firstBadEntry"] == {
            "code": "changed",
            "message": f"Entry {log[5].entry_id} (sequence {log[5].sequence}) is not what checkpoint 2 had sealed.",
            "id": log[5].entry_id,
            "sequence": log[5].sequence,
            "checkpoint": 2,
        }


def test_nothing_was_sealed_yet(client):
    answer = client.get(URL).json()
    assert answer["valid"] is True
    assert (answer["entries"], answer["sealed"], answer["checkpoints"]) == (0, 0, 0)
    assert not {"lastCheckpoint", "oldestUnsealedAt", "firstBadEntry"} & set(answer)


def test_unless_asked_for_the_whole_only_the_newest_part_is_verified(log, client, sql, monkeypatch):
    monkeypatch.setattr(verifying, "RECENT_ENTRIES", 3)
    answer = client.get(URL).json()
    assert (answer["valid"], answer["verified"], answer["sealed"]) == (True, 4, 8)
    sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[0].sequence)
    assert client.get(URL).json()["valid"] is True
    assert whole(client.get(URL, {"full": "true"}))["firstBadEntry"]["sequence"] == log[0].sequence

    sql("UPDATE audit_auditseal SET signature = 'AAAA' WHERE number = 1")  # from which it would go on
    assert client.get(URL).json()["firstBadEntry"]["code"] == "bad_signature"


def test_the_newest_part_is_bounded_in_checkpoints_as_well(db, client, monkeypatch):
    for _ in range(5):
        write(1)
        seal_and_keep()
    monkeypatch.setattr(verifying, "RECENT_SEALS", 2)
    assert client.get(URL).json()["verified"] == 2


def test_a_missing_first_checkpoint_is_no_way_around_it(log, client, sql):
    sql("DELETE FROM audit_auditseal WHERE number = 1")
    assert client.get(URL).json()["firstBadEntry"]["code"] == "broken_chain"


def test_while_it_goes_on_blanks_come_ahead(log, client, monkeypatch):
    monkeypatch.setattr(verifying, "SEALS_AT_ONCE", 1)
    pieces = list(client.get(URL, {"full": "true"}).streaming_content)
    assert pieces[:-1] == [b"\n", b"\n"]


@pytest.mark.parametrize("odd", ["", "yes", "1", "True", "x" * 5000, "\0"])
def test_an_odd_word(odd, client):
    assert_refused(
        client.get(URL, {"full": odd}), 400, "full must be true or false", code="invalid_filter", field="full"
    )


def test_what_it_does_not_know(client):
    assert_refused(client.get(URL, {"deep": "1"}), 400, "Unknown filter: deep", code="unknown_filter", field="deep")


def test_a_key_that_cannot_be_read_is_no_crash(log, client, settings):
    for file in (settings.AUDIT_KEY_FILE, public_file()):
        file.write_text("nothing ä", encoding="latin-1")
        answer = client.get(URL).json()
        assert answer["firstBadEntry"]["code"] == "cannot_verify"


def test_its_statements_do_not_grow_with_entries(log, client):
    client.get(URL)  # when a token was last used is written once a minute
    counts = []
    for _ in range(2):
        with counted_statements() as statements:
            client.get(URL)
        counts.append(len(statements))
        write(300)
        seal_and_keep()
    assert counts[0] == counts[1]
