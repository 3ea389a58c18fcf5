"""The stocked database of a test run: made once, by whichever of its processes is first, and copied by all."""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tests.live import database as databases
from tests.live.database import ROOT, Database

PARTS = 5_000

STOCK_TIMEOUT_SECONDS = 100

VAR = ROOT / "var" / "browser"
"""What may stay from run to run: collected static files, pictures of tests that failed."""

STATIC_ROOT = VAR / "static"


def stock(database: Database, uploads: Path, parts: int, **variables: str) -> None:
    """Fill a new database with the demo shop, and with further parts until there are so many; photos go to a folder."""
    subprocess.run(
        [sys.executable, "-m", "tests.browser.stock"],
        cwd=ROOT,
        env=databases.environment(
            database.url,
            PARTS=str(parts),
            MEDIA_ROOT=str(uploads),
            STATIC_ROOT=str(STATIC_ROOT),
            SQLITE_SYNCHRONOUS="NORMAL",
            **variables,
        ),
        check=True,
        timeout=STOCK_TIMEOUT_SECONDS,
    )


class Store:
    """Gives copies of the stocked database to the processes of a run, which share ``folder``.

    The last process that closes it removes the database. With ``keep`` (the variable KEEP_SHOP) it is left for the next
    run of the day, unless the code has changed: loading the demo takes longer than most tests.
    """

    def __init__(self, vendor: str, run_url: str, folder: Path, keep: bool = False):
        self._vendor, self._run_url, self._keep = vendor, run_url, keep and vendor == "sqlite"
        self._folder = VAR / "shop" if self._keep else folder
        self._name = _fingerprint() if self._keep else "stocked"
        self._holders = folder / "holders"
        self._holders.mkdir(parents=True, exist_ok=True)
        self._folder.mkdir(parents=True, exist_ok=True)

    def copy(self, folder: Path) -> Database:
        """Return a copy of its own for the caller."""
        with self._alone():
            (self._holders / str(os.getpid())).touch()
            return self._stocked().copy(folder)

    def close(self) -> None:
        """Say that this process needs no further copies."""
        with self._alone():
            (self._holders / str(os.getpid())).unlink(missing_ok=True)
            if not self._keep and not any(self._holders.iterdir()) and self._note.exists():
                databases.known_by(self._note.read_text()).drop()
                self._note.unlink()

    @property
    def uploads(self) -> Path:
        """Return the folder with the photos of the stocked shop, which belong to every copy."""
        return self._folder / f"{self._name}-uploads"

    @property
    def _note(self) -> Path:
        """Where it is written which database is the stocked one."""
        return self._folder / "url"

    def _stocked(self) -> Database:
        file = self._folder / f"{self._name}.sqlite3"
        if self._note.exists() and (not self._keep or file.exists()):
            return databases.known_by(self._note.read_text())
        if self._keep:
            for old in (*self._folder.glob("*.sqlite3*"), self._note):
                old.unlink(missing_ok=True)
            for old in self._folder.glob("*-uploads"):
                shutil.rmtree(old)
        database = databases.created(self._vendor, self._run_url, file)
        try:
            stock(database, self.uploads, PARTS)
        except BaseException:
            database.drop()
            raise
        self._note.write_text(database.url)
        return database

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # The engine lets go of the lock of a process that dies.
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _fingerprint() -> str:
    """Return a name for all that decides what is in the stocked database: the code of the product, and the day."""
    digest = hashlib.sha256(datetime.now(UTC).date().isoformat().encode())
    for package in ("audit", "certificates", "serials", "shopplanr"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if "floor" not in path.parts:
                digest.update(path.read_bytes())
    for name in ("stock.py", "store.py"):
        digest.update(Path(__file__).with_name(name).read_bytes())
    return digest.hexdigest()[:16]
