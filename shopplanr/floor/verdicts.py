"""What a scan is answered with: the verdict, a sentence, and facts to show beside it."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime

from shopplanr.floor.models import Scan


@dataclass(frozen=True, slots=True)
class PartFacts:
    """The part that was scanned, as it stands behind the scan; spelled as in lists."""

    id: str
    job_id: str
    job_name: str
    path_id: str
    path_name: str
    status: str
    current_step_index: int
    current_step_name: str
    location: str = ""


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """The certificate that was scanned, or that the part was to get."""

    id: str
    name: str
    type: str


@dataclass(frozen=True, slots=True)
class JobFacts:
    """The job that was scanned."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a scan.

    ``verdict`` is one of ``ScanVerdict`` and ``reason`` a stable word: ``advanced``, ``completed``, ``attached``,
    ``already_attached``, ``found``, ``elsewhere``, ``certificate_in_hand``, ``job_found``, ``unknown_code``, ``empty``,
    ``too_long``, or the code of the refusal. ``message`` tells the person what to do next. ``kind``: what the code
    names. ``next_step_…``: where a part goes that was finished here. ``url``: the page to open, on this site.
    ``repeated``: the same scan came a moment ago, this is its verdict, and nothing has happened again.
    """

    verdict: str
    reason: str
    message: str
    kind: str = ""
    serial: PartFacts | None = None
    certificate: CertificateFacts | None = None
    job: JobFacts | None = None
    next_step_name: str = ""
    next_step_location: str = ""
    url: str = ""
    # what the stored scan knows
    id: str = ""
    code: str = ""
    scanned_at: datetime | None = None
    repeated: bool = False

    @property
    def facts(self) -> dict[str, object] | None:
        """What a scan keeps of the answer beside its own columns; None where there is nothing."""
        return {name: value for name, value in asdict(self).items() if name in _FACTS and value} or None

    def of(self, scan: Scan, *, repeated: bool = False) -> "Verdict":
        """Return the verdict with what its stored scan knows."""
        return replace(self, id=scan.scan_id, code=scan.code, scanned_at=scan.scanned_at, repeated=repeated)


_FACTS = frozenset({"serial", "certificate", "job", "next_step_name", "next_step_location", "url"})
_SHAPES = {"serial": PartFacts, "certificate": CertificateFacts, "job": JobFacts}


def repeated(scan: Scan) -> Verdict:
    """Return a stored scan's verdict once more, as it was."""
    facts = {name: _SHAPES[name](**fact) if name in _SHAPES else fact for name, fact in (scan.facts or {}).items()}
    verdict = Verdict(scan.verdict, scan.reason, scan.message, kind=scan.kind, **facts)
    return verdict.of(scan, repeated=True)
