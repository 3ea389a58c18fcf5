"""Drives the real services and the plain model in lockstep; ``test_generated_histories.py`` lets hypothesis play it."""

from collections.abc import Callable

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from certificates.services import attaching, certificates
from serials.models import StepRequirement
from serials.services import advancement, bulk_moves, deferrals, endings, jobs, notes, overrides, requirement_overrides
from shopplanr.actor import Actor
from tests.lifecycle import shop_model as model
from tests.lifecycle.planning_machine import (
    PLANNER,
    PlanningMachine,
    events_of,
    happens,
    modes,
    new_steps,
    picks,
    seldom,
)

people = st.sampled_from(["dana", "li", "sam", "kim", "ana", "bo", "eve", None])
reasons = st.sampled_from(["the drill broke", "customer agreed", "see ticket 12", "ask dana", ""])
mostly = st.sampled_from([True, True, True, True, False])


class ShopMachine(PlanningMachine):
    """A shop: the planning office, and the floor where parts are made."""

    @initialize(mode=modes, route=st.lists(new_steps, min_size=3, max_size=5), quantity=st.integers(1, 3), jump=picks)
    def open_shop(self, mode, route, quantity, jump):
        """So that no history is about an empty shop, and most are about one with something deferred."""
        self.job = jobs.create({"name": "Job", "goalQuantity": 5}, PLANNER)
        self.other_job = jobs.create({"name": "Other job", "goalQuantity": 5}, PLANNER)
        for kind in ("material", "process"):
            self.certificates.append(certificates.create({"type": kind, "name": kind}, PLANNER).id)
            self.kinds[self.certificates[-1]] = kind
        self.plan_path(mode, route)
        self.start_batch(0, quantity, None, "dana", False)
        self.advance_to_a_later_step(0, jump, "dana")

    def pick_part(self, number: int) -> model.Part:
        """Return a part; one time in three any, else one that is still on its way, where there is any."""
        moving = [part for part in self.parts if part.state == "in_progress"]
        return self.pick(moving if moving and number % 3 else self.parts, number)

    def pick_place(self, number: int, wanted: Callable[[model.Part, int], bool]) -> tuple[model.Part, int]:
        """Return a part and one of its steps: one as wanted where there is any, else any."""
        every = [(part, index) for part in self.parts for index in range(len(part.path.steps))]
        return self.pick([place for place in every if wanted(*place)] or every, number)

    # --- Parts

    @happens(
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
            made = [
                model.Part(number + extra, path, list(statuses), kinds=self.kinds) for extra in range(1, quantity + 1)
            ]
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

    @happens(often=3, pick=picks, who=people, seen=st.sampled_from([None, None, None, None, -1, 0, 1]))
    def advance(self, pick, who, seen):
        part = self.pick_part(pick)
        result = self.both(
            "advance",
            lambda: part.advance(who, seen),
            lambda: advancement.advance(part.id, Actor(who), expected_step_index=seen),
        )
        assert result is None or result[1].current_step_index == part.place

    @happens(pick=picks, place=st.integers(-1, 9), who=people)
    def advance_to_anywhere(self, pick, place, who):
        self._jump(self.pick_part(pick), place, who)

    @happens(often=4, pick=picks, ahead=st.integers(0, 5), who=people)
    def advance_to_a_later_step(self, pick, ahead, who):
        jumpers = [
            part
            for part in self.parts
            if part.state == "in_progress" and part.place + 2 < len(part.statuses) and part.path.mode != "strict"
        ]
        part = self.pick(jumpers or self.parts, pick)
        self._jump(part, part.place + 2 + ahead % max(1, len(part.statuses) - part.place - 2), who)

    def _jump(self, part, target, who):
        result = self.both(
            "advance to",
            lambda: part.advance_to(target, who),
            lambda: advancement.advance_to(part.id, target, Actor(who)),
        )
        if result:
            passed, (_, bypassed) = result
            assert [(bypass.step.index, bypass.classification) for bypass in bypassed] == passed
            self.outcomes.update(status for _, status in passed)

    @happens(
        often=2,
        chosen=st.lists(picks, min_size=1, max_size=4),
        seen=st.sampled_from(["as they are", "as they are", None, None, 0, -1]),
        who=people,
    )
    def advance_selection(self, chosen, seen, who):
        parts = [self.pick_part(pick) for pick in chosen]
        self._move_selection(parts, None, seen, who)

    @happens(
        often=3,
        chosen=st.lists(picks, min_size=1, max_size=3),
        ahead=st.integers(0, 3),
        anywhere=seldom,
        seen=st.sampled_from(["as they are", "as they are", "as they are", None, None, 0]),
        who=people,
    )
    def advance_selection_to(self, chosen, ahead, anywhere, seen, who):
        free = [part for part in self.parts if part.state == "in_progress" and part.path.mode != "strict"]
        parts = [self.pick(self.parts if anywhere else free or self.parts, pick) for pick in chosen]
        target = max(part.place for part in parts) + 1 + ahead
        target = target if anywhere else min(target, *(len(part.statuses) for part in parts))
        self._move_selection(parts, target, seen, who)

    def _move_selection(self, parts, target, seen, who):
        ids = [part.id for part in parts]
        places = {part.id: part.place if seen == "as they are" else seen for part in parts}
        expected = places if seen == "as they are" else seen
        if target is None:
            result = self.both(
                "advance all",
                lambda: model.move_all(parts, who, lambda part: part.advance(who, places[part.id])),
                lambda: bulk_moves.advance_all(ids, Actor(who), expected_step_index=expected),
            )
        else:
            result = self.both(
                "advance all to",
                lambda: model.move_all(parts, who, lambda part: part.advance_to(target, who, places[part.id])),
                lambda: bulk_moves.advance_all_to(ids, target, Actor(who), expected_step_index=expected),
            )
        if result:
            passed, moved = result
            assert [each.serial.id for each in moved] == list(dict.fromkeys(ids))
            assert [each.serial.current_step_index for each in moved] == [part.place for part in dict.fromkeys(parts)]
            for its, each in zip(passed, moved, strict=True):
                assert [(bypass.step.index, bypass.classification) for bypass in each.move.bypassed] == its

    @happens(
        often=2,
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

    @happens(often=2, pick=picks, others=st.lists(picks, max_size=2), reason=reasons, who=people)
    def override(self, pick, others, reason, who):
        part, index = self.pick_place(
            pick, lambda part, index: pick % 3 and part.state == "in_progress" and index == part.place + 1
        )
        chosen = [part, *(self.pick(self.parts, other) for other in others)]
        step_id = part.path.steps[index].id
        result = self.both(
            "override",
            lambda: model.override(chosen, part.path, index, reason, who),
            lambda: overrides.create(part.id, [part.id for part in chosen], step_id, reason, Actor(who)),
        )
        assert result is None or {new.serial_id for new in result[1]} == {part.number for part in result[0]}

    @happens(pick=picks, aimed=mostly, who=people)
    def reverse_override(self, pick, aimed, who):
        part, index = self.pick_place(pick, lambda part, index: aimed and index in part.overridden)
        step_id = part.path.steps[index].id
        self.both(
            "reverse override",
            lambda: part.reverse_override(index, who),
            lambda: overrides.reverse(part.id, step_id, Actor(who)),
        )

    @happens(often=3, pick=picks, aimed=mostly, waived=st.booleans(), reason=reasons, who=people)
    def settle(self, pick, aimed, waived, reason, who):
        """Waive a deferred step, or complete it."""
        part, index = self.pick_place(
            pick, lambda part, index: aimed and part.statuses[index : index + 1] == ["deferred"]
        )
        step_id = part.path.steps[index].id
        if waived:
            self.both(
                "waive",
                lambda: part.waive(index, reason, who),
                lambda: deferrals.waive(part.id, step_id, reason, Actor(who)),
            )
        else:
            self.both(
                "complete deferred",
                lambda: part.complete_deferred(index, who),
                lambda: deferrals.complete_deferred(part.id, step_id, Actor(who)),
            )

    # --- Certificates

    @happens(pick=picks, other=picks, reason=reasons, who=people)
    def let_go_on(self, pick, other, reason, who):
        """Override what a step asks for; one time in some, of a step of another route."""
        part, index = self.pick_place(pick, lambda part, index: bool(part.path.steps[index].asks))
        asked = self.pick(part.path.steps[index].asks or [None], other)
        part = part if other % 5 else self.pick(self.parts, other)
        known = asked and any(asked in step.asks for step in part.path.steps)
        step = next((step.id for step in part.path.steps if asked in step.asks), "")
        rows = StepRequirement.active().filter(step=step, certificate_type=asked.kind if asked else "")
        row = rows.values_list("pk", flat=True).first()
        self.both(
            "let go on",
            lambda: part.let_go_on(asked if known else None, reason, who),
            lambda: requirement_overrides.create(
                part.id, {"requirementId": row or "req_x", "reason": reason}, Actor(who)
            ),
        )

    @happens(pick=picks, certificate=st.sampled_from([0, 1, 0, 1, "cert_unknown"]), who=people)
    def attach(self, pick, certificate, who):
        part = self.pick_part(pick)
        certificate = self.certificates[certificate] if isinstance(certificate, int) else certificate
        result = self.both(
            "attach",
            lambda: model.attach([part], certificate, self.certificates, who, single=True),
            lambda: attaching.attach(part.id, certificate, Actor(who)),
        )
        assert result is None or result[1].serial_id == part.number

    @happens(chosen=st.lists(picks, min_size=1, max_size=4), certificate=st.sampled_from([0, 1]), who=people)
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

    # --- Notes

    @happens(chosen=st.lists(picks, min_size=1, max_size=3), place=picks, astray=seldom, text=reasons, who=people)
    def write_note(self, chosen, place, astray, text, who):
        parts = [self.pick(self.parts, pick) for pick in chosen]
        path = parts[0].path
        step = self.pick(path.steps, place)
        if not astray:
            parts = [part for part in parts if part.path is path]
        fields = {"jobId": self.job.id, "pathId": path.id, "stepId": step.id, "text": text}
        result = self.both(
            "write note",
            lambda: model.note(parts, path, step, text, who),
            lambda: notes.create(fields | {"serialIds": [part.id for part in parts]}, Actor(who)),
        )
        if result:
            noted, written = result
            assert written.serial_ids == [part.id for part in noted]
            for part in noted:
                part.noted.append((written.public_id, step.id))

    # --- What happens, and what holds at all times

    @rule(event=st.deferred(lambda: EVENTS))
    def something_happens(self, event):
        name, arguments = event
        getattr(self, name)(**arguments)

    @invariant()
    def tables_say_what_the_model_says(self):
        if self.changed:  # a refused call left the tables as they were; that was looked at then
            self.comparison.after_a_change()
            self.changed = False


EVENTS = events_of(ShopMachine)
