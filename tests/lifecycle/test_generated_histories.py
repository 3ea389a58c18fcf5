"""Generated histories of a shop: the real services against the plain model, on the real database.

After every step the tables say what the model says, and the six invariants of lifecycle.md hold.
"""

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.budgets import share_of
from tests.lifecycle.shop_machine import ShopMachine

HISTORIES = settings(
    # fewer and longer ones: what goes wrong in a shop needs a while
    max_examples=max(1, share_of(settings.default.max_examples * 3 // 5)),
    stateful_step_count=50,
    # Explaining traces every line of Django: minutes for what the shrunk history shows by itself.
    phases=[phase for phase in Phase if phase is not Phase.explain],
)


@pytest.mark.django_db
@pytest.mark.timeout(900)  # a failing history is shrunk before it is shown
def test_whatever_happens_in_a_shop_the_services_do_what_the_rules_say():
    run_state_machine_as_test(ShopMachine, settings=HISTORIES)
    # Histories in which nothing succeeds would prove nothing.
    frequent = {"start batch", "advance", "advance to", "skipped", "deferred", "attach all", "force complete"}
    assert frequent | {"write note"} <= set(ShopMachine.outcomes)
    assert "ask for certificates" in ShopMachine.outcomes
    assert any(outcome.endswith("refused: certificate_required") for outcome in ShopMachine.outcomes)
    assert {"advance all", "advance all to"} & set(ShopMachine.outcomes)
