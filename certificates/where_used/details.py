"""The statement that says of parts when and why they are meant, with what lists show of a part."""

# ruff: noqa: S608 - put together from what stands in this package; values are parameters

from collections.abc import Sequence

from django.db import connection

from audit.bulk import GivenRows
from certificates.where_used.conditions import (
    NUMBER,
    OF_THEIR_JOBS,
    PLACES,
    Sql,
    certificates,
    in_window,
    joined,
    moment,
    of_entries,
    places,
)
from certificates.where_used.questions import Question
from shopplanr.ids import serial_id

AT_STEP = "at_step"
"""What is said of a part that was at the step, beside the actions of the audit trail."""

_LISTED = {"sqlite": "group_concat", "postgresql": "string_agg"}
"""What each engine calls the aggregate that writes values one after the other."""

_NO_MOMENT = "CAST(NULL AS timestamp with time zone)"

_PAGE = GivenRows("wanted", number="bigint", id="text")

# Grouped twice, so that the engine need not sort what it lists.
_CARRYING = Sql("""
    SELECT attachment.serial_id AS number, min(attachment.since) AS since, max(attachment.until) AS until,
           sum(attachment.times) AS times, {listing}(attachment.certificate_id, ',') AS what
    FROM (
        SELECT serial_id, certificate_id, min(attached_at) AS since, max(attached_at) AS until, count(*) AS times
        FROM certificates_certattachment
        WHERE certificate_id IN ({such}) AND {of_page}
        GROUP BY serial_id, certificate_id
    ) attachment
    GROUP BY attachment.serial_id
""")

_HAPPENED = Sql(f"""
    SELECT part.number, min(part.since) AS since,
           CASE WHEN sum(part.going_on) > 0 THEN {_NO_MOMENT} ELSE max(part.until) END AS until,
           sum(part.times) AS times, {{listing}}(part.what, ',') AS what
    FROM ({{parts}}) part
    GROUP BY part.number
""")

_ENTRIES = Sql(f"""
    SELECT {NUMBER} AS number, entry.action AS what, entry.since, entry.until, entry.times, 0 AS going_on
    FROM (
        SELECT entry.serial_id, entry.action, min(entry.timestamp) AS since, max(entry.timestamp) AS until,
               count(*) AS times
        FROM audit_auditentry entry
        WHERE entry.serial_id <> '' AND {{of_page}} AND {{conditions}}
        GROUP BY entry.serial_id, entry.action
    ) entry
""")

# One entry stands for a whole batch.
_BATCHES = Sql("""
    SELECT made.number, entry.action, entry.timestamp, entry.timestamp, 1, 0
    FROM audit_auditentry entry
    JOIN serials_serial made
        ON made.number >= entry.batch_start AND made.number < entry.batch_start + entry.batch_quantity
    WHERE entry.batch_start IS NOT NULL AND {of_page} AND {conditions}
""")

# A part comes to a step once, and leaves it once. It comes to the first one by being made.
_MOVES = Sql(f"""
    SELECT {NUMBER} AS number, entry.timestamp, entry.from_step_id, entry.to_step_id
    FROM audit_auditentry entry
    WHERE {OF_THEIR_JOBS} AND entry.serial_id <> '' AND {{of_page}}
        AND (entry.from_step_id IN {PLACES} OR entry.to_step_id IN {PLACES})
""")

_STAYS = Sql(f"""
    SELECT turn.number, turn.step_id, min(turn.came) AS since, min(turn.went) AS until
    FROM (
        SELECT move.number, move.to_step_id AS step_id, move.timestamp AS came, {_NO_MOMENT} AS went
        FROM moves move WHERE move.to_step_id IN {PLACES}
        UNION ALL
        SELECT move.number, move.from_step_id, {_NO_MOMENT}, move.timestamp
        FROM moves move WHERE move.from_step_id IN {PLACES}
        UNION ALL
        SELECT made.number, place.id, made.created_at, {_NO_MOMENT}
        FROM places place JOIN serials_serial made ON made.path_id = place.path_id WHERE place."order" = 0
        UNION ALL
        SELECT scrap.number, scrap.scrap_step_id, {_NO_MOMENT}, scrap.scrapped_at
        FROM serials_serial scrap WHERE scrap.scrap_step_id IN {PLACES}
        UNION ALL
        SELECT forced.number, record.step_id, {_NO_MOMENT}, forced.force_completed_at
        FROM places place
        JOIN serials_stepstatus record ON record.step_id = place.id AND record.status = 'in_progress'
        JOIN serials_serial forced ON forced.number = record.serial_id AND forced.force_completed
    ) turn
    GROUP BY turn.number, turn.step_id
""")

