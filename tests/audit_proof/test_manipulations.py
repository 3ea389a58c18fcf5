"""Whatever somebody does to a sealed trail who owns its tables is found, and the first bad entry is named.

Each is done with plain SQL and without the triggers, and looked for on the server and in an export.
"""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection, transaction

from audit.models import AuditEntry, AuditSeal
from audit.offline import verify_audit
from audit.offline.verify_audit import beginning_of, digest_of, key_id_of, linked, written_statement
from audit.proof import export, keys, sealing
from audit.proof.entries import entries
from audit.proof.keys import SigningKey
from tests.audit_proof.conftest import seal_and_keep, verified, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def offline(settings, tmp_path, capsys):
    """Return what verifies an export of the trail with the program that auditors use: its exit code and its words."""

    def verify() -> tuple[int, str]:
        file = tmp_path / "export.jsonl"
        file.write_text("".join(export.lines("jsonl")), encoding="utf-8")
        kept = ["--checkpoints", str(settings.AUDIT_CHECKPOINT_FILE)]
        code = verify_audit.main([str(file), "--public-key", str(keys.public_file()), *kept])
        said = capsys.readouterr()
        return code, said.out + said.err

    return verify


@pytest.fixture
def found(offline):
    """Return what is found, after seeing that the program that auditors use finds the same."""

    def find() -> verify_audit.Problem:
        report = verified()
        assert not report.valid
        assert offline() == (1, f"NOT VALID ({report.problem.code}): {report.problem.message}\n")
        return report.problem

    return find


def names(problem: verify_audit.Problem, entry: AuditEntry, code: str) -> bool:
    """Tell whether this entry is named, in the sentence as well."""
    assert f"sequence {entry.sequence}" in problem.message, problem.message
    return (problem.code, problem.sequence) == (code, entry.sequence)


def test_what_nobody_touched_is_valid(log, offline):
    report = verified()

    assert report.valid
    assert report.complete
    assert (report.entries, report.sealed, report.verified, report.unsealed) == (10, 8, 8, 2)
    assert (report.checkpoints, report.kept_outside, report.late) == (2, 2, 0)
    assert report.oldest_unsealed == log[8].timestamp
    code, said = offline()
    assert code == 0
    assert "Valid: 8 entries as they were sealed, up to checkpoint 2" in said
    assert "Not sealed yet, so not proved: 2 entries" in said


def test_an_empty_trail_has_nothing_that_is_wrong(db, offline):
    report = verified()
    keys.make_first()

    assert report.valid
    assert (report.entries, report.checkpoints, report.last_checkpoint) == (0, 0, None)
    assert offline()[0] == 2  # there is no file of checkpoints
    assert seal_and_keep() == 0
    assert offline()[0] == 0


CHANGES = {
    "entry_id": "'aud_forged'",
    "action": "'serial_scrapped'",
    "user_id": "'somebody else'",
    "called_by": "'x'",
    "credential": "''",
    "serial_id": "'SN-00002'",
    "cert_id": "'cert_x'",
    "job_id": "'job_x'",
    "path_id": "'path_x'",
    "step_id": "'step_x'",
    "from_step_id": "'step_x'",
    "to_step_id": "'step_x'",
    "metadata": "replace(metadata, '1.5', '1.50')",
    "timestamp": (
        "timestamp + interval '1 microsecond'"
        if connection.vendor == "postgresql"
        else "substr(timestamp, 1, 25) || ((substr(timestamp, 26, 1) + 1) % 10)"
    ),
    "batch_start": "7, batch_quantity = 1",
}


def test_any_single_change_to_a_row(log, sql, found):
    entry = log[5]
    assert {*CHANGES, "sequence", "batch_quantity"} == {field.column for field in AuditEntry._meta.concrete_fields}
    for column, forged in CHANGES.items():
        with transaction.atomic():
            sql(f"UPDATE audit_auditentry SET {column} = {forged} WHERE sequence = {entry.sequence}")
            assert names(found(), entry, "changed"), column
            transaction.set_rollback(True)
    assert verified().valid


def test_metadata_that_are_gone_or_only_written_otherwise(log, sql, found):
    for forged in ("NULL", "'{}'", "metadata || ' '", "'no json'"):
        with transaction.atomic():
            sql(f"UPDATE audit_auditentry SET metadata = {forged} WHERE sequence = {log[0].sequence}")
            assert names(found(), log[0], "changed"), forged
            transaction.set_rollback(True)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps to a column's type")
def test_values_that_the_column_is_not_for(log, sql, found):
    for forged in ("x'6f70'", "CAST(x'ff6f70' AS TEXT)"):
        with transaction.atomic():
            sql(f"UPDATE audit_auditentry SET user_id = {forged} WHERE sequence = {log[2].sequence}")
            assert names(found(), log[2], "changed"), forged
            transaction.set_rollback(True)


