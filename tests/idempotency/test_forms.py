"""Forms of pages: the same form sent twice is carried out once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template import engines
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory

from serials.models import Job
from serials.services import jobs
from shopplanr.accounts.kiosk import KioskUser
from shopplanr.idempotency.forms import FIELD, answer_form_once, new_key
from shopplanr.idempotency.keys import KeyInvalid, KeyReused, checked_key
from shopplanr.refusals import Refusal
from tests.accounts.factories import UserFactory
from tests.api.answers import nothing_written
from tests.factories import PLANNER

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db):
    return UserFactory()


@pytest.fixture
def send(user):
    """Send a form to a page that makes a job and shows it."""

    def send(fields, respond=lambda job: HttpResponseRedirect(f"/jobs/{job.id}"), by=user, path="/jobs"):
        request = RequestFactory().post(path, fields)
        request.user = by

        def act():
            return respond(jobs.create({"name": request.POST["name"], "goalQuantity": 1}, PLANNER))

        return answer_form_once(request, act)

    return send


def test_a_form_without_a_key_is_simply_carried_out(send):
    assert send({"name": "Bracket"}).status_code == send({"name": "Bracket"}).status_code == 302
    assert Job.objects.count() == 2


def test_a_form_that_is_sent_twice_leads_to_the_same_page(send):
    form = {"name": "Bracket", FIELD: new_key(), "csrfmiddlewaretoken": "one"}
    first = send(form)

    with nothing_written():
        again = send(form | {"csrfmiddlewaretoken": "another"})

    assert (again.status_code, again["Location"]) == (302, first["Location"])
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"


def test_another_form_has_another_key(send):
    assert checked_key(new_key()) != new_key()
    send({"name": "Bracket", FIELD: new_key()})
    send({"name": "Bracket", FIELD: new_key()})

    assert Job.objects.count() == 2


@pytest.mark.parametrize("changed", [{"name": "Flange"}, {"extra": "1"}])
def test_a_form_that_was_carried_out_is_not_carried_out_with_other_values(changed, send):
    form = {"name": "Bracket", FIELD: new_key()}
    send(form)

    with nothing_written(), pytest.raises(KeyReused):
        send(form | changed)


def test_another_page_is_another_form(send):
    form = {"name": "Bracket", FIELD: new_key()}
    send(form)

    with pytest.raises(KeyReused):
        send(form, path="/jobs?copy=1")


def test_a_refused_form_can_be_mended_and_sent_with_its_key(send):
    form = {"name": "", FIELD: new_key()}

    with nothing_written(), pytest.raises(Refusal, match="name is required"):
        send(form)
    assert send(form | {"name": "Bracket"}).status_code == 302
    with nothing_written():
        refused = send({"name": "Flange", FIELD: new_key()}, lambda job: HttpResponse("The saw is broken", status=422))
    assert refused.content == b"The saw is broken"


def test_a_form_with_a_photo_is_known_by_what_is_in_it(send):
    key = new_key()

    def form(content):
        return {"name": "Bracket", FIELD: key, "photo": SimpleUploadedFile("a.png", content, "image/png")}

    send(form(b"x"))
    assert send(form(b"x"))["Idempotency-Replayed"] == "true"
    with pytest.raises(KeyReused):
        send(form(b"y"))


def test_one_persons_form_is_nobody_elses(send):
    form = {"name": "Bracket", FIELD: new_key()}
    places = {send(form, by=by)["Location"] for by in (UserFactory(), UserFactory(), KioskUser())}

    assert len(places) == Job.objects.count() == 3


@pytest.mark.parametrize("wrong", ["", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(wrong, send):
    with nothing_written(), pytest.raises(KeyInvalid):
        send({"name": "Bracket", FIELD: wrong})


def test_pages_that_are_rendered_late_or_stream_are_kept_whole(send):
    late, streamed = {"name": "Bracket", FIELD: new_key()}, {"name": "Bracket", FIELD: new_key()}

    def render(job):
        return SimpleTemplateResponse(engines["django"].from_string("<p>{{ job.id }}</p>"), {"job": job})

    def stream(job):
        return StreamingHttpResponse(f"{job.id},{number}" for number in range(3))

    for form, respond in ((late, render), (streamed, stream)):
        first = send(form, respond).content
        assert b"job_" in first
        assert send(form, respond).content == first
