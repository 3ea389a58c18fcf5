"""How many statements a call on serials takes: never more with more rows, and never more than issue 2 says."""

import pytest

from certificates.services import attaching
from serials.models import Serial
from serials.services import advancement, overrides
from tests.api.serials.contract import url
from tests.api.serials.states import deferred_at_first_jump, flexible_path, moved_to, now, optional
from tests.factories import OPERATOR, CertificateFactory, PathFactory, make_serial, make_serials, steps_of
from tests.queries import counted_statements

ADVANCE_MAX = 8
GET_MAX = 4
BATCH_MAX = 40
BATCH = 2000
STEPS = 10

URL = "/api/serials"


def count(call, *args, **kwargs):
    """Make the call, which must succeed; return how many statements it took."""
    with counted_statements() as statements:
        response = call(*args, **kwargs)
        if response.streaming:
            b"".join(response)
    assert response.status_code in {200, 201}, response.content
    return len(statements)


def long_path(steps=STEPS, **settings):
    return PathFactory(steps=[f"Step {number}" for number in range(steps)], **settings)


@pytest.fixture
def post(client):
    """Post to a serial's endpoint as a program in its steady state; return how many statements that took."""

    def post(serial, *rest, **body):
        return count(client.post, url(serial, *rest), body)

    return post


class TestAdvance:
    @pytest.mark.parametrize("steps", [2, 50])
    def test_a_step_on(self, steps, post):
        assert post(make_serial(long_path(steps)), "advance") <= ADVANCE_MAX

    def test_the_end(self, post):
        assert post(make_serial(long_path(1)), "advance") <= ADVANCE_MAX

    def test_a_serial_among_many_with_certificates_and_overrides(self, post):
        serial = make_serials(long_path(), 50)[0]
        for step in steps_of(serial.path)[1:]:
            overrides.create(serial.id, None, step.id, "Done at the supplier's", OPERATOR)
        for certificate in CertificateFactory.create_batch(5):
            attaching.attach(serial.id, certificate.id, OPERATOR)

        assert post(serial, "advance") <= ADVANCE_MAX

    def test_at_a_kiosk(self, kiosk):
        assert count(kiosk.post, url(make_serial(), "advance")) <= ADVANCE_MAX


@pytest.mark.parametrize("skipped", [True, False])
def test_advance_to_takes_the_same_however_many_steps_it_bypasses(skipped, post):
    def jump(bypassed):
        steps = [optional(f"Step {number}") if skipped else f"Step {number}" for number in range(bypassed)]
        serial = make_serial(flexible_path("Saw", *steps, "Inspect"))
        return post(serial, "advance-to", targetStepIndex=bypassed + 1)

    assert jump(1) == jump(150) <= ADVANCE_MAX


class TestGet:
    def test_a_serial_with_or_without_certificates(self, client):
        bare, certified = make_serial(), make_serial()
        for certificate in CertificateFactory.create_batch(30):
            attaching.attach(certified.id, certificate.id, OPERATOR)

        assert count(client.get, url(bare)) == count(client.get, url(certified)) <= GET_MAX

    @pytest.mark.parametrize("what", ["step-statuses", "overrides", "cert-attachments"])
    def test_what_belongs_to_a_serial(self, what, client):
        bare, laden = make_serial(long_path(1)), make_serial(long_path(50))
        for step in steps_of(laden.path)[1:20]:
            overrides.create(laden.id, None, step.id, "Done at the supplier's", OPERATOR)
        for certificate in CertificateFactory.create_batch(20):
            attaching.attach(laden.id, certificate.id, OPERATOR)

        assert count(client.get, url(bare, what)) == count(client.get, url(laden, what)) <= GET_MAX


class TestBatch:
    @pytest.fixture
    def create(self, client):
        def create(quantity, steps=STEPS, **more):
            path = long_path(steps)
            body = {"jobId": path.job_id, "pathId": path.id, "quantity": quantity}
            return count(client.post, URL, body | more)

        return create

    def test_a_batch_takes_the_same_however_large_it_is(self, create):
        assert create(1, steps=1) == create(BATCH) <= BATCH_MAX

    def test_so_does_one_with_a_certificate(self, create):
        certificate = CertificateFactory().id

        assert create(1, steps=1, certId=certificate) == create(BATCH, certId=certificate) <= BATCH_MAX


