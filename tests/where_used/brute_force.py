"""The answer found by looking at every row, in plain Python: slow, short, and written from the definition alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from audit.models import AuditEntry
from certificates.models import CertAttachment, Certificate
from certificates.where_used import Question
from serials.models import Path, Serial, SerialStatus, Step


@dataclass(frozen=True)
class Match:
    """One reason why a part is meant. ``until`` None: it goes on."""

    what: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Meant:
    """A part that is meant, as far as an answer tells of it."""

    number: int
    status: str
    since: datetime
    until: datetime | None
    times: int
    certificates: list[str] | None
    events: list[str] | None


class Shop:
    """All rows, read once."""

    def __init__(self):
        self.serials = list(Serial.objects.order_by("number"))
        self.entries = list(AuditEntry.objects.order_by("sequence"))
        self.attachments = list(CertAttachment.objects.all())
        self.certificates = list(Certificate.objects.all())
        self.steps = {step.pk: step for step in Step.objects.all()}
        self.first_steps = {path.pk: path.steps.order_by("order")[0].pk for path in Path.objects.all()}

    def meant(self, question: Question) -> list[Meant]:
        """Return the parts that are meant, by number."""
        found = []
        for serial in self.serials:
            carried = happened = None
            if question.certificate or question.heat or question.issuer:
                carried = list(self._carried(serial, question))
                if not carried:
                    continue
            if question.operator or question.step_id or question.step_name or question.since or question.before:
                happened = list(self._happened(serial, question))
                if not happened:
                    continue
            matches = happened or carried
            ends = [match.until for match in matches]
            found.append(
                Meant(
                    number=serial.number,
                    status=serial.status,
                    since=min(match.since for match in matches),
                    until=None if None in ends else max(ends),
                    times=len(matches),
                    certificates=None if carried is None else sorted({match.what for match in carried}),
                    events=None if happened is None else sorted({match.what for match in happened}),
                )
            )
        return found

    def _carried(self, serial: Serial, question: Question) -> Iterator[Match]:
        series = {each.pk: each.first_revision_id or each.pk for each in self.certificates}
        such = set(series.values())
        if question.certificate:
            such &= {series.get(question.certificate)}
        if question.heat or question.issuer:
            such &= {
                series[each.pk]
                for each in self.certificates
                if question.heat.lower() in ("", each.heat_lot.lower())
                and question.issuer.lower() in ("", each.issuer.lower())
            }
        for attachment in self.attachments:
            if attachment.serial_id == serial.number and series[attachment.certificate_id] in such:
                yield Match(attachment.certificate_id, attachment.attached_at, attachment.attached_at)

    def _happened(self, serial: Serial, question: Question) -> Iterator[Match]:
        at = None
        if question.step_id or question.step_name:
            at = {
                step.pk
                for step in self.steps.values()
                if question.step_id in ("", step.pk) and question.step_name in ("", step.name)
            }
        if at is not None and not question.operator:
            yield from self._was_there(serial, at, question)
            return
        for entry in self._about(serial):
            if not in_window(entry.timestamp, question):
                continue
            if question.operator and question.operator not in (entry.user_id, entry.called_by):
                continue
            if at is not None and not {entry.step_id, entry.from_step_id} & at:
                continue
            yield Match(entry.action, entry.timestamp, entry.timestamp)

    def _about(self, serial: Serial) -> list[AuditEntry]:
        return [
            entry
            for entry in self.entries
            if entry.serial_id == serial.id
            or (entry.batch_start and entry.batch_start <= serial.number < entry.batch_start + entry.batch_quantity)
        ]

    def _was_there(self, serial: Serial, at: set[str], question: Question) -> Iterator[Match]:
        """Follow the part along its path."""
        here, came = self.first_steps[serial.path_id], serial.created_at
        for entry in self._about(serial):
            if (
                entry.action == "deferred_step_completed"
                and entry.step_id in at
                and in_window(entry.timestamp, question)
            ):
                yield Match(entry.action, entry.timestamp, entry.timestamp)
            if entry.action in ("serial_advanced", "serial_completed"):
                assert entry.from_step_id == here
                if here in at and overlaps(came, entry.timestamp, question):
                    yield Match("at_step", came, entry.timestamp)
                here, came = entry.to_step_id, entry.timestamp
        went = None
        if serial.status == SerialStatus.SCRAPPED:
            went = serial.scrapped_at
        elif serial.force_completed:
            went = serial.force_completed_at
        if here in at and overlaps(came, went, question):
            yield Match("at_step", came, went)


def in_window(moment: datetime, question: Question) -> bool:
    """Tell whether it lies in the window, whose end is not in it."""
    return not (question.since and moment < question.since) and not (question.before and moment >= question.before)


def overlaps(came: datetime, went: datetime | None, question: Question) -> bool:
    """Tell whether something was there in the window."""
    return not (question.before and came >= question.before) and not (question.since and went and went < question.since)
