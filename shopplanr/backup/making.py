"""Making a backup while the server runs."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.recorder import MigrationRecorder

from audit.proof import keys
from shopplanr import __version__, clock, content_store
from shopplanr.backup import archive, rows
from shopplanr.backup.archive import Manifest, Writer
from shopplanr.backup.snapshot import snapshot
from shopplanr.kept_content import digests_in_use

Told = Callable[[str], None]
"""Gets what is being done, for whoever waits."""


def make(path: Path, tell: Told = lambda what: None, using: str = DEFAULT_DB_ALIAS) -> Manifest:
    """Write everything of one moment into a new archive at ``path``; return what it holds.

    The rows are those of one moment, and the files those that the rows name; what is written meanwhile is in the next
    backup. Files that are gone or altered are named in the manifest: a shop with a damaged photo needs a backup more
    than others do. Raises OSError where the archive cannot be written; then there is none.
    """
    moment = clock.now()
    manifest = Manifest(
        format=archive.FORMAT,
        version=__version__,
        made_at=moment.isoformat(),
        engine=connections[using].vendor,
        migrations=applied_migrations(using),
    )
    with archive.writing(path, moment.timestamp()) as writer:
        with snapshot(using):
            for model in rows.kept_models():
                table = model._meta.db_table
                tell(table)
                columns = [column.column for column in rows.columns_of(model)]
                manifest.tables[table] = writer.add_table(table, columns, rows.written(model, using))
            digests = sorted(set(digests_in_use()))
        for digest in digests:
            tell(f"file {digest[:12]}…")
            _add_document(writer, manifest, digest)
        # Behind the rows: a checkpoint is sealed in the database first, so what is kept outside is never behind it.
        for name, file in outside_files().items():
            if file.exists():
                writer.add(name, file.read_bytes())
        writer.close(manifest)
    return manifest


def outside_files() -> dict[str, Path]:
    """Return the files by which the audit trail is proved, by their names in the archive. Not the key that signs."""
    return {archive.CHECKPOINTS: settings.AUDIT_CHECKPOINT_FILE, archive.PUBLIC_KEYS: keys.public_file()}


def applied_migrations(using: str) -> list[str]:
    """Return what the database's tables look like, said by the migrations that made them."""
    return sorted(f"{app}.{name}" for app, name in MigrationRecorder(connections[using]).applied_migrations())


def _add_document(writer: Writer, manifest: Manifest, digest: str) -> None:
    try:
        file = content_store.open_verified(digest)
    except content_store.ContentGone:
        manifest.missing_documents.append(digest)
        return
    with file:
        writer.add_document(digest, file)
    manifest.documents.append(digest)