def test_a_time_without_an_end(log, sql, found):
    forged = "'infinity'" if connection.vendor == "postgresql" else "'some day'"
    sql(f"UPDATE audit_auditentry SET timestamp = {forged} WHERE sequence = {log[2].sequence}")
    assert names(found(), log[2], "changed")


@pytest.mark.parametrize("place", [0, 3, 4, 5, 7], ids=lambda place: f"entry {place}")
def test_a_deleted_row(place, log, sql, found):
    sql("DELETE FROM audit_auditentry WHERE sequence = %s", log[place].sequence)
    problem = found()
    assert names(problem, log[place], "missing")
    assert problem.checkpoint == (1 if place < 4 else 2)


def test_an_inserted_row(log, sql, found):
    """In a number that a call had drawn that was undone, and in front of everything."""
    sql("DELETE FROM audit_auditentry WHERE sequence > %s", log[7].sequence)
    (gap,) = write(1)
    sql("DELETE FROM audit_auditentry WHERE sequence = %s", gap.sequence)
    write(2)
    seal_and_keep()
    assert verified().valid
    for sequence in (gap.sequence, -7, 0):
        with transaction.atomic():
            columns = ", ".join(field.column for field in AuditEntry._meta.concrete_fields)
            forged = columns.replace("sequence", str(sequence)).replace("entry_id", "'aud_forged'")
            sql(
                f"INSERT INTO audit_auditentry ({columns}) SELECT {forged} FROM audit_auditentry WHERE sequence = %s",
                log[0].sequence,
            )
            problem = found()
            assert (problem.code, problem.sequence, problem.entry_id) == ("inserted", sequence, "aud_forged")
            transaction.set_rollback(True)


def test_two_swapped_rows(log, sql, found):
    first, second = log[1].sequence, log[6].sequence
    for was, becomes in ((first, -1), (second, first), (-1, second)):
        sql("UPDATE audit_auditentry SET sequence = %s WHERE sequence = %s", becomes, was)
    assert names(found(), log[1], "changed")


def test_the_last_rows_cut_off_behind_a_checkpoint(log, sql, found):
    sql("DELETE FROM audit_auditentry WHERE sequence > %s", log[5].sequence)
    assert names(found(), log[6], "missing")


def test_the_last_rows_cut_off_with_their_checkpoint(log, sql, found):
    """The database by itself is in order then; what was kept outside is not."""
    sql("DELETE FROM audit_auditentry WHERE sequence > %s", log[3].sequence)
    sql("DELETE FROM audit_auditseal WHERE number > 1")
    problem = found()
    assert names(problem, log[4], "cut")
    assert problem.checkpoint == 2


def test_everything_gone(log, sql, found):
    sql("DELETE FROM audit_auditentry")
    with transaction.atomic():
        assert names(found(), log[0], "missing")
    sql("DELETE FROM audit_auditseal")
    assert found().code == "other_log"


def test_a_tail_that_was_rewritten_by_who_has_no_key(log, sql, found):
    """Rows, digests, head and all, signed with a key of his own."""
    sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[5].sequence)
    second = AuditSeal.objects.get(number=2)
    facts = json.loads(second.statement)
    own = SigningKey(Ed25519PrivateKey.generate())
    rewritten = list(entries(log[4].sequence, log[7].sequence))
    head = bytes.fromhex(json.loads(AuditSeal.objects.get(number=1).statement)["head"])
    for entry in rewritten:
        head = linked(head, digest_of(entry))
    for key_id in (own.id, facts["key"]):
        statement = written_statement(facts | {"head": head.hex(), "key": key_id})
        sql(
            "UPDATE audit_auditseal SET statement = %s, signature = %s, digests = %s WHERE number = 2",
            statement,
            own.sign(statement),
            b"".join(map(digest_of, rewritten)),
        )
        problem = found()
        assert names(problem, log[4], "bad_signature")
        assert problem.checkpoint == 2
        with pytest.raises(sealing.CannotSeal, match="signature of checkpoint 2 is wrong"):
            sealing.seal()


def test_a_tail_that_was_rewritten_by_who_holds_the_key(log, sql, found, settings):
    """Only what was kept where he does not get at it finds that."""
    kept = settings.AUDIT_CHECKPOINT_FILE
    sql("DELETE FROM audit_auditseal WHERE number = 2")
    sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[5].sequence)
    settings.AUDIT_CHECKPOINT_FILE = kept.with_name("nothing.jsonl")
    sealing.seal()
    assert verified().valid
    settings.AUDIT_CHECKPOINT_FILE = kept

    problem = found()

    assert names(problem, log[4], "rewritten")
    assert str(kept) in problem.message
    with pytest.raises(sealing.CannotSeal, match="another checkpoint 2 of it was kept outside"):
        sealing.seal()


