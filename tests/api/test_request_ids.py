"""``X-Request-ID``, on every response."""

import pytest
from django.test import Client

URL = "/api/jobs"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/jobs", 401),
        ("/api/nowhere", 404),
        ("/api/schema", 200),
        ("/api/docs", 200),
        ("/admin/login/", 200),
        ("/admin/", 302),
        ("/admin/nowhere/", 302),
        ("/nowhere", 404),
        ("/static/admin/css/base.css", 200),
        ("/static/nowhere.css", 404),
    ],
)
def test_every_response_has_one(path, status, settings, db):
    settings.WHITENOISE_USE_FINDERS = True
    client = Client(raise_request_exception=False)

    first, second = client.get(path), client.get(path)

    assert first.status_code == status
    assert first["X-Request-ID"]
    assert first["X-Request-ID"] != second["X-Request-ID"]


@pytest.mark.parametrize("given", ["erp-42", "0", "A.b_c-D", "x" * 64])
def test_a_plain_one_is_kept(given, client):
    for path in (URL, "/api/nowhere", "/nowhere"):
        assert client.get(path, headers={"X-Request-ID": given})["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "x" * 65, "é", "a\x00b", "<script>", "a;b", "٣", "id\n"])
def test_any_other_is_not(given, client):
    answered = client.get(URL, headers={"X-Request-ID": given})["X-Request-ID"]

    assert answered != given
    assert answered.isalnum()
