"""Rows of the catalogue of certifications, known by their code, else by their label; and looking one up by either."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter

from django.db.models import Q, QuerySet

from certificates import certification_ids
from certificates.exchange.columns import Change, Column, Given, Problem, changes_of, judged, shown, worth_looking_for
from certificates.exchange.outcomes import Outcome, State
from certificates.models import Certification
from certificates.services import catalogue
from shopplanr.accounts.roles import Right
from shopplanr.actor import Actor

COLUMNS = (
    Column(
        *("label", "Label", attrgetter("label"), "ISO 9001", "What people call it."),
        required=True,
        stand_in="?",
    ),
    Column("code", "Code", attrgetter("code"), "ISO_9001", "A stable word for it."),
    Column("description", "Description", attrgetter("description"), "Quality management."),
    Column("url", "Address", attrgetter("url"), "https://www.iso.org/", "Where it is defined.", also=("Link",)),
    Column("logo_url", "Address of the logo", attrgetter("logo_url"), None, "http or https.", also=("Logo",)),
)


class CertificationRows:
    """Judges and writes the rows of a file of certifications."""

    def __init__(self, givens: Sequence[Given], columns: Iterable[Column], may: Callable[[Right], bool]):
        codes = worth_looking_for(given.text("code") for given in givens)
        labels = worth_looking_for(given.text("label") for given in givens)
        locked = Certification.objects.select_for_update(no_key=True).filter(Q(code__in=codes) | Q(label__in=labels))
        self._by_code, self._by_label = defaultdict(list), defaultdict(list)
        for certification in locked.order_by("pk"):
            if certification.code:
                self._by_code[certification.code].append(certification)
            self._by_label[certification.label].append(certification)
        self._rows: dict[object, int] = {}
        self._new: list[Certification] = []
        self._changed: list[tuple[Certification, Mapping[str, object]]] = []

    def judge(self, given: Given) -> Outcome:
        """Return what becomes of the row."""
        code, label = given.text("code"), given.text("label")
        title = " · ".join(filter(None, (label, code))) or "?"
        alike = self._by_code[code] if code else []
        alike = alike or [each for each in self._by_label[label] if not (code and each.code)]
        if len(alike) > 1:
            said = f"code {code}" if code and alike[0].code == code else f"label {label}"
            given.problems[""] = Problem(
                f"{len(alike)} certifications have the {said}: it cannot be told which is meant."
            )
        stored = alike[0] if len(alike) == 1 else None
        key = stored.pk if stored else (code or label)
        if key in self._rows:
            given.problems.setdefault("", Problem(f"Row {self._rows[key]} has this certification already."))
        if key:
            self._rows.setdefault(key, given.number)
        if stored:
            changes = judged(given, COLUMNS, lambda fields: catalogue.changes(stored, fields))
            if not changes:
                return Outcome.of(given, State.REFUSED if given.problems else State.SAME, title)
            self._changed.append((stored, changes))
            return Outcome.of(given, State.CHANGED, title, changes_of(stored, changes, COLUMNS))
        certification = judged(given, COLUMNS, catalogue.prepared)
        if certification is None:
            return Outcome.of(given, State.REFUSED, title)
        self._new.append(certification)
        facts = [(column.heading, shown(column.of(certification))) for column in COLUMNS[2:]]
        return Outcome.of(given, State.NEW, title, [Change(heading, "", value) for heading, value in facts if value])

    def write(self, actor: Actor, reason: str) -> None:
        """Take up the new ones and change the others."""
        catalogue.write_all(self._new, self._changed, actor, reason)


class Catalogue:
    """The certifications that words name: an id in either of its forms, else a label or a code."""

    def __init__(self, words: Iterable[str] | None = None):
        """Look up what these words name, or all there are; one query."""
        rows = Certification.objects.all()
        if words is not None:
            named = worth_looking_for(words)
            ids = {key for word in named if (key := certification_ids.read(word))}
            rows = rows.filter(Q(pk__in=ids) | Q(label__in=named) | Q(code__in=named))
        self._by_id = {certification.pk: certification for certification in rows}
        self._by_words: dict[str, dict] = defaultdict(dict)
        for certification in self._by_id.values():
            for word in filter(None, (certification.label, certification.code)):
                self._by_words[word][certification.pk] = certification

    def named(self, words: str) -> list[Certification]:
        """Return which certifications the words can mean."""
        by_id = self._by_id.get(certification_ids.read(words))
        return [by_id] if by_id else list(self._by_words.get(words, {}).values())

    def words_for(self, certification: Certification) -> str:
        """Return the words that name this certification and no other: its label where that will do, else its id."""
        return certification.label if len(self.named(certification.label)) == 1 else certification.short_id


def in_order(rows: QuerySet[Certification]) -> QuerySet[Certification]:
    """Return certifications as a file has them: by label."""
    return rows.order_by("label", "id")
