"""What somebody typed, or a file is called, never becomes script in anybody's browser, nor a formula in a spreadsheet.

Every text of a shop is hostile here; then each kind of page, drawing and file is looked at as a browser would read it.
"""

import csv
import io
from html.parser import HTMLParser
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

import pytest

from certificates.services import attaching, documents
from serials.services import endings, overrides
from shopplanr.accounts.roles import Role
from shopplanr.actor import Actor
from shopplanr.floor import scanning
from tests.accounts.factories import AdministratorFactory, UserFactory, token_client
from tests.admin.conftest import at_desk
from tests.admin.desk import choose, url
from tests.factories import (
    AssignmentFactory,
    CertificateFactory,
    CertificationFactory,
    JobFactory,
    LibraryEntryFactory,
    PathFactory,
    ProductFactory,
    TemplateFactory,
    make_note,
    make_serials,
    steps_of,
)
from tests.floor.visitors import visitor
from tests.papers import report

pytestmark = [pytest.mark.django_db, pytest.mark.without_database]

HOSTILE = """=1+1"></title></script><img src=x onerror=alert(1)><script>alert(1)</script>' onload=alert(1) {{7*7}}"""

TAG = "<script>alert(1)</script>"
"""A tag may hold no quotes; a key of metadata may have forty characters."""


class Tags(HTMLParser):
    """The elements of a page, as a browser finds them."""

    def __init__(self, page: str):
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attributes)))


def assert_harmless(page: str) -> None:
    """Hold that no element is there that runs something or comes from what was typed."""
    for tag, attributes in Tags(page).found:
        assert not [name for name in attributes if name.startswith("on")], (tag, attributes)
        assert tag != "script" or attributes.get("src") or attributes.get("type") == "application/json", tag
        for name in ("href", "src", "action", "formaction"):
            assert not (attributes.get(name) or "").strip().lower().startswith(("javascript:", "data:text")), attributes
        assert attributes.get("src") != "x", (tag, attributes)


@pytest.fixture(scope="module")
def everything(module_transaction):
    """A shop in which everything is called so."""
    person = UserFactory(role=Role.SUPERVISORS, name=HOSTILE, department=HOSTILE)
    actor = Actor(person.pk, credential="command")
    planned = dict.fromkeys(("customer", "purchaseOrder", "partNumber", "partRevision"), HOSTILE[:60])
    jira = dict.fromkeys(("jiraTicketKey", "jiraTicketSummary", "jiraPartNumber", "jiraPriority"), HOSTILE)
    job = JobFactory(name=HOSTILE, tags=[TAG], jiraLabels=[HOSTILE], **planned, **jira)
    steps = [{"name": HOSTILE, "location": HOSTILE, "optional": True}, {"name": f"{HOSTILE} 2"}]
    path = PathFactory(job=job, name=HOSTILE, steps=steps, advancementMode="flexible")
    parts = make_serials(path, 4, actor)
    facts = {"number": HOSTILE[:60], "issuer": HOSTILE, "heatLot": HOSTILE[:60]}
    certificate = CertificateFactory(name=HOSTILE, metadata={TAG: HOSTILE, HOSTILE: TAG}, **facts)
    upload = documents.Upload(f"{HOSTILE.replace('/', '')}.pdf", len(report()), io.BytesIO(report()))
    documents.add(certificate.pk, [upload], actor)
    attaching.attach(parts[0].id, certificate.pk, actor)
    make_note(parts[:2], HOSTILE, actor=actor)
    overrides.create(parts[1].id, None, steps_of(path)[1].pk, HOSTILE, actor)
    endings.scrap(parts[2].id, "other", HOSTILE, actor)
    scanning.scan(f"{HOSTILE}", HOSTILE, actor, lambda right: True, own_hosts=[])
    certification = CertificationFactory(label=HOSTILE, description=HOSTILE)
    AssignmentFactory(
        product=ProductFactory(name=HOSTILE),
        certification=certification,
        metadata={TAG: HOSTILE},
        issuing_body=HOSTILE,
        scope=HOSTILE,
        certificate_number=HOSTILE[:60],
    )
    return {
        "person": person,
        "job": job,
        "path": path,
        "parts": parts,
        "certificate": certificate,
        "template": TemplateFactory(name=HOSTILE, steps=[HOSTILE]),
        "library": LibraryEntryFactory(name=HOSTILE),
        "document": certificate.documents.get(),
    }


@pytest.fixture
def supervisor(everything):
    return visitor(Role.SUPERVISORS, station=quote(HOSTILE), name=HOSTILE)


