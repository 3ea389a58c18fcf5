"""Which files of the content store the record needs, and taking away those that nobody names.

A file is written before the row that names it (``shopplanr.content_store``). Where a process was killed in between, or
the row was refused, the file stays behind. Whoever keeps digests says here in which columns.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Model

from shopplanr import clock, content_store

GRACE = timedelta(days=1)
"""A file that is younger may belong to a row that is about to be written."""

_columns: list[tuple[type[Model], str]] = []


def keeps_content(*columns: str) -> Callable[[type[Model]], type[Model]]:
    """Declare that these columns of a model hold digests, and so keep the files of that name."""

    def declare(model: type[Model]) -> type[Model]:
        _columns.extend((model, column) for column in columns)
        return model

    return declare


def keeping_columns() -> list[tuple[type[Model], str]]:
    """Return the columns that were declared."""
    return list(_columns)


def digests_in_use() -> Iterator[str]:
    """Yield the digest of every file that the record names; one may come more than once. A query per column."""
    for model, column in _columns:
        yield from model._base_manager.order_by().values_list(column, flat=True).iterator()


@dataclass(frozen=True, slots=True)
class Swept:
    """What was taken away, or would have been."""

    files: int
    size_bytes: int


def sweep(*, dry_run: bool = False) -> Swept:
    """Take away the files that nobody names and that are older than ``GRACE``; also those that never arrived whole.

    It may run beside everything else: a file that is written anew meanwhile stays.
    """
    deadline = (clock.now() - GRACE).timestamp()
    old = [path for path in _files() if _written_at(path) < deadline]
    in_use = set(digests_in_use()) if old else set()
    count = size = 0
    for path in old:
        if path.name in in_use:
            continue
        with suppress(FileNotFoundError):
            bytes_there = path.stat().st_size
            if dry_run or _taken_away(path, deadline):
                count, size = count + 1, size + bytes_there
    return Swept(count, size)


def _files() -> Iterator[Path]:
    """Yield what the store wrote. Whatever else somebody laid into the folder is not ours to take away."""
    for folder, _, names in os.walk(settings.MEDIA_ROOT):
        for name in names:
            path = Path(folder, name)
            if content_store.is_ours(path):
                yield path


def _written_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # it arrived, and has its own name by now
        return float("inf")


def _taken_away(path: Path, deadline: float) -> bool:
    """Take the file away, unless it was written anew since it was looked at; then a row may be about to name it.

    A look and a removal are two steps, and the store could put the same content there in between. So it is renamed,
    which is one step, and looked at again.
    """
    aside = content_store.incoming_path()
    path.rename(aside)
    if _written_at(aside) < deadline:
        aside.unlink()
        return True
    aside.rename(path)
    return False
