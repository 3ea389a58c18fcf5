"""The plain model and the real services side by side, and what planners do to paths and steps."""

import sys
from collections import Counter
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from serials.models import Job
from serials.models import Step as StepRow
from serials.services import paths, steps
from serials.services import requirements as asking
from shopplanr.accounts.services import update_user
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal
from tests.accounts.factories import UserFactory
from tests.lifecycle import shop_model as model
from tests.lifecycle.comparison import Comparison
from tests.lifecycle.tables import snapshot

PLANNER = Actor("planner", credential="command")

picks = st.integers(0, 30)
modes = st.sampled_from(["flexible", "per_step", "flexible", "per_step", "strict"])
dependencies = st.sampled_from(["preferred", "physical", "completion_gate"])
new_steps = st.tuples(st.sampled_from([False, False, True]), dependencies)
requirements = st.lists(
    st.tuples(
        st.sampled_from(["material", "process"]),
        st.sampled_from([1, 1, 1, 2]),
        st.sampled_from(["block", "block_or_override", "block_or_override", "warn"]),
    ),
    max_size=2,
    unique_by=lambda asked: asked[0],
)
seldom = st.sampled_from([False, False, False, False, True])


def happens(often: int = 1, **arguments: st.SearchStrategy) -> Callable:
    """Declare that a method may happen at any time, with these arguments; one with ``often=3`` three times as much.

    Rules of their own would not do: hypothesis leaves most rules out of most histories, and what goes wrong between
    parts, plans and exceptions needs all of them.
    """

    def declare(method: Callable) -> Callable:
        method.often, method.arguments = often, st.fixed_dictionaries(arguments)
        return method

    return declare


def events_of(machine: type) -> st.SearchStrategy:
    """Return what may happen to a machine: names of methods, with their arguments."""
    methods = {name: getattr(machine, name) for name in dir(machine) if hasattr(getattr(machine, name), "often")}
    return st.one_of(
        [st.tuples(st.just(name), method.arguments) for name, method in methods.items() for _ in range(method.often)]
    )


