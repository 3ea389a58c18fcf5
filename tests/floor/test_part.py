"""A part's page: its route with who and when, what can be done and why not, its certificates, notes and trail."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from certificates.models import CertAttachment
from certificates.services import attaching
from serials.models import Note, Serial, StepOverride, StepStatus
from serials.services import advancement, endings, overrides, requirements
from shopplanr.accounts.roles import Role
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_note, make_serial, steps_of
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.pictures import photo
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

STEPS = (
    {"name": "Saw", "location": "Cell 1"},
    {"name": "Deburr", "optional": True},
    {"name": "Heat treat", "dependencyType": "completion_gate"},
    {"name": "Inspect", "location": "CMM room"},
)


@pytest.fixture
def path():
    return PathFactory(job=JobFactory(name="Bracket"), steps=STEPS, advancementMode="flexible")


@pytest.fixture
def part(path):
    return make_serial(path)


@pytest.fixture
def supervisor():
    return visitor(Role.SUPERVISORS, name="Carla Reinhardt")


def url(part, *more) -> str:
    return "/".join(("/serials", part.id, *more))


def step_id(part, index: int) -> str:
    return steps_of(part.path)[index].id


def now(part) -> Serial:
    return Serial.objects.get(pk=part.pk)


def status(part, index: int) -> str:
    return StepStatus.objects.get(serial=part.pk, step_index=index).status


class TestWhatIsSeen:
    def test_where_it_is_and_where_it_goes(self, part, supervisor):
        page = main(supervisor.get(url(part)))

        assert in_order(page, "Bracket", part.id, "In progress", "at Saw , Cell 1", "Next Deburr", "Done at Saw")

    def test_the_route_says_who_did_what_and_why(self, part, supervisor):
        overrides.create(part.id, None, step_id(part, 2), "bought hardened", OPERATOR)
        attaching.attach(part.id, CertificateFactory(name="Heat A-1").pk, OPERATOR)
        supervisor.post(url(part, "advance-to"), {"targetStepIndex": "3", "expectedStepIndex": "0"})

        page = main(supervisor.get(url(part)))

        assert in_order(page, "Saw", "Completed", "Done · Carla Reinhardt", "Heat A-1", "Deburr", "Skipped")
        assert in_order(page, "Heat treat", "Skipped", "made optional", "Made optional · operator", "bought hardened")
        assert in_order(
            page, "Audit trail", "Batch created", "Step override created", "Certificate attached", "Advanced"
        )

    def test_a_scrapped_and_a_completed_part_say_so_and_offer_nothing_that_cannot_be(self, path, supervisor):
        scrapped, forced = make_serial(path), make_serial(path)
        endings.scrap(scrapped.id, "other", "fell off the bench", OPERATOR)
        endings.force_complete(forced.id, "customer takes it as it is", OPERATOR)

        page = main(supervisor.get(url(scrapped)))
        assert in_order(page, "Scrapped", "Other: fell off the bench", "Jump ahead", "Cannot advance a scrapped serial")
        assert in_order(page, "Scrap", "Serial is already scrapped")
        page = main(supervisor.get(url(forced)))
        assert in_order(page, "Force-completed", "customer takes it as it is")
        assert "Serial is already completed, cannot attach cert" in page

    def test_an_unknown_part_is_a_page_that_says_so(self, supervisor):
        for number in ("SN-99999", "SN-1", "x", "%00", "SN-" + "9" * 30):
            response = supervisor.get(f"/serials/{number}")
            assert response.status_code == 404
            assert "SerialNumber not found: " in main(response)

    def test_it_costs_no_more_queries_however_much_has_happened(self, part, supervisor):
        for _ in range(5):
            attaching.attach(part.id, CertificateFactory().pk, OPERATOR)
            make_note([part], photos=[photo()])
        advancement.advance_to(part.id, 3, OPERATOR)

        with counted_statements() as statements:
            supervisor.get(url(part))

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(supervisor, url(part)) <= MOST_BYTES


class TestLateCertificates:
    @pytest.fixture
    def qc(self):
        return visitor(Role.QC, name="Marcus Bell")

    @pytest.fixture
    def paper(self):
        return CertificateFactory(name="Heat A-1")

    def attach(self, client, part, step, paper, reason="the mill sent it a week later", **more):
        given = {"certId": paper.pk, "stepId": step, "lateReason": reason}
        return client.post(url(part, "attach-late"), given | more, follow=True)

    def test_qc_attaches_one_at_a_step_that_the_part_has_left_and_says_why(self, part, qc, paper):
        advancement.advance_to(part.id, 3, OPERATOR)
        offered = qc.get(url(part)).context["part"].left_behind
        assert [stop.step.name for stop in offered] == ["Saw", "Deburr", "Heat treat"]

        response = self.attach(qc, part, step_id(part, 0), paper)

        assert said(response) == [f"{part.id} has Heat A-1 now, late, at Saw."]
        assert in_order(main(response), "Certificates", "Heat A-1", "at Saw", "late", "“the mill sent it a week later”")
        page = main(qc.get(f"/certificates/{paper.pk}"))
        assert in_order(page, part.id, "Saw", "late", "“the mill sent it a week later”")

    def test_a_completed_part_too_and_it_costs_no_more_than_a_page_may(self, path, qc, supervisor, paper):
        done = make_serial(path)
        endings.force_complete(done.id, "good as it is", OPERATOR)
        advised = {"certificateType": "process", "policy": "warn"}
        requirements.set_of_step(step_id(done, 3), [advised], OPERATOR)

        response = self.attach(qc, done, step_id(done, 3), paper)

        assert CertAttachment.objects.get().late
        page = main(response)
        assert in_order(page, "Serial is already completed, cannot attach cert", "Attach a certificate late", "Inspect")
        with counted_statements() as statements:
            qc.get(url(done))
        assert len(statements) <= MOST_QUERIES

    def test_who_may_not_sees_why_not(self, part, supervisor, qc, paper):
        assert f"{part.id} has left no step yet: nothing comes late" in main(qc.get(url(part)))
        advancement.advance(part.id, OPERATOR)

        assert "You may not attach certificates late. Ask QC or an administrator." in main(supervisor.get(url(part)))
        assert self.attach(supervisor, part, step_id(part, 0), paper).status_code == 403
        assert not CertAttachment.objects.exists()

    def test_what_is_refused_comes_back_with_what_was_typed(self, part, qc, paper):
        advancement.advance(part.id, OPERATOR)

        ahead = self.attach(qc, part, step_id(part, 2), paper, "it came early")
        assert (ahead.status_code, "has not reached Heat treat yet" in main(ahead)) == (400, True)
        assert "it came early" in main(ahead)
        silent = self.attach(qc, part, step_id(part, 0), paper, "  ")
        assert f"{part.id} has left Saw already: say why" in main(silent)
        for nonsense in ("", "x", "\0", "ü" * 5000):
            assert self.attach(qc, part, nonsense, paper, nonsense, certId=nonsense).status_code in (400, 404)
        assert not CertAttachment.objects.exists()


class TestJumping:
    def test_every_target_says_before_what_is_skipped_and_what_is_deferred(self, part, supervisor):
        page = main(supervisor.get(url(part)))

        assert in_order(page, "Deburr", "Nothing is passed.", "Heat treat", "Skipped Deburr", "Inspect")
        assert in_order(page, "Inspect CMM room", "Skipped Deburr", "Deferred Heat treat", "Completed")
        assert f"Cannot complete {part.id}: required steps still deferred: Heat treat, Inspect" in page

    def test_a_jump_does_what_was_said(self, part, supervisor):
        response = supervisor.post(
            url(part, "advance-to"), {"targetStepIndex": "3", "expectedStepIndex": "0"}, follow=True
        )

        assert said(response) == [f"{part.id} is at Inspect, CMM room now. Deburr skipped, Heat treat deferred."]
        assert "Heat treat is deferred: it has to be done or waived" in main(response)

    def test_what_holds_it_back_where_it_stands_holds_it_back_from_every_target(self, part, supervisor):
        requirements.set_of_step(step_id(part, 0), [{"certificateType": "process"}], OPERATOR)
        refused = f"{part.id} cannot leave Saw: missing 1 process certificate."

        html = supervisor.get(url(part)).content.decode()
        targets = html.split('class="targets"')[1].split("</fieldset>")[0]

        assert targets.count(refused) == 3, "at the end its route speaks first"
        assert targets.count("disabled") == 4
        response = supervisor.post(url(part, "advance-to"), {"targetStepIndex": "2", "expectedStepIndex": "0"})
        assert refused in response.context["tried"].refusal.message
        assert f"{refused} An operator, a supervisor or QC can attach it." in main(response)

    def test_strict_paths_offer_the_next_step_only(self, supervisor):
        part = make_serial(PathFactory(steps=STEPS))

        html = supervisor.get(url(part)).content.decode()

        assert html.count("can only advance to the next sequential step") == 3

    @pytest.mark.parametrize("target", ["", "x", "-1", "0", "99", "9" * 40])
    def test_a_target_that_is_none_is_refused_next_to_the_form(self, target, part, supervisor):
        response = supervisor.post(url(part, "advance-to"), {"targetStepIndex": target})

        assert response.status_code == 400
        assert "data-refusal" in response.content.decode()
        assert now(part).current_step_index == 0


class TestActing:
    def test_done_moves_it_on_and_a_second_tap_does_not(self, part, supervisor):
        first = supervisor.post(url(part, "advance"), {"expectedStepIndex": "0"}, follow=True)
        second = supervisor.post(url(part, "advance"), {"expectedStepIndex": "0"})

        assert said(first) == [f"{part.id} is at Deburr now."]
        assert second.status_code == 409
        assert now(part).current_step_index == 1

    def test_scrapping_asks_for_words_only_where_the_reason_is_other(self, part, supervisor):
        refused = supervisor.post(url(part, "scrap"), {"reason": "other", "explanation": " "})

        assert refused.status_code == 400
        assert 'Explanation is required when scrap reason is "other"' in main(refused)
        assert 'value="other" required checked' in refused.content.decode()
        done = supervisor.post(url(part, "scrap"), {"reason": "damaged"}, follow=True)
        assert said(done) == [f"{part.id} is scrapped: damaged."]

    def test_what_was_typed_stands_there_again(self, part, supervisor):
        text = "<b>cracked & bent</b>" + "x" * 4000

        response = supervisor.post(url(part, "scrap"), {"reason": "damaged", "explanation": text})

        assert response.status_code == 400
        assert "&lt;b&gt;cracked &amp; bent&lt;/b&gt;x" in response.content.decode()

    def test_a_deferred_step_is_done_after_all_or_waived(self, path, supervisor):
        one, other = make_serial(path), make_serial(path)
        for part in (one, other):
            advancement.advance_to(part.id, 3, OPERATOR)

        supervisor.post(url(one, "complete-deferred", step_id(one, 2)))
        refused = supervisor.post(url(other, "waive-step", step_id(other, 2)), {"reason": " "})
        supervisor.post(url(other, "waive-step", step_id(other, 2)), {"reason": "bought hardened"})

        assert (status(one, 2), status(other, 2)) == ("completed", "waived")
        assert "Waiver requires a reason and approver identity" in main(refused)

    def test_overrides_are_made_and_taken_back(self, part, supervisor):
        supervisor.post(url(part, "overrides"), {"stepId": step_id(part, 2), "reason": "bought hardened"})
        assert StepOverride.objects.get().active

        supervisor.post(url(part, "overrides", step_id(part, 2), "reverse"))
        assert not StepOverride.objects.get().active

    def test_a_certificate_is_attached_where_the_part_stands(self, part, supervisor):
        heat = CertificateFactory(name="Heat A-1")

        response = supervisor.post(url(part, "attach-cert"), {"certId": heat.pk}, follow=True)

        assert said(response) == [f"{part.id} has Heat A-1 now."]

    def test_force_completion_is_refused_where_nothing_is_open(self, supervisor):
        part = make_serial(PathFactory(steps=({"name": "Saw", "optional": True},)))

        response = supervisor.post(url(part, "force-complete"), {"reason": "x"})

        assert "Serial has no incomplete required steps — use normal completion" in main(response)

    def test_a_note_is_kept_with_its_photos(self, part, supervisor):
        fields = {
            "jobId": part.job_id,
            "pathId": part.path_id,
            "stepId": step_id(part, 0),
            "text": " Burr at the edge ",
        }
        picture = SimpleUploadedFile("edge.jpg", photo(), "image/jpeg")

        response = supervisor.post(url(part, "notes"), fields | {"photos": [picture]}, follow=True)

        note = Note.objects.get()
        assert (note.text, note.created_by, note.photos.count()) == ("Burr at the edge", supervisor.person.pk, 1)
        page = response.content.decode()
        assert "Burr at the edge" in page and note.photos.get().thumbnail_url in page

    def test_a_note_without_words_is_refused_and_a_file_that_is_no_photo_too(self, part, supervisor):
        fields = {"jobId": part.job_id, "pathId": part.path_id, "stepId": step_id(part, 0)}
        program = SimpleUploadedFile("photo.jpg", b"MZ\x90\x00" + b"\0" * 200, "image/jpeg")

        assert "text is required" in main(supervisor.post(url(part, "notes"), fields | {"text": " "}))
        refused = supervisor.post(url(part, "notes"), fields | {"text": "Look", "photos": [program]})
        assert "Photo photo.jpg is no JPEG, PNG or WebP picture" in main(refused)
        assert ">Look</textarea>" in refused.content.decode()
        assert not Note.objects.exists()


REFUSED = {
    "advance": Role.AUDITORS,
    "advance-to": Role.AUDITORS,
    "scrap": Role.QC,
    "force-complete": Role.OPERATORS,
    "overrides": Role.OPERATORS,
    "attach-cert": Role.AUDITORS,
    "notes": Role.AUDITORS,
}


@pytest.mark.parametrize("form", REFUSED)
def test_who_may_not_is_told_whom_to_ask_on_the_page_and_by_the_form(form, part):
    client = visitor(REFUSED[form])

    response = client.post(url(part, form), {"reason": "damaged", "stepId": step_id(part, 2), "text": "x"})

    assert response.status_code == 403
    assert in_order(main(response), "You may not ", "Ask ")
    assert (now(part).status, now(part).current_step_index) == ("in_progress", 0)


@pytest.mark.parametrize(
    "form", ["advance", "advance-to", "scrap", "force-complete", "overrides", "attach-cert", "notes"]
)
def test_nonsense_is_no_fault_of_the_server(form, part, supervisor):
    nonsense = dict.fromkeys(("reason", "explanation", "stepId", "certId", "text", "jobId"), "\x00" * 3 + "ü" * 5000)

    assert supervisor.post(url(part, form), nonsense).status_code < 500
    assert supervisor.post(f"/serials/SN-99999/{form}", nonsense).status_code == 404
    assert supervisor.get(url(part, form)).status_code == 405
