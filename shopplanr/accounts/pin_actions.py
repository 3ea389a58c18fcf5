"""What administrators do in the admin about people's PINs. Each calls the service of its name."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.utils.html import format_html, format_html_join

from shopplanr import clock
from shopplanr.accounts import pins
from shopplanr.accounts.models import PinCredential, User
from shopplanr.accounts.pin_rules import CODE_VALID_HOURS
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor
from shopplanr.admin.confirming import ConfirmedAction


def credential_of(user: User) -> PinCredential:
    """Return what the user signs in with on the floor; a blank one where there is nothing."""
    return getattr(user, "pin_credential", None) or PinCredential(user=user)


def is_locked(credential: PinCredential) -> bool:
    """Tell whether tries have to wait at this moment."""
    return credential.locked_until is not None and clock.now() < credential.locked_until


class IssueCode(ConfirmedAction):
    """A code with which to choose a PIN."""

    name, label, done, right = "pin-code", "Issue one-time code", "One-time code", Right.MANAGE_USERS
    nouns = ("person", "people")
    explanation = (
        f"With the code a person chooses a PIN on the sign-in page, once and within {CODE_VALID_HOURS} hours. "
        "Give it to nobody else: whoever has it can take the name."
    )
    level = messages.WARNING
    most = 50

    def concerns(self, row: User) -> bool:
        """People who may sign in."""
        return row.is_active

    def effects(self, rows: Sequence[User]) -> Mapping[str, str]:
        """Say who loses a PIN."""
        return {
            row.pk: "Gets a code. The present PIN is void at once, and whoever uses it is signed out."
            if credential_of(row).is_set
            else "Gets a code."
            for row in rows
        }

    def carry_out_one(self, row: User, values: Mapping[str, Any], actor: Actor) -> None:
        """Issue the code; it is on the row for as long as the request lasts."""
        row.one_time_code = pins.issue_code(row, by=actor.user_id)

    def outcome(self, rows: Sequence[User]) -> str:
        """Show the codes."""
        codes = format_html_join(", ", "{} <code>{}</code>", ((row.name, row.one_time_code) for row in rows))
        return format_html("Write it down now, it is not shown again: {}", codes)


class Unlock(ConfirmedAction):
    """Wrong tries forgotten."""

    name, label, done, right = "pin-unlock", "Unlock", "Unlocked", Right.MANAGE_USERS
    nouns = ("person", "people")
    explanation = (
        "Wrong tries are forgotten: the person can try again at once, with the PIN, code or password that they have."
    )
    most = 50

    def concerns(self, row: User) -> bool:
        """Whoever may have typed a wrong one: of passwords only a digest of the name is known, and not asked for."""
        return credential_of(row).wrong_tries > 0 or row.is_staff

    def effects(self, rows: Sequence[User]) -> Mapping[str, str]:
        """Say how many tries are forgotten."""
        return {
            row.pk: f"Wrong tries forgotten: {tries}"
            if (tries := credential_of(row).wrong_tries)
            else "Nothing to forget."
            for row in rows
        }

    def carry_out_one(self, row: User, values: Mapping[str, Any], actor: Actor) -> None:
        """Forget the wrong tries."""
        pins.unlock(row, by=actor.user_id)
