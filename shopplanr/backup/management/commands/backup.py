"""``manage.py backup``: write everything into one archive, while the server runs."""

import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from shopplanr import clock
from shopplanr.backup import making, restoring


class Command(BaseCommand):
    """Makes a backup and reads it back."""

    help = (
        "Writes the database, the files of the record and the audit trail's checkpoints into one archive, as of one "
        "moment, while the server runs; and reads it back. The key that signs checkpoints is not in it: keep a copy "
        "of AUDIT_KEY_FILE elsewhere. Whoever has the archive has the record: keep it as you keep the database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take where to."""
        parser.add_argument(
            "file", type=Path, nargs="?", help="the archive; var/backups/shopplanr-<moment>.tar unless given"
        )

    def handle(self, file: Path | None, **options) -> None:
        """Make it, and say what it holds; exit code 1 where a file of the record is missing or altered."""
        path = file or settings.VAR_DIR / "backups" / f"shopplanr-{clock.now():%Y-%m-%dT%H%M%SZ}.tar"
        if path.exists():
            raise CommandError(f"{path} is there already; a backup is never written over.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tqdm(desc="Backup", unit=" steps", file=sys.stderr, leave=False, disable=None) as bar:
                manifest = making.make(path, lambda what: (bar.set_postfix_str(what), bar.update()))
                restoring.check(path, lambda what: (bar.set_postfix_str(f"reading {what}"), bar.update()))
        except OSError as error:
            raise CommandError(f"{path} could not be written: {error}.") from error
        except restoring.CannotRestore as error:
            raise CommandError(f"What was written could not be read back. {error}") from error
        rows = sum(table.rows for table in manifest.tables.values())
        self.stdout.write(
            f"{path}: {rows:,} rows of {len(manifest.tables)} tables and {len(manifest.documents):,} files, "
            f"{path.stat().st_size / 1e6:,.1f} MB."
        )
        if manifest.missing_documents:
            names = ", ".join(manifest.missing_documents[:5])
            raise CommandError(
                f"{len(manifest.missing_documents)} files that the record names are missing or altered on disk, and so "
                f"are not in the backup: {names}. Everything else is. Restore them from an earlier backup."
            )
