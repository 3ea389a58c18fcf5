"""Who may call what: the whole table of roles, cell by cell, for everybody who can prove to be somebody.

The table is written out by hand, so that a change of the product's own tables is seen here. A cell is tried with ids of
nobody and an empty body: who may call is then told what is wrong with that, and who may not is told nothing but that.
"""

import re

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from shopplanr.accounts.roles import Right, Role
from shopplanr.accounts.services import SCOPES, issue_token
from shopplanr.api.endpoints import ENDPOINTS
from tests.accounts.factories import AdministratorFactory, UserFactory, json_client, open_kiosk, token_client
from tests.api.answers import assert_envelope, nothing_written

# Every other test calls with somebody's rights, on every engine; the table of them need not be walked on each.
pytestmark = pytest.mark.without_database

EVERYBODY = "Operators Supervisors QC Auditors Integrations"
THE_FLOOR = "Operators Supervisors Integrations"

TABLE = {
    "GET jobs": EVERYBODY,
    "POST jobs": "Supervisors Integrations",
    "PUT jobs/priorities": "Supervisors Integrations",
    "GET jobs/:id": EVERYBODY,
    "PUT jobs/:id": "Supervisors Integrations",
    "GET jobs/:id/coverage": EVERYBODY,
    "POST paths": "Supervisors Integrations",
    "GET paths/:id": EVERYBODY,
    "PUT paths/:id": "Supervisors Integrations",
    "DELETE paths/:id": "Supervisors Integrations",
    "PATCH paths/:id/advancement-mode": "Supervisors Integrations",
    "GET steps/:id": EVERYBODY,
    "PATCH steps/:id/assign": "Supervisors Integrations",
    "PATCH steps/:id/config": "Supervisors Integrations",
    "PUT steps/:id/requirements": "Supervisors Integrations",
    "GET templates": EVERYBODY,
    "POST templates": "Supervisors Integrations",
    "GET templates/:id": EVERYBODY,
    "PUT templates/:id": "Supervisors Integrations",
    "DELETE templates/:id": "Supervisors Integrations",
    "POST templates/:id/apply": "Supervisors Integrations",
    "GET library/processes": EVERYBODY,
    "POST library/processes": "Supervisors Integrations",
    "DELETE library/processes/:id": "Supervisors Integrations",
    "GET library/locations": EVERYBODY,
    "POST library/locations": "Supervisors Integrations",
    "DELETE library/locations/:id": "Supervisors Integrations",
    "GET serials": EVERYBODY,
    "POST serials": THE_FLOOR,
    "POST serials/advance": THE_FLOOR,
    "POST serials/advance-to": THE_FLOOR,
    "GET serials/:id": EVERYBODY,
    "POST serials/:id/advance": THE_FLOOR,
    "POST serials/:id/advance-to": THE_FLOOR,
    "POST serials/:id/scrap": THE_FLOOR,
    "POST serials/:id/force-complete": "Supervisors Integrations",
    "POST serials/:id/attach-cert": "Operators Supervisors QC Integrations",
    "GET serials/:id/cert-attachments": EVERYBODY,
    "GET serials/:id/label": EVERYBODY,
    "GET serials/:id/trace": EVERYBODY,
    "GET serials/:id/step-statuses": EVERYBODY,
    "GET serials/:id/overrides": EVERYBODY,
    "POST serials/:id/overrides": "Supervisors Integrations",
    "DELETE serials/:id/overrides/:step_id": "Supervisors Integrations",
    "GET serials/:id/requirement-overrides": EVERYBODY,
    "POST serials/:id/requirement-overrides": "Supervisors Integrations",
    "GET serials/:id/readiness": EVERYBODY,
    "POST serials/:id/waive-step/:step_id": "Supervisors QC Integrations",
    "POST serials/:id/complete-deferred/:step_id": THE_FLOOR,
    "GET approvals": EVERYBODY,
    "POST approvals": "Operators Supervisors QC Integrations",
    "GET approvals/:id": EVERYBODY,
    "POST approvals/:id/approve": "Supervisors QC Integrations",
    "POST approvals/:id/decline": "Supervisors QC Integrations",
    "POST approvals/:id/withdraw": "Operators Supervisors QC Integrations",
    "GET operator/work-queue": EVERYBODY,
    "GET operator/queue/_all": EVERYBODY,
    "GET operator/queue/:user_id": EVERYBODY,
    "GET operator/step/:id": EVERYBODY,
    "GET operator/named/:step_name": EVERYBODY,
    "GET operator/:step_name": EVERYBODY,
    "GET board": EVERYBODY,
    "POST notes": "Operators Supervisors QC Integrations",
    "GET notes/serial/:id": EVERYBODY,
    "GET notes/step/:id": EVERYBODY,
    "GET notes/:id/photos/:photo_id": EVERYBODY,
    "GET notes/:id/photos/:photo_id/thumbnail": EVERYBODY,
    "GET certs": EVERYBODY,
    "POST certs": "QC Integrations",
    "POST certs/batch-attach": "Operators Supervisors QC Integrations",
    "GET certs/:id": EVERYBODY,
    "GET certs/:id/attachments": EVERYBODY,
    "GET certs/:id/documents": EVERYBODY,
    "POST certs/:id/documents": "QC Integrations",
    "GET certs/:id/documents/:document_id/content": EVERYBODY,
    "POST certs/:id/supersede": "QC Integrations",
    "POST certs/:id/revoke": "QC Integrations",
    "GET where-used": EVERYBODY,
    "GET products": EVERYBODY,
    "POST products": "QC Integrations",
    "GET products/:gtin": EVERYBODY,
    "PATCH products/:gtin": "QC Integrations",
    "GET products/:gtin/certifications": EVERYBODY,
    "POST products/:gtin/certifications": "QC Integrations",
    "GET products/:gtin/certifications/:certification_id": EVERYBODY,
    "PATCH products/:gtin/certifications/:certification_id": "QC Integrations",
    "DELETE products/:gtin/certifications/:certification_id": "QC Integrations",
    "GET certifications": EVERYBODY,
    "POST certifications": "QC Integrations",
    "GET certifications/:id": EVERYBODY,
    "PATCH certifications/:id": "QC Integrations",
    "GET audit": EVERYBODY,
    "GET audit/verify": EVERYBODY,
    "GET audit/export": EVERYBODY,
    "GET audit/serial/:serial_id": EVERYBODY,
    "POST scan": EVERYBODY,
    "GET scans": EVERYBODY,
    "GET users": EVERYBODY,
    "POST users": "Integrations",
    "GET users/:id": EVERYBODY,
    "PUT users/:id": "Integrations",
}

