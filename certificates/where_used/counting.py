"""The statement that says which parts are meant: how many in each state, and the numbers of a page of them."""

# ruff: noqa: S608 - put together from what stands in this package; values are parameters

from datetime import datetime

from django.db import connection

from certificates.where_used.conditions import (
    NUMBER,
    OF_THEIR_JOBS,
    PLACES,
    Sql,
    certificates,
    joined,
    moment,
    of_entries,
    places,
)
from certificates.where_used.questions import Question

_CARRY = Sql("SELECT attachment.serial_id FROM certificates_certattachment attachment WHERE certificate_id IN ({such})")

# Each part once before its number is read off: a million entries are about a hundred thousand parts.
_TOLD_OF = Sql(
    f"SELECT {NUMBER} FROM (SELECT DISTINCT entry.serial_id FROM audit_auditentry entry "
    "WHERE entry.serial_id <> '' AND {conditions}) entry"
)

# One entry stands for a whole batch, whose parts have numbers without gaps.
_OF_BATCHES = {
    "postgresql": Sql(
        "SELECT generate_series(entry.batch_start, entry.batch_start + entry.batch_quantity - 1) "
        "FROM audit_auditentry entry WHERE entry.batch_start IS NOT NULL AND {conditions}"
    ),
    "sqlite": Sql(
        "SELECT made.number FROM audit_auditentry entry JOIN serials_serial made "
        "ON made.number >= entry.batch_start AND made.number < entry.batch_start + entry.batch_quantity "
        "WHERE entry.batch_start IS NOT NULL AND {conditions}"
    ),
}

# Whoever came to a step has a record of it that is in progress or completed; so has whoever did its work after all.
_WERE_THERE = Sql(
    f"SELECT record.serial_id FROM serials_stepstatus record WHERE record.step_id IN {PLACES} "
    "AND record.status IN ('in_progress', 'completed')"
)

# Read once for all that follows. A part comes to a step once, and leaves it once. It comes to the first by being made.
_MOVES = Sql(
    f"SELECT {NUMBER} AS number, entry.timestamp, entry.from_step_id, entry.to_step_id, entry.action "
    f"FROM audit_auditentry entry WHERE {OF_THEIR_JOBS} AND entry.serial_id <> '' "
    f"AND (entry.from_step_id IN {PLACES} OR entry.to_step_id IN {PLACES} "
    f"OR (entry.action = 'deferred_step_completed' AND entry.step_id IN {PLACES})) AND {{before}}"
)

_HAD_COME = Sql(
    f"SELECT move.number, move.to_step_id AS step_id FROM moves move WHERE move.to_step_id IN {PLACES} "
    "UNION ALL "
    "SELECT made.number, place.id FROM places place JOIN serials_serial made ON made.path_id = place.path_id "
    'WHERE place."order" = 0 AND {made}'
)

_HAD_LEFT = Sql(
    "SELECT move.number, move.from_step_id FROM moves move "
    f"WHERE move.from_step_id IN {PLACES} AND move.timestamp < %s "
    "UNION ALL "
    "SELECT scrap.number, scrap.scrap_step_id FROM serials_serial scrap "
    f"WHERE scrap.scrap_step_id IN {PLACES} AND scrap.scrapped_at < %s "
    "UNION ALL "
    "SELECT forced.number, record.step_id FROM places place "
    "JOIN serials_stepstatus record ON record.step_id = place.id AND record.status = 'in_progress' "
    "JOIN serials_serial forced ON forced.number = record.serial_id "
    "WHERE forced.force_completed AND forced.force_completed_at < %s"
)

_DID_AFTER_ALL = Sql("SELECT move.number FROM moves move WHERE move.action = 'deferred_step_completed' AND {since}")

_COUNTED = Sql("""
    WITH {ctes}
    SELECT tally.in_progress, tally.completed, tally.scrapped, listed.number
    FROM (
        SELECT count(CASE WHEN status = 'in_progress' THEN 1 END) AS in_progress,
               count(CASE WHEN status = 'completed' THEN 1 END) AS completed,
               count(CASE WHEN status = 'scrapped' THEN 1 END) AS scrapped
        FROM meant
    ) tally
    LEFT JOIN ({listed}) listed ON TRUE
    ORDER BY listed.number
""")


def statement(question: Question, *, job_id: str, status: str, limit: int, offset: int) -> Sql:
    """Return it. Its rows have the counts of all three states and the number of a part, None where none is listed."""
    conditions = []
    if question.is_about_certificates:
        conditions.append(Sql("part.number IN ({parts})").fill(parts=_CARRY.fill(such=certificates(question))))
    if question.is_about_events:
        conditions.append(Sql("part.number IN ({parts})").fill(parts=_happened(question)))
    if job_id:
        conditions.append(Sql("part.job_id = %s", (job_id,)))
    meant = Sql("meant AS (SELECT part.number, part.status FROM serials_serial part WHERE {conditions})")
    ctes = [meant.fill(conditions=joined(" AND ", conditions))]
    if question.is_at_a_step:
        needed = [Sql("places AS ({steps})").fill(steps=places(question))]
        if _in_a_window(question) and not question.operator:
            needed.append(Sql("moves AS ({moves})").fill(moves=_moves(question)))
        ctes = needed + ctes
    listed = Sql("SELECT number FROM meant ORDER BY number LIMIT %s OFFSET %s", (limit, offset))
    if status:
        text = "SELECT number FROM meant WHERE status = %s ORDER BY number LIMIT %s OFFSET %s"
        listed = Sql(text, (status, limit, offset))
    return _COUNTED.fill(ctes=joined(", ", ctes), listed=listed)


def _happened(question: Question) -> Sql:
    if question.is_at_a_step and not question.operator:
        return _there(question)
    told_of = _TOLD_OF.fill(conditions=of_entries(question))
    if question.is_at_a_step:
        return told_of
    return joined(" UNION ALL ", [told_of, _OF_BATCHES[connection.vendor].fill(conditions=of_entries(question))])


def _there(question: Question) -> Sql:
    if not _in_a_window(question):
        return _WERE_THERE
    stayed = _HAD_COME.fill(made=_unless(question.before, "made.created_at < %s"))
    if question.since:
        left = Sql(_HAD_LEFT.text, (moment(question.since),) * _HAD_LEFT.text.count("%s"))
        stayed = joined(" EXCEPT ", [_alone(stayed), _alone(left)])
    return Sql("SELECT stay.number FROM ({stayed}) stay UNION ALL {after_all}").fill(
        stayed=stayed, after_all=_DID_AFTER_ALL.fill(since=_unless(question.since, "move.timestamp >= %s"))
    )


def _moves(question: Question) -> Sql:
    return _MOVES.fill(before=_unless(question.before, "entry.timestamp < %s"))


def _in_a_window(question: Question) -> bool:
    return bool(question.since or question.before)


def _unless(given: datetime | None, condition: str) -> Sql:
    """Return the condition on a moment, and what always holds where none is given."""
    return Sql(condition, (moment(given),)) if given else Sql("1 = 1")


def _alone(query: Sql) -> Sql:
    return Sql("SELECT * FROM ({query}) each_one").fill(query=query)
