"""The ledger that the other tests trust: it finds nothing in a whole record, and what is wrong in a spoilt one."""

from collections.abc import Callable
from copy import deepcopy

import pytest
from django.db import connection
from django.db.models import F

from audit.models import Action, AuditEntry
from certificates.models import CertAttachment
from certificates.services import attaching
from serials.models import Serial, SerialCounter, StepOverride, StepStatus
from serials.services import advancement, deferrals, endings, overrides, paths
from shopplanr.actor import Actor
from tests.factories import OPERATOR, PLANNER, CertificateFactory, PathFactory, make_serials, steps_of
from tests.live import ledger

pytestmark = pytest.mark.django_db

SUPERVISOR = Actor("supervisor", credential="command")

MOVED, SKIPPING, SCRAPPED, FORCED, FINISHED, WAITING = range(6)
"""What becomes of the parts, by their place in the batch."""


def findings() -> list[str]:
    """Return what the ledger finds."""

    def query(statement: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall()

    return ledger.findings(query)


@pytest.fixture(scope="module")
def parts_of_the_module(module_transaction) -> list[Serial]:
    """Parts of one batch that have met everything that a part can meet."""
    path = PathFactory(
        steps=("Saw", {"name": "Deburr", "optional": True}, "Mill", "Inspect"), advancementMode="flexible"
    )
    batch = make_serials(path, 6)
    certificate = CertificateFactory()
    mill = steps_of(path)[2]
    moved, skipping, scrapped, forced, finished, _ = (part.id for part in batch)

    attaching.attach_all(certificate.id, [moved, skipping, moved], OPERATOR)
    advancement.advance(moved, OPERATOR)
    attaching.attach(moved, certificate.id, OPERATOR)

    advancement.advance_to(skipping, 3, OPERATOR)
    deferrals.waive(skipping, mill.id, "customer agreed", SUPERVISOR)

    overrides.create(scrapped, None, mill.id, "not needed", SUPERVISOR)
    advancement.advance_to(scrapped, 3, OPERATOR)
    endings.scrap(scrapped, "damaged", None, OPERATOR)

    overrides.create(forced, [forced, moved], mill.id, "not needed", SUPERVISOR)
    overrides.reverse(forced, mill.id, SUPERVISOR)
    overrides.create(forced, None, mill.id, "needed after all", SUPERVISOR)
    endings.force_complete(forced, "rush", SUPERVISOR)

    advancement.advance_to(finished, 3, OPERATOR)
    deferrals.complete_deferred(finished, mill.id, OPERATOR)
    advancement.advance(finished, OPERATOR)

    # Only the parts that are on their way get the new step.
    steps = [{"id": step.id, "name": step.name} for step in steps_of(path)]
    paths.update(path.id, {"steps": [*steps, {"name": "Pack"}]}, PLANNER)
    make_serials(path, 2)
    return batch


@pytest.fixture
def parts(parts_of_the_module, db) -> list[Serial]:
    """Made once, and as new for each test."""
    return deepcopy(parts_of_the_module)


def test_nothing_is_found_in_a_record_that_is_whole(parts):
    assert findings() == []


def records(part: Serial, *statuses: str):
    """Return the part's step records that have one of these statuses."""
    return StepStatus.objects.filter(serial=part.pk, status__in=statuses)


def repeat_entry(action: str, **changes) -> None:
    """Write the first entry of a kind once more."""
    entry = AuditEntry.objects.filter(action=action).earliest("sequence")
    entry.pk, entry.entry_id, entry._state.adding = None, "aud_repeated", True
    for name, value in changes.items():
        setattr(entry, name, value)
    entry.save(force_insert=True)


def attach_without_entry(part: Serial) -> None:
    """Attach a certificate behind the trail's back."""
    CertAttachment.objects.create(
        serial=part, certificate=CertificateFactory(), step=part.path.steps.get(order=0), attached_by="nobody"
    )


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda parts: Serial.objects.filter(pk=parts[MOVED].pk).update(current_step_index=3), "part: "),
        (lambda parts: Serial.objects.filter(pk=parts[MOVED].pk).update(current_step_index=3), "latest version: "),
        (lambda parts: Serial.objects.filter(pk=parts[SCRAPPED].pk).update(current_step_index=0), "stands at 0"),
        (lambda parts: records(parts[WAITING], "in_progress").update(status="completed"), "step records: "),
        (lambda parts: records(parts[FINISHED], "skipped").update(status="pending"), "completed, with steps [1]"),
        (lambda parts: records(parts[WAITING], "pending").last().delete(), "4 step records, where the path has 5"),
        (lambda parts: parts[WAITING].history.all().delete(), "versions: "),
        (lambda parts: parts[FINISHED].history.first().delete(), "versions: "),
        (lambda parts: StepOverride.objects.filter(active=True).update(active=False), "active overrides: "),
        (lambda parts: StepOverride.objects.filter(active=False).delete(), "overrides: "),
        (lambda parts: SerialCounter.objects.update(last_number=F("last_number") + 1), "the counter stands at"),
        (lambda parts: attach_without_entry(parts[WAITING]), "attachments: "),
        (lambda parts: repeat_entry(Action.SERIAL_ADVANCED), "serial_advanced SN-"),
        (lambda parts: repeat_entry(Action.SERIAL_COMPLETED), "the part is completed"),
        (lambda parts: repeat_entry(Action.SERIAL_SCRAPPED), "the part is scrapped"),
        (lambda parts: repeat_entry(Action.STEP_OVERRIDE_CREATED), "overridden already"),
        (lambda parts: repeat_entry(Action.STEP_WAIVED), "is waived, not deferred"),
        (lambda parts: repeat_entry(Action.CERT_ATTACHED), "step"),
        (lambda parts: repeat_entry(Action.SERIAL_CREATED, batch_start=100), "the batch begins at"),
    ],
)
def test_what_is_wrong_is_found(parts, spoil: Callable[[list[Serial]], object], found: str):
    spoil(parts)
    assert any(found in sentence for sentence in findings()), findings()
