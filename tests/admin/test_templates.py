"""Route templates and the libraries by form: through the services, with their refusals where people look."""

import pytest

from serials.models import LibraryEntry, RouteTemplate
from tests.admin.desk import act, url
from tests.admin.test_planning import errors
from tests.factories import LibraryEntryFactory, TemplateFactory

pytestmark = pytest.mark.django_db


def form(*steps: dict, template: RouteTemplate | None = None, **fields: str) -> dict[str, object]:
    """Return what a browser sends: the template's fields, and its steps with these over or behind them."""
    existing = list(template.steps.order_by("order")) if template else []
    total = max(len(existing), len(steps))
    data: dict[str, object] = {"steps-TOTAL_FORMS": total, "steps-INITIAL_FORMS": len(existing)} | fields
    for index, step in enumerate(existing):
        data |= {f"steps-{index}-id": step.pk, f"steps-{index}-template": template.pk}
        data |= {f"steps-{index}-{name}": getattr(step, name) for name in ("name", "location", "dependency_type")}
    for index, step in enumerate(steps):
        data.setdefault(f"steps-{index}-dependency_type", "preferred")
        data |= {f"steps-{index}-{name}": value for name, value in step.items()}
    return data


def route(template: RouteTemplate) -> list[tuple]:
    """Return the steps in order."""
    return list(template.steps.order_by("order").values_list("name", "location", "optional", "dependency_type"))


class TestTemplates:
    """Templates with their steps."""

    def test_one_is_made_with_its_steps_and_who_made_it(self, supervisor):
        steps = (
            {"name": "Saw", "location": "Bay 1", "dependency_type": "physical"},
            {"name": "Pack", "optional": "on"},
        )

        response = supervisor.post(
            url("serials_routetemplate", "add"), form(*steps, {}, name="Cut", advancement_mode="flexible")
        )

        assert response.status_code == 302, errors(response)
        template = RouteTemplate.objects.get()
        assert (template.name, template.advancement_mode) == ("Cut", "flexible")
        assert route(template) == [("Saw", "Bay 1", False, "physical"), ("Pack", "", True, "preferred")]
        assert template.history.get().history_user_id == supervisor.user.pk
        assert "Saw" in supervisor.get(url("serials_routetemplate", "change", template.pk)).content.decode()

    def test_steps_are_changed_taken_away_and_appended(self, supervisor):
        template = TemplateFactory(name="Cut", steps=("Saw", "Mill"))
        steps = ({"name": "Band saw"}, {"DELETE": "on"}, {"name": "Pack"})

        response = supervisor.post(
            url("serials_routetemplate", "change", template.pk), form(*steps, template=template, name="Cut")
        )

        assert response.status_code == 302, errors(response)
        assert [step[0] for step in route(template)] == ["Band saw", "Pack"]

    def test_without_steps_it_is_refused_in_the_services_words(self, supervisor):
        response = supervisor.post(url("serials_routetemplate", "add"), form({}, {}, name="Cut"))

        assert "steps must have at least one item" in errors(response)
        assert not RouteTemplate.objects.exists()

    def test_only_what_was_changed_is_written(self, supervisor):
        template = TemplateFactory(name="Cut")
        supervisor.post(url("serials_routetemplate", "change", template.pk), form(template=template, name="Turn"))

        template.refresh_from_db()
        assert template.name == "Turn"
        assert [step.history.count() for step in template.steps.all()] == [1, 1, 1]

    def test_it_is_deleted_once_that_is_confirmed(self, supervisor, qc):
        template = TemplateFactory()

        act(supervisor, [template], "remove")

        assert not RouteTemplate.objects.exists()
        assert RouteTemplate.history.get(history_type="-").history_user_id == supervisor.user.pk
        other = TemplateFactory()
        assert qc.get(url("serials_routetemplate", "change", other.pk)).context["tools"] == []

    def test_a_template_is_found_by_a_step(self, qc):
        TemplateFactory(name="Cut", steps=("Saw", "Saw again"))
        TemplateFactory(name="Turn", steps=("Turn",))

        found = qc.get(url("serials_routetemplate"), {"q": "saw"}).context["cl"].result_list
        assert [(template.name, template.step_count) for template in found] == [("Cut", 2)]


class TestLibraries:
    """Names of processes and locations."""

    def test_a_name_is_added_once_and_removed(self, supervisor):
        typed = {"kind": "location", "name": " Bay 4 "}
        assert supervisor.post(url("serials_libraryentry", "add"), typed).status_code == 302
        entry = LibraryEntry.objects.get()
        assert (entry.name, entry.kind, entry.pk[:5]) == ("Bay 4", "location", "lloc_")
        assert supervisor.get(url("serials_libraryentry", "change", entry.pk)).status_code == 200

        again = supervisor.post(url("serials_libraryentry", "add"), typed | {"name": "BAY 4"})
        assert again.context["adminform"].form.errors["name"] == ["BAY 4 already exists"]

        act(supervisor, [entry, LibraryEntryFactory()], "remove")
        assert not LibraryEntry.objects.exists()
