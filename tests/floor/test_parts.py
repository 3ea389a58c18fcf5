"""The list of parts: searched, filtered, sorted, and acted on; and the jump of several."""

import pytest

from certificates.models import CertAttachment
from certificates.services import attaching
from serials.models import Serial
from serials.services import advancement, endings, requirements
from shopplanr.accounts.roles import Role
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serials, steps_of
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def path():
    steps = ("Saw", {"name": "Deburr", "location": "Bench 2", "optional": True}, "Heat treat", "Inspect")
    return PathFactory(job=JobFactory(name="Bracket"), name="Main route", steps=steps, advancementMode="flexible")


@pytest.fixture
def parts(path):
    return make_serials(path, 3)


@pytest.fixture
def supervisor():
    return visitor(Role.SUPERVISORS)


def seen(*parts: Serial, index: int = 0) -> list[str]:
    return [f"{part.id}@{index}" for part in parts]


def places(parts) -> list[int]:
    return list(Serial.objects.filter(pk__in=[part.pk for part in parts]).values_list("current_step_index", flat=True))


def listed(response) -> list[str]:
    return [row.serial.id for row in response.context["rows"]]


class TestFinding:
    def test_every_part_with_its_state_and_place(self, parts, supervisor):
        advancement.advance(parts[1].id, OPERATOR)
        endings.scrap(parts[2].id, "damaged", None, OPERATOR)

        page = main(supervisor.get("/serials"))

        assert in_order(page, "3 parts", parts[0].id, "In progress", "Saw", "Bracket", "Main route")
        assert in_order(page, parts[1].id, "Deburr , Bench 2", parts[2].id, "Scrapped")

    def test_filters_are_those_of_the_api_and_stand_in_the_address(self, parts, path, supervisor):
        advancement.advance(parts[1].id, OPERATOR)
        heat = CertificateFactory(name="Heat A-1")
        supervisor.post(f"/serials/{parts[2].id}/attach-cert", {"certId": heat.pk})
        (other,) = make_serials()

        def found(**asked) -> list[str]:
            return listed(supervisor.get("/serials", asked))

        assert found(search=parts[0].id) == [parts[0].id]
        assert found(search="brack") == [part.id for part in parts]
        assert found(station="Deburr") == [parts[1].id]
        assert found(status="in-progress", pathId=other.path_id) == [other.id]
        assert found(certId=heat.pk) == [parts[2].id]
        assert found(stepId=path.steps.get(order=1).pk) == [parts[1].id]
        assert "Certificate: Heat A-1" in main(supervisor.get("/serials", {"certId": heat.pk}))

    def test_it_is_sorted_and_paged(self, supervisor):
        parts = make_serials(quantity=120)

        assert listed(supervisor.get("/serials", {"sort": "-number"}))[0] == parts[-1].id
        third = supervisor.get("/serials", {"page": "3"})
        assert listed(third) == [part.id for part in parts[100:]]
        assert "101 to 120 of 120" in main(third)
        assert listed(supervisor.get("/serials", {"page": "99"})) == listed(third)

    @pytest.mark.parametrize(
        "asked", ["status=loose", "sort=x", "page=-1", "page=x", "jobId=%00", "search=%00", "certId=" + "x" * 999]
    )
    def test_odd_addresses_are_no_fault(self, asked, parts, supervisor):
        assert supervisor.get(f"/serials?{asked}").status_code == 200

    def test_nothing_found_says_so(self, parts, supervisor):
        assert "No part matches" in main(supervisor.get("/serials", {"search": "SN-99999"}))

    def test_five_thousand_cost_no_more(self, supervisor):
        make_serials(quantity=5000)
        for _ in range(50):
            CertificateFactory()

        with counted_statements() as statements:
            supervisor.get("/serials", {"search": "Job", "status": "in_progress"})

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(supervisor, "/serials") <= MOST_BYTES


class TestActing:
    def test_the_chosen_move_on_together(self, parts, supervisor):
        form = {"do": "advance", "seen": seen(*parts), "back": "/serials?search=Bracket"}

        response = supervisor.post("/serials/act", form, follow=True)

        assert places(parts) == [1, 1, 1]
        assert response.redirect_chain == [("/serials?search=Bracket", 303)]
        assert said(response) == ["3 parts moved one step on."]

    def test_a_refusal_shows_the_list_as_it_was_with_everything_ticked(self, parts, supervisor):
        advancement.advance(parts[0].id, OPERATOR)
        form = {"do": "advance", "seen": seen(*parts), "back": "/serials?search=Bracket&sort=-number"}

        response = supervisor.post("/serials/act", form)

        assert response.status_code == 409
        assert places(parts) == [1, 0, 0]
        assert listed(response) == [part.id for part in reversed(parts)]
        assert response.content.decode().count("data-one checked") == 2  # the third one is elsewhere by now

    def test_a_certificate_goes_on_them(self, parts, supervisor):
        heat = CertificateFactory()

        supervisor.post("/serials/act", {"do": "attach", "cert": heat.pk, "seen": seen(*parts[:2])})

        assert CertAttachment.objects.count() == 2

    def test_labels_and_jumps_go_on_to_their_own_pages(self, parts, supervisor):
        labels = supervisor.post("/serials/act", {"do": "labels", "seen": seen(*parts)}).headers["Location"]
        jump = supervisor.post("/serials/act", {"do": "jump", "seen": seen(parts[0])}).headers["Location"]

        assert labels == "/labels?serials=" + "%2C".join(part.id for part in parts)
        assert jump.startswith(f"/serials/jump?seen={parts[0].id}%400")

    @pytest.mark.parametrize("form", [{}, {"do": "advance"}, {"do": "x", "seen": "SN-00001@0"}, {"do": "labels"}])
    def test_half_a_form_is_refused_with_words(self, form, parts, supervisor):
        response = supervisor.post("/serials/act", form)

        assert response.status_code == 400
        assert "Choose " in main(response)

    def test_nobody_is_led_to_another_site(self, parts, supervisor):
        form = {"do": "advance", "seen": seen(*parts), "back": "//evil.example/"}

        assert supervisor.post("/serials/act", form).headers["Location"] == "/serials"


