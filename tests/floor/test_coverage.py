"""A job's coverage, and what a part's page and the station say where certificates are missing."""

import re

import pytest

from certificates.models import CertAttachment
from serials.models import RequirementOverride
from serials.services import advancement
from shopplanr.accounts.roles import Role
from tests.coverage.papers import MATERIAL, PROCESS, ask, asked_of, asking, paper, revoke
from tests.factories import OPERATOR, make_serial, make_serials, steps_of
from tests.floor.visitors import MOST_BYTES, MOST_QUERIES, compressed_bytes, in_order, main, said, visitor
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

OR_OVERRIDE = PROCESS | {"policy": "block_or_override"}


@pytest.fixture
def qc():
    return visitor(Role.QC)


@pytest.fixture
def operator():
    return visitor(Role.OPERATORS)


@pytest.fixture
def supervisor():
    return visitor(Role.SUPERVISORS)


@pytest.fixture
def path():
    return asking(("Saw", MATERIAL | {"policy": "warn"}), ("Heat treat", OR_OVERRIDE), "Inspect")


def url(path, *rest) -> str:
    return "/".join([f"/jobs/{path.job_id}/coverage", *rest])


class TestThePage:
    def test_it_shows_what_is_asked_for_and_the_parts_with_gaps_first(self, qc, path):
        covered, gap = make_serials(path, 2)
        attach(qc, path, MATERIAL, paper("material"))
        advancement.advance(covered.id, OPERATOR)
        CertAttachment.objects.filter(serial=gap.pk)  # both have it
        (fresh,) = make_serials(path)

        page = main(qc.get(url(path)))

        assert in_order(page, "2 of 3 parts with gaps", "Saw 1 material certificate advised", "1 missing")
        assert in_order(page, "Heat treat 1 process certificate blocks, may be overridden", "1 missing")
        assert in_order(page, f"{covered.id} covered missing", f"{fresh.id} missing not yet due", gap.id)

    def test_only_parts_with_gaps(self, qc, path):
        gap, whole = make_serials(path, 2)
        attach(qc, path, MATERIAL, paper("material"))
        (fresh,) = make_serials(path)

        page = main(qc.get(url(path), {"gaps": "only"}))

        assert fresh.id in page
        assert gap.id not in page and whole.id not in page

    def test_without_requirements_it_says_what_it_would_be_for(self, operator):
        serial = make_serial()
        assert "No step asks for certificates" in main(operator.get(url(serial.path)))

    def test_without_parts_and_without_gaps(self, qc, path):
        assert "No part was started yet." in main(qc.get(url(path)))
        make_serial(path)
        attach(qc, path, MATERIAL, paper("material"))
        assert "Every part has what was asked for so far." in main(qc.get(url(path), {"gaps": "only"}))

    def test_it_costs_the_same_with_thousands_of_parts(self, qc):
        path = asking(*[(f"Step {n}", MATERIAL, OR_OVERRIDE) for n in range(5)])
        make_serials(path, 2500)
        for number in range(45):
            paper("material" if number % 2 else "process")

        with counted_statements() as statements:
            qc.get(url(path))

        assert len(statements) <= MOST_QUERIES
        assert compressed_bytes(qc, url(path)) <= MOST_BYTES

    def test_the_job_leads_there_where_a_step_asks(self, operator, path):
        assert url(path) in operator.get(f"/jobs/{path.job_id}").content.decode()
        assert "1 process cert" in main(operator.get(f"/jobs/{path.job_id}"))
        other = make_serial().path
        assert url(other) not in operator.get(f"/jobs/{other.job_id}").content.decode()

    def test_an_unknown_job(self, qc):
        assert qc.get("/jobs/job_x/coverage").status_code == 404


def attach(person, path, kind, certificate, **given):
    """Attach to all that miss it, at the step that asks for this kind."""
    step = next(step for step in steps_of(path) for each in asked_of(step) if each.certificate_type in kind.values())
    body = {"requirement": asked_of(step)[0].pk, "cert": certificate.pk} | given
    return person.post(url(path, "attach"), body, follow=True)


