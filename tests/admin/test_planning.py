"""Jobs, paths and steps by form: through the services, with their refusals where people look."""

import re

import pytest

from serials.models import Job, Path, Step
from serials.services import batches, priorities
from shopplanr.accounts.roles import Role
from tests.accounts.factories import UserFactory
from tests.admin.conftest import staff
from tests.admin.desk import cost, url
from tests.factories import PLANNER, JobFactory, PathFactory, make_serials, steps_of

pytestmark = pytest.mark.django_db


def errors(response) -> str:
    """Return everything that the form has against what was typed."""
    form = response.context["adminform"].form
    return " ".join(error for errors in form.errors.values() for error in errors)


def steps_form(*steps: dict, path: Path | None = None) -> dict[str, object]:
    """Return what a browser sends of the table of steps: those that are there, and these behind or over them."""
    existing = steps_of(path) if path else []
    data: dict[str, object] = {
        "steps-TOTAL_FORMS": max(len(existing), len(steps)),
        "steps-INITIAL_FORMS": len(existing),
    }
    for index, step in enumerate(existing):
        data |= {
            f"steps-{index}-id": step.pk,
            f"steps-{index}-path": path.pk,
            f"steps-{index}-name": step.name,
            f"steps-{index}-location": step.location,
            f"steps-{index}-dependency_type": step.dependency_type,
        } | ({f"steps-{index}-optional": "on"} if step.optional else {})
    for index, step in enumerate(steps):
        data.setdefault(f"steps-{index}-dependency_type", "preferred")
        data |= {f"steps-{index}-{name}": value for name, value in step.items()}
    return data