_THERE = Sql(f"""
    SELECT stay.number, '{AT_STEP}' AS what, stay.since, stay.until, 1 AS times,
           CASE WHEN stay.until IS NULL THEN 1 ELSE 0 END AS going_on
    FROM stays stay WHERE stay.since IS NOT NULL AND {{overlapping}}
    UNION ALL
    SELECT {NUMBER}, entry.action, entry.timestamp, entry.timestamp, 1, 0
    FROM audit_auditentry entry
    WHERE {OF_THEIR_JOBS} AND entry.action = 'deferred_step_completed' AND {{of_page}} AND entry.step_id IN {PLACES}
        AND {{window}}
""")

_PARTS = Sql("""
    WITH {ctes}
    SELECT part.number, part.job_id, part.path_id, part.current_step_index, part.status, part.scrap_reason,
           part.force_completed, part.created_at, {columns},
           job.name AS job_name, path.name AS path_name, step.name AS step_name, step.assigned_to_id
    FROM serials_serial part {joins}
    JOIN serials_job job ON job.id = part.job_id
    JOIN serials_path path ON path.id = part.path_id
    LEFT JOIN serials_step step ON step.path_id = part.path_id AND step."order" = part.current_step_index
    WHERE {conditions}
    ORDER BY part.number
""")


def statement(question: Question, *, numbers: Sequence[int] | None = None, job_id: str = "", status: str = "") -> Sql:
    """Return it, for the parts that have these numbers, or for all of those that are meant."""
    ctes, joins = [], []
    page = numbers is not None
    if page:
        vendor = connection.vendor
        parameters = _PAGE.parameters(vendor, [(number, serial_id(number)) for number in numbers])
        ctes.append(Sql(f"page AS (SELECT wanted.number, wanted.id FROM {_PAGE.sql(vendor)})", tuple(parameters)))
        joins.append("JOIN page ON page.number = part.number")
    if question.is_about_certificates:
        carrying = _CARRYING.fill(such=certificates(question), of_page=_of_page(page, "serial_id", "number"))
        ctes.append(_named("carrying", carrying))
        joins.append("JOIN carrying ON carrying.number = part.number")
    if question.is_at_a_step:
        ctes.append(_named("places", places(question)))
    if question.is_about_events:
        ctes += _events(question, page)
        joins.append("JOIN happened ON happened.number = part.number")
    asked = (("job_id", job_id), ("status", status))
    conditions = [Sql("1 = 1"), *(Sql(f"part.{column} = %s", (value,)) for column, value in asked if value)]
    return _PARTS.fill(
        ctes=joined(", ", ctes),
        columns=Sql(_columns(question)),
        joins=Sql(" ".join(joins)),
        conditions=joined(" AND ", conditions),
    )


def _named(name: str, query: Sql) -> Sql:
    """Return a part of a WITH. A name in braces is what the engine calls its listing aggregate."""
    return Sql(f"{name} AS ({query.text.replace('{listing}', _LISTED[connection.vendor])})", query.parameters)


def _of_page(page: bool, column: str, key: str) -> Sql:
    return Sql(f"{column} IN (SELECT page.{key} FROM page)" if page else "1 = 1")


def _events(question: Question, page: bool) -> list[Sql]:
    of_page = _of_page(page, "entry.serial_id", "id")
    if question.is_at_a_step and not question.operator:
        there = _THERE.fill(overlapping=_overlapping(question), of_page=of_page, window=in_window(question))
        return [
            _named("moves", _MOVES.fill(of_page=of_page)),
            _named("stays", _STAYS),
            _named("happened", _HAPPENED.fill(parts=there)),
        ]
    parts = _ENTRIES.fill(of_page=of_page, conditions=of_entries(question))
    if not question.is_at_a_step:
        batches = _BATCHES.fill(of_page=_of_page(page, "made.number", "number"), conditions=of_entries(question))
        parts = joined(" UNION ALL ", [parts, batches])
    return [_named("happened", _HAPPENED.fill(parts=parts))]


def _overlapping(question: Question) -> Sql:
    """Return that a stay lies in the window, with one end or the other or neither."""
    conditions = [Sql("1 = 1")]
    if question.before:
        conditions.append(Sql("stay.since < %s", (moment(question.before),)))
    if question.since:
        conditions.append(Sql("(stay.until IS NULL OR stay.until >= %s)", (moment(question.since),)))
    return joined(" AND ", conditions)


def _columns(question: Question) -> str:
    """Return when and why. Where both are asked for, what happened says when."""
    when = "happened" if question.is_about_events else "carrying"
    return ", ".join(
        (
            f"{when}.since, {when}.until, {when}.times",
            f"{'carrying.what' if question.is_about_certificates else 'NULL'} AS certificates",
            f"{'happened.what' if question.is_about_events else 'NULL'} AS events",
        )
    )
