"""The audit trail's page says how far it is proved."""

import pytest

from audit.models import AuditSeal
from audit.proof.state import proof_state
from shopplanr.accounts.roles import Role
from tests.audit_proof.conftest import seal_and_keep, write
from tests.floor.visitors import in_order, main, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


def test_the_newest_checkpoint_and_what_came_since(log):
    page = main(visitor(Role.AUDITORS).get("/audit"))
    assert in_order(page, "10 entries", "Proved up to checkpoint 2", "8 entries; 2 since then")


def test_nothing_is_said_before_there_is_one():
    write(1)
    assert "Proved" not in main(visitor(Role.AUDITORS).get("/audit"))


def test_it_costs_one_query():
    assert proof_state() is None
    for _ in range(3):
        write(2)
        seal_and_keep()
    with counted_statements() as statements:
        state = proof_state()
    assert len(statements) == 1
    assert (state.number, state.sealed, state.unsealed) == (3, 6, 0)


def test_a_checkpoint_that_cannot_be_read_is_no_crash(log, sql):
    sql("UPDATE audit_auditseal SET statement = 'x' WHERE number = 2")
    assert AuditSeal.objects.count() == 2
    assert "Proved" not in main(visitor(Role.AUDITORS).get("/audit"))
