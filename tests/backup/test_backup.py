"""``manage.py backup`` and ``restore``: everything comes back as it was, or nothing does and it says why."""

import gzip
import io
import json
import re
import tarfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from audit import append_only
from audit.models import AuditEntry
from audit.proof.delivery import deliver
from audit.proof.sealing import seal
from serials.models import Serial
from shopplanr import content_store
from shopplanr.backup import archive, making, restoring, rows
from shopplanr.kept_content import digests_in_use
from tests.api.answers import _all_rows as all_rows
from tests.database.conftest import make_shop
from tests.factories import JobFactory, make_serial

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def places(settings, tmp_path) -> None:
    """Let the files of the record and of the proof be this test's own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.AUDIT_KEY_FILE = tmp_path / "audit_key"
    settings.AUDIT_CHECKPOINT_FILE = tmp_path / "checkpoints.jsonl"


@pytest.fixture
def backup(tmp_path) -> Path:
    return tmp_path / "backup.tar"


def kept_of(made_by, path: Path) -> dict[str, list]:
    """Make rows and a backup of them, take the rows away again; return what they were."""
    with transaction.atomic():
        made_by()
        before = all_rows()
        making.make(path)
        transaction.set_rollback(True)
    return before


def run(command: str, *arguments: object) -> str:
    said = io.StringIO()
    call_command(command, *map(str, arguments), stdout=said)
    return said.getvalue()


def rewrite(path: Path, change) -> None:
    """Write the archive anew; ``change`` gets each member's name and content, and returns what to write, or None."""
    with tarfile.open(path) as tar:
        members = [(member, tar.extractfile(member).read()) for member in tar]
    with tarfile.open(path, "w") as tar:
        for member, content in members:
            changed = change(member.name, content)
            if changed is not None:
                member.size = len(changed)
                tar.addfile(member, io.BytesIO(changed))


class TestEverythingComesBack:
    def test_every_row_of_every_table(self, backup):
        before = kept_of(make_shop, backup)

        restoring.restore(backup)

        assert all_rows() == before
        assert append_only.missing_triggers(connection) == []

    def test_numbers_go_on_where_they_were(self, backup):
        kept_of(make_shop, backup)
        restoring.restore(backup)
        last = Serial.objects.order_by("-pk").first().pk

        assert make_serial().pk == last + 1

    def test_files_and_what_proves_the_trail(self, backup, settings, tmp_path):
        def sealed_shop():
            make_shop()
            seal()
            deliver()

        kept_of(sealed_shop, backup)
        settings.MEDIA_ROOT = tmp_path / "elsewhere"
        settings.AUDIT_CHECKPOINT_FILE = tmp_path / "elsewhere.jsonl"
        settings.AUDIT_KEY_FILE = tmp_path / "elsewhere_key"

        _, report = restoring.restore(backup)

        assert report.valid
        assert report.kept_outside == 1
        assert report.sealed == AuditEntry.objects.count() > 0
        digests = list(digests_in_use())
        assert digests
        for digest in digests:
            content_store.verify(digest)

    def test_the_key_that_signs_is_not_in_it(self, backup, settings):
        def sealed_shop():
            make_shop()
            seal()

        kept_of(sealed_shop, backup)

        secret = settings.AUDIT_KEY_FILE.read_bytes()
        with tarfile.open(backup) as tar:
            assert all(secret not in tar.extractfile(member).read() for member in tar)

    def test_nobody_is_signed_in_by_a_backup(self, backup):
        kept_of(make_shop, backup)

        with tarfile.open(backup) as tar:
            assert "tables/django_session.jsonl.gz" not in tar.getnames()

    def test_nobody_but_its_owner_reads_it(self, backup):
        kept_of(make_shop, backup)

        assert backup.stat().st_mode & 0o777 == 0o600
        assert list(backup.parent.glob("*.partial")) == []


class TestCommands:
    def test_say_what_there_is(self, backup):
        with transaction.atomic():
            make_shop()
            made = run("backup", backup)
            transaction.set_rollback(True)

        assert re.search(r"backup\.tar: [\d,]+ rows of \d+ tables and \d+ files, [\d.]+ MB\.", made)
        assert "is whole:" in run("restore", backup, "--check")
        restored = run("restore", backup)
        assert "Every row and file is as it was written." in restored
        assert "The audit trail verifies" in restored

    def test_a_backup_is_never_written_over(self, backup):
        backup.write_text("an earlier one")

        with pytest.raises(CommandError, match="is there already"):
            run("backup", backup)

        assert backup.read_text() == "an earlier one"

    def test_a_folder_that_cannot_be_written_to(self, tmp_path):
        (tmp_path / "file").write_text("")

        with pytest.raises(CommandError, match="could not be written"):
            run("backup", tmp_path / "file" / "backup.tar")

    def test_a_damaged_file_of_the_record_is_named_and_everything_else_is_kept(self, backup):
        with transaction.atomic():
            make_shop()
            digest = next(iter(digests_in_use()))
            path = content_store.path_of(digest)
            path.chmod(0o600)
            path.write_bytes(b"something else")
            with pytest.raises(CommandError, match=f"1 files .* missing or altered .*{digest}"):
                run("backup", backup)
            transaction.set_rollback(True)

        assert "is whole" in run("restore", backup, "--check")
        with pytest.raises(CommandError, match="1 files were missing when the backup was made"):
            run("restore", backup)
        assert Serial.objects.exists()


