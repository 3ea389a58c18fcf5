"""A row of the station opens in place: the part is scrapped there, and jumps from there."""

import pytest

from audit.models import AuditEntry
from serials.models import Serial
from serials.services import endings
from shopplanr.accounts.roles import Role
from tests.factories import OPERATOR, PathFactory, make_serials
from tests.floor.forms import Form
from tests.floor.visitors import MOST_QUERIES, main, said, visitor, words
from tests.queries import counted_statements

pytestmark = pytest.mark.django_db

STEPS = ({"name": "Saw"}, {"name": "Deburr", "location": "Bench 2"}, {"name": "Wash"})
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def path():
    return PathFactory(steps=STEPS, advancementMode="flexible")


@pytest.fixture
def part(path):
    return make_serials(path)[0]


@pytest.fixture
def operator():
    return visitor(Role.OPERATORS, station="Saw")


def fresh(part: Serial) -> Serial:
    return Serial.objects.get(pk=part.pk)


def scrap(client, part, *, fragment=True, index=0, **fields):
    """Press the red button of the open row."""
    data = {"station": "Saw", "one": f"{part.id}@{index}", **fields}
    return client.post("/station/scrap", data, headers=FRAGMENT if fragment else {})


class TestMore:
    def test_the_row_offers_to_scrap_jump_write_and_print(self, part, operator):
        response = operator.get("/station/more", {"one": f"{part.id}@0"}, headers=FRAGMENT)

        text = words(response)
        for offer in ("Jump ahead", "Note", "Label", "Route and history", "Out of tolerance", "Other"):
            assert offer in text
        assert f"Scrap {part.id}: why? This cannot be taken back." in text
        assert b"<html" not in response.content

    def test_without_scripts_the_row_leads_to_the_parts_own_page(self, part, operator):
        page = operator.get("/").content.decode()

        assert f'href="/serials/{part.id}#actions" hx-get="/station/more?one={part.id}%400"' in page
        assert f"Scrap {part.id}" not in page

    def test_what_cannot_be_scrapped_says_why_not(self, part, operator):
        endings.scrap(part.id, "damaged", None, OPERATOR)

        text = words(operator.get("/station/more", {"one": f"{part.id}@0"}, headers=FRAGMENT))

        assert "is already scrapped" in text
        assert "why? This cannot be taken back." not in text

    def test_who_may_not_scrap_is_told_who_may(self, part):
        text = words(visitor(Role.AUDITORS).get("/station/more", {"one": f"{part.id}@0"}, headers=FRAGMENT))

        assert "why? This cannot be taken back." not in text
        assert "You may not scrap parts. Ask an operator, a supervisor or an administrator." in text

    def test_an_unknown_part_is_refused_with_the_apis_sentence(self, operator):
        response = operator.get("/station/more", {"one": "SN-99999@0"}, headers=FRAGMENT)

        assert response.status_code == 404
        assert "SerialNumber not found: SN-99999" in words(response)

    @pytest.mark.parametrize(
        "given",
        [{}, {"one": ""}, {"seen": "SN-00001@0"}, {"one": "\0@\0"}, {"one": "x" * 5000}, {"one": f"SN-{'9' * 40}@-1"}],
        ids=["nothing", "empty", "another name", "NUL", "long", "huge"],
    )
    def test_wrong_input_is_no_fault(self, given, operator):
        assert 400 <= operator.get("/station/more", given, headers=FRAGMENT).status_code < 500

    def test_it_asks_the_database_little(self, part, operator):
        with counted_statements() as statements:
            operator.get("/station/more", {"one": f"{part.id}@0"}, headers=FRAGMENT)
        assert len(statements) <= 5

    def test_nobody_sees_it_without_signing_in(self, part, client):
        response = client.get("/station/more", {"one": f"{part.id}@0"})

        assert response.status_code == 302
        assert response["Location"].startswith("/sign-in")


