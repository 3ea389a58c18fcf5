"""``manage.py restore``: bring a backup back into a new database, of either engine."""

import sys
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from shopplanr.backup import restoring


class Command(BaseCommand):
    """Restores a backup, and proves that it came back as it was."""

    help = (
        "Brings a backup back into a new, empty database, SQLite or PostgreSQL, whichever it was made on; so it is "
        "also the way from one to the other. Makes the tables first, compares every row with what was written, and "
        "verifies the audit trail and every file. Where anything differs it says so, exits with 1, and the database "
        "stays empty."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take which, and how far to go."""
        parser.add_argument("file", type=Path, help="the archive that manage.py backup wrote")
        parser.add_argument("--check", action="store_true", help="only read the archive, and say whether it is whole")
        parser.add_argument(
            "--even-if-unproved", action="store_true", help="restore although the audit trail does not verify"
        )

    def handle(self, file: Path, check: bool, even_if_unproved: bool, verbosity: int, **options) -> None:
        """Do it, and say what came of it."""
        try:
            with tqdm(desc="Restore", unit=" steps", file=sys.stderr, leave=False, disable=None) as bar:

                def tell(what: str) -> None:
                    bar.set_postfix_str(what)
                    bar.update()

                if check:
                    manifest, report = restoring.check(file, tell), None
                else:
                    call_command("migrate", verbosity=0)
                    manifest, report = restoring.restore(file, tell, even_if_unproved=even_if_unproved)
        except restoring.CannotRestore as error:
            raise CommandError(str(error)) from error
        rows = sum(table.rows for table in manifest.tables.values())
        what = f"{rows:,} rows of {len(manifest.tables)} tables and {len(manifest.documents):,} files"
        made = f"made {manifest.made_at} by version {manifest.version} on {manifest.engine}"
        if check:
            self.stdout.write(f"{file} is whole: {what}, {made}.")
            return
        self.stdout.write(f"Restored: {what}, {made}. Every row and file is as it was written.")
        if report.valid:
            self.stdout.write(
                f"The audit trail verifies: {report.sealed:,} sealed entries, {report.unsealed:,} not yet."
            )
        else:
            self.stdout.write(f"THE AUDIT TRAIL DOES NOT VERIFY: {report.problem.message}")
        if manifest.missing_documents:
            raise CommandError(
                f"{len(manifest.missing_documents)} files were missing when the backup was made: "
                f"{', '.join(manifest.missing_documents[:5])}. Bring them back from an earlier one."
            )
