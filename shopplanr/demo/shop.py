"""Loading the demo shop into an empty database.

The server's start asks ``obstacle`` each time, so what it takes to tell the story is imported only where it is told.
"""

import sys

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils.timezone import get_default_timezone

from audit.models import AuditEntry
from certificates.models import Certificate, Certification, Product
from serials.models import Job, LibraryEntry, RouteTemplate, SerialCounter
from shopplanr import clock
from shopplanr.demo.plan import EPIC

SEED = 2290
"""The same seed gives the same shop, but for its ids and dates."""


def obstacle(beside_accounts: bool = False) -> str | None:
    """Return why the demo shop cannot be loaded, as a sentence; None where it can.

    It is never mixed with a record that is somebody's own: it writes a past, and an audit trail has one order. Nor does
    it come to accounts that are somebody's own, as its password is public, unless ``beside_accounts``.
    """
    if Job.objects.filter(jira_epic_link=EPIC).exists():
        return "The demo shop is here already. Nothing was changed."
    for model, what in (
        (Job, "jobs"),
        (Certificate, "certificates"),
        (Product, "products"),
        (Certification, "certifications"),
        (RouteTemplate, "route templates"),
        (LibraryEntry, "library entries"),
        (AuditEntry, "audit entries"),
    ):
        if model.objects.exists():
            return f"There are {what} here, and the demo shop goes only into an empty database. Nothing was changed."
    if not beside_accounts and get_user_model().objects.exists():
        return (
            "There are accounts here, and the demo shop would add some whose password is public. Nothing was changed. "
            "To load it all the same: manage.py demo_shop --beside-accounts"
        )
    return None


def load(progress: bool = True, *, beside_accounts: bool = False, seed: int = SEED) -> bool:
    """Load the demo shop, whole or not at all; return whether it was: False where there is an ``obstacle``.

    ``progress`` shows a bar on standard error where that is a terminal. Raises Conflict where the username of one of
    the demo's people is taken.
    """
    from tqdm import tqdm

    from shopplanr.demo import story
    from shopplanr.demo.hours import Calendar

    calendar = Calendar(clock.now(), get_default_timezone())
    happened = story.in_order(seed)
    with transaction.atomic():
        # Two loads at once: the second waits here, and then finds the first one's jobs.
        SerialCounter.objects.select_for_update().get(pk=1)
        if obstacle(beside_accounts):
            return False
        # disable=None is tqdm's word for: no bar where nobody watches.
        hidden = None if progress else True
        story.tell(tqdm(happened, "Demo shop", unit=" events", file=sys.stderr, leave=False, disable=hidden), calendar)
    return True
