"""Tags: the words by which a shop groups its jobs."""

from shopplanr.refusals import Invalid
from shopplanr.values import words

TAGS_MOST = 20
"""Tags that one job may have."""
TAG_MAX_LENGTH = 50

_NEVER = frozenset(',"\\')
"""What a tag cannot hold. People separate tags by commas, and where one ends in the stored text has to be plain."""


def is_tag(text: str) -> bool:
    """Tell whether the text can be a tag: something printable, without commas, quotes and backslashes, not too long."""
    return text == text.strip() and 0 < len(text) <= TAG_MAX_LENGTH and text.isprintable() and not _NEVER & set(text)


def given_tags(value: object, field: str = "tags") -> list[str] | None:
    """Return the tags of a request, each once and in the order given; None where there are none.

    Blank ones are left out. Raises ``{field} must be a list of texts``, and says so where one cannot be a tag or where
    there are too many.
    """
    given = words(None if value == "" else value, field, most=TAGS_MOST) or []
    tags = list(dict.fromkeys(tag for tag in given if tag))
    for tag in tags:
        if len(tag) > TAG_MAX_LENGTH:
            raise Invalid.field(field, f"{field} must be at most {TAG_MAX_LENGTH} characters each", code="too_long")
        if not is_tag(tag):
            raise Invalid.field(
                field, f"{field} cannot hold commas, quotes, backslashes or line breaks", code="unusable_character"
            )
    return tags or None
