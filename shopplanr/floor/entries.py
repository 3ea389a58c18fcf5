"""Audit entries as people read them: names in the place of ids, and links to the floor's own pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from audit.models import AuditEntry
from certificates.models import Certificate
from serials.models import Job, Step
from shopplanr.admin.people import names_of
from shopplanr.ids import serial_id


@dataclass(frozen=True, slots=True)
class Described:
    """One entry in words. ``part`` is a part's id, or the first and last of a batch; ``where`` a step, or two."""

    entry: AuditEntry
    who: str
    called_by: str
    part: str
    where: str
    job: str
    certificate: str
    why: str


@dataclass(frozen=True, slots=True)
class Names:
    """What ids stand for. What a page knows already it need not ask for again."""

    people: Mapping[str, str] | None = None
    steps: Mapping[str, str] | None = None
    jobs: Mapping[str, str] | None = None
    certificates: Mapping[str, str] | None = None


def describe(entries: Iterable[AuditEntry], known: Names | None = None) -> list[Described]:
    """Return the entries in words, in their order; four queries at most, whatever their number."""
    entries, known = list(entries), known or Names()
    people = _known(known.people, names_of, entries, "user_id", "called_by")
    steps = _known(known.steps, _names(Step), entries, "step_id", "from_step_id", "to_step_id")
    jobs = _known(known.jobs, _names(Job), entries, "job_id")
    certificates = _known(known.certificates, _names(Certificate), entries, "cert_id")
    return [
        Described(
            entry=entry,
            who=people.get(entry.user_id, entry.user_id),
            called_by=people.get(entry.called_by, entry.called_by),
            part=_part(entry),
            where=_where(entry, steps),
            job=jobs.get(entry.job_id, entry.job_id),
            certificate=certificates.get(entry.cert_id, entry.cert_id) or _fact(entry, "certification"),
            why=_why(entry),
        )
        for entry in entries
    ]


def _names(model):
    def ask(ids: set[str]) -> dict[str, str]:
        return dict(model.objects.filter(pk__in=ids).values_list("pk", "name"))

    return ask


def _known(given: Mapping[str, str] | None, ask, entries: Sequence[AuditEntry], *columns: str) -> Mapping[str, str]:
    if given is not None:
        return given
    wanted = {value for entry in entries for column in columns if (value := getattr(entry, column))}
    return ask(wanted) if wanted else {}


def _part(entry: AuditEntry) -> str:
    if entry.batch_start is not None and entry.batch_quantity:
        first, last = serial_id(entry.batch_start), serial_id(entry.batch_start + entry.batch_quantity - 1)
        return first if first == last else f"{first} to {last}"
    return entry.serial_id or _fact(entry, "gtin")


def _where(entry: AuditEntry, steps: Mapping[str, str]) -> str:
    ids = [entry.from_step_id, entry.to_step_id] if entry.from_step_id else [entry.step_id]
    return " → ".join(steps.get(each, each) for each in ids if each)


def _why(entry: AuditEntry) -> str:
    """Return what people chose and wrote. A reason may be one of ours (``out_of_tolerance``), which reads as words."""
    reason, explanation = _fact(entry, "reason"), _fact(entry, "explanation")
    if "_" in reason and reason.replace("_", "").isalpha() and reason.islower():
        reason = reason.replace("_", " ")
    return ": ".join(filter(None, (reason, explanation)))


def _fact(entry: AuditEntry, name: str) -> str:
    value = (entry.metadata or {}).get(name)
    return str(value) if value else ""
