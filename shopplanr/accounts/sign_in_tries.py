"""Wrong tries to sign in, counted per account, and per device whoever's account it was: with a PIN or a password.

A try is counted as wrong before it is looked at, in a transaction of its own, and the count is taken back when it was
right. So however many tries come at once, each is counted before anybody learns anything from it; and while the slow
hash is computed no row is locked, which on SQLite would keep the whole shop waiting.

Rows are locked in this order: device, account.
"""

import logging
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import models, transaction
from django.db.models import F

from audit import trail
from audit.models import Action
from shopplanr import clock
from shopplanr.accounts.models import SignInDevice
from shopplanr.accounts.pin_rules import in_words, pause_seconds, tries_left
from shopplanr.actor import ANONYMOUS, Actor
from shopplanr.refusals import Refusal

logger = logging.getLogger("shopplanr.accounts")

DEVICE_WINDOW = timedelta(minutes=10)
"""In which ``PIN_TRIES_PER_DEVICE`` wrong tries may come from one device."""


class NotAccepted(Refusal):
    """A try that failed; ``wait_seconds`` is how long until another one is looked at."""

    def __init__(self, message: str, *, code: str, field: str, wait_seconds: int = 0):
        super().__init__(message, code=code, errors={field: [message]})
        self.wait_seconds = wait_seconds


class TooManyTries(NotAccepted):
    """Nothing was looked at, as there were too many wrong tries at this account or from this device."""

    status = 429

    def __init__(self, message: str, *, field: str, wait_seconds: int):
        super().__init__(message, code="too_many_tries", field=field, wait_seconds=wait_seconds)


def count_at_account(row: models.Model, whose: str, field: str) -> None:
    """Count a try at the account whose tries the locked ``row`` counts, and save it. Raises TooManyTries."""
    now = clock.now()
    if row.locked_until is not None and now < row.locked_until:
        wait = _seconds_until(row.locked_until, now)
        logger.warning("%s: a try while it is locked", whose)
        raise TooManyTries(
            f"Too many wrong tries. Try again in {in_words(wait)}, or ask an administrator.",
            field=field,
            wait_seconds=wait,
        )
    row.wrong_tries += 1
    pause = pause_seconds(row.wrong_tries)
    row.locked_until = now + timedelta(seconds=pause) if pause else None
    row.save(update_fields=["wrong_tries", "locked_until"])


def count_at_device(device: str, field: str) -> None:
    """Count a try from the device. Raises TooManyTries."""
    now = clock.now()
    # Makes the row or finds it, and locks it either way: in one statement, so that no two make it.
    SignInDevice.objects.bulk_create(
        [SignInDevice(address=device, began_at=now)],
        update_conflicts=True,
        unique_fields=["address"],
        update_fields=["address"],
    )
    row = SignInDevice.objects.get(address=device)
    if row.began_at + DEVICE_WINDOW <= now:
        row.began_at, row.wrong_tries = now, 0
    if row.wrong_tries >= settings.PIN_TRIES_PER_DEVICE:
        wait = _seconds_until(row.began_at + DEVICE_WINDOW, now)
        logger.warning("Too many wrong tries from %s", device)
        raise TooManyTries(
            f"Too many wrong tries from this device. Try again in {in_words(wait)}, or use another device.",
            field=field,
            wait_seconds=wait,
        )
    row.wrong_tries += 1
    row.save(update_fields=["began_at", "wrong_tries"])


def take_back_at_device(device: str) -> None:
    """Take a count back, as the try was right."""
    SignInDevice.objects.filter(address=device, wrong_tries__gt=0).update(wrong_tries=F("wrong_tries") - 1)


def what_is_left(wrong_tries: int) -> tuple[str, int]:
    """Return what somebody is told behind so many wrong tries, and for how many seconds they have to wait."""
    pause = pause_seconds(wrong_tries)
    if pause:
        return f"Try again in {in_words(pause)}, or ask an administrator.", pause
    return f"You have {tries_left(wrong_tries)}.", 0


def note_pauses(what: str, device: str, user_id: str | None, wrong_tries: int) -> None:
    """Write to the audit trail that a try, which was wrong, made an account wait, or everybody at a device.

    ``what`` was typed: ``PIN``, ``one-time code`` or ``password``. A pause that grows is written each time; so nobody
    fills the trail faster than the pauses let him.
    """
    if user_id and (pause := pause_seconds(wrong_tries)):
        facts = {"what": what, "address": device, "wrongTries": wrong_tries, "pausedSeconds": pause}
        trail.record(Action.SIGN_IN_PAUSED, Actor(user_id), metadata=facts)
    # the last one that is let through; those behind it are not looked at
    if SignInDevice.objects.filter(address=device, wrong_tries=settings.PIN_TRIES_PER_DEVICE).exists():
        facts = {"what": what, "address": device, "wrongTries": settings.PIN_TRIES_PER_DEVICE}
        trail.record(Action.SIGN_IN_PAUSED, Actor(ANONYMOUS), metadata=facts)


def forget_devices() -> None:
    """Delete the counts whose ten minutes are over, but for those that are in use."""
    with transaction.atomic():
        over = SignInDevice.objects.filter(began_at__lte=clock.now() - DEVICE_WINDOW)
        # Two that delete at once would otherwise wait for each other's rows.
        rows = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if rows:
            SignInDevice.objects.filter(pk__in=rows).delete()


def _seconds_until(moment: datetime, now: datetime) -> int:
    return ceil((moment - now).total_seconds())
