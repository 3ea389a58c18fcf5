"""``manage.py sweep_files``: remove uploaded files that the record does not name."""

from django.core.management.base import BaseCommand, CommandParser

from shopplanr import kept_content


class Command(BaseCommand):
    """Removes files that nobody names."""

    help = (
        "Removes files of MEDIA_ROOT that no note and no certificate names and that are older than a day: what a "
        "process left behind that was killed between a file and its row. It may run while the site does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take ``--dry-run``."""
        parser.add_argument("--dry-run", action="store_true", help="Say what would be removed, and remove nothing.")

    def handle(self, *, dry_run: bool, **options) -> None:
        """Remove them, and say how many."""
        swept = kept_content.sweep(dry_run=dry_run)
        done = "Would remove" if dry_run else "Removed"
        files = "file" if swept.files == 1 else "files"
        self.stdout.write(f"{done} {swept.files:,} {files} that nobody names, {swept.size_bytes:,} bytes.")