class TestJumping:
    def test_what_it_does_to_each_is_shown_before(self, parts, supervisor):
        page = main(supervisor.get("/serials/jump", {"seen": seen(*parts)}))

        assert in_order(page, "Jump ahead: 3 parts", "Deburr Bench 2", "Nothing is passed.", "Heat treat")
        assert in_order(page, "Inspect", "Skipped Deburr (3 parts)", "Deferred Heat treat (3 parts)", "Completed")
        assert f"{parts[0].id}: Cannot complete {parts[0].id}" in page

    def test_all_of_them_jump(self, parts, supervisor):
        form = {"seen": seen(*parts), "targetStepIndex": "3", "back": "/serials"}

        response = supervisor.post("/serials/jump", form, follow=True)

        assert places(parts) == [3, 3, 3]
        assert said(response) == ["3 parts are done here. Next: Inspect."]

    def test_none_of_them_jumps_where_one_cannot(self, parts, supervisor):
        advancement.advance_to(parts[1].id, 2, OPERATOR)
        form = {"seen": [*seen(parts[0]), *seen(parts[1], index=2)], "targetStepIndex": "2"}

        response = supervisor.post("/serials/jump", form)

        assert response.status_code == 400
        assert f"{parts[1].id}: Cannot advance to a step at or before the current position" in main(response)
        assert places(parts) == [0, 2, 0]

    @pytest.mark.parametrize("target", ["", "x", "0", "99", "9" * 30])
    def test_a_target_that_is_none_is_refused(self, target, parts, supervisor):
        response = supervisor.post("/serials/jump", {"seen": seen(*parts), "targetStepIndex": target})

        assert response.status_code == 400
        assert places(parts) == [0, 0, 0]

    def test_certificates_that_are_missing_where_they_stand_are_foretold_as_they_are_refused(self, parts, supervisor):
        requirements.set_of_step(steps_of(parts[0].path)[0].pk, [{"certificateType": "process"}], OPERATOR)
        for part in parts[1:]:
            attaching.attach(part.id, CertificateFactory(type="process").pk, OPERATOR)
        sentence = f"{parts[0].id} cannot leave Saw: missing 1 process certificate."

        page = main(supervisor.get("/serials/jump", {"seen": seen(*parts)}))
        refused = supervisor.post("/serials/jump", {"seen": seen(*parts), "targetStepIndex": "3"})

        assert page.count(f"{parts[0].id}: {sentence}") == 3, "at every target that its route allows"
        assert f"{parts[1].id}: {parts[1].id} cannot leave" not in page
        assert sentence in main(refused)
        assert places(parts) == [0, 0, 0]

    def test_completing_looks_at_the_steps_that_were_done_as_well(self, supervisor):
        optional = ({"name": name, "optional": True} for name in ("Pack", "Label"))
        path = PathFactory(steps=("Saw", *optional), advancementMode="flexible")
        moved = make_serials(path, 2)
        for part in moved:
            advancement.advance(part.id, OPERATOR)
        requirements.set_of_step(steps_of(path)[0].pk, [{"certificateType": "process"}], OPERATOR)

        jump = supervisor.get("/serials/jump", {"seen": seen(*moved, index=1)}).context["jump"]

        closed = {target.name: bool(target.refusals) for target in jump.targets}
        assert closed == {"Label": False, "Completed": True}
        assert jump.targets[1].refusals[0][1].startswith(f"{moved[0].id} cannot be completed: missing 1 process")

    def test_without_parts_there_is_nothing_to_jump(self, supervisor):
        assert "Choose the parts that jump first." in main(supervisor.get("/serials/jump"))

    def test_it_costs_as_much_for_a_hundred(self, path, supervisor):
        for step in steps_of(path):
            requirements.set_of_step(step.pk, [{"certificateType": "process", "policy": "warn"}], OPERATOR)
        few, many = make_serials(path, 2), make_serials(path, 100)

        with counted_statements() as for_few:
            supervisor.get("/serials/jump", {"seen": seen(*few)})
        with counted_statements() as for_many:
            supervisor.get("/serials/jump", {"seen": seen(*many)})

        assert len(for_many) == len(for_few) <= MOST_QUERIES
