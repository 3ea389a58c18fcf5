"""Rows of certificates. A certificate never changes, so a row is a new one, or one that is recorded already."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter

from django.db.models import QuerySet

from certificates.exchange import cells
from certificates.exchange.columns import Change, Column, Given, Problem, judged, shown, worth_looking_for
from certificates.exchange.outcomes import Outcome, State
from certificates.models import Certificate
from certificates.services import certificates
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor

COLUMNS = (
    Column(
        *("type", "Type", attrgetter("type"), "material", "material or process."),
        read=cells.word,
        required=True,
        stand_in="material",
    ),
    Column(
        "name", "Name", attrgetter("name"), "17-4PH bar, 60 mm", "What people call it.", required=True, stand_in="?"
    ),
    Column("number", "Number", attrgetter("number"), "A-4711/24", "As its issuer counts them."),
    Column("issuer", "Issuer", attrgetter("issuer"), "Aldine Steel", "Who vouches."),
    Column(
        "heatLot", "Heat or lot", attrgetter("heat_lot"), "H-88231", "Of the material or the charge.", also=("Heat",)
    ),
    Column(
        "en10204Type", "EN 10204 type", attrgetter("en10204_type"), "3.1", "2.1, 2.2, 3.1 or 3.2.", also=("EN 10204",)
    ),
    Column("issueDate", "Issued on", attrgetter("issue_date"), "2024-01-15", "A day.", read=cells.day),
    Column("validFrom", "Valid from", attrgetter("valid_from"), None, "The first day.", read=cells.day),
    Column("validTo", "Valid to", attrgetter("valid_to"), None, "The last day.", read=cells.day),
    Column(
        *("metadata", "Metadata", lambda certificate: certificate.metadata or None, '{"supplier": "Aldine"}'),
        help="A JSON object.",
        read=cells.json_object,
    ),
)

KEY = ("type", "number", "issuer", "heat_lot", "name")
"""What makes two certificates the same one."""


class CertificateRows:
    """Judges and writes the rows of a file of certificates."""

    def __init__(self, givens: Sequence[Given], columns: Iterable[Column], may: Callable[[Right], bool]):
        self._columns = list(columns)
        self._stored: dict[tuple, list[Certificate]] = defaultdict(list)
        names = worth_looking_for(given.text("name") for given in givens)
        for certificate in Certificate.objects.filter(name__in=names).order_by("created_at", "id"):
            self._stored[_key(certificate)].append(certificate)
        self._earlier: dict[tuple, list[tuple[int, Certificate]]] = defaultdict(list)
        self._new: list[Certificate] = []

    def judge(self, given: Given) -> Outcome:
        """Return what becomes of the row."""
        title = " · ".join(filter(None, map(given.text, ("name", "number")))) or "?"
        certificate = judged(given, COLUMNS, certificates.prepared)
        if certificate is None:
            return Outcome.of(given, State.REFUSED, title)
        alike = self._stored[_key(certificate)]
        if same := next((each for each in alike if not self._differing(each, certificate)), None):
            given.notes.append(f"Recorded already, as {same.pk}.")
            return Outcome.of(given, State.SAME, title)
        earlier = self._earlier[_key(certificate)]
        if same_row := next((row for row, each in earlier if not self._differing(each, certificate)), None):
            given.notes.append(f"The same as row {same_row}.")
            return Outcome.of(given, State.SAME, title)
        if certificate.number and (alike or earlier):
            where = f"recorded already, as {alike[0].pk}," if alike else f"in row {earlier[0][0]}"
            other = alike[0] if alike else earlier[0][1]
            given.problems[""] = Problem(
                f"A certificate of this number is {where} with another {self._differing(other, certificate)}. "
                "A certificate never changes: what was wrong in one is put right by a new revision of it."
            )
            return Outcome.of(given, State.REFUSED, title)
        earlier.append((given.number, certificate))
        self._new.append(certificate)
        return Outcome.of(given, State.NEW, title, self._facts(certificate))

    def write(self, actor: Actor, reason: str) -> None:
        """Record the new ones."""
        certificates.record_all(self._new, actor, reason)

    def _differing(self, one: Certificate, other: Certificate) -> str:
        return ", ".join(column.heading for column in self._columns if column.of(one) != column.of(other))

    def _facts(self, certificate: Certificate) -> list[Change]:
        values = [(column.heading, shown(column.of(certificate))) for column in self._columns]
        return [Change(heading, "", value) for heading, value in values if value and heading != "Name"]


def in_order(rows: QuerySet[Certificate]) -> QuerySet[Certificate]:
    """Return certificates as a file has them: oldest first."""
    return rows.order_by("created_at", "id")


def _key(certificate: Certificate) -> tuple:
    return tuple(getattr(certificate, name) for name in KEY)
