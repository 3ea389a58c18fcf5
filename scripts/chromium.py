"""Finds the Chromium that the browser tests and the screenshots run in: ``python scripts/chromium.py`` prints its path.

It is the system's own, under one of the names that systems give it; BROWSER_PATH names another. None is downloaded.
Only the standard library is needed here.
"""

import importlib.util
import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")

NO_BROWSER = "There is no Chromium on this system. On Debian and Ubuntu: apt install chromium fonts-dejavu-core"
NO_PLAYWRIGHT = "What drives the browser is not installed: scripts/install.sh browser"


def find() -> str | None:
    """Return the path of the browser, None where there is none."""
    if given := os.environ.get("BROWSER_PATH"):
        return shutil.which(given)
    return next(filter(None, map(shutil.which, NAMES)), None)


def obstacle() -> str | None:
    """Return in a sentence why no page can be opened, and what to install; None where everything is there."""
    if find() is None:
        if given := os.environ.get("BROWSER_PATH"):
            return f"BROWSER_PATH={given} is no program."
        return NO_BROWSER
    if importlib.util.find_spec("playwright") is None or importlib.util.find_spec("axe_playwright_python") is None:
        return NO_PLAYWRIGHT
    return None


def is_required() -> bool:
    """Tell whether a run without a browser has failed, as in .ci/run."""
    return os.environ.get("REQUIRE_BROWSER") == "1"


if __name__ == "__main__":
    path = find()
    if path is None:
        sys.exit(obstacle())
    print(path)
