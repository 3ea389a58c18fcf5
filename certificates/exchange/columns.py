"""The columns of a file: which there can be, and which there are."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Model

from certificates.exchange.cells import Assumed, UnusableCell, text
from certificates.exchange.tables import Cell, Row, Table, Unreadable, column_name, is_blank
from certificates.gtin import normalized
from certificates.models import NAME_MAX_LENGTH
from certificates.refusals import InvalidGtin
from shopplanr.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the field that the service knows it by, the words above it, and how its cells are read and written."""

    field: str
    heading: str
    of: Callable[[Model], object]
    """What a record has there."""
    example: Cell = None
    help: str = ""
    read: Callable[[Cell], object] = text
    required: bool = False
    """Whether no file can do without it."""
    stand_in: object = None
    """A value that the service takes, so that the others in a row with a wrong one can be judged too."""
    also: Sequence[str] = ()
    """Other headings that mean it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way of a row, and in which column, where it is one."""

    sentence: str
    heading: str = ""


@dataclass(slots=True)
class Given:
    """A row as it was read: values by field, and what cannot be read."""

    number: int
    fields: dict[str, object] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    """By field; ``""`` where it is none."""

    def text(self, name: str) -> str:
        """Return a field that is text without blanks around it, ``""`` where there is none."""
        value = self.fields.get(name)
        return value.strip() if isinstance(value, str) else ""


def placed(headings: Row, rows: Sequence[Row], columns: Sequence[Column]) -> dict[int, Column]:
    """Return which column is at which place of a row.

    Raises Unreadable, with a sentence for each column that is unknown, missing, there twice, or without a heading.
    """
    known = {_key(words): column for column in columns for words in (column.heading, column.field, *column.also)}
    found: dict[int, Column] = {}
    sentences, places = [], {}
    for place, cell in enumerate(headings.cells):
        words = text(cell).strip() if not is_blank(cell) else ""
        if not words:
            if any(len(row.cells) > place and not is_blank(row.cells[place]) for row in rows):
                sentences.append(f"Column {column_name(place)} has no heading.")
            continue
        column = known.get(_key(words))
        if column is None:
            sentences.append(f"Column {column_name(place)}, {words[:60]}, is unknown.")
        elif column.field in places:
            sentences.append(
                f"{column.heading} is there twice: columns {places[column.field]} and {column_name(place)}."
            )
        else:
            found[place], places[column.field] = column, column_name(place)
    sentences += [
        f"Column {each.heading} is missing." for each in columns if each.required and each.field not in places
    ]
    if sentences:
        known_ones = ", ".join(column.heading for column in columns)
        raise Unreadable(*sentences, f"There can be: {known_ones}.")
    return found


def givens(table: Table, columns: Mapping[int, Column]) -> list[Given]:
    """Return the rows of the table, read by its columns."""
    return [_given(row, columns) for row in table.rows]


def _given(row: Row, columns: Mapping[int, Column]) -> Given:
    given = Given(row.number)
    for place, column in columns.items():
        cell = row.cells[place] if place < len(row.cells) else None
        try:
            value = column.read(cell)
        except UnusableCell as unusable:
            given.problems[column.field] = Problem(str(unusable), column.heading)
            value = column.stand_in
            if value is None:
                continue
        if isinstance(value, Assumed):
            given.notes.append(value.note)
            value = value.value
        given.fields[column.field] = value
    beyond = [place for place, cell in enumerate(row.cells) if place not in columns and not is_blank(cell)]
    if beyond:
        given.problems[""] = Problem(f"Column {column_name(beyond[0])} has something in it, and no heading.")
    return given


def judged(given: Given, columns: Sequence[Column], judge: Callable[[dict[str, object]], object]) -> object:
    """Return what ``judge`` makes of the row's fields, None where it refuses; all that it refuses is noted in the row.

    A service says the first thing that is wrong. So the field that it names is replaced by one that it takes, or left
    out, and it is asked again, until it has said everything.
    """
    known = {column.field: column for column in columns}
    fields = dict(given.fields)
    while True:
        try:
            found = judge(fields)
        except Refusal as refusal:
            faults = {name: sentences[0] for name, sentences in (refusal.errors or {}).items()}
            fresh = {name: sentence for name, sentence in faults.items() if name not in given.problems}
            if not faults:
                given.problems.setdefault("", Problem(refusal.message))
            for name, sentence in fresh.items():
                given.problems[name] = Problem(sentence, known[name].heading if name in known else "")
                fields.pop(name, None)
                if name in known and known[name].stand_in is not None:
                    fields[name] = known[name].stand_in
            if not fresh:
                return None
        else:
            return None if given.problems else found


def shown(value: object) -> str:
    """Return a value as a person reads it."""
    if value is None or value in ("", [], {}):
        return ""
    if isinstance(value, list):
        return ", ".join(value)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that becomes another one; of what is new, ``before`` is empty."""

    heading: str
    before: str
    after: str


def changes_of(record: Model, changes: Mapping[str, object], columns: Sequence[Column]) -> list[Change]:
    """Return what becomes different, under the headings of the file. The record is still as it was."""
    headings = {column.field: column.heading for column in columns}
    return [Change(headings[name], shown(getattr(record, name)), shown(value)) for name, value in changes.items()]


def number_of(given: Given) -> str | None:
    """Return the GTIN in the row in its 14 digits, None where there is none that can be one."""
    try:
        return normalized(given.text("gtin"))
    except InvalidGtin:
        return None


def worth_looking_for(texts: Iterable[str]) -> set[str]:
    """Return the texts that a database can be asked for, each once."""
    return {text for text in texts if text and "\0" not in text and len(text) <= NAME_MAX_LENGTH}


def _key(words: object) -> str:
    return re.sub(r"[\W_]+", "", str(words).casefold())
