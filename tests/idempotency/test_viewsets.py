"""What a viewset may take and answer while its POSTs are answered once: files, streams, refusals by status."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import StreamingHttpResponse
from django.test.client import encode_multipart
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from serials.models import Job
from serials.services import jobs
from shopplanr.accounts.roles import Right, Role
from shopplanr.api.viewsets import ApiViewSet
from tests.accounts.factories import UserFactory
from tests.api.answers import nothing_written
from tests.factories import PLANNER

pytestmark = pytest.mark.django_db


class JobViewSet(ApiViewSet):
    """Takes a form with a file and makes a job of it, for these tests."""

    parser_classes = (MultiPartParser,)

    def create(self, request):
        """Answer in the way that the form asks for."""
        job = jobs.create({"name": request.data["photo"].read().decode(), "goalQuantity": 1}, PLANNER)
        if request.data["answer"] == "stream":
            return StreamingHttpResponse(f"{job.id},{number};" for number in range(3))
        return self.created({"id": job.id}) if request.data["answer"] == "job" else Response({"no": job.id}, status=422)


class OfAnotherParser(JobViewSet):
    """Reads JSON with a parser that does not keep it."""

    parser_classes = (JSONParser,)


@pytest.fixture
def send(db):
    """Send the form, as one user and with one key."""
    user = UserFactory(role=Role.INTEGRATIONS)

    def send(content=b"Bracket", answer="job", boundary="one", viewset=JobViewSet, body=None):
        photo = SimpleUploadedFile("a.txt", content, "text/plain")
        request = APIRequestFactory().generic(
            "POST",
            "/api/photos",
            body or encode_multipart(boundary, {"photo": photo, "answer": answer}),
            content_type="application/json" if body else f"multipart/form-data; boundary={boundary}",
            headers={"Idempotency-Key": "k"},
        )
        force_authenticate(request, user)
        view = viewset.as_view({"post": "create"}, rights={"create": Right.READ})
        response = view(request)
        return response.render() if hasattr(response, "render") else response

    return send


def test_a_form_is_known_by_what_is_in_it_whatever_its_boundary(send):
    first = send()
    assert first.status_code == 201

    with nothing_written():
        again, other = send(boundary="two"), send(content=b"Flange")

    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")
    assert other.status_code == 409
    assert Job.objects.get().name == "Bracket"


def test_a_streamed_answer_is_kept_whole(send):
    first = send(answer="stream")
    job = Job.objects.get()

    assert first.content == send(answer="stream").content == f"{job.id},0;{job.id},1;{job.id},2;".encode()


def test_what_is_refused_by_its_status_is_undone(send):
    with nothing_written():
        assert send(answer="no").status_code == 422
    assert send().status_code == 201


def test_a_parser_that_keeps_no_body_is_noticed_and_not_taken_for_an_empty_one(send):
    with nothing_written():
        assert send(viewset=OfAnotherParser, body=b'{"a": 1}').status_code == 500
