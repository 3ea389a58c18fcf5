"""A trail with a key and a checkpoint file of its own, and an owner who goes past every trigger."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection

from audit import append_only, trail
from audit.models import Action, AuditEntry
from audit.proof import delivery, sealing
from audit.proof.verifying import Report, Verification
from tests.factories import OPERATOR


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    """Give each test its own key, and a file of its own outside of the database."""
    settings.AUDIT_KEY_FILE = tmp_path / "audit_key"
    settings.AUDIT_CHECKPOINT_FILE = tmp_path / "kept" / "checkpoints.jsonl"
    settings.AUDIT_CHECKPOINT_URL = ""
    settings.AUDIT_CHECKPOINT_MAIL = []


def write(number: int, **facts) -> list[AuditEntry]:
    """Write so many entries."""
    facts = {"serial_id": "SN-00001", "metadata": {"reason": "Grat an der Kante – “nachgearbeitet”", "n": 1.5}} | facts
    return [trail.record(Action.SERIAL_ADVANCED, OPERATOR, **facts) for _ in range(number)]


def seal_and_keep() -> int | None:
    """Seal what there is, and keep the checkpoint outside."""
    sealed = sealing.seal()
    assert delivery.deliver() == []
    return sealed


def verified(**options) -> Report:
    """Verify the whole trail."""
    return Verification(**options).run()


@pytest.fixture
def log(db) -> list[AuditEntry]:
    """Ten entries: four and four that are sealed, and two that are not yet."""
    entries = []
    for number in (4, 4):
        entries += write(number)
        seal_and_keep()
    return entries + write(2)


@pytest.fixture
def sql() -> Iterator[Callable[..., list[tuple]]]:
    """Return what executes a statement as the table's owner would: the triggers are gone."""

    def execute(statement: str, *parameters) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    with append_only.lifted(connection):
        yield execute
