"""Loads a caller together with everything that the caller may do, in one query.

Django asks for permissions in two further queries per request, and its query builder takes some two milliseconds to
write a statement that joins them in: several times what a whole call may take. So the statements stand here in SQL,
which takes a tenth of that. They are the only hand-written reads of the accounts' tables.
"""

# ruff: noqa: S608 - the statements are put together from what stands in this file; values are parameters

from collections.abc import Sequence

from django.contrib.auth.backends import BaseBackend, ModelBackend
from django.db import connection

from shopplanr.accounts.models import ApiToken, User
from shopplanr.accounts.roles import Right
from shopplanr.lookup import is_plausible_id

_LISTED = {"sqlite": "GROUP_CONCAT", "postgresql": "STRING_AGG"}
"""What each engine calls the aggregate that writes values one after the other."""

_PERMISSION = "content_type.app_label || '.' || permission.codename"

_RIGHTS_OF_USER = f"""
    SELECT {{listed}}({_PERMISSION}, ',')
    FROM auth_permission permission
    JOIN django_content_type content_type ON content_type.id = permission.content_type_id
    WHERE permission.id IN (
        SELECT held.permission_id FROM accounts_user_groups member
        JOIN auth_group_permissions held ON held.group_id = member.group_id
        WHERE member.user_id = account.id
    ) OR permission.id IN (
        SELECT own.permission_id FROM accounts_user_user_permissions own WHERE own.user_id = account.id
    )
"""

_USER = f"SELECT account.*, ({_RIGHTS_OF_USER}) AS listed_rights FROM accounts_user account WHERE account.id = %s"

_USER_WITH_PIN = f"""
    SELECT account.*, pin.pin_hash AS session_pin_hash, ({_RIGHTS_OF_USER}) AS listed_rights
    FROM accounts_user account JOIN accounts_pincredential pin ON pin.user_id = account.id
    WHERE account.id = %s AND pin.pin_hash <> ''
"""

# What a call asks of its user. The rest, the password's hash above all, stays in the database until it is asked for.
_ASKED_FOR = {"id", "username", "name", "department", "is_active", "is_staff", "is_superuser"}
_CALLER_FIELDS = [field.attname for field in User._meta.concrete_fields if field.attname in _ASKED_FOR]  # its order

_TOKEN = f"""
    SELECT token.*, {", ".join(f"account.{field} AS caller_{field}" for field in _CALLER_FIELDS)},
           ({_RIGHTS_OF_USER}) AS listed_rights
    FROM accounts_apitoken token JOIN accounts_user account ON account.id = token.user_id
    WHERE token.digest = %s
"""

_RIGHTS_OF_ROLE = f"""
    SELECT {_PERMISSION}
    FROM auth_group role
    JOIN auth_group_permissions held ON held.group_id = role.id
    JOIN auth_permission permission ON permission.id = held.permission_id
    JOIN django_content_type content_type ON content_type.id = permission.content_type_id
    WHERE role.name = %s
"""


def load_user(user_id: object) -> User | None:
    """Return the user with all rights loaded, or None where there is none of that id. One query.

    ``user_id`` may be anything that a client sent.
    """
    return _load(_USER, user_id)


def load_token(digest: str) -> ApiToken | None:
    """Return the token of this digest, its user attached with all rights loaded, or None. One query.

    Revoked tokens and those of inactive users are returned as well: it is the caller's to refuse them.
    """
    for token in ApiToken.objects.raw(_for_engine(_TOKEN), [digest]):
        columns = token.__dict__
        values = [columns.pop(f"caller_{field}") for field in _CALLER_FIELDS]
        user = User.from_db(connection.alias, _CALLER_FIELDS, values)
        token.user = _within(token.scopes, _with_rights(user, columns.pop("listed_rights")))
        return token
    return None


def rights_of_role(role: str) -> frozenset[str]:
    """Return the permissions of the role's group, none where there is no such group. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS_OF_ROLE, [role])
        return frozenset(permission for (permission,) in cursor)


class RightsBackend(ModelBackend):
    """Django's own backend, with a session's user and their rights in one query. An inactive user has no rights."""

    def get_user(self, user_id: str) -> User | None:
        """Return the session's user, None where the account is gone or inactive."""
        user = load_user(user_id)
        return user if user is not None and self.user_can_authenticate(user) else None


class PinBackend(BaseBackend):
    """Loads the user of a session that was made with a PIN. It knows no password, and makes no session itself."""

    def get_user(self, user_id: str) -> User | None:
        """Return the session's user, None where the account is gone, inactive or without a PIN by now. One query.

        The user knows what is stored of the PIN, so the session ends with that PIN.
        """
        user = _load(_USER_WITH_PIN, user_id)
        return user if user is not None and user.is_active else None


def _load(statement: str, user_id: object) -> User | None:
    if not is_plausible_id(user_id):
        return None
    for user in User.objects.raw(_for_engine(statement), [user_id]):
        return _with_rights(user, user.__dict__.pop("listed_rights"))
    return None


def _with_rights(user: User, listed: str | None) -> User:
    """Put the rights where Django's backend keeps them once it has asked for them.

    A superuser's stay open: ``has_perm`` does not look at them, and the few pages that list them ask for all there are.
    """
    if not user.is_superuser:
        user._perm_cache = set(listed.split(",")) if listed else set()
    return user


def _within(scopes: Sequence[str] | None, user: User) -> User:
    """Leave the user the rights that are in the scopes as well; all of them where there are no scopes.

    An administrator's token has the rights of its scopes and none besides: an administrator may do everything.
    """
    if scopes is not None:
        rights = {str(Right[scope.upper()]) for scope in scopes if scope.upper() in Right.__members__}
        user._perm_cache = rights if user.is_superuser else user._perm_cache & rights
        user.is_superuser = user.is_staff = False
    return user


def _for_engine(sql: str) -> str:
    return sql.format(listed=_LISTED[connection.vendor])
