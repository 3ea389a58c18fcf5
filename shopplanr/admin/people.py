"""Who did it, readably: records keep ids as text, people know names."""

from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.html import format_html
from django.utils.safestring import SafeString


def with_name(rows: QuerySet, column: str) -> QuerySet:
    """Annotate ``{column}_name``: the name behind the id in ``column``, None where no account has it."""
    accounts = get_user_model().objects.filter(pk=OuterRef(column))
    return rows.annotate(**{f"{column}_name": Subquery(accounts.values("name")[:1])})


def names_of(user_ids: Iterable[str]) -> dict[str, str]:
    """Return the names of these accounts by id, in one query; free text of a kiosk has none."""
    wanted = {user_id for user_id in user_ids if user_id}
    if not wanted:
        return {}
    return dict(get_user_model().objects.filter(pk__in=wanted).values_list("pk", "name"))


def person(user_id: str, name: str | None) -> SafeString | str:
    """Return somebody's name, with the id for whoever points at it; the text itself where there is no account."""
    return format_html('<span title="{}">{}</span>', user_id, name) if name else user_id
