"""``POST /certs``, and what comes back of it: ``GET /certs/:id``."""

import json
import re

import pytest

from certificates.models import Certificate
from tests.api.answers import TIMESTAMP, WRONG_TEXTS, assert_envelope, assert_refused, nothing_written, versions_of
from tests.factories import CertificateFactory

URL = "/api/certs"

STEEL = {"type": "material", "name": "Steel Grade A"}


def test_a_certificate_is_recorded_and_answered_as_documented(client):
    response = client.post(URL, STEEL | {"name": " Steel Grade A ", "metadata": {"grade": "A36"}})

    assert response.status_code == 201
    certificate = response.json()
    assert list(certificate) == ["id", "type", "name", "metadata", "createdAt"]
    assert re.fullmatch(r"cert_[A-Za-z0-9_-]{12,}", certificate["id"])
    assert (certificate["type"], certificate["name"]) == ("material", "Steel Grade A")
    assert certificate["metadata"] == {"grade": "A36"}
    assert TIMESTAMP.fullmatch(certificate["createdAt"])

    shown = client.get(f"{URL}/{certificate['id']}")
    assert (shown.status_code, shown.json()) == (200, certificate)


@pytest.mark.parametrize("kind", ["material", "process"])
@pytest.mark.parametrize("given", [{}, {"metadata": None}])
def test_metadata_can_be_left_out(kind, given, client):
    response = client.post(URL, {"type": kind, "name": "x"} | given)

    assert response.status_code == 201
    assert response.json()["type"] == kind
    assert "metadata" not in response.json()


FACTS = {
    "number": "4711-A",
    "issuer": "Nordstahl 東京",
    "heatLot": "A31907",
    "en10204Type": "3.2",
    "issueDate": "2024-02-29",
    "validFrom": "2024-02-29",
    "validTo": "2024-02-29",
}


def test_its_facts_are_kept_and_answered(client):
    response = client.post(URL, STEEL | FACTS | {"number": "  4711-A ", "metadata": {"grade": "A36"}})

    assert response.status_code == 201
    certificate = response.json()
    assert certificate == STEEL | FACTS | {
        "metadata": {"grade": "A36"},
        "id": certificate["id"],
        "createdAt": certificate["createdAt"],
    }
    assert client.get(f"{URL}/{certificate['id']}").json() == certificate
    (version,) = versions_of(Certificate.objects.get())
    assert (version.heat_lot, version.en10204_type, str(version.valid_to)) == ("A31907", "3.2", "2024-02-29")


@pytest.mark.parametrize("nothing", [None, ""])
def test_facts_that_are_not_known_are_left_out(nothing, client):
    response = client.post(URL, STEEL | dict.fromkeys(FACTS, nothing))

    assert response.status_code == 201
    assert list(response.json()) == ["id", "type", "name", "createdAt"]


VERBATIM = {
    "nothing in it": "{}",
    "order of keys": '{"zinc":1,"alloy":2,"Mo":3,"":4,"1":5}',
    "nested": '{"a":{"z":[{"y":[[],{}]},null,true,false],"b":{"c":{"d":"e"}}}}',
    "unicode": '{"Lieferant":"Großhändler 東京 🔩","é":"e\u0301","rtl":"\u202eabc"}',
    "controls": r'{"text":"line\nbreak\ttab \"quoted\" back\\slash \u0001 \u007f"}',
    "64 bits": '{"most":9223372036854775807,"least":-9223372036854775808,"zero":0}',
    "floats": '{"a":0.1,"b":-2.5,"c":1.0,"d":1e-7,"e":3.141592653589793,"f":1e+300,"g":5e-324}',
    "numbers and flags apart": '{"a":1,"b":true,"c":1.0,"d":0,"e":false,"f":null,"g":""}',
    "texts that look like something": '{"a":"null","b":"1","c":"2024-01-15T11:00:00.000Z","d":"<b>&amp;</b>"}',
}


@pytest.mark.parametrize("text", VERBATIM.values(), ids=VERBATIM)
def test_metadata_comes_back_verbatim(text, client):
    made = client.post(URL, f'{{"type":"material","name":"x","metadata":{text}}}', content_type="application/json")

    assert made.status_code == 201, made.content
    sent = _exactly(text)
    for response in (made, client.get(f"{URL}/{made.json()['id']}")):
        assert _exactly(response.content)["metadata"] == sent
    (listed,) = _exactly(client.get(URL).content)
    assert listed["metadata"] == sent
    (version,) = versions_of(Certificate.objects.get())
    assert _exactly(json.dumps(version.metadata)) == sent


def _exactly(text):
    """Read JSON so that order counts, and 1, 1.0 and true are three values."""

    def ordered(pairs):
        return _Pairs(pairs)

    return json.loads(text, object_pairs_hook=ordered, parse_float=lambda digits: ("float", repr(float(digits))))


