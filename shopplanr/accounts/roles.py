"""Who may do what: the one table. The API, the pages, the admin and the tests read it, and nothing repeats it.

A role is a Django group of the same name. A right is a Django permission, so ``user.has_perm(Right.SCRAP)`` is the
question that everything asks, and a site can still give one person one more right in the admin.
"""

from enum import StrEnum


class Right(StrEnum):
    """What a caller may do. The value is the permission's name, ``phrase`` completes "You may not …"."""

    phrase: str

    def __new__(cls, permission: str, phrase: str):
        right = str.__new__(cls, permission)
        right._value_ = permission
        right.phrase = phrase
        return right

    READ = "serials.view_serial", "look at jobs and parts"
    READ_AUDIT = "audit.view_auditentry", "read the audit trail"
    CREATE_SERIALS = "serials.add_serial", "create parts"
    ADVANCE = "serials.advance_serial", "advance parts"
    SCRAP = "serials.scrap_serial", "scrap parts"
    NOTE = "serials.add_note", "write notes"
    ASK = "serials.add_approvalrequest", "ask for waivers, overrides and force-completions"
    OVERRIDE = "serials.override_step", "override steps"
    WAIVE = "serials.waive_step", "waive steps"
    FORCE_COMPLETE = "serials.force_complete_serial", "force parts to completion"
    PLAN = "serials.plan_jobs", "plan jobs and paths"
    ATTACH = "certificates.attach_certificate", "attach certificates"
    ATTACH_LATE = "certificates.attach_late", "attach certificates late"
    CERTIFY = "certificates.add_certificate", "record certificates"
    REVOKE = "certificates.revoke_certificate", "revoke certificates and put them right"
    KEEP_CATALOGUE = "certificates.keep_catalogue", "keep the catalogue of products and certifications"
    CERTIFY_PRODUCTS = "certificates.certify_products", "certify products"
    MANAGE_USERS = "accounts.manage_users", "manage people's accounts"


class Role(StrEnum):
    """What a person or a program is in the shop. The value is the group's name."""

    OPERATORS = "Operators"
    SUPERVISORS = "Supervisors"
    QC = "QC"
    AUDITORS = "Auditors"
    INTEGRATIONS = "Integrations"


_EVERYBODY = frozenset({Right.READ, Right.READ_AUDIT})
_OPERATORS = _EVERYBODY | {Right.CREATE_SERIALS, Right.ADVANCE, Right.SCRAP, Right.ATTACH, Right.NOTE, Right.ASK}

ROLE_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OPERATORS: _OPERATORS,
    Role.SUPERVISORS: _OPERATORS | {Right.OVERRIDE, Right.WAIVE, Right.FORCE_COMPLETE, Right.PLAN},
    Role.QC: _EVERYBODY
    | {Right.ATTACH, Right.ATTACH_LATE, Right.CERTIFY, Right.REVOKE}
    | {Right.NOTE, Right.ASK, Right.WAIVE, Right.KEEP_CATALOGUE, Right.CERTIFY_PRODUCTS},
    Role.AUDITORS: _EVERYBODY,
    # Programs: every verb of the API that is documented, and no more than that.
    Role.INTEGRATIONS: frozenset(Right),
}

DECIDING = (Right.WAIVE, Right.OVERRIDE, Right.FORCE_COMPLETE)
"""Who has one of these decides about what others ask for, each about what they could do themselves."""

SHOP_APPS = ("serials", "certificates", "audit", "floor")
"""The apps whose records the shop keeps."""

ADMIN_READERS = frozenset({Role.SUPERVISORS, Role.QC, Role.AUDITORS})
"""Roles that may look at every record of the shop in the admin, once an account is allowed to sign in there."""

_ASK = {Role.OPERATORS: "an operator", Role.SUPERVISORS: "a supervisor", Role.QC: "QC"}


def those_with(*rights: Right) -> str:
    """Return who holds all of these rights: ``a supervisor or QC``, ``an administrator`` where no role does."""
    people = [words for role, words in _ASK.items() if ROLE_RIGHTS[role].issuperset(rights)] or ["an administrator"]
    return " or ".join(filter(None, [", ".join(people[:-1]), people[-1]]))


def refusal_sentence(right: Right, who: str = "You") -> str:
    """Return what somebody without ``right`` is told: what is not allowed, and whom to turn to.

    For example ``You may not scrap parts. Ask an operator, a supervisor or an administrator.``
    """
    return f"{who} may not {right.phrase}. Ask {who_may(right)}."


def who_may(right: Right) -> str:
    """Return who has ``right``, as one says to whom to turn: ``a supervisor, QC or an administrator``."""
    people = [words for role, words in _ASK.items() if right in ROLE_RIGHTS[role]]
    # Everybody in the shop has the right but this caller: then it is the account that needs mending.
    whom = [] if len(people) == len(_ASK) else people
    return f"{', '.join(whom)} or an administrator" if whom else "an administrator"