PUBLIC = {"schema", "docs"}
"""What describes the API, and is nobody's secret."""

ALLOWED, REFUSED, UNKNOWN = "allowed", "403", "401"


def shown(endpoint) -> str:
    """Return a path as the table here has it."""
    return re.sub(r"<\w+:(\w+)>", r":\1", endpoint.path)


def outcome(response) -> str:
    """Return what a caller was told: that is allowed, whatever is wrong with the rest of the call."""
    if response.status_code == 200:
        return ALLOWED
    body = assert_envelope(response)
    if response.status_code in {400, 404, 415}:  # what takes files only was sent JSON
        return ALLOWED
    assert body["code"] == {401: "not_authenticated", 403: "forbidden"}[response.status_code]
    return str(response.status_code)


def walk(client, rows=TABLE) -> dict[str, str]:
    """Call every cell of somebody's column; return what became of each. Nothing may come of any of it."""
    outcomes = {}
    for row in rows:
        verb, path = row.split()
        url = "/api/" + re.sub(r":\w+", "nobody", path)
        outcomes[row] = outcome(client.generic(verb, url, b"{}", content_type="application/json"))
    return outcomes


def column(role: Role) -> dict[str, str]:
    return {row: ALLOWED if role.value in roles.split() else REFUSED for row, roles in TABLE.items()}


def with_token(user, settings):
    return token_client(user)


def with_session(user, settings):
    client = json_client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("caller", [with_token, with_session])
def test_people_and_programs(caller, role, settings, db):
    client = caller(UserFactory(role=role), settings)
    client.get("/api/jobs")

    with nothing_written():
        assert walk(client) == column(role)


