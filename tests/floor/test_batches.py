"""Starting a batch on a job's page, with the certificate of its material."""

import pytest

from audit.models import Action, AuditEntry
from certificates.models import CertAttachment, Certificate
from serials.models import Serial
from serials.services import endings
from shopplanr.accounts.roles import Role
from tests.accounts.factories import AdministratorFactory
from tests.api.answers import nothing_written
from tests.factories import OPERATOR, CertificateFactory, JobFactory, PathFactory, make_serials
from tests.floor.visitors import in_order, main, visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def job():
    return JobFactory(name="Bracket", goalQuantity=24)


@pytest.fixture
def path(job):
    return PathFactory(job=job, name="Main route", goalQuantity=24)


@pytest.fixture
def operator():
    return visitor(Role.OPERATORS)


@pytest.fixture
def administrator(client):
    client.force_login(AdministratorFactory())
    return client


def start(client, job, **form):
    return client.post(f"/jobs/{job.pk}/batches", form)


def offered(response) -> tuple[str, int]:
    return response.context["chosen"].path.name, response.context["chosen"].missing


class TestForm:
    def test_it_offers_what_is_missing_to_the_goal(self, job, path, operator):
        parts = make_serials(path, 10)
        endings.scrap(parts[0].id, "damaged", None, OPERATOR)
        endings.force_complete(parts[1].id, None, OPERATOR)

        response = operator.get(f"/jobs/{job.pk}")

        assert offered(response) == ("Main route", 15)
        assert 'name="quantity" value="15"' in response.content.decode()
        assert "15 to start for the goal of 24." in main(response)

    def test_it_offers_nothing_where_the_goal_is_covered(self, job, path, operator):
        make_serials(path, 24)

        response = operator.get(f"/jobs/{job.pk}")

        assert 'name="quantity" value=""' in response.content.decode()
        assert "The goal of 24 is covered" in main(response)

    def test_the_address_chooses_the_route_else_the_first_that_lacks_parts(self, job, path, operator):
        make_serials(path, 24)
        PathFactory(job=job, name="Rework", goalQuantity=3)

        assert offered(operator.get(f"/jobs/{job.pk}")) == ("Rework", 3)
        assert offered(operator.get(f"/jobs/{job.pk}", {"path": path.pk})) == ("Main route", 0)
        assert offered(operator.get(f"/jobs/{job.pk}", {"path": "path_x\0"})) == ("Rework", 3)

    def test_the_latest_certificates_of_material_are_offered(self, job, path, operator):
        names = [CertificateFactory(name=f"Heat {number:02}").name for number in range(42)]
        CertificateFactory(name="Passivation", type="process")

        response = operator.get(f"/jobs/{job.pk}")

        assert [each.name for each in response.context["certificates"]] == names[:1:-1]

    def test_who_may_record_certificates_is_asked_for_a_new_one(self, job, path, operator, administrator):
        assert "Record a new material certificate" in main(administrator.get(f"/jobs/{job.pk}"))
        page = main(operator.get(f"/jobs/{job.pk}"))
        assert "Record a new" not in page
        assert "You may not record certificates. Ask QC or an administrator." in page

    def test_who_may_start_no_parts_is_told_whom_to_ask(self, job, path):
        auditor = visitor(Role.AUDITORS)

        page = auditor.get(f"/jobs/{job.pk}")

        assert "You may not create parts. Ask an operator, a supervisor or an administrator." in main(page)
        assert "/batches" not in page.content.decode()
        assert start(auditor, job, pathId=path.pk, quantity="1").status_code == 403
        assert not Serial.objects.exists()


class TestStarting:
    def test_the_page_says_which_parts_and_offers_their_labels(self, job, path, operator):
        make_serials(quantity=300)

        response = start(operator, job, pathId=path.pk, quantity="20")

        assert response.status_code == 303
        page = operator.get(response.headers["Location"])
        assert "20 parts started: SN-00301 to SN-00320" in main(page)
        assert 'href="/labels?serials=SN-00301..SN-00320"' in page.content.decode()
        assert f'href="/jobs/{job.pk}/traveler?serials=SN-00301..SN-00320"' in page.content.decode()
        assert Serial.objects.filter(path=path).count() == 20
        assert AuditEntry.objects.get(path_id=path.pk).user_id == operator.person.pk

    def test_one_part_is_one(self, job, path, operator):
        response = start(operator, job, pathId=path.pk, quantity="1")

        page = operator.get(response.headers["Location"])
        assert "1 part started: SN-00001 Print labels" in main(page)
        assert 'href="/labels?serials=SN-00001"' in page.content.decode()

    @pytest.mark.parametrize(
        "started",
        ["SN-00001..SN-00003", "SN-00002..SN-00001", "SN-00001", "..", "x..y", "%00..%00", "SN-00009..SN-00010"],
    )
    def test_only_parts_of_this_job_are_said_to_be_started(self, started, job, path, operator):
        make_serials(path, 2)
        make_serials()

        response = operator.get(f"/jobs/{job.pk}?started={started}")

        assert response.status_code == 200
        assert "started:" not in main(response)

    def test_with_a_certificate_on_each_part(self, job, path, operator):
        heat = CertificateFactory()

        start(operator, job, pathId=path.pk, quantity="3", certId=heat.pk)

        assert CertAttachment.objects.filter(certificate=heat, serial__path=path).count() == 3

    def test_with_a_new_certificate(self, job, path, administrator):
        typed = {"certName": " Mill test report ", "heat": "A-4711", "supplier": "Harbor"}

        start(administrator, job, pathId=path.pk, quantity="2", **typed)

        heat = Certificate.objects.get()
        assert (heat.name, heat.type) == ("Mill test report", "material")
        assert heat.metadata == {"heatNumber": "A-4711", "supplier": "Harbor"}
        assert CertAttachment.objects.filter(certificate=heat).count() == 2
        actions = AuditEntry.objects.values_list("action", flat=True)
        assert sorted(actions) == [Action.CERT_ATTACHED, Action.CERT_ATTACHED, Action.SERIAL_CREATED]


