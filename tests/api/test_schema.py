"""``/api/schema``, OpenAPI 3.1, complete enough to generate a client; and ``/api/docs``, offline."""

import json
import re
import tomllib
from pathlib import Path

import jsonschema
import pytest
from django.contrib.staticfiles import finders
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

import shopplanr
from shopplanr.api.endpoints import ENDPOINTS
from shopplanr.api.schema import openapi_schema
from tests.accounts.factories import json_client
from tests.api.shop import calls, make_shop
from tests.api.test_versions import CHANGES as CHANGES_OF_VERSIONS

ROOT = Path(__file__).resolve().parents[2]

OPERATIONS = [(verb, endpoint) for endpoint in ENDPOINTS for verb in endpoint.verbs]
WITHOUT_A_BODY = {
    "DELETE paths/<str:id>",
    "DELETE templates/<str:id>",
    "DELETE library/processes/<str:id>",
    "DELETE library/locations/<str:id>",
    "DELETE products/<str:gtin>/certifications/<str:certification_id>",
}
IN_OTHER_WORDS = {
    "GET products/<str:gtin>/certifications": "application/ld+json",
    "GET serials/<str:id>/trace": "text/csv",
    "GET where-used": "text/csv",
}
"""What answers in another media type too, where it is asked to."""
FILED_UNDER = {"board": "operator"}
"""Tags that are not the first word of the path."""
ALSO_A_FORM = {"POST notes"}
"""What takes its body as a form with files as well."""
ONLY_A_FORM = {"POST certs/<str:id>/documents"}
"""What takes its body as a form with files, and in no other way."""
FILES = {
    "GET certs/<str:id>/documents/<str:document_id>/content": [
        "application/pdf",
        "image/jpeg",
        "image/png",
        "image/tiff",
    ],
    "GET notes/<str:id>/photos/<str:photo_id>": ["image/jpeg", "image/png", "image/webp"],
    "GET notes/<str:id>/photos/<str:photo_id>/thumbnail": ["image/webp"],
}
"""What answers with a file, and in which formats."""
NO_JSON = {
    "GET serials/<str:id>/label": ["image/svg+xml"],
    "GET audit/export": ["application/x-ndjson", "text/csv"],
}
"""What answers in another media type, always; only its refusals are JSON."""


@pytest.fixture(scope="module")
def schema():
    return openapi_schema()


def templated(path: str) -> str:
    """Return a path of the table of endpoints as OpenAPI writes it."""
    return "/api/" + re.sub(r"<\w+:(\w+)>", r"{\1}", path)


def operation_of(schema, verb, endpoint):
    return schema["paths"][templated(endpoint.path)][verb.lower()]


