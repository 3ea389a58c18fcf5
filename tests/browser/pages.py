"""The pages that people see. Every page has its line here; from this table run the tests of how they look, whether they
can be used by finger and by keyboard, and what they weigh, and ``make screenshots``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serials import queues
from serials.models import Serial, SerialStatus
from shopplanr.accounts.models import User
from tests.browser.excuses import TARGET, TEXT, Excuse
from tests.browser.people import ADMINISTRATOR, OPERATOR
from tests.browser.sites import Site
from tests.browser.weights import FIRST_VISIT_MAX_BYTES, REPEAT_VISIT_MAX_BYTES
from tests.browser.windows import DESKTOP, PHONE, TABLET, TABLET_UPRIGHT, Size

if TYPE_CHECKING:
    from playwright.sync_api import Page

EVERY_SIZE = (TABLET, TABLET_UPRIGHT, PHONE, DESKTOP)


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


def a_serial() -> str:
    """Return the path of the first part that is under way and has a few steps behind it."""
    under_way = Serial.objects.filter(status=SerialStatus.IN_PROGRESS, current_step_index__gte=3)
    return f"/serials/{under_way.order_by('number')[0].id}"


def the_fullest_station() -> str:
    """Return the name of the station where most parts are."""
    return max(queues.stations(), key=lambda station: station.part_count).step_name


def a_door() -> str:
    """Return the path of the page on which the operator types the PIN."""
    return f"/sign-in/{User.objects.get(username=OPERATOR).pk}"


PAGES = (
    Shown("sign-in", "/sign-in"),
    Shown("pin", a_door),
    Shown("stations", "/stations", OPERATOR),
    Shown("account", "/account", OPERATOR),
    Shown("admin-sign-in", "/admin/login/", excuses=ADMIN_EXCUSES, is_photographed=False),
    Shown("admin", "/admin/", ADMINISTRATOR, excuses=ADMIN_EXCUSES, is_photographed=False),
)