class _Pairs(list):
    """An object as its pairs, in their order; true is not 1 in here."""

    def __init__(self, pairs):
        super().__init__((name, value, type(value).__name__) for name, value in pairs)

    def __getitem__(self, key):
        return next(value for name, value, _ in self if name == key) if isinstance(key, str) else super()[key]


def test_metadata_may_be_large(client):
    metadata = {f"measurement {number}": number / 7 for number in range(20_000)}

    certificate = client.post(URL, STEEL | {"metadata": metadata}).json()

    assert client.get(f"{URL}/{certificate['id']}").json()["metadata"] == metadata


class TestRefusals:
    """400, and nothing is kept."""

    @pytest.mark.parametrize("kind", [None, "", "metal", "Material", " material", 5, True, [], {}, ["material"]])
    def test_a_type_is_one_of_two(self, kind, client):
        with nothing_written():
            response = client.post(URL, {"type": kind, "name": ""})
        message = "type must be one of: material, process"
        assert_refused(response, 400, message, code="unknown_choice", field="type")

    def test_a_type_is_required(self, client):
        assert_refused(client.post(URL), 400, "type must be one of: material, process", field="type")

    @pytest.mark.parametrize("name", WRONG_TEXTS)
    def test_a_name_is_required(self, name, client):
        with nothing_written():
            response = client.post(URL, {"type": "material", "name": name, "metadata": []})
        assert_refused(response, 400, "name is required", code="required", field="name")

    def test_a_name_has_a_length(self, client):
        with nothing_written():
            response = client.post(URL, STEEL | {"name": "x" * 256})
        assert_refused(response, 400, "name must be at most 255 characters", code="too_long", field="name")

    @pytest.mark.parametrize("metadata", ["", "x", 0, 5, 1.5, True, False, [], [{}], ["grade"]])
    def test_metadata_is_an_object(self, metadata, client):
        with nothing_written():
            response = client.post(URL, STEEL | {"metadata": metadata})
        assert_refused(response, 400, "metadata must be an object", code="not_an_object", field="metadata")

    @pytest.mark.parametrize(
        ("fields", "message", "code"),
        [
            ({"number": "x" * 101}, "number must be at most 100 characters", "too_long"),
            ({"issuer": "x" * 256}, "issuer must be at most 255 characters", "too_long"),
            ({"heatLot": 4711}, "heatLot must be text", "invalid"),
            ({"en10204Type": "3.3"}, "en10204Type must be one of: 2.1, 2.2, 3.1, 3.2", "unknown_choice"),
            ({"en10204Type": 3.1}, "en10204Type must be one of: 2.1, 2.2, 3.1, 3.2", "unknown_choice"),
            ({"issueDate": "2023-02-29"}, "issueDate must be a date, YYYY-MM-DD", "not_a_date"),
            ({"validFrom": "29.02.2024"}, "validFrom must be a date, YYYY-MM-DD", "not_a_date"),
            ({"validTo": 20240229}, "validTo must be a date, YYYY-MM-DD", "not_a_date"),
        ],
    )
    def test_facts_that_cannot_be(self, fields, message, code, client):
        with nothing_written():
            response = client.post(URL, STEEL | fields)
        assert_refused(response, 400, message, code=code, field=next(iter(fields)))

    def test_it_holds_on_one_day_at_least(self, client):
        with nothing_written():
            response = client.post(URL, STEEL | {"validFrom": "2024-03-01", "validTo": "2024-02-29"})
        message = "validTo must not be before validFrom"
        assert_refused(response, 400, message, code="ends_before_start", field="validTo")


@pytest.mark.parametrize("verb", ["put", "patch", "post", "delete"])
def test_a_certificate_is_immutable_from_then_on(verb, client):
    certificate = CertificateFactory()

    with nothing_written():
        response = getattr(client, verb)(f"{URL}/{certificate.id}", STEEL)

    assert assert_envelope(response, 405)["code"] == "method_not_allowed"


@pytest.mark.parametrize("certificate_id", ["cert_x", "x" * 300])
def test_an_unknown_certificate(certificate_id, client):
    assert_refused(client.get(f"{URL}/{certificate_id}"), 404, f"Certificate not found: {certificate_id}")


def test_the_row_history_says_who_recorded_it(client, program):
    certificate = Certificate.objects.get(pk=client.post(URL, STEEL).json()["id"])

    (version,) = versions_of(certificate)

    assert (version.history_type, version.history_user_id, version.name) == ("+", program.pk, "Steel Grade A")


def test_at_a_kiosk_nobody_is_asked_for_a_name(kiosk):
    certificate = Certificate.objects.get(pk=kiosk.post(URL, STEEL).json()["id"])

    assert [version.history_user_id for version in versions_of(certificate)] == ["anonymous"]
