"""The pages that people see. Every page has its line here; from this table run the tests of how they look, whether they
can be used by finger and by keyboard, and what they weigh, and ``make screenshots``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.db.models import Count, F

from certificates.exchange import imports
from certificates.models import CertAttachment, Product
from serials import queues
from serials.approvals import awaiting
from serials.models import Job, NoteSerial, Path, RouteTemplate, Serial, Step, StepStatus
from shopplanr.accounts.models import User
from shopplanr.actor import Actor
from tests.browser.excuses import TARGET, TEXT, Excuse
from tests.browser.people import ADMINISTRATOR, AUDITOR, INSPECTOR, OPERATOR, SUPERVISOR
from tests.browser.sites import Site
from tests.browser.weights import FIRST_VISIT_MAX_BYTES, REPEAT_VISIT_MAX_BYTES
from tests.browser.windows import DESKTOP, PHONE, TABLET, TABLET_UPRIGHT, Size

if TYPE_CHECKING:
    from playwright.sync_api import Page

EVERY_SIZE = (TABLET, TABLET_UPRIGHT, PHONE, DESKTOP)
AT_A_DESK = (TABLET, TABLET_UPRIGHT, DESKTOP)
"""Tables with a row for each row of a file are not worked with on a phone."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, where it is, and who looks at it.

    ``address`` is a path, ``station`` is where the device stands; either may be a function without arguments that
    returns it and is called within the site's database, so that it may ask models and services. ``who`` is a username
    of the demo, None where nobody is signed in. ``excuses`` say what need not keep to the rules here.
    """

    name: str
    address: str | Callable[[], str]
    who: str | None = None
    station: str | Callable[[], str] | None = None
    sizes: Sequence[Size] = EVERY_SIZE
    excuses: Sequence[Excuse] = ()
    first_visit_bytes: int = FIRST_VISIT_MAX_BYTES
    repeat_visit_bytes: int = REPEAT_VISIT_MAX_BYTES
    is_photographed: bool = True

    def open(self, site: Site, window: Callable[..., Page], size: Size) -> tuple[Page, str]:
        """Return a window for who looks at it, and the path of the page on this site; nothing is loaded yet."""
        with site.inside():
            station, path = (told() if callable(told) else told for told in (self.station, self.address))
        return window(size, who=self.who, station=station), path


ADMIN_EXCUSES = (
    Excuse(TARGET, "body", "the quality desk is worked at with a mouse"),
    Excuse(TEXT, "body", "the quality desk is dense, as its tables are long"),
)


DESK = (TABLET, DESKTOP)

ADMIN_FIRST_VISIT_MAX_BYTES = 200_000
"""Django's admin brings libraries of its own, once."""

ADMIN_PAGE = {"sizes": DESK, "excuses": ADMIN_EXCUSES, "first_visit_bytes": ADMIN_FIRST_VISIT_MAX_BYTES}

STEPS, CERTIFICATES = "/admin/serials/stepstatus/", "/admin/certificates/certificate/"
DEFERRED = "status__exact=deferred&of=in_progress"


PAPER = (Excuse(TEXT, ".paper", "this is printed, and read in the hand"),)


def a_serial() -> str:
    """Return the path of a part with much to show: it has been through a few steps, and there is a photo of it."""
    with_photo = NoteSerial.objects.filter(note__photos__isnull=False, serial__current_step_index__gte=2)
    return f"/serials/{with_photo.order_by('serial')[0].serial.id}"


def a_part_that_awaits_a_decision() -> str:
    """Return the path of a part about which somebody asks for something."""
    return f"/serials/{awaiting()[0].serial_public_id}"


def a_certificate() -> str:
    """Return the path of the certificate that most parts have."""
    used = (
        CertAttachment.objects.values_list("certificate").annotate(parts=Count("pk")).order_by("-parts", "certificate")
    )
    return f"/certificates/{used[0][0]}"


def a_where_used() -> str:
    """Return the path of the answer to where that certificate is."""
    return f"/where-used?certId={a_certificate().rpartition('/')[2]}"


