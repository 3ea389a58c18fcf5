"""What stands in the tables, read past the ORM: quickly, and without its notion of what should be there."""

import zlib

from django.apps import apps
from django.db import connection, models

OURS = ("audit", "serials", "certificates", "accounts", "floor", "idempotency")


def fetch(query: str, *parameters) -> list[tuple]:
    """Return the rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, parameters or None)
        return cursor.fetchall()


def our_models() -> list[type[models.Model]]:
    """Return every model of the product, histories included."""
    return [model for label in OURS for model in apps.get_app_config(label).get_models()]


def snapshot() -> dict[str, tuple[int, int]]:
    """Return the number of rows of every table and a checksum of what is in them."""
    contents = {}
    for model in our_models():
        table, key = model._meta.db_table, model._meta.pk.column
        rows = fetch(f'SELECT * FROM "{table}" ORDER BY "{key}"')
        contents[table] = (len(rows), zlib.crc32(repr(rows).encode()))
    return contents


def versions_that_lag_behind() -> list[str]:
    """Return the rows whose newest version is not the row itself, for every model with a history."""
    return [lagging for model in our_models() if hasattr(model, "history") for lagging in _lagging(model)]


def _lagging(model: type[models.Model]) -> list[str]:
    key = model._meta.pk.attname
    columns = [field.attname for field in model._meta.concrete_fields]
    newest = {}
    for version in model.history.order_by("history_id").values(*columns, "history_type"):
        newest[version[key]] = version
    rows = {row[key]: row for row in model._default_manager.values(*columns)}
    gone = {identifier for identifier, version in newest.items() if version["history_type"] == "-"}
    wrong = [
        identifier
        for identifier, row in rows.items()
        if identifier not in newest or any(newest[identifier][column] != row[column] for column in columns)
    ]
    wrong += [identifier for identifier in newest if identifier not in rows and identifier not in gone]
    return [f"{model._meta.label} {identifier}" for identifier in wrong]