class TestAttachingToAllThatMissIt:
    def test_one_press_covers_them_where_they_stand(self, operator, path):
        serials = make_serials(path, 3)
        advancement.advance(serials[0].id, OPERATOR)

        response = attach(operator, path, MATERIAL, paper("material"))

        assert said(response) == ["Attached to 3 parts."]
        saw, heat, _ = steps_of(path)
        # material goes with the part: it counts wherever it was attached
        assert sorted(CertAttachment.objects.values_list("step", "late")) == sorted(
            [(heat.pk, False), (saw.pk, False), (saw.pk, False)]
        )

    def test_qc_attaches_late_where_the_part_has_left_the_step_and_says_why(self, qc, path):
        here, left = make_serials(path, 2)
        for serial in (here, left):
            advancement.advance(serial.id, OPERATOR)
        _, heat, _ = steps_of(path)
        ask(heat)
        advancement.advance(left.id, OPERATOR)
        ask(heat, OR_OVERRIDE)
        certificate = paper()

        refused = attach(qc, path, PROCESS, certificate)
        assert refused.status_code == 400
        assert f"{left.id} has left Heat treat already: say why the certificate comes late" in main(refused)
        assert f'value="{certificate.pk}" selected' in refused.content.decode()

        response = attach(qc, path, PROCESS, certificate, lateReason="the furnace's printer jammed")
        assert said(response) == ["Attached to 2 parts, 1 of them late."]
        assert dict(CertAttachment.objects.values_list("serial", "late_reason")) == {
            here.pk: "",
            left.pk: "the furnace's printer jammed",
        }

    def test_an_operator_covers_those_at_the_step_and_hears_who_can_do_the_rest(self, operator, path):
        here, left = make_serials(path, 2)
        _, heat, _ = steps_of(path)
        ask(heat)
        for _ in range(2):
            advancement.advance(left.id, OPERATOR)
        advancement.advance(here.id, OPERATOR)
        ask(heat, OR_OVERRIDE)

        response = attach(operator, path, PROCESS, paper(), lateReason="mine")
        assert said(response) == ["Attached to 1 part. 1 part left the step before: QC can attach it there."]
        assert not CertAttachment.objects.filter(late=True).exists()

        again = attach(operator, path, PROCESS, paper())
        assert (again.status_code, CertAttachment.objects.count()) == (409, 1)
        assert "No part misses this any more that can still get it." in main(again)
        assert "They have left the step. You may not attach certificates late. Ask QC" in main(again)

    def test_what_is_not_of_the_kind_helps_nobody(self, qc, path):
        make_serial(path)
        bad = paper("material")
        revoke(bad)
        for certificate in (paper("process"), bad):
            response = attach(qc, path, MATERIAL, certificate)
            assert response.status_code == 400
            assert "is not what is asked for: 1 material certificate" in main(response)
        assert not CertAttachment.objects.exists()

    @pytest.mark.parametrize("wrong", ["", "x", "\0", "x" * 500])
    def test_what_does_not_exist_is_refused(self, wrong, qc, path):
        make_serial(path)
        (asked,) = asked_of(steps_of(path)[0])
        for body in ({"requirement": wrong, "cert": paper().pk}, {"requirement": asked.pk, "cert": wrong}):
            assert qc.post(url(path, "attach"), body).status_code in (400, 404)

    def test_an_auditor_only_looks(self, path):
        make_serial(path)
        auditor = visitor(Role.AUDITORS)
        assert "You may not attach certificates." in main(auditor.get(url(path)))
        assert attach(auditor, path, MATERIAL, paper("material")).status_code == 403


class TestAPart:
    def test_the_page_says_why_it_cannot_leave_and_what_comes_before_its_completion(self, operator, path):
        serial = make_serial(path)
        advancement.advance(serial.id, OPERATOR)

        page = main(operator.get(f"/serials/{serial.id}"))

        sentence = f"{serial.id} cannot leave Heat treat: missing 1 process certificate."
        assert in_order(page, "Next Inspect", sentence, "Before it is completed", "1 step still to come: Inspect")
        assert in_order(page, "Saw should have 1 material certificate", "Heat treat is missing 1 process certificate")
        assert in_order(page, "Saw", "Asks for 1 material certificate (advised)", "Asks for 1 process certificate")
        assert "Let it go on without" not in page
        for reason in operator.get(f"/api/serials/{serial.id}/readiness").json()["reasons"]:
            assert reason["message"] in page

    def test_a_supervisor_lets_it_go_on_without_and_says_why(self, supervisor, path):
        serial = make_serial(path)
        advancement.advance(serial.id, OPERATOR)
        html = supervisor.get(f"/serials/{serial.id}").content.decode()
        (requirement,) = re.findall(r'name="requirementId" value="(\w[\w-]+)"', html)
        address = f"/serials/{serial.id}/requirement-overrides"

        refused = supervisor.post(address, {"requirementId": requirement, "reason": " "})
        assert (refused.status_code, "reason is required" in main(refused)) == (400, True)

        response = supervisor.post(
            address, {"requirementId": requirement, "reason": "the furnace log says it"}, follow=True
        )
        assert said(response) == [f"{serial.id} may go on without 1 process certificate."]
        assert RequirementOverride.objects.get().created_by == supervisor.person.pk
        page = main(response)
        assert "Heat treat goes without 1 process certificate: overridden" in page
        assert in_order(page, "Certificate not asked for", "the furnace log says it")

    def test_only_a_supervisor(self, operator, path):
        serial = make_serial(path)
        response = operator.post(f"/serials/{serial.id}/requirement-overrides", {"requirementId": "x", "reason": "y"})
        assert response.status_code == 403

    def test_it_costs_no_more_than_a_page_may(self, supervisor):
        path = asking(*[(f"Step {n}", MATERIAL | {"policy": "warn"}, OR_OVERRIDE) for n in range(20)])
        serial = make_serial(path)
        attach(supervisor, path, MATERIAL, paper("material"))
        attach(supervisor, path, PROCESS, paper())

        with counted_statements() as statements:
            supervisor.get(f"/serials/{serial.id}")

        assert len(statements) <= MOST_QUERIES


class TestTheStation:
    def test_it_says_why_and_keeps_what_was_ticked(self, path):
        operator = visitor(Role.OPERATORS, station="Heat treat")
        serials = make_serials(path, 2)
        for serial in serials:
            advancement.advance(serial.id, OPERATOR)
        chosen = [f"{serial.id}@1" for serial in serials]

        response = operator.post("/station/finish", {"seen": chosen, "station": "Heat treat"})

        assert response.status_code == 400
        assert f"{serials[0].id} cannot leave Heat treat: missing 1 process certificate." in main(response)
        for each in chosen:
            assert re.search(rf'value="{each}"[^>]* checked', response.content.decode())
