"""The shop in which is asked where something was used: 100,000 parts, and a million audit entries of a year.

Written by the engine itself, in a handful of statements: through the services it would take an hour. Every part carries
one certificate of its heat and one that all of them have; one person made three entries of ten.
"""

from django.db import connection

from audit.models import Action
from bench import shop
from certificates.models import Certificate
from serials.counter import take_numbers

JOBS = 40
PARTS_PER_JOB = 2500
PARTS = JOBS * PARTS_PER_JOB
HEATS = 40

BUSY, SUPPLIER, COMMON_HEAT = "user_of_three_in_ten", "Uddeholm Steel", "COMMON"

_MINUTES = {
    "postgresql": "timestamptz '2024-01-01 06:00:00+00' + ({}) * interval '1 minute'",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%S', '2024-01-01 06:00:00', '+' || ({}) || ' minutes')",
}

# A part in ten is scrapped at its sixth step, five are completed, four stand at their eighth.
_MOVES = "CASE WHEN part.number %% 10 = 0 THEN 5 WHEN part.number %% 10 <= 5 THEN 10 ELSE 7 END"
_PERSON = (
    f"CASE WHEN (part.number * 7 + step.\"order\" * 3) %% 10 < 3 THEN '{BUSY}' ELSE 'user_' || (part.number %% 50) END"
)


def fill() -> None:
    """Make the shop."""
    paths = [shop.make_path() for _ in range(JOBS)]
    certificates = Certificate.objects.bulk_create(
        Certificate(type="material", name=f"Report {heat}", heat_lot=heat, issuer=SUPPLIER)
        for heat in [COMMON_HEAT, *(f"H{number}" for number in range(HEATS))]
    )
    first = take_numbers(PARTS)
    with connection.cursor() as cursor:
        for index, path in enumerate(paths):
            start = first + index * PARTS_PER_JOB
            cursor.execute(_sql(_PARTS, first), [path.job_id, path.pk, start, start + PARTS_PER_JOB - 1])
        cursor.execute(_sql(_RECORDS, first), [])
        cursor.execute(_sql(_ENTRIES, first), [COMMON_HEAT])
        cursor.execute(_sql(_ATTACHMENTS, first), [])
    _analyze()
    assert len(certificates) == HEATS + 1


def _sql(template: str, first: int) -> str:
    minutes = _MINUTES[connection.vendor]
    new_id = {
        "postgresql": "replace(gen_random_uuid()::text, '-', '')",
        "sqlite": "lower(hex(randomblob(16)))",
    }[connection.vendor]
    started = f"(part.number - {first}) * 5"
    return (
        template.replace("{new}", new_id)
        .replace("{started}", minutes.format(started))
        .replace("{moved}", minutes.format(f'{started} + (step."order" + 1) * 600'))
        .replace("{attached}", minutes.format(f"{started} + 5"))
        .replace("{moves}", _MOVES)
        .replace("{person}", _PERSON)
        .replace("{serial}", _serial_id())
        .replace("{first}", str(first))
    )


def _serial_id() -> str:
    if connection.vendor == "sqlite":
        return "printf('SN-%%05d', part.number)"
    return "'SN-' || lpad(part.number::text, greatest(5, length(part.number::text)), '0')"


_PARTS = """
    INSERT INTO serials_serial (
        number, job_id, path_id, current_step_index, status, scrap_reason, scrap_explanation, scrap_step_id,
        scrapped_at, scrapped_by, force_completed, force_completed_by, force_completed_at, force_completed_reason,
        created_at, updated_at
    )
    SELECT part.number, place.job, place.path,
           CASE WHEN part.number %% 10 = 0 THEN 5 WHEN part.number %% 10 <= 5 THEN -1 ELSE 7 END,
           CASE WHEN part.number %% 10 = 0 THEN 'scrapped' WHEN part.number %% 10 <= 5 THEN 'completed'
                ELSE 'in_progress' END,
           CASE WHEN part.number %% 10 = 0 THEN 'damaged' ELSE '' END, '',
           CASE WHEN part.number %% 10 = 0 THEN step.id END, CASE WHEN part.number %% 10 = 0 THEN {moved} END,
           CASE WHEN part.number %% 10 = 0 THEN 'user_1' ELSE '' END,
           false, '', NULL, '', {started}, {moved}
    FROM (SELECT %s AS job, %s AS path) place
    JOIN serials_step step ON step.path_id = place.path AND step."order" = 5
    CROSS JOIN (
        WITH RECURSIVE each_part(number) AS (
            SELECT CAST(%s AS bigint) UNION ALL SELECT number + 1 FROM each_part WHERE number < %s
        ) SELECT number FROM each_part
    ) part
"""