class TestTwice:
    """A second tap, a retry, or somebody else who starts the missing parts at the same time."""

    def test_what_the_page_showed_is_started_once(self, job, path, operator, administrator):
        make_serials(path, 4)
        assert f'name="seen-{path.pk}" value="4"' in operator.get(f"/jobs/{job.pk}").content.decode()
        form = {"pathId": path.pk, "quantity": "20", f"seen-{path.pk}": "4"}
        assert start(operator, job, **form).status_code == 303

        with nothing_written():
            responses = [start(operator, job, **form), start(administrator, job, **form, certName="Report")]

        for response in responses:
            assert response.status_code == 409
            sentence = "This path has 24 parts by now, not 4; look again before starting more"
            assert in_order(main(response), "Add a batch", sentence, "The goal of 24 is covered")
            assert f'name="seen-{path.pk}" value="24"' in response.content.decode()

    @pytest.mark.parametrize("seen", ["x", "1.5", "\0", "9" * 99])
    def test_what_is_no_number_of_parts_is_refused(self, seen, job, path, operator):
        with nothing_written():
            assert start(operator, job, pathId=path.pk, quantity="1", **{f"seen-{path.pk}": seen}).status_code in {
                400,
                409,
            }


class TestRefusals:
    @pytest.mark.parametrize(
        ("quantity", "sentence"),
        [
            ("", "quantity is required"),
            ("0", "quantity must be greater than 0"),
            ("-3", "quantity must be greater than 0"),
            ("1.5", "quantity must be a whole number"),
            ("some", "quantity is required"),
            ("9" * 90, "quantity must be at most 100000"),
            ("9" * 9000, "quantity is required"),
            ("\0", "quantity is required"),
        ],
    )
    def test_what_was_typed_stays(self, quantity, sentence, job, path, operator):
        other = PathFactory(job=job, name="Rework")
        heat = CertificateFactory(name="Heat A-4711")

        with nothing_written():
            response = start(operator, job, pathId=other.pk, quantity=quantity, certId=heat.pk)

        assert response.status_code == 400
        assert in_order(main(response), "Add a batch", sentence)
        html = response.content.decode()
        assert f'name="quantity" value="{quantity}"' in html
        assert 'aria-invalid="true" aria-describedby="refusal-batch missing"' in html
        assert f'<option value="{heat.pk}" selected>' in html
        assert response.context["chosen"].path == other

    @pytest.mark.parametrize(
        ("form", "status", "sentence"),
        [
            ({"pathId": "path_x"}, 404, "Path not found: path_x"),
            ({"pathId": ""}, 400, "pathId is required"),
            ({"pathId": "\0"}, 400, "pathId holds a character that cannot be stored"),
            ({"certId": "cert_x"}, 404, "Certificate not found: cert_x"),
            ({"certId": "\0"}, 400, "certId holds a character that cannot be stored"),
            ({"heat": "A-4711"}, 400, "name is required"),
            ({"certName": "x" * 300, "heat": "A-4711"}, 400, "name must be at most 255 characters"),
            ({"certName": "Report", "heat": "\0"}, 400, "metadata "),
            ({"certName": "Report", "certId": "cert_x"}, 400, "Choose a certificate or record a new one, not both"),
        ],
    )
    def test_a_refused_batch_leaves_nothing_behind(self, form, status, sentence, job, path, administrator):
        form = {"pathId": path.pk, "quantity": "2"} | form

        with nothing_written():
            response = start(administrator, job, **form)

        assert response.status_code == status
        assert sentence in main(response)
        for name in ("certName", "heat"):
            assert form.get(name, "") in response.content.decode()

    def test_the_certificate_goes_with_a_batch_that_is_refused(self, job, path, administrator):
        with nothing_written():
            start(administrator, job, pathId=path.pk, quantity="0", certName="Report", heat="A-4711")

    def test_a_route_of_another_job_is_refused(self, job, path, operator):
        other = PathFactory()

        response = start(operator, job, pathId=other.pk, quantity="1")

        assert response.status_code == 400
        assert not Serial.objects.exists()

    def test_a_new_certificate_needs_the_right_to_record_it(self, job, path, operator):
        response = start(operator, job, pathId=path.pk, quantity="1", certName="Report")

        assert response.status_code == 403
        assert "You may not record certificates." in main(response)
        assert not Serial.objects.exists()

    @pytest.mark.parametrize("name", ["job_x", "%00", "x" * 300])
    def test_an_unknown_job_is_a_page_that_says_so(self, name, operator):
        response = operator.post(f"/jobs/{name}/batches", {"pathId": "path_x", "quantity": "1"})

        assert response.status_code == 404
