"""``manage.py audit_seal`` and ``audit_verify``."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tests.audit_proof.conftest import seal_and_keep, write
from tests.live.callers import together


@pytest.mark.django_db
class TestSeal:
    def test_it_says_how_many(self, capsys, settings):
        call_command("audit_seal")
        assert capsys.readouterr().out == "Sealed 0 entries.\n"
        write(1)
        call_command("audit_seal")
        assert capsys.readouterr().out == "Sealed 1 entry, up to checkpoint 1.\n"
        assert settings.AUDIT_CHECKPOINT_FILE.exists()

    def test_it_fails_where_it_cannot(self, settings):
        write(1)
        seal_and_keep()
        settings.AUDIT_KEY_FILE.unlink()
        write(1)
        with pytest.raises(CommandError, match="put the right file back"):
            call_command("audit_seal")

    def test_it_fails_where_a_checkpoint_could_not_be_sent(self, settings):
        settings.AUDIT_CHECKPOINT_URL = "http://127.0.0.1:9/"
        write(1)
        with pytest.raises(CommandError, match="could not be sent by url"):
            call_command("audit_seal")


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite lets one transaction write")
def test_it_says_that_somebody_has_not_ended_yet():
    with transaction.atomic():
        write(1)
        together(lambda: write(1))
        (outcome,) = together(lambda: call_command("audit_seal", wait=0))
    assert isinstance(outcome, CommandError)
    assert "still open; nothing was sealed" in str(outcome)


@pytest.mark.django_db
class TestVerify:
    def test_valid(self, log, capsys):
        call_command("audit_verify")
        first, second, third = capsys.readouterr().out.splitlines()
        assert first.startswith("Valid: 8 entries are as they were sealed, up to checkpoint 2 of ")
        assert second == "Compared with 2 checkpoints that were kept outside of the database."
        assert third.startswith("Not sealed yet, so not proved: 2 entries, the oldest ")
        call_command("audit_verify", recent=True)
        assert "Valid: the newest 8 of 8 entries" in capsys.readouterr().out

    def test_not_valid(self, log, sql, capsys):
        sql("DELETE FROM audit_auditentry WHERE sequence = %s", log[6].sequence)
        with pytest.raises(SystemExit) as ended:
            call_command("audit_verify")
        assert ended.value.code == 1
        assert capsys.readouterr().out == (
            f"NOT VALID (missing): The entry with sequence {log[6].sequence} is missing; checkpoint 2 had sealed it.\n"
        )

    def test_nothing_sealed_and_nothing_outside(self, capsys, settings):
        write(1)
        call_command("audit_verify")
        assert capsys.readouterr().out == "Nothing was sealed yet; 1 entries are not proved.\n"
        seal_and_keep()
        settings.AUDIT_CHECKPOINT_FILE.unlink()
        call_command("audit_verify")
        assert "a trail that was cut off would not be noticed" in capsys.readouterr().out

    def test_what_was_kept_elsewhere(self, log, sql, settings, capsys):
        elsewhere = settings.AUDIT_CHECKPOINT_FILE.rename(settings.AUDIT_CHECKPOINT_FILE.with_name("usb-stick.jsonl"))
        sql("DELETE FROM audit_auditseal WHERE number = 2")
        call_command("audit_verify")
        with pytest.raises(SystemExit):
            call_command("audit_verify", checkpoints=[elsewhere])
        assert "NOT VALID (cut)" in capsys.readouterr().out

    def test_entries_that_say_they_are_older(self, log, sql, capsys):
        sql("UPDATE audit_auditentry SET timestamp = '2020-01-01 00:00:00.000001' WHERE sequence = %s", log[9].sequence)
        seal_and_keep()
        call_command("audit_verify")
        assert f"Written later than they say: 1 entries, first {log[9].entry_id}" in capsys.readouterr().out