_RECORDS = """
    INSERT INTO serials_stepstatus (id, serial_id, step_id, step_index, status, updated_at)
    SELECT 'snss_' || {new}, part.number, step.id, step."order",
           CASE WHEN step."order" < {moves} THEN 'completed' WHEN step."order" = {moves} THEN 'in_progress'
                ELSE 'pending' END, {moved}
    FROM serials_serial part JOIN serials_step step ON step.path_id = part.path_id
    WHERE part.number >= {first}
"""

_COLUMNS = """entry_id, action, user_id, called_by, credential, timestamp, serial_id, cert_id, job_id, path_id, step_id,
              from_step_id, to_step_id, batch_start, batch_quantity"""

# In the order in which they would have happened, so that a part's entries are apart as they are in a shop's table.
_ENTRIES = f"""
    INSERT INTO audit_auditentry ({_COLUMNS})
    SELECT * FROM (
        SELECT 'aud_' || {{new}}, CASE WHEN step."order" < {{moves}} THEN
                   CASE WHEN step."order" = 9 THEN 'serial_completed' ELSE 'serial_advanced' END
               ELSE 'serial_scrapped' END AS action,
               {{person}}, '', 'session', {{moved}} AS moment, {{serial}}, '' AS cert, part.job_id, part.path_id,
               CASE WHEN step."order" < {{moves}} THEN '' ELSE step.id END,
               CASE WHEN step."order" < {{moves}} THEN step.id ELSE '' END,
               CASE WHEN step."order" < {{moves}} THEN coalesce(following.id, '') ELSE '' END,
               CAST(NULL AS bigint), CAST(NULL AS integer)
        FROM serials_serial part
        JOIN serials_step step ON step.path_id = part.path_id
            AND (step."order" < {{moves}} OR (part.status = 'scrapped' AND step."order" = 5))
        LEFT JOIN serials_step following ON following.path_id = part.path_id AND following."order" = step."order" + 1
        WHERE part.number >= {{first}}
        UNION ALL
        SELECT 'aud_' || {{new}}, 'cert_attached', {{person}}, '', 'session', {{attached}}, {{serial}}, certificate.id,
               part.job_id, part.path_id, step.id, '', '', NULL, NULL
        FROM serials_serial part JOIN serials_step step ON step.path_id = part.path_id AND step."order" = 0
        JOIN certificates_certificate certificate
            ON certificate.heat_lot = %s
            OR (part.number %% 10 < 7 AND certificate.heat_lot = 'H' || (part.number %% {HEATS}))
        WHERE part.number >= {{first}}
        UNION ALL
        SELECT 'aud_' || {{new}}, '{Action.SERIAL_CREATED}', {{person}}, '', 'session', {{started}}, '', '',
               part.job_id, part.path_id, '', '', '', part.number, {PARTS_PER_JOB}
        FROM serials_serial part JOIN serials_step step ON step.path_id = part.path_id AND step."order" = 0
        WHERE part.number >= {{first}} AND (part.number - {{first}}) %% {PARTS_PER_JOB} = 0
    ) entry ORDER BY moment
"""

_ATTACHMENTS = """
    INSERT INTO certificates_certattachment (
        attachment_id, serial_id, certificate_id, step_id, attached_at, attached_by, late, late_reason
    )
    SELECT 'att_' || {new}, CAST(substr(entry.serial_id, 4) AS bigint), entry.cert_id, entry.step_id, entry.timestamp,
           entry.user_id, false, ''
    FROM audit_auditentry entry
    WHERE entry.cert_id <> '' AND CAST(substr(entry.serial_id, 4) AS bigint) >= {first}
    ORDER BY entry.sequence
"""


def _analyze() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