def test_pages_of_the_floor(everything, supervisor):
    job, path, part = everything["job"].pk, everything["path"].pk, everything["parts"][0].id
    qc = visitor(Role.QC)
    certificate = f"/certificates/{everything['certificate'].pk}"
    asked = urlencode({"search": HOSTILE, "q": HOSTILE, "next": HOSTILE, "question": HOSTILE})
    pages = [
        *("/", "/stations", f"/station/at/{quote(HOSTILE, safe='')}", "/queue", "/board", "/serials", "/jobs"),
        *(f"/jobs/{job}", f"/jobs/{job}/edit", f"/jobs/{job}/routes/new", f"/jobs/{job}/traveler"),
        *(f"/jobs/{job}/coverage", f"/paths/{path}/edit", f"/paths/{path}/delete"),
        *(f"/serials/{each.id}" for each in everything["parts"]),
        *(f"/serials/{part}/trace", f"/labels?serials={part}", "/audit", "/libraries", "/templates", "/account"),
        *(f"/templates/{everything['template'].pk}", f"/templates/{everything['template'].pk}/edit"),
        *(f"/search?{asked}", f"/sign-in?{asked}", f"/where-used?{asked}", f"/serials?{asked}", "/approvals"),
        *("/sign-in", f"/sign-in/{everything['person'].pk}", f"/nothing/{quote(HOSTILE)}"),
    ]
    shown = {page: supervisor.get(page, follow=True) for page in pages}
    shown |= {page: qc.get(page) for page in ("/certificates", certificate, f"{certificate}?{asked}")}
    shown["a scan"] = supervisor.post("/scan", {"code": HOSTILE}, follow=True)

    seen = 0
    for page, answer in shown.items():
        assert answer.status_code < 500, page
        text = answer.content.decode()
        assert_harmless(text)
        seen += "alert(1)" in text
        assert "=1+1&quot;&gt;49" not in text and "49'" not in text
    assert seen > 25  # it is there, and harmless


def test_pages_of_the_admin(everything):
    from django.contrib import admin

    desk = at_desk(AdministratorFactory(name=HOSTILE))
    part = everything["parts"][0]
    searched = f"{url('serials_serial')}?{urlencode({'q': HOSTILE})}"
    pages = ["/admin/", url("serials_serial", "history", part.pk), searched]
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        pages.append(url(name))
        if (row := model._default_manager.order_by("-pk").first()) is not None:
            pages.append(url(name, "change", row.pk))
    shown = {page: desk.get(page) for page in pages}
    shown["asking"] = choose(desk, [part], "scrap")

    seen = 0
    for page, answer in shown.items():
        assert answer.status_code in {200, 302}, page
        text = answer.content.decode()
        assert_harmless(text)
        seen += "alert(1)" in text
    assert seen > 12


def test_labels_are_drawings_and_nothing_else(everything):
    client = token_client(UserFactory())
    response = client.get(f"/api/serials/{everything['parts'][0].id}/label")

    drawing = ElementTree.fromstring(response.content)  # noqa: S314 - our own
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    for element in drawing.iter():
        kind = element.tag.rpartition("}")[2]
        assert kind not in {"script", "foreignObject", "image", "a", "use", "iframe"}
        assert not [name for name in element.attrib if name.lower().startswith("on") or "href" in name]


def test_cells_of_csv_compute_nothing(everything, supervisor):
    exported = token_client(UserFactory(role=Role.AUDITORS)).get("/api/audit/export?format=csv")
    part = everything["parts"][0].id
    files = [
        exported,
        supervisor.get("/audit.csv"),
        supervisor.get(f"/serials/{part}/trace.csv"),
        supervisor.get("/where-used.csv", {"stepName": HOSTILE}),
    ]
    hostile = 0
    for response in files:
        assert response.status_code == 200 and response["Content-Type"].startswith("text/csv")
        text = b"".join(response.streaming_content).decode("utf-8-sig")
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), cell
                hostile += "=1+1" in cell
    assert hostile


def test_json_is_never_taken_for_a_page(everything):
    client = token_client(UserFactory(role=Role.AUDITORS))
    gtin = client.get("/api/products").json()[0]["gtin"]
    for path, accept in (
        ("/api/jobs", "text/html"),
        (f"/api/certs/{everything['certificate'].pk}", "text/html"),
        (f"/api/products/{gtin}/certifications", "application/ld+json"),
        (f"/api/serials/{quote(HOSTILE, safe='')}", "text/html"),
        (f"/api/{quote(HOSTILE)}", "text/html"),
        (f"/api/jobs?{urlencode({HOSTILE: HOSTILE})}", "text/html"),
    ):
        response = client.get(path, headers={"Accept": accept})
        assert response["Content-Type"] in {"application/json", "application/ld+json"}, path
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "alert(1)" in response.content.decode() or path.startswith("/api/serials/")


def test_documents_are_saved_and_run_nowhere(everything):
    certificate, document = everything["certificate"].pk, everything["document"]
    response = token_client(UserFactory()).get(f"/api/certs/{certificate}/documents/{document.public_id}/content")

    assert response["Content-Disposition"].startswith("attachment;")
    assert not {"\r", "\n"} & set(response["Content-Disposition"])
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert response["X-Content-Type-Options"] == "nosniff"
