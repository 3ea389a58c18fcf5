"""Signing in with a password, which opens the admin. Wrong tries wait as those of PINs do.

They are counted under what was typed as the name, whether there is such an account or not: what somebody is told, and
how long he waits, does not say which names there are. Of the name a digest is kept, because people type their password
there by mistake.
"""

import unicodedata
from datetime import timedelta

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.crypto import salted_hmac

from shopplanr import clock
from shopplanr.accounts.models import PasswordTries, User
from shopplanr.accounts.pin_rules import device_of
from shopplanr.accounts.rights import RightsBackend
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
from shopplanr.refusals import Refusal

FORGOTTEN_AFTER = timedelta(days=1)
"""Without a further wrong try. A row is kept for every name that anybody ever typed otherwise."""

_BACKEND = f"{RightsBackend.__module__}.{RightsBackend.__qualname__}"


def verify(username: str, password: str, remote: str) -> User:
    """Return the active user of this name and password; ``remote`` is the address that the try comes from.

    Raises NotAccepted, which does not say what of the two is wrong, and TooManyTries.
    """
    device, name = device_of(remote), _digest(username)
    tries = _count(device, name)
    # PostgreSQL refuses to even look for text with a NUL character.
    known = "\0" not in username
    user = RightsBackend().authenticate(None, username=username, password=password) if known else None
    if user is None:
        raise _wrong(username, device, tries)
    with transaction.atomic(durable=True):
        take_back_at_device(device)
        PasswordTries.objects.filter(pk=name).delete()
    user.backend = _BACKEND
    return user


@transaction.atomic
def forget_tries(username: str) -> bool:
    """Forget the wrong tries at a name, so that its owner can try again at once; tell whether there were any."""
    return PasswordTries.objects.filter(pk=_digest(username)).delete()[0] > 0


def _count(device: str, name: str) -> PasswordTries:
    now = clock.now()
    with transaction.atomic(durable=True):
        count_at_device(device, "password")
        # made or found, and locked either way
        PasswordTries.objects.bulk_create(
            [PasswordTries(name_digest=name, last_wrong_at=now)],
            update_conflicts=True,
            unique_fields=["name_digest"],
            update_fields=["last_wrong_at"],
        )
        tries = PasswordTries.objects.get(pk=name)
        count_at_account(tries, "A password", "password")
    return tries


def _wrong(username: str, device: str, tries: PasswordTries) -> Refusal:
    account = get_user_model().objects.filter(username=username).first() if "\0" not in username else None
    logger.warning("Password of %s refused from %s", account.pk if account else "an unknown name", device)
    note_pauses("password", device, account and account.pk, tries.wrong_tries)
    forget_devices()
    PasswordTries.objects.filter(last_wrong_at__lt=clock.now() - FORGOTTEN_AFTER).delete()
    rest, pause = what_is_left(tries.wrong_tries)
    return NotAccepted(f"Wrong name or password. {rest}", code="wrong", field="password", wait_seconds=pause)


def _digest(username: str) -> str:
    name = unicodedata.normalize("NFKC", username).casefold()
    return salted_hmac("shopplanr.accounts.passwords", name, algorithm="sha256").hexdigest()
