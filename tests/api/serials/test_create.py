"""``POST /api/serials``: a batch of serials at the first step of a path."""

import pytest

from certificates.models import CertAttachment
from serials.models import Path, Serial, SerialCounter
from tests.api.answers import WRONG_TEXTS
from tests.api.serials.contract import (
    SERIAL_KEYS,
    WRONG_NUMBERS,
    WRONG_OPTIONAL_TEXTS,
    Refusal,
    missing,
    not_found,
    not_text,
    recorded,
    refusal,
    url,
    versions,
)
from tests.api.serials.states import statuses
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serials, steps_of

URL = "/api/serials"
BATCH_MAX = 100_000
NO_PATH, NO_CERTIFICATE = "path_000000000000", "cert_000000000000"

NOT_POSITIVE = Refusal(400, "quantity must be greater than 0", "not_positive", ("quantity",))
NOT_WHOLE = Refusal(400, "quantity must be a whole number", "not_whole", ("quantity",))
TOO_MANY = Refusal(400, f"quantity must be at most {BATCH_MAX}", "too_large", ("quantity",))
NO_STEPS = Refusal(400, "path.steps must not be empty", "path_without_steps")


def of_another_job(path, job):
    return Refusal(400, f"Path {path.id} does not belong to job {job}", "path_of_another_job")


def create(client, path, quantity=1, **more):
    return client.post(URL, {"jobId": path.job_id, "pathId": path.id, "quantity": quantity} | more)


def made(response):
    assert response.status_code == 201, response.content
    return [serial["id"] for serial in response.json()]


def made_numbers(response):
    return [int(serial_id.removeprefix("SN-")) for serial_id in made(response)]


def path_without_steps():
    """A path as nobody can make one: the services refuse it."""
    return Path.objects.create(job=JobFactory(), name="Empty", goal_quantity=1)


@pytest.fixture
def path(db):
    return PathFactory()


@pytest.mark.parametrize("slash", ["", "/"])
def test_every_serial_is_shown_ascending(slash, path, client, told_time):
    response = client.post(URL + slash, {"jobId": path.job_id, "pathId": path.id, "quantity": 2})

    assert response.status_code == 201
    common = {
        "jobId": path.job_id,
        "pathId": path.id,
        "currentStepIndex": 0,
        "status": "in_progress",
        "forceCompleted": False,
        "createdAt": told_time,
        "updatedAt": told_time,
    }
    assert response.json() == [common | {"id": "SN-00001"}, common | {"id": "SN-00002"}]
    assert set(response.json()[0]) == SERIAL_KEYS


def test_each_is_at_the_first_step_and_has_a_record_of_every_step(path, client):
    create(client, path, 3)

    for serial in Serial.objects.all():
        assert statuses(serial) == ["in_progress", "pending", "pending"]
        records = serial.step_statuses.order_by("step_index")
        assert [record.step_id for record in records] == [step.id for step in steps_of(path)]
        assert all(record.id.startswith("snss_") for record in records)


@pytest.mark.parametrize("quantity", [1, 1.0, 20])
def test_a_quantity_is_a_whole_number_however_it_is_written(quantity, path, client):
    assert len(made(create(client, path, quantity))) == quantity


class TestNumbers:
    def test_ids_are_gapless_over_all_jobs(self, client):
        numbers = [number for size in (3, 1, 2) for number in made_numbers(create(client, PathFactory(), size))]

        assert numbers == list(range(1, 7))

    @pytest.mark.parametrize(
        "refused",
        [{"certId": NO_CERTIFICATE}, {"pathId": NO_PATH}, {"quantity": 0}, {"userId": 7}, {"jobId": "job_x"}],
        ids=repr,
    )
    def test_a_refused_batch_gives_its_numbers_back(self, refused, path, client):
        before = made_numbers(create(client, path))

        assert create(client, path, **({"quantity": 5} | refused)).status_code in {400, 404}

        assert made_numbers(create(client, path)) == [before[-1] + 1]

    def test_five_digits_are_the_least_and_not_the_most(self, path, client):
        SerialCounter.objects.update(last_number=99_997)

        assert made(create(client, path, 4)) == ["SN-99998", "SN-99999", "SN-100000", "SN-100001"]
        assert client.get(url("SN-100001")).json()["id"] == "SN-100001"


class TestCertificate:
    def test_it_is_attached_to_every_serial_at_the_first_step(self, path, client, program):
        certificate = CertificateFactory()

        ids = made(create(client, path, 3, certId=certificate.id))

        attachments = CertAttachment.objects.order_by("sequence")
        assert [attachment.serial_public_id for attachment in attachments] == ids
        for attachment in attachments:
            assert attachment.certificate_id == certificate.id
            assert attachment.step_id == steps_of(path)[0].id
            assert attachment.attached_by == program.pk

    def test_serials_made_before_do_not_get_it(self, path, client):
        (before,) = make_serials(path, 1)

        create(client, path, 2, certId=CertificateFactory().id)

        assert not before.cert_attachments.exists()

    @pytest.mark.parametrize("blank", [None, "", "   "], ids=repr)
    def test_a_blank_one_counts_as_left_out(self, blank, path, client):
        assert create(client, path, certId=blank).status_code == 201
        assert not CertAttachment.objects.exists()


