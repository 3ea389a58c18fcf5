"""Tables that can only grow: rows are added, and never changed or removed; or changed in one way only, once.

Triggers hold this, on both engines, against any SQL on the connection that the application uses. Against the owner of
the database, who can drop a trigger, they do not help.

SQLite rebuilds a table when a later migration alters a field, and drops its triggers without a word. So they are
installed again, idempotently, behind every migrate, and a check at start names what is missing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.apps import apps
from django.db import connections, models

_registered: list[type[models.Model]] = []
_forbidden: dict[type[models.Model], str] = {}
"""Which updates are forbidden, where not every one is: a condition over OLD and NEW."""

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION shopplanr_append_only() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$body$
"""


def append_only(model: type[models.Model]) -> type[models.Model]:
    """Declare that the rows of ``model`` are never changed or removed."""
    _registered.append(model)
    return model


def append_only_but(forbidden: str) -> Callable[[type[models.Model]], type[models.Model]]:
    """Declare that the rows of a model are never removed, nor changed where ``forbidden`` is true.

    The condition is SQL over ``OLD`` and ``NEW`` that both engines understand. Who changes one drops the old trigger in
    a migration: SQLite leaves a trigger alone that is there already.
    """

    def declare(model: type[models.Model]) -> type[models.Model]:
        _forbidden[model] = forbidden
        return append_only(model)

    return declare


def protected_models() -> list[type[models.Model]]:
    """Return the models that were declared append-only."""
    return list(_registered)


def _trigger_names(table: str, vendor: str) -> dict[str, str]:
    events = ["update", "delete"] + (["truncate"] if vendor == "postgresql" else [])
    return {event: f"{table}_no_{event}" for event in events}


def _existing_triggers(connection) -> set[str]:
    query = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A') "
        "AND pg_table_is_visible(tgrelid)"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, None)
        return {name for (name,) in cursor.fetchall()}


def missing_triggers(connection) -> list[str]:
    """Return the names of the triggers that should stand in this database and do not."""
    existing = _existing_triggers(connection)
    tables = set(connection.introspection.table_names())
    return [
        name
        for model in _registered
        if model._meta.db_table in tables
        for name in _trigger_names(model._meta.db_table, connection.vendor).values()
        if name not in existing
    ]


def install(connection, models_to_protect: list[type[models.Model]] | None = None) -> None:
    """Put the triggers in place. What is there already is only made sure of."""
    protect = _registered if models_to_protect is None else models_to_protect
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql" and protect:
            cursor.execute(_POSTGRESQL_FUNCTION, None)
        for model in protect:
            table = model._meta.db_table
            for event, name in _trigger_names(table, connection.vendor).items():
                condition = _forbidden.get(model) if event == "update" else None
                when = f"WHEN ({condition}) " if condition else ""
                # params=None: the text goes to the engine as it is, percent signs and all
                if connection.vendor == "postgresql":
                    each = "STATEMENT" if event == "truncate" else "ROW"
                    # replaced in one statement: there is no moment without it
                    cursor.execute(
                        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event.upper()} ON "{table}" '
                        f"FOR EACH {each} {when}EXECUTE FUNCTION shopplanr_append_only()",
                        None,
                    )
                else:
                    cursor.execute(
                        f'CREATE TRIGGER IF NOT EXISTS "{name}" BEFORE {event.upper()} ON "{table}" '
                        f"{when}BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END",
                        None,
                    )


def remove(connection) -> None:
    """Take the triggers away. Only for the flush between tests."""
    with connection.cursor() as cursor:
        for model in _registered:
            table = model._meta.db_table
            for name in _trigger_names(table, connection.vendor).values():
                on_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on_table}', None)


@contextmanager
def lifted(connection) -> Iterator[None]:
    """Take the triggers away within the block. Only for the flush between tests."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)


def protect_after_migrate(sender, using: str, **kwargs) -> None:
    """Install the triggers of the app that was just migrated (``post_migrate``)."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    theirs = [
        model
        for model in _registered
        if apps.get_app_config(model._meta.app_label) is sender and model._meta.db_table in tables
    ]
    if theirs:
        install(connection, theirs)