def a_trace() -> str:
    """Return the path of what went into that part."""
    return f"{a_serial()}/trace"


def some_labels() -> str:
    """Return the path of the labels of the first parts."""
    return f"/labels?{urlencode([('serials', serial.id) for serial in Serial.objects.order_by('number')[:12]])}"


def a_traveler() -> str:
    """Return the path of the traveler of the demo's first job."""
    return f"/jobs/{Job.objects.order_by('created_at', 'id')[0].pk}/traveler"


def the_fullest_station() -> str:
    """Return the name of the station where most parts are."""
    return max(queues.stations(), key=lambda station: station.part_count).step_name


def a_job_under_way() -> str:
    """Return the path of the demo's last job, whose parts are at many steps."""
    return f"/jobs/{Job.objects.filter(name__startswith='Valve body')[0].id}"


def a_coverage() -> str:
    """Return the path of the coverage of a job with gaps."""
    return f"{a_job_under_way()}/coverage"


def a_part_held_back() -> str:
    """Return the path of a part that cannot leave its step without a certificate."""
    held = Serial.objects.filter(
        status="in_progress",
        path__steps__order=F("current_step_index"),
        path__steps__requirements__policy__contains="block",
    )
    return f"/serials/{held.order_by('-number')[0].id}"


def the_blanket_order() -> str:
    """Return the path of the job with the most parts and routes."""
    return f"/jobs/{Job.objects.order_by('-goal_quantity')[0].id}"


def a_step_to_assign() -> str:
    """Return the path of a job on which a step is being given to somebody."""
    step = Step.objects.order_by("path__created_at", "path_id", "order")[0]
    return f"/jobs/{step.path.job_id}?assign={step.pk}"


def a_door() -> str:
    """Return the path of the page on which the operator types the PIN."""
    return f"/sign-in/{User.objects.get(username=OPERATOR).pk}"


def a_new_route() -> str:
    """Return the path of the editor in which a route begins like a template."""
    return f"{a_job_under_way()}/routes/new?from=template:{RouteTemplate.objects.order_by('name')[0].pk}"


def a_route_with_parts() -> str:
    """Return the path of the editor of a route on which parts are."""
    return f"/paths/{Path.objects.filter(serials__isnull=False).order_by('created_at', 'id')[0].pk}/edit"


def a_route_to_delete() -> str:
    """Return the path of the page that asks whether a route is to go."""
    return f"/paths/{Path.objects.order_by('created_at', 'id')[0].pk}/delete"


def a_jump() -> str:
    """Return the path of the page that shows what a jump of a few parts passes over."""
    parts = Serial.objects.filter(status="in_progress", path__advancement_mode="flexible", current_step_index=0)
    seen = [("seen", f"{part.id}@0") for part in parts.order_by("number")[:3]]
    return f"/serials/jump?{urlencode(seen)}"


def a_waiver() -> str:
    """Return the path of the page that asks before the deferred steps of one route are waived."""
    waiting = StepStatus.objects.filter(status="deferred", serial__status="in_progress").order_by("updated_at", "pk")
    chosen = waiting.filter(step=waiting[0].step_id)[:3]
    return f"{STEPS}act/waive/?{urlencode({'selected': ' '.join(each.pk for each in chosen)})}"


def a_history() -> str:
    """Return the path of the history of a part that was scrapped."""
    return f"/admin/serials/serial/{Serial.objects.filter(status='scrapped').order_by('number')[0].pk}/history/"


def a_template() -> str:
    """Return the path of a template."""
    return f"/templates/{RouteTemplate.objects.order_by('name')[0].pk}"


def a_template_to_write() -> str:
    """Return the path of its editor."""
    return f"{a_template()}/edit"