class TestJobs:
    """Jobs."""

    def test_a_job_is_made_with_all_its_facts_and_who_made_it(self, supervisor):
        response = supervisor.post(
            url("serials_job", "add"),
            {
                "name": " Bracket ",
                "goal_quantity": "25",
                "due_date": "2027-01-15",
                "jira_ticket_key": "SHOP-12",
                "jira_part_number": "BR-7",
                "jira_labels": "titanium, aerospace,",
            },
        )

        assert response.status_code == 302, errors(response)
        job = Job.objects.get()
        assert (job.name, job.goal_quantity, str(job.due_date)) == ("Bracket", 25, "2027-01-15")
        assert (job.jira_ticket_key, job.jira_labels) == ("SHOP-12", ["titanium", "aerospace"])
        assert job.history.get().history_user_id == supervisor.user.pk
        assert supervisor.get(url("serials_job", "change", job.pk)).status_code == 200

    @pytest.mark.parametrize(
        ("goal", "sentence"),
        [("0", "goalQuantity must be greater than 0"), ("9999999", "goalQuantity must be at most 1000000")],
    )
    def test_a_refusal_stands_at_its_field_and_what_was_typed_stays(self, supervisor, goal, sentence):
        response = supervisor.post(url("serials_job", "add"), {"name": "Bracket", "goal_quantity": goal})

        form = response.context["adminform"].form
        assert form.errors["goal_quantity"] == [sentence]
        assert form["name"].value() == "Bracket"
        assert not Job.objects.exists()

    def test_a_job_is_changed_by_field_and_only_where_something_changed(self, supervisor):
        job = JobFactory(name="Bracket", jiraTicketKey="SHOP-12")
        changed = {"name": "Bracket, left", "goal_quantity": job.goal_quantity, "jira_ticket_key": "OTHER"}

        response = supervisor.post(url("serials_job", "change", job.pk), changed)

        assert response.status_code == 302, errors(response)
        job.refresh_from_db()
        assert (job.name, job.jira_ticket_key) == ("Bracket, left", "SHOP-12")
        last, _ = job.history.order_by("-history_id")
        assert last.history_user_id == supervisor.user.pk

    def test_a_refused_change_changes_nothing(self, supervisor):
        job = JobFactory(name="Bracket")

        response = supervisor.post(url("serials_job", "change", job.pk), {"name": "Other", "goal_quantity": "0"})

        assert "goalQuantity must be greater than 0" in errors(response)
        job.refresh_from_db()
        assert job.name == "Bracket"
        assert job.history.count() == 1

    def test_what_planners_know_is_typed_shown_changed_and_taken_away(self, supervisor):
        JobFactory(name="First")
        typed = {
            "name": "Bracket",
            "goal_quantity": "25",
            "customer": "Aldine",
            "purchase_order": "PO 7",
            "part_number": "LG-4",
            "part_revision": "F",
            "tags": " titanium, first article,,",
            "priority": "1",
        }
        assert supervisor.post(url("serials_job", "add"), typed).status_code == 302
        job = Job.objects.get(name="Bracket")
        assert (job.customer, job.purchase_order, job.part_number, job.part_revision) == ("Aldine", "PO 7", "LG-4", "F")
        assert (job.tags, job.priority) == (["titanium", "first article"], 1)

        page = supervisor.get(url("serials_job", "change", job.pk)).content.decode()
        assert 'value="titanium, first article"' in page
        assert "LG-4 rev F" in supervisor.get(url("serials_job")).content.decode()

        cleared = {"name": "Bracket", "goal_quantity": "25", "initial-priority": "1"}
        assert supervisor.post(url("serials_job", "change", job.pk), cleared).status_code == 302
        job.refresh_from_db()
        assert (job.customer, job.part_number, job.tags, job.priority, job.ranked) == ("", "", None, 2, False)

    def test_a_place_that_changed_while_the_page_was_open_stays(self, supervisor):
        job, other = JobFactory(name="Bracket"), JobFactory()
        page = supervisor.get(url("serials_job", "change", job.pk)).content.decode()
        assert re.search(r'<input type="hidden" name="initial-priority" value="1"', page)
        priorities.move(other.pk, PLANNER, position=1)

        typed = {"name": "Bracket, left", "goal_quantity": "5", "priority": "1", "initial-priority": "1"}
        assert supervisor.post(url("serials_job", "change", job.pk), typed).status_code == 302

        job.refresh_from_db()
        assert (job.name, job.priority) == ("Bracket, left", 2)

    @pytest.mark.parametrize(
        ("field", "typed", "sentence"),
        [
            ("tags", 'a"b', "tags cannot hold commas, quotes, backslashes or line breaks"),
            ("priority", "0", "priority must be greater than 0"),
        ],
    )
    def test_what_planners_type_wrongly_is_said_at_its_field(self, supervisor, field, typed, sentence):
        response = supervisor.post(url("serials_job", "add"), {"name": "Bracket", "goal_quantity": "5", field: typed})

        form = response.context["adminform"].form
        assert form.errors[field] == [sentence]
        assert form[field].value() == typed

    def test_late_jobs_stand_out_by_a_shape_and_a_word(self, qc):
        late = JobFactory(name="Late one", dueDate="2000-01-01")
        JobFactory(name="Calm one", dueDate="2090-01-01")
        JobFactory(name="No date")

        page = qc.get(url("serials_job")).content.decode()
        assert 'marks.svg#late"></use></svg>Late</span>' in page
        assert 'marks.svg#on-track"></use></svg>On track</span>' in page
        assert "marks.svg#late" in qc.get(url("serials_job", "change", late.pk)).content.decode()

        def found(stands: str) -> set[str]:
            return {job.name for job in qc.get(url("serials_job"), {"stands": stands}).context["cl"].result_list}

        assert found("late") == {"Late one"}
        assert found("on_track") == {"Calm one"}
        assert found("done") == found("at_risk") == set()
        assert found("open") == found("nonsense") == {"Late one", "Calm one", "No date"}

    def test_a_jobs_page_shows_its_paths_and_how_far_they_are(self, qc):
        path = PathFactory(name="Mill and turn")
        make_serials(path, 3)

        page = qc.get(url("serials_job", "change", path.job_id)).content.decode()

        assert "Mill and turn" in page
        assert "0 of 10" in page


