"""What the editor's buttons do to a route that is being written, whatever was written before."""

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from serials.refusals import AssigneeUnknown, StepRemoved, StepReordered
from serials.services.route_steps import STEPS_MAX
from shopplanr.floor import route_form
from shopplanr.floor.route_form import RouteForm, Row, after, blank_rows
from shopplanr.refusals import Invalid

keys = st.one_of(st.from_regex(r"new-[1-9][0-9]{0,3}", fullmatch=True), st.from_regex(r"step_[\w-]{8}", fullmatch=True))
rows = st.lists(keys, max_size=8, unique=True).map(lambda some: tuple(Row(key, name=f"At {key}") for key in some))
forms = rows.map(lambda some: RouteForm(name="Route", rows=some))


@st.composite
def written(draw):
    """A route of which parts carry the first steps, and a button of it."""
    form = draw(forms)
    held = draw(st.integers(0, len(form.rows)))
    verb = draw(st.sampled_from(["add", "up", "down", "remove", "nonsense", ""]))
    key = draw(st.sampled_from([row.key for row in form.rows] or ["new-1"]))
    return form, frozenset(row.key for row in form.rows[:held]), verb if verb == "add" else f"{verb}-{key}"


@given(written())
def test_a_button_changes_one_row_and_none_that_parts_carry(case):
    form, held, deed = case
    try:
        changed = after(form, deed, held)
    except (StepReordered, StepRemoved):
        assert deed.partition("-")[0] in ("up", "down", "remove") and held
        return

    before, behind = list(form.rows), list(changed.rows)
    if deed == "add":
        assert behind[:-1] == before and behind[-1].is_blank and behind[-1].key not in {row.key for row in before}
    elif deed.startswith("remove-"):
        assert behind == [row for row in before if row.key != deed.removeprefix("remove-")]
    else:
        assert sorted(behind, key=lambda row: row.key) == sorted(before, key=lambda row: row.key)
        assert sum(one != other for one, other in zip(before, behind, strict=True)) in (0, 2)
    assert [row for row in behind if row.key in held] == behind[: len(held)] == before[: len(held)]
    assert (changed.name, changed.goal, changed.mode) == (form.name, form.goal, form.mode)


@given(forms, st.data())
def test_up_and_down_again_is_nothing(form, data):
    row = data.draw(st.sampled_from(form.rows or (Row("new-1"),)))
    place = form.rows.index(row) if form.rows else 0
    there, back = ("up", "down") if place else ("down", "up")
    assert after(after(form, f"{there}-{row.key}"), f"{back}-{row.key}").rows == form.rows


@given(forms)
def test_what_is_sent_is_what_was_written(form):
    post = QueryDict(mutable=True)
    post["name"], post["goalQuantity"], post["mode"] = form.name, form.goal, form.mode
    post.setlist("step", [row.key for row in form.rows])
    for row in form.rows:
        post[f"name-{row.key}"] = row.name
    assert route_form.typed(post) == form


def test_rows_in_which_nothing_was_written_are_left_out():
    form = RouteForm("Route", "5", rows=(Row("new-1"), Row("new-2", "Saw"), Row("step_1"), Row("new-3", " ")))

    usual = {"location": "", "optional": False, "dependencyType": "preferred", "assignedTo": None, "requirements": []}
    assert form.given()["steps"] == [
        usual | {"name": "Saw"},
        usual | {"name": "", "id": "step_1"},
    ]
    assert form.given()["goalQuantity"] == 5
    # and what is wrong with the second one is wrong with the third row
    assert form.faults(Invalid.required("steps[1].name")) == {"step_1": "name"}
    assert form.faults(AssigneeUnknown("steps[0].assignedTo")) == {"new-2": "assignedTo"}
    assert form.faults(StepRemoved()) == form.faults(Invalid.required("steps[7].name")) == {}


def test_the_work_goes_on_where_the_hand_is():
    form = RouteForm(rows=tuple(Row(f"new-{number}", "Saw") for number in (1, 2, 3)))

    assert after(form, "add").focus == "name-new-4"
    assert after(form, "up-new-3").focus == "up-new-3"
    assert after(form, "up-new-2").focus == "down-new-2"  # it is the first now: up leads no further
    assert after(form, "down-new-2").focus == "up-new-2"
    assert after(form, "remove-new-2").focus == "name-new-3"
    assert after(form, "remove-new-3").focus == "name-new-2"
    assert after(RouteForm(rows=(Row("new-1"),)), "remove-new-1").focus == "add-step"


def test_a_route_has_an_end():
    full = RouteForm(rows=blank_rows(STEPS_MAX))

    with pytest.raises(Invalid, match=f"^steps must have at most {STEPS_MAX} items$"):
        after(full, "add")
