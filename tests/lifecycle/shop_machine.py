"""Drives the real services and the plain model in lockstep; ``test_generated_histories.py`` lets hypothesis play it."""

import sys
from collections.abc import Callable

import pytest
from django.db import transaction
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from certificates.services import attaching, certificates
from serials.models import Step as StepRow
from serials.services import advancement, deferrals, endings, jobs, overrides, paths, steps
from shopplanr.accounts.services import update_user
from shopplanr.actor import Actor
from shopplanr.refusals import Refusal
from tests.accounts.factories import UserFactory
from tests.lifecycle import shop_model as model
from tests.lifecycle.comparison import Comparison
from tests.lifecycle.tables import snapshot

PLANNER = Actor("planner", credential="command")

picks = st.integers(0, 30)
people = st.sampled_from(["dana", "li", "sam", "kim", "ana", "bo", "eve", None])
modes = st.sampled_from(["flexible", "flexible", "flexible", "per_step", "strict"])
dependencies = st.sampled_from(["preferred", "physical", "completion_gate"])
new_steps = st.tuples(st.sampled_from([False, False, True]), dependencies)
reasons = st.sampled_from(["the drill broke", "customer agreed", "see ticket 12", "ask dana", ""])
mostly = st.sampled_from([True, True, True, True, False])