class PlanningMachine(RuleBasedStateMachine):
    """An office that plans. A pick chooses among what there is at that moment."""

    outcomes: Counter[str] = Counter()
    """How often each call was accepted, and each reason for a refusal met, in all histories of this process."""

    job: Job

    def __init__(self):
        super().__init__()
        # The database knows nothing of examples: each gets a transaction, and leaves nothing behind.
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        self.paths: list[model.Path] = []
        self.parts: list[model.Part] = []
        self.certificates: list[str] = []
        self.kinds: dict[str, str] = {}
        self.names = 0
        self.users = [UserFactory(), UserFactory()]
        self.active = [True, True]
        self.comparison = Comparison(self)
        self.changed = True

    def teardown(self):
        try:
            # An error on its way out is the finding; behind it the tables mean nothing.
            if sys.exc_info()[0] is None:
                self.comparison.at_the_end()
        finally:
            transaction.set_rollback(True)
            self._transaction.__exit__(None, None, None)

    def both(self, what: str, in_model: Callable, in_product: Callable):
        """Do it in the model and in the product; return both results, or None where both refuse it alike."""
        try:
            expected = in_model()
        except model.Refused as refused:
            self.outcomes[f"{what} refused: {refused}"] += 1
            before = snapshot()
            with pytest.raises(Refusal) as refusal:
                in_product()
            assert refused.sentence in (None, refusal.value.message)
            assert refusal.value.status == refused.status
            assert refused.code in ("", refusal.value.code)
            assert snapshot() == before, "a refused call leaves every table as it was"
            return None
        self.outcomes[what] += 1
        self.changed = True
        return expected, in_product()

    def pick(self, things: list, number: int):
        """Return one of the things."""
        return things[number % len(things)]

    def _new_steps(self, route) -> list[model.Step]:
        self.names += len(route)
        return [
            model.Step(f"Step {self.names + number}", optional, dependency)
            for number, (optional, dependency) in enumerate(route, start=1 - len(route))
        ]

    def _learn_ids(self, path: model.Path) -> None:
        ids = StepRow.objects.filter(path=path.id).order_by("order").values_list("id", flat=True)
        for step, step_id in zip(path.steps, ids, strict=True):
            assert step.id in ("", step_id), "a step stays itself"
            step.id = step_id

    def pick_step(self, pick: int, place: int) -> tuple[model.Path, int]:
        """Return a step: one in two that some part has passed, where there is any, because then it matters."""
        passed = [
            (part.path, index)
            for part in self.parts
            for index, status in enumerate(part.statuses)
            if status in ("deferred", "skipped")
        ]
        if passed and place % 2:
            return self.pick(passed, pick)
        path = self.pick(self.paths, pick)
        return path, place % len(path.steps)

    @staticmethod
    def _items(route: list[model.Step]) -> list[dict]:
        return [{"name": step.name, "optional": step.optional, "dependencyType": step.dependency} for step in route]

    def plan_path(self, mode, route):
        path = model.Path(mode, self._new_steps(route))
        fields = {"jobId": self.job.id, "name": "Path", "goalQuantity": 3, "advancementMode": mode}
        path.id = paths.create(fields | {"steps": self._items(path.steps)}, PLANNER).id
        self._learn_ids(path)
        self.paths.append(path)
        self.changed = True

    @happens(pick=picks, mode=modes, route=st.lists(new_steps, min_size=1, max_size=4))
    def change_plans(self, pick, mode, route):
        """What happens to paths as wholes, in one rule: most of a history is about parts."""
        path = self.pick(self.paths, pick)
        if pick % 4 == 0:
            self.both("delete path", path.delete, lambda: paths.delete(path.id, PLANNER))
        elif pick % 4 == 1 and len(self.paths) < 4:
            self.plan_path(mode, route)
        else:
            self.both("change mode", lambda: path.set_mode(mode), lambda: paths.set_mode(path.id, mode, PLANNER))

    @happens(pick=picks, swapped=seldom, dropped=seldom, route=st.lists(new_steps, max_size=2))
    def rearrange_path(self, pick, swapped, dropped, route):
        path = self.pick(self.paths, pick)
        order = list(range(len(path.steps)))[: -1 if dropped else None]
        if swapped:
            order.reverse()
        unnamed = self._new_steps(route)
        kept = [path.steps[index] for index in order]
        items = [item | {"id": step.id} for item, step in zip(self._items(kept), kept, strict=True)]
        items += self._items(unnamed)
        if self.both(
            "rearrange path",
            lambda: path.rearrange(order, unnamed),
            lambda: paths.update(path.id, {"steps": items}, PLANNER),
        ):
            self._learn_ids(path)

    @happens(often=2, pick=picks, place=picks, wanted=requirements)
    def ask_for_certificates(self, pick, place, wanted):
        path, index = self.pick_step(pick, place)
        asked = [{"certificateType": kind, "quantity": quantity, "policy": policy} for kind, quantity, policy in wanted]
        self.both(
            "ask for certificates",
            lambda: path.ask(index, wanted),
            lambda: asking.set_of_step(path.steps[index].id, asked, PLANNER),
        )

    @happens(
        often=2,
        pick=picks,
        place=picks,
        optional=st.none() | st.booleans(),
        dependency=st.none() | dependencies,
        user=st.sampled_from([None, 0, 1]),
        toggled=st.booleans(),
    )
    def change_step(self, pick, place, optional, dependency, user, toggled):
        path, index = self.pick_step(pick, place)
        step_id, fields = path.steps[index].id, {"optional": optional, "dependencyType": dependency}
        self.both(
            "configure step",
            lambda: path.configure(index, optional, dependency),
            lambda: steps.configure(step_id, fields, PLANNER),
        )
        if toggled and user is not None:
            self.active[user] = not self.active[user]
            update_user(self.users[user].pk, {"active": self.active[user]})
        chosen = None if user is None else self.users[user].pk
        self.both(
            "assign step",
            lambda: path.assign(index, chosen, user is None or self.active[user]),
            lambda: steps.assign(step_id, chosen, PLANNER),
        )