def test_a_trail_that_was_begun_anew(log, sql, found, settings):
    sql("DELETE FROM audit_auditseal")
    sealing.seal()
    problem = found()
    assert problem.code == "other_log"
    assert "begun anew" in problem.message


def test_a_checkpoint_that_was_deleted(log, sql, found):
    write(1)
    seal_and_keep()
    sql("DELETE FROM audit_auditseal WHERE number = 2")
    assert names(found(), log[4], "broken_chain")


def test_kept_digests_that_were_changed_are_told_from_changed_entries(log, sql, found):
    digests = bytearray(AuditSeal.objects.get(number=2).digests)
    digests[40] ^= 1
    sql("UPDATE audit_auditseal SET digests = %s WHERE number = 2", bytes(digests))
    problem = found()
    assert names(problem, log[5], "digests_changed")
    assert "is as it was sealed" in problem.message

    sql("UPDATE audit_auditseal SET digests = %s WHERE number = 2", bytes(digests[:64]))
    assert found().code == "digests_changed"


def test_an_entry_that_was_changed_with_its_kept_digest(log, sql, found):
    sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[5].sequence)
    forged = b"".join(map(digest_of, entries(log[4].sequence, log[7].sequence)))
    sql("UPDATE audit_auditseal SET digests = %s WHERE number = 2", forged)
    problem = found()
    assert problem.code == "changed"
    assert "or one behind it" in problem.message


def test_a_seal_that_was_made_unreadable(log, sql, offline):
    for column, forged in (("statement", "'{}'"), ("statement", "statement || ' '"), ("through", "through + 1")):
        with transaction.atomic():
            sql(f"UPDATE audit_auditseal SET {column} = {forged} WHERE number = 2")
            assert verified().problem.checkpoint == 2, forged
            with pytest.raises(sealing.CannotSeal, match="Checkpoint 2 was changed"):
                sealing.seal()
            transaction.set_rollback(True)
    sql("UPDATE audit_auditseal SET statement = '{}' WHERE number = 2")
    assert offline() == (2, "Cannot be checked: A line says that it is a seal and is none\n")


def test_a_checkpoint_that_was_changed_in_the_file_outside(log, found, settings):
    first, second = settings.AUDIT_CHECKPOINT_FILE.read_text().splitlines(keepends=True)
    settings.AUDIT_CHECKPOINT_FILE.write_text(first.replace('"size":4', '"size":5') + second)
    problem = found()
    assert names(problem, log[0], "kept_changed")

    settings.AUDIT_CHECKPOINT_FILE.write_text(first + second + second.replace('"number":2', '"number":3'))
    assert found().code == "kept_changed"


class TestWhatCannotBeFound:
    """Said plainly: docs/audit-proof.md."""

    def test_what_happens_to_entries_behind_the_last_checkpoint(self, log, sql):
        sql("DELETE FROM audit_auditentry WHERE sequence = %s", log[8].sequence)
        sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[9].sequence)
        report = verified()
        assert report.valid
        assert report.unsealed == 1

    def test_a_rewrite_by_who_holds_the_key_where_nothing_was_kept_outside(self, log, sql, settings):
        sql("DELETE FROM audit_auditseal")
        sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence = %s", log[5].sequence)
        settings.AUDIT_CHECKPOINT_FILE.unlink()
        sealing.seal()
        report = verified()
        assert report.valid
        assert report.kept_outside == 0


def test_an_entry_that_says_it_is_older_than_it_is(log, sql):
    """It is genuine as a row, and new: the checkpoint before it did not know it. So it is valid, and told of."""
    sql("UPDATE audit_auditentry SET timestamp = '2020-01-01 00:00:00.000001' WHERE sequence = %s", log[9].sequence)
    seal_and_keep()
    report = verified()
    assert report.valid
    assert report.late == 1
    assert report.first_late[0] == log[9].sequence


def test_the_first_of_several_is_named(log, sql, found):
    sql("UPDATE audit_auditentry SET user_id = 'forged' WHERE sequence IN (%s, %s)", log[2].sequence, log[6].sequence)
    sql("DELETE FROM audit_auditentry WHERE sequence = %s", log[3].sequence)
    assert names(found(), log[2], "changed")


def test_key_ids_are_digests_of_keys():
    key = SigningKey(Ed25519PrivateKey.generate())
    assert key.id == key_id_of(base64.b64decode(key.public_text))
    assert len(beginning_of("log_x")) == 32
