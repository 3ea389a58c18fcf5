"""Signing in with a PIN, choosing one with a one-time code, changing it, and taking it away.

A try is counted as wrong before it is looked at, in a transaction of its own, and the count is taken back when it was
right. So however many tries come at once, each is counted before anybody learns anything from it; and while the slow
hash is computed no row is locked, which on SQLite would keep the whole shop waiting.

Tries are counted per account, and per device whoever's they are. Rows are locked in this order: device, account.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F
from django.utils.crypto import constant_time_compare

from shopplanr import clock
from shopplanr.accounts.models import PinCredential, SignInDevice, User
from shopplanr.accounts.people import accounts_that_sign_in
from shopplanr.accounts.pin_rules import (
    CODE_VALID_HOURS,
    code_digest,
    device_of,
    in_words,
    new_code,
    new_pin,
    pause_seconds,
    shown_code,
    tries_left,
    typed_code,
    typed_pin,
)
from shopplanr.accounts.rights import PinBackend
from shopplanr.lookup import is_plausible_id
from shopplanr.refusals import Forbidden, Invalid, Refusal

logger = logging.getLogger("shopplanr.accounts")

DEVICE_WINDOW = timedelta(minutes=10)
"""In which ``PIN_TRIES_PER_DEVICE`` wrong tries may come from one device."""


class TooManyTries(Refusal):
    """Nothing was looked at, as there were too many wrong tries at this account or from this device."""

    status = 429
    code = "too_many_tries"

    def __init__(self, message: str, *, field: str, wait_seconds: int):
        super().__init__(message, errors={field: [message]})
        self.wait_seconds = wait_seconds
        """Until a try is looked at again."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A try that is counted already."""

    user_id: object
    device: str
    field: str
    """What was typed: ``pin``, ``code`` or ``old``."""
    may_sign_in: bool
    credential: PinCredential | None
    """As it was when the try was counted."""


# --- What people do -----------------------------------------------------------------------------------------------


def verify(user_id: object, pin: object, remote: str) -> User:
    """Return the user whose PIN this is, rights loaded; ``remote`` is the address that the try comes from.

    Raises Invalid (it cannot be a PIN, it is the wrong one, there is none yet), TooManyTries, and Forbidden where the
    account is unknown, inactive or no person's.
    """
    typed = typed_pin(pin)
    tried = _count(user_id, remote, "pin")
    stored = _looked_at(tried).pin_hash
    outdated: list[str] = []  # Django calls for it where the hash is weaker than today's
    _require_right_pin(tried, typed, stored, outdated.append)
    return _accept(tried, pin_hash=make_password(typed) if outdated else stored)


def set_pin(user_id: object, code: object, pin: object, repeated: object, remote: str) -> User:
    """Give a person the PIN that they chose, in exchange for their one-time code, and return them as ``verify`` does.

    Raises Invalid (a PIN that cannot be chosen, two that differ, a code that is malformed, wrong, expired or used),
    TooManyTries, and Forbidden as ``verify`` does. A PIN that is refused costs neither a try nor the code.
    """
    chosen, typed = new_pin(pin, repeated), typed_code(code)
    tried = _count(user_id, remote, "code")
    credential = _looked_at(tried)
    _require_somebody(tried)
    if credential.pin_hash:
        raise _failed(
            tried,
            "A PIN is set already. Sign in with it, or ask an administrator for a new one-time code.",
            code="pin_is_set",
        )
    if not credential.code_digest:
        raise _failed(tried, "No one-time code was issued for this name. Ask an administrator for one.", code="no_code")
    if not constant_time_compare(credential.code_digest, code_digest(credential.user_id, typed)):
        raise _wrong(tried)
    if credential.code_expires_at <= clock.now():
        raise _failed(tried, "This one-time code has expired. Ask an administrator for a new one.", code="code_expired")
    return _accept(tried, pin_hash=make_password(chosen), set_at=clock.now(), **_NO_CODE)


def change_pin(user: User, old: object, pin: object, repeated: object, remote: str) -> User:
    """Replace a person's PIN by another that they chose, and return them as ``verify`` does.

    Other sessions that were made with the old PIN end. Raises what ``verify`` raises, filed under ``old``, and Invalid
    for a PIN that cannot be chosen or two that differ.
    """
    typed, chosen = typed_pin(old, "old"), new_pin(pin, repeated)
    tried = _count(user.pk, remote, "old")
    _require_right_pin(tried, typed, _looked_at(tried).pin_hash)
    return _accept(tried, pin_hash=make_password(chosen), set_at=clock.now())


# --- What administrators do ---------------------------------------------------------------------------------------


