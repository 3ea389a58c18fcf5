"""Builds the state of every part from nothing but the audit trail (lifecycle.md, invariant 3)."""

import json
from dataclasses import dataclass, field
from typing import NamedTuple

from tests.lifecycle.tables import fetch


class Entry(NamedTuple):
    """An entry, as it stands in the table."""

    sequence: int
    entry_id: str
    action: str
    user_id: str
    serial_id: str
    cert_id: str
    path_id: str
    step_id: str
    from_step_id: str
    to_step_id: str
    batch_start: int | None
    batch_quantity: int | None
    metadata: str | None


@dataclass
class Replayed:
    """A part as its entries tell it. A step that no entry names is pending."""

    state: str = "in_progress"
    at: str | None = None
    forced: bool = False
    left_open: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)
    overridden: set[str] = field(default_factory=set)
    attached: list[tuple[str, str]] = field(default_factory=list)
    noted: list[tuple[str, str]] = field(default_factory=list)
    let_pass: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)

    def apply(self, entry: Entry) -> None:
        """Do what the entry says was done."""
        getattr(self, f"_{entry.action}")(entry)

    def _serial_advanced(self, entry):
        assert self.at == entry.from_step_id
        self.statuses[entry.from_step_id] = "completed"
        self.statuses[entry.to_step_id] = "in_progress"
        self.at = entry.to_step_id

    def _serial_completed(self, entry):
        assert self.at == entry.from_step_id
        self.statuses[entry.from_step_id] = "completed"
        self.state, self.at = "completed", None

    def _step_skipped(self, entry):
        self.statuses[entry.step_id] = "skipped"

    def _step_deferred(self, entry):
        self.statuses[entry.step_id] = "deferred"

    def _serial_scrapped(self, entry):
        assert self.at == entry.step_id
        self.state = "scrapped"

    def _serial_force_completed(self, entry):
        self.state, self.at, self.forced = "completed", None, True
        self.left_open = json.loads(entry.metadata)["incompleteStepIds"]
        self._approved(entry)

    def _step_override_created(self, entry):
        assert entry.step_id not in self.overridden
        self.overridden.add(entry.step_id)
        self._approved(entry)

    def _step_override_reversed(self, entry):
        self.overridden.remove(entry.step_id)

    def _step_waived(self, entry):
        assert json.loads(entry.metadata)["approverId"] == entry.user_id
        self.statuses[entry.step_id] = "waived"
        self._approved(entry)

    def _deferred_step_completed(self, entry):
        self.statuses[entry.step_id] = "completed"

    def _requirement_overridden(self, entry):
        self.let_pass.add(json.loads(entry.metadata)["requirementId"])

    def _cert_attached(self, entry):
        assert self.at in (None, entry.step_id)
        self.attached.append((entry.cert_id, entry.step_id))

    def _approval_requested(self, entry):
        self.asked.add(json.loads(entry.metadata)["approvalId"])

    def _approval_declined(self, entry):
        self.asked.remove(json.loads(entry.metadata)["approvalId"])

    _approval_withdrawn = _approval_declined

    def _approved(self, entry):
        """Take what was carried out because somebody had asked for it from what awaits a decision."""
        if approval_id := json.loads(entry.metadata or "{}").get("approvalId"):
            self.asked.remove(approval_id)

    def _note_created(self, entry):
        self.noted.append((json.loads(entry.metadata)["noteId"], entry.step_id))


class Replay:
    """All parts, from all entries; feed it entries in their order as they come."""

    def __init__(self):
        self.parts: dict[str, Replayed] = {}
        self.entries: dict[str, list[str]] = {}
        self.last_sequence = fetch("SELECT coalesce(max(sequence), 0) FROM audit_auditentry")[0][0]

    def catch_up(self, first_step_of: dict[str, str]) -> None:
        """Read the entries that are new. ``first_step_of`` names each path's first step."""
        query = f"SELECT {', '.join(Entry._fields)} FROM audit_auditentry WHERE sequence > %s ORDER BY sequence"
        for entry in map(Entry._make, fetch(query, self.last_sequence)):
            self.last_sequence = entry.sequence
            if entry.action == "serial_created":
                for number in range(entry.batch_start, entry.batch_start + entry.batch_quantity):
                    serial_id = f"SN-{number:05d}"
                    assert serial_id not in self.parts, "a number was given twice"
                    first = first_step_of[entry.path_id]
                    self.parts[serial_id] = Replayed(at=first, statuses={first: "in_progress"})
                    self.entries[serial_id] = [entry.entry_id]
            elif entry.serial_id:  # else it is about a product
                self.parts[entry.serial_id].apply(entry)
                self.entries[entry.serial_id].append(entry.entry_id)
