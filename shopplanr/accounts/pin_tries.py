"""Tries of PINs and one-time codes, counted per account, and per device whoever's they are.

A try is counted as wrong before it is looked at, in a transaction of its own, and the count is taken back when it was
right. So however many tries come at once, each is counted before anybody learns anything from it; and while the slow
hash is computed no row is locked, which on SQLite would keep the whole shop waiting.

Rows are locked in this order: device, account.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db import transaction
from django.db.models import F

from shopplanr import clock
from shopplanr.accounts.models import PinCredential, SignInDevice
from shopplanr.accounts.people import accounts_that_sign_in
from shopplanr.accounts.pin_rules import device_of, in_words, pause_seconds, tries_left
from shopplanr.lookup import is_plausible_id
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


@dataclass(frozen=True, slots=True)
class Try:
    """A try that is counted already."""

    user_id: object
    device: str
    field: str
    """What was typed: ``pin``, ``code`` or ``old``."""
    may_sign_in: bool
    credential: PinCredential | None
    """As it was when the try was counted."""

    @property
    def what_is_stored(self) -> PinCredential:
        """Return what the try is compared with; blank where there is nothing."""
        return self.credential or PinCredential()

    def failed(self, sentence: str, code: str, wait_seconds: int = 0) -> NotAccepted:
        """Note that the try failed, and return its refusal."""
        self.note_failure(code)
        return NotAccepted(sentence, code=code, field=self.field, wait_seconds=wait_seconds)

    def wrong(self) -> NotAccepted:
        """Note that what was typed is wrong, and return the refusal that says what there is left to do."""
        what = "one-time code" if self.field == "code" else "PIN"
        count = self.what_is_stored.wrong_tries
        pause = pause_seconds(count)
        rest = (
            f"Try again in {in_words(pause)}, or ask an administrator." if pause else f"You have {tries_left(count)}."
        )
        return self.failed(f"Wrong {what}. {rest}", code="wrong", wait_seconds=pause)

    def note_failure(self, outcome: str) -> None:
        """Write when it was, for administrators to see, and to the log."""
        now = clock.now()
        if self.credential is not None:
            PinCredential.objects.filter(pk=self.credential.pk).update(last_wrong_at=now)
        _forget_devices(now)
        whose = "an account without one" if self.credential is None else self.credential.pk
        logger.warning("PIN of %s: %s refused from %s: %s", whose, self.field, self.device, outcome)

    def take_back(self, **changes: object) -> bool:
        """Take the count back, as the try was right, and write what changes with it.

        Return False, and leave everything, where PIN or code are others by now: somebody took them away or used them.
        """
        with transaction.atomic(durable=True):
            device = SignInDevice.objects.filter(address=self.device, wrong_tries__gt=0)
            device.update(wrong_tries=F("wrong_tries") - 1)
            seen, now = self.credential, PinCredential.objects.select_for_update().get(pk=self.user_id)
            if (seen.pin_hash, seen.code_digest) != (now.pin_hash, now.code_digest):
                transaction.set_rollback(True)
                return False
            for field, value in ({"wrong_tries": 0, "locked_until": None} | changes).items():
                setattr(now, field, value)
            now.save()
        return True


def count(user_id: object, remote: str, field: str) -> Try:
    """Count a try as a wrong one and return it. Raises TooManyTries, and then nothing is counted.

    Durable: within a transaction of a caller, the refusal that follows would undo the count.
    """
    device, known = device_of(remote), is_plausible_id(user_id)
    with transaction.atomic(durable=True):
        _count_at_device(device, field)
        may_sign_in = known and accounts_that_sign_in().filter(pk=user_id).exists()
        rows = PinCredential.objects.select_for_update().filter(pk=user_id) if known else PinCredential.objects.none()
        credential = rows.first()
        if credential is not None:
            _count_at_account(credential, field)
    return Try(user_id, device, field, may_sign_in, credential)


def _count_at_account(credential: PinCredential, field: str) -> None:
    now = clock.now()
    if credential.locked_until is not None and now < credential.locked_until:
        wait = _seconds_until(credential.locked_until, now)
        logger.warning("PIN of %s: a try while it is locked", credential.pk)
        raise TooManyTries(
            f"Too many wrong tries. Try again in {in_words(wait)}, or ask an administrator.",
            field=field,
            wait_seconds=wait,
        )
    credential.wrong_tries += 1
    pause = pause_seconds(credential.wrong_tries)
    credential.locked_until = now + timedelta(seconds=pause) if pause else None
    credential.save(update_fields=["wrong_tries", "locked_until"])


def _count_at_device(device: str, field: str) -> None:
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
        logger.warning("Too many wrong PINs from %s", device)
        raise TooManyTries(
            f"Too many wrong tries from this device. Try again in {in_words(wait)}, or use another device.",
            field=field,
            wait_seconds=wait,
        )
    row.wrong_tries += 1
    row.save(update_fields=["began_at", "wrong_tries"])


def _forget_devices(now: datetime) -> None:
    """Delete the counts whose ten minutes are over, but for those that are in use."""
    with transaction.atomic():
        over = SignInDevice.objects.filter(began_at__lte=now - DEVICE_WINDOW)
        # Two that delete at once would otherwise wait for each other's rows.
        rows = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if rows:
            SignInDevice.objects.filter(pk__in=rows).delete()


def _seconds_until(moment: datetime, now: datetime) -> int:
    return ceil((moment - now).total_seconds())
