"""Checkpoints on their way out: into the file, to an address, to people's mail. What fails is tried again later.

How far an address and the mail have got stands in ``CheckpointDelivery``. A row there is also a lease: whoever moves
its ``not_before`` ahead sends, and the other processes leave it to him.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPException
from urllib.request import HTTPRedirectHandler, Request, build_opener

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction

from audit.models import AuditSeal, CheckpointDelivery
from audit.offline.verify_audit import Checkpoint
from audit.proof import checkpoint_file
from shopplanr import clock

TIMEOUT_SECONDS = 10
MOST_AT_ONCE = 100
LEASE = timedelta(seconds=(MOST_AT_ONCE + 1) * TIMEOUT_SECONDS)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=1)

logger = logging.getLogger("audit.proof")


def deliver() -> list[str]:
    """Send what is still to be sent; return a sentence for each destination that could not be reached."""
    failures = []
    try:
        checkpoint_file.bring_up_to_date()
    except (OSError, ValueError) as error:
        failures.append(f"Checkpoints cannot be kept in {settings.AUDIT_CHECKPOINT_FILE}: {error}")
    for destination, is_wanted, send in (
        ("url", bool(settings.AUDIT_CHECKPOINT_URL), _post),
        ("mail", bool(settings.AUDIT_CHECKPOINT_MAIL), _mail),
    ):
        if is_wanted and (failure := _send_to(destination, send)):
            failures.append(failure)
    for failure in failures:
        logger.warning(failure)
    return failures


def _send_to(destination: str, send: Callable[[CheckpointDelivery], None]) -> str | None:
    delivery = _lease(destination)
    if delivery is None:
        return None
    try:
        send(delivery)
    except (OSError, HTTPException, ValueError) as error:  # a refusal of an SMTP or HTTP server is an OSError
        delivery.failures += 1
        pause = min(FIRST_PAUSE * 2 ** min(delivery.failures, 20), LONGEST_PAUSE)
        delivery.not_before = clock.now() + pause
        delivery.save()
        # of the address not more than this: it may carry a secret, and so may what a library says of it
        return f"A checkpoint could not be sent by {destination} ({type(error).__name__}); next try in {pause}."
    delivery.failures, delivery.not_before = 0, clock.now()
    delivery.save()
    return None


def _lease(destination: str) -> CheckpointDelivery | None:
    """Return what is ours to send, None where there is nothing, where it is not time, or where somebody else is at it.

    Somewhere new gets the newest checkpoint and those behind it: each stands for everything before it.
    """
    newest = AuditSeal.objects.order_by("-number").values_list("number", flat=True).first()
    if newest is None:
        return None
    now = clock.now()
    try:
        with transaction.atomic():
            new = {"number": newest - 1, "not_before": now}
            delivery, _ = CheckpointDelivery.objects.get_or_create(destination=destination, defaults=new)
    except IntegrityError:
        return None
    if delivery.number >= newest or delivery.not_before > now:
        return None
    if destination == "mail" and delivery.delivered_at:
        if now < delivery.delivered_at + timedelta(hours=settings.AUDIT_CHECKPOINT_MAIL_HOURS):
            return None
    mine = CheckpointDelivery.objects.filter(pk=destination, not_before=delivery.not_before, number=delivery.number)
    if not mine.update(not_before=now + LEASE):
        return None
    delivery.not_before = now + LEASE
    return delivery


class _NoRedirect(HTTPRedirectHandler):
    """A POST that is redirected would arrive as a GET, without the checkpoint."""

    def redirect_request(self, *arguments, **more):
        return None


def _post(delivery: CheckpointDelivery) -> None:
    """Post each checkpoint, in its order; how far it got is written down behind each."""
    opener = build_opener(_NoRedirect)
    for row in AuditSeal.objects.defer("digests").filter(number__gt=delivery.number).order_by("number")[:MOST_AT_ONCE]:
        request = Request(  # noqa: S310 - the settings take http and https only
            settings.AUDIT_CHECKPOINT_URL,
            data=Checkpoint(row.statement, row.signature, {}).line.encode(),
            headers={"Content-Type": "application/json"},
            method="POST",
        )
        with opener.open(request, timeout=TIMEOUT_SECONDS):
            pass
        delivery.number, delivery.delivered_at = row.number, clock.now()
        delivery.save()


def _mail(delivery: CheckpointDelivery) -> None:
    """Mail the newest checkpoint, which stands for everything before it."""
    row = AuditSeal.objects.defer("digests").order_by("-number")[0]
    checkpoint = Checkpoint.read(row.statement, row.signature)
    EmailMessage(
        f"Shop Planr: audit checkpoint {checkpoint.number}",
        f"The audit trail has {checkpoint.facts['size']:,} sealed entries as of {checkpoint.facts['time']}.\n"
        "Keep this message: the attached line proves that none of them was changed since.\n"
        "How to check it: docs/audit-proof.md.\n",
        to=settings.AUDIT_CHECKPOINT_MAIL,
        attachments=[(f"audit-checkpoint-{checkpoint.number}.jsonl", checkpoint.line, "application/json")],
    ).send()
    delivery.number, delivery.delivered_at = row.number, clock.now()
