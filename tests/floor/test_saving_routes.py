"""Saving a route in one piece: steps and who does them, once, and only as long as it is what the planner saw."""

import pytest

from serials import refusals
from serials.models import Path, Step, TemplateStep
from serials.services import paths, planning, steps, templates
from shopplanr.actor import Actor
from shopplanr.refusals import Invalid
from tests.accounts.factories import UserFactory
from tests.factories import PLANNER, JobFactory, PathFactory, TemplateFactory, make_serial, steps_of
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

ACTOR = Actor("vikram", credential="session")


def items(path, **more):
    return [{"id": step.pk, "name": step.name} | more for step in steps_of(path)]


def mark(path) -> str:
    path = Path.objects.get(pk=path.pk)
    return planning.mark_of(path, path.steps.order_by("order"))


def assignees(path) -> list[str | None]:
    return [step.assigned_to_id for step in steps_of(path)]


class TestPeople:
    def test_a_new_route_says_who_does_what(self):
        keiko = UserFactory()
        fields = {"jobId": JobFactory().pk, "name": "Route", "goalQuantity": 5}

        path = planning.create_path(
            fields | {"steps": [{"name": "Saw", "assignedTo": keiko.pk}, {"name": "Mill", "assignedTo": None}]}, ACTOR
        )

        assert assignees(path) == [keiko.pk, None]
        saw = steps_of(path)[0]
        versions = saw.history.order_by("history_id").values_list("history_type", "assigned_to_id", "history_user_id")
        assert list(versions) == [("+", None, "vikram"), ("~", keiko.pk, "vikram")]

    def test_what_an_item_leaves_out_stays(self):
        keiko, path = UserFactory(), PathFactory()
        steps.assign(steps_of(path)[1].pk, keiko.pk, PLANNER)

        planning.save_path(path.pk, {"steps": items(path)}, ACTOR)
        assert assignees(path) == [None, keiko.pk, None]
        planning.save_path(path.pk, {"steps": items(path, assignedTo=None)}, ACTOR)
        assert assignees(path) == [None, None, None]

    def test_whoever_left_keeps_a_step_and_gets_no_other(self):
        gone, path = UserFactory(), PathFactory()
        saw = steps_of(path)[0]
        steps.assign(saw.pk, gone.pk, PLANNER)
        gone.is_active = False
        gone.save()

        planning.save_path(path.pk, {"steps": [{"id": saw.pk, "name": "Cut", "assignedTo": gone.pk}]}, ACTOR)
        assert [(step.name, step.assigned_to_id) for step in steps_of(path)] == [("Cut", gone.pk)]
        with pytest.raises(refusals.AssigneeUnknown) as refused:
            new = {"name": "Mill", "assignedTo": gone.pk}
            planning.save_path(path.pk, {"steps": [*items(path), new]}, ACTOR)
        assert refused.value.errors == {"steps[1].assignedTo": ["User not found or inactive"]}

    @pytest.mark.parametrize("nobody", ["user_x", "", "\0", "x" * 500, 7, ["user_x"], {"id": 1}, True])
    def test_a_refusal_leaves_no_trace(self, nobody):
        path, job = PathFactory(), JobFactory()
        versions = Step.history.count()

        with pytest.raises(refusals.AssigneeUnknown):
            planning.save_path(path.pk, {"name": "New", "steps": items(path, name="X", assignedTo=nobody)}, ACTOR)
        with pytest.raises(refusals.AssigneeUnknown):
            fields = {"jobId": job.pk, "name": "New", "goalQuantity": 1}
            planning.create_path(fields | {"steps": [{"name": "Saw", "assignedTo": nobody}]}, ACTOR)

        assert [step.name for step in steps_of(path)] == ["Saw", "Mill", "Inspect"]
        assert Path.objects.get() == path and Step.history.count() == versions

    def test_its_statements_do_not_grow_with_the_steps(self):
        people = UserFactory.create_batch(2)

        def cost(number: int) -> int:
            path = PathFactory(steps=[f"Step {place}" for place in range(number)])
            make_serial(path)
            wanted = [
                item | {"name": f"Renamed {place}", "assignedTo": people[place % 2].pk}
                for place, item in enumerate(items(path))
            ]
            with counted_statements() as statements:
                planning.save_path(path.pk, {"steps": [*wanted, {"name": "More"}]}, ACTOR, seen=mark(path))
            return len(statements)

        assert cost(4) == cost(40) <= 27


class TestSeen:
    """Two who change the same route."""

    def changes(self, path):
        saw = steps_of(path)[0]
        other = UserFactory()
        yield lambda: paths.update(path.pk, {"name": "Other"}, PLANNER)
        yield lambda: paths.update(path.pk, {"goalQuantity": 77}, PLANNER)
        yield lambda: paths.set_mode(path.pk, "flexible", PLANNER)
        yield lambda: paths.update(path.pk, {"steps": [*items(path), {"name": "Pack"}]}, PLANNER)
        yield lambda: steps.assign(saw.pk, other.pk, PLANNER)
        yield lambda: steps.configure(saw.pk, {"optional": True}, PLANNER)
        yield lambda: steps.configure(saw.pk, {"dependencyType": "physical"}, PLANNER)

    def test_what_changed_meanwhile_is_not_overwritten(self):
        path = PathFactory()
        for change in self.changes(path):
            seen = mark(path)
            change()
            with pytest.raises(refusals.RouteChanged) as refused:
                planning.save_path(path.pk, {"name": "Mine", "steps": [{"name": "Saw"}]}, ACTOR, seen=seen)
            assert refused.value.status == 409
            assert "was changed by somebody else meanwhile" in refused.value.message
        assert len(steps_of(path)) == 4

    def test_what_did_not_change_is_saved_whatever_parts_do(self):
        path = PathFactory()
        seen = mark(path)
        make_serial(path)

        planning.save_path(path.pk, {"name": "Mine", "steps": items(path)}, ACTOR, seen=seen)

        assert Path.objects.get().name == "Mine"

    def test_a_template_too(self):
        template = TemplateFactory()
        seen = planning.mark_of(template, template.steps.order_by("order"))
        templates.update(template.pk, {"steps": [{"name": "Saw"}, {"name": "Turn"}]}, PLANNER)

        with pytest.raises(refusals.RouteChanged):
            planning.save_template(template.pk, {"name": "Mine"}, ACTOR, seen=seen)
        template.refresh_from_db()
        seen = planning.mark_of(template, template.steps.order_by("order"))
        planning.save_template(template.pk, {"name": "Mine", "steps": [{"name": "Cut"}]}, ACTOR, seen=seen)
        assert [step.name for step in TemplateStep.objects.all()] == ["Cut"]

    def test_the_services_refusals_come_through(self):
        path = PathFactory()
        make_serial(path)

        with pytest.raises(refusals.StepRemoved):
            planning.save_path(path.pk, {"steps": items(path)[:2]}, ACTOR, seen=mark(path))
        with pytest.raises(refusals.StepRemoved):  # a new one in its place is not the one that parts carry
            planning.save_path(path.pk, {"steps": [*items(path)[:2], {"name": "Wash"}]}, ACTOR, seen=mark(path))
        with pytest.raises(refusals.StepReordered):
            planning.save_path(path.pk, {"steps": items(path)[::-1]}, ACTOR, seen=mark(path))
        with pytest.raises(Invalid, match="steps is required"):
            planning.save_path(path.pk, {"steps": []}, ACTOR, seen=mark(path))