@transaction.atomic
def issue_code(user: User, by: str) -> str:
    """Return a one-time code with which a person chooses a PIN; it cannot be had a second time.

    A PIN that the person had is void from now on, with the sessions that were made with it, and so is an earlier code;
    wrong tries are forgotten. ``by`` names who issued it: a user's id, or ``command``.

    Raises Forbidden for accounts that do not sign in on the floor: inactive ones, programs, those without a role.
    """
    # Locked, so that somebody who is being deactivated right now does not get a code behind it.
    if accounts_that_sign_in().select_for_update(no_key=True, of=("self",)).filter(pk=user.pk).first() is None:
        raise Forbidden(
            f"{user.name} does not sign in on the floor: that takes an active account with a person's role.",
            code="cannot_sign_in",
        )
    code = new_code()
    PinCredential.objects.update_or_create(
        user_id=user.pk,
        defaults={
            "pin_hash": "",
            "set_at": None,
            "code_digest": code_digest(user.pk, code),
            "code_expires_at": clock.now() + timedelta(hours=CODE_VALID_HOURS),
            "code_issued_by": by,
            "wrong_tries": 0,
            "locked_until": None,
        },
    )
    logger.info("One-time code for %s issued by %s", user.pk, by)
    return shown_code(code)


@transaction.atomic
def unlock(user: User, by: str) -> None:
    """Forget a person's wrong tries, so that they can try again at once; ``by`` as for ``issue_code``.

    Raises a Refusal where there are none.
    """
    credential = PinCredential.objects.select_for_update().filter(pk=user.pk).first()
    if credential is None or not credential.wrong_tries:
        raise Refusal(f"{user.name} has no wrong tries to forget.", code="not_locked")
    credential.wrong_tries, credential.locked_until = 0, None
    credential.save(update_fields=["wrong_tries", "locked_until"])
    logger.info("PIN of %s unlocked by %s", user.pk, by)


# --- Counting -----------------------------------------------------------------------------------------------------

_NO_CODE = {"code_digest": "", "code_expires_at": None, "code_issued_by": ""}


def _count(user_id: object, remote: str, field: str) -> _Try:
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
    return _Try(user_id, device, field, may_sign_in, credential)


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


def _accept(tried: _Try, **changes: object) -> User:
    """Take the count back, write what changes, and return the user.

    Raises as for a wrong one where the PIN or the code is another by now: somebody took it away, or used it.
    """
    with transaction.atomic(durable=True):
        SignInDevice.objects.filter(address=tried.device, wrong_tries__gt=0).update(wrong_tries=F("wrong_tries") - 1)
        seen, now = tried.credential, PinCredential.objects.select_for_update().get(pk=tried.user_id)
        overtaken = (seen.pin_hash, seen.code_digest) != (now.pin_hash, now.code_digest)
        if overtaken:
            transaction.set_rollback(True)
        else:
            for field, value in ({"wrong_tries": 0, "locked_until": None} | changes).items():
                setattr(now, field, value)
            now.save()
    if overtaken:
        raise _wrong(tried)
    user = PinBackend().get_user(now.pk)
    if user is None:  # deactivated in the meantime
        raise _cannot_sign_in()
    logger.info("PIN of %s: %s accepted from %s", user.pk, tried.field, tried.device)
    return user


def _looked_at(tried: _Try) -> PinCredential:
    return tried.credential or PinCredential()


def _require_right_pin(tried: _Try, typed: str, stored: str, outdated: Callable[[str], None] | None = None) -> None:
    if stored:
        right = check_password(typed, stored, outdated)
    else:
        # As slow where there is no account or no PIN: the time it takes says nothing.
        right = False
        make_password(typed)
    _require_somebody(tried)
    if not stored:
        raise _failed(tried, "No PIN is set yet. Ask an administrator for a one-time code.", code="no_pin")
    if not right:
        raise _wrong(tried)


def _require_somebody(tried: _Try) -> None:
    if not tried.may_sign_in:
        _note_failure(tried, "cannot_sign_in")
        raise _cannot_sign_in()


def _wrong(tried: _Try) -> Invalid:
    what = "one-time code" if tried.field == "code" else "PIN"
    count = tried.credential.wrong_tries
    pause = pause_seconds(count)
    rest = f"Try again in {in_words(pause)}, or ask an administrator." if pause else f"You have {tries_left(count)}."
    return _failed(tried, f"Wrong {what}. {rest}", code="wrong")


def _failed(tried: _Try, sentence: str, code: str) -> Invalid:
    """Return the refusal of a try that stays counted."""
    _note_failure(tried, code)
    return Invalid.field(tried.field, sentence, code=code)


def _note_failure(tried: _Try, outcome: str) -> None:
    now = clock.now()
    if tried.credential is not None:
        PinCredential.objects.filter(pk=tried.credential.pk).update(last_wrong_at=now)
    _forget_devices(now)
    whose = tried.credential.pk if tried.credential is not None else "an account without one"
    logger.warning("PIN of %s: %s refused from %s: %s", whose, tried.field, tried.device, outcome)


def _forget_devices(now: datetime) -> None:
    """Delete the counts whose ten minutes are over, but for those that are in use."""
    with transaction.atomic():
        over = SignInDevice.objects.filter(began_at__lte=now - DEVICE_WINDOW)
        # Two that delete at once would otherwise wait for each other's rows.
        rows = list(over.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if rows:
            SignInDevice.objects.filter(pk__in=rows).delete()


def _cannot_sign_in() -> Forbidden:
    return Forbidden("This account cannot sign in here. Ask an administrator.", code="cannot_sign_in")


def _seconds_until(moment: datetime, now: datetime) -> int:
    return ceil((moment - now).total_seconds())