@pytest.mark.parametrize("role", Role)
def test_a_kiosk_has_the_rights_of_its_role(role, settings, db):
    client = open_kiosk(settings, role)

    with nothing_written():
        assert walk(client) == column(role)


@pytest.mark.parametrize("scope", SCOPES)
def test_a_token_does_what_its_scope_says_and_nothing_else(scope, db):
    _, secret = issue_token(UserFactory(role=Role.INTEGRATIONS), "limited", by="test", scopes=[scope])
    needed = {f"{verb} {shown(each)}": right for each in ENDPOINTS for verb, (_, right) in each.verbs.items()}

    with nothing_written():
        outcomes = walk(json_client(Authorization=f"Token {secret}"))

    assert {row for row, found in outcomes.items() if found == ALLOWED} == {
        row
        for row, rights in needed.items()
        if Right[scope.upper()] in (rights if isinstance(rights, tuple) else [rights])
    }


def test_a_scope_adds_nothing_to_a_role(db):
    _, secret = issue_token(UserFactory(role=Role.AUDITORS), "limited", by="test", scopes=SCOPES)

    assert walk(json_client(Authorization=f"Token {secret}")) == column(Role.AUDITORS)


def test_strangers_are_told_to_show_who_they_are(db):
    with nothing_written():
        assert walk(json_client()) == dict.fromkeys(TABLE, UNKNOWN)


def test_a_stranger_learns_nothing_of_what_exists(db):
    client = json_client()

    answers = {
        client.generic(verb, "/api/" + re.sub(r":\w+", "nobody", path), body, content_type=content_type).content
        for verb, path in map(str.split, TABLE)
        for body, content_type in ((b"{}", "application/json"), (b"{", "application/json"), (b"x", "text/plain"))
    }

    assert len(answers) == 1


@pytest.mark.parametrize("caller", [with_token, with_session])
def test_an_administrator_may_everything(caller, settings, db):
    assert walk(caller(AdministratorFactory(), settings)) == dict.fromkeys(TABLE, ALLOWED)


@pytest.mark.parametrize("caller", [with_token, with_session])
def test_somebody_without_a_role_may_nothing(caller, settings, db):
    assert walk(caller(UserFactory(role=None), settings)) == dict.fromkeys(TABLE, REFUSED)


@pytest.mark.parametrize("caller", [with_token, with_session])
def test_two_roles_add_up(caller, settings, db):
    user = UserFactory(role=Role.OPERATORS)
    user.groups.add(*UserFactory(role=Role.QC).groups.all())

    allowed = {row for row, found in walk(caller(user, settings)).items() if found == ALLOWED}

    assert allowed == {row for row, roles in TABLE.items() if {"Operators", "QC"} & set(roles.split())}


def test_the_table_of_endpoints_is_this_one():
    rows = [f"{verb} {shown(each)}" for each in ENDPOINTS for verb in each.verbs]

    assert sorted(rows) == sorted(TABLE)


def test_every_route_under_api_is_in_the_table():
    (api,) = (
        each for each in get_resolver().url_patterns if isinstance(each, URLResolver) and str(each.pattern) == "api/"
    )
    assert all(isinstance(each, URLPattern) for each in api.url_patterns)
    routes = {str(each.pattern) for each in api.url_patterns}

    assert routes == {endpoint.path for endpoint in ENDPOINTS} | PUBLIC


def test_every_verb_that_a_route_answers_is_in_the_table(client):
    for endpoint in ENDPOINTS:
        url = "/api/" + re.sub(r"<\w+:\w+>", "nobody", endpoint.path)
        for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            response = client.generic(verb, url, b"{}", content_type="application/json")
            assert (response.status_code == 405) == (verb not in endpoint.verbs), (verb, url)


@pytest.mark.parametrize("path", sorted(PUBLIC))
def test_the_description_of_the_api_is_open_to_everybody(path, settings, db):
    assert json_client().get(f"/api/{path}").status_code == 200
    assert token_client(UserFactory(role=None)).get(f"/api/{path}").status_code == 200
    assert open_kiosk(settings).get(f"/api/{path}").status_code == 200
