"""Which certificates are asked for: conditions that lists of pages, API and admin have in common."""

from datetime import date

from django.db.models import Q, QuerySet

from certificates.models import Certificate
from certificates.standing import Standing

IN_FORCE = Q(superseded_by=None, revocation=None)
"""Neither superseded nor revoked: parts may get it, whatever the day."""


def covering(day: date) -> Q:
    """Return the condition that a certificate covers the day: ``certificates.validity.covers`` in SQL."""
    return (Q(valid_from=None) | Q(valid_from__lte=day)) & (Q(valid_to=None) | Q(valid_to__gte=day))


def standing_so(standing: Standing, day: date) -> Q:
    """Return the condition that a certificate stands so on the day.

    ``certificates.standing.standing_of`` in SQL, but for superseded revisions: one whose newest was revoked is found
    among the superseded ones here.
    """
    return {
        Standing.REVOKED: Q(revocation__isnull=False),
        Standing.SUPERSEDED: Q(superseded_by__isnull=False),
        Standing.EXPIRED: IN_FORCE & Q(valid_to__lt=day),
        Standing.NOT_YET: IN_FORCE & Q(valid_from__gt=day),
        Standing.CURRENT: IN_FORCE & covering(day),
    }[standing]


def of(column: str, rows: QuerySet[Certificate], value: str) -> QuerySet[Certificate]:
    """Return the certificates with this value, which is not empty, in a column that may be."""
    # Said twice, because SQLite takes an index of some rows only where the query repeats the index's condition.
    return rows.filter(**{column: value}).exclude(**{column: ""})


def found(rows: QuerySet[Certificate], words: str) -> QuerySet[Certificate]:
    """Return the certificates that name these words, in whatever fact."""
    columns = ("name", "number", "issuer", "heat_lot", "metadata")
    condition = Q(pk=words)
    for column in columns:
        condition |= Q(**{f"{column}__icontains": words})
    return rows.filter(condition)


def issuers(most: int, chosen: str = "") -> list[str]:
    """Return those who issued certificates, by name, ``chosen`` in any case; one query."""
    rows = Certificate.objects.exclude(issuer="").order_by("issuer").values_list("issuer", flat=True).distinct()
    known = list(rows[:most])
    return sorted({*known, chosen}) if chosen else known
