"""Signing in with a PIN, choosing one with a one-time code, changing it, and taking it away."""

from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.crypto import constant_time_compare

from shopplanr import clock
from shopplanr.accounts import passwords
from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.people import accounts_that_sign_in
from shopplanr.accounts.pin_rules import (
    CODE_VALID_HOURS,
    code_digest,
    new_code,
    new_pin,
    shown_code,
    typed_code,
    typed_pin,
)
from shopplanr.accounts.pin_tries import Try, count
from shopplanr.accounts.rights import PinBackend
from shopplanr.accounts.sign_in_tries import logger
from shopplanr.refusals import Forbidden, Refusal

# --- What people do -----------------------------------------------------------------------------------------------


def verify(user_id: object, pin: object, remote: str) -> User:
    """Return the user whose PIN this is, rights loaded; ``remote`` is the address that the try comes from.

    Raises Invalid where it cannot be a PIN, NotAccepted (the wrong one, none yet), TooManyTries, and Forbidden where
    the account is unknown, inactive or no person's.
    """
    typed = typed_pin(pin)
    tried = count(user_id, remote, "pin")
    stored = tried.what_is_stored.pin_hash
    outdated: list[str] = []  # gets what was typed where it is right, and its hash weaker than today's
    _require_right_pin(tried, typed, stored, outdated.append)
    return _accept(tried, pin_hash=make_password(typed) if outdated else stored)


def set_pin(user_id: object, code: object, pin: object, repeated: object, remote: str) -> User:
    """Give a person the PIN that they chose, in exchange for their one-time code, and return them as ``verify`` does.

    Raises Invalid (a PIN that cannot be chosen, two that differ, a malformed code), NotAccepted (a code that is wrong,
    expired or used), TooManyTries, and Forbidden as ``verify`` does. Invalid costs neither a try nor the code.
    """
    typed, chosen = typed_code(code), new_pin(pin, repeated)
    tried = count(user_id, remote, "code")
    credential = tried.what_is_stored
    _require_somebody(tried)
    if credential.pin_hash:
        raise tried.failed(
            "A PIN is set already. Sign in with it, or ask an administrator for a new one-time code.",
            code="pin_is_set",
        )
    if not credential.code_digest:
        raise tried.failed("No one-time code was issued for this name. Ask an administrator for one.", code="no_code")
    if not constant_time_compare(credential.code_digest, code_digest(credential.user_id, typed)):
        raise tried.wrong()
    if credential.code_expires_at <= clock.now():
        raise tried.failed("This one-time code has expired. Ask an administrator for a new one.", code="code_expired")
    return _accept(tried, pin_hash=make_password(chosen), set_at=clock.now(), **_NO_CODE)


def change_pin(user: User, old: object, pin: object, repeated: object, remote: str) -> User:
    """Replace a person's PIN by another that they chose, and return them as ``verify`` does.

    Other sessions that were made with the old PIN end. Raises what ``verify`` raises, filed under ``old``, and Invalid
    for a PIN that cannot be chosen or two that differ.
    """
    typed, chosen = typed_pin(old, "old"), new_pin(pin, repeated)
    tried = count(user.pk, remote, "old")
    _require_right_pin(tried, typed, tried.what_is_stored.pin_hash)
    return _accept(tried, pin_hash=make_password(chosen), set_at=clock.now())


def cannot_sign_in() -> Forbidden:
    """Return the refusal of an account that is unknown, inactive or no person's; it does not say which."""
    return Forbidden("This account cannot sign in here. Ask an administrator.", code="cannot_sign_in")


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
    """Forget a person's wrong tries of PIN and password, so that they can try again at once; ``by`` as above.

    Raises a Refusal where there are none.
    """
    of_password = passwords.forget_tries(user.username)
    credential = PinCredential.objects.select_for_update().filter(pk=user.pk, wrong_tries__gt=0).first()
    if credential is None and not of_password:
        raise Refusal(f"{user.name} has no wrong tries to forget.", code="not_locked")
    if credential is not None:
        credential.wrong_tries, credential.locked_until = 0, None
        credential.save(update_fields=["wrong_tries", "locked_until"])
    logger.info("%s unlocked by %s", user.pk, by)


# --- Looking at a try ---------------------------------------------------------------------------------------------

_NO_CODE = {"code_digest": "", "code_expires_at": None, "code_issued_by": ""}


def _require_right_pin(tried: Try, typed: str, stored: str, outdated: Callable[[str], None] | None = None) -> None:
    if stored:
        right = check_password(typed, stored, outdated)
    else:
        # As slow where there is no account or no PIN: the time it takes says nothing.
        right = False
        make_password(typed)
    _require_somebody(tried)
    if not stored:
        raise tried.failed("No PIN is set yet. Ask an administrator for a one-time code.", code="no_pin")
    if not right:
        raise tried.wrong()


def _require_somebody(tried: Try) -> None:
    if not tried.may_sign_in:
        tried.note_failure("cannot_sign_in")
        raise cannot_sign_in()


def _accept(tried: Try, **changes: object) -> User:
    """Take the try's count back, write what changes, and return the user."""
    if not tried.take_back(**changes):
        raise tried.wrong()
    user = PinBackend().get_user(tried.user_id)
    if user is None:  # deactivated in the meantime
        raise cannot_sign_in()
    logger.info("PIN of %s: %s accepted from %s", user.pk, tried.field, tried.device)
    return user