def a_file_to_import() -> str:
    """Return the path of the dry run of a file with rows of every kind: new, changed, there already, refused."""
    known = Product.objects.order_by("gtin")[:2]
    rows = [f"{known[0].pk};Another name", f"{known[1].pk};{known[1].name}", "96385074;Sachet", "12345678905;Kit", "7;"]
    content = "\n".join(["GTIN;Name", *rows]).encode()
    inspector = Actor(User.objects.get(username=INSPECTOR).pk)
    return f"/admin/certificates/product/import/{quote(imports.take('products', 'stock.csv', content, inspector).pk)}/"


PAGES = (
    Shown("sign-in", "/sign-in"),
    Shown("pin", a_door),
    Shown("station", "/", OPERATOR, the_fullest_station),
    Shown("stations", "/stations", OPERATOR),
    Shown("jump", a_jump, OPERATOR),
    Shown("queue", "/queue", SUPERVISOR),
    Shown("serials", "/serials", SUPERVISOR),
    Shown("serial", a_serial, INSPECTOR),
    Shown("certificates", "/certificates", INSPECTOR),
    Shown("certificate", a_certificate, INSPECTOR),
    Shown("new-certificate", "/certificates/new", INSPECTOR),
    Shown("labels", some_labels, SUPERVISOR, excuses=PAPER),
    Shown("traveler", a_traveler, SUPERVISOR, excuses=PAPER),
    Shown("where-used", a_where_used, INSPECTOR),
    Shown("where-used-form", "/where-used", INSPECTOR, is_photographed=False),
    Shown("trace", a_trace, INSPECTOR),
    Shown("approvals", "/approvals", SUPERVISOR),
    Shown("approvals-decided", "/approvals?show=decided", SUPERVISOR, is_photographed=False),
    Shown("asked-about", a_part_that_awaits_a_decision, SUPERVISOR, is_photographed=False),
    Shown("audit", "/audit", AUDITOR),
    Shown("board", "/board", SUPERVISOR),
    Shown("search", "/search?q=ti-6al", SUPERVISOR),
    Shown("account", "/account", OPERATOR),
    Shown("jobs", "/jobs", SUPERVISOR),
    Shown("job", a_job_under_way, SUPERVISOR),
    Shown("coverage", a_coverage, INSPECTOR),
    Shown("part-held-back", a_part_held_back, SUPERVISOR, is_photographed=False),
    Shown("job-of-thousands", the_blanket_order, ADMINISTRATOR, is_photographed=False),
    Shown("assigning", a_step_to_assign, SUPERVISOR, is_photographed=False),
    Shown("delete-route", a_route_to_delete, SUPERVISOR, is_photographed=False),
    Shown("new-job", "/jobs/new", SUPERVISOR),
    Shown("new-route", a_new_route, SUPERVISOR),
    Shown("edit-route", a_route_with_parts, SUPERVISOR),
    Shown("templates", "/templates", SUPERVISOR),
    Shown("template", a_template, SUPERVISOR),
    Shown("new-template", "/templates/new", SUPERVISOR, is_photographed=False),
    Shown("edit-template", a_template_to_write, SUPERVISOR),
    Shown("libraries", "/libraries", SUPERVISOR),
    Shown("admin-sign-in", "/admin/login/", excuses=ADMIN_EXCUSES, is_photographed=False),
    Shown("admin", "/admin/", ADMINISTRATOR, excuses=ADMIN_EXCUSES, is_photographed=False),
    Shown("admin-desk", "/admin/", INSPECTOR, **ADMIN_PAGE),
    Shown("admin-deferred", f"{STEPS}?{DEFERRED}", INSPECTOR, **ADMIN_PAGE),
    Shown("admin-waive", a_waiver, INSPECTOR, **ADMIN_PAGE),
    Shown("admin-history", a_history, INSPECTOR, **ADMIN_PAGE),
    Shown("admin-certificates", CERTIFICATES, INSPECTOR, **ADMIN_PAGE),
    *(
        Shown(name, address, ADMINISTRATOR, sizes=AT_A_DESK, excuses=ADMIN_EXCUSES, is_photographed=False)
        for name, address in (
            ("admin-import", "/admin/certificates/product/import/"),
            ("admin-import-looked-at", a_file_to_import),
        )
    ),
)
