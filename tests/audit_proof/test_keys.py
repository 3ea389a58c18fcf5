"""The key: made once, readable for its owner, followed by others, and never in the database."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.management import CommandError, call_command

from audit.checks import key_of_the_trail_is_private
from audit.models import AuditSeal
from audit.offline.verify_audit import Keys
from audit.proof import keys, sealing
from audit.proof.sealing import checkpoint_of, seal
from tests.audit_proof.conftest import seal_and_keep, verified, write


def test_it_is_made_once_by_however_many(settings):
    with ThreadPoolExecutor(8) as threads:
        made = {key.public_text for key in threads.map(lambda _: keys.make_first(), range(8))}
    assert len(made) == 1
    assert stat.S_IMODE(settings.AUDIT_KEY_FILE.stat().st_mode) == 0o600
    assert [path.name for path in settings.AUDIT_KEY_FILE.parent.glob("audit_key*")] == ["audit_key", "audit_key.pub"]


def test_one_that_others_can_read_is_warned_of(settings):
    assert key_of_the_trail_is_private() == []
    keys.make_first()
    assert key_of_the_trail_is_private() == []
    settings.AUDIT_KEY_FILE.chmod(0o640)
    (caution,) = key_of_the_trail_is_private()
    assert (caution.id, caution.is_serious()) == ("audit.W002", False)


def test_a_file_that_holds_no_key(settings):
    settings.AUDIT_KEY_FILE.write_text("nothing")
    with pytest.raises(keys.KeyProblem, match="cannot be read as a key"):
        keys.current()


@pytest.mark.django_db
class TestRotation:
    def test_the_old_key_announces_the_new_one_and_is_gone(self, settings):
        write(2)
        seal_and_keep()
        first = keys.current()
        second = sealing.rotate_key()
        write(2)
        seal_and_keep()

        assert [checkpoint_of(row).key for row in AuditSeal.objects.order_by("number")] == [
            first.id,
            first.id,
            second.id,
        ]
        assert keys.current().public_text == second.public_text != first.public_text
        assert list(settings.AUDIT_KEY_FILE.parent.glob("*.next")) == []
        assert verified().valid
        # who knows the first key only gets to know the second from the first
        assert verified(public_keys=Keys([first.public_text])).valid

    def test_before_anything_was_sealed(self):
        first = keys.make_first()
        assert sealing.rotate_key().id == keys.current().id != first.id
        assert not AuditSeal.objects.exists()

    def test_one_that_was_interrupted_is_finished_by_the_next_to_seal(self, monkeypatch):
        write(1)
        seal()
        monkeypatch.setattr(keys, "take_over", lambda: None)
        second = sealing.rotate_key()
        monkeypatch.undo()
        assert keys.current().id != second.id
        write(1)
        seal()
        assert keys.current().id == checkpoint_of(sealing.last_seal()).key == second.id
        assert verified().valid

    def test_a_key_that_was_replaced_cannot_sign_any_more(self, settings):
        write(1)
        seal()
        old = settings.AUDIT_KEY_FILE.read_bytes()
        sealing.rotate_key()
        settings.AUDIT_KEY_FILE.write_bytes(old)
        write(1)
        with pytest.raises(keys.KeyProblem, match="put the right file back"):
            seal()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(keys, "key_after", lambda last: keys.current())
            seal()
        problem = verified().problem
        assert problem.code == "bad_signature"
        assert "which another had replaced before" in problem.message


@pytest.mark.django_db
class TestLoss:
    def test_a_log_does_not_go_on_with_any_key(self, settings):
        write(1)
        seal()
        settings.AUDIT_KEY_FILE.unlink()
        write(1)
        with pytest.raises(keys.KeyProblem, match="is missing: put the right file back"):
            seal()
        assert not settings.AUDIT_KEY_FILE.exists()

    def test_one_that_is_lost_is_replaced_and_verifiers_have_to_be_told(self, settings, capsys):
        write(1)
        seal()
        first = keys.current()
        with pytest.raises(CommandError, match="The key is not lost"):
            call_command("audit_key", replace_lost=True)
        settings.AUDIT_KEY_FILE.unlink()
        call_command("audit_key", replace_lost=True)
        write(1)
        seal()
        second = keys.current()
        assert second.public_text in capsys.readouterr().out
        assert f"replaces {first.id}" in keys.public_file().read_text()
        assert verified().valid
        problem = verified(public_keys=Keys([first.public_text])).problem
        assert (problem.code, problem.checkpoint) == ("bad_signature", 2)
        assert "is not trusted" in problem.message


@pytest.mark.django_db
def test_the_command_shows_the_key_and_rotates_it(capsys):
    call_command("audit_key")
    first = keys.current()
    assert first.public_text in capsys.readouterr().out
    call_command("audit_key", rotate=True)
    said = capsys.readouterr().out
    assert first.public_text not in said
    assert keys.current().id in said
    with pytest.raises(CommandError, match="Nothing was sealed yet"):
        call_command("audit_key", replace_lost=True)


@pytest.mark.django_db
def test_the_private_key_is_nowhere_but_in_its_file(settings):
    write(1)
    seal_and_keep()
    secret = keys.current().private.private_bytes_raw()
    row = AuditSeal.objects.get()
    for text in (row.statement, row.signature, keys.public_file().read_text()):
        assert secret.hex() not in text
    assert b"PRIVATE" not in settings.AUDIT_CHECKPOINT_FILE.read_bytes()
