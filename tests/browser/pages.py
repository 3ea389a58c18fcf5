"""The pages that people see. Every page has its line here; from this table run the tests of how they look, whether they
can be used by finger and by keyboard, and what they weigh, and ``make screenshots``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serials.models import Job, Serial, Step
from shopplanr.accounts.models import User
from tests.browser.excuses import TARGET, TEXT, Excuse
from tests.browser.people import ADMINISTRATOR, OPERATOR, SUPERVISOR
from tests.browser.sites import Site
from tests.browser.weights import FIRST_VISIT_MAX_BYTES, REPEAT_VISIT_MAX_BYTES
from tests.browser.windows import DESKTOP, PHONE, TABLET, TABLET_UPRIGHT, Size

EVERY_SIZE = (TABLET, TABLET_UPRIGHT, PHONE, DESKTOP)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page, where it is, and who looks at it.

    ``address`` is a path, or a function without arguments that returns one: it is called within the site's database, so
    it may ask the models. ``who`` is a username of the demo, None where nobody is signed in; ``station`` is where the
    device stands. ``excuses`` say what need not keep to the rules here.
    """

    name: str
    address: str | Callable[[], str]
    who: str | None = None
    station: str | None = None
    sizes: Sequence[Size] = EVERY_SIZE
    excuses: Sequence[Excuse] = ()
    first_visit_bytes: int = FIRST_VISIT_MAX_BYTES
    repeat_visit_bytes: int = REPEAT_VISIT_MAX_BYTES
    is_photographed: bool = True

    def path(self, site: Site) -> str:
        """Return its path on this site."""
        if isinstance(self.address, str):
            return self.address
        with site.inside():
            return self.address()


ADMIN_EXCUSES = (
    Excuse(TARGET, "body", "the quality desk is worked at with a mouse"),
    Excuse(TEXT, "body", "the quality desk is dense, as its tables are long"),
)


def a_serial() -> str:
    """Return the path of a part that is under way and has been through a few steps."""
    return f"/serials/{Serial.objects.filter(status='in_progress', current_step_index__gte=3).order_by('number')[0].id}"


def a_job() -> str:
    """Return the path of the demo's largest job."""
    return f"/jobs/{Job.objects.order_by('created_at', 'id')[0].id}"


def a_job_under_way() -> str:
    """Return the path of the demo's last job, whose parts are at many steps."""
    return f"/jobs/{Job.objects.filter(name__startswith='Valve body')[0].id}"


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


PAGES = (
    Shown("sign-in", "/sign-in"),
    Shown("pin", a_door),
    Shown("account", "/account", OPERATOR),
    Shown("station", "/", OPERATOR),
    Shown("jobs", "/jobs", SUPERVISOR),
    Shown("job", a_job, SUPERVISOR),
    Shown("job-under-way", a_job_under_way, SUPERVISOR),
    Shown("job-of-thousands", the_blanket_order, ADMINISTRATOR, is_photographed=False),
    Shown("assigning", a_step_to_assign, SUPERVISOR, is_photographed=False),
    Shown("new-job", "/jobs/new", SUPERVISOR),
    Shown("admin-sign-in", "/admin/login/", excuses=ADMIN_EXCUSES, is_photographed=False),
    Shown("admin", "/admin/", ADMINISTRATOR, excuses=ADMIN_EXCUSES, is_photographed=False),
)