def references(node):
    """Yield every ``$ref`` below the node."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for item in node.values():
            yield from references(item)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def resolve(schema, reference):
    node = schema
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def resolved(schema, node):
    return resolve(schema, node["$ref"]) if "$ref" in node else node


class TestSchema:
    """The document as a whole."""

    def test_it_is_openapi_3_1(self, schema):
        assert schema["openapi"] == "3.1.0"
        validate_schema(json.loads(json.dumps(schema)))

    def test_making_it_gives_no_warning(self):
        GENERATOR_STATS.reset()
        with GENERATOR_STATS.silence():
            SchemaGenerator().get_schema(request=None, public=True)
        warnings, errors = dict(GENERATOR_STATS._warn_cache), dict(GENERATOR_STATS._error_cache)
        GENERATOR_STATS.reset()

        assert (warnings, errors) == ({}, {})

    def test_its_version_is_the_projects(self, schema):
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

        assert schema["info"]["version"] == shopplanr.__version__ == project["version"]

    def test_the_committed_copy_is_up_to_date(self, schema):
        committed = json.loads((ROOT / "docs" / "openapi.json").read_text())

        assert committed == json.loads(json.dumps(schema)), "the API has changed: run `make schema`, and say so"

    def test_every_reference_leads_somewhere_and_every_component_is_used(self, schema):
        used = set(references(schema))

        for reference in used:
            assert resolve(schema, reference)
        named = {
            f"#/components/{kind}/{name}"
            for kind in ("schemas", "responses", "headers")
            for name in schema["components"][kind]
        }
        assert named == used

    def test_components_have_the_names_of_the_contract(self, schema):
        names = set(schema["components"]["schemas"])

        assert {"Job", "Path", "Step", "Serial", "Certificate", "CertAttachment", "AuditEntry", "User"} <= names
        assert {"StepStatus", "StepStatusView", "StepOverride", "TemplateRoute", "Error"} <= names
        assert not [name for name in names if not re.fullmatch(r"[A-Z][A-Za-z]+", name)]
        assert not [name for name in names if re.search(r"Shape|Serializer|Patched|Enum|[0-9]", name)]

    def test_operations_have_names_of_their_own(self, schema):
        ids = [operation_of(schema, verb, endpoint)["operationId"] for verb, endpoint in OPERATIONS]

        assert len(set(ids)) == len(ids)
        assert {"jobs_list", "serials_advance_to", "certs_batch_attach", "audit_of_serial"} <= set(ids)

    def test_it_shows_how_to_sign_in(self, schema):
        assert set(schema["components"]["securitySchemes"]) == {"token", "apiKey", "session"}
        for verb, endpoint in OPERATIONS:
            schemes = operation_of(schema, verb, endpoint)["security"]
            assert schemes == [{"token": []}, {"apiKey": []}, {"session": []}, {}]


class TestOperations:
    """Every endpoint and verb of the table."""

    def test_none_is_missing_and_none_is_made_up(self, schema):
        described = {(verb.upper(), path) for path, operations in schema["paths"].items() for verb in operations}

        assert described == {(verb, templated(endpoint.path)) for verb, endpoint in OPERATIONS}

    @pytest.mark.parametrize(("verb", "endpoint"), OPERATIONS, ids=[f"{v} {e.path}" for v, e in OPERATIONS])
    def test_each_says_what_it_takes_and_what_it_answers(self, verb, endpoint, schema):
        operation = operation_of(schema, verb, endpoint)

        assert operation["summary"]
        first_word = endpoint.path.split("/")[0]
        assert operation["tags"] == [FILED_UNDER.get(first_word, first_word)]
        in_path = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
        assert in_path == sorted(re.findall(r"<\w+:(\w+)>", endpoint.path))
        name = f"{verb} {endpoint.path}"
        has_body = verb != "GET" and name not in WITHOUT_A_BODY
        assert ("requestBody" in operation) == has_body
        if has_body:
            taken = ["application/json", *(["multipart/form-data"] if name in ALSO_A_FORM else [])]
            taken = ["multipart/form-data"] if name in ONLY_A_FORM else taken
            assert list(operation["requestBody"]["content"]) == taken

        responses = {code: resolved(schema, response) for code, response in operation["responses"].items()}
        good = [code for code in responses if code < "300"]
        assert len(good) == 1
        for code, response in responses.items():
            media_types = ["application/json"] if code not in {"204", "304"} else []
            if code == "200" and name in IN_OTHER_WORDS:
                media_types.append(IN_OTHER_WORDS[name])
            if code == "200" and name in FILES:
                media_types = FILES[name]
            if code == "200" and name in NO_JSON:
                media_types = NO_JSON[name]
            assert list(response.get("content", {})) == media_types
            assert response["description"]
            assert {"X-Request-ID", "RateLimit", "RateLimit-Policy"} <= set(response["headers"])
            assert ("Retry-After" in response["headers"]) == (code in {"429", "503"})
            if code >= "400":
                assert response["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}
        expected = {"400", "401", "403", "429", "500", "503", *good}
        expected |= {"404"} if "<" in endpoint.path or verb != "GET" else set()
        expected |= {"409", "413", "415"} if verb != "GET" else set()
        expected |= {"304", "410"} if name in FILES else set()
        expected |= {"412"} if name in CHANGES_OF_VERSIONS else set()
        assert set(responses) == expected

    def test_every_post_may_bring_a_key_and_nothing_else_may(self, schema):
        for verb, endpoint in OPERATIONS:
            operation = operation_of(schema, verb, endpoint)
            keys = [each for each in operation.get("parameters", []) if each["name"] == "Idempotency-Key"]
            good = next(answer for code, answer in operation["responses"].items() if code < "300")
            assert len(keys) == ("Idempotency-Replayed" in good["headers"]) == (verb == "POST")
            assert all(each["in"] == "header" and each["description"] and not each.get("required") for each in keys)

    def test_lists_describe_filters_ordering_and_paging(self, schema):
        for endpoint in ENDPOINTS:
            listing = endpoint.viewset.listings.get(endpoint.verbs.get("GET", ("",))[0])
            if listing is None:
                continue
            operation = operation_of(schema, "GET", endpoint)
            described = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
            assert set(described) == listing.parameter_names()
            assert all(each["description"] and not each.get("required") for each in described.values())
            assert {"X-Total-Count", "Link"} <= set(operation["responses"]["200"]["headers"])

    def test_a_body_that_may_be_empty_is_not_required(self, schema):
        required = {
            f"{verb} {endpoint.path}": body.get("required", False)
            for verb, endpoint in OPERATIONS
            if (body := operation_of(schema, verb, endpoint).get("requestBody"))
        }

        assert not required["POST serials/<str:id>/advance"]
        assert required["POST jobs"]
        assert required["PATCH steps/<str:id>/assign"]


@pytest.mark.django_db
def test_examples_of_every_call_fit_it(schema, client):
    """Bodies that succeed are bodies that the schema allows, and what comes back is what it says."""
    shop = make_shop()
    for call in calls(shop):
        operation = schema["paths"][templated(call.path)][call.verb.lower()]
        if call.body is not None:
            fits(schema, call.body, operation["requestBody"])
        if call.verb == "GET" and call.name not in NO_JSON:
            response = client.get(call.url())
            if call.name in FILES:
                assert response["Content-Type"] in operation["responses"]["200"]["content"]
            else:
                fits(schema, response.json(), operation["responses"]["200"])


def fits(schema, value, described) -> None:
    wanted = described["content"]["application/json"]["schema"]
    jsonschema.Draft202012Validator({"components": schema["components"]} | wanted).validate(value)


class TestPages:
    """What is served."""

    def test_the_schema_is_served_to_everybody(self, schema):
        response = json_client().get("/api/schema")

        assert response.status_code == 200
        assert response["Content-Type"] == "application/json"
        assert response.json() == json.loads(json.dumps(schema))

    def test_the_docs_need_nothing_of_the_internet(self):
        page = json_client().get("/api/docs")
        script = json_client().get("/api/docs?script=")

        assert page.status_code == script.status_code == 200
        assert page["Content-Type"].startswith("text/html")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
        assert len(loaded) >= 4
        for url in loaded:
            assert url.startswith("/"), url
            assert not url.startswith("//"), url
            if url.startswith("/static/"):
                assert finders.find(url.removeprefix("/static/")), url
        for text in (page.content.decode(), script.content.decode()):
            assert not re.search(r"https?:|//cdn|jsdelivr|unpkg", text)
        assert '"validatorUrl": null' in script.content.decode()
        assert '"/api/schema"' in script.content.decode().replace("\\u002D", "-")

    @pytest.mark.parametrize("query", ["script=", "lang=x", "version=%22%3E%3Cscript%3E", "script=%00"])
    def test_the_docs_take_no_script_from_the_address(self, query):
        assert b"<script>" not in json_client().get(f"/api/docs?{query}").content.replace(b"\n", b"")