class TestNothingComesBackOfWhatIsWrong:
    @pytest.fixture(autouse=True)
    def _stays_empty(self, backup):
        kept_of(make_shop, backup)
        before = all_rows()
        yield
        assert all_rows() == before

    def refused(self, backup: Path, words: str) -> None:
        with pytest.raises(restoring.CannotRestore, match=words):
            restoring.restore(backup)

    def test_a_file_that_is_no_archive(self, backup):
        backup.write_bytes(b"not at all" * 1000)
        self.refused(backup, "is no whole backup")

    def test_no_file(self, backup):
        backup.unlink()
        self.refused(backup, "is no whole backup")

    @pytest.mark.parametrize("share", [0.1, 0.5])
    def test_one_that_was_not_written_to_its_end(self, backup, share):
        content = backup.read_bytes()
        backup.write_bytes(content[: int(len(content) * share)])
        self.refused(backup, "is no whole backup")

    def test_one_whose_last_words_are_missing(self, backup):
        with tarfile.open(backup) as tar:
            end = tar.getmember(archive.MANIFEST).offset_data + 10
        backup.write_bytes(backup.read_bytes()[:end])
        self.refused(backup, "is no whole backup")

    def test_a_table_that_was_changed(self, backup):
        def change(name, content):
            if name != "tables/serials_job.jsonl.gz":
                return content
            return gzip.compress(gzip.decompress(content).replace(b"Job", b"Yob", 1))

        rewrite(backup, change)
        self.refused(backup, "table serials_job is not what was written")

    def test_a_table_that_is_missing(self, backup):
        rewrite(backup, lambda name, content: None if name == "tables/serials_job.jsonl.gz" else content)
        self.refused(backup, "has no tables/serials_job")

    def test_a_file_of_the_record_that_was_changed(self, backup):
        rewrite(backup, lambda name, content: b"else" if name.startswith("documents/") else content)
        self.refused(backup, r"file [0-9a-f]{64} is not what was written")

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            ({"format": 99}, "format 99"),
            ({"tables": 5}, "cannot be read"),
            ({"migrations": ["serials.9999_from_the_future"]}, "only there: serials.9999_from_the_future"),
        ],
    )
    def test_a_manifest_of_another_kind(self, backup, change, words):
        def changed(name, content):
            return json.dumps(json.loads(content) | change).encode() if name == archive.MANIFEST else content

        rewrite(backup, changed)
        self.refused(backup, words)


def test_a_database_that_somebody_works_with_is_never_written_over(backup):
    kept_of(make_shop, backup)
    JobFactory(name="Ours")
    before = all_rows()

    with pytest.raises(CommandError, match="The database is not empty"):
        run("restore", backup)

    assert all_rows() == before


def tampered_shop() -> None:
    """Make a shop whose sealed trail somebody rewrote past the triggers."""
    make_shop()
    seal()
    with append_only.lifted(connection):
        AuditEntry.objects.filter(pk=AuditEntry.objects.earliest("pk").pk).update(user_id="somebody-else")


def test_a_trail_that_does_not_verify_stays_out(backup):
    kept_of(tampered_shop, backup)
    before = all_rows()

    with pytest.raises(CommandError, match="does not verify"):
        run("restore", backup)

    assert all_rows() == before


def test_unless_somebody_says_that_they_know(backup):
    kept_of(tampered_shop, backup)

    assert "THE AUDIT TRAIL DOES NOT VERIFY" in run("restore", backup, "--even-if-unproved")
    assert AuditEntry.objects.filter(user_id="somebody-else").exists()


def test_checkpoints_that_were_kept_outside_are_not_written_over_by_older_ones(backup, settings):
    """A backup of last night does not make anybody forget what was sealed since."""

    def sealed_shop():
        make_shop()
        seal()
        deliver()

    kept_of(sealed_shop, backup)
    settings.AUDIT_CHECKPOINT_FILE.write_text(newer := settings.AUDIT_CHECKPOINT_FILE.read_text() * 2)

    restoring.restore(backup, even_if_unproved=True)

    assert settings.AUDIT_CHECKPOINT_FILE.read_text() == newer


def test_every_kind_of_column_can_be_written(db):
    for model in rows.kept_models():
        for column in rows.columns_of(model):
            rows._kind(column)
