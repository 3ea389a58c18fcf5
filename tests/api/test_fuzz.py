"""A fuzzer that knows the schema: no 5xx, no status that is not documented, and answers that are what it says.

HYPOTHESIS_PROFILE=thorough tries more, and something else each time.
"""

from zlib import crc32

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from shopplanr import clock
from shopplanr.accounts.models import ApiToken
from shopplanr.http_body import with_whole_body
from tests.accounts.factories import token_for
from tests.api.shop import calls
from tests.budgets import IS_QUICK, IS_WHOLE

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

APPLICATION = with_whole_body(get_wsgi_application())

AIMED = {
    *("jobId", "pathId", "certId", "stepId", "userId", "approverId", "serialIds", "jobIds"),
    *("targetStepIndex", "expectedStepIndex"),
    *("certification_id", "productGtin"),
    "quantity",  # 100,000 parts can be made, and take their time
}
"""Fields that are nothing but refused unless they fit what exists."""

BOUNDED = settings(
    max_examples=5 if IS_QUICK else settings().max_examples // 5,
    derandomize=IS_QUICK,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def load(**phases):
    """Return the schema as the site serves it; only these phases of the fuzzer run."""
    enabled = {"examples": False, "coverage": False, "fuzzing": True, "stateful": False} | phases
    config = schemathesis.Config.from_dict({"phases": {phase: {"enabled": on} for phase, on in enabled.items()}})
    return schemathesis.openapi.from_wsgi("/api/schema", APPLICATION, config=config)


everything = load(coverage=IS_WHOLE)
anything = load()


@pytest.fixture(autouse=True)
def _stay_in_the_transaction(db):
    """Keep the application from closing the connection between two calls, as Django's own test client does."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def credentials(program):
    secret = token_for(program)
    ApiToken.objects.update(last_used_at=clock.now())  # which is written once a minute, and here at every call
    return {"Authorization": f"Token {secret}"}


@pytest.fixture
def known(shop):
    """A call of every operation that succeeds, by the operation's name in the schema."""
    found = {}
    for call in calls(shop):
        template = call.url(**{name: f"{{{name}}}" for name in call.ids}).partition("?")[0]
        found[f"{call.verb} {template}"] = call
    return found


def aim(case, known) -> None:
    """Let every second call be about records that exist; which ones depends on nothing but the call itself."""
    made = repr((case.path_parameters, case.query, case.body))
    if crc32(made.encode("utf-8", "backslashreplace")) % 2:
        return
    call = known.get(case.operation.label)
    if call is None:  # a verb that the path does not have
        return
    case.path_parameters.update(call.ids)
    if isinstance(case.body, dict):
        case.body.update({name: value for name, value in (call.body or {}).items() if name in AIMED & set(case.body)})


@everything.parametrize()
@BOUNDED
def test_a_program(case, credentials, known):
    aim(case, known)

    with transaction.atomic():
        response = case.call(headers=credentials)
        transaction.set_rollback(True)

    case.validate_response(response, checks=CHECKS)


@pytest.mark.without_database
@anything.parametrize()
@BOUNDED
def test_nobody(case, known):
    aim(case, known)

    response = case.call()

    case.validate_response(response, checks=CHECKS)
    assert response.status_code == 401, response.text