class TestScrap:
    def test_it_is_said_at_the_station_and_the_row_is_gone(self, part, operator):
        response = scrap(operator, part, reason="damaged")

        assert response.status_code == 200
        assert f"{part.id} is scrapped: damaged." in words(response)
        assert f'id="{part.id}" data-row' not in response.content.decode()
        assert (fresh(part).status, fresh(part).scrap_reason) == ("scrapped", "damaged")
        assert AuditEntry.objects.order_by("-sequence")[0].user_id == operator.person.pk

    def test_without_scripts_it_leads_back_to_the_station(self, part, operator):
        response = operator.post(
            "/station/scrap", {"station": "Saw", "one": f"{part.id}@0", "reason": "damaged"}, follow=True
        )

        assert response.redirect_chain == [("/", 303)]
        assert said(response) == [f"{part.id} is scrapped: damaged."]

    @pytest.mark.parametrize("fragment", [True, False], ids=["swapped", "as a page"])
    def test_a_refusal_stands_in_the_row_and_the_reason_is_still_chosen(self, part, operator, fragment):
        response = scrap(operator, part, fragment=fragment, reason="other", explanation="")

        html = response.content.decode()
        row = html[html.index(f'id="{part.id}" data-row') :].partition("</li>")[0]
        assert response.status_code == 400
        assert "data-refusal" in row
        assert 'value="other" required checked' in row
        assert html.count("data-refusal") == 1
        assert fresh(part).status == "in_progress"

    def test_what_was_typed_and_ticked_stays_when_it_is_refused(self, path, operator):
        part, other = make_serials(path, 2)

        response = scrap(operator, part, reason="", explanation="Fell down", seen=f"{other.id}@0")

        html = response.content.decode()
        assert response.status_code == 400
        assert ">Fell down</textarea>" in html
        assert f'value="{other.id}@0" data-one checked' in html

    def test_a_row_that_is_gone_has_the_sentence_above_the_list(self, part, operator):
        endings.scrap(part.id, "damaged", None, OPERATOR)

        response = scrap(operator, part, reason="damaged")

        html = response.content.decode()
        assert 400 <= response.status_code < 500
        assert "is already scrapped" in words(response)
        assert html.count("data-refusal") == 1

    def test_who_may_not_is_told_whom_to_ask(self, part):
        response = scrap(visitor(Role.AUDITORS, station="Saw"), part, reason="damaged")

        assert response.status_code == 403
        assert "data-refusal" in response.content.decode()
        assert fresh(part).status == "in_progress"

    def test_an_unknown_part_is_refused_with_the_apis_sentence(self, path, operator):
        response = operator.post(
            "/station/scrap", {"station": "Saw", "one": "SN-99999@0", "reason": "damaged"}, headers=FRAGMENT
        )

        assert response.status_code == 404
        assert "Serial not found: SN-99999" in words(response)

    @pytest.mark.parametrize(
        "given",
        [
            {},
            {"one": ""},
            {"one": "\0@0", "reason": "\0"},
            {"one": "x" * 5000, "reason": "y" * 5000, "station": "z" * 5000},
            {"one": "SN-00001@" + "9" * 50, "reason": "damaged", "explanation": "\0"},
            {"one": "SN-00001@0", "reason": "bad luck", "station": "\0"},
        ],
        ids=["nothing", "empty", "NUL", "long", "huge", "no such reason"],
    )
    def test_wrong_input_is_no_fault(self, given, operator):
        for headers in (FRAGMENT, {}):
            assert 400 <= operator.post("/station/scrap", given, headers=headers).status_code < 500

    def test_sent_twice_it_is_done_once_and_answered_alike(self, part, operator):
        form = Form(operator.get("/"), "/station/scrap").write(one=f"{part.id}@0", reason="damaged")

        first, second = form.send(operator, headers=FRAGMENT), form.send(operator, headers=FRAGMENT)

        assert (first.status_code, second.status_code) == (200, 200)
        assert first.content == second.content
        assert AuditEntry.objects.filter(action="serial_scrapped").count() == 1

    def test_it_costs_no_more_where_many_parts_are(self, path, operator):
        few = make_serials(path, 2)
        with counted_statements() as with_few:
            scrap(operator, few[0], reason="damaged")
        make_serials(path, 300)
        with counted_statements() as with_many:
            scrap(operator, few[1], reason="damaged")
        assert len(with_many) <= len(with_few)

    def test_it_is_no_address(self, operator):
        assert operator.get("/station/scrap").status_code == 405


class TestJump:
    def test_at_the_station_the_preview_takes_the_place_of_the_list(self, part, operator):
        response = operator.get(
            "/serials/jump", {"one": f"{part.id}@0", "station": "Saw", "idempotencyKey": "x"}, headers=FRAGMENT
        )

        assert b"<html" not in response.content
        assert b'hx-target="#station"' in response.content
        assert response["HX-Push-Url"] == f"/serials/jump?seen={part.id}%400&station=Saw"

    def test_its_address_is_a_page(self, part, operator):
        with counted_statements() as statements:
            page = operator.get("/serials/jump", {"seen": f"{part.id}@0", "station": "Saw"})
        assert f"Jump ahead: 1 part {part.id}" in main(page)
        assert len(statements) <= MOST_QUERIES

    def test_the_list_is_back_when_it_is_done(self, part, operator):
        response = operator.post(
            "/serials/jump",
            {"seen": f"{part.id}@0", "station": "Saw", "targetStepIndex": "2"},
            headers=FRAGMENT,
        )

        assert response["HX-Replace-Url"] == "/"
        assert f"{part.id}" in words(response)
        assert fresh(part).current_step_index == 2

    def test_a_refusal_keeps_the_preview_and_the_target(self, part, operator):
        response = operator.post(
            "/serials/jump", {"seen": f"{part.id}@1", "station": "Saw", "targetStepIndex": "2"}, headers=FRAGMENT
        )

        html = response.content.decode()
        assert response.status_code == 409
        assert "data-refusal" in html
        assert 'value="2" required checked' in html
        assert fresh(part).current_step_index == 0
