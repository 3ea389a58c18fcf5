"""``manage.py demo_shop``: load the demo shop."""

import time

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Count

from audit.models import AuditEntry
from audit.proof.background import seal_once
from certificates.models import CertAttachment, Certificate, CertificationAssignment, Product
from serials.models import Job, Serial, SerialStatus
from shopplanr.demo import shop
from shopplanr.demo.people import sign_in_text
from shopplanr.refusals import Refusal


class Command(BaseCommand):
    """Loads the demo shop into an empty database."""

    help = (
        "Loads a believable machine shop into an empty database: six jobs, 300 parts and six weeks of history. "
        "A database that has it already, or holds anything else, stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--beside-accounts",
            action="store_true",
            help="also where there are accounts already; the demo's accounts have a public password",
        )

        parser.add_argument(
            "--without-sign-in",
            action="store_true",
            help="leave out who can sign in, where the caller says it",
        )

    def handle(self, *, beside_accounts, without_sign_in, verbosity, **options) -> None:
        """Load it and say what there is now and who can sign in, or say why not."""
        began = time.monotonic()
        if why_not := shop.obstacle(beside_accounts):
            self.stdout.write(why_not)
            return
        try:
            loaded = shop.load(progress=verbosity > 0, beside_accounts=beside_accounts)
        except Refusal as refusal:
            raise CommandError(f"{refusal.message}. Nothing was changed.") from refusal
        if not loaded:  # somebody else was quicker
            self.stdout.write(shop.obstacle(beside_accounts) or "Nothing was changed.")
            return
        seal_once()
        if verbosity > 0:
            self.stdout.write(f"{_summary()} Loaded in {time.monotonic() - began:.1f} s.")
            if not without_sign_in:
                self.stdout.write(sign_in_text())


def _summary() -> str:
    parts = dict(Serial.objects.order_by().values_list("status").annotate(Count("pk")))
    by_status = ", ".join(f"{parts.get(status, 0)} {status.label.lower()}" for status in SerialStatus)
    return (
        f"The demo shop: {Job.objects.count()} jobs, {sum(parts.values())} parts ({by_status}), "
        f"{Certificate.objects.count()} certificates attached {CertAttachment.objects.count()} times, "
        f"{Product.objects.count()} products with {CertificationAssignment.objects.count()} certifications, "
        f"{AuditEntry.objects.count()} audit entries."
    )