class ShopMachine(RuleBasedStateMachine):
    """A shop floor. A pick chooses among what there is at that moment.

    ``pytest --hypothesis-show-statistics`` shows how often each call was accepted, and each reason for a refusal met.
    """

    def __init__(self):
        super().__init__()
        # The database knows nothing of examples: each gets a transaction, and leaves nothing behind.
        self._transaction = transaction.atomic()
        self._transaction.__enter__()
        self.paths: list[model.Path] = []
        self.parts: list[model.Part] = []
        self.certificates: list[str] = []
        self.names = 0
        self.users = [UserFactory(), UserFactory()]
        self.active = [True, True]
        self.comparison = Comparison(self)

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
            event(f"{what} refused: {refused.sentence}".partition("SN-")[0].partition("_")[0])
            before = snapshot()
            with pytest.raises(Refusal) as refusal:
                in_product()
            assert refused.sentence in (None, refusal.value.message)
            assert refusal.value.status == refused.status
            assert snapshot() == before, "a refused call leaves every table as it was"
            return None
        event(what)
        return expected, in_product()

    def pick(self, things: list, number: int):
        """Return one of the things."""
        return things[number % len(things)]

    def pick_part(self, number: int) -> model.Part:
        """Return a part; one time in three any, else one that is still on its way, where there is any."""
        moving = [part for part in self.parts if part.state == "in_progress"]
        return self.pick(moving if moving and number % 3 else self.parts, number)

    def pick_place(self, number: int, aimed_at: set[str]) -> tuple[model.Part, int]:
        """Return a part and one of its steps: one in such a state where there is any, else any."""
        every = [(part, index) for part in self.parts for index in range(len(part.path.steps))]
        aimed = [(part, index) for part, index in every if {*part.statuses[index : index + 1]} & aimed_at]
        return self.pick(aimed or every, number)

    # --- Planning

    @initialize(mode=modes, route=st.lists(new_steps, min_size=3, max_size=5), quantity=st.integers(1, 3), jump=picks)
    def open_shop(self, mode, route, quantity, jump):
        """So that no history is about an empty shop, and most are about one with something deferred."""
        self.job = jobs.create({"name": "Job", "goalQuantity": 5}, PLANNER)
        self.other_job = jobs.create({"name": "Other job", "goalQuantity": 5}, PLANNER)
        for kind in ("material", "process"):
            self.certificates.append(certificates.create({"type": kind, "name": kind}, PLANNER).id)
        self.plan_path(mode, route)
        self.start_batch(0, quantity, None, "dana", False)
        self.advance_to_a_later_step(0, jump, "dana")

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

    @staticmethod
    def _items(route: list[model.Step]) -> list[dict]:
        return [{"name": step.name, "optional": step.optional, "dependencyType": step.dependency} for step in route]

    def plan_path(self, mode, route):
        path = model.Path(mode, self._new_steps(route))
        fields = {"jobId": self.job.id, "name": "Path", "goalQuantity": 3, "advancementMode": mode}
        path.id = paths.create(fields | {"steps": self._items(path.steps)}, PLANNER).id
        self._learn_ids(path)
        self.paths.append(path)

    @rule(pick=picks, mode=modes, route=st.lists(new_steps, min_size=1, max_size=4))
    def change_plans(self, pick, mode, route):
        """What happens to paths as wholes, in one rule: most of a history is about parts."""
        path = self.pick(self.paths, pick)
        if pick % 4 == 0:
            self.both("delete path", path.delete, lambda: paths.delete(path.id, PLANNER))
        elif pick % 4 == 1 and len(self.paths) < 4:
            self.plan_path(mode, route)
        else:
            self.both("change mode", lambda: path.set_mode(mode), lambda: paths.set_mode(path.id, mode, PLANNER))

    @rule(pick=picks, swapped=st.booleans(), dropped=st.booleans(), route=st.lists(new_steps, max_size=2))
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

    @rule(
        pick=picks,
        place=picks,
        optional=st.none() | st.booleans(),
        dependency=st.none() | dependencies,
        user=st.sampled_from([None, 0, 1]),
        toggled=st.booleans(),
    )
    def change_step(self, pick, place, optional, dependency, user, toggled):
        path = self.pick(self.paths, pick)
        index = place % len(path.steps)
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

    # --- Parts

    @rule(
        pick=picks,
        quantity=st.integers(0, 3),
        certificate=st.sampled_from([None, None, 0, 1, "cert_unknown"]),
        who=people,
        stray=st.sampled_from([False, False, False, True]),
    )
    def start_batch(self, pick, quantity, certificate, who, stray):
        path = self.pick(self.paths, pick)
        job = self.other_job if stray else self.job
        certificate = self.certificates[certificate] if isinstance(certificate, int) else certificate

        def in_model() -> list[model.Part]:
            if not quantity:
                raise model.Refused("quantity must be greater than 0")
            path.found()
            if stray:
                raise model.Refused(None)
            if who is None:
                raise model.Refused("userId is required")
            number = len(self.parts)
            statuses = ["in_progress"] + ["pending"] * (len(path.steps) - 1)
            made = [model.Part(number + extra, path, list(statuses)) for extra in range(1, quantity + 1)]
            if certificate:
                model.attach(made, certificate, self.certificates, who, single=True)
            path.parts += made
            return made

        result = self.both(
            "start batch",
            in_model,
            lambda: attaching.create_batch(job.id, path.id, quantity, Actor(who), certificate),
        )
        if result:
            made, serials = result
            assert [serial.id for serial in serials] == [part.id for part in made]
            self.parts += made

    @rule(pick=picks, who=people, seen=st.sampled_from([None, None, None, None, -1, 0, 1]))
    def advance(self, pick, who, seen):
        part = self.pick_part(pick)
        result = self.both(
            "advance",
            lambda: part.advance(who, seen),
            lambda: advancement.advance(part.id, Actor(who), expected_step_index=seen),
        )
        assert result is None or result[1].current_step_index == part.place

    @rule(pick=picks, place=st.integers(-1, 9), who=people)
    def advance_to_anywhere(self, pick, place, who):
        self._jump(self.pick_part(pick), place, who)

    @rule(pick=picks, ahead=st.integers(0, 5), who=people)
    def advance_to_a_later_step(self, pick, ahead, who):
        jumpers = [
            part
            for part in self.parts
            if part.state == "in_progress" and part.place + 2 < len(part.statuses) and part.path.mode != "strict"
        ]
        part = self.pick(jumpers or self.parts, pick)
        self._jump(part, part.place + 2 + ahead % max(1, len(part.statuses) - part.place - 2), who)

    @rule(pick=picks)
    def pass_a_step(self, pick):
        """The jump that is asked for most."""
        self.advance_to_a_later_step(pick, 0, "dana")

    def _jump(self, part, target, who):
        result = self.both(
            "advance to",
            lambda: part.advance_to(target, who),
            lambda: advancement.advance_to(part.id, target, Actor(who)),
        )
        if result:
            passed, (_, bypassed) = result
            assert [(bypass.step.index, bypass.classification) for bypass in bypassed] == passed
            for _, status in passed:
                event(f"a step was {status}")

    @rule(
        pick=picks,
        scrapped=st.booleans(),
        reason=st.sampled_from(["damaged", "other", ""]),
        explanation=st.sampled_from(["fell", ""]),
        who=people,
    )
    def end_early(self, pick, scrapped, reason, explanation, who):
        """Scrap or force-complete."""
        part = self.pick(self.parts, pick)
        if scrapped:
            self.both(
                "scrap",
                lambda: part.scrap(reason, explanation, who),
                lambda: endings.scrap(part.id, reason, explanation, Actor(who)),
            )
        else:
            self.both(
                "force complete",
                lambda: part.force_complete(who),
                lambda: endings.force_complete(part.id, explanation, Actor(who)),
            )

    # --- Exceptions from the route

    @rule(pick=picks, others=st.lists(picks, max_size=2), reason=reasons, who=people)
    def override(self, pick, others, reason, who):
        part, index = self.pick_place(pick, {"pending", "deferred"})
        chosen = [part, *(self.pick(self.parts, other) for other in others)]
        step_id = part.path.steps[index].id
        result = self.both(
            "override",
            lambda: model.override(chosen, part.path, index, reason, who),
            lambda: overrides.create(part.id, [part.id for part in chosen], step_id, reason, Actor(who)),
        )
        assert result is None or {new.serial_id for new in result[1]} == {part.number for part in result[0]}

    @rule(pick=picks, aimed=mostly, who=people)
    def reverse_override(self, pick, aimed, who):
        active = [(part, index) for part in self.parts for index in sorted(part.overridden)]
        part, index = self.pick(active, pick) if aimed and active else self.pick_place(pick, set())
        step_id = part.path.steps[index].id
        self.both(
            "reverse override",
            lambda: part.reverse_override(index, who),
            lambda: overrides.reverse(part.id, step_id, Actor(who)),
        )

    @rule(pick=picks, aimed=mostly, reason=reasons, approver=people)
    def waive(self, pick, aimed, reason, approver):
        part, index = self.pick_place(pick, {"deferred"} if aimed else set())
        self.both(
            "waive",
            lambda: part.waive(index, reason, approver),
            lambda: deferrals.waive(part.id, part.path.steps[index].id, reason, Actor(approver)),
        )

    @rule(pick=picks, aimed=mostly, who=people)
    def complete_deferred(self, pick, aimed, who):
        part, index = self.pick_place(pick, {"deferred"} if aimed else set())
        self.both(
            "complete deferred",
            lambda: part.complete_deferred(index, who),
            lambda: deferrals.complete_deferred(part.id, part.path.steps[index].id, Actor(who)),
        )

    # --- Certificates

    @rule(pick=picks, certificate=st.sampled_from([0, 1, 0, 1, "cert_unknown"]), who=people)
    def attach(self, pick, certificate, who):
        part = self.pick_part(pick)
        certificate = self.certificates[certificate] if isinstance(certificate, int) else certificate
        result = self.both(
            "attach",
            lambda: model.attach([part], certificate, self.certificates, who, single=True),
            lambda: attaching.attach(part.id, certificate, Actor(who)),
        )
        assert result is None or result[1].serial_id == part.number

    @rule(chosen=st.lists(picks, min_size=1, max_size=4), certificate=st.sampled_from([0, 1]), who=people)
    def attach_all(self, chosen, certificate, who):
        parts = [self.pick_part(pick) for pick in chosen]
        certificate = self.certificates[certificate]
        result = self.both(
            "attach all",
            lambda: model.attach(parts, certificate, self.certificates, who, single=False),
            lambda: attaching.attach_all(certificate, [part.id for part in parts], Actor(who)),
        )
        if result:
            assert [attachment.serial_id for attachment in result[1]] == [part.number for part in parts]

    # --- What holds at all times

    @invariant()
    def tables_say_what_the_model_says(self):
        self.comparison.after_each_step()