class TestSelection:
    @pytest.fixture
    def ids(self, db):
        return [serial.id for serial in make_serials(long_path(), BATCH)]

    def test_a_certificate_is_attached_to_many_as_to_one(self, ids, client):
        def attach(selected):
            body = {"certId": CertificateFactory().id, "serialIds": selected}
            return count(client.post, "/api/certs/batch-attach", body)

        assert attach(ids[:1]) == attach(ids)

    def test_a_step_is_overridden_for_many_as_for_one(self, ids, post):
        _, first, second, *_ = steps_of(Serial.objects.get(number=1).path)

        def override(step, selected):
            return post(ids[0], "overrides", stepId=step.id, reason="Done at the supplier's", serialIds=selected)

        assert override(first, ids[:1]) == override(second, ids)


class TestBulkMoves:
    """The same as one advance, whatever the number of parts, paths and steps that are passed."""

    @pytest.fixture
    def move(self, client):
        def move(serials, target=None, **more):
            body = {"serialIds": [serial.id for serial in serials]} | more
            if target is None:
                return count(client.post, f"{URL}/advance", body)
            return count(client.post, f"{URL}/advance-to", body | {"targetStepIndex": target})

        return move

    def test_two_parts_cost_what_two_hundred_do(self, move):
        assert move(make_serials(long_path(), 2)) == move(make_serials(long_path(), 200)) == ADVANCE_MAX

    def test_so_do_parts_of_several_paths_at_several_steps(self, move):
        serials = []
        for steps in (1, 2, 50):
            made = make_serials(long_path(steps), 20)
            for serial in made[: 10 if steps > 1 else 0]:
                advancement.advance(serial.id, OPERATOR)
            serials += made

        assert move(serials, expectedStepIndex={serial.id: now(serial).current_step_index for serial in serials}) <= (
            ADVANCE_MAX
        )

    def test_so_does_a_jump_over_any_number_of_steps(self, move):
        path = flexible_path(*("Saw", *(optional(f"Step {number}") for number in range(150))), "Mill", "Inspect")

        assert move(make_serials(path, 1), 1) == ADVANCE_MAX
        assert move(make_serials(path, 5) + make_serials(flexible_path("Saw", *["Mill"] * 160), 2), 152) == ADVANCE_MAX

    def test_a_refusal_names_any_number_of_parts_with_the_same_statements(self, client):
        ids = [serial.id for serial in make_serials(long_path(), 200)]

        def refused(selected):
            with counted_statements() as statements:
                response = client.post(f"{URL}/advance", {"serialIds": selected, "expectedStepIndex": 3})
            assert len(response.json()["errors"]["serialIds"]) == len(selected)
            return len(statements)

        assert refused(ids[:2]) == refused(ids)


class TestList:
    @pytest.mark.parametrize(
        "query", [{}, {"status": "in-progress"}, {"ordering": "-jobName"}, {"limit": 3}, {"search": "Job"}], ids=repr
    )
    def test_a_list_takes_the_same_however_many_serials_and_paths_there_are(self, query, client):
        make_serial()
        few = count(client.get, URL, query)
        for _ in range(5):
            make_serials(quantity=10)

        assert count(client.get, URL, query) == few

    def test_so_does_one_that_is_streamed(self, client):
        make_serial()
        few = count(client.get, URL)
        make_serials(long_path(1), BATCH)

        assert count(client.get, URL) == few


class TestOtherCalls:
    """What else changes a serial takes the same on a long route as on a short one."""

    @pytest.mark.parametrize("what", ["scrap", "force-complete", "attach-cert"])
    def test_about_the_serial(self, what, post):
        bodies = {"scrap": {"reason": "damaged"}, "attach-cert": {"certId": CertificateFactory().id}}
        body = bodies.get(what, {})

        assert post(make_serial(long_path(2)), what, **body) == post(make_serial(long_path(100)), what, **body)

    @pytest.mark.parametrize("what", ["waive-step", "complete-deferred"])
    def test_about_a_deferred_step(self, what, post, program):
        short, step = deferred_at_first_jump()
        long = moved_to(50, long_path(100, advancementMode="flexible"))
        body = {"reason": "Measured by hand", "approverId": program.pk} if what == "waive-step" else {}

        few = post(short, what, step.id, **body)
        assert post(long, what, steps_of(long.path)[1].id, **body) == few

    def test_about_an_override(self, client):
        def reverse(steps):
            serial = make_serial(long_path(steps))
            for step in steps_of(serial.path)[1:]:
                overrides.create(serial.id, None, step.id, "Done at the supplier's", OPERATOR)
            return count(client.delete, url(serial, "overrides", steps_of(serial.path)[-1].id))

        assert reverse(2) == reverse(30)
