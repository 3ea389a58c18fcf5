"""Fills a new database for the browser tests: the demo shop, and parts besides until there are ``PARTS``.

Run as a process of its own by ``tests.browser.store``, which says everything in the environment. The static files are
brought up to date on the way, as ``make run`` does it.
"""

import fcntl
import os
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path

from scripts import serve
from shopplanr import clock

BLANKET_ORDER = "Blanket order, all routes"
"""The job that the further parts belong to. Its routes are those of the demo, so every station has hundreds."""


def start_parts(quantity: int) -> None:
    """Start so many parts, spread over copies of the demo's routes."""
    from serials.models import Path as Route
    from serials.services import batches, jobs, paths
    from shopplanr.accounts.models import User
    from shopplanr.actor import Actor

    planner = Actor(User.objects.get(username="vikram").pk, credential="command")
    routes = list(Route.objects.prefetch_related("steps").order_by("created_at", "id"))
    job = jobs.create({"name": BLANKET_ORDER, "goalQuantity": quantity}, planner)
    for place, route in enumerate(routes):
        steps = sorted(route.steps.all(), key=lambda step: step.order)
        copy = paths.create(
            {
                "jobId": job.id,
                "name": route.name,
                "goalQuantity": quantity,
                "advancementMode": route.advancement_mode,
                "steps": [{"name": step.name, "location": step.location} for step in steps],
            },
            planner,
        )
        # The first routes take what does not divide evenly.
        share = quantity // len(routes) + (place < quantity % len(routes))
        batches.create(job.id, copy.id, share, planner)


def collect_static_files(folder: Path) -> None:
    """Collect the static files where one has changed; whoever else wants to waits."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_name("collecting").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        serve.collect_static_files(folder.with_name("collected.txt"))


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "shopplanr.settings"

    import django
    from django.conf import settings
    from django.core.management import call_command

    django.setup()
    from audit.proof import sealing
    from serials.models import Serial
    from shopplanr.demo import shop

    call_command("migrate", verbosity=0)
    told = os.environ.get("TOLD_TIME")
    # The demo tells times of its own in between: its past.
    with clock.told(datetime.fromisoformat(told)) if told else nullcontext():
        shop.load(progress=False)
    sealing.seal()
    missing = int(os.environ["PARTS"]) - Serial.objects.count()
    if missing > 0:
        start_parts(missing)
    collect_static_files(settings.STATIC_ROOT)


if __name__ == "__main__":
    main()
