"""The key and value pairs that integrators keep with an assignment, and how an update merges into them.

A key with a value is set, a key with ``null`` or ``""`` is deleted, a key that is left out stays; ``{}`` or ``null``
for the whole clears it (product-certifications page). Values are text: whoever wants a number writes its digits.
"""

from collections.abc import Mapping

from shopplanr.refusals import Invalid

KEYS_MAX = 50
KEY_MAX_LENGTH = 40
VALUE_MAX_LENGTH = 500

FIELD = "metadata"


def merged(stored: Mapping[str, str], given: object) -> dict[str, str]:
    """Return what is kept after ``given`` was merged into ``stored``. Neither of them changes.

    What stays keeps its place; what is new goes behind it. Raises ``metadata must be an object``, and names a key that
    is empty or too long, or whose value is no text or too long; and says so where there are too many keys afterwards.
    """
    if given is None or given == {}:
        return {}
    if not isinstance(given, Mapping):
        raise Invalid.field(FIELD, "metadata must be an object", code="not_an_object")
    kept = dict(stored)
    for key, value in given.items():
        if value is None or value == "":
            kept.pop(key, None)
        else:
            kept[_key(key)] = _value(key, value)
    if len(kept) > KEYS_MAX:
        raise Invalid.field(
            FIELD, f"metadata must have at most {KEYS_MAX} keys; it would have {len(kept)}", code="too_many"
        )
    return kept


def leading_to(before: Mapping | None, after: Mapping | None) -> dict:
    """Return what merges into ``before`` so that ``after`` comes of it; what is in both is left out."""
    before, after = before or {}, after or {}
    gone = {name: None for name in before if name not in after}
    return gone | {name: value for name, value in after.items() if before.get(name) != value}


def _key(key: str) -> str:
    if not key:
        raise Invalid.field(FIELD, "metadata must not have an empty key", code="empty")
    if len(key) > KEY_MAX_LENGTH:
        shown = f"{key[:KEY_MAX_LENGTH]}…"
        message = f"metadata: keys must be at most {KEY_MAX_LENGTH} characters, unlike {shown}"
        raise Invalid.field(FIELD, message, code="too_long")
    return key


def _value(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise Invalid.field(FIELD, f"metadata: the value of {key} must be text", code="not_text")
    if len(value) > VALUE_MAX_LENGTH:
        message = f"metadata: the value of {key} must be at most {VALUE_MAX_LENGTH} characters"
        raise Invalid.field(FIELD, message, code="too_long")
    return value
