"""How entries and checkpoints are written down, to the byte: a log must be verifiable by whoever reads the document."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit.models import Action, AuditEntry
from audit.offline.verify_audit import (
    ABSENT,
    FIELDS,
    Checkpoint,
    Keys,
    Unusable,
    beginning_of,
    canonical,
    digest_of,
    linked,
    read_sequences,
    written_entry,
    written_sequences,
    written_statement,
)
from audit.proof.entries import entries
from audit.proof.keys import SigningKey

SCRAPPED = (
    *(42, "aud_Xq3", "serial_scrapped", "maria", "erp", "tok_7", "2026-11-24T16:48:06.123456Z"),
    *(
        "SN-00042",
        "",
        "job_a",
        "path_b",
        "step_c",
        "",
        "",
        None,
        None,
        '{"reason":"größer als 4 µm 🔩","n":[1.50,true]}',
    ),
)
BATCH = (1, "aud_0", "serial_created", "kiosk", *[""] * 2, "2026-01-01T00:00:00.000000Z", *[""] * 7, 1, 2000, None)

TEXT_OF_SCRAPPED = (
    b'[1,42,"aud_Xq3","serial_scrapped","maria","erp","tok_7","2026-11-24T16:48:06.123456Z","SN-00042","","job_a",'
    b'"path_b","step_c","","",null,null,'
    b'"{\\"reason\\":\\"gr\\u00f6\\u00dfer als 4 \\u00b5m \\ud83d\\udd29\\",\\"n\\":[1.50,true]}"]'
)
TEXT_OF_BATCH = (
    b'[1,1,"aud_0","serial_created","kiosk","","","2026-01-01T00:00:00.000000Z","","","","","","","",1,2000,null]'
)
GOLDEN = {
    SCRAPPED: (TEXT_OF_SCRAPPED, "f2076f2aa165b27bbc21a3f81a8fc75b0ae6f07ae3a13bcf4b09eeaba0375f52"),
    BATCH: (TEXT_OF_BATCH, "e91f77a5b4877cdb78f7b4a79f7e4af44518a3320748d5e39a22c8e5dfdfcd59"),
}

KEY = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))


@pytest.mark.parametrize("entry", GOLDEN, ids=["scrapped", "batch"])
def test_an_entry(entry):
    text, digest = GOLDEN[entry]
    assert canonical(entry) == text
    assert digest_of(entry).hex() == hashlib.sha256(b"\x00" + text).hexdigest() == digest


def test_the_chain():
    head = beginning_of("log_1")
    assert head.hex() == hashlib.sha256(b"\x02log_1").hexdigest()
    for entry in (BATCH, SCRAPPED):
        before, head = head, linked(head, digest_of(entry))
        assert head == hashlib.sha256(b"\x01" + before + digest_of(entry)).digest()
    assert head.hex() == "2af9b4ce5d0907aff216cfa7af4e5fdd8d96fd7dba264a60a282a79215e84939"


def test_a_checkpoint():
    statement = written_statement(
        {"version": 1, "log": "log_1", "number": 1, "size": 2, "sequences": "1,42", "head": "ab", "key": KEY.id}
        | {"time": "2026-11-24T16:50:00.000000Z", "previous": "0" * 64}
    )
    assert statement == (
        '{"head":"ab","key":"56475aa75463474c","log":"log_1","number":1,"previous":"' + "0" * 64 + '",'
        '"sequences":"1,42","size":2,"time":"2026-11-24T16:50:00.000000Z","version":1}'
    )
    checkpoint = Checkpoint.read(statement, KEY.sign(statement))
    assert (
        checkpoint.signature
        == "TnkZdtXHw5rLwDQqVYquKy4MCY5CcyPA0pIe5Ln3mBF7ukkEGpXHCsUVXOeXlxAl03dcubp25Egl1TL5c4AbDg=="
    )
    assert json.loads(checkpoint.line) == {"checkpoint": json.loads(statement), "signature": checkpoint.signature}
    assert Checkpoint.read_line(checkpoint.line) == checkpoint
    assert Keys([KEY.public_text]).signed(checkpoint)
    assert not Keys().signed(checkpoint)


@pytest.mark.parametrize(
    "statement",
    ["", "[]", "{}", "null", "nothing", '{"version":1}', '{"number":' + "9" * 5000 + "}", "[" * 100_000],
    ids=lambda text: text[:12],
)
def test_what_is_no_checkpoint(statement):
    with pytest.raises(Unusable):
        Checkpoint.read(statement, "")
    with pytest.raises(Unusable):
        Checkpoint.read_line(statement)


@pytest.mark.parametrize("key", ["", "no key", "AAAA", "ä" * 44])
def test_what_is_no_key(key):
    with pytest.raises(Unusable, match="is no Ed25519 public key"):
        Keys([key])


@given(st.sets(st.integers(-50, 50)))
def test_sequences_are_read_as_they_were_written(numbers):
    assert list(read_sequences(written_sequences(sorted(numbers)))) == sorted(numbers)


def test_sequences_are_written_as_runs():
    assert written_sequences([1, 2, 3, 5, 7, 8]) == "1..3,5,7..8"
    assert written_sequences([]) == ""


@given(
    st.one_of(st.none(), st.text(), st.dictionaries(st.text(), st.floats() | st.integers() | st.text()).map(json.dumps))
)
def test_an_exported_entry_says_the_same(metadata):
    from audit.offline.verify_audit import _read_entry

    entry = (*SCRAPPED[:-1], metadata)
    line = written_entry(entry)
    assert _read_entry(json.loads(json.dumps(line))) == entry
    assert not any(line[name] == ABSENT[name] for name in FIELDS if name in line)


@pytest.mark.django_db
def test_an_entry_in_the_database_is_the_entry_of_the_document():
    """On both engines alike; whole seconds too, which SQLite writes shorter."""
    names = ("sequence", "entry_id", "action", "user_id", "called_by", "credential", "timestamp", "serial_id")
    for entry in (SCRAPPED, BATCH):
        known = dict(zip(names, entry, strict=False)) | {"timestamp": datetime.fromisoformat(entry[6])}
        metadata = entry[-1] and json.loads(entry[-1])
        records = dict(zip(("cert_id", "job_id", "path_id", "step_id"), entry[8:12], strict=True))
        AuditEntry.objects.create(
            **known, **records, batch_start=entry[14], batch_quantity=entry[15], metadata=metadata
        )
    assert {entry.action for entry in AuditEntry.objects.all()} < set(Action.values)
    # the product writes numbers as Python does
    written = (*SCRAPPED[:-1], SCRAPPED[-1].replace("1.50", "1.5"))
    assert list(entries(1)) == [BATCH, written]
    assert list(entries(2, 41)) == []
    assert AuditEntry.objects.get(sequence=1).timestamp == datetime(2026, 1, 1, tzinfo=UTC)


def test_every_column_of_an_entry_is_in_its_digest():
    """A new column needs a new version of the format; docs/audit-proof.md says how."""
    assert len(FIELDS) == len(AuditEntry._meta.concrete_fields)
