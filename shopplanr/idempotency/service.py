"""Doing something once, however often it is asked for."""

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from shopplanr import clock
from shopplanr.idempotency.answers import Answer
from shopplanr.idempotency.keys import KeyReused
from shopplanr.idempotency.models import KeptAnswer

A_FEW = 10
"""Old answers that go when a new one is kept: more than come in, so that they do not pile up."""

_CLAIM = """
    INSERT INTO idempotency_keptanswer (scope, "key", fingerprint, created_at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (scope, "key") DO NOTHING RETURNING id
"""


def once(key: str, scope: str, fingerprint: str, act: Callable[[], Answer]) -> Answer:
    """Return what ``act`` answers, or what it answered when this key came before; then it does nothing.

    ``act`` does its work within the transaction that keeps its answer: both are there, or neither, also when the
    process is killed in between. The same call at the same moment, in whatever process, waits for the first and gets
    its answer, with ``replayed`` set. What ``act`` refuses, by raising or by an answer of 400 and above, is undone and
    not kept: nothing has happened, so the call may succeed when it is sent again. Hence what is to stay of a refused
    call must not be written here.

    ``key`` is as ``keys.checked_key`` returns it, ``scope`` says whose it is and ``fingerprint`` what was sent. Raises
    ``KeyReused`` where the key came with another fingerprint, and what ``act`` raises. Three statements more than
    ``act``; two where the answer is there.
    """
    with transaction.atomic():
        while (number := _claim(key, scope, fingerprint)) is None:
            kept = KeptAnswer.objects.filter(scope=scope, key=key).first()
            if kept is not None:
                if kept.fingerprint != fingerprint:
                    raise KeyReused()
                return Answer(kept.status, kept.headers, Answer.unpacked(kept.body), replayed=True)
            # It was pruned between the two statements, and the key is free again.
        answer = act()
        if answer.refuses:
            transaction.set_rollback(True)
            return answer
        KeptAnswer.objects.filter(pk=number).update(
            status=answer.status, headers=dict(answer.headers), body=answer.packed()
        )
        prune(A_FEW)
        return answer


def _claim(key: str, scope: str, fingerprint: str) -> int | None:
    """Put the key down as ours and return its row; None where it is somebody's whose transaction is over."""
    moment = KeptAnswer._meta.get_field("created_at").get_db_prep_save(clock.now(), connection)
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [scope, key, fingerprint, moment])
        row = cursor.fetchone()
    return row and row[0]


def prune(most: int) -> int:
    """Remove the oldest answers that were kept for ``IDEMPOTENCY_KEEP_HOURS``, so many at most; return how many.

    Waits for nobody: rows that another one is removing are left to that one.
    """
    kept_since = clock.now() - timedelta(hours=settings.IDEMPOTENCY_KEEP_HOURS)
    with transaction.atomic(savepoint=False):
        old = (
            KeptAnswer.objects.filter(created_at__lt=kept_since)
            .order_by("created_at")
            .select_for_update(skip_locked=True)
            .values("pk")[:most]
        )
        return KeptAnswer.objects.filter(pk__in=old)._raw_delete(connection.alias)
