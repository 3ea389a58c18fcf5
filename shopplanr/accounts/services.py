"""What can be done to accounts and tokens. The API, the admin and the commands all come through here."""

import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count

from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from shopplanr import clock
from shopplanr.accounts import tokens
from shopplanr.accounts.models import ApiToken, User
from shopplanr.accounts.rights import load_user
from shopplanr.accounts.roles import Right, Role
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Conflict, Forbidden, Invalid, Refusal
from shopplanr.values import changed_name, choice, flag, given_text, required_text
from shopplanr.versions import ANY, Expected, version_of

_NAME_LENGTH = User._meta.get_field("name").max_length
_DEPARTMENT_LENGTH = User._meta.get_field("department").max_length
_TOKEN_NAME_LENGTH = ApiToken._meta.get_field("name").max_length
_USERNAME_STEM_LENGTH = 120  # of the column's 150: leaves room for a suffix
_READABLE_TRIES = 3

SCOPES = [right.name.lower() for right in Right]
"""What tokens can be limited to: the rights of the table of roles, by their names."""


def create_user(
    name: object,
    department: object = None,
    *,
    role: Role | None = Role.OPERATORS,
    username: str | None = None,
    password: str | None = None,
    is_staff: bool = False,
) -> User:
    """Create an active account and return it.

    Without ``username`` one is made from the name. Without ``password`` nobody can sign in with one. ``is_staff`` lets
    the account sign in to the admin.

    Raises Invalid (``name is required``, a text that is too long, a username with characters that none may have) and
    Conflict (the username is taken).
    """
    user = User(
        name=required_text(name, "name", _NAME_LENGTH),
        department=given_text(department, "department", _DEPARTMENT_LENGTH),
        is_staff=is_staff,
    )
    user.set_password(password)
    with transaction.atomic():
        if username is None:
            _save_with_new_username(user)
        else:
            user.username = _well_formed_username(username)
            _save_with_username(user)
        if role is not None:
            user.groups.add(Group.objects.get(name=role))
    return user


@transaction.atomic
def update_user(user_id: object, changes: Mapping[str, object], *, expected: Expected = ANY) -> User:
    """Change ``name``, ``department`` and ``active`` of an account, those that are given, and return the account.

    Accounts that can sign in to the admin are out of bounds here: the callers of this function include kiosks, where
    nobody proved who they are, and nobody there may lock the administrators out.

    Raises NotFound (``User not found: {id}``), Forbidden for such accounts, Stale, Invalid (``name cannot be empty``, a
    text that is too long, a value of the wrong type).
    """
    user = get_or_refuse(User.objects.select_for_update(no_key=True), user_id, "User")
    if user.is_staff or user.is_superuser:
        raise Forbidden(
            "Accounts that can sign in to the admin are changed only there. Ask an administrator.",
            code="admin_account",
        )
    expected.check(*_known(user))
    new: dict[str, object] = {}
    if "name" in changes:
        new["name"] = changed_name(changes["name"], max_length=_NAME_LENGTH)
    if "department" in changes:
        new["department"] = given_text(changes["department"], "department", _DEPARTMENT_LENGTH)
    if "active" in changes:
        new["is_active"] = flag(changes["active"], "active")
    different = [field for field, value in new.items() if getattr(user, field) != value]
    for field in different:
        setattr(user, field, new[field])
    if different:
        user.save(update_fields=different)
    return user


def version_of_user(user: User) -> str:
    """Return the version of what others know of a user; that they signed in makes no other one."""
    return version_of(*_known(user))


def _known(user: User) -> tuple[object, ...]:
    return user.pk, user.name, user.department, user.is_active


def active_user(user_id: object, field: str = "userId") -> User:
    """Return the active user of this id, with rights loaded. One query; the id may be anything that a client sent.

    Raises the documented Invalid ``User not found or inactive``, filed under ``field``.
    """
    user = load_user(user_id)
    if user is None or not user.is_active:
        raise Invalid.field(field, "User not found or inactive", code="user_not_found")
    return user


def issue_token(
    user: User, name: object, by: str, *, expires_at: datetime | None = None, scopes: Sequence[str] | None = None
) -> tuple[ApiToken, str]:
    """Make a token for ``user`` and return it with its secret, which cannot be had a second time.

    ``by`` names who made it: a user's id, or ``command``. ``scopes`` are rights (``read``, ``advance``, …): with the
    token its user may do those only. Left out, it opens what its user may do, for as long as nobody revokes it.

    Raises Invalid (``name is required``, a name that is too long, ``User not found or inactive``, an unknown scope, a
    time that is over) and Conflict where the user has a token of that name that is not revoked.
    """
    name = required_text(name, "name", _TOKEN_NAME_LENGTH)
    scopes = [choice(scope, "scopes", SCOPES) for scope in dict.fromkeys(scopes)] if scopes else None
    if expires_at is not None and expires_at <= clock.now():
        raise Invalid.field("expires_at", "A token must expire in the future", code="expired_already")
    secret = tokens.new_secret()
    try:
        with transaction.atomic():
            # Locked, so that somebody who is being deactivated right now does not get a token behind it.
            if User.objects.select_for_update(no_key=True).filter(pk=user.pk, is_active=True).first() is None:
                raise Invalid.field("user", "User not found or inactive", code="user_not_found")
            token = ApiToken.objects.create(
                user=user,
                name=name,
                digest=tokens.digest(secret),
                hint=secret[: tokens.HINT_LENGTH],
                created_by=by,
                expires_at=expires_at,
                scopes=scopes,
            )
    except IntegrityError as error:
        raise Conflict(
            f"{user.name} has a token named {name}; revoke it first, or choose another name.", code="token_name_taken"
        ) from error
    return token, secret


@transaction.atomic
def revoke_token(token_id: object, by: str) -> ApiToken:
    """Close a token for good and return it; ``by`` as for ``issue_token``.

    Raises NotFound (``Token not found: {id}``) and a Refusal where it is revoked already.
    """
    token = get_or_refuse(ApiToken.objects.select_for_update(), token_id, "Token")
    if token.revoked_at is not None:
        raise Refusal(f"Token is already revoked: {token.pk}", code="already_revoked")
    token.revoked_at, token.revoked_by = clock.now(), by
    token.save(update_fields=["revoked_at", "revoked_by"])
    return token


def _well_formed_username(username: str) -> str:
    field = User._meta.get_field("username")
    try:
        return field.clean(User.normalize_username(username), None)
    except ValidationError as error:
        raise Invalid.field("username", " ".join(error.messages)) from error


def _save_with_username(user: User) -> None:
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(f"Username is taken: {user.username}", code="username_taken") from error


def _save_with_new_username(user: User) -> None:
    """Save under the name as a slug, and a number behind it where there is such a user already.

    Two people of one name may be made at the same moment; then the constraint decides and the later one tries again.
    """
    stem = slugify(user.name, allow_unicode=True)[:_USERNAME_STEM_LENGTH] or "user"
    for _ in range(_READABLE_TRIES):
        user.username = _free_username(stem)
        with suppress(Conflict):
            _save_with_username(user)
            return
    user.username = f"{stem}-{secrets.token_hex(4)}"
    _save_with_username(user)


def _free_username(stem: str) -> str:
    taken = set(User.objects.filter(username__startswith=stem).values_list("username", flat=True))
    numbered = (f"{stem}-{number}" for number in count(2))
    return stem if stem not in taken else next(username for username in numbered if username not in taken)
