"""``manage.py import_records``: import certificates, products, certifications or assignments from a file."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q

from certificates.exchange import imports
from certificates.exchange.kinds import KINDS
from certificates.exchange.outcomes import Outcome, Report, State
from certificates.models import ImportKind
from shopplanr.accounts.models import User
from shopplanr.accounts.roles import refusal_sentence
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Does what the pages of the quality desk do, through the same code."""

    help = "Imports certificates, products, certifications or assignments from CSV or a workbook: all rows or none."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument("kind", metavar="KIND", choices=ImportKind.values, help=", ".join(ImportKind.values))
        parser.add_argument("file", metavar="FILE", type=Path, help="CSV, .xlsx, .xls or .ods")
        parser.add_argument("--user", required=True, help="who imports: a username or id")
        parser.add_argument("--dry-run", action="store_true", help="show what would become of every row, write nothing")

    def handle(self, *, kind, file, user, dry_run, **options) -> None:
        """Print what becomes of the rows; errors go to the standard error, and the status says that there are any."""
        importer = User.objects.filter(Q(username=user) | Q(pk=user), is_active=True).first()
        if importer is None:
            raise CommandError(f"User not found or inactive: {user}")
        right = KINDS[kind].right
        if not importer.has_perm(right):
            raise CommandError(refusal_sentence(right, who=importer.name))
        actor = Actor(importer.pk, credential="command")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}") from error
        try:
            report = imports.rehearse(imports.read(kind, file.name, content, actor), actor, importer.has_perm)
            self._print(report, only_counts=not dry_run)
            if report.refused:
                raise imports.RowsRefused(report)
            if not dry_run:
                record = imports.take(kind, file.name, content, actor)
                done = imports.carry_out(record.pk, actor, importer.has_perm)
                self.stdout.write(self.style.SUCCESS(f"Imported {done.file_name} as {done.pk}"))
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal

    def _print(self, report: Report, *, only_counts: bool) -> None:
        for note in report.notes:
            self.stderr.write(note, self.style.WARNING)
        for outcome in report.in_order_of_interest():
            if outcome.state == State.REFUSED:
                self.stderr.write(_told(outcome), self.style.ERROR)
            elif not only_counts:
                self.stdout.write(_told(outcome))
        counts = ", ".join(f"{report.counts[state]} {state}" for state in State)
        self.stdout.write(f"{len(report.outcomes)} rows: {counts}")


def _told(outcome: Outcome) -> str:
    facts = [
        f"{problem.heading}: {problem.sentence}" if problem.heading else problem.sentence
        for problem in outcome.problems
    ]
    facts += [
        f"{change.heading}: {change.before or '(empty)'} → {change.after or '(empty)'}" for change in outcome.changes
    ]
    return f"row {outcome.number} {outcome.state}, {outcome.title}: {'; '.join([*facts, *outcome.notes]) or '-'}"