class TestPaths:
    """Paths with their steps."""

    def test_a_path_is_made_with_its_steps_in_order(self, supervisor):
        job = JobFactory()
        data = {"job": job.pk, "name": "Route A", "goal_quantity": "5", "advancement_mode": "per_step"}
        steps = steps_form(
            {"name": "Saw", "location": "Bay 1", "dependency_type": "physical"},
            {"name": "Deburr", "optional": "on"},
            {},
        )

        response = supervisor.post(url("serials_path", "add"), data | steps)

        assert response.status_code == 302, errors(response)
        path = Path.objects.get()
        assert (path.job, path.name, path.advancement_mode) == (job, "Route A", "per_step")
        assert list(path.steps.order_by("order").values_list("name", "location", "optional", "dependency_type")) == [
            ("Saw", "Bay 1", False, "physical"),
            ("Deburr", "", True, "preferred"),
        ]
        assert path.history.get().history_user_id == supervisor.user.pk
        assert supervisor.get(url("serials_path", "change", path.pk)).status_code == 200

    def test_a_path_without_steps_is_refused_in_the_services_words(self, supervisor):
        data = {"job": JobFactory().pk, "name": "Route A", "goal_quantity": "5", "advancement_mode": "strict"}

        response = supervisor.post(url("serials_path", "add"), data | steps_form({}, {}))

        assert "steps is required" in errors(response)
        assert not Path.objects.exists()

    def test_steps_are_renamed_and_appended_while_parts_are_on_the_path(self, supervisor):
        path = PathFactory()
        (part,) = make_serials(path)
        steps = steps_form({"name": "Band saw"}, {}, {}, {"name": "Pack"}, path=path)

        response = supervisor.post(
            url("serials_path", "change", path.pk),
            {"name": path.name, "goal_quantity": "10", "advancement_mode": "strict"} | steps,
        )

        assert response.status_code == 302, errors(response)
        assert [step.name for step in steps_of(path)] == ["Band saw", "Mill", "Inspect", "Pack"]
        assert part.step_statuses.count() == 4

    def test_only_what_was_changed_is_written(self, supervisor):
        path = PathFactory()
        data = {"name": "Another", "goal_quantity": "10", "advancement_mode": "strict"} | steps_form(path=path)

        assert supervisor.post(url("serials_path", "change", path.pk), data).status_code == 302

        path.refresh_from_db()
        assert path.name == "Another"
        assert [step.history.count() for step in steps_of(path)] == [1, 1, 1]

    def test_a_step_goes_only_where_no_part_was_made(self, supervisor):
        path = PathFactory()
        data = {"name": path.name, "goal_quantity": "10", "advancement_mode": "strict"}
        without_mill = data | steps_form({}, {"DELETE": "on"}, {}, path=path)

        assert supervisor.post(url("serials_path", "change", path.pk), without_mill).status_code == 302
        assert [step.name for step in steps_of(path)] == ["Saw", "Inspect"]

        batches.create(path.job_id, path.pk, 1, PLANNER)
        without_saw = data | steps_form({"DELETE": "on"}, {}, path=path)
        supervisor.post(url("serials_path", "change", path.pk), without_saw)
        assert [step.name for step in steps_of(path)] == ["Saw", "Inspect"]

    def test_who_only_looks_sees_the_steps_and_no_field(self, qc):
        path = PathFactory()
        make_serials(path, 2)

        page = qc.get(url("serials_path", "change", path.pk)).content.decode()

        assert "Inspect" in page
        assert 'name="steps-0-name"' not in page
        assert "fullest" in page

    def test_a_paths_page_costs_the_same_however_many_parts_are_on_it(self, qc):
        path = PathFactory()
        few = cost(qc, url("serials_path", "change", path.pk))
        make_serials(path, 50)

        assert cost(qc, url("serials_path", "change", path.pk)) == few


class TestSteps:
    """Steps by themselves."""

    def test_a_step_is_assigned_and_configured(self, supervisor):
        step, person = steps_of(PathFactory())[1], UserFactory()
        data = {"assigned_to": person.pk, "optional": "on", "dependency_type": "physical"}

        response = supervisor.post(url("serials_step", "change", step.pk), data)

        assert response.status_code == 302, errors(response)
        step = Step.objects.get(pk=step.pk)
        assert (step.assigned_to, step.optional, step.dependency_type) == (person, True, "physical")
        assert {version.history_user_id for version in step.history.all()} == {"planner", supervisor.user.pk}

    def test_nobody_is_a_choice_too_and_somebody_who_left_is_none(self, supervisor):
        step = steps_of(PathFactory())[1]
        gone = UserFactory(is_active=False)
        data = {"dependency_type": step.dependency_type}

        refused = supervisor.post(url("serials_step", "change", step.pk), data | {"assigned_to": gone.pk})
        cleared = supervisor.post(url("serials_step", "change", step.pk), data | {"assigned_to": ""})

        assert "assigned_to" in refused.context["adminform"].form.errors
        assert cleared.status_code == 302
        assert step.history.count() == 1, "nothing changed, so there is no new version"


def test_a_planners_popup_finds_jobs_by_name():
    client = staff(Role.SUPERVISORS)
    JobFactory(name="Bracket")
    asked = {"app_label": "serials", "model_name": "path", "field_name": "job"}

    found = client.get("/admin/autocomplete/", asked | {"term": "brack"}).json()["results"]

    assert [result["text"] for result in found] == ["Bracket"]
    assert client.get("/admin/autocomplete/", asked | {"term": "\0"}).status_code == 200
