"""Tries of PINs and one-time codes; both count together, and how they count is in ``sign_in_tries``."""

from dataclasses import dataclass

from django.db import transaction

from shopplanr import clock
from shopplanr.accounts.models import PinCredential
from shopplanr.accounts.people import accounts_that_sign_in
from shopplanr.accounts.pin_rules import device_of
from shopplanr.accounts.sign_in_tries import (
    NotAccepted,
    count_at_account,
    count_at_device,
    forget_devices,
    logger,
    note_pauses,
    take_back_at_device,
    what_is_left,
)
from shopplanr.lookup import is_plausible_id


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

    @property
    def what(self) -> str:
        """Return what was typed, in words."""
        return "one-time code" if self.field == "code" else "PIN"

    def failed(self, sentence: str, code: str, wait_seconds: int = 0) -> NotAccepted:
        """Note that the try failed, and return its refusal."""
        self.note_failure(code)
        return NotAccepted(sentence, code=code, field=self.field, wait_seconds=wait_seconds)

    def wrong(self) -> NotAccepted:
        """Note that what was typed is wrong, and return the refusal that says what there is left to do."""
        rest, pause = what_is_left(self.what_is_stored.wrong_tries)
        return self.failed(f"Wrong {self.what}. {rest}", code="wrong", wait_seconds=pause)

    def note_failure(self, outcome: str) -> None:
        """Write when it was, for administrators to see, to the log, and where it has consequences to the trail."""
        if self.credential is not None:
            PinCredential.objects.filter(pk=self.credential.pk).update(last_wrong_at=clock.now())
        forget_devices()
        whose = "an account without one" if self.credential is None else self.credential.pk
        logger.warning("PIN of %s: %s refused from %s: %s", whose, self.field, self.device, outcome)
        note_pauses(self.what, self.device, self.credential and self.credential.pk, self.what_is_stored.wrong_tries)

    def take_back(self, **changes: object) -> bool:
        """Take the count back, as the try was right, and write what changes with it.

        Return False, and leave everything, where PIN or code are others by now: somebody took them away or used them.
        """
        with transaction.atomic(durable=True):
            take_back_at_device(self.device)
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
        count_at_device(device, field)
        may_sign_in = known and accounts_that_sign_in().filter(pk=user_id).exists()
        rows = PinCredential.objects.select_for_update().filter(pk=user_id) if known else PinCredential.objects.none()
        credential = rows.first()
        if credential is not None:
            count_at_account(credential, f"PIN of {credential.pk}", field)
    return Try(user_id, device, field, may_sign_in, credential)
