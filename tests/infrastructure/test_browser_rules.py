"""What every answer tells a browser: whose scripts may run, who may frame it, what of the device may be used."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from shopplanr.browser_rules import DATA_POLICY, PAGE_POLICY, BrowserRulesMiddleware
from shopplanr.floor.views import jobs
from tests.accounts.factories import AdministratorFactory

PAGES = ["/sign-in", "/admin/login/", "/admin/", "/", "/api/docs", "/nothing-here", "/admin/nothing-here/"]
DATA = ["/api/jobs", "/api/schema", "/api/nothing-here", "/api/serials/SN-1/label", "/healthz"]


def directives(policy: str) -> dict[str, str]:
    return {name: rest for name, _, rest in (each.strip().partition(" ") for each in policy.split(";"))}


@pytest.mark.django_db
@pytest.mark.parametrize("path", [*PAGES, *DATA])
def test_every_answer_has_the_rules(path):
    response = Client().get(path)

    is_page = response.get("Content-Type", "").startswith("text/html")
    assert response["Content-Security-Policy"] == (PAGE_POLICY if is_page else DATA_POLICY)
    assert is_page == (path in PAGES)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(self)" in response["Permissions-Policy"] and "microphone=()" in response["Permissions-Policy"]


def test_the_policies_allow_nothing_inline_and_nobody_elses():
    for policy in (PAGE_POLICY, DATA_POLICY):
        assert "unsafe" not in policy and "*" not in policy and "http" not in policy
        assert directives(policy)["default-src"] == directives(policy)["frame-ancestors"] == "'none'"
    assert directives(PAGE_POLICY)["script-src"] == directives(PAGE_POLICY)["style-src"] == "'self'"
    assert directives(PAGE_POLICY)["base-uri"] == "'none'"


def test_a_stricter_policy_of_a_view_stays(rf: RequestFactory):
    strict = HttpResponse(headers={"Content-Security-Policy": "sandbox"})

    response = BrowserRulesMiddleware(lambda request: strict)(rf.get("/"))

    assert response["Content-Security-Policy"] == "sandbox"


@pytest.mark.parametrize(("debug", "policy"), [(True, None), (False, PAGE_POLICY)])
def test_a_developers_pages_about_errors_may_look_as_django_draws_them(rf, settings, debug, policy):
    settings.DEBUG = debug
    response = BrowserRulesMiddleware(lambda request: HttpResponse("<h1>", status=500))(rf.get("/"))

    assert response.get("Content-Security-Policy") == policy


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/jobs", "/admin/serials/job/", "/api/jobs"])
def test_a_fault_shows_nothing_of_the_inside(path, monkeypatch):
    def crash(*args, **kwargs):
        local = "a secret of the inside"
        raise RuntimeError(f"{local} in {__file__}")

    from certificates.api.jobs import ProductJobViewSet
    from shopplanr.admin.site import ShopAdminSite

    monkeypatch.setattr(jobs, "show", crash)
    monkeypatch.setattr(ShopAdminSite, "each_context", crash)
    monkeypatch.setattr(ProductJobViewSet, "list", crash)
    browser = Client(raise_request_exception=False)
    browser.force_login(AdministratorFactory())

    response = browser.get(path)

    text = response.content.decode()
    assert response.status_code == 500
    for inside in ("secret", "RuntimeError", "Traceback", __file__, "site-packages", "Django", "DATABASE"):
        assert inside not in text, inside
    assert response["Content-Security-Policy"] in {PAGE_POLICY, DATA_POLICY}
    assert response["X-Request-ID"]