class TestRecord:
    def test_a_batch_is_one_entry(self, path, client, program):
        with recorded() as entries:
            create(client, path, 3)

        assert entries == [
            {
                "action": "serial_created",
                "userId": program.pk,
                "jobId": path.job_id,
                "pathId": path.id,
                "batchQuantity": 3,
            }
        ]

    def test_a_certificate_is_one_entry_more_per_serial(self, path, client, program):
        certificate = CertificateFactory()

        with recorded() as entries:
            ids = made(create(client, path, 2, certId=certificate.id))

        where = {"userId": program.pk, "jobId": path.job_id, "pathId": path.id}
        at = {"action": "cert_attached", "certId": certificate.id, "stepId": steps_of(path)[0].id}
        assert entries == [
            where | {"action": "serial_created", "batchQuantity": len(ids)},
            *(where | at | {"serialId": serial_id} for serial_id in ids),
        ]

    def test_every_serial_has_its_first_version(self, path, client, program):
        create(client, path, 3)

        for serial in Serial.objects.all():
            assert versions(serial) == [("+", program.pk, None, "serial_created")]

    def test_at_a_kiosk_they_are_anonymous_s_or_the_given_texts(self, path, kiosk):
        create(kiosk, path)
        create(kiosk, path, userId="Maria")

        assert [versions(serial)[0][1] for serial in Serial.objects.order_by("number")] == ["anonymous", "Maria"]


class TestRefusals:
    def test_a_quantity_is_required(self, path, client):
        body = {"jobId": path.job_id, "pathId": path.id}

        assert refusal(client.post, URL, body) == missing("quantity")
        assert refusal(client.post, URL) == missing("quantity")
        for wrong in WRONG_NUMBERS:
            assert refusal(create, client, path, wrong) == missing("quantity")

    @pytest.mark.parametrize(
        ("quantities", "expected"),
        [
            ((0, -1, -0.5, 0.0, -(2**63), -1e300), NOT_POSITIVE),
            ((0.5, 1.5, 99_999.9), NOT_WHOLE),
            ((BATCH_MAX + 1, 2**31, 2**63 - 1, 1e300), TOO_MANY),
        ],
        ids=["0 or less", "a fraction", "too many"],
    )
    def test_a_quantity_is_a_whole_number_from_1_to_an_end(self, quantities, expected, path, client):
        for quantity in quantities:
            assert refusal(create, client, path, quantity) == expected

    @pytest.mark.parametrize("field", ["jobId", "pathId"])
    def test_a_job_and_a_path_are_required(self, field, path, client):
        body = {"jobId": path.job_id, "pathId": path.id, "quantity": 1}
        without = {name: value for name, value in body.items() if name != field}

        assert refusal(client.post, URL, without) == missing(field)
        for wrong in WRONG_TEXTS:
            assert refusal(client.post, URL, body | {field: wrong}) == missing(field)

    def test_no_such_path(self, path, client):
        for identifier in (NO_PATH, path.job_id, "x" * 500, "🔩", "' OR 1=1 --"):
            assert refusal(create, client, path, pathId=identifier) == not_found("Path", identifier)

    def test_a_path_of_another_job(self, path, client):
        job = JobFactory()

        assert refusal(create, client, path, jobId=job.id) == of_another_job(path, job.id)
        assert refusal(create, client, path, jobId="job_x") == of_another_job(path, "job_x")

    def test_a_path_without_steps(self, client):
        assert refusal(create, client, path_without_steps()) == NO_STEPS

    def test_no_such_certificate(self, path, client):
        CertificateFactory()

        for identifier in (NO_CERTIFICATE, path.id, "x" * 500, "🔩"):
            assert refusal(create, client, path, certId=identifier) == not_found("Certificate", identifier)

    def test_a_certificate_is_named_by_a_text(self, path, client):
        for wrong in WRONG_OPTIONAL_TEXTS:
            assert refusal(create, client, path, certId=wrong) == not_text("certId")

    def test_the_first_of_several_faults_is_named(self, path, client):
        def told(quantity, path_id, job_id, certificate=NO_CERTIFICATE):
            body = {"quantity": quantity, "pathId": path_id, "jobId": job_id, "certId": certificate}
            return refusal(client.post, URL, body)

        empty = path_without_steps()
        assert told(None, NO_PATH, "job_x") == missing("quantity")
        assert told(-1.5, NO_PATH, "job_x") == NOT_POSITIVE
        assert told(1.5, NO_PATH, "job_x") == NOT_WHOLE
        assert told(1, NO_PATH, "job_x") == not_found("Path", NO_PATH)
        assert told(1, empty.id, "job_x") == of_another_job(empty, "job_x")
        assert told(1, empty.id, empty.job_id) == NO_STEPS
        assert told(1, path.id, path.job_id) == not_found("Certificate", NO_CERTIFICATE)


def test_serials_of_other_batches_are_left_alone(path, client):
    before = make_serials(path, 2, OPERATOR)

    create(client, path, 2)

    assert [len(versions(serial)) for serial in before] == [1, 1]
