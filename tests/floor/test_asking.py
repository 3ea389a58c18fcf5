"""Writing in the editor of routes and of templates which certificates a step asks for."""

import pytest

from serials.models import StepRequirement
from serials.services import requirements
from shopplanr.accounts.roles import Role
from shopplanr.floor.route_form import Asked, Row
from tests.coverage.papers import PROCESS, asked_of, asking
from tests.factories import PLANNER, JobFactory, TemplateFactory, steps_of
from tests.floor.visitors import MOST_QUERIES, main, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

BEST = PROCESS | {"en10204Minimum": "3.1", "policy": "warn", "quantity": 2}


@pytest.fixture
def planner():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def path():
    return asking(("Saw", BEST), "Inspect")


def typed(*rows: tuple[str, str, list[tuple[str, str, str, str]]], **fields) -> dict:
    """Return the form; a row is its key, its name and its lines: type, quantity, minimum and policy."""
    form = {"name": "Route", "goalQuantity": "5", "mode": "strict", "step": [key for key, *_ in rows]} | fields
    for key, name, lines in rows:
        form |= {f"name-{key}": name, f"dependency-{key}": "preferred"}
        for place, field in enumerate(("type", "quantity", "minimum", "policy")):
            form[f"asks-{field}-{key}"] = [line[place] for line in lines]
    return form


EMPTY = ("", "1", "", "block")


def words_of(step) -> list[tuple[str, str]]:
    return [(each.words, each.policy) for each in asked_of(step)]


def test_the_editor_shows_what_a_step_asks_for_and_room_for_one_more(planner, path):
    html = planner.get(f"/paths/{path.pk}/edit").content.decode()

    saw, inspect = steps_of(path)
    assert html.count(f'name="asks-type-{saw.pk}"') == 2
    assert html.count(f'name="asks-type-{inspect.pk}"') == 1
    assert "2 process certs, 3.1+" in html


def test_what_is_written_is_what_the_steps_ask_for(planner, path):
    saw, inspect = steps_of(path)
    seen = planner.get(f"/paths/{path.pk}/edit").context["seen"]
    form = typed(
        (saw.pk, "Saw", [EMPTY]),
        (inspect.pk, "Inspect", [("process", "3", "2.2", "block_or_override"), ("material", "1", "", "block"), EMPTY]),
        seen=seen,
    )

    assert planner.post(f"/paths/{path.pk}/edit", form).status_code == 303
    assert words_of(saw) == []
    assert sorted(words_of(inspect)) == [
        ("1 material certificate", "block"),
        ("3 process certificates (EN 10204 2.2 or better)", "block_or_override"),
    ]


def test_a_new_route_and_a_new_template(planner):
    job = JobFactory()
    row = ("new-1", "Saw", [("material", "1", "3.1", "block"), EMPTY])

    assert planner.post(f"/jobs/{job.pk}/routes/new", typed(row)).status_code == 303
    assert words_of(steps_of(job.paths.get())[0]) == [("1 material certificate (EN 10204 3.1 or better)", "block")]
    response = planner.post("/templates/new", typed(row, mode=""), follow=True)
    assert "1 material cert, 3.1+" in main(response)


def test_a_route_begins_with_what_a_template_asks_for(planner):
    template = TemplateFactory(steps=[{"name": "Saw", "requirements": [BEST]}])
    page = planner.get(f"/jobs/{JobFactory().pk}/routes/new", {"from": f"template:{template.pk}"})
    assert "2 process certs, 3.1+" in page.content.decode()


def test_other_buttons_keep_what_was_typed_and_offer_another_line(planner, path):
    saw, inspect = steps_of(path)
    form = typed((saw.pk, "Saw", [("material", "7", "3.2", "warn")]), (inspect.pk, "Inspect", [EMPTY]), do="add")

    page = planner.post(f"/paths/{path.pk}/edit", form).content.decode()

    assert page.count(f'name="asks-type-{saw.pk}"') == 2
    assert f'name="asks-quantity-{saw.pk}" value="7"' in page


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("process", "0", "", "block"), "steps[0].requirements[0].quantity must be greater than 0"),
        (("process", "many", "", "block"), "steps[0].requirements[0].quantity is required"),
        (("glue", "1", "", "block"), "steps[0].requirements[0].certificateType must be one of: material, process"),
        (("process", "1", "9", "block"), "steps[0].requirements[0].en10204Minimum must be one of: 2.1, 2.2, 3.1, 3.2"),
    ],
)
def test_what_cannot_be_asked_for_is_refused_at_its_step_which_stands_open(line, sentence, planner, path):
    saw, inspect = steps_of(path)
    seen = planner.get(f"/paths/{path.pk}/edit").context["seen"]
    form = typed((saw.pk, "Saw", [line]), (inspect.pk, "Inspect", [EMPTY]), seen=seen)

    response = planner.post(f"/paths/{path.pk}/edit", form)

    assert (response.status_code, sentence in main(response)) == (400, True)
    assert 'class="fold step-asks" open' in response.content.decode()
    assert words_of(saw) == [("2 process certificates (EN 10204 3.1 or better)", "warn")]


def test_somebody_else_asked_for_something_meanwhile(planner, path):
    saw, inspect = steps_of(path)
    seen = planner.get(f"/paths/{path.pk}/edit").context["seen"]
    requirements.set_of_step(inspect.pk, [PROCESS], PLANNER)

    response = planner.post(
        f"/paths/{path.pk}/edit", typed((saw.pk, "Saw", []), (inspect.pk, "Inspect", []), seen=seen)
    )

    assert response.status_code == 409
    assert StepRequirement.active().count() == 2


def test_the_editor_costs_the_same_for_many_steps(planner):
    path = asking(*[(f"Step {n}", BEST) for n in range(60)])
    with counted_statements() as statements:
        planner.get(f"/paths/{path.pk}/edit")
    assert len(statements) <= MOST_QUERIES


def test_a_row_in_which_a_certificate_was_chosen_is_not_blank():
    assert Row("new-1", asks=(Asked(),)).is_blank
    assert not Row("new-1", asks=(Asked("process"),)).is_blank
