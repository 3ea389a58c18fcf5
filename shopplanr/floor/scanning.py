"""What a scan does: the one rule behind every scanner, page and program.

With a station, the part that stands there is finished there; with a certificate in hand, the part gets it; without
either, it is looked up. Every scan is answered with a verdict and kept, in the transaction of what it did.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils.text import Truncator

from certificates.models import CertAttachment, Certificate
from certificates.services import attaching
from serials.models import Job, Serial, SerialStatus, Step
from serials.models.routes import NAME_MAX_LENGTH
from serials.services import advancement, parts
from shopplanr import clock
from shopplanr.accounts.roles import Right, refusal_sentence
from shopplanr.actor import ANONYMOUS, Actor
from shopplanr.floor import codes, verdicts
from shopplanr.floor.codes import CODE_MAX_LENGTH, Kind, Meaning
from shopplanr.floor.models import Scan, ScanVerdict
from shopplanr.floor.verdicts import CertificateFacts, JobFacts, PartFacts, Verdict
from shopplanr.ids import ID_MAX_LENGTH
from shopplanr.lookup import get_or_refuse
from shopplanr.refusals import Forbidden, Refusal
from shopplanr.watch import exchange

SAME_SCAN = timedelta(seconds=2)
"""The same code by the same person at the same place within this time is one scan: triggers bounce, and so do hands."""

SHOWN_CHARACTERS = 60
"""How much of a code that is not ours stands in the sentence about it."""

DONE, NEEDS_ANSWER, REFUSED, UNKNOWN = ScanVerdict


@dataclass(frozen=True, slots=True)
class _Reading:
    """What was read, and the circumstances."""

    code: str
    station: str
    certificate_id: str
    actor: Actor
    may: Callable[[Right], bool]

    @property
    def named_actor(self) -> Actor:
        """The actor as the contract lets a kiosk advance parts: without a name."""
        return self.actor if self.actor.user_id else replace(self.actor, user_id=ANONYMOUS)

    @property
    def who(self) -> dict[str, str]:
        """Who scanned, in the columns of a scan."""
        actor = self.named_actor
        called_by = "" if actor.called_by == actor.user_id else actor.called_by
        return {"user_id": actor.user_id, "called_by": called_by, "credential": actor.credential}

    @property
    def where(self) -> dict[str, str]:
        """What else makes two scans the same, in the columns of a scan."""
        return {
            "code": self.code[:CODE_MAX_LENGTH],
            "station": self.station,
            "cert_in_hand": self.certificate_id,
        }

    def require(self, right: Right) -> None:
        """Raise Forbidden, with whom to ask, where the person lacks the right."""
        if not self.may(right):
            raise Forbidden(refusal_sentence(right))


def scan(
    code: str,
    station: str,
    actor: Actor,
    may: Callable[[Right], bool],
    *,
    own_hosts: Iterable[str],
    certificate_id: str = "",
    moment: datetime | None = None,
) -> Verdict:
    """Do what a scan means, keep it, and return the verdict; refusals are verdicts too, none is raised.

    ``code`` is as the scanner sent it. ``station`` is the name of the step where it stands, ``certificate_id`` the
    certificate that was scanned before and is now given to parts; either may be empty. ``may`` tells whether the person
    has a right. ``own_hosts`` are the names under which this site is called, ``moment`` is when the scan arrived.
    """
    moment = moment or clock.now()
    raw = code.replace("\0", "")
    plain = codes.normalized(raw, settings.SCAN_PREFIX, settings.SCAN_SUFFIX)
    reading = _Reading(plain, _storable(station, NAME_MAX_LENGTH), _storable(certificate_id), actor, may)
    with transaction.atomic():
        _take_turn(reading)
        if first := _just_now(reading, moment):
            return verdicts.repeated(first)
        meaning = codes.meaning_of(plain, own_hosts)
        verdict = _carry_out(reading, meaning)
        kept = Scan.objects.create(
            **reading.where,
            **reading.who,
            raw=raw[:CODE_MAX_LENGTH],
            kind=verdict.kind,
            record_id=meaning.id if meaning else "",
            verdict=verdict.verdict,
            reason=verdict.reason,
            message=verdict.message,
            facts=verdict.facts,
            scanned_at=moment,
        )
    return verdict.of(kept)


def _storable(text: str, max_length: int = ID_MAX_LENGTH) -> str:
    return text.replace("\0", "").strip()[:max_length]


def _take_turn(reading: _Reading) -> None:
    """Wait until nobody else is about to answer the same scan, so that the second of two finds the first.

    (On SQLite the transaction itself is exclusive from its first statement.)
    """
    if connection.vendor != "postgresql":
        return
    same = repr([*reading.where.values(), *reading.who.values()])
    key = int.from_bytes(blake2b(same.encode("utf-8", "backslashreplace"), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])


def _just_now(reading: _Reading, moment: datetime) -> Scan | None:
    """Return the scan that this one repeats. Both arrived within ``SAME_SCAN``, however long the first one took."""
    window = (moment - SAME_SCAN, moment + SAME_SCAN)
    same = Scan.objects.filter(scanned_at__range=window, **reading.where, **reading.who)
    return same.order_by("-sequence").first()


def _carry_out(reading: _Reading, meaning: Meaning | None) -> Verdict:
    if not reading.code:
        return Verdict(UNKNOWN, "empty", "Nothing was read. Scan the code again.")
    if len(reading.code) > CODE_MAX_LENGTH:
        return Verdict(UNKNOWN, "too_long", "This code is longer than any of ours. Scan the label of the part.")
    if meaning is None:
        shown = Truncator(reading.code).chars(SHOWN_CHARACTERS)
        message = f"Unknown code: {shown}. Scan the label of a part, a certificate or a job."
        return Verdict(UNKNOWN, "unknown_code", message)
    rule = {Kind.SERIAL: _part, Kind.CERTIFICATE: _certificate, Kind.JOB: _job}[meaning.kind]
    try:
        return rule(reading, meaning.id)
    except Refusal as refusal:
        return _refused(refusal, Verdict(REFUSED, refusal.code, refusal.message, kind=meaning.kind))


def _refused(refusal: Refusal, about: Verdict) -> Verdict:
    exchange.refused(refusal.code)
    return replace(about, verdict=REFUSED, reason=refusal.code, message=refusal.message)


# --- A certificate, a job


def _certificate(reading: _Reading, certificate_id: str) -> Verdict:
    """Take the certificate in hand."""
    certificate = get_or_refuse(Certificate.objects.all(), certificate_id, "Certificate")
    about = Verdict(
        NEEDS_ANSWER,
        "certificate_in_hand",
        "Now scan the parts that get it.",
        kind=Kind.CERTIFICATE,
        certificate=_certificate_facts(certificate),
        url=reverse("floor:certificate", args=[certificate.id]),
    )
    try:
        reading.require(Right.ATTACH)
    except Forbidden as refusal:
        return _refused(refusal, about)
    return about


def _certificate_facts(certificate: Certificate) -> CertificateFacts:
    return CertificateFacts(id=certificate.id, name=certificate.name, type=certificate.type)


def _job(reading: _Reading, job_id: str) -> Verdict:
    job = get_or_refuse(Job.objects.all(), job_id, "Job")
    return Verdict(
        DONE,
        "job_found",
        f"This is job {job.name}.",
        kind=Kind.JOB,
        job=JobFacts(id=job.id, name=job.name),
        url=reverse("floor:job", args=[job.id]),
    )


# --- A part


def _part(reading: _Reading, serial_id: str) -> Verdict:
    """Give it the certificate in hand, or finish it at the station, or say where it is."""
    rows = Serial.objects.select_related("job", "path")
    changes = bool(reading.certificate_id or reading.station)
    if changes:  # what is said of the part must be true when it is changed
        rows = rows.select_for_update(no_key=True, of=("self",))
    serial = parts.find(serial_id, "SerialNumber", rows)
    steps = list(Step.objects.filter(path=serial.path_id).order_by("order"))
    about = Verdict(
        DONE,
        "found",
        f"{serial.id} {_whereabouts(serial, steps)}.",
        kind=Kind.SERIAL,
        serial=_part_facts(serial, steps),
        url=reverse("floor:serial", args=[serial.id]),
    )
    if not changes:
        return about
    try:
        with transaction.atomic():
            if reading.certificate_id:
                return _attach(reading, serial, about)
            return _finish(reading, serial, steps, about)
    except Refusal as refusal:
        return _refused(refusal, about)


def _attach(reading: _Reading, serial: Serial, about: Verdict) -> Verdict:
    reading.require(Right.ATTACH)
    certificate = get_or_refuse(Certificate.objects.all(), reading.certificate_id, "Certificate")
    earlier = CertAttachment.objects.filter(serial=serial.pk, certificate=certificate.pk).values_list("pk", flat=True)
    already = set(earlier)
    attachment = attaching.attach(serial.id, certificate.pk, reading.actor)
    about = replace(about, certificate=_certificate_facts(certificate))
    if attachment.pk in already:
        message = f"{serial.id} had {certificate.name} at this step already. Scan the next part."
        return replace(about, reason="already_attached", message=message)
    return replace(about, reason="attached", message=f"{serial.id} has {certificate.name} now. Scan the next part.")


def _finish(reading: _Reading, serial: Serial, steps: Sequence[Step], about: Verdict) -> Verdict:
    """Move the part on where it stands at the station. What has left its path is refused by the service itself."""
    index = serial.current_step_index
    if serial.status == SerialStatus.IN_PROGRESS and steps[index].name != reading.station:
        message = f"{serial.id} {_whereabouts(serial, steps)}, not at {reading.station}."
        return replace(about, verdict=NEEDS_ANSWER, reason="elsewhere", message=message)
    reading.require(Right.ADVANCE)
    moved = advancement.advance(serial.id, reading.named_actor, expected_step_index=index)
    moved.job, moved.path = serial.job, serial.path
    about = replace(about, serial=_part_facts(moved, steps))
    if moved.status == SerialStatus.COMPLETED:
        return replace(about, reason="completed", message=f"{serial.id} is done here, and completed: no step is left.")
    following = steps[moved.current_step_index]
    place = ", ".join(filter(None, (following.name, following.location)))
    return replace(
        about,
        reason="advanced",
        message=f"{serial.id} is done here. Next: {place}.",
        next_step_name=following.name,
        next_step_location=following.location,
    )


def _part_facts(serial: Serial, steps: Sequence[Step]) -> PartFacts:
    here = steps[serial.current_step_index] if serial.status == SerialStatus.IN_PROGRESS else None
    return PartFacts(
        id=serial.id,
        job_id=serial.job_id,
        job_name=serial.job.name,
        path_id=serial.path_id,
        path_name=serial.path.name,
        status=serial.status.replace("_", "-"),
        current_step_index=serial.current_step_index,
        current_step_name=here.name if here else SerialStatus(serial.status).label,
        location=here.location if here else "",
    )


def _whereabouts(serial: Serial, steps: Sequence[Step]) -> str:
    """Return where the part is, as the rest of a sentence about it."""
    if serial.status == SerialStatus.COMPLETED:
        return "is completed"
    step = steps[serial.current_step_index]
    if serial.status == SerialStatus.SCRAPPED:
        return f"was scrapped at {step.name}"
    return f"is at {step.name} ({step.location})" if step.location else f"is at {step.name}"
