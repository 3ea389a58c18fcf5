"""``manage.py audit_export``: write the audit trail into a file, with what it takes to verify it elsewhere."""

import sys
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from audit.proof.export import FORMATS, lines


class Command(BaseCommand):
    """Exports the trail."""

    help = (
        "Writes the whole audit trail, oldest first: as JSON Lines with its checkpoints, which "
        "audit/offline/verify_audit.py verifies without the server, or as CSV for spreadsheets."
    )

    def add_arguments(self, parser):
        """Take the format and the file."""
        parser.add_argument("file", nargs="?", help="where to; standard output unless given")
        parser.add_argument("--format", choices=list(FORMATS), default="jsonl", dest="form")

    def handle(self, file: str | None, form: str, **options) -> None:
        """Write it, a line at a time. A file that is there already is left alone."""
        if file is None:
            for line in lines(form):
                sys.stdout.write(line)
            return
        try:
            with Path(file).open("x", encoding="utf-8", newline="") as target:
                target.writelines(lines(form))
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
