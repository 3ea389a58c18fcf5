"""Serves as ``make run`` does, by the same function, on a database that is ready: nothing is migrated or collected.

Run by ``tests.live.server``, which says everything in the environment.
"""

import ctypes
import os
import signal
import sys
from datetime import datetime

from scripts import serve
from shopplanr import clock


def die_with_the_tests() -> None:
    """Have Linux stop this server when the test run is killed too hard to stop it."""
    pr_set_pdeathsig = 1
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM, 0, 0, 0)


def stop_the_clock(moment: datetime) -> None:
    """Have it be that moment for as long as the server runs, in every thread. Nothing else may be loaded yet.

    ``clock.told`` is for one thread and for a while.
    """
    clock.now = lambda: moment


def main() -> None:
    die_with_the_tests()
    if told := os.environ.get("TOLD_TIME"):
        stop_the_clock(datetime.fromisoformat(told))
    address = serve.Address("127.0.0.1", int(os.environ["PORT"]))
    os.environ.update(serve.filled_in(os.environ, address, develop=False))

    import django

    django.setup()
    serve.serve(address, int(os.environ["WORKERS"]), serve.THREADS_PER_WORKER)


if __name__ == "__main__":
    main()
